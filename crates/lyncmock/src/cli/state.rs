//! `lyncmock reset` and `lyncmock state`.

use super::output::print;
use super::server::ServerArgs;
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::dto::{Reset, State};
use std::path::PathBuf;
use std::process::ExitCode;

/// `lyncmock reset`
#[derive(Args)]
pub(super) struct ResetArgs {
    /// What
    #[arg(value_enum, default_value = "all")]
    what: What,
    #[command(flatten)]
    server: ServerArgs,
}

/// What is brought back to the beginning.
#[derive(clap::ValueEnum, Clone, Copy)]
enum What {
    /// Users, settings, rules, scenarios and journal
    All,
    /// The journal
    Journal,
    /// Armed scenarios and rules
    Scenarios,
}

/// `lyncmock state …`
#[derive(Args)]
pub(super) struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Subcommand)]
enum StateCommand {
    /// Print the state as JSON
    Dump {
        /// With the hashes of PINs
        #[arg(long)]
        secrets: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Bring a state back
    Load {
        /// A file that `dump` printed
        file: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
}

pub(super) async fn reset(arguments: ResetArgs) -> anyhow::Result<ExitCode> {
    let what = match arguments.what {
        What::All => Reset::All,
        What::Journal => Reset::Journal,
        What::Scenarios => Reset::Scenarios,
    };
    let client = arguments.server.client()?;
    client.reset(what).await?;
    let armed = client.armed().await?;
    let again: Vec<&str> = armed.iter().map(|armed| armed.scenario.as_str()).collect();
    print(match again.is_empty() {
        true => "reset\n".to_owned(),
        false => format!("reset; armed, as at the start: {}\n", again.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn run(arguments: StateArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        StateCommand::Dump { secrets, server } => {
            let state = server.client()?.state(secrets).await?;
            print(format!("{}\n", serde_json::to_string_pretty(&state)?))?;
        }
        StateCommand::Load { file, server } => {
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let state: State =
                serde_json::from_str(&text).with_context(|| format!("{} is no state", file.display()))?;
            server.client()?.load_state(&state).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

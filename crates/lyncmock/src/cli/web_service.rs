//! `lyncmock web-service restart`: what an administrator does in IIS Manager.

use super::output::print;
use super::server::ServerArgs;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// `lyncmock web-service …`
#[derive(Args)]
pub(super) struct WebServiceArgs {
    #[command(subcommand)]
    command: WebServiceCommand,
}

#[derive(Subcommand)]
enum WebServiceCommand {
    /// Restart the internal web service of a running pool
    Restart {
        #[command(flatten)]
        server: ServerArgs,
    },
}

pub(super) async fn run(arguments: WebServiceArgs) -> anyhow::Result<ExitCode> {
    let WebServiceCommand::Restart { server } = arguments.command;
    server.client()?.restart_web().await?;
    print("The internal web service was restarted.\n")?;
    Ok(ExitCode::SUCCESS)
}

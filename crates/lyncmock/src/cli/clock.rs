//! `lyncmock clock`: the pool's clock.

use super::output::print;
use super::server::ServerArgs;
use clap::{Args, Subcommand};
use lync_admin::Span;
use lync_admin::dto::{ClockChange, True};
use lync_proto::format_instant;
use std::process::ExitCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `lyncmock clock …`
#[derive(Args)]
pub(super) struct ClockArgs {
    #[command(subcommand)]
    command: ClockCommand,
}

#[derive(Subcommand)]
enum ClockCommand {
    /// Print what it shows
    Show {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Move it: 90s, 15m, 8h, 2d, or back with a minus
    Advance {
        /// By how much
        #[arg(allow_hyphen_values = true)]
        by: Span,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Set it
    Set {
        /// To which moment, RFC 3339: 2026-02-03T12:00:00Z
        #[arg(value_parser = moment)]
        to: OffsetDateTime,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Bring it back to the system's time
    Reset {
        #[command(flatten)]
        server: ServerArgs,
    },
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|error| format!("{error}; write it as 2026-02-03T12:00:00Z"))
}

pub(super) async fn run(arguments: ClockArgs) -> anyhow::Result<ExitCode> {
    let now = match arguments.command {
        ClockCommand::Show { server } => server.client()?.clock().await?,
        ClockCommand::Advance { by, server } => {
            server.client()?.change_clock(ClockChange::Advance(by)).await?
        }
        ClockCommand::Set { to, server } => server.client()?.change_clock(ClockChange::Set(to)).await?,
        ClockCommand::Reset { server } => server.client()?.change_clock(ClockChange::Reset(True)).await?,
    };
    print(format!("{}\n", format_instant(now)))?;
    Ok(ExitCode::SUCCESS)
}

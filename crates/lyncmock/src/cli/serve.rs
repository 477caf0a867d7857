//! `lyncmock serve`, and `lyncmock` alone.

use super::ConfigSource;
use super::banner::banner;
use super::output::{print, warn};
use crate::config::{Config, Options};
use crate::logging;
use crate::pool::Running;
use anyhow::Context;
use clap::{ArgMatches, Args};
use lync_model::Clock;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// `lyncmock serve`
#[derive(Args)]
pub(super) struct ServeArgs {
    /// Once every socket is bound, write the endpoints to this file as one JSON object
    #[arg(long, env = "LYNCMOCK_READY_FILE", value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Print the endpoints as one line of JSON, and nothing else, on standard output
    #[arg(long)]
    json: bool,
    /// Take any free port for each listener that is not given one by a flag
    #[arg(long)]
    free_ports: bool,
    #[command(flatten)]
    source: ConfigSource,
}

pub(super) async fn run(arguments: ServeArgs, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let resolved = arguments.source.resolve(matches)?;
    logging::start(&resolved.options).context("log.filter")?;
    let options = match arguments.free_ports {
        true => arguments.source.options.clone().or(&Options::on_free_ports().or(&resolved.options)),
        false => resolved.options,
    };
    let config = Config::from_options(options)?;
    warn(&config);
    // Before anything is said: from here on a signal is an orderly end.
    let mut end = End::listen()?;
    let pool = Running::start(config.clone(), Clock::system()).await?;
    // The file before the line: whoever has read the line finds the file.
    if let Some(path) = &arguments.ready_file {
        let written = pool.endpoints.write_to(path);
        written.with_context(|| format!("the ready file {} cannot be written", path.display()))?;
    }
    let said = print(match arguments.json {
        true => format!("{}\n", pool.endpoints.to_json()),
        false => banner(&config, &pool),
    });
    if said.is_ok() {
        end.wait().await;
    }
    let endpoints = pool.endpoints.clone();
    pool.stop().await;
    if let Some(path) = &arguments.ready_file {
        // A file that stays behind would say that a pool is ready which is gone.
        endpoints.remove_from(path);
    }
    said.map(|()| ExitCode::SUCCESS)
}

/// The signals that end a server: Ctrl-C, a service manager's, and a terminal that is closed.
struct End {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl End {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

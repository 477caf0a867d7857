//! `lyncmock shell`: the management shell, at a terminal, for a line, or for a script.

use super::output::note;
use super::server::ServerArgs;
use crate::shell::{Console, KeptPool, Reach, RunningPool, Setup, Synthetic, converse, script_in, script_of};
use anyhow::Context;
use clap::Args;
use lync_phone::Dialect;
use lync_powershell::Shell;
use lync_shell::Role;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What a shell answers of a command that Ctrl-C ended: 128 and the signal's number.
const INTERRUPTED: u8 = 130;

/// `lyncmock shell`
#[derive(Args)]
pub(super) struct ShellArgs {
    /// Run this script, and leave
    #[arg(value_name = "SCRIPT", conflicts_with = "command")]
    script: Option<PathBuf>,
    /// Run this line, and leave; may be repeated, and then the lines are run one after the other in one session
    #[arg(long, short = 'c', value_name = "LINE")]
    command: Vec<String>,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    server: ServerArgs,
}

/// What a session is like.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct SessionArgs {
    /// Have the cmdlets of this role alone, as a remote session with RBAC has: CsHelpDesk; Get-CsAdminRole lists them
    #[arg(long, value_name = "NAME", value_parser = role)]
    as_role: Option<&'static Role>,
    /// Print what the Test cmdlets give as Microsoft's article does (docs), or as a console does
    #[arg(long, value_name = "DIALECT", default_value = "console", value_parser = dialect)]
    dialect: Dialect,
    /// Work on the store's file in the data directory of a pool that is kept
    #[arg(long, env = "LYNCMOCK_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

fn role(name: &str) -> Result<&'static Role, String> {
    lync_shell::role(name)
        .ok_or_else(|| "there is no such role; `lyncmock Get-CsAdminRole` lists them".to_owned())
}

fn dialect(name: &str) -> Result<Dialect, String> {
    match name.to_ascii_lowercase().as_str() {
        "docs" => Ok(Dialect::Docs),
        "console" => Ok(Dialect::Console),
        _ => Err("there are docs and console".to_owned()),
    }
}

impl SessionArgs {
    /// What the session administers, and how it signs in; `reach` where the command line says that itself.
    pub(super) async fn setup(&self, server: &ServerArgs, reach: Option<Reach>) -> anyhow::Result<Setup> {
        let role = self.as_role;
        let setup = |deployment, reach| {
            let synthetic = Arc::new(Synthetic::new(reach, self.dialect));
            Setup { deployment, synthetic, role }
        };
        // A directory gives way to a URL, as for `lyncmock user`.
        match self.data_dir.as_deref().filter(|_| server.server.is_none()) {
            Some(directory) => {
                let pool = KeptPool::open(directory).await?;
                Ok(setup(Arc::new(pool), reach.unwrap_or(Reach::Nowhere)))
            }
            None => {
                let client = server.client()?;
                let pool = RunningPool::new(client.clone());
                Ok(setup(Arc::new(pool), reach.unwrap_or(Reach::Pool(client))))
            }
        }
    }
}

pub(super) async fn run(arguments: ShellArgs) -> anyhow::Result<ExitCode> {
    let setup = arguments.session.setup(&arguments.server, None).await?;
    let deployment = setup.deployment.clone();
    let console = Arc::new(Console::new());
    let topology = deployment.topology().await;
    if let Ok(found) = &topology {
        console.keep_time(found.now);
    }
    let mut shell = setup.shell(console.clone());
    let (name, scripts) = match &arguments.script {
        Some(path) => (Some(path.display().to_string()), vec![script_in(path)?]),
        None if !arguments.command.is_empty() => (None, arguments.command),
        None if std::io::stdin().is_terminal() => {
            greet(topology);
            return Ok(ExitCode::from(converse(shell, console).await?));
        }
        None => (None, vec![script_of(std::io::stdin().lock()).context("standard input")?]),
    };
    let mut failed = false;
    for script in scripts {
        match run_one(&mut shell, &console, &script, name.as_deref()).await {
            Ok(one) => failed |= one,
            Err(code) => return Ok(code),
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether the script failed; or the exit code of one that `exit` ended, or that was broken off.
async fn run_one(
    shell: &mut Shell,
    console: &Console,
    script: &str,
    name: Option<&str>,
) -> Result<bool, ExitCode> {
    tokio::select! {
        // Whether the last line was taken is known when the script is at its end too.
        biased;
        () = console.stopped() => Err(broken_off(console)),
        outcome = shell.run_named(script, name) => match console.refused() {
            Some(_) => Err(broken_off(console)),
            None => outcome.exit.map_or(Ok(outcome.failed), |code| Err(ExitCode::from(code))),
        },
    }
}

/// The exit code of a command that was broken off: a reader who has heard enough is no failure, a full disk is one.
pub(super) fn broken_off(console: &Console) -> ExitCode {
    if let Some(error) = console.refused() {
        note(format!("error: standard output: {error}\n"));
        return ExitCode::FAILURE;
    }
    if console.is_closed() { ExitCode::SUCCESS } else { ExitCode::from(INTERRUPTED) }
}

fn greet(topology: lync_shell::Answer<lync_shell::Topology>) {
    match topology {
        Ok(found) => note(format!("The management shell of {}.\n", found.fqdn)),
        Err(error) => note(format!("warning: {error}\n")),
    }
    note("Get-Command lists the cmdlets, Get-Help NAME explains one; exit leaves.\n\n");
}

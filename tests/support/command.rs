//! The `lyncmock` command as a process.

use crate::logs;
use lyncmock::Endpoints;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Longer than any command takes, shorter than anybody waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a command printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
}

/// The command with these arguments, without a configuration from the environment.
pub fn lyncmock(binary: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LYNCMOCK_") {
            command.env_remove(&name);
        }
    }
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs the command to its end.
pub async fn finish(binary: &str, arguments: &[&str]) -> Finished {
    let output = timeout(PATIENCE, lyncmock(binary, arguments).output()).await;
    let output = output.expect("the command to end in time").unwrap();
    Finished {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

/// A pool in a process of its own, with free ports and its log at trace level in a file.
pub struct Served {
    /// The process.
    pub child: Child,
    /// Where it listens.
    pub endpoints: Endpoints,
    /// The file that `--ready-file` named.
    pub ready_file: std::path::PathBuf,
    /// Its log.
    pub log: std::path::PathBuf,
    _scratch: TempDir,
}

impl Served {
    /// Starts `lyncmock serve` with these arguments beside free ports, and waits until it is ready.
    pub async fn start(binary: &str, arguments: &[&str]) -> Self {
        let scratch = TempDir::new().unwrap();
        let ready_file = scratch.path().join("ready.json");
        let log = logs::directory().join(format!(
            "serve-{}-{}.log",
            std::process::id(),
            scratch.path().file_name().unwrap_or_default().to_string_lossy()
        ));
        let mut command = lyncmock(binary, &["serve", "--json", "--free-ports", "--log-filter", "trace"]);
        command.arg("--ready-file").arg(&ready_file).args(arguments);
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("a ready line in time").unwrap();
        let line = line.expect("the pool to start; its log says why it did not");
        let endpoints = serde_json_line(&line);
        Self { child, endpoints, ready_file, log, _scratch: scratch }
    }

    /// Ends the process at once, as a power cut would.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}

fn serde_json_line(line: &str) -> Endpoints {
    Endpoints::from_json(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// Reads a file, with the reason when it cannot be read.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

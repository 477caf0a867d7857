//! The management shell against running pools: what people type, what is printed, and what it changes.

mod articles;
mod errors;
mod kept;
mod reach;
mod samples;
mod settings;
mod typing;

use lync_tests::command::{Finished, lyncmock};
use lync_tests::terminal::Terminal;
use lyncmock::LyncMock;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

/// Somebody with the shell of one pool.
struct Shell {
    server: String,
}

impl Shell {
    fn of(pool: &LyncMock) -> Self {
        Self { server: pool.endpoints().admin.clone().expect("a pool has an admin API") }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        lyncmock(BINARY, &[arguments, &["--server", &self.server]].concat())
    }

    /// Runs lines, one after the other in one session.
    async fn run(&self, lines: &[&str]) -> Finished {
        self.run_with(&[], lines).await
    }

    /// The same, with options before them.
    async fn run_with(&self, options: &[&str], lines: &[&str]) -> Finished {
        let lines: Vec<&str> = lines.iter().flat_map(|line| ["-c", *line]).collect();
        ended(self.command(&[&["shell"], options, &lines].concat())).await
    }

    /// What lines print that succeed.
    async fn prints(&self, lines: &[&str]) -> String {
        let finished = self.run(lines).await;
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{lines:?}");
        finished.stdout
    }

    /// What is said on standard error of lines that fail.
    async fn fails(&self, lines: &[&str]) -> String {
        let finished = self.run(lines).await;
        assert_eq!(
            (finished.code, finished.stdout.as_str()),
            (Some(1), ""),
            "{lines:?}: {}",
            finished.stderr
        );
        finished.stderr
    }

    /// A session at a terminal. What it remembers is lost with it.
    fn session(&self) -> Terminal {
        let mut command = self.command(&["shell"]);
        command.env("XDG_STATE_HOME", "/dev/null").env("NO_COLOR", "1");
        Terminal::start(&command)
    }

    /// The same command at a terminal.
    fn at_a_terminal(&self, options: &[&str], line: &str) -> Terminal {
        Terminal::start(&self.command(&[&["shell"], options, &["-c", line]].concat()))
    }
}

/// Runs a command to its end, with this on its standard input.
async fn with_input(mut command: Command, input: &str) -> Finished {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    finished(child.wait_with_output()).await
}

async fn ended(mut command: Command) -> Finished {
    finished(command.output()).await
}

async fn finished(output: impl Future<Output = std::io::Result<std::process::Output>>) -> Finished {
    let output = tokio::time::timeout(lync_tests::raw::PATIENCE, output).await;
    let output = output.expect("the command to end in time").unwrap();
    Finished {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

/// What differs from run to run, masked: latencies, dates, ports.
fn masked(text: &str) -> String {
    text.lines().map(|line| masked_line(line) + "\n").collect()
}

fn masked_line(line: &str) -> String {
    if let Some((name, value)) = line.split_once(": ") {
        let masked = match name.trim() {
            "Latency" => Some("<latency>"),
            "Date" => Some("<date>"),
            "PrimaryHttpPort" | "PrimaryHttpsPort" => Some("<port>"),
            _ if value.ends_with(" AM") || value.ends_with(" PM") => Some("<time>"),
            _ => None,
        };
        if let Some(masked) = masked {
            return format!("{name}: {masked}");
        }
    }
    match line.split_once("VERBOSE: Done in ").and_then(|(_, rest)| rest.split_once(" secs ")) {
        Some((_, rest)) => format!("VERBOSE: Done in <latency> secs {rest}"),
        None => masked_ports(line.trim_end()),
    }
}

/// `pool.test:41234` becomes `pool.test:<port>`.
fn masked_ports(line: &str) -> String {
    let mut pieces = line.split(':');
    let mut masked = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        // Two digits are minutes.
        let is_port = piece.len() - rest.len() > 2 && masked.ends_with(|c: char| c.is_alphanumeric());
        let is_port = is_port && (rest.is_empty() || rest.starts_with(['/', ' ']));
        masked.push(':');
        masked += if is_port { "<port>" } else { "" };
        masked += if is_port { rest } else { piece };
    }
    masked
}

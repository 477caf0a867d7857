//! The project's own checks: `cargo xtask check` and `cargo xtask check-logs DIRECTORY PIN...`.
#![expect(clippy::print_stdout, reason = "a command line talks to a person")]

mod check;
mod logs;
mod repository;
mod workspace;

use anyhow::Context;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  check                         run all of the project's own checks on the files of this repository
  check-logs DIRECTORY PIN...   look for these PINs and passwords, in clear and in other forms, in trace logs";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&arguments).unwrap_or_else(|error| {
        println!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(arguments: &[&str]) -> anyhow::Result<ExitCode> {
    match arguments {
        ["check"] => check::run(),
        ["check-logs", directory, pins @ ..] if !pins.is_empty() => logs::run(Path::new(directory), pins),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            println!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

/// Runs a command to its end and answers with what it printed.
fn output_of(command: &mut std::process::Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("{shown} could not be started"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        anyhow::bail!("{shown} failed: {}", complaint.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{shown} printed something that is not UTF-8"))
}

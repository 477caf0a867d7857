//! The `lyncmock` command, for the tests that drive it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("threads and timers");
    runtime.block_on(lyncmock::cli::run(std::env::args_os().collect()))
}

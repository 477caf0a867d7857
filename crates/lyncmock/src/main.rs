//! The `lyncmock` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a process that cannot have threads and timers can serve nobody");
    let ended = runtime.block_on(lyncmock::cli::run(std::env::args_os().collect()));
    // Not by dropping it: that would wait for a look-up of a name that no DNS server answers.
    runtime.shutdown_background();
    ended
}

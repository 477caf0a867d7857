//! The log of a process, on standard error. PINs, passwords and keys never reach it: their types print as `****`.

use crate::config::{LogFormat, Options};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Colours are for a person at a terminal who has not asked for none (no-color.org).
fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Reads a filter.
pub(crate) fn filter(text: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(text)
}

/// Starts the log as the options have it. A second call in one process changes nothing.
///
/// # Errors
/// When `log.filter` cannot be read.
pub(crate) fn start(options: &Options) -> Result<(), ParseError> {
    let filter = filter(options.log.filter.as_deref().unwrap_or("warn"))?;
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours()).with_writer(std::io::stderr);
    // Fails only when the process has a log already, which then stays.
    let _ = match options.log.format.unwrap_or_default() {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

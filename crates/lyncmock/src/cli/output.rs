//! What is printed. A reader that has heard enough, as `head -1` has, is no failure.

use crate::config::Config;
use anyhow::Context;
use std::io::{ErrorKind, Write};

/// Prints on standard output.
///
/// # Errors
/// When it cannot be written; [`is_closed`] tells a reader that has gone.
pub(super) fn print(text: impl AsRef<str>) -> anyhow::Result<()> {
    print_bytes(text.as_ref().as_bytes())
}

/// Prints on standard output what need not be text.
pub(super) fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).context("standard output")
}

/// Prints on standard error. There is nobody to tell when that fails.
pub(super) fn note(text: impl AsRef<str>) {
    let _ = std::io::stderr().lock().write_all(text.as_ref().as_bytes());
}

/// Tells of a configuration what its person may not have meant.
pub(super) fn warn(config: &Config) {
    for warning in config.warnings() {
        note(format!("warning: {warning}\n"));
    }
}

/// Whether the error is a reader that has gone.
pub(super) fn is_closed(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<std::io::Error>();
    cause.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// The error and its causes, without repeating a cause that the text before it has told already.
pub(super) fn told(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |told, cause| {
        let cause = cause.to_string();
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cause_is_told_twice() {
        let cause = anyhow::anyhow!("no such file");
        assert_eq!(told(&cause.context("lab.toml: no such file")), "lab.toml: no such file");
        let cause = anyhow::anyhow!("no such file");
        assert_eq!(told(&cause.context("lab.toml")), "lab.toml: no such file");
    }
}

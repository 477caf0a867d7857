//! Where a session writes, and whom it asks.

use async_trait::async_trait;
use time::OffsetDateTime;

/// A stream of PowerShell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// What was asked for.
    Output,
    /// Error records.
    Error,
    /// -Verbose.
    Verbose,
    /// Warnings.
    Warning,
}

/// The terminal, or what stands for one.
#[async_trait]
pub trait Host: Send + Sync {
    /// Writes one line, without its end. The prefix of the stream (`VERBOSE: `) is already there.
    fn write(&self, stream: Stream, line: &str);

    /// Asks for a value; `None` where nobody can be asked. What is `secret` is not shown while it is typed.
    async fn ask(&self, label: &str, secret: bool) -> Option<String>;

    /// Whether somebody can be asked. Where not, nothing of a question is written.
    fn can_ask(&self) -> bool {
        true
    }

    /// Writes a file, for Out-File.
    ///
    /// # Errors
    /// What the system said.
    async fn write_file(&self, path: &str, text: &str, append: bool) -> Result<(), String>;

    /// Reads a script that a line names: `.\a.ps1`.
    ///
    /// # Errors
    /// What the system said; where there are no files, that.
    async fn read_file(&self, path: &str) -> Result<String, String> {
        Err(format!("{path}: scripts cannot be read here"))
    }

    /// Columns of the terminal, or [`WIDTH_WITHOUT_TERMINAL`](crate::WIDTH_WITHOUT_TERMINAL).
    fn width(&self) -> usize;

    /// The time of the pool, for Get-Date; `None` where there is none.
    fn now(&self) -> Option<OffsetDateTime> {
        None
    }

    /// Clears the screen, for Clear-Host.
    fn clear(&self) {}
}

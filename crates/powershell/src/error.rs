//! Error records.

use std::fmt;

/// An error as PowerShell prints one, with the place in the line underlined by the engine.
///
/// ```text
/// Get-CsUser : Management object not found for identity "nobody".
/// At line:1 char:1
/// + Get-CsUser nobody
/// + ~~~~~~~~~~~~~~~~~
///     + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException
///     + FullyQualifiedErrorId : ...
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRecord {
    /// The message. Holds no PIN and no password.
    pub message: String,
    /// ErrorCategory, for instance `ObjectNotFound`.
    pub category: &'static str,
    /// What it is about, for instance `nobody:UserIdParameter`; empty where there is nothing.
    pub target: String,
    /// The exception's type, without namespace.
    pub exception: &'static str,
    /// FullyQualifiedErrorId without the cmdlet's type.
    pub id: &'static str,
    /// Whether the pipeline ends here.
    pub terminating: bool,
}

impl ErrorRecord {
    /// An error that ends the pipeline.
    pub fn new(category: &'static str, id: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            category,
            target: String::new(),
            exception: "Exception",
            id,
            terminating: true,
        }
    }

    /// With this exception's type.
    #[must_use]
    pub fn of(mut self, exception: &'static str) -> Self {
        self.exception = exception;
        self
    }

    /// About this.
    #[must_use]
    pub fn about(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// The objects after this one are still tried.
    #[must_use]
    pub fn going_on(mut self) -> Self {
        self.terminating = false;
        self
    }
}

impl fmt::Display for ErrorRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ErrorRecord {}

//! What is wrong with a script.

use super::Span;

/// The first thing that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub span: Span,
    /// PowerShell's FullyQualifiedErrorId, or one of our own where PowerShell would have read on.
    pub id: &'static str,
    pub message: String,
    /// Whether more text could mend it.
    pub incomplete: bool,
}

impl SyntaxError {
    pub(crate) fn new(span: Span, id: &'static str, message: impl Into<String>) -> Self {
        Self { span, id, message: message.into(), incomplete: false }
    }

    /// The text ended too early.
    pub(crate) fn ended(span: Span, id: &'static str, message: impl Into<String>) -> Self {
        Self { incomplete: true, ..Self::new(span, id, message) }
    }
}

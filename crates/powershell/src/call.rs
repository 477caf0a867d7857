//! One command of a pipeline while it runs.

use crate::ErrorRecord;

/// What an answer to -Confirm says about the objects to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    All,
    None,
}

/// What becomes of an error that does not end the pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ErrorAction {
    #[default]
    Continue,
    SilentlyContinue,
    Stop,
}

impl ErrorAction {
    pub(crate) const NAMES: &'static [&'static str] =
        &["SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore"];

    /// `Inquire` asks nobody here and goes on.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "continue" | "inquire" => Some(Self::Continue),
            "silentlycontinue" | "ignore" => Some(Self::SilentlyContinue),
            "stop" => Some(Self::Stop),
            _ => None,
        }
    }
}

/// The common parameters of one command, and what it has written so far.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub verbose: bool,
    pub verbose_lines: Vec<String>,
    pub quiet_warnings: bool,
    pub error_action: Option<ErrorAction>,
    pub what_if: bool,
    pub confirm: bool,
    pub confirmed: Option<Confirmed>,
    pub out_variable: Option<String>,
    pub error_variable: Option<String>,
    /// Errors that were written while the command went on, not yet shown.
    pub pending_errors: Vec<ErrorRecord>,
}

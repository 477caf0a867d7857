//! One command of a pipeline while it runs.

use crate::{ErrorRecord, Value};

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
    /// As SilentlyContinue, and `$Error` does not keep it.
    Ignore,
}

impl ErrorAction {
    /// The enumeration ActionPreference; the place of a name is its number.
    pub(crate) const NAMES: &'static [&'static str] =
        &["SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore"];

    /// `None` for Inquire, which nobody is asked about here, and for what is no name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "continue" => Some(Self::Continue),
            "silentlycontinue" => Some(Self::SilentlyContinue),
            "stop" => Some(Self::Stop),
            "ignore" => Some(Self::Ignore),
            _ => None,
        }
    }

    /// Whether nothing is shown.
    pub(crate) fn is_silent(self) -> bool {
        matches!(self, Self::SilentlyContinue | Self::Ignore)
    }
}

/// A variable that takes what a command wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    pub name: String,
    /// `+name`: behind what the variable holds already.
    pub append: bool,
}

/// The common parameters of one command, and what it has written so far. What was not given is `None` until the
/// preference variables say it.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub verbose: Option<bool>,
    pub verbose_lines: Vec<String>,
    pub quiet_warnings: Option<bool>,
    pub error_action: Option<ErrorAction>,
    pub what_if: Option<bool>,
    pub confirm: Option<bool>,
    pub confirmed: Option<Confirmed>,
    pub out_variable: Option<Keep>,
    pub error_variable: Option<Keep>,
    pub warning_variable: Option<Keep>,
    /// Holds the object that is on its way to the commands behind this one.
    pub pipeline_variable: Option<String>,
    /// For -WarningVariable.
    pub warnings: Vec<Value>,
    /// Errors that were written while the command went on, not yet shown.
    pub pending_errors: Vec<ErrorRecord>,
}

//! Why a rule is refused.

use crate::complaint::{did_you_mean, shown};
use std::fmt::Display;

/// Why a rule, or a file of rules, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Not TOML, or a key that rules do not have.
    #[error("line {line}, column {column}: {problem}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What is wrong, and what may have been meant.
        problem: String,
    },
    /// A long file.
    #[error("a file of {length} bytes; {most} are the most")]
    FileTooLong {
        /// Its length in bytes.
        length: usize,
        /// The most.
        most: usize,
    },
    /// Many rules in one file.
    #[error("{rules} rules in one file; {most} are the most")]
    TooManyRules {
        /// How many there are.
        rules: usize,
        /// How many there may be.
        most: usize,
    },
    /// A rule of a file is wrong.
    #[error("rule {number}{}: {error}", quoted(.name.as_deref()))]
    InFile {
        /// Which one, counted from 1.
        number: usize,
        /// Its name, where it has one.
        name: Option<String>,
        /// What is wrong with it.
        error: Box<Self>,
    },
    /// A key has a value that cannot be meant.
    #[error("{key}: {problem}")]
    Key {
        /// The key, with those around it: `who.source`.
        key: String,
        /// What was found and what was expected.
        problem: String,
    },
    /// A key names something that does not exist.
    #[error("{key}: there is no {what} {}{}", shown(.found), did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The key, with those around it: `who.user`.
        key: String,
        /// What it should name.
        what: String,
        /// What it names.
        found: String,
        /// What looks most like it.
        nearest: Option<String>,
    },
    /// Many rules are armed.
    #[error("{armed} rules are armed, and there may not be more; disarm some")]
    TooManyArmed {
        /// How many there are.
        armed: usize,
    },
}

impl RuleError {
    pub(in crate::rules) fn key(key: impl Into<String>, problem: impl Display) -> Self {
        Self::Key { key: key.into(), problem: problem.to_string() }
    }

    pub(in crate::rules) fn unknown(
        key: impl Into<String>,
        what: &str,
        found: &str,
        nearest: Option<&str>,
    ) -> Self {
        Self::Unknown {
            key: key.into(),
            what: what.to_owned(),
            found: found.to_owned(),
            nearest: nearest.map(str::to_owned),
        }
    }
}

fn quoted(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" ({:?})", name.chars().take(64).collect::<String>()))
}

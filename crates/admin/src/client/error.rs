//! Why the client has no answer.

use crate::error::Kind;
use crate::{Problem, ScopeError};
use std::io::ErrorKind;

/// Why the client has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL is none.
    #[error("`{url}` is no URL of an admin API: {reason}")]
    Url {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The namespace is none.
    #[error(transparent)]
    Namespace(#[from] ScopeError),
    /// Nobody listens there.
    #[error("cannot connect to the admin API at {authority}: {error}{hint}", hint = hint(error))]
    Connect {
        /// `host:port`.
        authority: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The connection broke.
    #[error("the admin API at {authority} broke off: {reason}")]
    Broken {
        /// `host:port`.
        authority: String,
        /// What HTTP says.
        reason: String,
    },
    /// The answer did not come in time.
    #[error("the admin API at {authority} did not answer within {seconds} s")]
    Silent {
        /// `host:port`.
        authority: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The pool refused.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// Something answered that is not the admin API, or another version of it.
    #[error("the answer, status {status}, is not an admin API's: {reason}")]
    Undecodable {
        /// The status.
        status: u16,
        /// What is wrong with it.
        reason: String,
    },
    /// The request has no JSON form.
    #[error("the request has no JSON form: {0}")]
    Unwritable(serde_json::Error),
}

impl ClientError {
    /// The kind of refusal; `None` when the pool was not reached or not understood.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Refused(problem) => Some(problem.kind),
            _ => None,
        }
    }
}

/// What a newcomer may have to do.
fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            "; is a pool running? `lyncmock` starts one, --server URL or --ready-file FILE finds another"
        }
        _ => "",
    }
}

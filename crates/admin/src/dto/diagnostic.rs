//! The table of diagnostics.

use lync_model::diagnostics;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One cause of a refusal, and what is answered to it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Diagnostic {
    /// How rules and the journal call the cause.
    #[schema(example = "pin-wrong")]
    pub name: String,
    /// ErrorId of X-Ms-diagnostics; null where no public source gives one.
    #[schema(example = 28020)]
    pub code: Option<u32>,
    /// The reason, to the letter.
    pub reason: String,
    /// The fault code.
    pub faultcode: Option<String>,
    /// The HTTP status; null where no public source gives one.
    #[schema(example = 401)]
    pub status: Option<u16>,
    /// How well it is known that a Lync Server answers so: captured, specified, documented or inferred.
    #[schema(example = "captured")]
    pub evidence: String,
    /// Where it is written.
    pub source: String,
}

impl From<&diagnostics::Diagnostic> for Diagnostic {
    fn from(entry: &diagnostics::Diagnostic) -> Self {
        Self {
            name: entry.name.clone(),
            code: entry.code,
            reason: entry.reason.clone(),
            faultcode: entry.faultcode.clone(),
            status: entry.status,
            evidence: entry.evidence.as_str().to_owned(),
            source: entry.source.clone(),
        }
    }
}

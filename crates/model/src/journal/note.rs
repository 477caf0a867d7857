//! What a handler knows of the request that it answered.

use super::{Device, Diagnosed, Outcome, Protocol, RuleFired};
use std::collections::BTreeMap;

/// A handler's note on its answer. It travels as an extension of the HTTP response to whoever writes the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The protocol.
    pub protocol: Protocol,
    /// One of [`names`](super::names).
    pub event: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// One line for a person.
    pub summary: String,
    /// Who it was, as far as the request tells.
    pub device: Device,
    /// X-MS-Correlation-Id of the answer.
    pub correlation: Option<String>,
    /// The rule that acted.
    pub rule: Option<RuleFired>,
    /// What a refusal said.
    pub diagnostic: Option<Diagnosed>,
    /// What was in it, decoded, by name.
    pub decoded: BTreeMap<String, String>,
}

impl Note {
    /// A note that says no more than what happened and how it ended.
    pub fn new(
        protocol: Protocol,
        event: &'static str,
        outcome: Outcome,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            protocol,
            event,
            outcome,
            summary: summary.into(),
            device: Device::default(),
            correlation: None,
            rule: None,
            diagnostic: None,
            decoded: BTreeMap::new(),
        }
    }
}

//! Scenarios.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A known failure with a name.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Scenario {
    /// Its name.
    #[schema(example = "pin-locked")]
    pub name: String,
    /// One line.
    pub title: String,
    /// Which part of the pool it is about.
    pub chapter: String,
    /// What is wrong.
    pub cause: String,
    /// What the wire shows.
    pub wire: String,
    /// What the phone shows.
    pub phone: String,
    /// The entry of the event log, where one is known.
    pub event: Option<String>,
    /// What mends it.
    pub fix: String,
    /// Where it is written.
    pub source: String,
    /// How well it is known: captured, specified, documented or inferred.
    #[schema(example = "documented")]
    pub evidence: String,
}

/// A scenario to be armed.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmScenario {
    /// Its name in the catalogue.
    #[schema(max_length = 128, example = "pin-locked")]
    pub scenario: String,
    /// Whom it meets: SIP address, or its part before the `@`. Everybody in the namespace, or in the pool, when it is
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 258, example = "kenmyer")]
    pub user: Option<String>,
}

/// A scenario that is armed.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct ArmedScenario {
    /// By which it is lifted.
    #[schema(example = 1)]
    pub id: u64,
    /// Its name in the catalogue.
    #[schema(example = "pin-locked")]
    pub scenario: String,
    /// The SIP address of the user whom it meets.
    #[schema(example = "sip:kenmyer@litwareinc.com")]
    pub user: Option<String>,
    /// The namespace in which it was armed.
    pub namespace: Option<String>,
    /// Whether what it broke has been mended otherwise, so that it no longer shows.
    pub cured: bool,
}

impl From<&lync_model::scenario::Scenario> for Scenario {
    fn from(scenario: &lync_model::scenario::Scenario) -> Self {
        Self {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            chapter: scenario.chapter.clone(),
            cause: scenario.cause.clone(),
            wire: scenario.wire.clone(),
            phone: scenario.phone.clone(),
            event: scenario.event.clone(),
            fix: scenario.fix.clone(),
            source: scenario.source.clone(),
            evidence: scenario.evidence.as_str().to_owned(),
        }
    }
}

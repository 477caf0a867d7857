//! Armed rules. As it is written, a rule is a [`RuleSpec`].

use lync_model::rules::{self, RuleSpec};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule that is armed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct ArmedRule {
    /// By which it is disarmed.
    #[schema(example = 1)]
    pub id: u64,
    /// Its name, as the journal has it.
    pub name: String,
    /// As it was written.
    pub rule: RuleSpec,
    /// The scenario that it is part of.
    pub scenario: Option<String>,
    /// The namespace whose devices it meets.
    pub namespace: Option<String>,
    /// How often it has acted.
    pub fired: u64,
    /// Whether it will never act again.
    pub spent: bool,
}

impl From<&rules::ArmedRule> for ArmedRule {
    fn from(armed: &rules::ArmedRule) -> Self {
        Self {
            id: armed.id.0,
            name: armed.name.clone(),
            rule: armed.spec.clone(),
            scenario: armed.owner.scenario.clone(),
            namespace: armed.owner.namespace.clone(),
            fired: armed.fired,
            spent: armed.spent,
        }
    }
}

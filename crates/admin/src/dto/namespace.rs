//! Namespaces: parallel tests on one pool that do not see each other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A namespace and what belongs to it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Namespace {
    /// Its name.
    #[schema(example = "test-1")]
    pub name: String,
    /// SIP addresses of its users.
    pub users: Vec<String>,
    /// Its hardware addresses.
    pub macs: Vec<String>,
    /// Its source addresses.
    pub sources: Vec<String>,
}

/// What shall belong to a namespace.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NamespaceMembers {
    /// Existing users: SIP address, or its part before the `@`.
    #[schema(max_items = 10_000, example = json!(["kenmyer"]))]
    pub users: Vec<String>,
    /// Hardware addresses.
    #[schema(max_items = 10_000, example = json!(["00:04:f2:00:00:01"]))]
    pub macs: Vec<String>,
    /// Source addresses.
    #[schema(max_items = 10_000, example = json!(["10.99.0.2"]))]
    pub sources: Vec<String>,
}

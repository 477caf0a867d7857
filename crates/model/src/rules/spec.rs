//! A rule as it is written: in a file, in the catalogue, and in the admin API.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file of rules.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RulesFile {
    /// The rules; the first that matches wins.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleSpec>,
}

/// Where, who, when and what. Everything but `where` and one of `what`, `then` and `delay` may be left out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleSpec {
    /// How the journal names it; made from the rest when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A place, or place and operation: `dhcp`, `webticket.pin`.
    #[serde(rename = "where")]
    pub place: String,
    /// Whom it meets; everybody when it is left out.
    #[serde(default, skip_serializing_if = "WhoSpec::is_everybody")]
    pub who: WhoSpec,
    /// When it acts; always when it is left out.
    #[serde(default, skip_serializing_if = "WhenSpec::is_always")]
    pub when: WhenSpec,
    /// What it does, each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<ActionSpec>,
    /// What it does the first time, the second time, and so on, counted per user; after the last it does nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<ActionSpec>,
    /// How long it waits first: `2s`, `uniform(100ms, 2s)`, `normal(1s, 200ms)`, `lognormal(500ms, 0.5)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<String>,
    /// The seed of its random choices, so that they come out the same each time; made from the name when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// Whom a rule meets; all that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhoSpec {
    /// A user: SIP address, or its part before the `@`. Before the PIN is verified the user is known by the line that
    /// was typed. Not at dhcp and tls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The number or extension that is typed. Not at dhcp and tls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// A hardware address; `*` stands for any characters, as in `00:04:f2:*`. At dhcp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// An address or a network: `10.99.0.2`, `10.99.0.0/24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// DHCP option 60, to the letter. At dhcp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_class: Option<String>,
    /// The User-Agent header; `*` stands for any characters. Not at dhcp and tls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// When a rule acts; all that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhenSpec {
    /// The first this many times that it would act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// Each time of this number: 3 is the third, the sixth, and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Only after the journal noted this, since the rule was armed, for the same user, hardware address or source
    /// address, or for nobody in particular: `dhcp.ack`, `web.restarted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Until the journal notes this for anybody: `web.restarted`. Then the rule is spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// From this instant of the pool's clock on, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Before this instant of the pool's clock, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// With this probability, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// What a rule does, as written: a word, or a table with one key.
///
/// Words: `ok`, `reset`, `close`, `stall`, `close-half-way`, or the name of a diagnostic (at certprov and webticket).
/// Tables: `{ answer = "pin-wrong" }`, `{ userpin = "IncorrectPin" }` or `{ userpin = "fault" }`,
/// `{ http = { status = 503, headers = { Retry-After = "5" }, body = "…" } }` (or `body-file = "page.html"`),
/// `{ tls = "expired" }` or `{ tls = "alert:40" }`, `{ dhcp = "silence" }`, `{ dhcp = "duplicate" }`,
/// `{ dhcp = { second-server = "old-pool.example.com" } }`,
/// `{ dhcp = { option-43 = "omit", option-120 = "ascii" } }` (a broken form by name, `omit`, or `hex:0a02…`).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActionSpec {
    /// A word.
    Word(String),
    /// A table with one key.
    Table(BTreeMap<String, ActionValue>),
}

/// What stands behind the key of an [`ActionSpec::Table`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActionValue {
    /// A word.
    Word(String),
    /// A number, as for a status.
    Number(i64),
    /// A table of words, as for headers; one level is all there is.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    Table(BTreeMap<String, ActionValue>),
}

impl WhoSpec {
    /// Whether nothing is asked for.
    pub fn is_everybody(&self) -> bool {
        *self == Self::default()
    }
}

impl WhenSpec {
    /// Whether nothing is asked for.
    pub fn is_always(&self) -> bool {
        *self == Self::default()
    }
}

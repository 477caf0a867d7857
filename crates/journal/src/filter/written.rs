//! A filter as it is written: words and numbers.

use super::Filter;
use ipnet::IpNet;
use lync_model::journal::{Outcome, Protocol, names};
use lync_model::rules::MacError;
use lync_net::excerpt;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Why a filter can mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No entry is ever called so.
    #[error("there is no event `{}`; there are {}", excerpt(.0), names::ALL.join(", "))]
    Event(String),
    /// The hardware address is none.
    #[error(transparent)]
    Mac(#[from] MacError),
    /// The source is none.
    #[error("`{}` is neither an address nor a network; they look like 10.99.0.2 and 10.99.0.0/24", excerpt(.0))]
    Source(String),
}

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone_or_ext: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
}

impl TryFrom<Written> for Filter {
    type Error = FilterError;

    fn try_from(written: Written) -> Result<Self, FilterError> {
        Ok(Self {
            event: written.event.map(known_event).transpose()?,
            protocol: written.protocol,
            user: written.user,
            phone_or_ext: written.phone_or_ext,
            mac: written.mac.map(|mac| mac.parse()).transpose()?,
            source: written.source.map(network).transpose()?,
            namespace: written.namespace,
            since: written.since,
            scenario: written.scenario,
            rule: written.rule,
            outcome: written.outcome,
            limit: written.limit,
        })
    }
}

impl From<Filter> for Written {
    fn from(filter: Filter) -> Self {
        Self {
            event: filter.event,
            protocol: filter.protocol,
            user: filter.user,
            phone_or_ext: filter.phone_or_ext,
            mac: filter.mac.map(|mac| mac.to_string()),
            source: filter.source.map(|source| source.to_string()),
            namespace: filter.namespace,
            since: filter.since,
            scenario: filter.scenario,
            rule: filter.rule,
            outcome: filter.outcome,
            limit: filter.limit,
        }
    }
}

impl Filter {
    /// Whether it asks for what can be.
    ///
    /// # Errors
    /// When it names an event that no entry ever has.
    pub fn check(&self) -> Result<(), FilterError> {
        self.event.clone().map_or(Ok(()), |event| known_event(event).map(drop))
    }
}

fn known_event(event: String) -> Result<String, FilterError> {
    let known = match event.strip_suffix('*') {
        Some(beginning) => names::ALL.iter().any(|name| name.starts_with(beginning)),
        None => names::ALL.contains(&event.as_str()),
    };
    if known { Ok(event) } else { Err(FilterError::Event(event)) }
}

fn network(source: String) -> Result<IpNet, FilterError> {
    let address = source.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    address.or_else(|_| source.parse()).map_err(|_| FilterError::Source(source))
}

//! The fields of a filter, one by one.

use super::Filter;
use lync_model::journal::Entry;
use lync_model::rules::Mac;

/// A field that an entry may agree with or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    User,
    PhoneOrExt,
    Mac,
    Source,
    Namespace,
    Event,
    Protocol,
    Outcome,
    Scenario,
    Rule,
}

impl Field {
    pub(crate) const ALL: [Self; 10] = [
        Self::User,
        Self::PhoneOrExt,
        Self::Mac,
        Self::Source,
        Self::Namespace,
        Self::Event,
        Self::Protocol,
        Self::Outcome,
        Self::Scenario,
        Self::Rule,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::PhoneOrExt => "phone_or_ext",
            Self::Mac => "mac",
            Self::Source => "source",
            Self::Namespace => "namespace",
            Self::Event => "event",
            Self::Protocol => "protocol",
            Self::Outcome => "outcome",
            Self::Scenario => "scenario",
            Self::Rule => "rule",
        }
    }

    /// What stands before the value in a sentence.
    pub(super) const fn preposition(self) -> &'static str {
        match self {
            Self::User | Self::PhoneOrExt | Self::Mac => "for",
            Self::Source => "from",
            Self::Namespace => "in namespace",
            Self::Event => "of event",
            Self::Protocol => "of protocol",
            Self::Outcome => "with outcome",
            Self::Scenario => "of scenario",
            Self::Rule => "by rule",
        }
    }

    /// Whether it says who a device is.
    pub(crate) const fn is_who(self) -> bool {
        matches!(self, Self::User | Self::PhoneOrExt | Self::Mac | Self::Source | Self::Namespace)
    }

    /// Whether the entry has what the filter asks for here; `None` when it asks for nothing.
    pub(crate) fn agrees(self, filter: &Filter, entry: &Entry) -> Option<bool> {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().map(|wanted| found == Some(wanted))
        };
        match self {
            Self::User => filter.user.as_deref().map(|wanted| is_user(wanted, entry.device.user.as_deref())),
            Self::PhoneOrExt => same(&filter.phone_or_ext, entry.device.phone_or_ext.as_deref()),
            Self::Mac => filter.mac.map(|wanted| mac_of(entry) == Some(wanted)),
            Self::Source => filter
                .source
                .map(|wanted| entry.peer.is_some_and(|peer| wanted.contains(&peer.ip().to_canonical()))),
            Self::Namespace => same(&filter.namespace, entry.namespace.as_deref()),
            Self::Event => filter.event.as_deref().map(|wanted| is_event(wanted, &entry.event)),
            Self::Protocol => filter.protocol.map(|wanted| entry.protocol == wanted),
            Self::Outcome => filter.outcome.map(|wanted| entry.outcome == wanted),
            Self::Scenario => {
                same(&filter.scenario, entry.rule.as_ref().and_then(|rule| rule.scenario.as_deref()))
            }
            Self::Rule => filter.rule.as_deref().map(|wanted| {
                entry.rule.as_ref().is_some_and(|rule| {
                    rule.name == wanted || wanted.parse::<u64>().is_ok_and(|wanted| rule.id == wanted)
                })
            }),
        }
    }

    /// What the filter asks for here.
    pub(crate) fn wanted(self, filter: &Filter) -> Option<String> {
        match self {
            Self::User => filter.user.clone(),
            Self::PhoneOrExt => filter.phone_or_ext.clone(),
            Self::Mac => filter.mac.map(|mac| mac.to_string()),
            Self::Source => filter.source.map(|source| source.to_string()),
            Self::Namespace => filter.namespace.clone(),
            Self::Event => filter.event.clone(),
            Self::Protocol => filter.protocol.map(|protocol| protocol.as_str().to_owned()),
            Self::Outcome => filter.outcome.map(|outcome| outcome.as_str().to_owned()),
            Self::Scenario => filter.scenario.clone(),
            Self::Rule => filter.rule.clone(),
        }
    }

    /// What the entry has here.
    pub(crate) fn found(self, entry: &Entry) -> Option<String> {
        match self {
            Self::User => entry.device.user.clone(),
            Self::PhoneOrExt => entry.device.phone_or_ext.clone(),
            Self::Mac => entry.device.mac.clone(),
            Self::Source => entry.peer.map(|peer| peer.ip().to_canonical().to_string()),
            Self::Namespace => entry.namespace.clone(),
            Self::Event => Some(entry.event.clone()),
            Self::Protocol => Some(entry.protocol.as_str().to_owned()),
            Self::Outcome => Some(entry.outcome.as_str().to_owned()),
            Self::Scenario => entry.rule.as_ref().and_then(|rule| rule.scenario.clone()),
            Self::Rule => entry.rule.as_ref().map(|rule| rule.name.clone()),
        }
    }
}

/// The entry's hardware address.
pub(crate) fn mac_of(entry: &Entry) -> Option<Mac> {
    entry.device.mac.as_deref().and_then(|mac| mac.parse().ok())
}

fn is_event(wanted: &str, found: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == found, |beginning| found.starts_with(beginning))
}

fn is_user(wanted: &str, found: Option<&str>) -> bool {
    let Some(found) = found.map(address) else {
        return false;
    };
    let wanted = address(wanted);
    let found =
        if wanted.contains('@') { found } else { found.split_once('@').map_or(found, |(local, _)| local) };
    found.eq_ignore_ascii_case(wanted)
}

/// Without the scheme.
fn address(user: &str) -> &str {
    match user.split_at_checked(4) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("sip:") => address,
        _ => user,
    }
}

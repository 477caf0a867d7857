//! Which entries are meant.

mod field;
mod written;

pub(crate) use field::{Field, mac_of};
pub use written::FilterError;

use ipnet::IpNet;
use lync_model::journal::{Entry, Outcome, Protocol};
use lync_model::rules::Mac;
use serde::{Deserialize, Serialize};
use std::fmt;
use written::Written;

/// Which entries are meant; all that is given must hold. [`Filter::default`] means every entry.
///
/// As JSON, or as a query string, everything is a word or a number, and an unknown field, an event that does not exist
/// or an address that is none is refused.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Filter {
    /// One of [`names`](lync_model::journal::names), or the beginning of some and `*`: `webticket.*`.
    pub event: Option<String>,
    /// The protocol.
    pub protocol: Option<Protocol>,
    /// The user's SIP address, with or without `sip:`, or its part before the `@`; in any case.
    pub user: Option<String>,
    /// What was typed as number or extension.
    pub phone_or_ext: Option<String>,
    /// The hardware address.
    pub mac: Option<Mac>,
    /// The client's address, or a network that it lies in.
    pub source: Option<IpNet>,
    /// The namespace.
    pub namespace: Option<String>,
    /// Only entries after the one of this number: [`Journal::last_seq`](crate::Journal::last_seq) of the moment from
    /// which on they count.
    pub since: Option<u64>,
    /// The scenario whose rule acted.
    pub scenario: Option<String>,
    /// The rule that acted: its name, or its id.
    pub rule: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// So many entries at most: the first ones where `since` is given, else the last ones.
    pub limit: Option<usize>,
}

impl Filter {
    /// Every entry of this event.
    pub fn event(event: &str) -> Self {
        Self { event: Some(event.to_owned()), ..Self::default() }
    }

    /// Those of this user.
    #[must_use]
    pub fn user(self, user: &str) -> Self {
        Self { user: Some(user.to_owned()), ..self }
    }

    /// Those of this namespace.
    #[must_use]
    pub fn namespace(self, namespace: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self }
    }

    /// Those after the entry of this number.
    #[must_use]
    pub fn since(self, seq: u64) -> Self {
        Self { since: Some(seq), ..self }
    }

    /// Whether the entry is meant, `limit` apart.
    pub fn matches(&self, entry: &Entry) -> bool {
        self.comes_after(entry.seq) && Field::ALL.iter().all(|field| field.agrees(self, entry) != Some(false))
    }

    /// Whether an entry of this number is new enough.
    pub(crate) fn comes_after(&self, seq: u64) -> bool {
        self.since.is_none_or(|since| seq > since)
    }

    /// Keeps as many as `limit` allows.
    pub(crate) fn cut<T>(&self, mut found: Vec<T>) -> Vec<T> {
        let Some(surplus) = self.limit.and_then(|limit| found.len().checked_sub(limit)) else {
            return found;
        };
        if self.since.is_some() {
            found.truncate(found.len() - surplus);
            found
        } else {
            found.split_off(surplus)
        }
    }
}

impl fmt::Display for Filter {
    /// `certprov.published for kenmyer, outcome ok`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event.as_deref().unwrap_or("entry"))?;
        let mut separator = " ";
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Event) {
            if let Some(wanted) = field.wanted(self) {
                let word = field.preposition();
                write!(f, "{separator}{word} {}", lync_net::excerpt(&wanted))?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn read(json: &str) -> Result<Filter, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_star_stands_for_the_rest_of_an_events_name() {
        let issued = sample::entry("webticket.issued");
        for (event, matches) in [
            ("webticket.issued", true),
            ("webticket.*", true),
            ("*", true),
            ("webticket.", false),
            ("webticket.refused", false),
            ("certprov.*", false),
        ] {
            assert_eq!(Filter::event(event).matches(&issued), matches, "{event}");
        }
    }

    #[test]
    fn a_user_is_an_address_or_its_local_part() {
        let entry = sample::of_user("webticket.issued", "sip:kenmyer@litwareinc.com");
        for (user, matches) in [
            ("kenmyer", true),
            ("KenMyer", true),
            ("kenmyer@litwareinc.com", true),
            ("sip:kenmyer@LITWAREINC.com", true),
            ("ken", false),
            ("sip:kenmyer", true),
            ("kenmyer@", false),
            ("kenmyer@example.com", false),
        ] {
            assert_eq!(Filter::default().user(user).matches(&entry), matches, "{user}");
        }
        assert!(!Filter::default().user("").matches(&sample::entry("http")));
    }

    #[test]
    fn all_that_is_given_must_hold() {
        let mut entry = sample::of_user("dhcp.ack", "sip:a@x.test");
        entry.device.mac = Some("00:04:f2:00:00:01".to_owned());
        entry.peer = Some("[::ffff:10.99.0.2]:68".parse().unwrap());
        entry.rule = Some(sample::rule());
        let all = r#"{"event":"dhcp.*","protocol":"dhcp","user":"a","mac":"00-04-F2-00-00-01","source":"10.99.0.0/24",
            "scenario":"dhcp-silent","rule":"7","outcome":"ok","since":0}"#;
        entry.seq = 1;
        assert!(read(all).unwrap().matches(&entry));
        for (from, to) in [
            ("dhcp.*", "http"),
            ("\"protocol\":\"dhcp\"", "\"protocol\":\"tls\""),
            ("\"user\":\"a\"", "\"user\":\"b\""),
            ("00-01", "00-02"),
            ("10.99.0.0/24", "10.98.0.0/24"),
            ("dhcp-silent", "dhcp"),
            ("\"7\"", "\"8\""),
            ("\"ok\"", "\"failed\""),
            ("\"since\":0", "\"since\":1"),
            ("\"since\":0", "\"namespace\":\"t\""),
            ("\"since\":0", "\"phone_or_ext\":\"1219\""),
        ] {
            assert!(all.contains(from));
            assert!(!read(&all.replace(from, to)).unwrap().matches(&entry), "{to}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (json, why) in [
            (r#"{"evnt":"http"}"#, "unknown field"),
            (r#"{"event":"certprov.publishd"}"#, "certprov.published"),
            (r#"{"event":"sip.*"}"#, "there is no event"),
            (r#"{"mac":"x"}"#, "hardware address"),
            (r#"{"source":"10.99.0.0/33"}"#, "neither an address nor a network"),
            (r#"{"outcome":"good"}"#, "unknown variant"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_filter_reads_back_as_it_was_written() {
        let json = r#"{"event":"webticket.*","mac":"00:04:f2:00:00:01","source":"10.99.0.2/32","limit":3}"#;
        let filter = read(json).unwrap();
        assert_eq!(serde_json::to_string(&filter).unwrap(), json);
        assert_eq!(read("{}").unwrap(), Filter::default());
    }

    #[test]
    fn a_limit_keeps_the_last_and_after_since_the_first() {
        let last = Filter { limit: Some(2), ..Filter::default() };
        assert_eq!(last.cut(vec![1, 2, 3]), [2, 3]);
        assert_eq!(last.clone().since(0).cut(vec![1, 2, 3]), [1, 2]);
        assert_eq!(last.cut(vec![1]), [1]);
    }

    #[test]
    fn a_filter_reads_as_a_sentence() {
        let filter =
            Filter { outcome: Some(Outcome::Ok), ..Filter::event("certprov.published").user("kenmyer") };
        assert_eq!(filter.to_string(), "certprov.published for kenmyer, with outcome ok");
        assert_eq!(Filter::default().to_string(), "entry");
    }
}

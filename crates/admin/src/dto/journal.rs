//! The journal: what is asked of it, and what it answers. Its entries are the model's.

use super::{Entry, Outcome, Protocol};
use crate::ApiError;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// Which entries are meant; all that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct JournalFilter {
    /// The name of the entry, as in `webticket.refused`; or the beginning of some, as in `webticket.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 64, example = "webticket.refused")]
    #[schema(max_length = 64, example = "webticket.refused")]
    pub event: Option<String>,
    /// The protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub protocol: Option<Protocol>,
    /// The user: SIP address, or its part before the `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 258)]
    #[schema(max_length = 258)]
    pub user: Option<String>,
    /// The number or extension that was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 64)]
    #[schema(max_length = 64)]
    pub phone_or_ext: Option<String>,
    /// The hardware address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 64)]
    #[schema(max_length = 64)]
    pub mac: Option<String>,
    /// The address from which it came, without a port; or a network that it lies in, as in `10.99.0.0/24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 64)]
    #[schema(max_length = 64)]
    pub source: Option<String>,
    /// Only entries with a greater number than this: the `last_seq` of an earlier answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Only entries in which a rule of this scenario acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 128)]
    #[schema(max_length = 128)]
    pub scenario: Option<String>,
    /// Only entries in which this rule acted: its name, or its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 256)]
    #[schema(max_length = 256)]
    pub rule: Option<String>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub outcome: Option<Outcome>,
    /// At most this many entries: with `since` the oldest that match, else the newest. Either way the oldest of them
    /// comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 100_000)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub limit: Option<u64>,
}

/// Entries of the journal.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct JournalPage {
    /// Those that match, the oldest first.
    pub entries: Vec<Entry>,
    /// The `since` of the next question: the number of the newest entry of all, matching or not, 0 when there was none
    /// yet; of a full page behind a `since`, that of its last entry.
    pub last_seq: u64,
}

/// The entries that were waited for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct Entries {
    /// The oldest first.
    pub entries: Vec<Entry>,
}

/// A device that the journal has seen, put together from the entries that share something of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeenDevice {
    /// Its hardware addresses.
    pub macs: Vec<String>,
    /// The addresses from which it came, without ports.
    pub sources: Vec<String>,
    /// The users that it signed in, or tried to.
    pub users: Vec<String>,
    /// What was typed as number or extension and is somebody's.
    pub phone_or_ext: Vec<String>,
    /// Its DHCP option 60.
    pub vendor_classes: Vec<String>,
    /// Its User-Agent headers.
    pub user_agents: Vec<String>,
    /// Its DeviceIds.
    pub device_ids: Vec<String>,
    /// When it was first seen, by the pool's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: OffsetDateTime,
    /// When it was last seen.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: OffsetDateTime,
    /// The numbers of its entries, the oldest first.
    pub entries: Vec<u64>,
    /// The name of its last entry.
    pub last_event: String,
    /// How that ended.
    pub last_outcome: Outcome,
    /// The namespace to which it belongs.
    pub namespace: Option<String>,
    /// Where it stopped: the number of the last entry that did not end well and was not made good afterwards.
    pub stopped_at: Option<u64>,
    /// How far it came and why not further, in one line.
    pub verdict: String,
}

/// The forms in which the journal is exported.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// JSON Lines, an entry a line.
    Jsonl,
    /// HTTP Archive 1.2: the HTTP entries.
    Har,
    /// A capture file for Wireshark: what went over the wire.
    Pcapng,
}

/// What is to be verified: a `filter` with `exactly`, or with `at_least` and `at_most`; or a `sequence`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"filter": {"event": "webticket.issued"}, "at_least": 0}))]
pub struct VerifyRequest {
    /// Which entries are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<JournalFilter>,
    /// So many of them there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exactly: Option<u64>,
    /// So many of them there are, or more; 1 when nothing else is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// So many of them there are, or fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// Entries that came one after the other, with others between them or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 100)]
    pub sequence: Option<Vec<JournalFilter>>,
}

/// What is to be verified, put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, as long as its request")]
pub enum Expectation {
    /// How many entries there are.
    Count {
        /// Which entries are counted.
        filter: JournalFilter,
        /// The fewest.
        at_least: u64,
        /// The most; any number when `None`.
        at_most: Option<u64>,
    },
    /// Entries that came one after the other. Not empty.
    Sequence(Vec<JournalFilter>),
}

/// It holds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verified {
    /// Always true.
    pub ok: bool,
}

/// The longest sequence that is verified.
const MAX_SEQUENCE: usize = 100;

impl JournalFilter {
    /// Entries of this name.
    pub fn event(name: impl Into<String>) -> Self {
        Self { event: Some(name.into()), ..Self::default() }
    }
}

impl ExportFormat {
    /// The word in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Har => "har",
            Self::Pcapng => "pcapng",
        }
    }
}

impl TryFrom<VerifyRequest> for Expectation {
    type Error = ApiError;

    fn try_from(request: VerifyRequest) -> Result<Self, ApiError> {
        let VerifyRequest { filter, exactly, at_least, at_most, sequence } = request;
        match (filter, sequence) {
            (Some(filter), None) => count(filter, exactly, at_least, at_most),
            (None, Some(sequence)) if exactly.or(at_least).or(at_most).is_some() => {
                let what =
                    format!("a sequence of {} entries is found or not; it is not counted", sequence.len());
                Err(ApiError::invalid(what).field("sequence"))
            }
            (None, Some(sequence)) if (1..=MAX_SEQUENCE).contains(&sequence.len()) => {
                Ok(Self::Sequence(sequence))
            }
            (None, Some(sequence)) => {
                let what =
                    format!("the sequence has {} entries; it may have 1 to {MAX_SEQUENCE}", sequence.len());
                Err(ApiError::invalid(what).field("sequence"))
            }
            (None, None) => {
                Err(ApiError::invalid("neither `filter` nor `sequence` is given").field("filter"))
            }
            (Some(_), Some(_)) => {
                Err(ApiError::invalid("both `filter` and `sequence` are given").field("sequence"))
            }
        }
    }
}

fn count(
    filter: JournalFilter,
    exactly: Option<u64>,
    at_least: Option<u64>,
    at_most: Option<u64>,
) -> Result<Expectation, ApiError> {
    let (at_least, at_most) = match (exactly, at_least, at_most) {
        (Some(exactly), None, None) => (exactly, Some(exactly)),
        (Some(_), ..) => {
            let what = "`exactly` stands without `at_least` and `at_most`";
            return Err(ApiError::invalid(what).field("exactly"));
        }
        (None, None, None) => (1, None),
        (None, at_least, at_most) => (at_least.unwrap_or(0), at_most),
    };
    if at_most.is_some_and(|at_most| at_most < at_least) {
        let what = "`at_most` is less than `at_least`";
        return Err(ApiError::invalid(what).field("at_most"));
    }
    Ok(Expectation::Count { filter, at_least, at_most })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Expectation, ApiError> {
        serde_json::from_str::<VerifyRequest>(text).unwrap().try_into()
    }

    #[test]
    fn an_expectation_is_a_count_or_a_sequence() {
        let bounds = |text| match read(text).unwrap() {
            Expectation::Count { at_least, at_most, .. } => (at_least, at_most),
            Expectation::Sequence(_) => panic!("a sequence"),
        };
        assert_eq!(bounds(r#"{"filter":{}}"#), (1, None));
        assert_eq!(bounds(r#"{"filter":{},"exactly":2}"#), (2, Some(2)));
        assert_eq!(bounds(r#"{"filter":{},"at_most":2}"#), (0, Some(2)));
        assert_eq!(bounds(r#"{"filter":{},"at_least":1,"at_most":2}"#), (1, Some(2)));
        assert!(matches!(read(r#"{"sequence":[{"event":"a"}]}"#), Ok(Expectation::Sequence(_))));
        for (text, field) in [
            ("{}", "filter"),
            (r#"{"filter":{},"sequence":[{}]}"#, "sequence"),
            (r#"{"sequence":[]}"#, "sequence"),
            (r#"{"sequence":[{}],"exactly":1}"#, "sequence"),
            (r#"{"filter":{},"exactly":1,"at_most":1}"#, "exactly"),
            (r#"{"filter":{},"at_least":2,"at_most":1}"#, "at_most"),
        ] {
            assert_eq!(read(text).unwrap_err().field.as_deref(), Some(field), "{text}");
        }
    }
}

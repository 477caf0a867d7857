//! What did not come, and what came nearest to it.

use crate::filter::Field;
use crate::{Filter, devices, words};
use lync_model::journal::{Entry, Outcome, Protocol, names};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What was waited for did not come in time.
///
/// As text it is one line for a person: `no certprov.published for kenmyer within 5 s; nearest: webticket.issued for
/// sip:kenmyer@litwareinc.com at 12:01:03; no certificate request followed`.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Missed {
    /// What was waited for.
    pub filter: Filter,
    /// How many of it.
    pub count: u64,
    /// How long.
    pub timeout: Duration,
    /// Those that did come, the last ones where there are more than the journal keeps.
    pub matched: Vec<Arc<Entry>>,
    /// What came nearest; `None` when nothing has anything of what was asked for.
    pub nearest: Option<NearestMiss>,
}

/// The entry that agrees with most of a filter, and does not match it.
#[derive(Clone, Debug)]
pub struct NearestMiss {
    /// The entry.
    pub entry: Arc<Entry>,
    /// What is different.
    pub differs: Vec<Difference>,
    /// The last thing that the same device did, if that was something else.
    pub last_of_device: Option<Arc<Entry>>,
    /// What was asked for would have followed from such a request: `certificate request`.
    pub missing: &'static str,
}

/// A field of a filter that an entry does not agree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's name.
    pub field: &'static str,
    /// What the filter asks for.
    pub wanted: String,
    /// What the entry has.
    pub found: Option<String>,
}

impl NearestMiss {
    /// The nearest one among all `entries` of the journal.
    pub(crate) fn find(filter: &Filter, entries: &[Arc<Entry>]) -> Option<Self> {
        let candidates =
            entries.iter().filter(|entry| filter.comes_after(entry.seq) && !filter.matches(entry));
        let (rank, entry) =
            candidates.map(|entry| (Rank::of(filter, entry), entry)).max_by_key(|(rank, _)| *rank)?;
        let asks_who = Field::ALL.iter().any(|field| field.is_who() && field.wanted(filter).is_some());
        // Where nothing agrees, the last thing at all is worth telling, unless it is somebody else's.
        if rank.agreement == 0 && asks_who {
            return None;
        }
        let group =
            devices::groups(entries).into_iter().find(|group| group.iter().any(|of| of.seq == entry.seq));
        let last_of_device = group.and_then(|group| group.into_iter().rfind(|entry| tells_something(entry)));
        Some(Self {
            entry: Arc::clone(entry),
            differs: differences(filter, entry),
            last_of_device: last_of_device.filter(|last| last.seq > entry.seq),
            missing: filter.event.as_deref().map_or("such entry", words::leading_to),
        })
    }
}

impl NearestMiss {
    fn is_of_another_event(&self) -> bool {
        self.differs.iter().any(|difference| difference.field == Field::Event.name())
    }
}

/// How near an entry comes; of equals the newest is the nearest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    agreement: usize,
    /// Of what agrees, so much says who it is: the same device's other steps tell more than other devices' same step.
    who: usize,
    tells_something: bool,
    seq: u64,
}

impl Rank {
    fn of(filter: &Filter, entry: &Entry) -> Self {
        let agrees = |field: &&Field| field.agrees(filter, entry) == Some(true);
        let agreeing = Field::ALL.iter().filter(agrees);
        let who = agreeing.clone().filter(|field| field.is_who()).count();
        // An event of the same service counts half.
        let agreement = agreeing.count() * 2 + usize::from(is_of_same_service(filter, entry));
        Self { agreement, who, tells_something: tells_something(entry), seq: entry.seq }
    }
}

fn is_of_same_service(filter: &Filter, entry: &Entry) -> bool {
    let service = |event: &str| event.split_once('.').map(|(service, _)| service.to_owned());
    let wanted = filter.event.as_deref().filter(|wanted| *wanted != entry.event).and_then(service);
    wanted.is_some() && wanted == service(&entry.event)
}

/// Whether it is more than a connection that ended as connections do.
fn tells_something(entry: &Entry) -> bool {
    let is_plain = entry.event == names::CONNECTION && entry.outcome == Outcome::Ok;
    !is_plain && entry.protocol != Protocol::Pool
}

fn differences(filter: &Filter, entry: &Entry) -> Vec<Difference> {
    let differs = Field::ALL.into_iter().filter(|field| field.agrees(filter, entry) == Some(false));
    differs
        .filter_map(|field| {
            Some(Difference { field: field.name(), wanted: field.wanted(filter)?, found: field.found(entry) })
        })
        .collect()
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filter, count, matched, .. } = self;
        match matched.len() {
            0 => write!(f, "no {filter}")?,
            found => write!(f, "{found} of {count} {filter}")?,
        }
        write!(f, " within {}; ", words::seconds(self.timeout))?;
        match &self.nearest {
            Some(nearest) => write!(f, "nearest: {nearest}"),
            None if matched.is_empty() => f.write_str("nothing comes near it"),
            None => f.write_str("nothing else comes near it"),
        }
    }
}

impl fmt::Display for NearestMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::brief(&self.entry))?;
        let mut separator = " (";
        // The event stands there already.
        for difference in self.differs.iter().filter(|difference| difference.field != Field::Event.name()) {
            write!(f, "{separator}{difference}")?;
            separator = ", ";
        }
        if separator == ", " {
            f.write_str(")")?;
        }
        match &self.last_of_device {
            Some(last) => write!(f, "; the last from there: {}", words::brief(last)),
            None if self.entry.outcome == Outcome::Ok && self.is_of_another_event() => {
                write!(f, "; no {} followed", self.missing)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, wanted, found } = self;
        write!(f, "{field} {}, not {wanted}", found.as_deref().unwrap_or("unknown"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use lync_model::journal::Device;

    const KEN: &str = "sip:kenmyer@litwareinc.com";

    fn missed(filter: Filter, entries: Vec<Entry>) -> String {
        let entries: Vec<_> =
            (1..).zip(entries).map(|(seq, entry)| Arc::new(Entry { seq, ..entry })).collect();
        let nearest = NearestMiss::find(&filter, &entries);
        let matched = entries.into_iter().filter(|entry| filter.matches(entry)).collect();
        Missed { filter, count: 2, timeout: Duration::from_secs(5), matched, nearest }.to_string()
    }

    fn published() -> Filter {
        Filter::event("certprov.published").user("kenmyer")
    }

    #[test]
    fn the_nearest_is_what_the_same_user_did_last() {
        let told = missed(
            published(),
            vec![
                sample::of_user("certprov.published", "sip:other@litwareinc.com"),
                sample::of_user("webticket.refused", KEN),
                sample::of_user("webticket.issued", KEN),
                sample::of_user("connection", KEN),
            ],
        );
        assert_eq!(
            told,
            "no certprov.published for kenmyer within 5 s; \
             nearest: webticket.issued for sip:kenmyer@litwareinc.com at 12:00:00; no certificate request followed"
        );
    }

    #[test]
    fn an_event_of_the_same_service_is_nearer_and_says_why() {
        let told = missed(
            published(),
            vec![sample::of_user("certprov.refused", KEN), sample::of_user("webticket.issued", KEN)],
        );
        assert_eq!(
            told,
            "no certprov.published for kenmyer within 5 s; \
             nearest: certprov.refused for sip:kenmyer@litwareinc.com at 12:00:00: what certprov.refused says; \
             the last from there: webticket.issued for sip:kenmyer@litwareinc.com at 12:00:00"
        );
    }

    #[test]
    fn what_differs_is_told() {
        let filter = Filter { outcome: Some(Outcome::Failed), ..published() };
        let told = missed(filter, vec![sample::of_user("certprov.published", KEN)]);
        assert!(told.ends_with("at 12:00:00 (outcome ok, not failed)"), "{told}");
    }

    #[test]
    fn somebody_elses_other_step_is_not_near_but_anything_is_near_to_anybody() {
        let others = || vec![sample::of_user("dhcp.ack", "sip:other@litwareinc.com")];
        assert_eq!(
            missed(published(), others()),
            "no certprov.published for kenmyer within 5 s; nothing comes near it"
        );
        let told = missed(Filter::event("certprov.published"), others());
        assert!(told.contains("nearest: dhcp.ack for sip:other@litwareinc.com"), "{told}");
        assert!(missed(published(), Vec::new()).ends_with("; nothing comes near it"));
    }

    #[test]
    fn those_that_came_are_counted_and_what_is_older_is_not_near() {
        let came = || vec![sample::of_user("certprov.published", KEN)];
        assert!(
            missed(published(), came()).starts_with("1 of 2 certprov.published for kenmyer within 5 s; ")
        );
        assert!(missed(published().since(1), came()).ends_with("nothing comes near it"));
    }

    #[test]
    fn a_difference_to_what_is_unknown_says_so() {
        let mut entry = sample::entry("certprov.published");
        entry.device = Device { phone_or_ext: Some("1219".to_owned()), ..Device::default() };
        let filter = Filter { phone_or_ext: Some("1219".to_owned()), ..published() };
        assert!(missed(filter, vec![entry]).contains("(user unknown, not kenmyer)"));
    }
}

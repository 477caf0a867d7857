//! Asking whether something happened, after the fact.

use crate::filter::Field;
use crate::{Filter, NearestMiss, devices, words};
use lync_model::journal::Entry;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// So many entries are told of what did happen, the last ones.
const MAX_TOLD: usize = 40;

/// So many entries are expected. Without a number: one at least.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Verification {
    /// Which; its `limit` does not count.
    pub filter: Filter,
    /// No more and no less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exactly: Option<u64>,
    /// No less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// No more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

/// These are expected in this order, others between them. One device must have done all of it, unless the filters
/// themselves name several; what the pool did itself may stand between.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// What, the first first.
    pub filters: Vec<Filter>,
}

/// What was expected did not happen. As text it is a report of several lines.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Unmet {
    /// What was expected.
    pub expected: String,
    /// What was found of it.
    pub found: Vec<Arc<Entry>>,
    /// What came nearest to what is missing; `None` also when there is too much.
    pub nearest: Option<NearestMiss>,
    /// What did happen, to those whom the filters name; the last 40 entries.
    pub happened: Vec<Arc<Entry>>,
    /// How many more did, before these.
    pub left_out: usize,
}

pub(crate) fn count(verification: &Verification, entries: &[Arc<Entry>]) -> Result<(), Box<Unmet>> {
    let filter = &verification.filter;
    let found: Vec<_> = entries.iter().filter(|entry| filter.matches(entry)).cloned().collect();
    let number = u64::try_from(found.len()).unwrap_or(u64::MAX);
    if verification.allows(number) {
        return Ok(());
    }
    let lacks = number < verification.least();
    let nearest = if lacks { NearestMiss::find(filter, entries) } else { None };
    let expected = format!("{} {filter}", verification.numbers());
    Err(Unmet::new(expected, found, nearest, &around(std::slice::from_ref(filter), entries)))
}

pub(crate) fn order(sequence: &Sequence, entries: &[Arc<Entry>]) -> Result<(), Box<Unmet>> {
    let filters = &sequence.filters;
    let mut best: (Vec<Arc<Entry>>, Option<Story>) = (Vec::new(), None);
    for story in stories(filters, entries) {
        let found = prefix(filters, &story.telling(filters));
        if found.len() == filters.len() {
            return Ok(());
        }
        if best.1.is_none() || found.len() > best.0.len() {
            best = (found, Some(story));
        }
    }
    let (found, story) = best;
    let story = story.map(|story| story.whole()).unwrap_or_default();
    let Some(missing) = filters.get(found.len()) else {
        return Ok(()); // Nothing was expected.
    };
    let after = found.last().map_or(0, |entry| entry.seq).max(missing.since.unwrap_or(0));
    let nearest = NearestMiss::find(&missing.clone().since(after), &story);
    let wanted: Vec<_> = filters.iter().map(ToString::to_string).collect();
    let expected = format!("{}, in this order", wanted.join(", then "));
    let happened = if story.is_empty() { around(filters, entries) } else { story };
    Err(Unmet::new(expected, found, nearest, &happened))
}

impl Verification {
    fn least(&self) -> u64 {
        let least = self.exactly.or(self.at_least);
        least.unwrap_or(if self.at_most.is_some() { 0 } else { 1 })
    }

    fn allows(&self, number: u64) -> bool {
        number >= self.least()
            && self.exactly.is_none_or(|exactly| number == exactly)
            && self.at_least.is_none_or(|least| number >= least)
            && self.at_most.is_none_or(|most| number <= most)
    }

    /// `exactly 1`, `at least 1 and at most 3`.
    fn numbers(&self) -> String {
        let bounds = [("exactly", self.exactly), ("at least", self.at_least), ("at most", self.at_most)];
        let told: Vec<_> =
            bounds.iter().filter_map(|(word, bound)| bound.map(|bound| format!("{word} {bound}"))).collect();
        if told.is_empty() { "at least 1".to_owned() } else { told.join(" and ") }
    }
}

/// What one device did, and what the pool did itself; each in its order. They are joined only where it matters: there
/// may be thousands of devices, and thousands of entries of the pool.
struct Story {
    own: Vec<Arc<Entry>>,
    pools: Arc<Pools>,
}

struct Pools {
    all: Vec<Arc<Entry>>,
    /// Those that one of the filters means.
    meant: Vec<Arc<Entry>>,
}

impl Story {
    fn whole(&self) -> Vec<Arc<Entry>> {
        joined(self.own.iter(), &self.pools.all)
    }

    /// What the filters mean of it.
    fn telling(&self, filters: &[Filter]) -> Vec<Arc<Entry>> {
        joined(self.own.iter().filter(|entry| is_meant(filters, entry)), &self.pools.meant)
    }
}

fn joined<'a>(own: impl Iterator<Item = &'a Arc<Entry>>, pools: &'a [Arc<Entry>]) -> Vec<Arc<Entry>> {
    let mut story: Vec<_> = own.chain(pools).cloned().collect();
    story.sort_by_key(|entry| entry.seq);
    story
}

fn is_meant(filters: &[Filter], entry: &Entry) -> bool {
    filters.iter().any(|filter| filter.matches(entry))
}

/// What each device did, with what the pool did itself; or all of it, where the filters name several devices.
fn stories(filters: &[Filter], entries: &[Arc<Entry>]) -> Vec<Story> {
    let nothing = Arc::new(Pools { all: Vec::new(), meant: Vec::new() });
    if names_several(filters) {
        return vec![Story { own: entries.to_vec(), pools: nothing }];
    }
    let all: Vec<_> = entries.iter().filter(|entry| !devices::is_devices(entry)).cloned().collect();
    let groups = devices::groups(entries);
    if groups.is_empty() && !all.is_empty() {
        // What the pool did alone is a story too.
        return vec![Story { own: all, pools: nothing }];
    }
    let meant = all.iter().filter(|entry| is_meant(filters, entry)).cloned().collect();
    let pools = Arc::new(Pools { all, meant });
    groups.into_iter().map(|own| Story { own, pools: Arc::clone(&pools) }).collect()
}

fn names_several(filters: &[Filter]) -> bool {
    Field::ALL.into_iter().filter(|field| field.is_who()).any(|field| {
        let mut named = filters.iter().filter_map(|filter| field.wanted(filter));
        let first = named.next();
        named.any(|other| Some(other) != first)
    })
}

/// The entries that meet the filters in their order, as far as that goes.
fn prefix(filters: &[Filter], story: &[Arc<Entry>]) -> Vec<Arc<Entry>> {
    let mut story = story.iter();
    filters.iter().map_while(|filter| story.find(|entry| filter.matches(entry)).cloned()).collect()
}

/// What happened to those whom the filters name, since then.
fn around(filters: &[Filter], entries: &[Arc<Entry>]) -> Vec<Arc<Entry>> {
    let is_theirs = |filter: &Filter, entry: &Entry| {
        let who = Field::ALL.iter().filter(|field| field.is_who());
        filter.comes_after(entry.seq) && who.copied().all(|field| field.agrees(filter, entry) != Some(false))
    };
    entries.iter().filter(|entry| filters.iter().any(|filter| is_theirs(filter, entry))).cloned().collect()
}

impl Unmet {
    fn new(
        expected: String,
        found: Vec<Arc<Entry>>,
        nearest: Option<NearestMiss>,
        happened: &[Arc<Entry>],
    ) -> Box<Self> {
        let left_out = happened.len().saturating_sub(MAX_TOLD);
        let happened = happened.iter().skip(left_out).cloned().collect();
        Box::new(Self { expected, found, nearest, happened, left_out })
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected: {}\nfound: {}", self.expected, self.found.len())?;
        for entry in self.found.iter().take(MAX_TOLD) {
            write!(f, "\n  {}", words::line(entry))?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "\nnearest: {nearest}")?;
        }
        match (self.happened.len(), self.left_out) {
            (0, _) => f.write_str("\nnothing else happened")?,
            (_, 0) => f.write_str("\nwhat happened:")?,
            (_, left_out) => write!(f, "\nwhat happened, after {left_out} other entries:")?,
        }
        self.happened.iter().try_for_each(|entry| write!(f, "\n  {}", words::line(entry)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const KEN: &str = "sip:kenmyer@litwareinc.com";
    const AMY: &str = "sip:amy@litwareinc.com";

    fn numbered(entries: Vec<Entry>) -> Vec<Arc<Entry>> {
        (1..).zip(entries).map(|(seq, entry)| Arc::new(Entry { seq, ..entry })).collect()
    }

    fn sequence(filters: &[Filter]) -> Sequence {
        Sequence { filters: filters.to_vec() }
    }

    #[test]
    fn numbers_are_held() {
        let entries = numbered(vec![sample::entry("dhcp.ack"), sample::entry("dhcp.ack")]);
        let holds = |exactly, at_least, at_most| {
            let filter = Filter::event("dhcp.ack");
            count(&Verification { filter, exactly, at_least, at_most }, &entries).is_ok()
        };
        assert!(holds(None, None, None));
        assert!(holds(Some(2), None, None) && !holds(Some(1), None, None) && !holds(Some(3), None, None));
        assert!(holds(None, Some(2), None) && !holds(None, Some(3), None));
        assert!(holds(None, None, Some(2)) && !holds(None, None, Some(1)));
        let never = |exactly, at_most| {
            let filter = Filter::event("dhcp.dropped");
            count(&Verification { filter, exactly, at_most, at_least: None }, &entries).is_ok()
        };
        assert!(never(Some(0), None) && never(None, Some(0)) && !never(None, None));
    }

    #[test]
    fn a_number_that_is_not_met_is_reported_with_what_happened() {
        let entries = numbered(vec![
            sample::of_user("webticket.refused", AMY),
            sample::of_user("webticket.refused", KEN),
            sample::of_user("webticket.issued", KEN),
        ]);
        let filter = Filter::event("webticket.refused").user("kenmyer");
        let unmet = |exactly| {
            let verification = Verification { filter: filter.clone(), exactly, ..Verification::default() };
            count(&verification, &entries).unwrap_err().to_string()
        };
        let story = "what happened:\n  \
                     #2 12:00:00 webticket.refused (refused) sip:kenmyer@litwareinc.com: what webticket.refused says\n  \
                     #3 12:00:00 webticket.issued sip:kenmyer@litwareinc.com: what webticket.issued says";
        assert_eq!(
            unmet(Some(0)),
            format!(
                "expected: exactly 0 webticket.refused for kenmyer\nfound: 1\n  \
                 #2 12:00:00 webticket.refused (refused) sip:kenmyer@litwareinc.com: what webticket.refused says\n\
                 {story}"
            )
        );
        let too_few = unmet(Some(2));
        assert!(too_few.contains("\nnearest: webticket.issued for sip:kenmyer@"), "{too_few}");
        assert!(too_few.ends_with(story), "{too_few}");
    }

    #[test]
    fn a_sequence_is_one_devices() {
        let entries = numbered(vec![
            sample::of_user("webticket.issued", KEN),
            sample::of_user("webticket.issued", AMY),
            sample::entry("web.restarted"),
            sample::of_user("certprov.published", AMY),
        ]);
        let steps = |events: &[&str]| {
            let filters: Vec<_> = events.iter().map(|event| Filter::event(event)).collect();
            order(&sequence(&filters), &entries)
        };
        assert!(steps(&[]).is_ok());
        assert!(steps(&["webticket.issued", "certprov.published"]).is_ok());
        assert!(steps(&["webticket.issued", "web.restarted", "certprov.published"]).is_ok());
        assert!(steps(&["web.restarted"]).is_ok());
        assert!(steps(&["certprov.published", "webticket.issued"]).is_err());
        assert!(steps(&["webticket.issued", "webticket.issued"]).is_err());
        let of_two = sequence(&[
            Filter::event("webticket.issued").user("kenmyer"),
            Filter::event("certprov.published").user("amy"),
        ]);
        assert!(order(&of_two, &entries).is_ok());
    }

    #[test]
    fn a_sequence_that_breaks_off_says_where() {
        let entries = numbered(vec![
            sample::of_user("webticket.issued", KEN),
            sample::of_user("certprov.refused", KEN),
            sample::of_user("dhcp.ack", AMY),
        ]);
        let steps = sequence(&[Filter::event("webticket.issued"), Filter::event("certprov.published")]);
        assert_eq!(
            order(&steps, &entries).unwrap_err().to_string(),
            "expected: webticket.issued, then certprov.published, in this order\n\
             found: 1\n  \
             #1 12:00:00 webticket.issued sip:kenmyer@litwareinc.com: what webticket.issued says\n\
             nearest: certprov.refused for sip:kenmyer@litwareinc.com at 12:00:00: what certprov.refused says\n\
             what happened:\n  \
             #1 12:00:00 webticket.issued sip:kenmyer@litwareinc.com: what webticket.issued says\n  \
             #2 12:00:00 certprov.refused (refused) sip:kenmyer@litwareinc.com: what certprov.refused says"
        );
        let nothing = order(&steps, &[]).unwrap_err().to_string();
        assert!(nothing.ends_with("\nfound: 0\nnothing else happened"), "{nothing}");
    }

    #[test]
    fn a_long_story_is_told_by_its_end() {
        let entries = numbered(vec![sample::entry("dhcp.dropped"); 100]);
        let unmet =
            count(&Verification { exactly: Some(0), ..Verification::default() }, &entries).unwrap_err();
        assert_eq!((unmet.happened.len(), unmet.left_out), (40, 60));
        assert!(unmet.to_string().contains("after 60 other entries:\n  #61 "));
    }
}

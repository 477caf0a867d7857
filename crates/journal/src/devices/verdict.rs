//! How far a device came, in one line.

use crate::{observer, words};
use lync_model::journal::{Entry, Outcome, names};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

/// So many steps are named, the first and the last ones.
const MAX_STEPS: usize = 12;

/// Where the device stopped, and its way there in one line.
///
/// All its steps are named, and its last sign-in is judged: that it had a certificate once does not make a later
/// failure good.
pub(super) fn of(entries: &[Arc<Entry>], crowded: &BTreeSet<u64>) -> (Option<Arc<Entry>>, String) {
    let sign_in = last_sign_in(entries);
    let stopped = stopped(sign_in);
    let steps = steps(entries);
    let steps =
        if steps.is_empty() { "nothing but connections".to_owned() } else { shortened(steps).join(", ") };
    let has_certificate = ": it has its certificate";
    let ending = match &stopped {
        Some(entry) => format!(": {}", words::reason(entry)),
        None if is_published(sign_in) => has_certificate.to_owned(),
        None => match sign_in.iter().rev().find_map(|entry| end(entry)) {
            Some(End::Nothing(_)) if let Some(address) = crowd(sign_in, crowded) => {
                format!("; several devices at {address}: whose requests followed is not known")
            }
            Some(End::Nothing(_)) if is_published(entries) && asked_dhcp_only(sign_in) => {
                format!("{has_certificate}; since then it asked DHCP and nothing else")
            }
            Some(End::Nothing(missing)) => format!("; no {missing} followed"),
            Some(End::Ruled(answer)) => format!(": {answer}"),
            None => String::new(),
        },
    };
    (stopped, steps + &ending)
}

fn is_published(entries: &[Arc<Entry>]) -> bool {
    entries.iter().any(|entry| entry.event == names::CERTPROV_PUBLISHED)
}

/// Where several devices signed in at once, so that what is missing may be in the entries of another.
fn crowd(sign_in: &[Arc<Entry>], crowded: &BTreeSet<u64>) -> Option<IpAddr> {
    let entry = sign_in.iter().find(|entry| crowded.contains(&entry.seq))?;
    super::join::address(entry)
}

/// Whether nothing else is there. The end of a connection that was there before says nothing.
fn asked_dhcp_only(sign_in: &[Arc<Entry>]) -> bool {
    let Some(first) = sign_in.first() else { return false };
    let is_old = |entry: &Entry| entry.event == names::CONNECTION && entry.at <= first.at;
    sign_in.iter().all(|entry| entry.event == names::DHCP_ACK || is_old(entry))
}

/// The entries from where the device began anew after it had got its last certificate but one; all, if it never did.
fn last_sign_in(entries: &[Arc<Entry>]) -> &[Arc<Entry>] {
    let (mut start, mut published) = (0, false);
    for (index, entry) in entries.iter().enumerate() {
        if published && begins(entry) {
            (start, published) = (index, false);
        }
        published |= entry.event == names::CERTPROV_PUBLISHED;
    }
    entries.get(start..).unwrap_or_default()
}

/// Whether a phone that has a certificate does this only when it starts all over.
fn begins(entry: &Entry) -> bool {
    match entry.event.as_str() {
        names::DHCP_ACK => !is_renewed_lease(entry),
        event => event == names::CERTPROV_ROOTS,
    }
}

/// Whether the client had the address that was leased, and says nothing by asking again.
pub(super) fn is_renewed_lease(entry: &Entry) -> bool {
    let is_set = |address: &String| address != "0.0.0.0";
    entry.decoded.contains_key("address") && entry.decoded.get("ciaddr").is_some_and(is_set)
}

/// What tells how a sign-in ended.
enum End {
    /// What did not follow.
    Nothing(&'static str),
    /// What a rule answered.
    Ruled(String),
}

/// How a sign-in ended of which this came last, if it says anything.
fn end(entry: &Entry) -> Option<End> {
    if is_ruled(entry) {
        return Some(End::Ruled(words::reason(entry)));
    }
    words::missing_after(&entry.event).filter(|_| !is_renewed_lease(entry)).map(End::Nothing)
}

/// Whether a rule answered in place of a service, and with what looks like success to HTTP.
pub(super) fn is_ruled(entry: &Entry) -> bool {
    entry.event == names::HTTP && entry.rule.is_some()
}

/// The last entry that did not end well, unless a later one made it good.
fn stopped(entries: &[Arc<Entry>]) -> Option<Arc<Entry>> {
    entries.iter().fold(None, |stopped, entry| match stopped {
        _ if is_failure(entry) => Some(Arc::clone(entry)),
        Some(failed) if mends(entry, &failed) => None,
        stopped => stopped,
    })
}

/// Whether a person would ask about it. That a request without credentials is told how to authenticate is no failure.
pub(super) fn is_failure(entry: &Entry) -> bool {
    entry.outcome != Outcome::Ok && entry.event != names::WEBTICKET_CHALLENGED
}

/// Whether what failed must have worked by now.
fn mends(entry: &Entry, failed: &Entry) -> bool {
    if entry.outcome != Outcome::Ok {
        return false;
    }
    let is_connection = |entry: &Entry| matches!(entry.event.as_str(), names::CONNECTION | names::TLS_FAILED);
    match (is_connection(entry), is_connection(failed)) {
        (_, true) => observer::listener(entry) == observer::listener(failed),
        (true, false) => false,
        (false, false) => entry.protocol == failed.protocol || entry.event == names::CERTPROV_PUBLISHED,
    }
}

/// The events that say something, repeated ones counted: `webticket.refused ×3`.
fn steps(entries: &[Arc<Entry>]) -> Vec<String> {
    let mut steps: Vec<(&str, usize)> = Vec::new();
    for entry in entries.iter().filter(|entry| is_failure(entry) || is_milestone(entry)) {
        match steps.last_mut() {
            Some((event, times)) if *event == entry.event => *times += 1,
            _ => steps.push((&entry.event, 1)),
        }
    }
    let told = |(event, times): (&str, usize)| {
        if times == 1 { event.to_owned() } else { format!("{event} ×{times}") }
    };
    steps.into_iter().map(told).collect()
}

fn is_milestone(entry: &Entry) -> bool {
    let says_little = [names::CONNECTION, names::METADATA, names::WEBTICKET_CHALLENGED, names::HTTP];
    is_ruled(entry) || !says_little.contains(&entry.event.as_str())
}

fn shortened(mut steps: Vec<String>) -> Vec<String> {
    if let Some(surplus) = steps.len().checked_sub(MAX_STEPS).filter(|surplus| *surplus > 0) {
        let half = MAX_STEPS / 2;
        steps.splice(half..half + surplus, ["…".to_owned()]);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use lync_model::journal::Diagnosed;

    fn verdict(events: &[&str]) -> (Option<u64>, String) {
        let entry = |(seq, event): (u64, &&str)| Arc::new(Entry { seq, ..sample::entry(event) });
        let (stopped, verdict) = of(&(1..).zip(events).map(entry).collect::<Vec<_>>(), &BTreeSet::new());
        (stopped.map(|entry| entry.seq), verdict)
    }

    #[test]
    fn a_refusal_is_told_with_its_reason_and_code() {
        let mut refused = sample::entry("webticket.refused");
        refused.diagnostic = Some(Diagnosed {
            name: "pin-wrong".to_owned(),
            code: Some(28003),
            reason: "The pin is invalid.".to_owned(),
            evidence: "captured".to_owned(),
        });
        let entries = [sample::entry("dhcp.ack"), sample::entry("certprov.roots"), refused].map(Arc::new);
        assert_eq!(
            of(&entries, &BTreeSet::new()).1,
            "dhcp.ack, certprov.roots, webticket.refused: The pin is invalid. (28003)"
        );
    }

    #[test]
    fn a_device_stops_at_its_last_failure_unless_it_was_made_good() {
        for (events, stopped) in [
            (&["dhcp.dropped", "dhcp.ack"][..], None),
            (&["dhcp.ack", "dhcp.dropped"], Some(2)),
            (&["webticket.refused", "webticket.issued"], None),
            (&["webticket.refused", "certprov.roots"], Some(1)),
            (&["webticket.refused", "certprov.published"], None),
            (&["tls.failed", "connection"], None),
            (&["webticket.refused", "connection"], Some(1)),
            (&["webticket.challenged"], None),
        ] {
            assert_eq!(verdict(events).0, stopped, "{events:?}");
        }
    }

    #[test]
    fn what_did_not_follow_is_told() {
        for (events, told) in [
            (&["dhcp.ack"][..], "dhcp.ack; no request for the root certificates followed"),
            (
                &["dhcp.ack", "webticket.issued", "connection"],
                "dhcp.ack, webticket.issued; no certificate request followed",
            ),
            (&["connection"], "nothing but connections"),
        ] {
            assert_eq!(verdict(events).1, told);
        }
    }

    const SIGNED_IN: [&str; 4] = ["dhcp.ack", "certprov.roots", "webticket.issued", "certprov.published"];

    #[test]
    fn a_certificate_does_not_answer_for_the_sign_ins_after_it() {
        let way = SIGNED_IN.join(", ");
        for (then, told) in [
            (&["connection"][..], ": it has its certificate"),
            (&["webticket.challenged", "webticket.issued"], ", webticket.issued: it has its certificate"),
            (
                &["dhcp.ack", "dhcp.ack"],
                ", dhcp.ack ×2: it has its certificate; since then it asked DHCP and nothing else",
            ),
            (
                &["dhcp.ack", "webticket.challenged"],
                ", dhcp.ack; no ticket request with credentials followed",
            ),
            (&["dhcp.ack", "certprov.roots"], ", dhcp.ack, certprov.roots; no ticket request followed"),
            (&["certprov.roots", "metadata"], ", certprov.roots; no ticket request followed"),
            (&["certprov.roots", "http"], ", certprov.roots; no ticket request followed"),
        ] {
            assert_eq!(verdict(&[&SIGNED_IN, then].concat()), (None, format!("{way}{told}")), "{then:?}");
        }
        let failed = [&SIGNED_IN[..], &["dhcp.ack", "webticket.refused"]].concat();
        assert_eq!(verdict(&failed).0, Some(6));
        assert!(verdict(&SIGNED_IN.repeat(2)).1.ends_with("it has its certificate"));
    }

    #[test]
    fn a_failure_before_a_certificate_is_no_failure_of_the_sign_in_after_it() {
        let events = [&["tls.failed"], &SIGNED_IN[..], &["certprov.roots"]].concat();
        let (stopped, told) = verdict(&events);
        assert_eq!(stopped, None);
        assert!(told.ends_with("no ticket request followed"), "{told}");
    }

    #[test]
    fn a_lease_that_is_renewed_begins_no_sign_in() {
        let lease = |ciaddr: &str| {
            let mut entry = sample::entry("dhcp.ack");
            entry.decoded.insert("address".to_owned(), "10.0.0.7".to_owned());
            entry.decoded.insert("ciaddr".to_owned(), ciaddr.to_owned());
            entry
        };
        let told = |before: &[&str], lease: Entry| {
            let entries = before.iter().map(|event| sample::entry(event)).chain([lease]);
            of(&entries.map(Arc::new).collect::<Vec<_>>(), &BTreeSet::new()).1
        };
        assert!(told(&SIGNED_IN, lease("10.0.0.7")).ends_with("it has its certificate"));
        assert!(told(&["certprov.roots"], lease("10.0.0.7")).ends_with("no ticket request followed"));
        assert!(told(&SIGNED_IN, lease("0.0.0.0")).ends_with("since then it asked DHCP and nothing else"));
    }

    #[test]
    fn a_connection_after_dhcp_is_something_else() {
        let told = |seconds| {
            let mut connection = sample::entry("connection");
            connection.at += time::Duration::seconds(seconds);
            let entries = [&SIGNED_IN[..], &["dhcp.ack"]].concat();
            let entries = entries.into_iter().map(sample::entry).chain([connection]).map(Arc::new);
            of(&entries.collect::<Vec<_>>(), &BTreeSet::new()).1
        };
        assert!(told(-1).ends_with("since then it asked DHCP and nothing else"));
        assert!(told(1).ends_with("no request for the root certificates followed"));
    }

    #[test]
    fn what_a_rule_answered_after_a_certificate_is_told() {
        let ruled = Entry { rule: Some(sample::rule()), ..sample::entry("http") };
        let entries = SIGNED_IN.iter().chain(&["dhcp.ack"]).map(|event| sample::entry(event)).chain([ruled]);
        let told = of(&entries.map(Arc::new).collect::<Vec<_>>(), &BTreeSet::new()).1;
        assert!(told.ends_with("dhcp.ack, http: what http says"), "{told}");
    }

    #[test]
    fn what_a_rule_answered_is_told() {
        let ruled = || Entry {
            summary: "200 OK by the rule \"root-chain-empty\"".to_owned(),
            rule: Some(sample::rule()),
            ..sample::entry("http")
        };
        let told = |entries: Vec<Entry>| {
            of(&entries.into_iter().map(Arc::new).collect::<Vec<_>>(), &BTreeSet::new())
        };
        let (stopped, verdict) = told(vec![sample::entry("dhcp.ack"), ruled(), sample::entry("connection")]);
        assert_eq!(verdict, "dhcp.ack, http: 200 OK by the rule \"root-chain-empty\"");
        assert_eq!(stopped, None);
        let (_, verdict) = told(vec![ruled(), sample::entry("certprov.roots")]);
        assert_eq!(verdict, "http, certprov.roots; no ticket request followed");
    }

    #[test]
    fn a_long_way_is_told_by_its_beginning_and_its_end() {
        assert_eq!(verdict(&["webticket.refused"; 3]).1, "webticket.refused ×3: what webticket.refused says");
        let events = ["webticket.refused", "dhcp.ack"].repeat(50);
        let told = verdict(&events).1;
        assert_eq!(told.split(", ").count(), MAX_STEPS + 1, "{told}");
        assert!(told.contains(", …, "), "{told}");
    }
}

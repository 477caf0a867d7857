//! How far a device came, in one line.

use crate::{observer, words};
use lync_model::journal::{Entry, Outcome, names};
use std::sync::Arc;

/// So many steps are named, the first and the last ones.
const MAX_STEPS: usize = 12;

/// Where the device stopped, and its way there in one line.
pub(super) fn of(entries: &[Arc<Entry>]) -> (Option<Arc<Entry>>, String) {
    let stopped = stopped(entries);
    let steps = steps(entries);
    let steps =
        if steps.is_empty() { "nothing but connections".to_owned() } else { shortened(steps).join(", ") };
    let verdict = match &stopped {
        Some(entry) => format!("{steps}: {}", words::reason(entry)),
        None if entries.iter().any(|entry| entry.event == names::CERTPROV_PUBLISHED) => {
            format!("{steps}: it has its certificate")
        }
        None => match entries.iter().rev().find_map(|entry| words::missing_after(&entry.event)) {
            Some(missing) => format!("{steps}; no {missing} followed"),
            None => steps,
        },
    };
    (stopped, verdict)
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
fn is_failure(entry: &Entry) -> bool {
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
    for entry in entries.iter().filter(|entry| is_failure(entry) || is_milestone(&entry.event)) {
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

fn is_milestone(event: &str) -> bool {
    !matches!(event, names::CONNECTION | names::METADATA | names::WEBTICKET_CHALLENGED | names::HTTP)
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
        let (stopped, verdict) = of(&(1..).zip(events).map(entry).collect::<Vec<_>>());
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
            of(&entries).1,
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

    #[test]
    fn a_long_way_is_told_by_its_beginning_and_its_end() {
        assert_eq!(verdict(&["webticket.refused"; 3]).1, "webticket.refused ×3: what webticket.refused says");
        let events = ["webticket.refused", "dhcp.ack"].repeat(50);
        let told = verdict(&events).1;
        assert_eq!(told.split(", ").count(), MAX_STEPS + 1, "{told}");
        assert!(told.contains(", …, "), "{told}");
    }
}

//! How entries are told to a person.

use lync_model::journal::{Entry, Outcome, names};
use std::time::Duration;
use time::OffsetDateTime;

/// Why it ended as it did: the diagnostic of a refusal, else its summary.
pub(crate) fn reason(entry: &Entry) -> String {
    match &entry.diagnostic {
        Some(diagnostic) => match diagnostic.code {
            Some(code) => format!("{} ({code})", diagnostic.reason),
            None => diagnostic.reason.clone(),
        },
        None => entry.summary.clone(),
    }
}

/// `webticket.issued for sip:a@x.test at 12:01:03`; of what did not end well also why.
pub(crate) fn brief(entry: &Entry) -> String {
    let whose = whose(entry).map(|whose| format!(" for {whose}")).unwrap_or_default();
    let why = match entry.outcome {
        Outcome::Ok => String::new(),
        _ => format!(": {}", reason(entry)),
    };
    format!("{}{whose} at {}{why}", entry.event, time_of_day(entry.at))
}

/// `#12 12:01:03 webticket.refused sip:a@x.test: The pin is invalid. (28003)`.
pub(crate) fn line(entry: &Entry) -> String {
    let whose = whose(entry).map(|whose| format!(" {whose}")).unwrap_or_default();
    let outcome = match entry.outcome {
        Outcome::Ok => String::new(),
        outcome => format!(" ({})", outcome.as_str()),
    };
    let time = time_of_day(entry.at);
    format!("#{} {time} {}{outcome}{whose}: {}", entry.seq, entry.event, reason(entry))
}

/// What a device would ask for after this, had it gone on.
pub(crate) fn missing_after(event: &str) -> Option<&'static str> {
    match event {
        names::DHCP_ACK => Some("request for the root certificates"),
        names::CERTPROV_ROOTS | names::METADATA => Some("ticket request"),
        names::WEBTICKET_CHALLENGED => Some("ticket request with credentials"),
        names::WEBTICKET_ISSUED => Some("certificate request"),
        _ => None,
    }
}

/// What a device asks for that leads to this event.
pub(crate) fn leading_to(event: &str) -> &'static str {
    match event {
        names::DHCP_ACK | names::DHCP_DROPPED => "DHCPINFORM",
        names::CERTPROV_ROOTS => "request for the root certificates",
        names::CERTPROV_PUBLISHED => "certificate request",
        names::METADATA => "request for metadata",
        event if event.starts_with("webticket.") => "ticket request",
        event if event.starts_with("certprov.") => "request to CertProv",
        event if event.starts_with("userpin.") => "request to the user-PIN service",
        _ => "such entry",
    }
}

/// `5 s`, `1.5 s`, `200 ms`.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{} s", duration.as_secs_f64())
    }
}

/// The user, else what was typed, else the hardware address, else the address.
fn whose(entry: &Entry) -> Option<String> {
    let device = &entry.device;
    let known = device.user.as_ref().or(device.phone_or_ext.as_ref()).or(device.mac.as_ref());
    known.cloned().or_else(|| entry.peer.map(|peer| peer.ip().to_canonical().to_string()))
}

fn time_of_day(at: OffsetDateTime) -> String {
    let (hour, minute, second) = at.to_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn an_entry_is_told_with_whose_it_is() {
        let mut entry = sample::from("webticket.refused", "[::ffff:10.0.0.1]:5");
        entry.seq = 3;
        assert_eq!(
            line(&entry),
            "#3 12:00:00 webticket.refused (refused) 10.0.0.1: what webticket.refused says"
        );
        entry.device.mac = Some("00:04:f2:00:00:01".to_owned());
        assert_eq!(
            brief(&entry),
            "webticket.refused for 00:04:f2:00:00:01 at 12:00:00: what webticket.refused says"
        );
        entry.device.user = Some("sip:a@x.test".to_owned());
        entry.outcome = Outcome::Ok;
        assert_eq!(brief(&entry), "webticket.refused for sip:a@x.test at 12:00:00");
    }

    #[test]
    fn durations_are_told_in_seconds() {
        assert_eq!(seconds(Duration::from_secs(5)), "5 s");
        assert_eq!(seconds(Duration::from_millis(1500)), "1.5 s");
        assert_eq!(seconds(Duration::from_millis(200)), "200 ms");
    }

    #[test]
    fn the_docs_have_every_event_and_no_other() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/journal.md");
        let page = std::fs::read_to_string(page).unwrap();
        let table = page.split("## Events").nth(1).unwrap().split("\n## ").next().unwrap();
        let named: Vec<&str> =
            table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let sorted = |mut names: Vec<&str>| {
            names.sort_unstable();
            names.join("\n")
        };
        assert_eq!(sorted(named), sorted(names::ALL.to_vec()));
    }
}

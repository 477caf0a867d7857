//! The lines that a Polycom phone writes about its web ticket, in the log module `tickt`.

use crate::{Report, StepName};
use lync_proto::parse_instant;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// What stands in the published lines, which are those of a sign-in without a ticket.
const WITHOUT_TICKET: [(&str, &str); 5] = [
    ("m_validUntil", "0"),
    ("m_validityDuration", "0"),
    ("m_bCertExists", "0"),
    ("m_bCertExpired", "1"),
    ("m_eErrorCode", "9"),
];

/// What stands for a value of which nobody has written what it would be.
const UNKNOWN: &str = "?";

/// The lines that a VVX writes of this sign-in at `at`, whose own offset counts: the phone's local time.
///
/// Published are the five lines of one sign-in that got no ticket (blog "VVX PIN Authentication Error", 2017-02-02),
/// and those are written for every sign-in that got none. With a ticket the names are the same, and the values are
/// inferred: the end of the ticket in seconds since 1970, and the seconds until then. What `m_eErrorCode` means is not
/// public, nor which other values it has, so it is `?` there.
pub fn tickt_log(report: &Report, at: OffsetDateTime) -> String {
    let lines = match ticket_expires(report) {
        None => WITHOUT_TICKET.map(|(name, value)| (name, value.to_owned())),
        Some(expires) => {
            let (flag, no_flag) = ("1".to_owned(), "0".to_owned());
            let (exists, expired) = if report.outcome.is_ok() { (flag, no_flag) } else { (no_flag, flag) };
            [
                ("m_validUntil", expires.unix_timestamp().to_string()),
                ("m_validityDuration", (expires - at).max(Duration::ZERO).whole_seconds().to_string()),
                ("m_bCertExists", exists),
                ("m_bCertExpired", expired),
                ("m_eErrorCode", UNKNOWN.to_owned()),
            ]
        }
    };
    let stamp = stamp(at);
    lines.iter().map(|(name, value)| format!(" {stamp}|tickt|*|00|{name} [{value}]\n")).collect()
}

/// When the ticket expires, if there is one.
fn ticket_expires(report: &Report) -> Option<OffsetDateTime> {
    if let Ok(signed_in) = &report.outcome {
        return Some(signed_in.ticket_expires);
    }
    let step = report.steps.iter().find(|step| step.name == StepName::WebTicket)?;
    let expires = step.details.iter().find(|detail| detail.name == "expires")?;
    parse_instant(&expires.value)
}

/// Month, day and time, without anything between them.
fn stamp(at: OffsetDateTime) -> String {
    at.format(format_description!("[month][day][hour][minute][second]"))
        .expect("every component of the format is one that a date and time has")
}

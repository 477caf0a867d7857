//! What an administrator does to a running pool beside users and settings.

use super::Core;
use lync_model::journal::{Entry, Journal, Outcome, Protocol, names};
use lync_net::tls::TrustError;
use std::ops::RangeInclusive;
use time::{Duration, OffsetDateTime};

/// The years that the clock shows. Certificates and HTTP know no dates outside 1970 to 9999, and an authority that is made
/// now must be able to last for twenty years.
const YEARS: RangeInclusive<i32> = 1970..=9969;

/// A moment that the clock cannot be moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock shows the years 1970 to 9969 and no others")]
pub(crate) struct OutOfTime;

impl Core {
    /// Restarts the internal web service: hung requests end, every connection to it is closed, it listens again, and
    /// what was armed until a restart is over.
    pub(crate) fn restart_web_service(&self) {
        self.pool_entry(names::WEB_RESTARTED, "the internal web service was restarted".to_owned());
        self.doors.restart_web();
        tracing::info!("the internal web service was restarted");
    }

    /// Trusts the pool's own authorities, and no others.
    pub(crate) fn trust_own(&self) -> Result<(), TrustError> {
        let (root, issuing) = (self.pki.root_der(), self.pki.issuing_der());
        self.trust.replace([root.clone()])?;
        for other in self.trust.intermediates().iter().filter(|other| *other != issuing) {
            self.trust.remove_intermediate(other);
        }
        self.trust.add_intermediate(issuing.clone()).map(drop)
    }

    /// The event log as Windows exports it: one element an event, in one `Events`.
    pub(crate) fn events_xml(&self) -> String {
        let events = self.events.numbered();
        let computer = &self.config.fqdn;
        let all: String = events.iter().map(|(id, event)| event.to_xml(*id, computer)).collect();
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Events>{all}</Events>\n")
    }

    /// Sets the clock.
    pub(crate) fn set_clock(&self, to: OffsetDateTime) -> Result<OffsetDateTime, OutOfTime> {
        if !YEARS.contains(&to.year()) {
            return Err(OutOfTime);
        }
        self.clock.set(to);
        Ok(self.clock_changed())
    }

    /// Brings the clock back to what it showed without any change.
    pub(crate) fn reset_clock(&self) -> OffsetDateTime {
        self.clock.reset();
        self.clock_changed()
    }

    /// Moves the clock.
    pub(crate) fn advance_clock(&self, by: Duration) -> Result<OffsetDateTime, OutOfTime> {
        let to = self.clock.now().checked_add(by).ok_or(OutOfTime)?;
        if !YEARS.contains(&to.year()) {
            return Err(OutOfTime);
        }
        self.clock.advance(by);
        Ok(self.clock_changed())
    }

    fn clock_changed(&self) -> OffsetDateTime {
        let now = self.clock.now();
        self.pool_entry(names::CLOCK_CHANGED, format!("the clock shows {}", lync_proto::format_instant(now)));
        now
    }

    fn pool_entry(&self, event: &str, summary: String) {
        self.journal.record(Entry::new(self.clock.now(), Protocol::Pool, event, Outcome::Ok, summary));
    }
}

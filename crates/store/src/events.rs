//! What the store writes to the event log.

use crate::Store;
use lync_model::{Event, EventLog, Evidence, Level, SipUri};
use std::fmt::{self, Write};
use std::sync::Arc;
use time::OffsetDateTime;

/// The source of the event. That this one is written under it is inferred: the management pack names it
/// `UserPinService`.
const SOURCE: &str = "LS UserPin Service";

/// Where events go, if anywhere.
#[derive(Clone, Default)]
pub(crate) struct Events(Option<Arc<dyn EventLog>>);

impl Store {
    /// Writes to this event log when wrong PINs have locked a user for good.
    ///
    /// The entry is `UPIN_FOUND_PERMANENTLY_LOCKED_USERS` of the management pack for Skype for Business Server 2015,
    /// whose number is not public.
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn EventLog>) -> Self {
        self.events = Events(Some(events));
        self
    }

    /// To be called when it is stored that these users are locked by the system.
    pub(crate) fn report_locked_for_good(&self, users: &[SipUri]) {
        if let (Some(log), false) = (&self.events.0, users.is_empty()) {
            log.write(locked_for_good(users, self.clock.now()));
        }
    }
}

/// The entry that names users whom the global counter has locked.
///
/// Headline, cause and resolution are those of the management pack's article (6.0.9319.247). That the entry is
/// written in the moment of the lock, its layout, and the lines with the users are inferred; the warning to users who
/// are about to be locked is left out, because nobody says at how many failures it comes.
fn locked_for_good(users: &[SipUri], time: OffsetDateTime) -> Event {
    let mut description = "Found users who are already or about to be permanently locked\n".to_owned();
    for user in users {
        writeln!(description, "{user}").expect("a string takes what is written");
    }
    description.push_str(
        "Cause:\n\
         The affected users might be using very old pin, or they are under denial of service and spoofing attacks.\n\
         Resolution:\n\
         Please get in touch with the affected users and ask them to change their pins. Examine server logs to \
         verify that this was not an intentional attack.",
    );
    Event {
        time,
        source: SOURCE,
        id: None,
        task_category: None,
        level: Level::Error,
        description,
        evidence: Evidence::Documented,
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Events(on)" } else { "Events(off)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Log, Pool};
    use lync_model::{Pin, PinPolicy};
    use time::Duration;

    #[test]
    fn the_event_reads_as_in_the_management_pack() {
        let users = ["kenmyer", "pilar"].map(Pool::sip);
        let event = locked_for_good(&users, OffsetDateTime::UNIX_EPOCH);
        assert_eq!((event.id, event.level, event.evidence), (None, Level::Error, Evidence::Documented));
        assert_eq!(
            event.description,
            "Found users who are already or about to be permanently locked\n\
             sip:kenmyer@litwareinc.com\nsip:pilar@litwareinc.com\nCause:\n\
             The affected users might be using very old pin, or they are under denial of service and spoofing \
             attacks.\nResolution:\nPlease get in touch with the affected users and ask them to change their pins. \
             Examine server logs to verify that this was not an intentional attack."
        );
    }

    /// A PIN of four digits locks for good at the 100th failure.
    async fn tried(times: u32, log: &Arc<Log>) -> Pool {
        let Pool { store, clock } = Pool::open().await;
        let pool = Pool { store: store.with_events(log.clone()), clock };
        let policy =
            PinPolicy { min_password_length: 4, maximum_logon_attempts: Some(999), ..PinPolicy::default() };
        pool.store.set_policy(&policy).await.unwrap();
        for name in ["ann", "bob"] {
            let user = pool.add(name, Some(&format!("tel:+1206555000{};ext=1219", name.len()))).await;
            pool.store.set_pin(&user, &Pin::new("0712")).await.unwrap();
        }
        for _ in 0..times {
            assert!(pool.sign_in("1219", "0713").await.is_err());
            pool.clock.advance(Duration::minutes(1));
        }
        pool
    }

    #[tokio::test]
    async fn the_failure_that_fills_the_global_counter_is_in_the_event_log() {
        let log = Arc::new(Log::default());
        let pool = tried(99, &log).await;
        assert_eq!(log.take(), []);
        let now = pool.clock.now();
        assert!(pool.sign_in("1219", "0713").await.is_err());
        assert_eq!(log.take(), [locked_for_good(&["ann", "bob"].map(Pool::sip), now)]);
        // Locked, and so neither counted nor reported again.
        assert!(pool.sign_in("1219", "0713").await.is_err());
        assert_eq!(log.take(), []);
    }

    #[tokio::test]
    async fn a_lock_that_ends_by_itself_is_not_in_the_event_log() {
        let log = Arc::new(Log::default());
        let Pool { store, clock } = Pool::open().await;
        let pool = Pool { store: store.with_events(log.clone()), clock };
        let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
        for _ in 0..25 {
            assert!(pool.sign_in("1219", "07128").await.is_err());
        }
        assert!(pool.store.pin_info(&ken).await.unwrap().is_locked_out);
        pool.store.unlock_pin(&ken).await.unwrap();
        pool.store.lock_pin(&ken).await.unwrap();
        assert_eq!(log.take(), []);
    }
}

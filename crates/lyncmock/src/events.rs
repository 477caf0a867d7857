//! The event log of one pool: bounded, readable while the pool runs.

use lync_model::journal::{Entry, Journal, NoJournal, Outcome, Protocol, names};
use lync_model::{Event, EventLog, Level};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How many events are kept; the oldest gives way.
const CAPACITY: usize = 1000;

/// The event log, channel "Lync Server", of one pool.
pub(crate) struct Events {
    kept: Mutex<VecDeque<Event>>,
    /// How many were ever written; tells waiters that there is something new.
    written: watch::Sender<u64>,
    journal: Arc<dyn Journal>,
}

impl Events {
    /// An empty log, whose events are noted in the journal too.
    pub(crate) fn new(journal: Arc<dyn Journal>) -> Self {
        Self { kept: Mutex::default(), written: watch::Sender::new(0), journal }
    }

    /// What is kept, the oldest first.
    pub(crate) fn snapshot(&self) -> Vec<Event> {
        self.lock().iter().cloned().collect()
    }

    /// What is kept, each with its EventRecordID, which counts from 1.
    pub(crate) fn numbered(&self) -> Vec<(u64, Event)> {
        let kept = self.lock();
        let count = u64::try_from(kept.len()).unwrap_or(u64::MAX);
        // Nothing is written while `kept` is held, so both speak of the same moment.
        let first = self.written.borrow().saturating_sub(count) + 1;
        (first..).zip(kept.iter().cloned()).collect()
    }

    /// Waits until at least `count` events were written since the start.
    pub(crate) async fn wait_for(&self, count: u64) {
        let mut written = self.written.subscribe();
        // The sender lives as long as `self`, so this ends only by success.
        let _ = written.wait_for(|written| *written >= count).await;
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Event>> {
        // A push or a pop leaves the queue whole even behind a panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new(Arc::new(NoJournal))
    }
}

impl EventLog for Events {
    fn write(&self, event: Event) {
        let summary = event.description.lines().next().unwrap_or_default();
        match event.level {
            Level::Error => tracing::error!(source = event.source, id = event.id, "{summary}"),
            Level::Warning => tracing::warn!(source = event.source, id = event.id, "{summary}"),
            Level::Information => tracing::info!(source = event.source, id = event.id, "{summary}"),
        }
        let entry = journalled(&event, summary);
        let mut kept = self.lock();
        if kept.len() == CAPACITY {
            kept.pop_front();
        }
        kept.push_back(event);
        self.written.send_modify(|written| *written += 1);
        drop(kept);
        self.journal.record(entry);
    }
}

/// The event as the journal shows it among everything else.
fn journalled(event: &Event, summary: &str) -> Entry {
    let outcome = if event.level == Level::Information { Outcome::Ok } else { Outcome::Failed };
    let id = event.id.map_or_else(|| "an entry of lyncmock's own".to_owned(), |id| id.to_string());
    let summary = format!("{} {id}: {summary}", event.source);
    let mut entry = Entry::new(event.time, Protocol::Pool, names::EVENT_LOG, outcome, summary);
    entry.decoded.insert("source".to_owned(), event.source.to_owned());
    if let Some(id) = event.id {
        entry.decoded.insert("event_id".to_owned(), id.to_string());
    }
    entry.decoded.insert("description".to_owned(), event.description.clone());
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_model::Evidence;
    use time::OffsetDateTime;

    #[tokio::test]
    async fn the_oldest_gives_way_and_waiters_are_told() {
        let events = Events::default();
        for number in 0..=CAPACITY {
            events.write(Event {
                time: OffsetDateTime::UNIX_EPOCH,
                source: "LS UserPin Service",
                id: Some(47067),
                task_category: Some(1044),
                level: Level::Error,
                description: format!("event {number}"),
                evidence: Evidence::Inferred,
            });
        }
        events.wait_for(u64::try_from(CAPACITY).unwrap() + 1).await;
        let kept = events.snapshot();
        assert_eq!(kept.len(), CAPACITY);
        assert_eq!(kept.first().unwrap().description, "event 1");
        assert_eq!(events.numbered().first().unwrap().0, 2);
    }
}

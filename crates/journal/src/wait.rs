//! Waiting for entries.

use crate::journal::Journal;
use crate::{Filter, Missed, NearestMiss};
use lync_model::journal::Entry;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout as within;

pub(crate) async fn wait(
    journal: &Journal,
    filter: &Filter,
    count: u64,
    timeout: Duration,
) -> Result<Vec<Arc<Entry>>, Box<Missed>> {
    let mut matched = Matched::default();
    if within(timeout, matched.reach(journal, filter, count)).await.is_ok() {
        return Ok(matched.newest.into());
    }
    // What came in the last moment counts: the time may have run out before this task had its turn.
    matched.look(journal, filter);
    if matched.count >= count {
        return Ok(matched.newest.into());
    }
    let nearest = NearestMiss::find(filter, &journal.everything());
    Err(Box::new(Missed { filter: filter.clone(), count, timeout, matched: matched.newest.into(), nearest }))
}

/// What was found so far. Each entry is looked at once.
#[derive(Default)]
struct Matched {
    count: u64,
    /// As many as the journal keeps.
    newest: VecDeque<Arc<Entry>>,
    looked_at: u64,
}

impl Matched {
    async fn reach(&mut self, journal: &Journal, filter: &Filter, count: u64) {
        let mut last: watch::Receiver<u64> = journal.subscribe();
        loop {
            last.mark_unchanged();
            self.look(journal, filter);
            // The sender is the journal's own, so this ends only by an entry.
            if self.count >= count || last.changed().await.is_err() {
                return;
            }
        }
    }

    fn look(&mut self, journal: &Journal, filter: &Filter) {
        let from = self.looked_at.max(filter.since.unwrap_or(0));
        for entry in journal.entries_after(from) {
            self.looked_at = entry.seq;
            if filter.matches(&entry) {
                self.count += 1;
                self.newest.push_back(entry);
                if self.newest.len() > journal.capacity() {
                    self.newest.pop_front();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, sample};
    use lync_model::journal::Journal as _;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn entries_that_are_there_already_count() {
        let journal = sample::journal();
        journal.record(sample::entry("dhcp.ack"));
        journal.record(sample::entry("dhcp.dropped"));
        let found = journal.wait(&Filter::event("dhcp.*"), 2, Duration::ZERO).await.unwrap();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2]);
        let missed = journal.wait(&Filter::event("dhcp.*").since(1), 2, Duration::ZERO).await.unwrap_err();
        assert_eq!(missed.matched.len(), 1);
    }

    #[tokio::test]
    async fn a_waiter_wakes_when_the_entry_comes() {
        let journal = sample::journal();
        let waiter = {
            let journal = Arc::clone(&journal);
            let filter = Filter::event("certprov.published");
            tokio::spawn(async move { journal.wait(&filter, 2, Duration::MAX).await })
        };
        for event in ["certprov.published", "dhcp.ack", "certprov.published"] {
            journal.record(sample::entry(event));
            tokio::task::yield_now().await;
        }
        let found = within(10 * SECOND, waiter).await.unwrap().unwrap().unwrap();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 3]);
    }

    #[tokio::test]
    async fn what_does_not_come_is_missed_with_what_came_nearest() {
        let journal = sample::journal();
        journal.record(sample::of_user("webticket.issued", "sip:kenmyer@litwareinc.com"));
        let filter = Filter::event("certprov.published").user("kenmyer");
        let missed = journal.wait(&filter, 1, SECOND / 200).await.unwrap_err();
        assert_eq!(
            missed.to_string(),
            "no certprov.published for kenmyer within 5 ms; \
             nearest: webticket.issued for sip:kenmyer@litwareinc.com at 12:00:00; no certificate request followed"
        );
    }

    #[tokio::test]
    async fn more_than_the_journal_keeps_can_be_waited_for() {
        let journal = sample::with(Limits { entries: 1, ..Limits::default() });
        let waiter = {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move { journal.wait(&Filter::default(), 2, Duration::MAX).await })
        };
        for _ in 0..2 {
            tokio::task::yield_now().await;
            journal.record(sample::entry("http"));
        }
        let found = within(10 * SECOND, waiter).await.unwrap().unwrap().unwrap();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2]);
    }
}

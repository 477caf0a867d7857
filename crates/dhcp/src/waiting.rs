//! Answers that a rule holds back.

use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

/// The most answers that wait on one socket, so that a flood behind a delay costs megabytes and no more.
const MAX_WAITING: usize = 4096;

/// The longest wait. Nothing that a phone waits for takes as long, and an instant far beyond it would be none.
const MAX_DELAY: Duration = Duration::from_hours(24);

/// What waits, in the order in which it is due; of what is due at once, in the order in which it came.
#[derive(Debug)]
pub(crate) struct Waiting<T> {
    queue: BTreeMap<(Instant, u64), T>,
    came: u64,
}

impl<T> Waiting<T> {
    pub(crate) const fn new() -> Self {
        Self { queue: BTreeMap::new(), came: 0 }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.queue.len() >= MAX_WAITING
    }

    /// Keeps `item` until `delay` from `now` has passed.
    pub(crate) fn push(&mut self, now: Instant, delay: Duration, item: T) {
        self.queue.insert((now + delay.min(MAX_DELAY), self.came), item);
        self.came += 1;
    }

    /// When the next one is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.queue.first_key_value().map(|(&(due, _), _)| due)
    }

    /// The next one, if it is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<T> {
        let first = self.queue.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_due_first_leaves_first_and_of_equals_what_came_first() {
        let (mut waiting, now) = (Waiting::new(), Instant::now());
        assert_eq!(waiting.next_due(), None);
        for (delay, name) in [(2 * SECOND, "c"), (SECOND, "a"), (SECOND, "b")] {
            waiting.push(now, delay, name);
        }
        assert_eq!(waiting.next_due(), Some(now + SECOND));
        assert_eq!(waiting.take_due(now), None);
        let at_two: Vec<_> = std::iter::from_fn(|| waiting.take_due(now + 2 * SECOND)).collect();
        assert_eq!(at_two, ["a", "b", "c"]);
    }

    #[test]
    fn the_number_that_waits_is_bounded() {
        let (mut waiting, now) = (Waiting::new(), Instant::now());
        for _ in 0..MAX_WAITING {
            assert!(!waiting.is_full());
            waiting.push(now, SECOND, ());
        }
        assert!(waiting.is_full());
        waiting.take_due(now + SECOND).unwrap();
        assert!(!waiting.is_full());
    }

    #[test]
    fn no_delay_is_too_long_to_be_an_instant() {
        let (mut waiting, now) = (Waiting::new(), Instant::now());
        waiting.push(now, Duration::MAX, ());
        assert_eq!(waiting.next_due(), Some(now + MAX_DELAY));
    }
}

//! How many datagrams came, were answered, and were dropped for which reason.

use crate::DropReason;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The counters of a [`Registrar`](crate::Registrar) at one moment. They count from its creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    answered: u64,
    send_failed: u64,
    taken: u64,
    in_use: u64,
    dropped: [u64; DropReason::ALL.len()],
}

impl Counters {
    /// Datagrams to which an answer was sent. One whose answer a rule holds back counts once it is sent.
    pub const fn answered(&self) -> u64 {
        self.answered
    }

    /// Datagrams whose answer the kernel refused to send, for instance because there is no route.
    pub const fn send_failed(&self) -> u64 {
        self.send_failed
    }

    /// DHCPRELEASE and DHCPDECLINE by which a client gave an address back; they have no answer.
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    /// Addresses that answered a ping before they were offered, and were put aside. They are no datagrams.
    pub const fn in_use(&self) -> u64 {
        self.in_use
    }

    /// Datagrams dropped for `reason`.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped_by_reason().find(|(each, _)| *each == reason).map_or(0, |(_, count)| count)
    }

    /// Every reason with its count, also those of count 0.
    pub fn dropped_by_reason(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.into_iter().zip(self.dropped)
    }

    /// All datagrams.
    pub fn received(&self) -> u64 {
        self.dropped.iter().sum::<u64>() + self.answered + self.send_failed + self.taken
    }
}

/// The counters while they count.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    answered: AtomicU64,
    send_failed: AtomicU64,
    taken: AtomicU64,
    in_use: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

impl Tally {
    pub(crate) fn answered(&self) {
        self.answered.fetch_add(1, Relaxed);
    }

    pub(crate) fn send_failed(&self) {
        self.send_failed.fetch_add(1, Relaxed);
    }

    pub(crate) fn taken(&self) {
        self.taken.fetch_add(1, Relaxed);
    }

    pub(crate) fn in_use(&self) {
        self.in_use.fetch_add(1, Relaxed);
    }

    pub(crate) fn dropped(&self, reason: DropReason) {
        let slot = DropReason::ALL.iter().zip(&self.dropped).find(|(each, _)| **each == reason);
        if let Some((_, count)) = slot {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Counters {
        Counters {
            answered: self.answered.load(Relaxed),
            send_failed: self.send_failed.load(Relaxed),
            taken: self.taken.load(Relaxed),
            in_use: self.in_use.load(Relaxed),
            dropped: self.dropped.each_ref().map(|count| count.load(Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_counted_under_its_own_name() {
        let tally = Tally::default();
        DropReason::ALL.into_iter().for_each(|reason| tally.dropped(reason));
        tally.dropped(DropReason::OtherClass);
        tally.answered();
        tally.send_failed();
        tally.taken();
        tally.in_use();
        let counters = tally.read();
        for (reason, count) in counters.dropped_by_reason() {
            assert_eq!(count, if reason == DropReason::OtherClass { 2 } else { 1 });
            assert_eq!(counters.dropped(reason), count);
        }
        assert_eq!((counters.answered(), counters.send_failed(), counters.taken()), (1, 1, 1));
        assert_eq!(counters.in_use(), 1);
        assert_eq!(counters.received(), u64::try_from(DropReason::ALL.len()).unwrap() + 1 + 3);
    }
}

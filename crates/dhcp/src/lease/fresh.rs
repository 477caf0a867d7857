//! Addresses that nobody has had yet, lowest first.

use std::{net::Ipv4Addr, ops::RangeInclusive};

/// Walks the ranges of a subnet once. Each address is looked at once in the life of a server.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    /// What is left, the lowest range last.
    ranges: Vec<RangeInclusive<u32>>,
}

impl Fresh {
    /// `ranges` stand in their order.
    pub(super) fn new(ranges: &[RangeInclusive<Ipv4Addr>]) -> Self {
        let left = ranges.iter().rev().map(|range| u32::from(*range.start())..=u32::from(*range.end()));
        Self { ranges: left.collect() }
    }

    /// The next address that is `unused`. What is not is passed over for good.
    pub(super) fn take(&mut self, unused: impl Fn(Ipv4Addr) -> bool) -> Option<Ipv4Addr> {
        loop {
            match self.ranges.last_mut()?.next().map(Ipv4Addr::from) {
                Some(address) if unused(address) => return Some(address),
                Some(_) => {}
                None => drop(self.ranges.pop()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_comes_once_but_for_those_in_use() {
        let ip = |last| Ipv4Addr::new(255, 255, 255, last);
        let mut fresh = Fresh::new(&[ip(1)..=ip(3), ip(254)..=ip(255)]);
        let taken: Vec<_> = std::iter::from_fn(|| fresh.take(|address| address != ip(2))).collect();
        assert_eq!(taken, [1, 3, 254, 255].map(ip));
        assert_eq!(fresh.take(|_| true), None);
    }
}

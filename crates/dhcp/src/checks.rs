//! Offers that wait until it is known whether somebody uses their address. No sockets and no clock: who answers is told
//! to it, and when.

use crate::watch::Outgoing;
use std::{
    collections::{HashMap, VecDeque},
    net::Ipv4Addr,
    time::Duration,
};
use tokio::time::Instant;

/// How long an address may take to answer. On the networks that DHCP is for, it takes milliseconds, behind a relay or on a
/// sleepy wireless link some hundred. Whoever waits for the offer has more patience: clients ask again after three or
/// four seconds (RFC 2131 section 4.1), those that look for another server wait a second (our [`probe`](crate::probe)).
const PATIENCE: Duration = Duration::from_millis(500);

/// How long an address counts as free that did not answer: as long as an offer of it is kept for its client, so that a
/// client that asks again is answered at once.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The most offers that wait on one socket. Each costs kilobytes, and an address that nobody has costs a broadcast by ARP
/// or more.
const MAX_HELD: usize = 256;

/// The most addresses that are remembered: some hundred kilobytes.
const MAX_REMEMBERED: usize = 4096;

/// A question to an address: an answer to another one of its time does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ping {
    /// Who is asked.
    pub(crate) address: Ipv4Addr,
    /// Becomes the sequence number.
    pub(crate) number: u16,
}

/// What is to be done with an offer.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nobody answered a moment ago.
    Send(Outgoing),
    /// It waits, and the address is to be asked.
    Ask(Ping),
    /// It waits for the answer to a question that is under way.
    Wait,
    /// Too many wait.
    Refuse(Outgoing),
}

/// Offers by the address that is being asked, and the addresses that were found free.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    held: HashMap<Ipv4Addr, (u16, Vec<Outgoing>)>,
    /// How many offers that are.
    count: usize,
    /// When an address has had its time: each in its order, as all have the same.
    ends: VecDeque<(Instant, Ipv4Addr)>,
    /// Until when an address counts as free.
    free: HashMap<Ipv4Addr, Instant>,
    asked: u16,
}

impl Checks {
    /// Takes an offer of `address`.
    pub(crate) fn hold(&mut self, outgoing: Outgoing, address: Ipv4Addr, now: Instant) -> Next {
        if self.free.get(&address).is_some_and(|until| *until > now) {
            return Next::Send(outgoing);
        }
        if self.count >= MAX_HELD {
            return Next::Refuse(outgoing);
        }
        self.count += 1;
        if let Some((_, offers)) = self.held.get_mut(&address) {
            offers.push(outgoing);
            return Next::Wait;
        }
        self.asked = self.asked.wrapping_add(1);
        self.held.insert(address, (self.asked, vec![outgoing]));
        self.ends.push_back((now + PATIENCE, address));
        Next::Ask(Ping { address, number: self.asked })
    }

    /// Somebody answered: the offers that cannot be sent. None, if nothing like that was asked, or too long ago.
    pub(crate) fn answered(&mut self, ping: Ping) -> Vec<Outgoing> {
        if self.held.get(&ping.address).is_none_or(|(number, _)| *number != ping.number) {
            return Vec::new();
        }
        self.ends.retain(|(_, address)| *address != ping.address);
        self.take(ping.address)
    }

    /// The address cannot be asked, so that nothing speaks against it: the offers that can be sent.
    pub(crate) fn unasked(&mut self, address: Ipv4Addr, now: Instant) -> Vec<Outgoing> {
        self.ends.retain(|(_, each)| *each != address);
        self.found_free(address, now)
    }

    /// The offers of the next address that has had its time; `None` if none has.
    pub(crate) fn silent(&mut self, now: Instant) -> Option<Vec<Outgoing>> {
        let (_, address) = self.ends.pop_front_if(|(end, _)| *end <= now)?;
        Some(self.found_free(address, now))
    }

    /// When the next address has had its time.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.ends.front().map(|(end, _)| *end)
    }

    fn found_free(&mut self, address: Ipv4Addr, now: Instant) -> Vec<Outgoing> {
        // A few questions more cost less than a search for the oldest.
        if self.free.len() >= MAX_REMEMBERED {
            self.free.clear();
        }
        self.free.insert(address, now + REMEMBERED);
        self.take(address)
    }

    fn take(&mut self, address: Ipv4Addr) -> Vec<Outgoing> {
        let offers = self.held.remove(&address).map(|(_, offers)| offers).unwrap_or_default();
        self.count -= offers.len();
        offers
    }
}

#[cfg(test)]
mod tests;

//! Who has which address.

use super::{
    fresh::Fresh,
    pools::{Pool, Pools, SubnetId},
};
use lync_model::{
    lease::{ClientKey, Lease, LeaseChange, LeaseState},
    rules::Mac,
};
use std::{
    collections::{BTreeSet, HashMap},
    mem,
    net::Ipv4Addr,
    time::Duration,
};
use time::{OffsetDateTime, PrimitiveDateTime};

/// The most addresses that one hardware address has in a subnet, whatever clients it names: a boot loader and a firmware,
/// a few machines behind one card. More would let one broken phone take, or decline, all there are.
pub(super) const MOST_OF_ONE_PHONE: usize = 16;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// By what it is known.
    pub key: &'a ClientKey,
    /// Its hardware address, for reservations.
    pub mac: Option<Mac>,
}

/// What a client that looks for an address is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The address.
    pub address: Ipv4Addr,
    /// Whether the client has it already: what uses it then is the client.
    pub bound: bool,
}

/// What a DHCPREQUEST is, as RFC 2131 section 4.3.2 tells them apart, and the address that it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The client takes this server's offer: server identifier and requested address.
    Selecting(Ipv4Addr),
    /// The client has started again and remembers an address: requested address without server identifier.
    InitReboot(Ipv4Addr),
    /// The client uses the address and goes on doing so: ciaddr alone, RENEWING or REBINDING.
    Renewing(Ipv4Addr),
}

/// The answer to a DHCPREQUEST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// DHCPACK, once `change` is kept.
    Granted {
        /// The client's address.
        address: Ipv4Addr,
        /// How long it has it.
        seconds: u32,
        /// What has to outlive the process.
        change: LeaseChange,
    },
    /// DHCPNAK: the client cannot have this address and has to start again.
    Refused,
    /// No answer: another server may know better (RFC 2131 section 4.3.2).
    Silent,
}

/// Every address that somebody has or had, and the way to the next free one.
///
/// A client keeps its address in memory after its lease has ended, until somebody else needs it. There are never more
/// entries than the [`Pools`] have addresses.
#[derive(Debug)]
pub struct Leases {
    pools: Pools,
    by_address: HashMap<Ipv4Addr, Slot>,
    /// One for each of the pools.
    shelves: Vec<Shelf>,
    /// When it was asked last.
    latest: OffsetDateTime,
}

/// What an address is in use for.
#[derive(Clone, Debug)]
struct Slot {
    client: ClientKey,
    mac: Option<Mac>,
    until: OffsetDateTime,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Offered,
    Bound,
    /// Given back; the client may have it again.
    Released,
    Declined,
    /// This server's own.
    Ours,
}

/// A subnet's addresses in the order in which they are given away.
#[derive(Debug)]
struct Shelf {
    /// A client's address; the slot there is its own.
    by_client: HashMap<ClientKey, Ipv4Addr>,
    /// Every slot that anybody may have after its end.
    by_end: BTreeSet<(OffsetDateTime, Ipv4Addr)>,
    /// Every address that a phone has, was offered or declined, and some that it had.
    by_mac: HashMap<Mac, Vec<Ipv4Addr>>,
    fresh: Fresh,
}

impl Leases {
    /// Goes on with the leases that were `kept`, in any order. Those whose address is in no pool are left out: nobody
    /// else can get it, and its client is told to start again.
    pub fn new(pools: &Pools, mut kept: Vec<Lease>) -> Self {
        let shelf = |subnet: &super::Subnet| Shelf {
            by_client: HashMap::new(),
            by_end: BTreeSet::new(),
            by_mac: HashMap::new(),
            fresh: Fresh::new(&subnet.ranges),
        };
        let shelves = pools.subnets().map(shelf).collect();
        let latest = PrimitiveDateTime::MIN.assume_utc();
        let mut leases = Self { pools: pools.clone(), by_address: HashMap::new(), shelves, latest };
        // The one that ends last comes last, and is what its client has.
        kept.sort_by_key(|lease| lease.expires);
        for lease in kept {
            if let Some(id) = leases.pools.find(lease.address)
                && leases.is_kept(id, lease.address)
            {
                let Lease { address, client, mac, expires, state } = lease;
                let state = match state {
                    LeaseState::Bound => State::Bound,
                    LeaseState::Declined => State::Declined,
                };
                leases.put(id, address, Slot { client, mac, until: expires, state });
            }
        }
        leases
    }

    /// The pools whose addresses these are.
    pub const fn pools(&self) -> &Pools {
        &self.pools
    }

    /// An address for a client that looks for one (DHCPDISCOVER); `None` where none is free. It is kept for the client
    /// for a while, in memory alone.
    ///
    /// In this order (RFC 2131 section 4.3.1): the one reserved for it, the one it has, the one it had, the one it
    /// `wants`, one that nobody has had, the one that has been free for longest. The last three are for clients whose
    /// hardware address has fewer than 16 addresses.
    pub fn offer(
        &mut self,
        client: &Client<'_>,
        wants: Option<Ipv4Addr>,
        id: SubnetId,
        now: OffsetDateTime,
    ) -> Option<Offer> {
        self.follow(now);
        let address = self.choose(client, wants, id, now)?;
        let until = after(now, self.pools.settings().offer_time);
        // Nobody is offered what another phone has.
        let its = self.by_address.get(&address).filter(|slot| slot.state == State::Bound && slot.until > now);
        let bound = its.is_some();
        let offered = match its {
            // What the client has stays its own, whether it takes the offer or not.
            Some(slot) if slot.client == *client.key => Slot { until: slot.until.max(until), ..slot.clone() },
            _ => Slot::new(client, until, State::Offered),
        };
        self.put(id, address, offered);
        Some(Offer { address, bound })
    }

    /// Decides about a DHCPREQUEST that is for this server, or for all. A lease begins, or goes on.
    pub fn request(
        &mut self,
        client: &Client<'_>,
        request: Request,
        id: SubnetId,
        now: OffsetDateTime,
    ) -> Verdict {
        let (Request::Selecting(address) | Request::InitReboot(address) | Request::Renewing(address)) =
            request;
        self.follow(now);
        let known = self.address_of(client, id, now);
        let right = match known {
            Some(known) => known == address,
            // An offer, or a lease that was not kept, is forgotten over a restart; the address is free all the same.
            None => !matches!(request, Request::InitReboot(_)) && !self.has_enough(client, id, now),
        };
        if right && self.is_free_for(client, address, id, now) {
            return self.grant(client, address, id, now);
        }
        let ours = matches!(request, Request::Selecting(_)) || known.is_some();
        if ours || self.pools.settings().authoritative { Verdict::Refused } else { Verdict::Silent }
    }

    /// Frees what was offered to a client that takes another server's offer.
    pub fn decline_offer(&mut self, client: &Client<'_>, id: SubnetId, now: OffsetDateTime) {
        self.follow(now);
        let Some(address) = self.shelf(id).by_client.get(client.key).copied() else { return };
        if self.by_address.get(&address).is_some_and(|slot| slot.state == State::Offered) {
            self.put(id, address, Slot::new(client, now, State::Released));
        }
    }

    /// Whether the client has the address: it can give it back.
    pub fn has(&self, client: &Client<'_>, address: Ipv4Addr) -> bool {
        self.is_in(client, address, &[State::Bound])
    }

    /// Whether the client has the address, or was offered it: it can find it in use.
    pub fn has_or_was_offered(&self, client: &Client<'_>, address: Ipv4Addr) -> bool {
        self.is_in(client, address, &[State::Bound, State::Offered])
    }

    /// The client gives its address back (DHCPRELEASE). `None` where it does not have it.
    pub fn release(
        &mut self,
        client: &Client<'_>,
        address: Ipv4Addr,
        now: OffsetDateTime,
    ) -> Option<LeaseChange> {
        self.follow(now);
        let id = self.pools.find(address).filter(|_| self.has(client, address))?;
        self.put(id, address, Slot::new(client, now, State::Released));
        Some(LeaseChange::Remove(address))
    }

    /// The client found that somebody else uses the address (DHCPDECLINE). `None` where it was not given to it.
    pub fn decline(
        &mut self,
        client: &Client<'_>,
        address: Ipv4Addr,
        now: OffsetDateTime,
    ) -> Option<LeaseChange> {
        self.follow(now);
        let id = self.pools.find(address).filter(|_| self.has_or_was_offered(client, address))?;
        let until = after(now, self.pools.settings().declined_time);
        self.put(id, address, Slot::new(client, until, State::Declined));
        Some(LeaseChange::Put(lease(address, client, until, LeaseState::Declined)))
    }

    /// Somebody who has no lease of the address uses it: nobody gets it for as long as if a client had declined it.
    /// `None` where nothing changes: it is leased, so that its client uses it, or it was put aside before.
    ///
    /// It stands under nobody's name. The client that would have got it has no part in this, and loses none of its 16.
    pub fn put_aside(&mut self, address: Ipv4Addr, now: OffsetDateTime) -> Option<LeaseChange> {
        self.follow(now);
        let id = self.pools.find(address).filter(|id| self.is_kept(*id, address))?;
        let is_settled = |slot: &Slot| match slot.state {
            State::Ours => true,
            State::Bound | State::Declined => slot.until > now,
            State::Offered | State::Released => false,
        };
        if self.by_address.get(&address).is_some_and(is_settled) {
            return None;
        }
        let (key, until) = (nobody(), after(now, self.pools.settings().declined_time));
        let nobody = Client { key: &key, mac: None };
        self.put(id, address, Slot::new(&nobody, until, State::Declined));
        Some(LeaseChange::Put(lease(address, &nobody, until, LeaseState::Declined)))
    }

    /// Ends a lease, or the time for which nobody gets a declined address. `None` where there is neither.
    pub fn remove(&mut self, address: Ipv4Addr, now: OffsetDateTime) -> Option<LeaseChange> {
        self.follow(now);
        let change = self.removal(address, now)?;
        let id = self.pools.find(address)?;
        let slot = self.by_address.get(&address)?.clone();
        self.put(id, address, Slot { until: now, state: State::Released, ..slot });
        Some(change)
    }

    /// What [`remove`](Self::remove) would change.
    pub fn removal(&self, address: Ipv4Addr, now: OffsetDateTime) -> Option<LeaseChange> {
        let slot = self.by_address.get(&address).filter(|slot| slot.until > now)?;
        matches!(slot.state, State::Bound | State::Declined).then_some(LeaseChange::Remove(address))
    }

    /// Never gives away an address: it is this server's own. A client that has it is told to start again.
    pub fn keep_off(&mut self, address: Ipv4Addr) {
        if self.by_address.get(&address).is_some_and(|slot| slot.state == State::Ours) {
            return;
        }
        if let Some(id) = self.pools.find(address)
            && self.is_kept(id, address)
        {
            let until = PrimitiveDateTime::MAX.assume_utc();
            self.put(id, address, Slot { client: nobody(), mac: None, until, state: State::Ours });
        }
    }

    /// Every lease that has not ended at `now`, and every declined address, in no order.
    pub fn list(&self, now: OffsetDateTime) -> Vec<Lease> {
        let current = self.by_address.iter().filter(|(_, slot)| slot.until > now);
        current
            .filter_map(|(address, slot)| {
                let state = match slot.state {
                    State::Bound => LeaseState::Bound,
                    State::Declined => LeaseState::Declined,
                    State::Offered | State::Released | State::Ours => return None,
                };
                let Slot { client, mac, until, .. } = slot.clone();
                Some(Lease { address: *address, client, mac, expires: until, state })
            })
            .collect()
    }

    fn is_in(&self, client: &Client<'_>, address: Ipv4Addr, states: &[State]) -> bool {
        let slot = self.by_address.get(&address);
        slot.is_some_and(|slot| slot.client == *client.key && states.contains(&slot.state))
    }

    fn choose(
        &mut self,
        client: &Client<'_>,
        wants: Option<Ipv4Addr>,
        id: SubnetId,
        now: OffsetDateTime,
    ) -> Option<Ipv4Addr> {
        let free = |address: &Ipv4Addr| self.is_free_for(client, *address, id, now);
        if let Some(address) = self.address_of(client, id, now).filter(free) {
            return Some(address);
        }
        if self.has_enough(client, id, now) {
            return None;
        }
        let free = |address: &Ipv4Addr| self.is_free_for(client, *address, id, now);
        if let Some(address) = wants.filter(free) {
            return Some(address);
        }
        let Self { pools, by_address, shelves, .. } = self;
        let pool = pools.pool(id);
        let shelf = shelves.get_mut(id.0).expect(ONE_EACH);
        let fresh =
            shelf.fresh.take(|address| pool.is_dynamic(address) && !by_address.contains_key(&address));
        fresh.or_else(|| shelf.by_end.first().filter(|(end, _)| *end <= now).map(|(_, address)| *address))
    }

    /// The one address that is right for a client: what is reserved for it, unless somebody else has it still; else
    /// what it has or had.
    fn address_of(&self, client: &Client<'_>, id: SubnetId, now: OffsetDateTime) -> Option<Ipv4Addr> {
        let reserved = self.pool(id).reservation(client.mac);
        reserved
            .filter(|address| self.is_free_for(client, *address, id, now))
            .or_else(|| self.shelf(id).by_client.get(client.key).copied())
    }

    /// Whether a client could have the address, as far as others are concerned.
    fn is_free_for(&self, client: &Client<'_>, address: Ipv4Addr, id: SubnetId, now: OffsetDateTime) -> bool {
        let pool = self.pool(id);
        if self.pools.find(address) != Some(id) || !pool.may_have(address, client.mac) {
            return false;
        }
        let Some(slot) = self.by_address.get(&address) else { return true };
        match slot.state {
            State::Ours => false,
            State::Declined => slot.until <= now,
            State::Offered | State::Bound | State::Released => {
                // A phone names itself by option 61 or not, as its boot loader or its firmware asks.
                let same_phone = pool.reservation(client.mac) == Some(address) && slot.mac == client.mac;
                slot.until <= now || slot.client == *client.key || same_phone
            }
        }
    }

    fn grant(
        &mut self,
        client: &Client<'_>,
        address: Ipv4Addr,
        id: SubnetId,
        now: OffsetDateTime,
    ) -> Verdict {
        let seconds = self.pool(id).lease_seconds;
        let until = after(now, Duration::from_secs(seconds.into()));
        self.put(id, address, Slot::new(client, until, State::Bound));
        let change = LeaseChange::Put(lease(address, client, until, LeaseState::Bound));
        Verdict::Granted { address, seconds, change }
    }

    /// Whether the client's hardware address has as many addresses as one can have.
    fn has_enough(&mut self, client: &Client<'_>, id: SubnetId, now: OffsetDateTime) -> bool {
        let Self { by_address, shelves, .. } = self;
        let shelf = shelves.get_mut(id.0).expect(ONE_EACH);
        let Some(its) = client.mac.and_then(|mac| shelf.by_mac.get_mut(&mac)) else { return false };
        its.retain(|address| by_address.get(address).is_some_and(|slot| slot.until > now));
        its.len() >= MOST_OF_ONE_PHONE
    }

    /// Goes with a clock that was set back: what has time left keeps as much, and what has ended stays so. Else an address
    /// that was offered or given back would be nobody's until that moment comes again.
    fn follow(&mut self, now: OffsetDateTime) {
        let former = mem::replace(&mut self.latest, now);
        if now >= former {
            return;
        }
        let back = former - now;
        let Self { pools, by_address, shelves, .. } = self;
        shelves.iter_mut().for_each(|shelf| shelf.by_end.clear());
        for (address, slot) in by_address.iter_mut().filter(|(_, slot)| slot.state != State::Ours) {
            slot.until = slot.until.checked_sub(back).unwrap_or(PrimitiveDateTime::MIN.assume_utc());
            if let Some(id) = pools.find(*address).filter(|id| pools.pool(*id).is_dynamic(*address)) {
                shelves.get_mut(id.0).expect(ONE_EACH).by_end.insert((slot.until, *address));
            }
        }
    }

    /// Gives the address this slot, whatever it had before.
    fn put(&mut self, id: SubnetId, address: Ipv4Addr, slot: Slot) {
        let Self { pools, by_address, shelves, .. } = self;
        let shelf = shelves.get_mut(id.0).expect(ONE_EACH);
        if let Some(former) = by_address.get(&address) {
            shelf.by_end.remove(&(former.until, address));
            if shelf.by_client.get(&former.client) == Some(&address) {
                shelf.by_client.remove(&former.client);
            }
            shelf.take_from(former.mac, address);
        }
        if pools.pool(id).is_dynamic(address) && slot.state != State::Ours {
            shelf.by_end.insert((slot.until, address));
        }
        if let Some(mac) = slot.mac
            && slot.state != State::Released
        {
            shelf.by_mac.entry(mac).or_default().push(address);
        }
        match slot.state {
            State::Offered | State::Bound => drop(shelf.by_client.insert(slot.client.clone(), address)),
            // What it gave back must not hide what it has.
            State::Released => drop(shelf.by_client.entry(slot.client.clone()).or_insert(address)),
            State::Declined | State::Ours => {}
        }
        by_address.insert(address, slot);
    }

    /// Whether anybody can get the address: then what is known of it is kept.
    fn is_kept(&self, id: SubnetId, address: Ipv4Addr) -> bool {
        let pool = self.pool(id);
        pool.is_dynamic(address) || pool.is_reserved(address)
    }

    fn pool(&self, id: SubnetId) -> &Pool {
        self.pools.pool(id)
    }

    fn shelf(&self, id: SubnetId) -> &Shelf {
        self.shelves.get(id.0).expect(ONE_EACH)
    }
}

const ONE_EACH: &str = "each pool has a shelf";

impl Shelf {
    fn take_from(&mut self, mac: Option<Mac>, address: Ipv4Addr) {
        let Some(mac) = mac else { return };
        let Some(its) = self.by_mac.get_mut(&mac) else { return };
        its.retain(|other| *other != address);
        if its.is_empty() {
            self.by_mac.remove(&mac);
        }
    }
}

impl Slot {
    fn new(client: &Client<'_>, until: OffsetDateTime, state: State) -> Self {
        Self { client: client.key.clone(), mac: client.mac, until, state }
    }
}

/// The name under which stands what no client has.
fn nobody() -> ClientKey {
    ClientKey::new([0]).expect("one byte is a key")
}

fn lease(address: Ipv4Addr, client: &Client<'_>, expires: OffsetDateTime, state: LeaseState) -> Lease {
    Lease { address, client: client.key.clone(), mac: client.mac, expires, state }
}

/// A clock may have been set to where no later moment can be written.
fn after(now: OffsetDateTime, time: Duration) -> OffsetDateTime {
    let end = time::Duration::try_from(time).ok().and_then(|time| now.checked_add(time));
    end.unwrap_or(PrimitiveDateTime::MAX.assume_utc())
}

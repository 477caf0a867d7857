//! Whatever clients do, and whenever the server restarts: no address has two holders.

use super::*;
use lync_model::{
    lease::{ClientKey, Lease, LeaseChange, LeaseState},
    rules::Mac,
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
};
use time::{Duration, OffsetDateTime, macros::datetime};

const START: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);
/// More than there are addresses, so that some are always wanted by several.
const CLIENTS: u8 = 9;
const ADDRESSES: std::ops::Range<u8> = 8..18;

#[derive(Clone, Debug)]
enum Step {
    Discover { client: u8, wants: Option<u8> },
    Request { client: u8, kind: u8, address: u8 },
    Take { client: u8 },
    Release { client: u8, address: u8 },
    Decline { client: u8, address: u8 },
    PutAside { address: u8 },
    Wait { seconds: u16 },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..CLIENTS;
    prop_oneof![
        4 => (client.clone(), prop::option::of(ADDRESSES)).prop_map(|(client, wants)| Step::Discover { client, wants }),
        4 => client.clone().prop_map(|client| Step::Take { client }),
        4 => (client.clone(), 0..3u8, ADDRESSES)
            .prop_map(|(client, kind, address)| Step::Request { client, kind, address }),
        2 => (client.clone(), ADDRESSES).prop_map(|(client, address)| Step::Release { client, address }),
        1 => (client, ADDRESSES).prop_map(|(client, address)| Step::Decline { client, address }),
        1 => ADDRESSES.prop_map(|address| Step::PutAside { address }),
        3 => (0..150u16).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Restart),
    ]
}

/// 10.0.0.10 to .14 for anybody; .12 and .16 are reserved for clients 0 and 1. Leases last 100 seconds.
fn pools() -> Pools {
    let subnet = Subnet {
        network: "10.0.0.0/24".parse().unwrap(),
        ranges: vec![ip(10)..=ip(14)],
        reservations: HashMap::from([(mac(0), ip(12)), (mac(1), ip(16))]),
        lease_time: std::time::Duration::from_secs(100),
        routers: vec![],
    };
    Pools::new(vec![subnet], LeaseSettings::default()).unwrap()
}

fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

const fn mac(client: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, client])
}

/// What the clients know, and what was written.
struct World {
    pools: Pools,
    leases: Leases,
    log: BTreeMap<Ipv4Addr, Lease>,
    now: OffsetDateTime,
    /// Who may use which address until when: what was acknowledged.
    holders: HashMap<Ipv4Addr, (u8, OffsetDateTime)>,
    /// What was offered, not over a restart.
    offers: HashMap<Ipv4Addr, (u8, OffsetDateTime)>,
    declined: HashMap<Ipv4Addr, OffsetDateTime>,
    last_offer: HashMap<u8, Ipv4Addr>,
}

impl World {
    fn new() -> Self {
        let pools = pools();
        Self {
            leases: Leases::new(&pools, vec![]),
            pools,
            log: BTreeMap::new(),
            now: START,
            holders: HashMap::new(),
            offers: HashMap::new(),
            declined: HashMap::new(),
            last_offer: HashMap::new(),
        }
    }

    fn write(&mut self, change: LeaseChange) {
        match change {
            LeaseChange::Put(lease) => drop(self.log.insert(lease.address, lease)),
            LeaseChange::Remove(address) => drop(self.log.remove(&address)),
        }
    }

    fn step(&mut self, step: &Step) {
        let id = self.pools.find(ip(1)).unwrap();
        match *step {
            Step::Discover { client, wants } => {
                let key = key(client);
                let who = Client { key: &key, mac: Some(mac(client)) };
                if let Some(Offer { address, .. }) = self.leases.offer(&who, wants.map(ip), id, self.now) {
                    self.check(client, address);
                    self.offers.insert(address, (client, self.now + Duration::seconds(30)));
                    self.last_offer.insert(client, address);
                }
            }
            Step::Take { client } => {
                if let Some(address) = self.last_offer.get(&client).copied() {
                    self.request(client, Request::Selecting(address), id);
                }
            }
            Step::Request { client, kind, address } => {
                let kinds = [Request::Selecting, Request::InitReboot, Request::Renewing];
                self.request(client, kinds[usize::from(kind)](ip(address)), id);
            }
            Step::Release { client, address } => {
                let key = key(client);
                let who = Client { key: &key, mac: Some(mac(client)) };
                if let Some(change) = self.leases.release(&who, ip(address), self.now) {
                    self.gone(client, ip(address));
                    self.write(change);
                }
            }
            Step::Decline { client, address } => {
                let key = key(client);
                let who = Client { key: &key, mac: Some(mac(client)) };
                if let Some(change) = self.leases.decline(&who, ip(address), self.now) {
                    self.gone(client, ip(address));
                    self.declined.insert(ip(address), self.now + Duration::DAY);
                    self.write(change);
                }
            }
            Step::PutAside { address } => {
                if let Some(change) = self.leases.put_aside(ip(address), self.now) {
                    let holder = self.holders.remove(&ip(address));
                    assert!(holder.is_none_or(|(_, until)| until <= self.now), "{address} is leased");
                    self.offers.remove(&ip(address));
                    self.declined.insert(ip(address), self.now + Duration::DAY);
                    self.write(change);
                }
            }
            Step::Wait { seconds } => self.now += Duration::seconds(seconds.into()),
            Step::Restart => {
                self.leases = Leases::new(&self.pools, self.log.values().rev().cloned().collect());
                self.offers.clear();
            }
        }
    }

    fn request(&mut self, client: u8, request: Request, id: SubnetId) {
        let key = key(client);
        let who = Client { key: &key, mac: Some(mac(client)) };
        if let Verdict::Granted { address, seconds, change } =
            self.leases.request(&who, request, id, self.now)
        {
            self.check(client, address);
            self.offers.remove(&address);
            self.holders.insert(address, (client, self.now + Duration::seconds(seconds.into())));
            self.write(change);
        }
    }

    /// Nobody gives back what another has.
    fn gone(&mut self, client: u8, address: Ipv4Addr) {
        for taken in [&mut self.holders, &mut self.offers] {
            let former = taken.remove(&address);
            assert!(former.is_none_or(|(holder, until)| holder == client || until <= self.now));
        }
    }

    /// The address may go to the client.
    fn check(&self, client: u8, address: Ipv4Addr) {
        for taken in [&self.holders, &self.offers] {
            if let Some((holder, until)) = taken.get(&address) {
                assert!(*holder == client || *until <= self.now, "{address} is {holder}'s until {until}");
            }
        }
        assert!(self.declined.get(&address).is_none_or(|until| *until <= self.now), "{address} is declined");
        let dynamic = (10..15).filter(|last| *last != 12).any(|last| ip(last) == address);
        let reserved = [(0, ip(12)), (1, ip(16))].contains(&(client, address));
        assert!(dynamic || reserved, "{address} is nothing for client {client}");
    }
}

fn key(client: u8) -> ClientKey {
    ClientKey::new([1, client]).unwrap()
}

proptest! {
    #[test]
    fn no_address_has_two_holders(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        let bound = world.leases.list(world.now).into_iter().filter(|lease| lease.state == LeaseState::Bound);
        prop_assert!(bound.count() <= 6);
    }
}

//! The subnets that are served, and what may be given away in each.

use ipnet::Ipv4Net;
use lync_model::rules::Mac;
use std::{
    collections::{HashMap, HashSet},
    net::Ipv4Addr,
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

/// The most addresses that all ranges and reservations hold together: those of a /12. Each address that was ever given
/// away costs some hundred bytes.
const MAX_ADDRESSES: u64 = 1 << 20;

/// The longest lease that ends, in seconds: one more means "for ever" (RFC 2132 section 9.2).
const LONGEST: u32 = u32::MAX - 1;

/// A subnet and the addresses that clients in it get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// The network; its mask becomes option 1.
    pub network: Ipv4Net,
    /// What is given to anybody, both ends included. Ranges lie in the network and do not overlap.
    pub ranges: Vec<RangeInclusive<Ipv4Addr>>,
    /// What is given to one phone alone. An address may lie in a range; it is then given to nobody else.
    pub reservations: HashMap<Mac, Ipv4Addr>,
    /// How long a lease lasts: whole seconds, from 1 to 2^32 - 2 (the last number means "for ever").
    pub lease_time: Duration,
    /// Option 3, the preferred one first. They lie in the network and in no range.
    pub routers: Vec<Ipv4Addr>,
}

/// How leases are given in every subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseSettings {
    /// How long an address is kept for a client to which it was offered.
    pub offer_time: Duration,
    /// How long an address is given to nobody after a client found it in use (DHCPDECLINE).
    pub declined_time: Duration,
    /// Whether a client that asks for an address that it cannot have is told so (DHCPNAK), also where nothing is known
    /// of it. Otherwise another server may know better, and this one is silent.
    pub authoritative: bool,
}

impl Default for LeaseSettings {
    fn default() -> Self {
        Self {
            offer_time: Duration::from_secs(30),
            declined_time: Duration::from_hours(24),
            authoritative: true,
        }
    }
}

/// The subnets, checked. A clone shares them.
#[derive(Clone, Debug)]
pub struct Pools {
    pools: Arc<[Pool]>,
    settings: LeaseSettings,
}

/// Names a subnet of [`Pools`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubnetId(pub(super) usize);

/// A subnet with what is worked out once.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) subnet: Subnet,
    /// Whose a reserved address is.
    reserved: HashMap<Ipv4Addr, Mac>,
    pub(super) lease_seconds: u32,
}

/// Why subnets cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// Two subnets that share addresses.
    #[error("the subnets {0} and {1} overlap")]
    Overlap(Ipv4Net, Ipv4Net),
    /// A network with addresses that no host has: 0.0.0.0/8, and all from 224.0.0.0 on.
    #[error("the subnet {0} holds addresses that no host has")]
    NotUnicast(Ipv4Net),
    /// An address that is not one of a host in its subnet.
    #[error("{address} is not the address of a host in {network}")]
    Outside {
        /// The address.
        address: Ipv4Addr,
        /// The subnet.
        network: Ipv4Net,
    },
    /// A range whose end stands before its start.
    #[error("the range {0} to {1} is empty")]
    EmptyRange(Ipv4Addr, Ipv4Addr),
    /// An address that two ranges hold.
    #[error("two ranges hold {0}")]
    RangesOverlap(Ipv4Addr),
    /// An address that is reserved twice.
    #[error("{0} is reserved for two phones")]
    ReservedTwice(Ipv4Addr),
    /// A router's address that would be given away.
    #[error("{0} is a router's and would be given to clients")]
    RouterGivenAway(Ipv4Addr),
    /// A lease time that option 51 cannot say.
    #[error("the lease time of {network} is {seconds} s; 1 to 4294967294 whole seconds are expected")]
    LeaseTime {
        /// The subnet.
        network: Ipv4Net,
        /// Its lease time in seconds, what is less than one cut off.
        seconds: u64,
    },
    /// Too much to keep track of.
    #[error("ranges and reservations hold {0} addresses; 1048576 are the most")]
    TooMany(u64),
}

impl Pools {
    /// Checks subnets.
    pub fn new(subnets: Vec<Subnet>, settings: LeaseSettings) -> Result<Self, PoolError> {
        let mut pools = subnets.into_iter().map(Pool::new).collect::<Result<Vec<_>, _>>()?;
        pools.sort_by_key(|pool| pool.subnet.network.network());
        for (first, second) in pools.iter().zip(pools.iter().skip(1)) {
            let (first, second) = (first.subnet.network, second.subnet.network);
            if first.contains(&second) || second.contains(&first) {
                return Err(PoolError::Overlap(first, second));
            }
        }
        let addresses = pools.iter().map(Pool::size).sum();
        if addresses > MAX_ADDRESSES {
            return Err(PoolError::TooMany(addresses));
        }
        Ok(Self { pools: pools.into(), settings })
    }

    /// The subnets, by address.
    pub fn subnets(&self) -> impl Iterator<Item = &Subnet> {
        self.pools.iter().map(|pool| &pool.subnet)
    }

    /// How leases are given.
    pub const fn settings(&self) -> LeaseSettings {
        self.settings
    }

    /// The subnet with this address as a host's.
    pub fn find(&self, address: Ipv4Addr) -> Option<SubnetId> {
        // Networks do not overlap, so only the last one that begins at or below the address can hold it.
        let after = self.pools.partition_point(|pool| pool.subnet.network.network() <= address);
        let index = after.checked_sub(1)?;
        is_host(self.pools.get(index)?.subnet.network, address).then_some(SubnetId(index))
    }

    /// The subnet of this name.
    pub fn subnet(&self, id: SubnetId) -> &Subnet {
        &self.pool(id).subnet
    }

    /// How long a lease lasts in this subnet, in seconds.
    pub fn lease_seconds(&self, id: SubnetId) -> u32 {
        self.pool(id).lease_seconds
    }

    /// How many addresses can be given away, reserved ones among them.
    pub fn size(&self) -> u64 {
        self.pools.iter().map(Pool::size).sum()
    }

    pub(super) fn pool(&self, id: SubnetId) -> &Pool {
        self.pools.get(id.0).expect("a subnet's name comes from the pools that have it")
    }
}

impl Pool {
    fn new(mut subnet: Subnet) -> Result<Self, PoolError> {
        let network = subnet.network.trunc();
        subnet.network = network;
        if network.network() < Ipv4Addr::new(1, 0, 0, 0) || network.broadcast() >= Ipv4Addr::new(224, 0, 0, 0)
        {
            return Err(PoolError::NotUnicast(network));
        }
        check_ranges(&mut subnet)?;
        let reserved = reserved(&subnet)?;
        let pool = Self { lease_seconds: lease_seconds(&subnet)?, subnet, reserved };
        for router in &pool.subnet.routers {
            host_of(network, *router)?;
            if pool.is_dynamic(*router) || pool.reserved.contains_key(router) {
                return Err(PoolError::RouterGivenAway(*router));
            }
        }
        Ok(pool)
    }

    /// The reserved addresses count twice where they lie in a range, which does no harm.
    fn size(&self) -> u64 {
        let ranges = self
            .subnet
            .ranges
            .iter()
            .map(|range| u64::from(u32::from(*range.end())) - u64::from(u32::from(*range.start())) + 1);
        ranges.sum::<u64>() + self.reserved.len().try_into().unwrap_or(u64::MAX)
    }

    /// Whether anybody may have the address.
    pub(super) fn is_dynamic(&self, address: Ipv4Addr) -> bool {
        let ranges = &self.subnet.ranges;
        let after = ranges.partition_point(|range| *range.start() <= address);
        let in_range =
            after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| range.contains(&address));
        in_range && !self.reserved.contains_key(&address)
    }

    /// Whether a client with this hardware address may have the address.
    pub(super) fn may_have(&self, address: Ipv4Addr, mac: Option<Mac>) -> bool {
        match self.reserved.get(&address) {
            Some(owner) => mac == Some(*owner),
            None => self.is_dynamic(address),
        }
    }

    /// Whether the address is one phone's.
    pub(super) fn is_reserved(&self, address: Ipv4Addr) -> bool {
        self.reserved.contains_key(&address)
    }

    /// The address that is kept for this hardware address.
    pub(super) fn reservation(&self, mac: Option<Mac>) -> Option<Ipv4Addr> {
        self.subnet.reservations.get(&mac?).copied()
    }
}

fn check_ranges(subnet: &mut Subnet) -> Result<(), PoolError> {
    for range in &subnet.ranges {
        host_of(subnet.network, *range.start())?;
        host_of(subnet.network, *range.end())?;
        if range.is_empty() {
            return Err(PoolError::EmptyRange(*range.start(), *range.end()));
        }
    }
    subnet.ranges.sort_by_key(|range| *range.start());
    for (first, second) in subnet.ranges.iter().zip(subnet.ranges.iter().skip(1)) {
        if first.end() >= second.start() {
            return Err(PoolError::RangesOverlap(*second.start()));
        }
    }
    Ok(())
}

fn reserved(subnet: &Subnet) -> Result<HashMap<Ipv4Addr, Mac>, PoolError> {
    let mut seen = HashSet::new();
    for address in subnet.reservations.values() {
        host_of(subnet.network, *address)?;
        if !seen.insert(*address) {
            return Err(PoolError::ReservedTwice(*address));
        }
    }
    Ok(subnet.reservations.iter().map(|(mac, address)| (*address, *mac)).collect())
}

fn lease_seconds(subnet: &Subnet) -> Result<u32, PoolError> {
    let seconds = subnet.lease_time.as_secs();
    match u32::try_from(seconds) {
        Ok(whole @ 1..=LONGEST) if subnet.lease_time.subsec_nanos() == 0 => Ok(whole),
        _ => Err(PoolError::LeaseTime { network: subnet.network, seconds }),
    }
}

fn host_of(network: Ipv4Net, address: Ipv4Addr) -> Result<(), PoolError> {
    if is_host(network, address) { Ok(()) } else { Err(PoolError::Outside { address, network }) }
}

/// Neither the network's own address nor its broadcast address, which a /31 and a /32 do not have (RFC 3021).
fn is_host(network: Ipv4Net, address: Ipv4Addr) -> bool {
    let special =
        network.prefix_len() < 31 && (address == network.network() || address == network.broadcast());
    network.contains(&address) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(network: &str) -> Subnet {
        Subnet {
            network: network.parse().unwrap(),
            ranges: Vec::new(),
            reservations: HashMap::new(),
            lease_time: Duration::from_secs(60),
            routers: Vec::new(),
        }
    }

    fn ip(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, last)
    }

    fn refused(change: impl Fn(&mut Subnet)) -> String {
        let mut subnet = subnet("10.0.0.0/24");
        change(&mut subnet);
        Pools::new(vec![subnet], LeaseSettings::default()).unwrap_err().to_string()
    }

    #[test]
    fn each_way_to_be_wrong_is_named() {
        assert_eq!(
            refused(|s| s.ranges = vec![ip(1)..=Ipv4Addr::new(10, 0, 1, 1)]),
            "10.0.1.1 is not the address of a host in 10.0.0.0/24"
        );
        assert_eq!(
            refused(|s| s.ranges = vec![ip(0)..=ip(9)]),
            "10.0.0.0 is not the address of a host in 10.0.0.0/24"
        );
        assert_eq!(
            refused(|s| s.ranges = vec![ip(9)..=ip(255)]),
            "10.0.0.255 is not the address of a host in 10.0.0.0/24"
        );
        let reversed = |s: &mut Subnet| s.ranges = vec![ip(9)..=ip(8)];
        assert_eq!(refused(reversed), "the range 10.0.0.9 to 10.0.0.8 is empty");
        assert_eq!(refused(|s| s.ranges = vec![ip(5)..=ip(9), ip(1)..=ip(5)]), "two ranges hold 10.0.0.5");
        assert_eq!(
            refused(|s| s.reservations = HashMap::from([(Mac([1; 6]), ip(7)), (Mac([2; 6]), ip(7))])),
            "10.0.0.7 is reserved for two phones"
        );
        assert_eq!(
            refused(|s| (s.ranges, s.routers) = (vec![ip(1)..=ip(9)], vec![ip(1)])),
            "10.0.0.1 is a router's and would be given to clients"
        );
        for (time, seconds) in [(0, 0), (u64::from(u32::MAX), u32::MAX)] {
            assert_eq!(
                refused(|s| s.lease_time = Duration::from_secs(time)),
                format!(
                    "the lease time of 10.0.0.0/24 is {seconds} s; 1 to 4294967294 whole seconds are expected"
                )
            );
        }
        assert!(refused(|s| s.lease_time = Duration::from_millis(1500)).contains("is 1 s"));
        for wide in ["224.0.0.0/24", "240.0.0.0/8", "0.0.0.0/0", "0.1.0.0/16", "192.0.0.0/2"] {
            assert_eq!(
                refused(|s| s.network = wide.parse().unwrap()),
                format!("the subnet {wide} holds addresses that no host has")
            );
        }
    }

    #[test]
    fn more_addresses_than_a_12_holds_are_refused() {
        let with = |end: [u8; 4]| {
            let mut wide = subnet("10.0.0.0/8");
            wide.ranges = vec![Ipv4Addr::new(10, 0, 0, 1)..=Ipv4Addr::from(end)];
            Pools::new(vec![wide], LeaseSettings::default())
        };
        assert_eq!(with([10, 16, 0, 0]).unwrap().size(), 1 << 20);
        assert_eq!(with([10, 16, 0, 1]).unwrap_err(), PoolError::TooMany((1 << 20) + 1));
    }

    #[test]
    fn subnets_do_not_overlap_and_are_found_by_their_hosts() {
        let overlap = vec![subnet("10.0.1.0/24"), subnet("10.0.0.0/16")];
        assert!(matches!(Pools::new(overlap, LeaseSettings::default()), Err(PoolError::Overlap(..))));
        let all = ["10.0.2.0/24", "10.0.0.0/24", "192.168.7.0/30"].map(subnet).to_vec();
        let pools = Pools::new(all, LeaseSettings::default()).unwrap();
        let found =
            |text: &str| pools.find(text.parse().unwrap()).map(|id| pools.subnet(id).network.to_string());
        assert_eq!(found("10.0.0.1").as_deref(), Some("10.0.0.0/24"));
        assert_eq!(found("10.0.2.254").as_deref(), Some("10.0.2.0/24"));
        assert_eq!(found("192.168.7.2").as_deref(), Some("192.168.7.0/30"));
        for nowhere in ["10.0.1.1", "9.9.9.9", "10.0.0.0", "10.0.0.255", "192.168.7.4", "255.255.255.255"] {
            assert_eq!(found(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn a_reserved_address_in_a_range_is_its_owners_alone() {
        let (mine, other) = (Mac([1; 6]), Mac([2; 6]));
        let mut subnet = subnet("10.0.0.0/24");
        subnet.ranges = vec![ip(10)..=ip(12)];
        subnet.reservations = HashMap::from([(mine, ip(11)), (other, ip(99))]);
        let pool = Pool::new(subnet).unwrap();
        let may: Vec<_> = [9, 10, 11, 12, 13, 99].map(|last| pool.may_have(ip(last), Some(mine))).to_vec();
        assert_eq!(may, [false, true, true, true, false, false]);
        assert!(!pool.may_have(ip(11), Some(other)) && !pool.may_have(ip(11), None));
        assert!(pool.may_have(ip(99), Some(other)) && !pool.is_dynamic(ip(99)));
    }
}

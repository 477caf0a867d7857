//! Which entries are one device's.

use lync_model::journal::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

/// Who has more names of one kind than this is many devices behind one connection. Two such are not taken for one by the
/// names that they share, and their names are not compared.
const MAX_NAMES: usize = 32;

/// So many of the devices that share a user or an address are tried, the last ones: the work stays in proportion to
/// the entries, whatever they say.
const CANDIDATES: usize = 8;

/// What entries may share, in the order of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    Connection,
    Ticket,
    DeviceId,
    Mac,
    User,
    PhoneOrExt,
    Address,
}

impl Bond {
    const ALL: [Self; 7] = [
        Self::Connection,
        Self::Ticket,
        Self::DeviceId,
        Self::Mac,
        Self::User,
        Self::PhoneOrExt,
        Self::Address,
    ];

    fn value(self, entry: &Entry) -> Option<String> {
        let device = &entry.device;
        match self {
            Self::Connection => entry.connection.map(|connection| connection.to_string()),
            Self::Ticket => device.ticket.clone(),
            Self::DeviceId => device.device_id.clone(),
            Self::Mac => device.mac.clone(),
            Self::User => device.user.clone(),
            Self::PhoneOrExt => device.phone_or_ext.clone(),
            Self::Address => address(entry).map(|address| address.to_string()),
        }
    }
}

/// The client's address, IPv4 where it is IPv4. A client without one, as DHCP has them, shares it with nobody.
pub(super) fn address(entry: &Entry) -> Option<IpAddr> {
    entry.peer.map(|peer| peer.ip().to_canonical()).filter(|address| !address.is_unspecified())
}

/// The entries of each device.
pub(super) fn groups(entries: &[Arc<Entry>]) -> Vec<Vec<Arc<Entry>>> {
    let mut forest = Forest::new(entries);
    for bond in Bond::ALL {
        let mut met: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if let Some(value) = bond.value(entry) {
                forest.join_one_of(met.entry(value).or_default(), at, bond);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<Arc<Entry>>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        groups.entry(forest.root(at)).or_default().push(Arc::clone(entry));
    }
    groups.into_values().collect()
}

/// Disjoint sets of entries; the root of each is its first entry.
struct Forest {
    parents: Vec<usize>,
    traits: Vec<Traits>,
}

/// What tells devices apart.
#[derive(Default)]
struct Traits {
    macs: BTreeSet<String>,
    device_ids: BTreeSet<String>,
    namespaces: BTreeSet<String>,
    users: BTreeSet<String>,
}

impl Forest {
    fn new(entries: &[Arc<Entry>]) -> Self {
        let traits = entries.iter().map(|entry| Traits::of(entry)).collect();
        Self { parents: (0..entries.len()).collect(), traits }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(parent) = self.parents.get(at).copied().filter(|parent| *parent != at) {
            // Each step halves the path for whoever comes next.
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    /// Joins the entry to the last of the devices that share this bond with it and may be the same.
    fn join_one_of(&mut self, met: &mut VecDeque<usize>, at: usize, bond: Bond) {
        let this = self.root(at);
        let others: Vec<usize> = met.iter().map(|other| self.root(*other)).collect();
        let own = others.iter().rposition(|other| *other == this);
        // Its own first: only what is met for the first time is compared.
        let place = own.or_else(|| others.iter().rposition(|other| self.may_be_one(this, *other, bond)));
        if let Some((place, other)) = place.and_then(|place| Some((place, *others.get(place)?))) {
            met.remove(place);
            self.unite(this, other);
        }
        met.push_back(at);
        if met.len() > CANDIDATES {
            met.pop_front();
        }
    }

    fn may_be_one(&self, one: usize, other: usize, bond: Bond) -> bool {
        match (self.traits.get(one), self.traits.get(other)) {
            (Some(one), Some(other)) => bond < Bond::User || one.may_be(other, bond),
            _ => false,
        }
    }

    fn unite(&mut self, one: usize, other: usize) {
        if one == other {
            return;
        }
        let (first, second) = (one.min(other), one.max(other));
        if let Some(parent) = self.parents.get_mut(second) {
            *parent = first;
        }
        let traits = self.traits.get_mut(second).map(std::mem::take);
        if let (Some(first), Some(traits)) = (self.traits.get_mut(first), traits) {
            first.add(traits);
        }
    }
}

impl Traits {
    fn of(entry: &Entry) -> Self {
        let one = |value: &Option<String>| value.iter().cloned().collect();
        Self {
            macs: one(&entry.device.mac),
            device_ids: one(&entry.device.device_id),
            namespaces: one(&entry.namespace),
            users: one(&entry.device.user),
        }
    }

    fn may_be(&self, other: &Self, bond: Bond) -> bool {
        agree(&self.macs, &other.macs)
            && agree(&self.device_ids, &other.device_ids)
            && agree(&self.namespaces, &other.namespaces)
            && (bond == Bond::User || agree(&self.users, &other.users))
    }

    fn add(&mut self, other: Self) {
        self.macs.extend(other.macs);
        self.device_ids.extend(other.device_ids);
        self.namespaces.extend(other.namespaces);
        self.users.extend(other.users);
    }
}

/// Whether both may be about one device: one says nothing, or they have something in common.
fn agree(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let comparable = one.len().min(other.len()) <= MAX_NAMES;
    one.is_empty() || other.is_empty() || (comparable && !one.is_disjoint(other))
}

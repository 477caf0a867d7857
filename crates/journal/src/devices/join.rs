//! Which entries are one device's.

use super::pending;
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
    /// The address of a device that asked DHCP, while it is the only one there whose sign-in has not ended.
    Lease,
    User,
    PhoneOrExt,
    Address,
}

impl Bond {
    const ALL: [Self; 8] = [
        Self::Connection,
        Self::Ticket,
        Self::DeviceId,
        Self::Mac,
        Self::Lease,
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
            Self::Lease | Self::Address => address(entry).map(|address| address.to_string()),
        }
    }
}

/// The client's address, IPv4 where it is IPv4. A client without one, as DHCP has them, shares it with nobody.
pub(super) fn address(entry: &Entry) -> Option<IpAddr> {
    entry.peer.map(|peer| peer.ip().to_canonical()).filter(|address| !address.is_unspecified())
}

/// The entries of one device.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) entries: Vec<Arc<Entry>>,
    /// Those, by number, at whose time several devices at their address were signing in: which of them did what cannot
    /// be told.
    pub(super) crowded: BTreeSet<u64>,
}

/// The entries of each device.
pub(super) fn groups(entries: &[Arc<Entry>]) -> Vec<Group> {
    let mut forest = Forest::new(entries);
    let mut crowded = BTreeSet::new();
    for bond in Bond::ALL {
        if bond == Bond::Lease {
            crowded = pending::join(&mut forest, entries);
            continue;
        }
        let mut met: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            let is_guess = bond == Bond::Address && crowded.contains(&at);
            if let Some(value) = bond.value(entry).filter(|_| !is_guess) {
                forest.join_one_of(met.entry(value).or_default(), (at, entry), bond);
            }
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let group = groups.entry(forest.root(at)).or_default();
        group.entries.push(Arc::clone(entry));
        group.crowded.extend(crowded.contains(&at).then_some(entry.seq));
    }
    groups.into_values().collect()
}

/// Disjoint sets of entries; the root of each is its first entry.
pub(super) struct Forest {
    parents: Vec<usize>,
    traits: Vec<Traits>,
}

/// What tells devices apart.
#[derive(Default)]
struct Traits {
    macs: BTreeSet<String>,
    device_ids: BTreeSet<String>,
    namespaces: BTreeSet<String>,
    typed: Typed,
    addresses: BTreeSet<IpAddr>,
}

/// Who signs in, and as what.
#[derive(Clone, Default)]
pub(super) struct Typed {
    users: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Forest {
    fn new(entries: &[Arc<Entry>]) -> Self {
        let traits = entries.iter().map(|entry| Traits::of(entry)).collect();
        Self { parents: (0..entries.len()).collect(), traits }
    }

    pub(super) fn root(&mut self, mut at: usize) -> usize {
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

    /// Joins the entry to the likeliest of the devices that share this bond with it and may be the same.
    fn join_one_of(&mut self, met: &mut VecDeque<usize>, (at, entry): (usize, &Entry), bond: Bond) {
        let this = self.root(at);
        let others: Vec<usize> = met.iter().map(|other| self.root(*other)).collect();
        let own = others.iter().rposition(|other| *other == this);
        // Its own first: only what is met for the first time is compared.
        let place = own.or_else(|| self.likeliest(&others, this, entry, bond));
        if let Some((place, other)) = place.and_then(|place| Some((place, *others.get(place)?))) {
            met.remove(place);
            self.unite(this, other);
        }
        met.push_back(at);
        if met.len() > CANDIDATES {
            met.pop_front();
        }
    }

    /// Of those that may be the same, the place of the one that was at the entry's address, then of the one that typed
    /// the same, then of the one that was heard last.
    fn likeliest(&self, others: &[usize], this: usize, entry: &Entry, bond: Bond) -> Option<usize> {
        let likeness = |other: &usize| {
            let known = self.traits.get(*other)?;
            let is_here = address(entry).is_some_and(|address| known.addresses.contains(&address));
            let typed = entry.device.phone_or_ext.as_ref();
            Some((is_here, typed.is_some_and(|typed| known.typed.numbers.contains(typed))))
        };
        let may_be = others.iter().enumerate().filter(|(_, other)| self.may_be_one(this, **other, bond));
        // Of equal ones the last is taken.
        may_be.max_by_key(|(_, other)| likeness(other)).map(|(place, _)| place)
    }

    fn may_be_one(&self, one: usize, other: usize, bond: Bond) -> bool {
        match (self.traits.get(one), self.traits.get(other)) {
            (Some(one), Some(other)) => bond < Bond::User || one.may_be(other, bond),
            _ => false,
        }
    }

    /// Whether neither names nor what is typed in its sign-in tell this from a device.
    pub(super) fn may_sign_in(&self, this: usize, device: usize, typed: &Typed) -> bool {
        match (self.traits.get(this), self.traits.get(device)) {
            (Some(this), Some(device)) => this.agree_in_names(device) && this.typed.agree(typed),
            _ => false,
        }
    }

    /// What is typed in all that belongs to this.
    pub(super) fn typed(&self, this: usize) -> Typed {
        self.traits.get(this).map(|traits| traits.typed.clone()).unwrap_or_default()
    }

    pub(super) fn unite(&mut self, one: usize, other: usize) {
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
            typed: Typed { users: one(&entry.device.user), numbers: one(&entry.device.phone_or_ext) },
            addresses: address(entry).into_iter().collect(),
        }
    }

    fn may_be(&self, other: &Self, bond: Bond) -> bool {
        let typed = match bond {
            Bond::Address => self.typed.agree(&other.typed),
            Bond::PhoneOrExt => agree(&self.typed.users, &other.typed.users),
            _ => true,
        };
        typed && self.agree_in_names(other)
    }

    fn agree_in_names(&self, other: &Self) -> bool {
        agree(&self.macs, &other.macs)
            && agree(&self.device_ids, &other.device_ids)
            && agree(&self.namespaces, &other.namespaces)
    }

    fn add(&mut self, other: Self) {
        self.macs.extend(other.macs);
        self.device_ids.extend(other.device_ids);
        self.namespaces.extend(other.namespaces);
        self.typed.add(other.typed);
        self.addresses.extend(other.addresses);
    }
}

impl Typed {
    fn agree(&self, other: &Self) -> bool {
        agree(&self.users, &other.users) && agree(&self.numbers, &other.numbers)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.users.extend(other.users);
        self.numbers.extend(other.numbers);
    }
}

/// Whether both may be about one device: one says nothing, or they have something in common.
fn agree(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let comparable = one.len().min(other.len()) <= MAX_NAMES;
    one.is_empty() || other.is_empty() || (comparable && !one.is_disjoint(other))
}

//! Who asked DHCP at an address, and whose sign-in has not ended.

use super::join::{Forest, Typed, address};
use super::verdict::{is_failure, is_renewed_lease, is_ruled};
use lync_model::journal::{Entry, names};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// A device that was silent for this long begins no request of the sign-in any more: it gave up.
const SILENCE: Duration = Duration::seconds(5);

/// So many devices at one address are looked at, the last ones.
const MAX_DEVICES: usize = 64;

/// Joins requests to the device that asked DHCP at their address, while it is the only one there that may have made
/// them. Returns the places of the entries of which this cannot be told, as several are there.
pub(super) fn join(forest: &mut Forest, entries: &[Arc<Entry>]) -> BTreeSet<usize> {
    let mut crowded = BTreeSet::new();
    let mut addresses: BTreeMap<IpAddr, Address> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(address) = address(entry) {
            let here = addresses.entry(address).or_default();
            if entry.device.mac.is_some() {
                here.asked(forest, at, entry);
            } else {
                here.requested(forest, (at, entry), &mut crowded);
            }
        }
    }
    crowded
}

/// What is known of the devices at one address.
#[derive(Default)]
struct Address {
    devices: VecDeque<Device>,
    /// Requests, joined to others by better bonds, that are one of several devices'.
    unknown: BTreeSet<usize>,
    /// Those of them with which a sign-in ended.
    ended: BTreeSet<usize>,
}

/// A device with a hardware address.
struct Device {
    /// Its last entry of DHCP.
    at: usize,
    since: OffsetDateTime,
    heard: OffsetDateTime,
    is_over: bool,
    /// What was typed since it asked DHCP.
    typed: Typed,
}

impl Address {
    fn asked(&mut self, forest: &mut Forest, at: usize, entry: &Entry) {
        self.forget_those_that_ended(entry);
        let this = forest.root(at);
        let known = self.devices.iter().position(|device| forest.root(device.at) == this);
        let known = known.and_then(|place| self.devices.remove(place));
        let device = match known {
            Some(device) if is_renewed_lease(entry) => Device { heard: entry.at, ..device },
            _ => Device {
                at,
                since: entry.at,
                heard: entry.at,
                is_over: entry.event != names::DHCP_ACK || is_renewed_lease(entry),
                typed: Typed::default(),
            },
        };
        self.devices.push_back(device);
        if self.devices.len() > MAX_DEVICES {
            self.devices.pop_front();
        }
    }

    fn requested(
        &mut self,
        forest: &mut Forest,
        (at, entry): (usize, &Entry),
        crowded: &mut BTreeSet<usize>,
    ) {
        let this = forest.root(at);
        if let Some(device) = self.devices.iter_mut().find(|device| forest.root(device.at) == this) {
            device.hear(entry);
            return;
        }
        if self.unknown.contains(&this) {
            // What else came over the same connection is as little known.
            crowded.insert(at);
            self.ended.extend(is_end(entry).then_some(this));
            return;
        }
        self.forget_those_that_ended(entry);
        let mut may_be = Vec::new();
        for device in self.devices.iter_mut().filter(|device| device.is_open(entry)) {
            let root = forest.root(device.at);
            if forest.may_sign_in(this, root, &device.typed) {
                may_be.push(device);
            }
        }
        match may_be.as_mut_slice() {
            [] => {}
            [device] if self.ended.is_empty() => {
                device.typed.add(forest.typed(this));
                device.hear(entry);
                let root = forest.root(device.at);
                forest.unite(root, this);
            }
            several => {
                crowded.extend(several.iter().map(|device| device.at).chain([at]));
                self.unknown.insert(this);
                self.ended.extend(is_end(entry).then_some(this));
            }
        }
    }

    /// Once as many sign-ins ended as devices are there, nobody's is left, whosesoever they were.
    fn forget_those_that_ended(&mut self, entry: &Entry) {
        let open = self.devices.iter().filter(|device| device.is_open(entry)).count();
        if !self.ended.is_empty() && self.ended.len() >= open {
            self.devices.iter_mut().for_each(|device| device.is_over = true);
            self.ended.clear();
        }
    }
}

impl Device {
    /// Whether the entry may belong to its sign-in, as far as time goes.
    fn is_open(&self, entry: &Entry) -> bool {
        !self.is_over && self.since <= entry.at && entry.at - self.heard <= SILENCE
    }

    fn hear(&mut self, entry: &Entry) {
        let lasted = Duration::microseconds(entry.duration_us.try_into().unwrap_or(i64::MAX));
        self.heard = self.heard.max(entry.at.saturating_add(lasted));
        self.is_over |= is_end(entry);
    }
}

/// Whether a sign-in ends with this, well or not.
fn is_end(entry: &Entry) -> bool {
    entry.event == names::CERTPROV_PUBLISHED || is_failure(entry) || is_ruled(entry)
}

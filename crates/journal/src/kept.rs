//! What is kept, within bounds.

use crate::Limits;
use lync_model::journal::{Device, Entry, Protocol, Raw};
use lync_net::Wire;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// What an entry costs besides its texts: itself, and its places in the queue and in the allocator's books. A guess on
/// the large side.
const ENTRY_COST: usize = 1024;

/// What a chunk costs besides its bytes, guessed in the same way.
const CHUNK_COST: usize = 64;

/// Connections that may be open beside those that are kept: what `lync_net` allows three listeners, and some.
pub(crate) const MAX_OPEN: usize = 4096;

/// Entries and connections, the oldest first.
pub(crate) struct Kept {
    limits: Limits,
    entries: VecDeque<(Arc<Entry>, usize)>,
    bytes: usize,
    /// How many of the oldest entries have lost what went over the wire.
    stripped: usize,
    last_seq: u64,
    connections: VecDeque<(Arc<KeptConnection>, usize)>,
    wire_bytes: usize,
    /// Which open connection spoke for a device of which namespace.
    namespaces: BTreeMap<u64, String>,
}

/// A TCP connection that has ended, with what went over it.
#[derive(Debug)]
pub(crate) struct KeptConnection {
    pub(crate) id: u64,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) began: OffsetDateTime,
    pub(crate) duration: Duration,
    pub(crate) failed: Option<String>,
    /// Whether we sent RST.
    pub(crate) reset: bool,
    pub(crate) namespace: Option<String>,
    pub(crate) wire: Wire,
}

impl Kept {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: VecDeque::new(),
            bytes: 0,
            stripped: 0,
            last_seq: 0,
            connections: VecDeque::new(),
            wire_bytes: 0,
            namespaces: BTreeMap::new(),
        }
    }

    /// Gives the entry its number and keeps it, if there is room for it at all.
    pub(crate) fn push(&mut self, mut entry: Entry) -> Arc<Entry> {
        self.last_seq += 1;
        entry.seq = self.last_seq;
        shorten(&mut entry);
        if cost(&entry) > self.limits.bytes {
            entry.raw = None;
        }
        self.remember_namespace(&entry);
        let cost = cost(&entry);
        let entry = Arc::new(entry);
        if cost <= self.limits.bytes && self.limits.entries > 0 {
            self.bytes += cost;
            self.entries.push_back((Arc::clone(&entry), cost));
            self.make_room();
        }
        entry
    }

    /// First the oldest entries lose what went over the wire, which is most of them; only then the oldest go.
    fn make_room(&mut self) {
        while self.bytes > self.limits.bytes && self.strip_oldest() {}
        while self.entries.len() > self.limits.entries || self.bytes > self.limits.bytes {
            self.bytes -= self.entries.pop_front().map_or(self.bytes, |(_, cost)| cost);
            self.stripped = self.stripped.saturating_sub(1);
        }
    }

    /// Whether there was an entry that still had something to lose.
    fn strip_oldest(&mut self) -> bool {
        let Some((entry, weighed)) = self.entries.get_mut(self.stripped) else { return false };
        // Who is reading the entry goes on with its own.
        Arc::make_mut(entry).raw = None;
        let left = cost(entry);
        self.bytes -= *weighed - left;
        *weighed = left;
        self.stripped += 1;
        true
    }

    /// Keeps the connection, if there is room for it at all.
    pub(crate) fn push_connection(&mut self, connection: KeptConnection) {
        self.namespaces.remove(&connection.id);
        let cost = wire_cost(&connection.wire);
        if cost > self.limits.wire_bytes || self.limits.connections == 0 {
            return;
        }
        self.wire_bytes += cost;
        self.connections.push_back((Arc::new(connection), cost));
        while self.connections.len() > self.limits.connections || self.wire_bytes > self.limits.wire_bytes {
            self.wire_bytes -= self.connections.pop_front().map_or(self.wire_bytes, |(_, cost)| cost);
        }
    }

    pub(crate) fn last_seq(&self) -> u64 {
        self.last_seq
    }

    pub(crate) fn entry(&self, seq: u64) -> Option<Arc<Entry>> {
        let at = self.entries.binary_search_by_key(&seq, |(entry, _)| entry.seq).ok()?;
        self.entries.get(at).map(|(entry, _)| Arc::clone(entry))
    }

    /// The entries whose number is greater.
    pub(crate) fn entries_after(&self, seq: u64) -> Vec<Arc<Entry>> {
        let from = self.entries.partition_point(|(entry, _)| entry.seq <= seq);
        self.entries.range(from..).map(|(entry, _)| Arc::clone(entry)).collect()
    }

    /// The connections of these numbers, or all of them.
    pub(crate) fn connections(&self, wanted: &BTreeSet<u64>, all: bool) -> Vec<Arc<KeptConnection>> {
        let is_wanted = |id: u64| all || wanted.contains(&id);
        self.connections
            .iter()
            .filter(|(connection, _)| is_wanted(connection.id))
            .map(|(connection, _)| Arc::clone(connection))
            .collect()
    }

    /// The namespace of the device that was heard on this connection.
    pub(crate) fn namespace_of_connection(&self, connection: Option<u64>) -> Option<String> {
        self.namespaces.get(&connection?).cloned()
    }

    pub(crate) fn clear(&mut self, namespace: Option<&str>) {
        let stays = |of: Option<&str>| namespace.is_some() && of != namespace;
        self.entries.retain(|(entry, _)| stays(entry.namespace.as_deref()));
        self.connections.retain(|(connection, _)| stays(connection.namespace.as_deref()));
        self.bytes = self.entries.iter().map(|(_, cost)| cost).sum();
        self.stripped = self.entries.iter().take_while(|(entry, _)| entry.raw.is_none()).count();
        self.wire_bytes = self.connections.iter().map(|(_, cost)| cost).sum();
    }

    /// Whether the sums are those of what is there.
    #[cfg(test)]
    pub(crate) fn adds_up(&self) -> bool {
        let entries: usize = self.entries.iter().map(|(entry, _)| cost(entry)).sum();
        let wires: usize = self.connections.iter().map(|(kept, _)| wire_cost(&kept.wire)).sum();
        (self.bytes, self.wire_bytes) == (entries, wires)
    }

    fn remember_namespace(&mut self, entry: &Entry) {
        let (Some(connection), Some(namespace)) = (entry.connection, &entry.namespace) else {
            return;
        };
        // The connections to :444 are the front end's, and serve the devices of all namespaces.
        if matches!(entry.protocol, Protocol::Tls | Protocol::UserPin) || crate::observer::is_userpin(entry) {
            return;
        }
        self.namespaces.insert(connection, namespace.clone());
        while self.namespaces.len() > self.limits.connections.saturating_add(MAX_OPEN) {
            self.namespaces.pop_first();
        }
    }
}

/// The bytes that an entry takes, about.
fn cost(entry: &Entry) -> usize {
    let device = {
        let Device { mac, vendor_class, user_agent, phone_or_ext, user, ticket, device_id } = &entry.device;
        let texts = [mac, vendor_class, user_agent, phone_or_ext, user, ticket, device_id];
        texts.into_iter().flatten().map(String::len).sum::<usize>()
    };
    let decoded: usize = entry.decoded.iter().map(|(name, value)| name.len() + value.len()).sum();
    let diagnostic = entry.diagnostic.as_ref().map_or(0, |diagnostic| diagnostic.reason.len());
    let texts = entry.event.len() + entry.summary.len() + entry.correlation.as_ref().map_or(0, String::len);
    ENTRY_COST + device + decoded + diagnostic + texts + entry.raw.as_ref().map_or(0, raw_cost)
}

/// The longest text of an entry, in bytes; raw parts are bounded apart.
const MAX_TEXT: usize = 1024;

/// Cuts what peers may have made long: the entries of a journal are counted, and each of them must be small.
fn shorten(entry: &mut Entry) {
    let Device { mac, vendor_class, user_agent, phone_or_ext, user, ticket, device_id } = &mut entry.device;
    let device = [mac, vendor_class, user_agent, phone_or_ext, user, ticket, device_id].into_iter().flatten();
    let texts = [&mut entry.summary].into_iter().chain(&mut entry.correlation).chain(device);
    for text in texts.chain(entry.decoded.values_mut()) {
        if text.len() > MAX_TEXT {
            text.truncate(text.floor_char_boundary(MAX_TEXT));
            text.shrink_to_fit();
        }
    }
}

fn raw_cost(raw: &Raw) -> usize {
    match raw {
        Raw::Http(http) => {
            let headers = http.request_headers.iter().chain(&http.response_headers);
            let headers: usize = headers.map(|(name, value)| name.len() + value.len() + CHUNK_COST).sum();
            http.method.len() + http.url.len() + http.request_body.len() + http.response_body.len() + headers
        }
        Raw::Datagram { request, replies } => request.len() + replies.iter().map(String::len).sum::<usize>(),
    }
}

/// The bytes that a connection takes, about.
fn wire_cost(wire: &Wire) -> usize {
    ENTRY_COST + wire.chunks.iter().map(|chunk| chunk.bytes.len() + CHUNK_COST).sum::<usize>()
}

//! A capture file (draft-ietf-opsawg-pcapng) of what was kept, for Wireshark.
//!
//! It is written here: the blocks are few, and the crate pcap-file, which reads them back in the tests, has no type for
//! the Decryption Secrets Block. What the sockets read and wrote is real, and when; the segments around it are made up.

mod block;
mod conversation;
mod packet;

use crate::exchange::canonical;
use crate::kept::KeptConnection;
use crate::keys::{Keys, client_random};
use block::Writer;
use lync_model::journal::{Entry, Raw};
use packet::{Packet, Udp};
use std::collections::BTreeSet;
use std::sync::Arc;
use time::OffsetDateTime;

/// The capture of these connections, and of the datagrams among these entries, in the order of time.
pub(crate) fn capture(
    entries: &[Arc<Entry>],
    connections: &[Arc<KeptConnection>],
    keys: Option<&Keys>,
) -> Vec<u8> {
    let mut packets: Vec<Packet> = connections.iter().flat_map(|kept| conversation::packets(kept)).collect();
    packets.extend(entries.iter().flat_map(|entry| datagrams(entry)));
    packets.sort_by_key(|packet| packet.at); // Stable: what happened at once stays in its order.
    let mut writer = Writer::new();
    let secrets = keys.map(|keys| secrets(connections, keys)).unwrap_or_default();
    if !secrets.is_empty() {
        writer.tls_key_log(secrets.as_bytes());
    }
    packets.iter().for_each(|packet| writer.packet(packet));
    writer.finish()
}

/// The key log of these connections and of no other.
fn secrets(connections: &[Arc<KeptConnection>], keys: &Keys) -> String {
    let randoms: BTreeSet<_> = connections.iter().filter_map(|kept| random(kept)).collect();
    randoms.iter().flat_map(|random| keys.of(random)).collect()
}

fn random(kept: &KeptConnection) -> Option<crate::keys::ClientRandom> {
    let received = kept.wire.chunks.iter().filter(|chunk| !chunk.sent);
    let beginning: Vec<u8> = received.flat_map(|chunk| chunk.bytes.iter().copied()).take(64).collect();
    client_random(&beginning)
}

/// A datagram and its answers. All answers go back where it came from (one to a relay or a broadcast went elsewhere).
fn datagrams(entry: &Entry) -> Vec<Packet> {
    let (Some(Raw::Datagram { request, replies }), Some(peer), Some(local)) =
        (&entry.raw, entry.peer, entry.local)
    else {
        return Vec::new();
    };
    let (peer, local) = (canonical(peer), canonical(local));
    let began = micros(entry.at);
    let asked = Udp { from: peer, to: local, payload: unhex(request) }.packet(began);
    let answered = replies.iter().filter_map(|reply| {
        let reply = Udp { from: local, to: peer, payload: unhex(reply) };
        reply.packet(began.saturating_add(entry.duration_us))
    });
    asked.into_iter().chain(answered).collect()
}

/// Microseconds since 1970, 0 before it.
fn micros(at: OffsetDateTime) -> u64 {
    u64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(0)
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;

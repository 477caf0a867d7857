//! A TCP connection as the packets that would have carried it.

use super::micros;
use super::packet::{Packet, Tcp};
use crate::exchange::canonical;
use crate::kept::KeptConnection;
use std::net::SocketAddr;
use std::time::Duration;

/// The most payload in one segment: an Ethernet frame's, without options.
const MAX_SEGMENT: usize = 1460;

/// [`MAX_SEGMENT`] as an option of TCP.
const MSS: [u8; 4] = [2, 4, 0x05, 0xb4];

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// The packets, in their order.
///
/// Which end closed first is not kept: the server does here. RST stands for FIN where we sent one, and where the reason
/// for which the connection failed speaks of one of the peer's. A connection of which the end is not kept has none here either.
pub(super) fn packets(kept: &KeptConnection) -> Vec<Packet> {
    let mut talk = Talk::new(kept);
    talk.open();
    for chunk in &kept.wire.chunks {
        talk.say(chunk.sent, chunk.after, &chunk.bytes);
    }
    if kept.wire.cut {
        talk.remark("lyncmock kept no more of this connection");
    } else if kept.reset || kept.failed.as_deref().is_some_and(|reason| reason.contains("reset by peer")) {
        talk.reset(kept.duration, kept.reset);
    } else {
        talk.close(kept.duration);
    }
    if let (Some(reason), Some(last)) = (&kept.failed, talk.packets.last_mut()) {
        last.comment = Some(format!("lyncmock: {}", lync_net::excerpt(reason)));
    }
    talk.packets
}

struct Talk {
    /// When it began, in microseconds since 1970.
    began: u64,
    client: End,
    server: End,
    packets: Vec<Packet>,
}

struct End {
    address: SocketAddr,
    /// The number of the next byte.
    next: u32,
}

impl Talk {
    fn new(kept: &KeptConnection) -> Self {
        // Connections that use one pair of ports one after the other must differ here.
        let number = u32::try_from(kept.id & u64::from(u32::MAX)).unwrap_or(0).wrapping_mul(0x9e37_79b1);
        Self {
            began: micros(kept.began),
            client: End { address: canonical(kept.peer), next: number },
            server: End { address: canonical(kept.local), next: !number },
            packets: Vec::new(),
        }
    }

    fn open(&mut self) {
        let at = self.began;
        self.segment(at, false, SYN, &MSS, &[]);
        self.segment(at, true, SYN | ACK, &MSS, &[]);
        self.segment(at, false, ACK, &[], &[]);
    }

    fn say(&mut self, sent: bool, after: Duration, bytes: &[u8]) {
        let at = self.at(after);
        for piece in bytes.chunks(MAX_SEGMENT) {
            self.segment(at, sent, PSH | ACK, &[], piece);
        }
    }

    fn close(&mut self, after: Duration) {
        let at = self.at(after);
        self.segment(at, true, FIN | ACK, &[], &[]);
        self.segment(at, false, FIN | ACK, &[], &[]);
        self.segment(at, true, ACK, &[], &[]);
    }

    fn reset(&mut self, after: Duration, sent: bool) {
        let at = self.at(after);
        self.segment(at, sent, RST | ACK, &[], &[]);
    }

    fn remark(&mut self, text: &str) {
        if let Some(last) = self.packets.last_mut() {
            last.comment = Some(text.to_owned());
        }
    }

    /// Never before what came last: the order is that of the pieces.
    fn at(&self, after: Duration) -> u64 {
        let at = self.began.saturating_add(crate::exchange::micros(after));
        self.packets.last().map_or(at, |last| at.max(last.at))
    }

    fn segment(&mut self, at: u64, sent: bool, flags: u8, options: &[u8], payload: &[u8]) {
        let (from, to) =
            if sent { (&mut self.server, &self.client) } else { (&mut self.client, &self.server) };
        let segment = Tcp {
            from: from.address,
            to: to.address,
            sequence: from.next,
            acknowledged: if flags & ACK == 0 { 0 } else { to.next },
            flags,
            options,
            payload,
        };
        self.packets.extend(segment.packet(at));
        // SYN and FIN count as a byte each.
        let length = u32::try_from(payload.len()).unwrap_or(0) + u32::from(flags & (SYN | FIN) != 0);
        from.next = from.next.wrapping_add(length);
    }
}

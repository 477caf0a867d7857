//! IP packets: IPv4 (RFC 791) and IPv6 (RFC 8200) around TCP (RFC 9293) and UDP (RFC 768).

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Protocol numbers of IP.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// Hops that a packet may still make.
const HOPS: u8 = 64;

/// What a receiver has room for, as each segment of ours says.
const WINDOW: u16 = u16::MAX;

/// A packet from its IP header on.
#[derive(Debug)]
pub(super) struct Packet {
    /// Microseconds since 1970.
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) comment: Option<String>,
}

/// A UDP datagram.
pub(super) struct Udp {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) payload: Vec<u8>,
}

/// A TCP segment.
pub(super) struct Tcp<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: u8,
    /// In multiples of four bytes.
    pub(super) options: &'a [u8],
    pub(super) payload: &'a [u8],
}

impl Udp {
    /// The packet; `None` when it is longer than IP can carry.
    pub(super) fn packet(&self, at: u64) -> Option<Packet> {
        let length = u16::try_from(self.payload.len() + 8).ok()?;
        let mut bytes = Vec::with_capacity(usize::from(length));
        bytes.extend(self.from.port().to_be_bytes());
        bytes.extend(self.to.port().to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(&self.payload);
        // A sum of 0 says that there is none, and is sent as its other zero.
        let checksum = match checksum(self.from, self.to, UDP, &bytes) {
            0 => u16::MAX,
            checksum => checksum,
        };
        put(&mut bytes, 6, checksum);
        packet(at, self.from, self.to, UDP, &bytes)
    }
}

impl Tcp<'_> {
    /// The packet; `None` when it is longer than IP can carry.
    pub(super) fn packet(&self, at: u64) -> Option<Packet> {
        let words = u8::try_from(5 + self.options.len() / 4).ok()?;
        let mut bytes = Vec::with_capacity(self.payload.len() + 24);
        bytes.extend(self.from.port().to_be_bytes());
        bytes.extend(self.to.port().to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.acknowledged.to_be_bytes());
        bytes.extend([words << 4, self.flags]);
        bytes.extend(WINDOW.to_be_bytes());
        bytes.extend([0; 4]); // Checksum, no urgent data.
        bytes.extend(self.options);
        bytes.extend(self.payload);
        let checksum = checksum(self.from, self.to, TCP, &bytes);
        put(&mut bytes, 16, checksum);
        packet(at, self.from, self.to, TCP, &bytes)
    }
}

fn packet(at: u64, from: SocketAddr, to: SocketAddr, protocol: u8, payload: &[u8]) -> Option<Packet> {
    let mut bytes = Vec::with_capacity(payload.len() + 40);
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            bytes.extend([0x45, 0]); // Version 4, five words.
            bytes.extend(u16::try_from(payload.len() + 20).ok()?.to_be_bytes());
            bytes.extend([0, 0, 0x40, 0]); // Not to be fragmented, so without identification (RFC 6864).
            bytes.extend([HOPS, protocol, 0, 0]);
            bytes.extend(from.octets());
            bytes.extend(to.octets());
            let checksum = fold(sum(&bytes));
            put(&mut bytes, 10, checksum);
        }
        (from, to) => {
            bytes.extend([0x60, 0, 0, 0]); // Version 6.
            bytes.extend(u16::try_from(payload.len()).ok()?.to_be_bytes());
            bytes.extend([protocol, HOPS]);
            bytes.extend(v6(from).octets());
            bytes.extend(v6(to).octets());
        }
    }
    bytes.extend(payload);
    Some(Packet { at, bytes, comment: None })
}

/// The checksum of a segment or datagram whose own field is 0, with the pseudo header.
fn checksum(from: SocketAddr, to: SocketAddr, protocol: u8, bytes: &[u8]) -> u16 {
    let addresses = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => sum(&from.octets()) + sum(&to.octets()),
        (from, to) => sum(&v6(from).octets()) + sum(&v6(to).octets()),
    };
    let length = u64::try_from(bytes.len()).unwrap_or(0);
    fold(addresses + u64::from(protocol) + length + sum(bytes))
}

/// The sum of the words of two bytes; an odd byte counts as the first of two (RFC 1071).
fn sum(bytes: &[u8]) -> u64 {
    bytes
        .chunks(2)
        .map(|word| match word {
            [high, low] => u64::from(u16::from_be_bytes([*high, *low])),
            [high] => u64::from(*high) << 8,
            _ => 0,
        })
        .sum()
}

fn fold(mut sum: u64) -> u16 {
    while sum > u64::from(u16::MAX) {
        sum = (sum >> 16) + (sum & u64::from(u16::MAX));
    }
    !u16::try_from(sum).unwrap_or(0)
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    for (slot, byte) in bytes.iter_mut().skip(at).zip(value.to_be_bytes()) {
        *slot = byte;
    }
}

fn v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_a_datagram_hold() {
        let udp = Udp {
            from: "10.0.0.1:4000".parse().unwrap(),
            to: "10.0.0.2:5000".parse().unwrap(),
            payload: b"hello".to_vec(),
        };
        let packet = udp.packet(0).unwrap().bytes;
        // With the checksum in it, the sum comes to 0 (RFC 1071 section 1).
        assert_eq!(fold(sum(&packet[..20])), 0);
        let pseudo = sum(&packet[12..20]) + u64::from(UDP) + 13;
        assert_eq!(fold(pseudo + sum(&packet[20..])), 0);
        assert_eq!(&packet[2..4], &[0, 33]);
    }

    #[test]
    fn an_odd_sum_and_a_carry_are_those_of_rfc_1071() {
        // The example of its section 3.
        assert_eq!(fold(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])), !0xddf2);
        assert_eq!(sum(&[0x01]), 0x0100);
    }

    #[test]
    fn what_ip_cannot_carry_is_left_out() {
        let from = "10.0.0.1:4000".parse().unwrap();
        assert!(Udp { from, to: from, payload: vec![0; 65_508] }.packet(0).is_none());
        assert!(Udp { from, to: from, payload: vec![0; 65_507] }.packet(0).is_some());
    }
}

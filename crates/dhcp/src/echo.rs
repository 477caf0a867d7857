//! ICMP echo (RFC 792): asks addresses whether anybody has them.
//!
//! By hand and not by a library: those for tokio tell which address answered, but not what it sent back, so that whoever
//! guesses an identifier could answer for it.

use crate::{checks::Ping, datagram};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    hash::{BuildHasher, RandomState},
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    os::fd::AsFd,
};
use tokio::net::UdpSocket;

/// Type 8: "is anybody there?"
const REQUEST: u8 = 8;
/// Type 0.
const REPLY: u8 = 0;
/// Type, code, checksum, identifier, sequence number.
const HEADER: usize = 8;
/// More than a reply with the longest IP header; what is longer is none of ours.
const BUFFER: usize = 128;

/// Why nobody can be asked. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PingError {
    /// Neither kind of socket is allowed.
    #[error(
        "no address can be pinged: {0}; give the program the capability CAP_NET_RAW, or its group a place in the sysctl \
         net.ipv4.ping_group_range"
    )]
    NotAllowed(io::Error),
    /// There is none for another reason.
    #[error("no address can be pinged: {0}")]
    NoSocket(io::Error),
    /// The socket is there, but not where the questions should leave.
    #[error("no address can be pinged from {place}: {source}")]
    System {
        /// The interface, or the address.
        place: String,
        /// What the system said.
        source: io::Error,
    },
}

impl PingError {
    fn refused(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::NotAllowed(error),
            _ => Self::NoSocket(error),
        }
    }
}

/// A socket for echo requests that is not served yet.
#[derive(Debug)]
pub(crate) struct EchoSocket {
    socket: Socket,
    /// Whether it hears all ICMP of the host, with IP headers; else the kernel sorts it.
    raw: bool,
}

/// The same, in a runtime.
pub(crate) struct Echo {
    socket: UdpSocket,
    own: Own,
}

/// By what the answers to one socket's questions are known.
struct Own {
    raw: bool,
    id: u16,
    /// Makes what an answer must repeat, so that nobody answers who was not asked.
    secret: RandomState,
}

impl EchoSocket {
    /// For questions that leave where `beside` sends its answers.
    pub(crate) fn open(beside: &Socket, local: Ipv4Addr) -> Result<Self, PingError> {
        // The one that needs no capability first: it hears its own answers alone.
        let opened =
            Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::ICMPV4)).map(|socket| (socket, false));
        let (socket, raw) = opened
            .or_else(|_| {
                Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).map(|socket| (socket, true))
            })
            .map_err(PingError::refused)?;
        bind(&socket, beside, local).map_err(|(place, source)| PingError::System { place, source })?;
        Ok(Self { socket, raw })
    }

    /// Needs a runtime.
    pub(crate) fn serve(self) -> io::Result<Echo> {
        let secret = RandomState::new();
        let id = if self.raw {
            let [high, low, ..] = secret.hash_one("id").to_be_bytes();
            u16::from_be_bytes([high, low])
        } else {
            // The kernel chose it, and shows it where UDP has its port.
            self.socket.local_addr()?.as_socket_ipv4().map_or(0, |local| local.port())
        };
        // tokio has no type for such a socket; of UDP's it needs to receive only.
        let socket = UdpSocket::from_std(self.socket.into())?;
        Ok(Echo { socket, own: Own { raw: self.raw, id, secret } })
    }
}

fn bind(socket: &Socket, beside: &Socket, local: Ipv4Addr) -> Result<(), (String, io::Error)> {
    let interface = beside.device().map_err(|error| (local.to_string(), error))?;
    let place = match &interface {
        Some(name) => String::from_utf8_lossy(name).into_owned(),
        None => local.to_string(),
    };
    let bound = || {
        socket.set_nonblocking(true)?;
        socket.bind_device(interface.as_deref())?;
        socket.bind(&SocketAddrV4::new(local, 0).into())
    };
    bound().map_err(|error| (place, error))
}

impl Echo {
    /// Asks, from the address `server`.
    pub(crate) fn ask(&self, ping: Ping, server: Ipv4Addr) -> nix::Result<()> {
        let to = SocketAddrV4::new(ping.address, 0);
        datagram::send(self.socket.as_fd(), &self.own.request(ping), server, to)
    }

    /// Waits until there may be an answer.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes one datagram; `None` where it answers nothing. An error of kind `WouldBlock` if there is none.
    pub(crate) fn receive(&self) -> io::Result<Option<Ping>> {
        let mut buffer = [0; BUFFER];
        let (length, SocketAddr::V4(from)) = self.socket.try_recv_from(&mut buffer)? else { return Ok(None) };
        Ok(buffer.get(..length).and_then(|packet| self.own.answered(packet, *from.ip())))
    }
}

impl Own {
    fn request(&self, ping: Ping) -> Vec<u8> {
        request(self.id, ping.number, self.proof(ping))
    }

    /// The question that a packet from `address` answers.
    fn answered(&self, packet: &[u8], address: Ipv4Addr) -> Option<Ping> {
        let message = if self.raw { behind_ip(packet)? } else { packet };
        let (number, proof) = reply(message, self.id)?;
        let ping = Ping { address, number };
        (proof == self.proof(ping)).then_some(ping)
    }

    fn proof(&self, ping: Ping) -> [u8; 8] {
        self.secret.hash_one((ping.address, ping.number)).to_be_bytes()
    }
}

fn request(id: u16, number: u16, proof: [u8; 8]) -> Vec<u8> {
    let mut message =
        [[REQUEST, 0, 0, 0].as_slice(), &id.to_be_bytes(), &number.to_be_bytes(), &proof].concat();
    let sum = checksum(&message).to_be_bytes();
    message.splice(2..4, sum);
    message
}

/// Number and payload of an echo reply.
fn reply(message: &[u8], id: u16) -> Option<(u16, [u8; 8])> {
    let (header, payload) = message.split_first_chunk::<HEADER>()?;
    let [REPLY, 0, _, _, high, low, number @ ..] = *header else { return None };
    let proof = payload.try_into().ok()?;
    (u16::from_be_bytes([high, low]) == id).then_some((u16::from_be_bytes(number), proof))
}

/// What an IP header of any length is in front of (RFC 791 section 3.1).
fn behind_ip(packet: &[u8]) -> Option<&[u8]> {
    packet.get(usize::from(packet.first()? & 0x0f) * 4..)
}

/// RFC 1071, of an even number of bytes.
fn checksum(message: &[u8]) -> u16 {
    let words = message.as_chunks::<2>().0.iter().map(|word| u32::from(u16::from_be_bytes(*word)));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let [_, _, high, low] = ((folded & 0xffff) + (folded >> 16)).to_be_bytes();
    !u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Vec<u8> {
        let mut message = request(0x1234, 7, *b"12345678");
        message[0] = REPLY;
        message
    }

    #[test]
    fn a_request_adds_up_as_rfc_1071_says() {
        let message = request(0x1234, 7, *b"12345678");
        assert_eq!(message[..2], [REQUEST, 0]);
        assert_eq!(message[4..], *b"\x12\x34\x00\x0712345678");
        // 0x0800 + 0x1234 + 0x0007 + 0x3132 + 0x3334 + 0x3536 + 0x3738 = 0xeb0f.
        assert_eq!(message[2..4], (!0xeb0f_u16).to_be_bytes());
        assert_eq!(checksum(&message), 0);
        assert_eq!(checksum(&[0xff; 200]), 0, "carried more than once");
    }

    #[test]
    fn an_answer_has_our_identifier_and_nothing_behind_what_was_sent() {
        assert_eq!(reply(&answer(), 0x1234), Some((7, *b"12345678")));
        assert_eq!(reply(&answer(), 0x1235), None);
        assert_eq!(reply(&request(0x1234, 7, *b"12345678"), 0x1234), None, "a question");
        assert_eq!(reply(&answer()[..15], 0x1234), None);
        assert_eq!(reply(&[answer(), vec![0]].concat(), 0x1234), None);
        let mut unreachable = answer();
        unreachable[0] = 3;
        assert_eq!(reply(&unreachable, 0x1234), None);
    }

    #[test]
    fn nobody_answers_for_another_address_or_question_or_by_guessing() {
        let (id, ping) = (0x1234, Ping { address: Ipv4Addr::new(10, 99, 0, 7), number: 7 });
        let mut own = Own { raw: false, id, secret: RandomState::new() };
        let mut answer = own.request(ping);
        answer[0] = REPLY;
        assert_eq!(own.answered(&answer, ping.address), Some(ping));
        assert_eq!(own.answered(&answer, Ipv4Addr::new(10, 99, 0, 8)), None);
        for byte in (0..answer.len()).filter(|byte| ![2, 3].contains(byte)) {
            let mut other = answer.clone();
            other[byte] ^= 1;
            assert_eq!(own.answered(&other, ping.address), None, "byte {byte}");
        }
        own.raw = true;
        let header = [[0x45].as_slice(), &[0; 19]].concat();
        assert_eq!(own.answered(&[header, answer].concat(), ping.address), Some(ping));
    }

    #[test]
    fn an_ip_header_is_as_long_as_it_says() {
        for words in [5_u8, 15] {
            let header = [vec![0x40 | words], vec![0; usize::from(words) * 4 - 1]].concat();
            assert_eq!(behind_ip(&[header.clone(), vec![1, 2]].concat()), Some(&[1, 2][..]));
            assert_eq!(behind_ip(&header[..19]), None);
        }
        assert_eq!(behind_ip(&[]), None);
    }
}

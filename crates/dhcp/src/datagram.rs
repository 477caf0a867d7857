//! One datagram in or out, with the address of this host that it came to or leaves from (IP_PKTINFO).
//!
//! One system call each: nix's recvmmsg and sendmmsg keep raw pointers between calls, so they cannot live in a task
//! that may move to another thread.

use crate::Arrival;
use nix::{
    cmsg_space, libc,
    sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, RecvMsg, SockaddrIn, recvmsg, sendmsg, setsockopt,
        sockopt::Broadcast,
    },
};
use std::{
    io::{IoSlice, IoSliceMut},
    net::{Ipv4Addr, SocketAddrV4},
    os::fd::{AsRawFd, BorrowedFd},
};

/// More than [`MAX_DATAGRAM`](crate::request::MAX_DATAGRAM), so that what is cut off here is too long there.
const BUFFER: usize = 2048;

/// Memory into which datagrams are received.
pub(crate) struct Inbox {
    bytes: Box<[u8; BUFFER]>,
    /// On the heap, where it is aligned as control messages have to be.
    control: Vec<u8>,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self { bytes: Box::new([0; BUFFER]), control: cmsg_space!(libc::in_pktinfo) }
    }

    /// Receives a datagram, or EAGAIN if none is there. `port` is the socket's own.
    pub(crate) fn receive(&mut self, socket: BorrowedFd<'_>, port: u16) -> nix::Result<(&[u8], Arrival)> {
        let mut slices = [IoSliceMut::new(&mut *self.bytes)];
        let message =
            recvmsg(socket.as_raw_fd(), &mut slices, Some(&mut self.control), MsgFlags::MSG_DONTWAIT)?;
        let (length, arrival) = (message.bytes, arrival(&message, port));
        Ok((self.bytes.get(..length).unwrap_or(&*self.bytes), arrival))
    }
}

/// The unspecified address stands for what the kernel did not tell.
fn arrival(message: &RecvMsg<'_, '_, SockaddrIn>, port: u16) -> Arrival {
    let unknown = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
    let source = message.address.map_or(unknown, SocketAddrV4::from);
    let asked = message.cmsgs().ok().and_then(|mut all| {
        all.find_map(|control| match control {
            // For a broadcast the first is the interface's address, otherwise both are the one that was asked.
            ControlMessageOwned::Ipv4PacketInfo(info) => {
                Some((from_in_addr(info.ipi_spec_dst), from_in_addr(info.ipi_addr)))
            }
            _ => None,
        })
    });
    let (server, asked) = asked.unwrap_or((Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED));
    Arrival { source, server, broadcast: asked != server, port }
}

/// Sends `bytes` from the address `server`, or EAGAIN if the kernel has no room.
pub(crate) fn send(
    socket: BorrowedFd<'_>,
    bytes: &[u8],
    server: Ipv4Addr,
    destination: SocketAddrV4,
) -> nix::Result<()> {
    if !destination.ip().is_broadcast() {
        return send_one(socket, bytes, server, destination);
    }
    // For this datagram alone: nothing else is sent to a network's broadcast address that somebody put into ciaddr.
    setsockopt(&socket, Broadcast, &true)?;
    let sent = send_one(socket, bytes, server, destination);
    sent.and(setsockopt(&socket, Broadcast, &false))
}

fn send_one(
    socket: BorrowedFd<'_>,
    bytes: &[u8],
    server: Ipv4Addr,
    destination: SocketAddrV4,
) -> nix::Result<()> {
    // Interface 0: the routes decide which way it leaves, unless the socket belongs to an interface. A broadcast leaves
    // by the interface that has the address.
    let from = to_in_addr(server);
    let info = libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: from, ipi_addr: from };
    let control = [ControlMessage::Ipv4PacketInfo(&info)];
    let to = SockaddrIn::from(destination);
    sendmsg(socket.as_raw_fd(), &[IoSlice::new(bytes)], &control, MsgFlags::MSG_DONTWAIT, Some(&to)).map(drop)
}

const fn from_in_addr(address: libc::in_addr) -> Ipv4Addr {
    let [a, b, c, d] = address.s_addr.to_ne_bytes();
    Ipv4Addr::new(a, b, c, d)
}

const fn to_in_addr(address: Ipv4Addr) -> libc::in_addr {
    libc::in_addr { s_addr: u32::from_ne_bytes(address.octets()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::errno::Errno;
    use std::{net::UdpSocket, os::fd::AsFd};

    #[test]
    fn an_empty_socket_says_so() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let received = Inbox::new().receive(socket.as_fd(), 67).map(|(datagram, _)| datagram.len());
        assert_eq!(received, Err(Errno::EAGAIN));
    }

    #[test]
    fn without_packet_information_the_server_is_unknown() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.send_to(b"hello", socket.local_addr().unwrap()).unwrap();
        let mut inbox = Inbox::new();
        let (datagram, arrival) = inbox.receive(socket.as_fd(), 67).unwrap();
        assert_eq!((datagram, arrival.server, arrival.port), (&b"hello"[..], Ipv4Addr::UNSPECIFIED, 67));
        assert_eq!(SocketAddrV4::to_string(&arrival.source), socket.local_addr().unwrap().to_string());
    }

    #[test]
    fn nothing_leaves_from_an_address_that_this_host_has_not() {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        let foreign = Ipv4Addr::new(192, 0, 2, 1); // TEST-NET-1, RFC 5737.
        assert!(send(socket.as_fd(), b"hello", foreign, to).is_err());
        assert!(send(socket.as_fd(), b"hello", Ipv4Addr::new(127, 0, 0, 3), to).is_ok());
        let from = socket.recv_from(&mut [0; 8]).unwrap().1;
        assert_eq!(from.to_string(), format!("127.0.0.3:{port}"));
    }
}

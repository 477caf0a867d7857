//! Sockets bound to an address or to an interface.

use crate::echo::{EchoSocket, PingError};
use nix::sys::socket::{setsockopt, sockopt::Ipv4PacketInfo};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4},
};

/// The longest name of an interface: IFNAMSIZ without the NUL.
const MAX_NAME_BYTES: usize = 15;

/// A bound UDP socket that has not been served yet. Datagrams wait in it until [`serve`](crate::serve) takes it.
///
/// SO_BROADCAST is on only while a broadcast is sent, which a lease needs and a DHCPINFORM does not: without it the
/// kernel refuses to send to a network's broadcast address that somebody has put into ciaddr. Receiving broadcasts does
/// not need it.
#[derive(Debug)]
pub struct DhcpSocket {
    socket: Socket,
    local: SocketAddrV4,
    echo: Option<EchoSocket>,
}

/// Why no socket could be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Not the address of one host. To serve all of an interface, name the interface.
    #[error("DHCP cannot listen on {0}: not the address of this host; name an interface instead")]
    NotOneAddress(Ipv4Addr),
    /// No interface can have this name.
    #[error("DHCP cannot listen on interface {name:?}: the name {problem}")]
    NotAnInterfaceName {
        /// What was given.
        name: String,
        /// What is wrong with it, as the rest of "the name ...".
        problem: &'static str,
    },
    /// The system refused.
    #[error("DHCP cannot listen on {place}: {source}")]
    System {
        /// The address and port, or the interface and port.
        place: String,
        /// What it said.
        source: io::Error,
    },
}

impl DhcpSocket {
    /// Listens on one address of this host; port 0 takes a free one.
    ///
    /// It hears what is sent to that address, by relays and by clients that know it, and no broadcasts.
    /// 0.0.0.0 is refused: it would answer on every interface, also on those that nobody thought of.
    pub fn bind_address(address: SocketAddrV4) -> Result<Self, BindError> {
        let ip = *address.ip();
        if ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast() {
            return Err(BindError::NotOneAddress(ip));
        }
        bind(address, None).map_err(|source| BindError::System { place: address.to_string(), source })
    }

    /// Listens on one interface: to broadcasts, and to what is sent to any of its addresses; port 0 takes a free one.
    ///
    /// Another DHCP server or client on this host can keep the same port, if it shares it too (SO_REUSEADDR).
    /// A name that no interface can have is refused: Linux cuts it at a NUL and at 15 bytes, and takes what is left,
    /// if that is nothing, for "every interface".
    pub fn bind_interface(name: &str, port: u16) -> Result<Self, BindError> {
        if let Some(problem) = name_problem(name) {
            return Err(BindError::NotAnInterfaceName { name: name.to_owned(), problem });
        }
        let any = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port);
        bind(any, Some(name))
            .map_err(|source| BindError::System { place: format!("{name} port {port}"), source })
    }

    /// Pings an address before it is offered to a client that does not have it already (RFC 2131 section 2.2). One that
    /// answers is put aside, and the client is offered the next.
    ///
    /// Asks where the answers leave. That is refused to who has neither CAP_NET_RAW nor a group that may ping.
    pub fn with_ping_check(self) -> Result<Self, PingError> {
        let echo = EchoSocket::open(&self.socket, *self.local.ip())?;
        Ok(Self { echo: Some(echo), ..self })
    }

    /// The address and port; the address is 0.0.0.0 for a socket of an interface.
    pub const fn local_addr(&self) -> SocketAddrV4 {
        self.local
    }

    pub(crate) fn into_parts(self) -> (Socket, SocketAddrV4, Option<EchoSocket>) {
        (self.socket, self.local, self.echo)
    }
}

/// Why no interface has this name; the rules are those of Linux (`dev_valid_name`).
fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > MAX_NAME_BYTES {
        Some("is longer than 15 bytes")
    } else if name.contains('\0') {
        Some("holds a NUL")
    } else if name.contains('/') {
        Some("holds a '/'")
    } else if name.contains(char::is_whitespace) {
        Some("holds white space")
    } else {
        None
    }
}

fn bind(address: SocketAddrV4, interface: Option<&str>) -> io::Result<DhcpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // Before bind, so that no datagram comes without the address that was asked.
    setsockopt(&socket, Ipv4PacketInfo, &true)?;
    if let Some(name) = interface {
        socket.bind_device(Some(name.as_bytes()))?;
        // With a free port Linux may hand out one that another such socket has.
        socket.set_reuse_address(address.port() != 0)?;
    }
    socket.bind(&address.into())?;
    let local = socket.local_addr()?.as_socket_ipv4().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok(DhcpSocket { socket, local, echo: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_known_once_bound() {
        let socket = DhcpSocket::bind_address(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert_ne!(socket.local_addr().port(), 0);
        assert_eq!(*socket.local_addr().ip(), Ipv4Addr::LOCALHOST);
    }

    #[test]
    fn a_port_is_not_taken_twice() {
        let first = DhcpSocket::bind_address(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
        let error = DhcpSocket::bind_address(first.local_addr()).unwrap_err();
        let place = first.local_addr();
        assert!(error.to_string().starts_with(&format!("DHCP cannot listen on {place}: ")), "{error}");
    }

    #[test]
    fn addresses_of_no_single_host_are_refused() {
        for ip in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, Ipv4Addr::new(224, 0, 0, 1)] {
            let refused = DhcpSocket::bind_address(SocketAddrV4::new(ip, 0));
            assert!(matches!(refused, Err(BindError::NotOneAddress(found)) if found == ip));
        }
    }

    #[test]
    fn a_name_that_no_interface_can_have_is_refused() {
        let cases = [
            ("", "is empty"),
            ("sixteen-bytes-if", "is longer than 15 bytes"),
            ("ååååååååå", "is longer than 15 bytes"),
            ("\0", "holds a NUL"),
            ("lo\0", "holds a NUL"),
            ("net/lo", "holds a '/'"),
            (" ", "holds white space"),
            ("lo\n", "holds white space"),
        ];
        for (name, expected) in cases {
            let error = DhcpSocket::bind_interface(name, 0).unwrap_err();
            let text = format!("DHCP cannot listen on interface {name:?}: the name {expected}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn the_longest_name_is_left_to_the_system() {
        let error = DhcpSocket::bind_interface("fifteen-bytes-i", 0).unwrap_err();
        assert!(matches!(error, BindError::System { .. }), "{error}");
    }

    #[test]
    fn an_interface_that_does_not_exist_is_named_in_the_error() {
        let error = DhcpSocket::bind_interface("no-such-if", 0).unwrap_err();
        assert!(error.to_string().contains("no-such-if port 0"), "{error}");
    }
}

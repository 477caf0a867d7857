//! Discovery: a DHCPINFORM of class MS-UC-Client, and what comes back.
//!
//! A phone asks for options 43 and 120 (TechNet gg412828), and takes the first answer that names a server.

mod ack;
mod ask;
mod discover;
mod inform;

pub(crate) use ask::ask;
pub use discover::{DhcpAnswer, discover};

use crate::FailureKind;
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, UcClientOptions};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// The port of DHCP servers (RFC 2131 section 4.1).
pub(crate) const SERVER_PORT: u16 = 67;
/// The port of DHCP clients.
pub(crate) const CLIENT_PORT: u16 = 68;

/// The hardware address of a client that was given none; locally administered.
pub(crate) const NOBODYS: [u8; 6] = [0x02, b'L', b'Y', b'N', b'C', 0x01];

/// How DHCP is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhcpDiscovery {
    /// Who is asked. Port 67 answers to port 68 of the client's address, which needs the right to bind it; any other
    /// port is taken to answer to where the question came from, as lyncmock's server does.
    pub server: SocketAddrV4,
    /// The network interface to ask on. Needed for a broadcast on a machine with several.
    pub interface: Option<String>,
    /// The client's address, which goes into ciaddr. Found by the routing table unless given.
    pub local: Option<Ipv4Addr>,
    /// The client's hardware address, which goes into chaddr and option 61.
    pub hardware_address: [u8; 6],
    /// How often it is asked, 1 to 10 times.
    pub attempts: u32,
    /// How long the first answer is waited for; each further wait is twice as long, 64 seconds at most.
    pub first_wait: Duration,
}

impl DhcpDiscovery {
    /// Asks one server, wherever it is.
    pub fn unicast(server: SocketAddrV4) -> Self {
        Self {
            server,
            interface: None,
            local: None,
            hardware_address: NOBODYS,
            attempts: 3,
            first_wait: Duration::from_secs(1),
        }
    }

    /// Asks every server of the network, as a phone does.
    pub fn broadcast(interface: Option<String>) -> Self {
        Self { interface, ..Self::unicast(SocketAddrV4::new(Ipv4Addr::BROADCAST, SERVER_PORT)) }
    }
}

/// What a sign-in needs of DHCP: what it was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The address of certificate provisioning, option 43.
    pub(crate) uri: bool,
    /// The Registrar, option 120.
    pub(crate) registrar: bool,
}

/// The answer of a DHCP server, read as far as it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    /// Its server identifier, or the address it answered from.
    pub(crate) server: Ipv4Addr,
    /// Where the answer came from.
    pub(crate) source: SocketAddrV4,
    pub(crate) provisioning: Result<UcClientOptions, String>,
    pub(crate) registrar: Result<String, String>,
}

impl Answered {
    fn read(ack: &ack::Ack, source: SocketAddrV4) -> Self {
        let missing = || match ack.cut {
            true => "missing, or behind the place where the answer is cut off".to_owned(),
            false => "missing".to_owned(),
        };
        let provisioning = ack.vendor_specific.as_deref().ok_or_else(missing);
        let registrar = ack.sip_servers.as_deref().ok_or_else(missing);
        Self {
            server: ack.server_identifier.unwrap_or(*source.ip()),
            source,
            provisioning: provisioning
                .and_then(|payload| UcClientOptions::decode(payload).map_err(|error| error.to_string())),
            registrar: registrar.and_then(registrar_in),
        }
    }

    /// Why the answer does not serve, if it does not.
    pub(crate) fn problem(&self, wanted: Wanted) -> Option<FailureKind> {
        let broken = |option, reason: &String| FailureKind::BrokenOption {
            server: self.server,
            option,
            reason: reason.clone(),
        };
        if let (true, Err(reason)) = (wanted.uri, &self.provisioning) {
            return Some(broken(OPTION_VENDOR_SPECIFIC, reason));
        }
        if let (true, Err(reason)) = (wanted.registrar, &self.registrar) {
            return Some(broken(OPTION_SIP_SERVERS, reason));
        }
        None
    }
}

/// The first Registrar of an option 120. It must be a name, because TLS compares it with a certificate.
fn registrar_in(payload: &[u8]) -> Result<String, String> {
    let servers = SipServers::decode(payload).map_err(|error| error.to_string())?;
    match servers.as_names().first() {
        Some(name) => Ok(name.to_string()),
        None => Err("addresses, where a name is needed".to_owned()),
    }
}

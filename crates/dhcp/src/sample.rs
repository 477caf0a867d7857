//! The reference exchange of fixtures/captures, and requests made from it.

use crate::{Answers, Arrival, RegistrarOptions, RegistrarSettings};
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use std::net::{Ipv4Addr, SocketAddrV4};

const REFERENCE: &[u8] = include_bytes!("../../../fixtures/captures/dhcp-reference.pcap");
/// In front of each DHCP message: a record header, Ethernet, IPv4, UDP.
const FRAME: usize = 16 + 14 + 20 + 8;

/// The DHCPINFORM of the capture: 300 bytes, from 10.99.0.2, with option 61.
pub(crate) fn inform() -> Vec<u8> {
    REFERENCE[24 + FRAME..][..300].to_vec()
}

/// The DHCPACK of the capture: 374 bytes, siaddr set, and made without the request's option 61.
pub(crate) fn ack() -> Vec<u8> {
    REFERENCE[24 + FRAME + 300 + FRAME..][..374].to_vec()
}

/// The DHCPINFORM with other options; `options` are code and bytes.
pub(crate) fn with_options(options: &[(u8, &[u8])]) -> Vec<u8> {
    let mut message = inform()[..240].to_vec();
    for (code, bytes) in options {
        message.extend([*code, u8::try_from(bytes.len()).unwrap()]);
        message.extend_from_slice(bytes);
    }
    message.push(255);
    message
}

/// The options that every answered request has: DHCPINFORM, the class, 43 and 120 asked for.
pub(crate) const BASIC: [(u8, &[u8]); 3] = [(53, &[8]), (60, b"MS-UC-Client"), (55, &[43, 120])];

pub(crate) fn options(host: &str) -> RegistrarOptions {
    RegistrarOptions {
        uc_client: UcClientOptions::for_pool(host, 443).unwrap(),
        sip_servers: SipServers::from(host.parse::<DomainName>().unwrap()),
    }
}

pub(crate) fn answers(settings: RegistrarSettings) -> Answers {
    Answers::new(&options("atl-cs-001.litwareinc.com"), settings)
}

/// On port 67, at 10.99.0.1, by broadcast from 10.99.0.2.
pub(crate) const ARRIVAL: Arrival = Arrival {
    source: SocketAddrV4::new(Ipv4Addr::new(10, 99, 0, 2), 68),
    server: Ipv4Addr::new(10, 99, 0, 1),
    broadcast: true,
    port: 67,
};

//! What has to hold whatever a datagram says. The test beside this file and the fuzz target in `fuzz/` share it.

#[path = "leases.rs"]
mod leases;

use lync_dhcp::{
    Answers, Arrival, CLIENT_PORT, DropReason, RegistrarOptions, RegistrarSettings, RelayedAnswer,
    SERVER_PORT, ServerField, decide,
};
use lync_proto::dhcp::{
    DomainName, OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, SubOptions, UcClientOptions,
    VoiceVlan,
    broken::{Broken43, Broken120},
    explain::{self, explain, explain_43, explain_120},
};
use std::net::{Ipv4Addr, SocketAddrV4};

/// Header and magic cookie.
const HEADER: usize = 240;
/// What an Ethernet frame holds behind the headers of IP and UDP.
const MAX_DATAGRAM: usize = 1472;
/// The least that a BOOTP client may expect (RFC 1542 section 2.1).
const MIN_MESSAGE: usize = 300;
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
/// The first byte of an input: what is set at the server, and how the datagram came. The others are the datagram.
const SIADDR: u8 = 1;
const TO_RELAY: u8 = 2;
const OTHER_PORT: u8 = 4;
const LONG_NAMES: u8 = 8;
const NO_LOCAL_ADDRESS: u8 = 16;
const BROADCAST: u8 = 32;
/// The others are what several clients send to a server that gives addresses.
const LEASES: u8 = 64;

/// Panics where something does not hold.
pub(crate) fn check(input: &[u8]) {
    let Some((&flags, datagram)) = input.split_first() else { return };
    if flags & LEASES != 0 {
        return leases::check(flags, datagram);
    }
    answered_soundly(flags, datagram);
    for payload in [datagram, datagram.get(HEADER..).unwrap_or_default()] {
        options_read_back(payload);
    }
    // What a client would read of it: each option for itself.
    for option in SubOptions::new(datagram.get(HEADER..).unwrap_or_default()).flatten() {
        options_read_back(option.value);
    }
    explained(datagram);
}

/// The server's answer, if there is one, is a DHCPACK that any client can read, and goes to one host.
fn answered_soundly(flags: u8, datagram: &[u8]) {
    let (right, settings, arrival) = setup(flags);
    let answers = Answers::new(&right, settings);
    let (mut reply, mut again) = (Vec::new(), vec![0xff; 2000]);
    let decision = decide(datagram, &arrival, &answers, &mut reply);
    assert_eq!(decide(datagram, &arrival, &answers, &mut again), decision, "asked again");
    let Ok(destination) = decision else { return };
    assert_eq!(reply, again, "the former answer shows through");
    assert!((MIN_MESSAGE..=MAX_DATAGRAM).contains(&reply.len()), "{} bytes", reply.len());
    assert!((HEADER..=MAX_DATAGRAM).contains(&datagram.len()) && !arrival.server.is_unspecified());
    header_fits(&reply, datagram, settings.siaddr);
    options_fit(&reply, &right);
    goes_to_one_host(destination, datagram, &arrival, settings.relayed);
    assert_eq!(
        decide(&reply, &arrival, &answers, &mut again),
        Err(DropReason::NotARequest),
        "its own answer"
    );
}

fn setup(flags: u8) -> (RegistrarOptions, RegistrarSettings, Arrival) {
    let is = |flag| flags & flag != 0;
    let host = if is(LONG_NAMES) { long_name() } else { "atl-cs-001.litwareinc.com".to_owned() };
    let uc_client = UcClientOptions::for_pool(&host, 443).expect("a host name fits into a sub-option");
    let name: DomainName = host.parse().expect("it is a host name");
    let settings = RegistrarSettings {
        siaddr: if is(SIADDR) { ServerField::ServerAddress } else { ServerField::Zero },
        relayed: if is(TO_RELAY) { RelayedAnswer::ToRelay } else { RelayedAnswer::ToClient },
    };
    let arrival = Arrival {
        source: SocketAddrV4::new(Ipv4Addr::new(10, 99, 0, 2), 49_152),
        server: if is(NO_LOCAL_ADDRESS) { Ipv4Addr::UNSPECIFIED } else { SERVER },
        broadcast: is(BROADCAST),
        port: if is(OTHER_PORT) { 10_067 } else { SERVER_PORT },
    };
    (RegistrarOptions { uc_client, sip_servers: SipServers::from(name) }, settings, arrival)
}

/// 251 characters: with it option 43 takes two pieces.
fn long_name() -> String {
    let label = "a".repeat(62);
    [&*label, &*label, &*label, &*label].join(".")
}

/// RFC 2131 table 3.
fn header_fits(reply: &[u8], datagram: &[u8], siaddr: ServerField) {
    assert_eq!(reply[0], 2, "op");
    for copied in [1..3, 4..8, 10..16, 24..44] {
        assert_eq!(reply[copied.clone()], datagram[copied.clone()], "{copied:?}");
    }
    assert_eq!(reply[16..20], [0; 4], "yiaddr");
    let expected = if siaddr == ServerField::Zero { Ipv4Addr::UNSPECIFIED } else { SERVER };
    assert_eq!(reply[20..24], expected.octets(), "siaddr");
    assert!(reply[44..236].iter().all(|byte| *byte == 0), "sname and file");
    assert_eq!(reply[236..HEADER], [99, 130, 83, 99], "magic cookie");
}

fn options_fit(reply: &[u8], right: &RegistrarOptions) {
    let options: Vec<_> =
        SubOptions::new(&reply[HEADER..]).map(|option| option.expect("an option is cut")).collect();
    let joined = |code| {
        let pieces: Vec<_> = options.iter().filter(|option| option.code == code).collect();
        (!pieces.is_empty()).then(|| pieces.iter().flat_map(|piece| piece.value).copied().collect::<Vec<_>>())
    };
    assert_eq!(options.first().map(|option| (option.code, option.value)), Some((53, &[5_u8][..])));
    assert_eq!(joined(54), Some(SERVER.octets().to_vec()));
    let (uc_client, sip_servers) = (joined(OPTION_VENDOR_SPECIFIC), joined(OPTION_SIP_SERVERS));
    assert!(uc_client.is_some() || sip_servers.is_some(), "nothing is in it");
    if let Some(payload) = uc_client {
        assert_eq!(UcClientOptions::decode(&payload).as_ref(), Ok(&right.uc_client));
    }
    if let Some(payload) = sip_servers {
        assert_eq!(SipServers::decode(&payload).as_ref(), Ok(&right.sip_servers));
    }
    for never in [51, 58, 59] {
        assert_eq!(joined(never), None, "option {never}");
    }
    for option in &options {
        assert!([53, 54, 61, 43, 120, 82].contains(&option.code), "option {}", option.code);
    }
}

fn goes_to_one_host(to: SocketAddrV4, datagram: &[u8], arrival: &Arrival, relayed: RelayedAnswer) {
    let address =
        |at: usize| Ipv4Addr::new(datagram[at], datagram[at + 1], datagram[at + 2], datagram[at + 3]);
    let (client, relay) = (address(12), address(24));
    assert!(!to.ip().is_broadcast() && !to.ip().is_multicast() && !to.ip().is_unspecified(), "{to}");
    let expected = if arrival.port != SERVER_PORT {
        arrival.source
    } else if relayed == RelayedAnswer::ToRelay && !relay.is_unspecified() {
        SocketAddrV4::new(relay, SERVER_PORT)
    } else {
        SocketAddrV4::new(client, CLIENT_PORT)
    };
    assert_eq!(to, expected);
}

/// What can be read of an option says the same when it has been written again; and any of it can be broken.
fn options_read_back(payload: &[u8]) {
    let mut end = 0;
    for item in SubOptions::new(payload).flatten() {
        assert!(item.offset >= end && item.value.len() <= 255, "{item:?}");
        end = item.offset + 2 + item.value.len();
        assert!(end <= payload.len(), "{item:?}");
    }
    if let Ok(options) = UcClientOptions::decode(payload) {
        assert_eq!(UcClientOptions::decode(&options.encode()), Ok(options.clone()));
        for broken in Broken43::ALL {
            let _ = UcClientOptions::decode(&broken.payload(&options, SERVER));
        }
    }
    if let Ok(servers) = SipServers::decode(payload) {
        assert_eq!(SipServers::decode(&servers.encode()), Ok(servers.clone()));
        for broken in Broken120::ALL {
            let _ = SipServers::decode(&broken.payload(&servers, SERVER));
        }
    }
    if let Ok(vlan) = VoiceVlan::decode(payload) {
        assert_eq!(VoiceVlan::decode(&vlan.encode()), Ok(vlan));
    }
}

/// What is said of two payloads agrees with what is said of each, and with what can be read of them.
fn explained(payload: &[u8]) {
    let (first, second) = payload.split_at(payload.len() / 2);
    for (option_43, option_120) in [(payload, payload), (first, second), (second, first)] {
        let both = explain(Some(option_43), Some(option_120));
        assert_eq!(both.option_43, explain_43(option_43));
        assert_eq!(both.option_120, explain_120(option_120));
        assert!(!explain(None, Some(option_120)).is_good() && !explain(Some(option_43), None).is_good());
        for (findings, length) in [(&both.option_43, option_43.len()), (&both.option_120, option_120.len())] {
            assert!(findings.iter().all(|finding| finding.at <= length), "{findings:?}");
        }
        if explain::is_good(&both.option_43) {
            assert!(
                UcClientOptions::decode(option_43).is_ok(),
                "good, and cannot be read: {:?}",
                both.option_43
            );
        }
        if explain::is_good(&both.option_120) {
            assert!(
                SipServers::decode(option_120).is_ok(),
                "good, and cannot be read: {:?}",
                both.option_120
            );
        }
    }
}

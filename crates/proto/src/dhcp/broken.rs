//! Options 43 and 120 as they are found broken in the field, made from the right ones.
//!
//! Each form is a row of `fixtures/captures/dhcp-options.tsv`, `wrong-port` apart, and comes out as that row byte for
//! byte where the right options are those of its server. The rows were made by hand from what is known of the causes
//! (inferred, unless a variant names a source); what a phone makes of them is not part of it.

use super::{
    SipServers, SubOptions, UcClientOptions, VlanWidth, VoiceVlan, sub_option,
    uc_client::{CERT_PROV_REL_PATH, UC_IDENTIFIER, URL_SCHEME, WEB_SERVER_FQDN, WEB_SERVER_PORT},
};
use std::net::Ipv4Addr;

/// 180 hex digits, in bytes.
const CISCO_LIMIT: usize = 90;
/// The most bytes of one sub-option's value.
const MAX_VALUE: usize = 255;
/// The port of the discard service (RFC 863): registered, so that nothing else takes it, and listened to nowhere.
const DISCARD_PORT: u16 = 9;
/// The VLAN of the recorded row.
const VLAN: u16 = 100;

/// A way in which option 43 is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken43 {
    /// Cut to 180 hex digits, as Cisco IOS from 15.1(3)S does with `option 43 hex` (field reports; host names of up to
    /// 23 characters fit there). Of a payload that fits, the last byte is missing here, so that it is broken all the
    /// same (our choice).
    Cisco180,
    /// The URL as plain text, without sub-options.
    FlatUrl,
    /// Sub-option 4 as a 16-bit number, as a NetBox plugin for Kea fills it in.
    PortBinary,
    /// Every value in UTF-16LE: text typed as Unicode. A value of more than 127 characters is cut.
    Utf16,
    /// Every value ends in NUL: type String of Windows DHCP.
    NulTerminated,
    /// Sub-option 1 is missing.
    NoUcIdentifier,
    /// Sub-option 1 is `ms-uc-client`; the class is case-sensitive (TechNet gg412828).
    UcIdentifierCase,
    /// Sub-option 3 is the server's IPv4 address.
    Address,
    /// The scheme is http.
    Http,
    /// The path has no slash at its beginning.
    PathNoSlash,
    /// The path is `/CertProv/CertProvisionService.svc`.
    PathTypo,
    /// The host is `webint` in the same domain, which a front end's certificate does not name; `webext` where the host is
    /// that already.
    WrongHost,
    /// The port is one at which nobody listens: 9, discard.
    WrongPort,
    /// The length of sub-option 3 is one too great.
    LengthTooLong,
    /// Sub-option 10 alone, VLAN 100: the data of class CPE-OCPHONE.
    VlanData,
}

/// A way in which option 120 is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken120 {
    /// The bare name, as a script for Windows DHCP that is in circulation writes it. Of several names the first.
    Ascii,
    /// Encoding 0, then the bare name. Of several names the first.
    Encoding0Ascii,
    /// Encoding 1 with the server's IPv4 address: legal (RFC 3361 section 3.2), but Lync needs the name.
    Address,
    /// No root label at the end of the last name.
    NoRootLabel,
    /// Labels without the encoding byte.
    NoEncoding,
}

impl Broken43 {
    /// Every one, in the order of the documentation.
    pub const ALL: [Self; 15] = [
        Self::Cisco180,
        Self::FlatUrl,
        Self::PortBinary,
        Self::Utf16,
        Self::NulTerminated,
        Self::NoUcIdentifier,
        Self::UcIdentifierCase,
        Self::Address,
        Self::Http,
        Self::PathNoSlash,
        Self::PathTypo,
        Self::WrongHost,
        Self::WrongPort,
        Self::LengthTooLong,
        Self::VlanData,
    ];

    /// The word that rules use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cisco180 => "cisco-180",
            Self::FlatUrl => "flat-url",
            Self::PortBinary => "port-binary",
            Self::Utf16 => "utf16",
            Self::NulTerminated => "nul-terminated",
            Self::NoUcIdentifier => "no-uc-identifier",
            Self::UcIdentifierCase => "uc-identifier-case",
            Self::Address => "address",
            Self::Http => "http",
            Self::PathNoSlash => "path-no-slash",
            Self::PathTypo => "path-typo",
            Self::WrongHost => "wrong-host",
            Self::WrongPort => "wrong-port",
            Self::LengthTooLong => "length-too-long",
            Self::VlanData => "vlan-data",
        }
    }

    /// The one that rules call so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|broken| broken.as_str() == name)
    }

    /// The payload of option 43, made from the right one; `server` is the address of the server that sends it.
    pub fn payload(self, right: &UcClientOptions, server: Ipv4Addr) -> Vec<u8> {
        let path = right.cert_prov_rel_path();
        match self {
            Self::Cisco180 => cut_for_cisco(right.encode()),
            Self::FlatUrl => right.url().into_bytes(),
            Self::PortBinary => with(right, WEB_SERVER_PORT, &right.web_server_port().to_be_bytes()),
            Self::Utf16 => all(right, utf16),
            Self::NulTerminated => all(right, nul_terminated),
            Self::NoUcIdentifier => rewritten(right, |code, value| (code != UC_IDENTIFIER).then_some(value)),
            Self::UcIdentifierCase => with(right, UC_IDENTIFIER, b"ms-uc-client"),
            Self::Address => with(right, WEB_SERVER_FQDN, server.to_string().as_bytes()),
            Self::Http => with(right, URL_SCHEME, b"http"),
            Self::PathNoSlash => {
                with(right, CERT_PROV_REL_PATH, path.strip_prefix('/').unwrap_or(path).as_bytes())
            }
            Self::PathTypo => with(right, CERT_PROV_REL_PATH, b"/CertProv/CertProvisionService.svc"),
            Self::WrongHost => with(right, WEB_SERVER_FQDN, wrong_host(right.web_server_fqdn()).as_bytes()),
            Self::WrongPort => with(right, WEB_SERVER_PORT, DISCARD_PORT.to_string().as_bytes()),
            Self::LengthTooLong => length_too_long(right.encode()),
            Self::VlanData => VoiceVlan::new(VLAN, VlanWidth::U16).expect("100 is a VLAN id").encode(),
        }
    }
}

impl Broken120 {
    /// Every one, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Ascii, Self::Encoding0Ascii, Self::Address, Self::NoRootLabel, Self::NoEncoding];

    /// The word that rules use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Encoding0Ascii => "encoding0-ascii",
            Self::Address => "address",
            Self::NoRootLabel => "no-root-label",
            Self::NoEncoding => "no-encoding",
        }
    }

    /// The one that rules call so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|broken| broken.as_str() == name)
    }

    /// The payload of option 120, made from the right one; `server` is the address of the server that sends it.
    pub fn payload(self, right: &SipServers, server: Ipv4Addr) -> Vec<u8> {
        let name = right.as_names().first().map_or(String::new(), ToString::to_string);
        let mut whole = right.encode();
        match self {
            Self::Ascii => name.into_bytes(),
            Self::Encoding0Ascii => [b"\0", name.as_bytes()].concat(),
            Self::Address => {
                SipServers::addresses(vec![server]).expect("one address is a list of addresses").encode()
            }
            Self::NoRootLabel => {
                whole.pop();
                whole
            }
            Self::NoEncoding => whole.split_off(1),
        }
    }
}

/// The right payload with other values; a sub-option for which there is none is left out, and what does not fit one
/// is cut off.
fn rewritten<V: AsRef<[u8]>>(right: &UcClientOptions, value: impl Fn(u8, Vec<u8>) -> Option<V>) -> Vec<u8> {
    let mut payload = Vec::new();
    for sub in SubOptions::new(&right.encode()).flatten() {
        if let Some(value) = value(sub.code, sub.value.to_vec()) {
            let value = value.as_ref();
            sub_option::push(&mut payload, sub.code, value.get(..MAX_VALUE).unwrap_or(value));
        }
    }
    payload
}

/// The right payload with another value of one sub-option.
fn with(right: &UcClientOptions, changed: u8, value: &[u8]) -> Vec<u8> {
    rewritten(right, |code, former| Some(if code == changed { value.to_vec() } else { former }))
}

/// The right payload with every value changed.
fn all(right: &UcClientOptions, change: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    rewritten(right, |_, value| Some(change(&value)))
}

fn utf16(value: &[u8]) -> Vec<u8> {
    value.iter().take(MAX_VALUE / 2).flat_map(|&byte| [byte, 0]).collect()
}

fn nul_terminated(value: &[u8]) -> Vec<u8> {
    value.iter().copied().take(MAX_VALUE - 1).chain([0]).collect()
}

fn cut_for_cisco(mut payload: Vec<u8>) -> Vec<u8> {
    payload.truncate(CISCO_LIMIT.min(payload.len().saturating_sub(1)));
    payload
}

fn wrong_host(right: &str) -> String {
    let domain = right.split_once('.').map_or(right, |(_, domain)| domain);
    let wrong = format!("webint.{domain}");
    if wrong == right { format!("webext.{domain}") } else { wrong }
}

/// Sub-option 3 swallows the code of the next one.
fn length_too_long(mut payload: Vec<u8>) -> Vec<u8> {
    let fqdn = SubOptions::new(&payload).flatten().find(|sub| sub.code == WEB_SERVER_FQDN);
    let length = fqdn.map(|sub| sub.offset + 1);
    if let Some(length) = length.and_then(|at| payload.get_mut(at)) {
        *length = length.saturating_add(1);
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dhcp::DomainName;
    use std::collections::HashSet;

    const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);

    fn uc_client(host: &str) -> UcClientOptions {
        UcClientOptions::for_pool(host, 443).unwrap()
    }

    #[test]
    fn every_form_is_listed_once_and_found_by_its_own_word() {
        let words: HashSet<_> = Broken43::ALL.iter().map(|broken| broken.as_str()).collect();
        assert_eq!(words.len(), Broken43::ALL.len());
        assert!(Broken43::ALL.iter().all(|broken| Broken43::from_name(broken.as_str()) == Some(*broken)));
        let words: HashSet<_> = Broken120::ALL.iter().map(|broken| broken.as_str()).collect();
        assert_eq!(words.len(), Broken120::ALL.len());
        assert!(Broken120::ALL.iter().all(|broken| Broken120::from_name(broken.as_str()) == Some(*broken)));
        assert_eq!(Broken43::from_name("Cisco180"), None);
        assert_eq!(Broken120::from_name(""), None);
    }

    #[test]
    fn no_form_is_the_right_payload_whatever_the_host() {
        let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
        for host in ["a.b", "webint.a.b", "pool01.lab.example", "atl-cs-001.litwareinc.com", &longest] {
            let right = uc_client(host);
            for broken in Broken43::ALL {
                assert_ne!(broken.payload(&right, SERVER), right.encode(), "{} of {host}", broken.as_str());
            }
            let right = SipServers::from(host.parse::<DomainName>().unwrap());
            for broken in Broken120::ALL {
                assert_ne!(broken.payload(&right, SERVER), right.encode(), "{} of {host}", broken.as_str());
            }
        }
    }

    #[test]
    fn a_value_that_outgrows_its_sub_option_is_cut() {
        let right = uc_client(&"a".repeat(255));
        for broken in [Broken43::Utf16, Broken43::NulTerminated, Broken43::WrongHost] {
            let payload = broken.payload(&right, SERVER);
            let codes: Vec<_> = SubOptions::new(&payload).map(|sub| sub.unwrap().code).collect();
            assert_eq!(codes, [1, 2, 3, 4, 5], "{}", broken.as_str());
        }
    }

    #[test]
    fn the_wrong_port_is_discard_and_all_else_is_right() {
        let payload = Broken43::WrongPort.payload(&uc_client("a.test"), SERVER);
        assert_eq!(UcClientOptions::decode(&payload), UcClientOptions::for_pool("a.test", 9));
    }
}

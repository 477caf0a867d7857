//! Option 120: the SIP servers, here the Registrars of the pool (RFC 3361).

use super::domain_name::{DomainName, DomainNameError, MAX_LABEL};
use crate::{Documented, Evidence};
use std::net::Ipv4Addr;

/// Encoding byte of a list of names (RFC 3361 section 3.1).
const ENC_NAMES: u8 = 0;
/// Encoding byte of a list of IPv4 addresses (RFC 3361 section 3.2).
const ENC_ADDRESSES: u8 = 1;

/// The payload of option 120: one or more names, or one or more addresses, never both.
///
/// Lync needs a name, because it is compared with the Registrar's certificate; addresses are read all the same, so
/// that a wrong option can be shown for what it is.
///
/// A payload may be longer than one option holds (255 bytes); it is then split as RFC 3396 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipServers(List);

#[derive(Clone, Debug, PartialEq, Eq)]
enum List {
    Names(Vec<DomainName>),
    Addresses(Vec<Ipv4Addr>),
}

/// Why a payload is no option 120. Offsets are in bytes from the start of the payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SipServersError {
    /// No byte at all.
    #[error("no enc byte")]
    NoEncoding,
    /// An encoding that RFC 3361 does not define; often the first letter of a name in plain ASCII.
    #[error("enc byte {0} is neither 0 nor 1 (plain ASCII?)")]
    Encoding(u8),
    /// An encoding byte and nothing behind it.
    #[error("the list is empty")]
    Empty,
    /// A length byte above 63.
    #[error("label length {length} at {offset} (compression or plain ASCII?)")]
    LabelLength {
        /// What the length byte says.
        length: u8,
        /// Where it stands.
        offset: usize,
    },
    /// The payload ends within a label.
    #[error("label at {offset}: length {length} but {left} bytes left")]
    CutLabel {
        /// Where the length byte stands.
        offset: usize,
        /// What it says.
        length: u8,
        /// How many bytes follow it.
        left: usize,
    },
    /// The payload ends before the root label that ends a name.
    #[error("no terminating root label: {0}")]
    NoRoot(String),
    /// The labels make no host name.
    #[error("name at {offset}: {cause}")]
    Name {
        /// Where the name's first length byte stands.
        offset: usize,
        /// What is wrong with it.
        cause: DomainNameError,
    },
    /// Addresses whose bytes are no multiple of four.
    #[error("{0} bytes of addresses: not a multiple of 4")]
    AddressBytes(usize),
}

impl SipServers {
    /// The names of Registrars, the preferred one first.
    pub fn names(names: Vec<DomainName>) -> Result<Self, SipServersError> {
        if names.is_empty() { Err(SipServersError::Empty) } else { Ok(Self(List::Names(names))) }
    }

    /// The addresses of Registrars, the preferred one first. Legal, but of no use to a Lync client.
    pub fn addresses(addresses: Vec<Ipv4Addr>) -> Result<Self, SipServersError> {
        if addresses.is_empty() { Err(SipServersError::Empty) } else { Ok(Self(List::Addresses(addresses))) }
    }

    /// The names; empty if the option holds addresses.
    pub fn as_names(&self) -> &[DomainName] {
        match &self.0 {
            List::Names(names) => names,
            List::Addresses(_) => &[],
        }
    }

    /// The addresses; empty if the option holds names.
    pub fn as_addresses(&self) -> &[Ipv4Addr] {
        match &self.0 {
            List::Names(_) => &[],
            List::Addresses(addresses) => addresses,
        }
    }

    /// The payload: the encoding byte and the list, without the option's code and length.
    pub fn encode(&self) -> Vec<u8> {
        match &self.0 {
            List::Names(names) => {
                let mut payload = vec![ENC_NAMES];
                names.iter().for_each(|name| push_name(&mut payload, name));
                payload
            }
            List::Addresses(addresses) => {
                let mut payload = vec![ENC_ADDRESSES];
                addresses.iter().for_each(|address| payload.extend(address.octets()));
                payload
            }
        }
    }

    /// Reads a payload. Both encodings are understood, as RFC 3361 demands of a client.
    pub fn decode(payload: &[u8]) -> Result<Self, SipServersError> {
        let (&encoding, list) = payload.split_first().ok_or(SipServersError::NoEncoding)?;
        match encoding {
            ENC_NAMES => Self::names(read_names(list)?),
            ENC_ADDRESSES => Self::addresses(read_addresses(list)?),
            other => Err(SipServersError::Encoding(other)),
        }
    }
}

impl From<DomainName> for SipServers {
    fn from(name: DomainName) -> Self {
        Self(List::Names(vec![name]))
    }
}

impl Documented for SipServers {
    const NAME: &'static str = "DHCP option 120, UCSipServer";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "RFC 3361; output of DHCPUtil.exe (Skype for Business Server 2015)";
}

fn push_name(payload: &mut Vec<u8>, name: &DomainName) {
    for label in name.labels() {
        payload.push(u8::try_from(label.len()).expect("a domain name's labels have at most 63 bytes"));
        payload.extend_from_slice(label.as_bytes());
    }
    payload.push(0);
}

fn read_addresses(list: &[u8]) -> Result<Vec<Ipv4Addr>, SipServersError> {
    let (chunks, rest) = list.as_chunks::<4>();
    if rest.is_empty() {
        Ok(chunks.iter().map(|&octets| Ipv4Addr::from(octets)).collect())
    } else {
        Err(SipServersError::AddressBytes(list.len()))
    }
}

fn read_names(mut list: &[u8]) -> Result<Vec<DomainName>, SipServersError> {
    let mut names = Vec::new();
    let mut offset = 1; // Behind the encoding byte.
    while !list.is_empty() {
        let before = list.len();
        let text = read_labels(&mut list, offset)?;
        let name = text.parse().map_err(|cause| SipServersError::Name { offset, cause })?;
        names.push(name);
        offset += before - list.len();
    }
    Ok(names)
}

/// Takes labels up to and with the root label off the front of `list`, and joins them with dots.
fn read_labels(list: &mut &[u8], mut offset: usize) -> Result<String, SipServersError> {
    let mut text = String::new();
    while let Some((&length, rest)) = list.split_first() {
        let take = usize::from(length);
        if take == 0 {
            *list = rest;
            return Ok(text);
        }
        if take > MAX_LABEL {
            return Err(SipServersError::LabelLength { length, offset });
        }
        let Some((label, rest)) = rest.split_at_checked(take) else {
            return Err(SipServersError::CutLabel { offset, length, left: rest.len() });
        };
        if !text.is_empty() {
            text.push('.');
        }
        push_label(&mut text, label, offset)?;
        *list = rest;
        offset += 1 + take;
    }
    Err(SipServersError::NoRoot(text))
}

/// Appends a label's characters. A dot inside a label would pass for a border between two, so it is refused here.
fn push_label(text: &mut String, label: &[u8], offset: usize) -> Result<(), SipServersError> {
    for (index, &byte) in label.iter().enumerate() {
        if !byte.is_ascii() || byte == b'.' {
            let cause = DomainNameError::Byte { byte, offset: index };
            return Err(SipServersError::Name { offset, cause });
        }
        text.push(char::from(byte));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn servers(names: &[&str]) -> SipServers {
        SipServers::names(names.iter().map(|name| name.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn one_name_has_the_documented_bytes() {
        let golden = b"\x00\x0Aatl-cs-001\x0Alitwareinc\x03com\x00";
        assert_eq!(servers(&["atl-cs-001.litwareinc.com"]).encode(), golden);
        assert_eq!(SipServers::decode(golden), Ok(servers(&["atl-cs-001.litwareinc.com"])));
    }

    #[test]
    fn dhcputil_prints_the_same_bytes() {
        let golden = b"\x00\x06server\x04fqdn\x07company\x03com\x00";
        assert_eq!(servers(&["server.fqdn.company.com"]).encode(), golden);
    }

    #[test]
    fn two_names_are_those_of_the_rfc() {
        let golden = b"\x00\x07example\x03com\x00\x07example\x03net\x00";
        let example = servers(&["example.com", "example.net"]);
        assert_eq!(example.encode(), golden);
        assert_eq!(SipServers::decode(golden), Ok(example));
    }

    #[test]
    fn addresses_read_back() {
        let two =
            SipServers::addresses(vec![Ipv4Addr::new(10, 99, 0, 1), Ipv4Addr::new(10, 99, 0, 2)]).unwrap();
        assert_eq!(two.encode(), [1, 10, 99, 0, 1, 10, 99, 0, 2]);
        assert_eq!(SipServers::decode(&two.encode()), Ok(two.clone()));
        assert!(two.as_names().is_empty());
        assert_eq!(two.as_addresses().len(), 2);
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let fault = |payload: &[u8]| SipServers::decode(payload).unwrap_err().to_string();
        assert_eq!(fault(b""), "no enc byte");
        assert_eq!(fault(b"\x00"), "the list is empty");
        assert_eq!(fault(b"\x01"), "the list is empty");
        assert_eq!(fault(b"\x00\x00"), "name at 1: a label is empty");
        assert_eq!(fault(b"\x01\x0A\x63\x00"), "3 bytes of addresses: not a multiple of 4");
        assert_eq!(fault(b"\x00\x03com\x05ex"), "label at 5: length 5 but 2 bytes left");
        assert_eq!(
            fault(b"\x00\x03com\x00\x03net\xC0\x01"),
            "label length 192 at 10 (compression or plain ASCII?)"
        );
        assert_eq!(fault(b"\x00\x03c.m\x00"), "name at 1: byte 2E at 1 is not a letter, a digit, `-` or `_`");
    }

    #[test]
    fn a_name_beyond_255_bytes_is_refused() {
        let mut payload = vec![0];
        for _ in 0..5 {
            payload.push(63);
            payload.extend([b'a'; 63]);
        }
        payload.push(0);
        let cause = DomainNameError::LongName(319);
        assert_eq!(SipServers::decode(&payload), Err(SipServersError::Name { offset: 1, cause }));
    }

    proptest! {
        #[test]
        fn names_read_back(names in proptest::collection::vec("[a-z0-9-]{1,20}(\\.[a-z]{1,10}){0,3}", 1..5)) {
            let names = names.iter().map(|name| name.parse().unwrap()).collect();
            let list = SipServers::names(names).unwrap();
            prop_assert_eq!(SipServers::decode(&list.encode()), Ok(list));
        }

        #[test]
        fn whatever_is_read_is_written_the_same(
            payload in proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(2), Just(b'a')], 0..12),
        ) {
            if let Ok(list) = SipServers::decode(&payload) {
                prop_assert_eq!(list.encode(), payload);
            }
        }

        #[test]
        fn any_bytes_give_a_list_or_an_error(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = SipServers::decode(&payload);
        }
    }
}

//! The recorded payloads in fixtures/captures, right and wrong, against what is expected of each.

use super::{
    broken::{Broken43, Broken120},
    *,
};
use std::{fmt::Write, fs, net::Ipv4Addr, path::PathBuf};

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fixtures/captures", name].iter().collect()
}

pub(super) struct Row {
    pub(super) name: String,
    pub(super) option_43: Option<Vec<u8>>,
    pub(super) option_120: Option<Vec<u8>>,
    expected_43: String,
    expected_120: String,
}

pub(super) fn rows() -> Vec<Row> {
    let table = fs::read_to_string(fixture("dhcp-options.tsv")).unwrap();
    table.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> Row {
    let columns: Vec<_> = line.split('\t').collect();
    let [name, _note, hex_43, hex_120, expected_43, expected_120] = columns[..] else {
        panic!("six columns expected: {line}");
    };
    Row {
        name: name.to_owned(),
        option_43: bytes(hex_43),
        option_120: bytes(hex_120),
        expected_43: expected_43.to_owned(),
        expected_120: expected_120.to_owned(),
    }
}

/// `-` stands for an option that is not there.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex == "-" {
        return None;
    }
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    Some(digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect())
}

/// The sub-options in the table's notation: `1=MS-UC-Client;2=https`, or `ERROR` and what is wrong.
fn written_43(payload: &[u8]) -> String {
    let mut text = String::new();
    for item in SubOptions::new(payload) {
        match item {
            Ok(sub) => {
                let separator = if text.is_empty() { "" } else { ";" };
                write!(text, "{separator}{}=", sub.code).unwrap();
                sub.value.iter().for_each(|&byte| match byte {
                    0 => text.push_str("\\0"),
                    1..128 => text.push(char::from(byte)),
                    128.. => write!(text, "\\x{byte:02x}").unwrap(),
                });
            }
            Err(error) => return format!("ERROR {error}"),
        }
    }
    text
}

/// The servers in the table's notation: `['a', 'b']`, or `ERROR` and what is wrong.
fn written_120(payload: &[u8]) -> String {
    match SipServers::decode(payload) {
        Ok(servers) => {
            let names = servers.as_names().iter().map(ToString::to_string);
            let addresses = servers.as_addresses().iter().map(ToString::to_string);
            format!("['{}']", names.chain(addresses).collect::<Vec<_>>().join("', '"))
        }
        Err(error) => format!("ERROR {error}"),
    }
}

#[test]
fn every_row_divides_into_the_expected_sub_options_and_servers() {
    let rows = rows();
    assert_eq!(rows.len(), 27);
    for row in rows {
        let found_43 = row.option_43.as_deref().map_or("-".to_owned(), written_43);
        assert_eq!(found_43, row.expected_43, "option 43 of {}", row.name);
        let found_120 = row.option_120.as_deref().map_or("-".to_owned(), written_120);
        assert_eq!(found_120, row.expected_120, "option 120 of {}", row.name);
    }
}

/// What [`UcClientOptions::decode`] makes of each row: the host, port and path of the URL, or the error.
const URLS: &[(&str, &str)] = &[
    ("good", "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
    ("good-no-port", "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
    ("good-dnsmasq-order", "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
    ("good-4443", "https://atl-cs-001.litwareinc.com:4443/CertProv/CertProvisioningService.svc"),
    ("rfc3361-two-names", "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
    ("bad-cisco-180", "ERROR sub-option 5 at 53: length 37 but 35 bytes left"),
    ("bad-port-u16", "ERROR sub-option 4 (WebServerPort) at 48: byte 01 at 0 is not printable ASCII"),
    ("bad-43-flat-url", "ERROR sub-option 104 at 0: length 116 but 72 bytes left"),
    ("bad-43-utf16", "ERROR sub-option 1 (UCIdentifier) at 0: byte 00 at 1 is not printable ASCII"),
    ("bad-43-nul-terminated", "ERROR sub-option 1 (UCIdentifier) at 0: byte 00 at 12 is not printable ASCII"),
    ("bad-43-no-ucid", "ERROR sub-option 1 (UCIdentifier) is missing"),
    ("bad-43-ucid-case", "ERROR sub-option 1 (UCIdentifier) at 0: `ms-uc-client` is not `MS-UC-Client`"),
    ("bad-43-ip", "https://10.99.0.1:443/CertProv/CertProvisioningService.svc"),
    ("bad-43-http", "http://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
    ("bad-43-path-noslash", "https://atl-cs-001.litwareinc.com:443CertProv/CertProvisioningService.svc"),
    ("bad-43-path-typo", "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisionService.svc"),
    ("bad-43-wrong-host", "https://webint.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
    ("bad-43-len-long", "ERROR sub-option 3 at 49: length 52 but 41 bytes left"),
    ("bad-43-vlan-in-msuc", "ERROR sub-option 1 (UCIdentifier) is missing"),
];

#[test]
fn every_row_gives_a_url_or_a_precise_error() {
    let good = URLS[0].1;
    for row in rows() {
        let Some(payload) = row.option_43 else { continue };
        let found = match UcClientOptions::decode(&payload) {
            Ok(options) => options.url(),
            Err(error) => format!("ERROR {error}"),
        };
        // The rows that are not named have the reference's option 43 and a wrong option 120.
        let expected = URLS.iter().find(|(name, _)| *name == row.name).map_or(good, |(_, url)| url);
        assert_eq!(found, expected, "{}", row.name);
    }
}

#[test]
fn the_vlan_row_is_read_as_what_it_is() {
    let row = rows().into_iter().find(|row| row.name == "bad-43-vlan-in-msuc").unwrap();
    assert_eq!(VoiceVlan::decode(&row.option_43.unwrap()), VoiceVlan::new(100, VlanWidth::U16));
}

/// The address of the server whose answers the table holds.
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);

/// The row of each broken option 43; `None` where the table has none.
fn row_of_43(broken: Broken43) -> Option<&'static str> {
    Some(match broken {
        Broken43::Cisco180 => "bad-cisco-180",
        Broken43::FlatUrl => "bad-43-flat-url",
        Broken43::PortBinary => "bad-port-u16",
        Broken43::Utf16 => "bad-43-utf16",
        Broken43::NulTerminated => "bad-43-nul-terminated",
        Broken43::NoUcIdentifier => "bad-43-no-ucid",
        Broken43::UcIdentifierCase => "bad-43-ucid-case",
        Broken43::Address => "bad-43-ip",
        Broken43::Http => "bad-43-http",
        Broken43::PathNoSlash => "bad-43-path-noslash",
        Broken43::PathTypo => "bad-43-path-typo",
        Broken43::WrongHost => "bad-43-wrong-host",
        Broken43::WrongPort => return None,
        Broken43::LengthTooLong => "bad-43-len-long",
        Broken43::VlanData => "bad-43-vlan-in-msuc",
    })
}

const fn row_of_120(broken: Broken120) -> &'static str {
    match broken {
        Broken120::Ascii => "bad-120-ascii",
        Broken120::Encoding0Ascii => "bad-120-enc0-ascii",
        Broken120::Address => "bad-120-ip",
        Broken120::NoRootLabel => "bad-120-noroot",
        Broken120::NoEncoding => "bad-120-nolabels",
    }
}

#[test]
fn each_broken_option_is_its_row_byte_for_byte() {
    let rows = rows();
    let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
    let right = UcClientOptions::for_pool("atl-cs-001.litwareinc.com", 443).unwrap();
    for (broken, name) in Broken43::ALL.iter().filter_map(|&each| Some((each, row_of_43(each)?))) {
        assert_eq!(Some(broken.payload(&right, SERVER)), row(name).option_43, "{name}");
    }
    let right = SipServers::from("atl-cs-001.litwareinc.com".parse::<DomainName>().unwrap());
    for broken in Broken120::ALL {
        let name = row_of_120(broken);
        assert_eq!(Some(broken.payload(&right, SERVER)), row(name).option_120, "{name}");
    }
}

/// The DHCP messages of a capture: classic pcap, little endian, Ethernet, IPv4 without options, UDP.
fn messages(name: &str) -> Vec<Vec<u8>> {
    let file = fs::read(fixture(name)).unwrap();
    let (header, mut records) = file.split_at(24);
    assert_eq!(header[..4], [0xD4, 0xC3, 0xB2, 0xA1]);
    let mut messages = Vec::new();
    while let Some((record, rest)) = records.split_at_checked(16) {
        let length = usize::try_from(u32::from_le_bytes(record[8..12].try_into().unwrap())).unwrap();
        messages.push(rest[14 + 20 + 8..length].to_vec());
        records = &rest[length..];
    }
    messages
}

/// An option of a whole message. Its options have the same frame as sub-options.
fn option(message: &[u8], code: u8) -> Option<&[u8]> {
    SubOptions::new(&message[240..])
        .map(Result::unwrap)
        .find(|found| found.code == code)
        .map(|found| found.value)
}

#[test]
fn the_recorded_messages_hold_the_rows_of_the_table() {
    let messages = messages("dhcp-options.pcap");
    assert_eq!(messages.len(), 27);
    for (message, row) in messages.iter().zip(rows()) {
        assert_eq!(option(message, OPTION_VENDOR_SPECIFIC), row.option_43.as_deref(), "{}", row.name);
        assert_eq!(option(message, OPTION_SIP_SERVERS), row.option_120.as_deref(), "{}", row.name);
    }
}

#[test]
fn the_reference_exchange_reads_and_is_written_the_same() {
    let [inform, ack, discover, offer] = &messages("dhcp-reference.pcap")[..] else {
        panic!("four messages")
    };
    assert_eq!(VendorClass::of(option(inform, 60).unwrap()), Some(VendorClass::UcClient));
    let options = UcClientOptions::for_pool("atl-cs-001.litwareinc.com", 443).unwrap();
    assert_eq!(option(ack, OPTION_VENDOR_SPECIFIC).unwrap(), options.encode());
    let servers = SipServers::from("atl-cs-001.litwareinc.com".parse::<DomainName>().unwrap());
    assert_eq!(option(ack, OPTION_SIP_SERVERS).unwrap(), servers.encode());

    assert_eq!(VendorClass::of(option(discover, 60).unwrap()), Some(VendorClass::OcPhone));
    let vlan = VoiceVlan::new(100, VlanWidth::U16).unwrap();
    assert_eq!(option(offer, OPTION_VENDOR_SPECIFIC).unwrap(), vlan.encode());
}

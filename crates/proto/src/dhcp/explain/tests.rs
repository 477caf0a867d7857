//! Each recorded row by its mistake, and whatever bytes there are without a panic.

use super::*;
use crate::dhcp::broken::{Broken43, Broken120};
use crate::dhcp::recorded::rows;
use crate::dhcp::{CERT_PROV_PATH, DomainName};
use proptest::prelude::*;
use std::net::Ipv4Addr;

/// Severity, scenario and a piece of the text of the one finding that a row is named after; `None` for a right one.
type Expected = Option<(Severity, Option<&'static str>, &'static str)>;

const fn fatal(scenario: &'static str, piece: &'static str) -> Expected {
    Some((Severity::Fatal, Some(scenario), piece))
}

const EXPECTED: [(&str, Expected, Expected); 27] = [
    ("good", None, None),
    ("good-no-port", Some((Severity::Note, None, "left out, which stands for 443")), None),
    ("good-dnsmasq-order", Some((Severity::Note, None, "falling order")), None),
    ("good-4443", Some((Severity::Note, None, "external web site")), None),
    ("rfc3361-two-names", None, Some((Severity::Note, None, "2 names"))),
    ("bad-cisco-180", fatal("dhcp-cisco-180-digits", "cut off after 180 hex digits"), None),
    ("bad-port-u16", fatal("dhcp-port-binary", "a number of 16 bits, 443"), None),
    ("bad-43-flat-url", fatal("dhcp-flat-url", "plain text, `https://atl-cs-001.litwareinc.com:443/"), None),
    ("bad-43-utf16", fatal("dhcp-utf16", "UTF-16 (sub-option 1, 2, 3, 4, 5)"), None),
    ("bad-43-nul-terminated", fatal("dhcp-nul-terminated", "a byte 00 ends the value"), None),
    ("bad-43-no-ucid", fatal("dhcp-no-uc-identifier", "sub-option 1 (UCIdentifier) is missing"), None),
    ("bad-43-ucid-case", fatal("dhcp-uc-identifier-case", "`ms-uc-client`: the case counts"), None),
    ("bad-43-ip", fatal("dhcp-web-server-address", "`10.99.0.1`, an address"), None),
    ("bad-43-http", fatal("dhcp-http-scheme", "is `http`"), None),
    ("bad-43-path-noslash", fatal("dhcp-path-without-slash", "without the slash"), None),
    ("bad-43-path-typo", fatal("dhcp-path-typo", "`/CertProv/CertProvisionService.svc`"), None),
    // A name that is right for itself; see `a_web_server_apart_from_the_registrars_is_doubtful`.
    ("bad-43-wrong-host", None, None),
    ("bad-43-len-long", fatal("dhcp-length-too-long", "says it has 26 bytes and has 25"), None),
    ("bad-43-vlan-in-msuc", fatal("dhcp-vlan-data", "nothing but the VLAN"), None),
    ("bad-120-ascii", None, fatal("dhcp-option-120-ascii", "plain text, `atl-cs-001.litwareinc.com`")),
    (
        "bad-120-enc0-ascii",
        None,
        fatal("dhcp-option-120-encoding-0-ascii", "encoding 0 and then the plain text"),
    ),
    ("bad-120-ip", None, fatal("dhcp-option-120-address", "addresses (10.99.0.1)")),
    (
        "bad-120-noroot",
        None,
        fatal("dhcp-option-120-no-root-label", "`atl-cs-001.litwareinc.com` has no end"),
    ),
    ("bad-120-nolabels", None, fatal("dhcp-option-120-no-encoding", "the encoding is missing")),
    ("missing-43", fatal("dhcp-no-option-43", "missing"), None),
    ("missing-120", None, fatal("dhcp-no-option-120", "missing")),
    ("missing-both", fatal("dhcp-no-options", "missing"), fatal("dhcp-no-options", "missing")),
];

fn check(row: &str, found: &[Finding], expected: Expected) {
    let fatal: Vec<_> = found.iter().filter(|finding| finding.severity == Severity::Fatal).collect();
    let Some((severity, scenario, piece)) = expected else {
        assert_eq!(found, [], "{row}");
        return;
    };
    assert_eq!(fatal.len(), usize::from(severity == Severity::Fatal), "{row}: {found:?}");
    let named = |finding: &Finding| {
        finding.severity == severity && finding.scenario == scenario && finding.text.contains(piece)
    };
    assert!(found.iter().any(named), "{row}: {found:?}");
}

#[test]
fn each_recorded_row_is_named_by_its_mistake() {
    let rows = rows();
    assert_eq!(rows.len(), EXPECTED.len());
    for (row, (name, expected_43, expected_120)) in rows.iter().zip(EXPECTED) {
        assert_eq!(row.name, name);
        let found = explain(row.option_43.as_deref(), row.option_120.as_deref());
        check(name, &found.option_43, expected_43);
        check(name, &found.option_120, expected_120);
    }
}

#[test]
fn what_dnsmasq_writes_has_notes_for_its_order_and_its_end_mark() {
    let row = rows().into_iter().find(|row| row.name == "good-dnsmasq-order").unwrap();
    let found = explain_43(&row.option_43.unwrap());
    assert!(found.iter().all(|finding| finding.severity == Severity::Note), "{found:?}");
    assert!(
        found.iter().any(|finding| finding.text.contains("end mark (FF)") && finding.at == 92),
        "{found:?}"
    );
}

#[test]
fn a_web_server_apart_from_the_registrars_is_doubtful() {
    let row = rows().into_iter().find(|row| row.name == "bad-43-wrong-host").unwrap();
    let found = explain(row.option_43.as_deref(), row.option_120.as_deref());
    assert!(found.is_good());
    assert_eq!(found.scenarios(), ["dhcp-wrong-web-server"]);
    assert!(
        found.together[0].text.contains("`webint.litwareinc.com` is none of the Registrars"),
        "{found:?}"
    );
}

/// The scenario of each way to break option 43, whatever the pool is called and wherever it listens.
fn scenario_43(broken: Broken43) -> Option<&'static str> {
    Some(match broken {
        Broken43::Cisco180 => "dhcp-cisco-180-digits",
        Broken43::FlatUrl => "dhcp-flat-url",
        Broken43::PortBinary => "dhcp-port-binary",
        Broken43::Utf16 => "dhcp-utf16",
        Broken43::NulTerminated => "dhcp-nul-terminated",
        Broken43::NoUcIdentifier => "dhcp-no-uc-identifier",
        Broken43::UcIdentifierCase => "dhcp-uc-identifier-case",
        Broken43::Address => "dhcp-web-server-address",
        Broken43::Http => "dhcp-http-scheme",
        Broken43::PathNoSlash => "dhcp-path-without-slash",
        Broken43::PathTypo => "dhcp-path-typo",
        Broken43::WrongHost => return None,
        Broken43::WrongPort => "dhcp-wrong-port",
        Broken43::LengthTooLong => "dhcp-length-too-long",
        Broken43::VlanData => "dhcp-vlan-data",
    })
}

const fn scenario_120(broken: Broken120) -> &'static str {
    match broken {
        Broken120::Ascii => "dhcp-option-120-ascii",
        Broken120::Encoding0Ascii => "dhcp-option-120-encoding-0-ascii",
        Broken120::Address => "dhcp-option-120-address",
        Broken120::NoRootLabel => "dhcp-option-120-no-root-label",
        Broken120::NoEncoding => "dhcp-option-120-no-encoding",
    }
}

#[test]
fn each_broken_option_is_recognised_in_pools_of_any_name() {
    let server = Ipv4Addr::new(10, 99, 0, 1);
    let long = "a-front-end-with-a-long-name-001.department.europe.litwareinc.com";
    for host in ["a.test", "pool01.lab.example", "server.fqdn.company.com", "atl-cs-001.litwareinc.com", long]
    {
        for port in [443, 4443, 10443, 33333] {
            let right = UcClientOptions::for_pool(host, port).unwrap();
            for broken in Broken43::ALL {
                let found = explain_43(&broken.payload(&right, server));
                let names: Vec<_> = found
                    .iter()
                    .filter_map(|finding| finding.scenario)
                    .filter(|name| *name != "dhcp-wrong-port" || broken == Broken43::WrongPort)
                    .collect();
                assert_eq!(
                    names,
                    Vec::from_iter(scenario_43(broken)),
                    "{broken:?} of {host}:{port}: {found:?}"
                );
            }
        }
        let right = SipServers::from(host.parse::<DomainName>().unwrap());
        for broken in Broken120::ALL {
            let found = explain_120(&broken.payload(&right, server));
            let names: Vec<_> = found.iter().filter_map(|finding| finding.scenario).collect();
            assert_eq!(names, [scenario_120(broken)], "{broken:?} of {host}: {found:?}");
        }
    }
}

#[test]
fn what_was_pasted_wrongly_is_told() {
    let right = UcClientOptions::for_pool("a.test", 443).unwrap().encode();
    let hex: String = right.iter().map(|byte| format!("{byte:02X}")).collect();
    let header = [&[43, u8::try_from(right.len()).unwrap()], right.as_slice()].concat();
    for (payload, piece) in
        [(hex.into_bytes(), "hex digits were entered as text"), (header, "own code and length")]
    {
        let found = explain_43(&payload);
        assert!(matches!(found.as_slice(), [one] if one.text.contains(piece)), "{found:?}");
    }
    let right = SipServers::from("a.test".parse::<DomainName>().unwrap()).encode();
    let hex: String = right.iter().map(|byte| format!("{byte:02X}")).collect();
    let header = [&[120, u8::try_from(right.len()).unwrap()], right.as_slice()].concat();
    for (payload, piece) in
        [(hex.into_bytes(), "hex digits were entered as text"), (header, "own code and length")]
    {
        let found = explain_120(&payload);
        assert!(matches!(found.as_slice(), [one] if one.text.contains(piece)), "{found:?}");
    }
}

#[test]
fn what_is_cut_anywhere_is_fatal() {
    let right = UcClientOptions::for_pool("atl-cs-001.litwareinc.com", 443).unwrap().encode();
    for length in 0..right.len() {
        assert!(!is_good(&explain_43(&right[..length])), "{length}");
    }
    let right = SipServers::from("atl-cs-001.litwareinc.com".parse::<DomainName>().unwrap()).encode();
    for length in 0..right.len() {
        assert!(!is_good(&explain_120(&right[..length])), "{length}");
    }
}

#[test]
fn a_listing_has_microsofts_names() {
    let rows = rows();
    let listed = list_43(rows[0].option_43.as_deref().unwrap());
    let expected = ["UCIdentifier", "URLScheme", "WebServerFqdn", "WebServerPort", "CertProvRelPath"];
    assert_eq!(listed.iter().map(|row| row.name).collect::<Vec<_>>(), expected);
    assert_eq!((listed[4].at, listed[4].code, listed[4].value.as_str()), (53, 5, CERT_PROV_PATH));
    let listed = list_120(&[0, 1, b'a', 0, 1, b'b', 0]);
    assert_eq!(
        listed.iter().map(|row| (row.at, row.value.as_str())).collect::<Vec<_>>(),
        [(1, "a"), (4, "b")]
    );
    assert_eq!(list_120(b"plain"), []);
}

proptest! {
    #[test]
    fn any_bytes_are_explained_and_what_cannot_be_read_is_fatal(
        payload in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let found = explain_43(&payload);
        prop_assert!(UcClientOptions::decode(&payload).is_ok() || !is_good(&found));
        prop_assert!(found.iter().all(|finding| finding.at <= payload.len() && finding.text.len() < 2000));
        let found = explain_120(&payload);
        let named = SipServers::decode(&payload).is_ok_and(|servers| !servers.as_names().is_empty());
        prop_assert!(named || !is_good(&found));
        prop_assert!(found.iter().all(|finding| finding.at <= payload.len()));
        prop_assert!(list_43(&payload).len() <= 64 && list_120(&payload).len() <= 64);
        explain(Some(&payload), Some(&payload));
    }

    #[test]
    fn a_right_option_with_a_changed_byte_is_explained(at in 0usize..92, byte in any::<u8>()) {
        let mut payload = UcClientOptions::for_pool("atl-cs-001.litwareinc.com", 443).unwrap().encode();
        payload[at] = byte;
        let found = explain_43(&payload);
        prop_assert!(UcClientOptions::decode(&payload).is_ok() || !is_good(&found), "{found:?}");
    }
}

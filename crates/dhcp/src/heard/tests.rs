//! The entries about recorded, broken and foreign datagrams.

use super::*;
use crate::sample::{self, ARRIVAL, BASIC, with_options};
use time::macros::datetime;

fn heard(datagram: &[u8]) -> Heard {
    Heard::new(datagram, ARRIVAL, &Clock::stopped(datetime!(2013-06-01 12:00 UTC)))
}

fn decoded(entry: &Entry) -> Vec<(&str, &str)> {
    entry.decoded.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

/// The reference answer with another option 43.
fn ack_with(option_43: &[u8]) -> Vec<u8> {
    let mut reply = sample::ack()[..249].to_vec();
    reply.extend([43, u8::try_from(option_43.len()).unwrap()]);
    reply.extend_from_slice(option_43);
    reply.push(255);
    reply
}

#[test]
fn an_answer_is_told_with_who_asked_and_what_was_said() {
    let rule = RuleFired { id: 7, name: "slow".to_owned(), scenario: Some("dhcp-slow".to_owned()) };
    let entry = heard(&sample::inform()).answered(&[sample::ack()], Some(&rule));
    assert_eq!(entry.at, datetime!(2013-06-01 12:00 UTC));
    assert_eq!((entry.protocol, entry.outcome), (Protocol::Dhcp, Outcome::Ok));
    assert_eq!(entry.event, names::DHCP_ACK);
    assert_eq!(entry.summary, "DHCPINFORM of 00:04:f2:00:00:01 answered");
    assert_eq!(entry.correlation.unwrap(), hex(&sample::inform()[4..8]));
    assert_eq!(entry.peer, Some("10.99.0.2:68".parse().unwrap()));
    assert_eq!(entry.local, Some("10.99.0.1:67".parse().unwrap()));
    assert_eq!(entry.device.mac.as_deref(), Some("00:04:f2:00:00:01"));
    assert_eq!(entry.device.vendor_class.as_deref(), Some("MS-UC-Client"));
    assert_eq!(entry.rule, Some(rule));
    let replies = vec![hex(&sample::ack())];
    assert_eq!(entry.raw, Some(Raw::Datagram { request: hex(&sample::inform()), replies }));
}

#[test]
fn what_was_said_is_decoded() {
    let entry = heard(&with_options(&BASIC)).answered(&[sample::ack()], None);
    let expected = [
        ("asked", "43, 120"),
        ("ciaddr", "10.99.0.2"),
        ("giaddr", "0.0.0.0"),
        ("option_120", "atl-cs-001.litwareinc.com"),
        ("option_43", "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"),
        ("server", "10.99.0.1"),
    ];
    assert_eq!(decoded(&entry), expected);
}

#[test]
fn of_two_answers_the_second_is_told_too() {
    let entry = heard(&sample::inform()).answered(&[ack_with(b"\x0A\x02\0"), sample::ack()], None);
    assert_eq!(entry.decoded["option_43"], "unreadable: sub-option 10 at 0: length 2 but 1 bytes left");
    assert!(!entry.decoded.contains_key("option_120"));
    assert_eq!(entry.decoded["option_120_2"], "atl-cs-001.litwareinc.com");
    assert_eq!(entry.decoded["server_2"], "10.99.0.1");
    let Some(Raw::Datagram { replies, .. }) = entry.raw else { panic!("a datagram") };
    assert_eq!(replies.len(), 2);
}

#[test]
fn a_drop_is_told_with_its_reason_and_a_failure_with_its_cause() {
    let heard = heard(&sample::inform());
    let entry = heard.dropped(DropReason::Disabled, None);
    assert_eq!((entry.event.as_str(), entry.outcome), (names::DHCP_DROPPED, Outcome::Dropped));
    assert_eq!(entry.summary, "DHCP datagram of 00:04:f2:00:00:01 dropped: disabled");
    assert_eq!(entry.decoded["reason"], "disabled");
    assert_eq!(entry.raw, Some(Raw::Datagram { request: hex(&sample::inform()), replies: vec![] }));
    let entry = heard.not_sent(&"no route", None);
    assert_eq!((entry.event.as_str(), entry.outcome), (names::DHCP_DROPPED, Outcome::Failed));
    assert_eq!(entry.summary, "DHCP answer for 00:04:f2:00:00:01 not sent: no route");
}

#[test]
fn a_broken_datagram_of_a_phone_is_known_by_its_class() {
    let whole = with_options(&BASIC);
    let cut = [&whole[..whole.len() - 1], &[12, 5, b'h']].concat();
    assert!(Request::read(&cut).is_err());
    assert!(heard(&cut).is_of_a_phone(false));
    assert_eq!(decoded(&heard(&cut).dropped(DropReason::CutOption, None))[0], ("asked", "43, 120"));
    for foreign in
        [&b""[..], &[1; 100], &with_options(&[BASIC[0], (60, b"MSFT 5.0"), BASIC[2]]), &whole[..242]]
    {
        assert!(!heard(foreign).is_of_a_phone(false));
    }
}

#[test]
fn what_is_too_short_for_a_header_is_told_by_its_source() {
    let entry = heard(&[1; 100]).dropped(DropReason::TooShort, None);
    assert_eq!(entry.summary, "DHCP datagram of 10.99.0.2:68 dropped: too_short");
    assert_eq!((entry.correlation, entry.device.mac), (None, None));
}

#[test]
fn a_class_is_shown_as_text_of_a_bounded_length() {
    let class = [&b"\xFF\n"[..], &[b'a'; 200]].concat();
    let datagram = with_options(&[BASIC[0], (60, &class), BASIC[2]]);
    let entry = heard(&datagram).dropped(DropReason::OtherClass, None);
    assert_eq!(entry.device.vendor_class, Some(format!("\u{FFFD}\n{}", "a".repeat(62))));
}

#[test]
fn a_hardware_address_of_another_length_is_none() {
    let mut datagram = sample::inform();
    datagram[2] = 16;
    assert_eq!(heard(&datagram).dropped(DropReason::Rule, None).device.mac, None);
}

#[test]
fn a_question_for_the_vlan_is_a_phones_where_leases_are_given() {
    let question = heard(&with_options(&[(53, &[1]), (60, b"CPE-OCPHONE")]));
    assert!(question.is_of_a_phone(true) && !question.is_of_a_phone(false));
}

/// An answer of this kind with an address and options.
fn lease(kind: u8, address: [u8; 4], options: &[u8]) -> Vec<u8> {
    let mut reply = sample::ack()[..240].to_vec();
    reply[16..20].copy_from_slice(&address);
    reply.extend([53, 1, kind]);
    reply.extend_from_slice(options);
    reply.push(255);
    reply
}

#[test]
fn each_answer_about_a_lease_has_its_own_name() {
    let told = |question: u8, reply: Vec<u8>| {
        let entry = heard(&with_options(&[(53, &[question])])).answered(&[reply], None);
        (entry.event, entry.outcome, entry.summary.replace("00:04:f2:00:00:01", "PHONE"))
    };
    let expect = |event: &str, outcome, summary: &str| (event.to_owned(), outcome, summary.to_owned());
    let address = [10, 0, 0, 7];
    assert_eq!(
        told(1, lease(2, address, &[])),
        expect(names::DHCP_OFFER, Outcome::Ok, "DHCPDISCOVER of PHONE answered: 10.0.0.7 offered")
    );
    assert_eq!(
        told(3, lease(5, address, &[])),
        expect(names::DHCP_ACK, Outcome::Ok, "DHCPREQUEST of PHONE answered: 10.0.0.7 leased")
    );
    assert_eq!(
        told(3, lease(6, [0; 4], &[])),
        expect(names::DHCP_NAK, Outcome::Refused, "DHCPREQUEST of PHONE refused")
    );
}

#[test]
fn what_was_leased_is_decoded_by_the_class_that_asked() {
    let question = heard(&with_options(&[(53, &[1]), (60, b"CPE-OCPHONE")]));
    let options = [51, 4, 0, 0, 0x0E, 0x10, 43, 4, 10, 2, 0, 100];
    let entry = question.answered(&[lease(2, [10, 0, 0, 7], &options)], None);
    assert_eq!(entry.decoded["address"], "10.0.0.7");
    assert_eq!(entry.decoded["lease_seconds"], "3600");
    assert_eq!(entry.decoded["option_43"], "VLAN 100");
    let other = heard(&with_options(&[(53, &[1]), (60, b"yealink")]));
    assert_eq!(other.answered(&[lease(2, [10, 0, 0, 7], &options)], None).decoded["option_43"], "0a020064");
}

#[test]
fn what_is_given_back_is_told() {
    let address = Ipv4Addr::new(10, 0, 0, 7);
    let released = heard(&with_options(&[(53, &[7])])).taken("release", address, None);
    assert_eq!((released.event.as_str(), released.outcome), (names::DHCP_RELEASED, Outcome::Ok));
    assert_eq!(released.summary, "00:04:f2:00:00:01 released 10.0.0.7");
    let declined = heard(&with_options(&[(53, &[4])])).taken("decline", address, None);
    assert_eq!((declined.event.as_str(), declined.outcome), (names::DHCP_DECLINED, Outcome::Failed));
    assert_eq!(declined.decoded["address"], "10.0.0.7");
}

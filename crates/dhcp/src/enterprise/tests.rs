//! What stands in an answer, and in which order.

use super::*;
use crate::{
    Answers, RegistrarSettings,
    lease::Subnet,
    request::Request,
    sample::{self, inform, with_options},
};
use lync_proto::dhcp::{SubOptions, UcClientOptions, VlanWidth};
use std::time::Duration;

const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 7);
const OFFER: Kind = Kind::Lease { acknowledged: false, address: CLIENT, seconds: 3600 };
const ACK: Kind = Kind::Lease { acknowledged: true, address: CLIENT, seconds: 3600 };
/// Everything that is configured, in an order of no meaning.
const ALL: &[u8] = &[160, 120, 66, 43, 42, 15, 6, 4, 3, 2, 1, 51, 54, 58, 59, 132, 128];

fn options() -> EnterpriseOptions {
    EnterpriseOptions {
        dns_servers: vec![Ipv4Addr::new(10, 99, 0, 2), Ipv4Addr::new(10, 99, 0, 3)],
        domain_name: Some("litwareinc.com".to_owned()),
        ntp_servers: vec![SERVER],
        time_servers: vec![SERVER],
        time_offset: Some(-3600),
        tftp_server_name: Some("tftp.litwareinc.com".to_owned()),
        provisioning_url: Some("http://p/".to_owned()),
        raw: BTreeMap::from([(132, b"100".to_vec()), (128, b"VLAN-A=10;".to_vec())]),
        sip_servers: true,
        next_server: Some(Ipv4Addr::new(10, 99, 0, 9)),
        server_name: Some("tftp".to_owned()),
        boot_file: Some("boot.cfg".to_owned()),
    }
}

fn classes() -> ClassOptions {
    ClassOptions {
        uc_client: true,
        voice_vlan: Some(VoiceVlan::new(100, VlanWidth::U16).unwrap()),
        others: HashMap::from([(b"yealink".to_vec(), b"http://y/".to_vec())]),
    }
}

fn subnet() -> Subnet {
    Subnet {
        network: "10.99.0.0/16".parse().unwrap(),
        ranges: vec![],
        reservations: HashMap::new(),
        lease_time: Duration::from_secs(3600),
        routers: vec![SERVER],
    }
}

fn reply(question: &[u8], kind: Kind) -> Vec<u8> {
    let enterprise = Enterprise::new(&options(), &classes()).unwrap();
    let answers = sample::answers(RegistrarSettings::default());
    reply_of(question, kind, &enterprise, &answers)
}

fn reply_of(question: &[u8], kind: Kind, enterprise: &Enterprise, answers: &Answers) -> Vec<u8> {
    let (mut message, subnet) = (vec![9; 7], subnet());
    let reply = Reply { kind, server: SERVER, subnet: Some(&subnet) };
    write(&Request::read(question).unwrap(), &reply, enterprise, answers, &mut message);
    message
}

fn codes(message: &[u8]) -> Vec<u8> {
    SubOptions::new(&message[240..]).map(|option| option.unwrap().code).collect()
}

fn option(message: &[u8], code: u8) -> Option<Vec<u8>> {
    let found = SubOptions::new(&message[240..]).map(Result::unwrap).find(|option| option.code == code);
    found.map(|option| option.value.to_vec())
}

#[test]
fn the_options_of_a_lease_stand_in_a_fixed_order_and_82_last() {
    let question = with_options(&[
        (82, &[1, 2, 3, 4]),
        (53, &[1]),
        (57, &1500u16.to_be_bytes()),
        (55, ALL),
        (60, b"MS-UC-Client"),
        (61, &[1, 0, 4, 0xF2, 0, 0, 1]),
    ]);
    let expected = [53, 54, 51, 58, 59, 1, 3, 6, 15, 42, 4, 2, 66, 43, 120, 160, 128, 132, 61, 82];
    let offer = reply(&question, OFFER);
    assert_eq!(codes(&offer), expected);
    assert_eq!(option(&offer, 53).unwrap(), [2]);
    assert_eq!(option(&offer, 54).unwrap(), SERVER.octets());
    assert_eq!(option(&offer, 51).unwrap(), 3600u32.to_be_bytes());
    assert_eq!(option(&offer, 58).unwrap(), 1800u32.to_be_bytes());
    assert_eq!(option(&offer, 59).unwrap(), 3150u32.to_be_bytes());
    assert_eq!(option(&offer, 1).unwrap(), [255, 255, 0, 0]);
    assert_eq!(option(&offer, 6).unwrap(), [10, 99, 0, 2, 10, 99, 0, 3]);
    assert_eq!(option(&offer, 2).unwrap(), (-3600i32).to_be_bytes());
    assert_eq!(option(&offer, 61).unwrap(), [1, 0, 4, 0xF2, 0, 0, 1]);
    assert_eq!(option(&offer, 82).unwrap(), [1, 2, 3, 4]);
    let ours = sample::options("atl-cs-001.litwareinc.com");
    assert_eq!(option(&offer, 43).unwrap(), ours.uc_client.encode());
    assert_eq!(option(&offer, 120).unwrap(), ours.sip_servers.encode());
    assert_eq!(codes(&reply(&question, ACK)), expected);
}

#[test]
fn an_inform_gets_no_times_and_no_address() {
    let question = with_options(&[(53, &[8]), (57, &1500u16.to_be_bytes()), (55, ALL)]);
    let ack = reply(&question, Kind::Inform);
    assert_eq!(codes(&ack), [53, 54, 1, 3, 6, 15, 42, 4, 2, 66, 120, 160, 128, 132]);
    assert_eq!((&ack[12..16], &ack[16..20]), (&question[12..16], &[0; 4][..]));
}

#[test]
fn nothing_is_sent_unasked_but_what_a_lease_needs() {
    let question = with_options(&[(53, &[1]), (55, &[6])]);
    let offer = reply(&question, OFFER);
    assert_eq!(codes(&offer), [53, 54, 51, 58, 59, 1, 6]);
    assert_eq!(offer.len(), 300);
    assert_eq!(codes(&reply(&with_options(&[(53, &[1])]), OFFER)), [53, 54, 51, 58, 59, 1, 3, 6, 15]);
}

#[test]
fn a_refusal_says_that_and_no_more() {
    let mut question = with_options(&[(53, &[3]), (55, ALL), (61, b"me"), (82, &[1, 0])]);
    let nak = reply(&question, Kind::Refused);
    assert_eq!(codes(&nak), [53, 54, 61, 82]);
    assert_eq!(option(&nak, 53).unwrap(), [6]);
    assert_eq!(nak[10..24], [0; 14], "flags, ciaddr, yiaddr, siaddr");
    assert_eq!(nak[44..236], [0; 192]);
    question[24..28].copy_from_slice(&[10, 99, 0, 4]);
    assert_eq!(reply(&question, Kind::Refused)[10], 0x80, "a relay is to broadcast it");
}

#[test]
fn the_header_says_where_the_client_is_and_where_it_boots_from() {
    let (offer, ack) = (reply(&inform(), OFFER), reply(&inform(), ACK));
    assert_eq!(offer[12..24], [0, 0, 0, 0, 10, 99, 0, 7, 10, 99, 0, 9]);
    assert_eq!(ack[12..24], [10, 99, 0, 2, 10, 99, 0, 7, 10, 99, 0, 9]);
    assert_eq!((&ack[44..49], &ack[108..117]), (&b"tftp\0"[..], &b"boot.cfg\0"[..]));
    assert_eq!((ack[0], &ack[1..3], &ack[4..8]), (2, &[1, 6][..], &inform()[4..8]));
}

#[test]
fn option_43_goes_to_its_class_alone() {
    let of = |class: &[u8]| option(&reply(&with_options(&[(53, &[1]), (55, &[43]), (60, class)]), OFFER), 43);
    assert!(UcClientOptions::decode(&of(b"MS-UC-Client").unwrap()).is_ok());
    for class in [&b"CPE-OCPHONE"[..], b"CPE-OCPhone"] {
        assert_eq!(of(class).unwrap(), [10, 2, 0, 100]);
    }
    assert_eq!(of(b"yealink").unwrap(), b"http://y/");
    for class in [&b"ms-uc-client"[..], b"MS-UC-Client\0", b"CPE-OCphone", b"yealink2", b"MSFT 5.0", b""] {
        assert_eq!(of(class), None, "{class:?}");
    }
    assert_eq!(option(&reply(&with_options(&[(53, &[1]), (55, &[43])]), OFFER), 43), None);
}

#[test]
fn a_class_that_is_not_configured_gets_no_option_43() {
    let enterprise = Enterprise::new(&EnterpriseOptions::default(), &ClassOptions::default()).unwrap();
    let answers = sample::answers(RegistrarSettings::default());
    for class in [&b"MS-UC-Client"[..], b"CPE-OCPHONE"] {
        let question = with_options(&[(53, &[1]), (55, &[43, 120]), (60, class)]);
        let offer = reply_of(&question, OFFER, &enterprise, &answers);
        assert_eq!(codes(&offer), [53, 54, 51, 58, 59, 1]);
    }
}

#[test]
fn what_is_longer_than_the_client_takes_is_left_out() {
    let question = |size: Option<u16>| {
        let size = size.map(u16::to_be_bytes);
        let mut options: Vec<(u8, &[u8])> =
            vec![(53, &[1]), (55, ALL), (60, b"MS-UC-Client"), (82, &[1, 2, 3, 4])];
        options.extend(size.as_ref().map(|size| (57, size.as_slice())));
        with_options(&options)
    };
    let mut long = options();
    long.raw = BTreeMap::from([(200, vec![7; 300]), (201, vec![8; 4])]);
    let enterprise = Enterprise::new(&long, &classes()).unwrap();
    let answers = sample::answers(RegistrarSettings::default());
    let mut all = ALL.to_vec();
    all.extend([200, 201]);
    for (size, has_200) in [(None, false), (Some(0), false), (Some(576), false), (Some(1500), true)] {
        let mut question = question(size);
        let list = question.windows(2).position(|pair| pair == [55, 17]).unwrap();
        question[list + 1] = 19;
        question.splice(list + 19..list + 19, [200, 201]);
        let offer = reply_of(&question, OFFER, &enterprise, &answers);
        assert!(offer.len() <= if has_200 { 1472 } else { 548 }, "{}", offer.len());
        assert_eq!(codes(&offer).contains(&200), has_200, "{size:?}");
        assert_eq!(codes(&offer).last(), Some(&82));
        assert!(codes(&offer).contains(&201) && codes(&offer).contains(&43));
    }
}

#[test]
fn each_way_to_be_wrong_is_named() {
    let options = |change: &dyn Fn(&mut EnterpriseOptions)| {
        let mut options = options();
        change(&mut options);
        Enterprise::new(&options, &classes()).unwrap_err().to_string()
    };
    for managed in [0, 1, 43, 53, 54, 82, 120, 255] {
        assert_eq!(
            options(&|all| all.raw = BTreeMap::from([(managed, vec![1])])),
            format!("option {managed} is set by the server itself and cannot be given as bytes")
        );
    }
    assert_eq!(
        options(&|all| all.raw = BTreeMap::from([(160, vec![1])])),
        "option 160 is given twice: by name and as bytes"
    );
    assert_eq!(
        options(&|all| all.boot_file = Some("a".repeat(128))),
        "the boot file's name has 128 bytes; 1 to 127 are expected, and no NUL"
    );
    assert!(
        options(&|all| all.domain_name = Some("a\0b".to_owned())).starts_with("the domain name has 3 bytes")
    );
    assert!(options(&|all| all.raw = BTreeMap::from([(200, vec![0; 1200])])).ends_with("1200 are the most"));
    let class = |class: &[u8]| {
        let others = HashMap::from([(class.to_vec(), vec![1])]);
        let classes = ClassOptions { others, ..ClassOptions::default() };
        Enterprise::new(&EnterpriseOptions::default(), &classes).unwrap_err().to_string()
    };
    assert_eq!(class(b"MS-UC-Client"), "the class MS-UC-Client has settings of its own");
    assert_eq!(class(b"CPE-OCPhone"), "the class CPE-OCPHONE has settings of its own");
    assert_eq!(class(b""), "a vendor class has 0 bytes; 1 to 255 are expected");
}

#[test]
fn t1_is_before_t2_and_t2_before_the_end() {
    let codes_of =
        |seconds| codes(&reply(&inform(), Kind::Lease { acknowledged: true, address: CLIENT, seconds }));
    for (seconds, has_times) in [(1, false), (2, false), (3, true), (4, true), (u32::MAX - 1, true)] {
        assert_eq!(codes_of(seconds).contains(&58), has_times, "{seconds}");
        assert_eq!(codes_of(seconds).contains(&59), has_times, "{seconds}");
    }
}

//! Each rule of the decision, each kind of garbage, and what no input may cause.

use super::*;
use crate::{
    RegistrarSettings, ServerField,
    sample::{self, ARRIVAL, BASIC, with_options},
};
use dhcproto::v4::borrowed::{DhcpOptionIterator, Message};
use proptest::prelude::*;

type Decision = Result<(Vec<u8>, SocketAddrV4), DropReason>;

fn ask_with(datagram: &[u8], arrival: &Arrival, settings: RegistrarSettings) -> Decision {
    let mut reply = b"left over from another answer".to_vec();
    let destination = decide(datagram, arrival, &sample::answers(settings), &mut reply)?;
    Ok((reply, destination))
}

fn ask(datagram: &[u8]) -> Decision {
    ask_with(datagram, &ARRIVAL, RegistrarSettings::default())
}

fn refused(datagram: &[u8]) -> DropReason {
    ask(datagram).expect_err("an answer to what deserves none")
}

/// The codes of an answer's options in their order.
fn codes(reply: &[u8]) -> Vec<u8> {
    DhcpOptionIterator::new(&reply[240..]).map(|option| option.code().into()).collect()
}

fn option(reply: &[u8], code: u8) -> Vec<u8> {
    let found = DhcpOptionIterator::new(&reply[240..]).find(|option| u8::from(option.code()) == code);
    found.expect("the option is in the answer").data().to_vec()
}

fn with(extra: &[(u8, &[u8])]) -> Vec<u8> {
    with_options(&[&BASIC, extra].concat())
}

/// The request with `bytes` written over it from `offset` on.
fn patched(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut datagram = sample::inform();
    datagram[offset..offset + bytes.len()].copy_from_slice(bytes);
    datagram
}

const SIADDR_SET: RegistrarSettings =
    RegistrarSettings { siaddr: ServerField::ServerAddress, relayed: RelayedAnswer::ToClient };
const TO_RELAY: RegistrarSettings =
    RegistrarSettings { siaddr: ServerField::Zero, relayed: RelayedAnswer::ToRelay };
const GIADDR: usize = 24;
const CIADDR: usize = 12;

#[test]
fn the_reference_answer_comes_byte_for_byte() {
    let (reply, destination) = ask_with(&with(&[]), &ARRIVAL, SIADDR_SET).unwrap();
    assert_eq!(reply.len(), 374);
    assert_eq!(reply, sample::ack());
    assert_eq!(destination, "10.99.0.2:68".parse().unwrap());
}

#[test]
fn the_recorded_request_gets_the_reference_answer_and_its_option_61_behind_54() {
    let (reply, _) = ask_with(&sample::inform(), &ARRIVAL, SIADDR_SET).unwrap();
    let mut expected = sample::ack();
    expected.splice(249..249, [61, 7, 1, 0, 4, 0xF2, 0, 0, 1]);
    assert_eq!(reply, expected);
}

#[test]
fn siaddr_is_zero_unless_the_setting_says_otherwise() {
    let (reply, _) = ask(&sample::inform()).unwrap();
    assert_eq!(Message::new(&reply).unwrap().siaddr(), Ipv4Addr::UNSPECIFIED);
}

#[test]
fn the_header_is_copied_but_for_what_a_server_leaves_out() {
    let mut request = sample::inform();
    request[3] = 5; // hops
    request[8..12].copy_from_slice(&[1, 2, 0x80, 0]); // secs, flags
    request[16..20].copy_from_slice(&[10, 0, 0, 9]); // yiaddr
    request[20..24].copy_from_slice(&[10, 0, 0, 8]); // siaddr
    request[44..50].copy_from_slice(b"sname\0");
    request[108..113].copy_from_slice(b"file\0");
    let (reply, _) = ask(&request).unwrap();
    let mut expected = [0; 240];
    expected[0] = 2;
    expected[1..3].copy_from_slice(&request[1..3]);
    expected[4..8].copy_from_slice(&request[4..8]);
    expected[10..16].copy_from_slice(&request[10..16]);
    expected[28..44].copy_from_slice(&request[28..44]);
    expected[236..].copy_from_slice(&[99, 130, 83, 99]);
    assert_eq!(reply[..240], expected);
}

#[test]
fn only_what_is_asked_for_is_sent() {
    let asking = |codes: &[u8]| with_options(&[BASIC[0], BASIC[1], (55, codes)]);
    assert_eq!(codes(&ask(&asking(&[120])).unwrap().0), [53, 54, 120]);
    assert_eq!(codes(&ask(&asking(&[1, 43])).unwrap().0), [53, 54, 43]);
    assert_eq!(codes(&ask(&asking(&[120, 43, 51, 58, 59, 1, 60])).unwrap().0), [53, 54, 43, 120]);
}

#[test]
fn a_short_answer_is_padded_to_300_bytes() {
    let (reply, _) = ask(&with_options(&[BASIC[0], BASIC[1], (55, &[120])])).unwrap();
    assert_eq!(reply.len(), 300);
    assert_eq!(reply[279], 255);
    assert!(reply[280..].iter().all(|&byte| byte == 0));
}

#[test]
fn a_relay_agents_option_is_echoed_unchanged_and_last() {
    let agent: &[u8] = &[1, 4, 0, 1, 2, 3, 2, 9, 0xFF]; // The second sub-option is cut, and none of our business.
    let datagram = with_options(&[(82, agent), BASIC[0], BASIC[1], BASIC[2], (61, b"\x00id")]);
    let (reply, _) = ask(&datagram).unwrap();
    assert_eq!(codes(&reply), [53, 54, 61, 43, 120, 82]);
    assert_eq!(option(&reply, 82), agent);
    assert_eq!(option(&reply, 61), b"\x00id");
    assert_eq!(reply[reply.len() - 1], 255);
}

#[test]
fn an_empty_option_is_echoed_empty() {
    let (reply, _) = ask(&with(&[(82, &[])])).unwrap();
    assert_eq!(codes(&reply), [53, 54, 43, 120, 82]);
    assert_eq!(option(&reply, 82), b"");
}

#[test]
fn a_relayed_answer_goes_to_the_client_or_by_setting_to_the_relay() {
    let relayed = patched(GIADDR, &[10, 98, 0, 1]);
    let to = |settings| ask_with(&relayed, &ARRIVAL, settings).unwrap().1;
    assert_eq!(to(RegistrarSettings::default()), "10.99.0.2:68".parse().unwrap());
    assert_eq!(to(TO_RELAY), "10.98.0.1:67".parse().unwrap());
    let direct = ask_with(&sample::inform(), &ARRIVAL, TO_RELAY).unwrap().1;
    assert_eq!(direct, "10.99.0.2:68".parse().unwrap());
    assert_eq!(ask(&relayed).unwrap().0[24..28], [10, 98, 0, 1]);
}

#[test]
fn away_from_port_67_an_answer_goes_back_to_the_source() {
    let arrival = Arrival { source: "127.0.0.1:40000".parse().unwrap(), port: 10067, ..ARRIVAL };
    for datagram in [sample::inform(), patched(GIADDR, &[10, 98, 0, 1])] {
        let (_, destination) = ask_with(&datagram, &arrival, TO_RELAY).unwrap();
        assert_eq!(destination, arrival.source);
    }
}

#[test]
fn the_server_identifier_is_the_address_that_was_asked() {
    let arrival = Arrival { server: Ipv4Addr::new(127, 0, 0, 9), ..ARRIVAL };
    let (reply, _) = ask_with(&sample::inform(), &arrival, SIADDR_SET).unwrap();
    assert_eq!(option(&reply, 54), [127, 0, 0, 9]);
    assert_eq!(reply[20..24], [127, 0, 0, 9]);
    let unknown = Arrival { server: Ipv4Addr::UNSPECIFIED, ..ARRIVAL };
    let decision = ask_with(&sample::inform(), &unknown, SIADDR_SET);
    assert_eq!(decision, Err(DropReason::NoLocalAddress));
}

#[test]
fn every_other_message_type_is_ignored() {
    for kind in (0..=255).filter(|kind| *kind != 8) {
        assert_eq!(refused(&with_options(&[(53, &[kind]), BASIC[1], BASIC[2]])), DropReason::NotInform);
    }
    for kind in [&[][..], &[8, 8], &[0, 8]] {
        assert_eq!(refused(&with_options(&[(53, kind), BASIC[1], BASIC[2]])), DropReason::NotInform);
    }
    assert_eq!(refused(&with_options(&[BASIC[1], BASIC[2]])), DropReason::NotInform);
}

#[test]
fn every_other_class_is_ignored() {
    let others = [&b"ms-uc-client"[..], b"MS-UC-Client\0", b"foo-MS-UC-Client-X", b"CPE-OCPHONE", b""];
    for class in others {
        assert_eq!(refused(&with_options(&[BASIC[0], (60, class), BASIC[2]])), DropReason::OtherClass);
    }
    assert_eq!(refused(&with_options(&[BASIC[0], BASIC[2]])), DropReason::OtherClass);
}

#[test]
fn a_request_for_other_options_is_ignored() {
    let asking = |codes: &[u8]| with_options(&[BASIC[0], BASIC[1], (55, codes)]);
    assert_eq!(refused(&asking(&[1, 3, 6, 42])), DropReason::NothingAsked);
    assert_eq!(refused(&asking(&[])), DropReason::NothingAsked);
    assert_eq!(refused(&with_options(&BASIC[..2])), DropReason::NothingAsked);
}

#[test]
fn a_client_without_a_usable_address_is_ignored() {
    assert_eq!(refused(&patched(CIADDR, &[0; 4])), DropReason::NoClientAddress);
    assert_eq!(refused(&patched(CIADDR, &[255; 4])), DropReason::NotUnicast);
    assert_eq!(refused(&patched(CIADDR, &[224, 0, 0, 251])), DropReason::NotUnicast);
    assert_eq!(refused(&patched(GIADDR, &[255; 4])), DropReason::NotUnicast);
}

#[test]
fn a_broken_frame_is_dropped_before_anything_is_read() {
    for length in [0, 1, 28, 44, 236, 239] {
        assert_eq!(refused(&sample::inform()[..length]), DropReason::TooShort);
    }
    assert_eq!(refused(&patched(0, &[2])), DropReason::NotARequest);
    assert_eq!(refused(&patched(0, &[0])), DropReason::NotARequest);
    for length in [17, 255] {
        assert_eq!(refused(&patched(2, &[length])), DropReason::HardwareAddressLength);
    }
    assert!(ask(&patched(2, &[16])).is_ok());
    assert_eq!(refused(&patched(236, &[99, 130, 83, 98])), DropReason::MagicCookie);
    let mut long = sample::inform();
    long.resize(1473, 0);
    assert_eq!(refused(&long), DropReason::TooLong);
    long.truncate(1472);
    assert!(ask(&long).is_ok());
}

#[test]
fn a_cut_option_spoils_the_request_wherever_it_stands() {
    let basic = with_options(&BASIC);
    let whole = &basic[..basic.len() - 1]; // Without the end mark.
    assert!(ask(whole).is_ok(), "the end mark may be missing");
    for cut in [&[12][..], &[12, 5, b'h'], &[55, 2, 43], &[60, 200]] {
        assert_eq!(refused(&[whole, cut].concat()), DropReason::CutOption);
    }
    assert!(ask(&[whole, &[255, 12, 5]].concat()).is_ok(), "nothing is read behind the end mark");
}

/// Each of these makes dhcproto's own decoder stop and hide what follows, or panic in a debug build.
#[test]
fn a_strange_option_in_front_hides_nothing_behind_it() {
    let strange: [(u8, &[u8]); 13] = [
        (12, b"\xFF\xFE\x80"),
        (50, &[1]),
        (54, &[10, 0, 0]),
        (1, &[255]),
        (28, &[]),
        (118, &[1, 2, 3]),
        (57, &[1]),
        (6, &[10, 0, 0, 1, 10]),
        (81, &[0, 0]),
        (80, &[1]),
        (94, &[1]),
        (151, &[]),
        (82, &[1, 200, 1]),
    ];
    for option in strange {
        let datagram = with_options(&[&[option][..], &BASIC].concat());
        assert!(ask(&datagram).is_ok(), "option {}", option.0);
    }
}

#[test]
fn the_order_of_the_options_does_not_matter() {
    let [kind, class, asked] = BASIC;
    for order in [[class, asked, kind], [asked, kind, class], [class, kind, asked]] {
        assert_eq!(codes(&ask(&with_options(&order)).unwrap().0), [53, 54, 43, 120]);
    }
}

#[test]
fn repeated_options_are_joined_next_to_each_other_and_apart() {
    let [kind, ..] = BASIC;
    let (front, back): (&[u8], &[u8]) = (b"MS-UC", b"-Client");
    let neighbours = [kind, (60, front), (60, back), (55, &[1]), (55, &[43])];
    assert_eq!(codes(&ask(&with_options(&neighbours)).unwrap().0), [53, 54, 43]);
    let apart = [(60, front), (55, &[120]), kind, (60, back), (55, &[43])];
    assert_eq!(codes(&ask(&with_options(&apart)).unwrap().0), [53, 54, 43, 120]);
    let twice = [kind, kind, BASIC[1], BASIC[2]];
    assert_eq!(refused(&with_options(&twice)), DropReason::NotInform);
}

#[test]
fn an_echo_of_more_than_255_bytes_is_written_in_pieces() {
    let (front, back) = ([7; 255], [8; 45]);
    let (reply, _) = ask(&with(&[(61, &front), (61, &back)])).unwrap();
    assert_eq!(option(&reply, 61), [&front[..], &back].concat());
    assert_eq!(reply[249..251], [61, 255]);
    assert_eq!(reply[506..508], [61, 45]);
}

#[test]
fn an_answer_that_no_frame_holds_is_not_sent() {
    let id = [7; 255];
    let datagram = with(&[(61, &id), (61, &id), (61, &id), (61, &id), (61, &[7; 130])]);
    assert!(datagram.len() <= 1472);
    assert_eq!(refused(&datagram), DropReason::AnswerTooLong);
}

#[test]
fn overloaded_fields_are_read() {
    let place = |overload: u8, offset: usize, bytes: &[u8]| {
        let mut datagram = with_options(&[BASIC[0], (52, &[overload]), BASIC[1]]);
        datagram[offset..offset + bytes.len()].copy_from_slice(bytes);
        datagram
    };
    let asked = [55, 2, 43, 120, 255];
    assert!(ask(&place(1, 108, &asked)).is_ok());
    assert!(ask(&place(2, 44, &asked)).is_ok());
    assert!(ask(&place(3, 44, &asked)).is_ok());
    assert_eq!(refused(&place(2, 108, &asked)), DropReason::NothingAsked);
    assert_eq!(refused(&place(0, 108, &asked)), DropReason::Overload);
    assert_eq!(refused(&place(4, 108, &asked)), DropReason::Overload);
    assert_eq!(refused(&place(1, 108, &[55, 200])), DropReason::CutOption);
}

#[test]
fn a_name_of_the_longest_kind_is_split_over_two_options() {
    let host = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
    let answers = Answers::new(&sample::options(&host), RegistrarSettings::default());
    let mut reply = Vec::new();
    decide(&sample::inform(), &ARRIVAL, &answers, &mut reply).unwrap();
    let options = sample::options(&host);
    assert_eq!(option(&reply, 43), options.uc_client.encode());
    assert_eq!(option(&reply, 120), options.sip_servers.encode());
}

/// Reads an answered request by dhcproto's own decoder, as somebody would who trusts it.
fn deserves_an_answer(datagram: &[u8]) -> bool {
    let message = Message::new(datagram).unwrap();
    let data = |code: u8| {
        let same = |option: &dhcproto::v4::borrowed::DhcpOption<'_>| u8::from(option.code()) == code;
        let fields = [&datagram[240..], &datagram[108..236], &datagram[44..108]];
        let all = fields.into_iter().flat_map(DhcpOptionIterator::new).filter(same);
        all.flat_map(|option| option.data().to_vec()).collect::<Vec<_>>()
    };
    datagram[0] == 1
        && datagram[236..240] == [99, 130, 83, 99]
        && message.hlen() <= 16
        && !message.ciaddr().is_unspecified()
        && data(53).starts_with(&[8])
        && data(60).starts_with(b"MS-UC-Client")
        && (data(55).contains(&43) || data(55).contains(&120))
}

/// What every answer has, whatever was asked.
fn check_answer(datagram: &[u8], reply: &[u8]) {
    assert!(deserves_an_answer(datagram));
    assert!((300..=1472).contains(&reply.len()));
    assert_eq!((reply[0], &reply[4..8]), (2, &datagram[4..8]));
    assert_eq!((&reply[12..16], &reply[16..20]), (&datagram[12..16], &[0; 4][..]));
    let codes = codes(reply);
    assert!(codes.starts_with(&[53, 54]));
    assert!(codes.iter().all(|code| [53, 54, 61, 43, 120, 82].contains(code)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes_get_no_answer(datagram in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(ask(&datagram).is_err());
    }

    #[test]
    fn arbitrary_options_get_an_answer_only_if_they_are_right(
        options in proptest::collection::vec(any::<u8>(), 0..400), whole in any::<bool>(),
    ) {
        let basic = with_options(&BASIC);
        let keep = if whole { basic.len() - 1 } else { 240 };
        let datagram = [&basic[..keep], &options].concat();
        if let Ok((reply, _)) = ask(&datagram) {
            check_answer(&datagram, &reply);
        }
    }

    #[test]
    fn a_mutated_request_gets_an_answer_only_if_it_is_still_right(
        changes in proptest::collection::vec((0usize..300, any::<u8>()), 1..6), length in 0usize..=300,
    ) {
        let mut datagram = sample::inform();
        changes.iter().for_each(|&(offset, byte)| datagram[offset] = byte);
        datagram.truncate(length);
        if let Ok((reply, _)) = ask(&datagram) {
            check_answer(&datagram, &reply);
        }
    }

    #[test]
    fn a_request_changed_in_its_options_alone_gets_an_answer_only_if_it_is_still_right(
        offset in 240usize..273, byte in any::<u8>(),
    ) {
        let datagram = patched(offset, &[byte]);
        if let Ok((reply, _)) = ask(&datagram) {
            check_answer(&datagram, &reply);
        }
    }
}

//! What each fault makes of the answer to the recorded request.

use super::*;
use crate::{
    Arrival, RegistrarSettings, RelayedAnswer, ServerField, ack,
    decide::answer,
    request::Request,
    sample::{self, ARRIVAL, BASIC, with_options},
};
use dhcproto::v4::borrowed::DhcpOptionIterator;
use lync_model::rules::TlsFault;
use lync_proto::dhcp::broken::{Broken43, Broken120};

type Answered = Result<Vec<Vec<u8>>, DropReason>;

fn ask_with(datagram: &[u8], arrival: &Arrival, answers: &Answers, fault: Option<&DhcpFault>) -> Answered {
    let request = Request::read(datagram).unwrap();
    let mut right = Vec::new();
    answer(&request, arrival, answers, &mut right).unwrap();
    let write = |server, answers: &Answers, reply: &mut Vec<u8>| ack::write(&request, server, answers, reply);
    replies(arrival.server, answers, right, fault, write)
}

fn ask(fault: &DhcpFault) -> Answered {
    ask_with(&sample::inform(), &ARRIVAL, &right_answers(), Some(fault))
}

fn right_answers() -> Answers {
    sample::answers(RegistrarSettings::default())
}

fn right() -> Vec<u8> {
    ask_with(&sample::inform(), &ARRIVAL, &right_answers(), None).unwrap().remove(0)
}

fn options(option_43: Option<Payload43>, option_120: Option<Payload120>) -> DhcpFault {
    DhcpFault::Options { option_43, option_120 }
}

/// The only datagram of an answer.
fn only(answered: Answered) -> Vec<u8> {
    let [reply] = answered.unwrap().try_into().unwrap();
    reply
}

fn option(reply: &[u8], code: u8) -> Option<Vec<u8>> {
    let found = DhcpOptionIterator::new(&reply[240..]).find(|option| u8::from(option.code()) == code);
    found.map(|option| option.data().to_vec())
}

#[test]
fn without_a_fault_the_answer_is_the_right_one() {
    let expected = {
        let mut reply = Vec::new();
        crate::decide(&sample::inform(), &ARRIVAL, &right_answers(), &mut reply).unwrap();
        reply
    };
    assert_eq!(right(), expected);
}

#[test]
fn silence_is_a_drop_by_a_rule() {
    assert_eq!(ask(&DhcpFault::Silence), Err(DropReason::Rule));
}

#[test]
fn a_duplicate_is_the_same_datagram_twice() {
    assert_eq!(ask(&DhcpFault::Duplicate).unwrap(), [right(), right()]);
}

#[test]
fn a_second_server_answers_first_for_another_host_with_the_same_port_and_path() {
    let settings =
        RegistrarSettings { siaddr: ServerField::ServerAddress, relayed: RelayedAnswer::default() };
    let ours = RegistrarOptions {
        uc_client: UcClientOptions::for_pool("pool.test", 4443).unwrap(),
        ..sample::options("pool.test")
    };
    let fault = DhcpFault::SecondServer { fqdn: "old-pool.test".to_owned() };
    let answers = Answers::new(&ours, settings);
    let [other, right] =
        ask_with(&sample::inform(), &ARRIVAL, &answers, Some(&fault)).unwrap().try_into().unwrap();
    assert_eq!(option(&other, 54).unwrap(), [10, 99, 0, 2]);
    assert_eq!(other[20..24], [10, 99, 0, 2]);
    let url = UcClientOptions::decode(&option(&other, 43).unwrap()).unwrap().url();
    assert_eq!(url, "https://old-pool.test:4443/CertProv/CertProvisioningService.svc");
    let theirs = sample::options("old-pool.test");
    assert_eq!(option(&other, 120).unwrap(), theirs.sip_servers.encode());
    assert_eq!(other[4..8], right[4..8]);
    assert_eq!(option(&right, 54).unwrap(), [10, 99, 0, 1]);
    assert_eq!(option(&right, 43).unwrap(), ours.uc_client.encode());
}

#[test]
fn a_second_server_whose_name_no_option_holds_is_not_there() {
    for fqdn in ["", "two words", &"a".repeat(64)] {
        let fault = DhcpFault::SecondServer { fqdn: fqdn.to_owned() };
        assert_eq!(ask(&fault).unwrap(), [right()]);
    }
}

#[test]
fn the_second_server_has_an_address_beside_ours() {
    let beside = |last| neighbour(Ipv4Addr::new(127, 0, 0, last)).octets()[3];
    assert_eq!([0, 1, 253, 254, 255].map(beside), [1, 2, 254, 253, 254]);
}

#[test]
fn each_broken_option_43_stands_in_the_answer_byte_for_byte() {
    let sample = sample::options("atl-cs-001.litwareinc.com");
    for broken in Broken43::ALL {
        let reply = only(ask(&options(Some(Payload43::Broken(broken)), None)));
        let expected = broken.payload(&sample.uc_client, ARRIVAL.server);
        assert_eq!(option(&reply, 43).unwrap(), expected, "{}", broken.as_str());
        assert_eq!(option(&reply, 120).unwrap(), sample.sip_servers.encode());
    }
}

#[test]
fn each_broken_option_120_stands_in_the_answer_byte_for_byte() {
    let sample = sample::options("atl-cs-001.litwareinc.com");
    for broken in Broken120::ALL {
        let reply = only(ask(&options(None, Some(Payload120::Broken(broken)))));
        let expected = broken.payload(&sample.sip_servers, ARRIVAL.server);
        assert_eq!(option(&reply, 120).unwrap(), expected, "{}", broken.as_str());
        assert_eq!(option(&reply, 43).unwrap(), sample.uc_client.encode());
    }
}

#[test]
fn an_option_is_left_out_or_made_of_given_bytes() {
    let codes = |reply: &[u8]| -> Vec<u8> {
        DhcpOptionIterator::new(&reply[240..]).map(|option| option.code().into()).collect()
    };
    assert_eq!(codes(&only(ask(&options(Some(Payload43::Omit), None)))), [53, 54, 61, 120]);
    assert_eq!(codes(&only(ask(&options(None, Some(Payload120::Omit))))), [53, 54, 61, 43]);
    let neither = only(ask(&options(Some(Payload43::Omit), Some(Payload120::Omit))));
    assert_eq!(codes(&neither), [53, 54, 61]);
    assert_eq!(neither.len(), 300);
    let raw = only(ask(&options(Some(Payload43::Raw(vec![])), Some(Payload120::Raw(vec![7, 8])))));
    assert_eq!((option(&raw, 43).unwrap(), option(&raw, 120).unwrap()), (vec![], vec![7, 8]));
}

#[test]
fn given_bytes_are_split_where_they_are_long_and_not_sent_where_no_frame_holds_them() {
    let raw = |length| options(Some(Payload43::Raw(vec![9; length])), None);
    assert_eq!(option(&only(ask(&raw(600))), 43).unwrap(), [9; 600]);
    assert_eq!(ask(&raw(1400)), Err(DropReason::AnswerTooLong));
}

#[test]
fn a_fault_sends_no_option_that_was_not_asked_for() {
    let datagram = with_options(&[BASIC[0], BASIC[1], (55, &[120])]);
    let fault = options(Some(Payload43::Raw(vec![1])), None);
    let reply = only(ask_with(&datagram, &ARRIVAL, &right_answers(), Some(&fault)));
    assert_eq!(option(&reply, 43), None);
}

#[test]
fn the_actions_of_other_places_leave_the_answer_as_it_is() {
    assert_eq!(of(&Action::Dhcp(DhcpFault::Silence)), Some(&DhcpFault::Silence));
    for action in [Action::Ok, Action::Stall, Action::Tls(TlsFault::Expired)] {
        assert_eq!(of(&action), None);
    }
}

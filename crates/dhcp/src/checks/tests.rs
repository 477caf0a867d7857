//! What waits, how long, and what an answer has to be.

use super::*;
use crate::watch::Remark;
use std::net::SocketAddrV4;

const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 7);
const SOURCE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);

/// An offer that is known by its length.
fn offer(bytes: usize) -> Outgoing {
    let remark = Remark { source: SOURCE, bytes, heard: None, rule: None };
    let server = Ipv4Addr::new(10, 99, 0, 1);
    Outgoing { destination: SOURCE, server, replies: vec![], delay: None, remark, unproved: None }
}

fn known(offers: &[Outgoing]) -> Vec<usize> {
    offers.iter().map(|offer| offer.remark.bytes).collect()
}

fn asked(next: Next) -> Ping {
    match next {
        Next::Ask(ping) => ping,
        other => panic!("nobody is asked: {other:?}"),
    }
}

#[test]
fn whoever_wants_the_same_address_waits_for_the_same_answer() {
    let (mut checks, now) = (Checks::default(), Instant::now());
    let ping = asked(checks.hold(offer(1), ADDRESS, now));
    assert_eq!(ping.address, ADDRESS);
    assert!(matches!(checks.hold(offer(2), ADDRESS, now + PATIENCE / 2), Next::Wait));
    assert_eq!(checks.next_due(), Some(now + PATIENCE));
    assert!(checks.silent(now + PATIENCE - Duration::from_nanos(1)).is_none());
    assert_eq!(known(&checks.silent(now + PATIENCE).unwrap()), [1, 2]);
    assert!(checks.silent(now + PATIENCE).is_none() && checks.next_due().is_none());
}

#[test]
fn an_answer_counts_for_its_own_question_alone() {
    let (mut checks, now) = (Checks::default(), Instant::now());
    let ping = asked(checks.hold(offer(1), ADDRESS, now));
    let another_number = Ping { number: ping.number.wrapping_add(1), ..ping };
    let another_address = Ping { address: Ipv4Addr::new(10, 99, 0, 8), ..ping };
    for other in [another_number, another_address] {
        assert!(checks.answered(other).is_empty(), "{other:?}");
    }
    assert_eq!(known(&checks.answered(ping)), [1]);
    assert!(checks.answered(ping).is_empty(), "twice");
    assert!(checks.next_due().is_none());
    // Asked again it is another question, for which the answer to the former one is no answer.
    let again = asked(checks.hold(offer(2), ADDRESS, now));
    assert!(checks.answered(ping).is_empty());
    assert_eq!(known(&checks.answered(again)), [2]);
}

#[test]
fn who_answers_too_late_is_not_heard() {
    let (mut checks, now) = (Checks::default(), Instant::now());
    let ping = asked(checks.hold(offer(1), ADDRESS, now));
    checks.silent(now + PATIENCE).unwrap();
    assert!(checks.answered(ping).is_empty());
}

#[test]
fn a_silence_is_remembered_for_a_while_and_an_answer_is_not() {
    let (mut checks, now) = (Checks::default(), Instant::now());
    let ping = asked(checks.hold(offer(1), ADDRESS, now));
    checks.answered(ping);
    asked(checks.hold(offer(2), ADDRESS, now));
    checks.silent(now + PATIENCE).unwrap();
    let late = now + PATIENCE + REMEMBERED;
    assert!(matches!(checks.hold(offer(3), ADDRESS, late - Duration::from_nanos(1)), Next::Send(_)));
    asked(checks.hold(offer(4), ADDRESS, late));
}

#[test]
fn an_address_that_cannot_be_asked_counts_as_free() {
    let (mut checks, now) = (Checks::default(), Instant::now());
    asked(checks.hold(offer(1), ADDRESS, now));
    assert_eq!(known(&checks.unasked(ADDRESS, now)), [1]);
    assert!(checks.next_due().is_none());
    assert!(matches!(checks.hold(offer(2), ADDRESS, now), Next::Send(_)));
}

#[test]
fn what_waits_and_what_is_remembered_is_bounded() {
    let (mut checks, now) = (Checks::default(), Instant::now());
    let address = |number: u32| Ipv4Addr::from(0x0A00_0000 + number);
    for number in 0..u32::try_from(MAX_HELD).unwrap() {
        // Half of them for one address.
        checks.hold(offer(1), address(number * (number % 2)), now);
    }
    for number in [0, 9999] {
        assert!(matches!(checks.hold(offer(2), address(number), now), Next::Refuse(_)));
    }
    while checks.silent(now + PATIENCE).is_some() {}
    assert_eq!(checks.count, 0);
    for number in 0..3 * u32::try_from(MAX_REMEMBERED).unwrap() {
        checks.hold(offer(1), address(number), now + PATIENCE);
        checks.unasked(address(number), now + PATIENCE);
        assert!(checks.free.len() <= MAX_REMEMBERED);
    }
}

//! Where answers go, and what is silent, on port 67 as on a real network.

use super::*;
use crate::{
    ClassOptions, EnterpriseOptions, Mode, RegistrarSettings, SERVER_PORT,
    lease::LeaseSettings,
    sample::{self, ARRIVAL, with_options},
};
use lync_model::rules::Mac;
use std::collections::HashMap;
use time::macros::datetime;

mod pinged;

const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
const EVERYBODY: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::BROADCAST, 68);
const UNICAST: Arrival = Arrival { broadcast: false, ..ARRIVAL };

/// Two subnets: ours, and one behind a relay.
fn pools(authoritative: bool) -> Pools {
    let subnet = |third: u8| Subnet {
        network: format!("10.99.{third}.0/24").parse().unwrap(),
        ranges: vec![Ipv4Addr::new(10, 99, third, 1)..=Ipv4Addr::new(10, 99, third, 9)],
        reservations: HashMap::new(),
        lease_time: std::time::Duration::from_secs(3600),
        routers: vec![],
    };
    let settings = LeaseSettings { authoritative, ..LeaseSettings::default() };
    Pools::new(vec![subnet(0), subnet(7)], settings).unwrap()
}

struct Bench {
    registrar: Registrar,
    leases: Arc<LeaseServer>,
}

impl Bench {
    async fn new(authoritative: bool) -> Self {
        Self::with(pools(authoritative), None, |registrar| registrar).await
    }

    async fn with(
        pools: Pools,
        log: Option<Arc<dyn LeaseLog>>,
        more: impl FnOnce(Registrar) -> Registrar,
    ) -> Self {
        let options = EnterpriseOptions { sip_servers: true, ..EnterpriseOptions::default() };
        let classes = ClassOptions { uc_client: true, ..ClassOptions::default() };
        let enterprise = Enterprise::new(&options, &classes).unwrap();
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let leases = Arc::new(LeaseServer::open(enterprise, pools, log, clock).await.unwrap());
        let registrar = Registrar::new(&sample::options("a.test"), RegistrarSettings::default());
        let registrar = more(registrar.with_leases(Arc::clone(&leases)));
        registrar.set_mode(Mode::Enterprise);
        Self { registrar, leases }
    }

    async fn ask(&self, datagram: &[u8], arrival: Arrival) -> Option<(SocketAddrV4, Vec<u8>)> {
        let question = Question { datagram: datagram.to_vec(), arrival, heard: None, check: Check::Never };
        let mut outgoing = self.leases.answer(&self.registrar, vec![question]).await;
        outgoing.pop().map(|mut outgoing| (outgoing.destination, outgoing.replies.remove(0)))
    }

    /// The last reason for which something was dropped; nothing else was.
    fn only_drop(&self) -> DropReason {
        let counters = self.registrar.counters();
        let dropped: Vec<_> = counters.dropped_by_reason().filter(|(_, count)| *count > 0).collect();
        let [(reason, 1)] = dropped[..] else { panic!("one drop: {dropped:?}") };
        reason
    }
}

/// A message with ciaddr 0.
fn message(kind: u8, options: &[(u8, &[u8])]) -> Vec<u8> {
    let kind = [kind];
    let all = [&[(53, &kind[..])], options].concat();
    let mut message = with_options(&all);
    message[12..16].fill(0);
    message
}

fn with_field(mut message: Vec<u8>, from: usize, octets: [u8; 4]) -> Vec<u8> {
    message[from..from + 4].copy_from_slice(&octets);
    message
}

fn yiaddr(reply: &[u8]) -> [u8; 4] {
    reply[16..20].try_into().unwrap()
}

const CIADDR: usize = 12;
const GIADDR: usize = 24;

#[tokio::test]
async fn a_client_without_an_address_is_answered_by_broadcast_with_any_but_our_own_address() {
    let bench = Bench::new(true).await;
    let (to, offer) = bench.ask(&message(1, &[]), ARRIVAL).await.unwrap();
    assert_eq!((to, yiaddr(&offer)), (EVERYBODY, [10, 99, 0, 2]));
    let select: [(u8, &[u8]); 2] = [(50, &[10, 99, 0, 2]), (54, &SERVER.octets())];
    let (to, ack) = bench.ask(&message(3, &select), ARRIVAL).await.unwrap();
    assert_eq!((to, yiaddr(&ack), ack[242]), (EVERYBODY, [10, 99, 0, 2], 5));
}

#[tokio::test]
async fn whoever_renews_is_answered_at_its_address_and_a_refusal_is_broadcast() {
    let bench = Bench::new(true).await;
    let renew = with_field(message(3, &[]), CIADDR, [10, 99, 0, 5]);
    let (to, ack) = bench.ask(&renew, UNICAST).await.unwrap();
    assert_eq!((to.to_string().as_str(), ack[242]), ("10.99.0.5:68", 5));
    let wrong = with_field(message(3, &[]), CIADDR, [10, 99, 0, 6]);
    let (to, nak) = bench.ask(&wrong, UNICAST).await.unwrap();
    assert_eq!((to, nak[242]), (EVERYBODY, 6));
}

#[tokio::test]
async fn what_a_relay_sends_gets_its_network_and_goes_back_to_it() {
    let bench = Bench::new(true).await;
    let discover = with_field(message(1, &[(82, &[1, 1, 9])]), GIADDR, [10, 99, 7, 200]);
    let (to, offer) = bench.ask(&discover, UNICAST).await.unwrap();
    assert_eq!((to.to_string().as_str(), yiaddr(&offer)), ("10.99.7.200:67", [10, 99, 7, 1]));
    assert!(offer.windows(5).any(|window| window == [82, 3, 1, 1, 9]));
    let elsewhere = with_field(message(1, &[]), GIADDR, [10, 99, 8, 200]);
    assert!(bench.ask(&elsewhere, UNICAST).await.is_none());
    assert_eq!(bench.only_drop(), DropReason::NoSubnet);
}

#[tokio::test]
async fn who_renews_from_behind_routers_is_where_its_address_is_and_who_moved_is_not() {
    let bench = Bench::new(true).await;
    let renew = with_field(message(3, &[]), CIADDR, [10, 99, 7, 3]);
    let (to, ack) = bench.ask(&renew, UNICAST).await.unwrap();
    assert_eq!((to.to_string().as_str(), yiaddr(&ack)), ("10.99.7.3:68", [10, 99, 7, 3]));
    let (to, nak) = bench.ask(&renew, ARRIVAL).await.unwrap();
    assert_eq!((to, nak[242]), (EVERYBODY, 6));
}

#[tokio::test]
async fn on_another_port_it_goes_back_to_where_it_came_from() {
    let bench = Bench::new(true).await;
    let arrival = Arrival { port: SERVER_PORT + 1000, ..ARRIVAL };
    assert_eq!(bench.ask(&message(1, &[]), arrival).await.unwrap().0, ARRIVAL.source);
}

#[tokio::test]
async fn each_silence_has_its_reason() {
    let select = |server: [u8; 4]| message(3, &[(50, &[10, 99, 0, 2]), (54, &server)]);
    let (key, mut nameless) = ([7; 256], message(1, &[]));
    nameless[2] = 0;
    let mut long_name = message(1, &[(61, &key[..128])]);
    long_name.splice(240..240, [[61, 128].as_slice(), &key[..128]].concat());
    let cases = [
        (select([10, 99, 0, 9]), true, DropReason::OtherServer),
        (message(3, &[]), true, DropReason::NoAddressAsked),
        (message(3, &[(50, &[10, 99, 0])]), true, DropReason::NoAddressAsked),
        (message(3, &[(50, &[10, 99, 0, 3])]), false, DropReason::UnknownLease),
        (message(7, &[]), true, DropReason::NoAddressAsked),
        (with_field(message(7, &[]), CIADDR, [10, 99, 0, 3]), true, DropReason::UnknownLease),
        (message(4, &[(50, &[10, 99, 0, 3])]), true, DropReason::UnknownLease),
        (message(4, &[(54, &[10, 99, 0, 9]), (50, &[10, 99, 0, 3])]), true, DropReason::OtherServer),
        (message(2, &[]), true, DropReason::NotInform),
        (nameless, true, DropReason::NoClientKey),
        (long_name, true, DropReason::NoClientKey),
        (vec![1; 9], true, DropReason::TooShort),
    ];
    for (datagram, authoritative, reason) in cases {
        let bench = Bench::new(authoritative).await;
        assert!(bench.ask(&datagram, ARRIVAL).await.is_none(), "{reason}");
        assert_eq!(bench.only_drop(), reason);
    }
    let bench = Bench::new(true).await;
    assert!(
        bench.ask(&message(1, &[]), Arrival { server: Ipv4Addr::UNSPECIFIED, ..ARRIVAL }).await.is_none()
    );
    assert_eq!(bench.only_drop(), DropReason::NoLocalAddress);
    let bench = Bench::new(true).await;
    bench.registrar.set_mode(Mode::Off);
    assert!(bench.ask(&message(1, &[]), ARRIVAL).await.is_none());
    assert_eq!(bench.only_drop(), DropReason::Disabled);
}

#[tokio::test]
async fn who_finds_no_free_address_gets_no_answer_and_who_asks_too_often_neither() {
    let bench = Bench::new(true).await;
    for client in 0..8 {
        bench.ask(&message(1, &[(61, &[client])]), ARRIVAL).await.unwrap();
    }
    assert!(bench.ask(&message(1, &[(61, &[8])]), ARRIVAL).await.is_none());
    assert_eq!(bench.only_drop(), DropReason::NoFreeAddress);
    for _ in 0..100 {
        bench.ask(&message(1, &[(61, &[1])]), ARRIVAL).await;
    }
    assert!(bench.registrar.counters().dropped(DropReason::TooOften) >= 50);
}

#[tokio::test]
async fn leases_are_listed_by_address_and_can_be_ended() {
    let bench = Bench::new(true).await;
    for last in [6, 4] {
        let renew = with_field(message(3, &[(61, &[last])]), CIADDR, [10, 99, 0, last]);
        bench.ask(&renew, UNICAST).await.unwrap();
    }
    let listed = bench.leases.leases();
    let addresses: Vec<_> = listed.iter().map(|lease| lease.address.octets()[3]).collect();
    assert_eq!(addresses, [4, 6]);
    assert_eq!(listed[0].client.as_bytes(), [4]);
    assert_eq!(listed[0].mac, Some(Mac([0, 4, 0xF2, 0, 0, 1])));
    assert!(bench.leases.remove(Ipv4Addr::new(10, 99, 0, 4)).await.unwrap());
    assert!(!bench.leases.remove(Ipv4Addr::new(10, 99, 0, 4)).await.unwrap());
    assert_eq!(bench.leases.leases().len(), 1);
}

#[test]
fn what_is_about_leases_is_known_wherever_option_53_stands() {
    for (kind, about) in [(1, true), (3, true), (4, true), (7, true), (8, false), (2, false), (5, false)] {
        assert_eq!(is_lease_message(&message(kind, &[])), about, "{kind}");
        let later = with_options(&[(60, b"x"), (53, &[kind])]);
        assert_eq!(is_lease_message(&later), about, "{kind}");
    }
    assert!(!is_lease_message(&[]) && !is_lease_message(&[1; 300]));
}

#[tokio::test]
async fn what_lies_behind_a_hardware_address_makes_no_other_client() {
    let bench = Bench::new(true).await;
    for number in 0..100 {
        let padded = with_field(message(1, &[]), 36, [0, 0, 0, number]);
        bench.ask(&padded, ARRIVAL).await;
    }
    assert!(bench.registrar.counters().dropped(DropReason::TooOften) >= 40);
}

#[tokio::test]
async fn a_message_is_decided_about_without_being_kept() {
    let bench = Bench::new(true).await;
    let decide = |datagram: &[u8]| bench.leases.decide(&bench.registrar, datagram, &ARRIVAL);
    let offered = decide(&message(1, &[]));
    assert_eq!(offered.changes, []);
    let [(EVERYBODY, offer)] = &offered.answer.unwrap()[..] else { panic!("one offer to everybody") };
    let select: [(u8, &[u8]); 2] = [(50, &yiaddr(offer)), (54, &SERVER.octets())];
    let acknowledged = decide(&message(3, &select));
    let [LeaseChange::Put(lease)] = &acknowledged.changes[..] else { panic!("one lease") };
    assert_eq!((lease.address.octets(), acknowledged.answer.unwrap().len()), (yiaddr(offer), 1));
    let released = decide(&with_field(message(7, &[]), CIADDR, lease.address.octets()));
    let expected = LeaseDecision { answer: Ok(vec![]), changes: vec![LeaseChange::Remove(lease.address)] };
    assert_eq!(released, expected);
    assert_eq!(decide(&[]).answer, Err(DropReason::TooShort));
}

//! What rules, the switch and the journal make of an exchange.

use super::*;
use lync_dhcp::DropReason;
use lync_model::{
    Clock,
    diagnostics::DiagnosticsTable,
    journal::{Entry, Journal, Outcome, Raw, names},
    rules::{Known, Owner, RuleBook, RulesFile},
};
use lync_proto::dhcp::{
    SubOptions,
    broken::{Broken43, Broken120},
};
use std::{sync::Mutex, time::Instant};
use time::macros::datetime;

/// Where the last byte of the hardware address stands.
const MAC: usize = 33;
const XID: usize = 7;

/// A journal that keeps everything.
#[derive(Default)]
struct Kept(Mutex<Vec<Entry>>);

impl Journal for Kept {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

impl Kept {
    fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A server on one socket with a book of rules and a journal, and a client.
struct Bench {
    server: Server,
    address: SocketAddrV4,
    rules: Arc<RuleBook>,
    journal: Arc<Kept>,
    client: UdpSocket,
}

impl Bench {
    async fn start() -> Self {
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let (rules, journal) = (Arc::new(RuleBook::new(clock.clone())), Arc::new(Kept::default()));
        let registrar = registrar().with_rules(Arc::clone(&rules)).with_journal(journal.clone(), clock);
        let socket = bind(FIRST);
        let address = socket.local_addr();
        Self { server: Server::run(vec![socket], registrar), address, rules, journal, client: client().await }
    }

    /// Arms the rule `text`, which is TOML without its place.
    fn arm(&self, text: &str) {
        let known = Known {
            users: &[],
            diagnostics: &DiagnosticsTable::built_in(),
            read: &|path| Err(format!("no file {path}")),
        };
        let file = RulesFile::parse(&format!("[[rule]]\nwhere = \"dhcp\"\n{text}")).unwrap();
        for rule in file.check(&known).unwrap() {
            self.rules.arm(rule, Owner::default()).unwrap();
        }
    }

    async fn send(&self, datagram: &[u8]) {
        self.client.send_to(datagram, self.address).await.unwrap();
    }

    async fn receive(&self) -> Vec<u8> {
        receive(&self.client).await.0
    }

    /// The answer to the recorded request.
    async fn ask(&self) -> Vec<u8> {
        self.send(&inform()).await;
        self.receive().await
    }

    fn dropped(&self, reason: DropReason) -> u64 {
        self.server.registrar.counters().dropped(reason)
    }
}

/// The recorded request from another phone, with another transaction id.
fn other_phone() -> Vec<u8> {
    let mut datagram = inform();
    datagram[MAC] = 0xEE;
    datagram[XID] = !datagram[XID];
    datagram
}

/// An option of an answer; its options have the same frame as sub-options.
fn option(message: &[u8], code: u8) -> Option<Vec<u8>> {
    let mut options = SubOptions::new(&message[240..]).map(Result::unwrap);
    options.find(|option| option.code == code).map(|option| option.value.to_vec())
}

const ONE_PHONE: &str = "who = { mac = \"00:04:f2:00:00:01\" }";

#[tokio::test]
async fn a_rule_silences_the_phone_that_it_names_and_no_other() {
    let bench = Bench::start().await;
    bench.arm(&format!("{ONE_PHONE}\nwhat = {{ dhcp = \"silence\" }}"));
    bench.send(&inform()).await;
    bench.send(&other_phone()).await;
    assert_eq!(bench.receive().await[XID], other_phone()[XID]);
    assert_eq!(bench.dropped(DropReason::Rule), 1);
    let entries = bench.journal.take();
    assert_eq!(entries[0].event, names::DHCP_DROPPED);
    assert_eq!(entries[0].outcome, Outcome::Dropped);
    assert_eq!(entries[0].decoded["reason"], "rule");
    assert!(entries[0].rule.is_some());
    assert_eq!((entries[1].event.as_str(), &entries[1].rule), (names::DHCP_ACK, &None));
    assert_eq!(bench.server.stop().await.received(), 2);
}

#[tokio::test]
async fn a_duplicate_comes_twice_and_counts_once() {
    let bench = Bench::start().await;
    let right = bench.ask().await;
    bench.arm("what = { dhcp = \"duplicate\" }");
    assert_eq!(bench.ask().await, right);
    assert_eq!(bench.receive().await, right);
    let entries = bench.journal.take();
    let Some(Raw::Datagram { replies, .. }) = &entries[1].raw else { panic!("a datagram") };
    assert_eq!((entries.len(), replies.len()), (2, 2));
    assert_eq!(bench.server.stop().await.answered(), 2);
}

#[tokio::test]
async fn a_second_server_answers_first() {
    let bench = Bench::start().await;
    let right = bench.ask().await;
    bench.arm("what = { dhcp = { second-server = \"old-pool.litwareinc.com\" } }");
    let first = bench.ask().await;
    assert_eq!(option(&first, 54).unwrap(), SECOND.octets());
    let theirs = options("old-pool.litwareinc.com");
    assert_eq!(option(&first, 43).unwrap(), theirs.uc_client.encode());
    assert_eq!(option(&first, 120).unwrap(), theirs.sip_servers.encode());
    assert_eq!(bench.receive().await, right);
    bench.server.stop().await;
}

#[tokio::test]
async fn every_broken_option_arrives_byte_for_byte() {
    let bench = Bench::start().await;
    let right = options(HOST);
    for broken in Broken43::ALL {
        bench.arm(&format!(
            "when = {{ first = 1 }}\nwhat = {{ dhcp = {{ option-43 = \"{}\" }} }}",
            broken.as_str()
        ));
        let reply = bench.ask().await;
        assert_eq!(
            option(&reply, 43).unwrap(),
            broken.payload(&right.uc_client, FIRST),
            "{}",
            broken.as_str()
        );
        assert_eq!(option(&reply, 120).unwrap(), right.sip_servers.encode());
    }
    for broken in Broken120::ALL {
        bench.arm(&format!(
            "when = {{ first = 1 }}\nwhat = {{ dhcp = {{ option-120 = \"{}\" }} }}",
            broken.as_str()
        ));
        let reply = bench.ask().await;
        assert_eq!(
            option(&reply, 120).unwrap(),
            broken.payload(&right.sip_servers, FIRST),
            "{}",
            broken.as_str()
        );
        assert_eq!(option(&reply, 43).unwrap(), right.uc_client.encode());
    }
    assert_eq!(option(&bench.ask().await, 43).unwrap(), right.uc_client.encode());
    bench.server.stop().await;
}

#[tokio::test]
async fn options_are_left_out_or_made_of_given_bytes() {
    let bench = Bench::start().await;
    bench.arm("what = { dhcp = { option-43 = \"omit\", option-120 = \"hex:0102\" } }");
    let reply = bench.ask().await;
    assert_eq!((option(&reply, 43), option(&reply, 120)), (None, Some(vec![1, 2])));
    bench.server.stop().await;
}

#[tokio::test]
async fn a_delayed_answer_keeps_no_other_phone_waiting() {
    let bench = Bench::start().await;
    bench.arm(&format!("{ONE_PHONE}\ndelay = \"200ms\""));
    let start = Instant::now();
    bench.send(&inform()).await;
    bench.send(&other_phone()).await;
    assert_eq!(bench.receive().await[XID], other_phone()[XID]);
    assert_eq!(bench.receive().await[XID], inform()[XID]);
    assert!(start.elapsed() >= Duration::from_millis(200));
    let late = &bench.journal.take()[1];
    assert_eq!((late.event.as_str(), late.rule.is_some()), (names::DHCP_ACK, true));
    assert!(late.duration_us >= 200_000);
    assert_eq!(bench.server.stop().await.answered(), 2);
}

#[tokio::test]
async fn an_answer_that_waits_is_not_sent_once_it_is_switched_off() {
    let bench = Bench::start().await;
    bench.arm(&format!("{ONE_PHONE}\ndelay = \"500ms\""));
    bench.send(&inform()).await;
    // The other's answer shows that the first is being held back.
    bench.send(&other_phone()).await;
    bench.receive().await;
    bench.server.registrar.set_enabled(false);
    soon(async {
        while bench.dropped(DropReason::Disabled) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(bench.server.stop().await.answered(), 1);
    assert_eq!(bench.journal.take().last().unwrap().decoded["reason"], "disabled");
}

#[tokio::test]
async fn what_still_waits_at_the_end_delays_it_not() {
    let bench = Bench::start().await;
    bench.arm(&format!("{ONE_PHONE}\ndelay = \"1m\""));
    bench.send(&inform()).await;
    bench.send(&other_phone()).await;
    bench.receive().await;
    let counters = bench.server.stop().await;
    assert_eq!((counters.answered(), counters.received()), (1, 1));
}

#[tokio::test]
async fn the_number_of_answers_that_wait_is_bounded() {
    let bench = Bench::start().await;
    bench.arm(&format!("{ONE_PHONE}\ndelay = \"1m\""));
    let mut asked = 0;
    while bench.dropped(DropReason::TooManyWaiting) == 0 {
        assert!(asked < 10_000, "no bound below {asked}");
        for _ in 0..64 {
            bench.send(&inform()).await;
        }
        asked += 64;
        // The socket's buffer is empty once the other phone has its answer.
        bench.send(&other_phone()).await;
        bench.receive().await;
    }
    let dropped = bench.journal.take().into_iter().find(|entry| entry.event == names::DHCP_DROPPED);
    assert_eq!(dropped.unwrap().decoded["reason"], "too_many_waiting");
    bench.server.stop().await;
}

#[tokio::test]
async fn switched_off_it_is_silent_and_uses_up_no_rule() {
    let bench = Bench::start().await;
    bench.arm("when = { first = 1 }\nwhat = { dhcp = { option-43 = \"omit\" } }");
    assert!(bench.server.registrar.is_enabled());
    bench.server.registrar.set_enabled(false);
    bench.send(&inform()).await;
    soon(async {
        while bench.dropped(DropReason::Disabled) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bench.server.registrar.set_enabled(true);
    assert_eq!(option(&bench.ask().await, 43), None);
    let entries = bench.journal.take();
    assert_eq!((entries[0].event.as_str(), &entries[0].rule), (names::DHCP_DROPPED, &None));
    assert_eq!(entries[0].decoded["reason"], "disabled");
    bench.server.stop().await;
}

#[tokio::test]
async fn what_would_get_no_answer_uses_up_no_rule() {
    let bench = Bench::start().await;
    bench.arm("when = { first = 1 }\nwhat = { dhcp = { option-43 = \"omit\" } }");
    let mut without_address = inform();
    without_address[12..16].fill(0);
    bench.send(&without_address).await;
    assert_eq!(option(&bench.ask().await, 43), None);
    assert_eq!(bench.journal.take()[0].decoded["reason"], "no_client_address");
    bench.server.stop().await;
}

#[tokio::test]
async fn foreign_traffic_is_counted_and_not_noted() {
    let bench = Bench::start().await;
    let mut foreign = inform();
    let class = foreign.windows(12).position(|window| window == b"MS-UC-Client").unwrap();
    foreign[class] = b'm';
    bench.send(&foreign).await;
    bench.send(&[1; 250]).await;
    bench.ask().await;
    let events: Vec<_> = bench.journal.take().into_iter().map(|entry| entry.event).collect();
    assert_eq!(events, [names::DHCP_ACK]);
    let counters = bench.server.stop().await;
    assert_eq!((counters.dropped(DropReason::OtherClass), counters.received()), (1, 3));
}

#[tokio::test]
async fn who_has_the_answer_finds_it_in_the_journal() {
    let bench = Bench::start().await;
    let reply = bench.ask().await;
    let [entry] = bench.journal.take().try_into().unwrap();
    assert_eq!((entry.event.as_str(), entry.outcome), (names::DHCP_ACK, Outcome::Ok));
    assert_eq!(entry.at, datetime!(2013-06-01 12:00 UTC));
    assert_eq!(entry.peer, Some(bench.client.local_addr().unwrap()));
    assert_eq!(entry.local, Some(bench.address.into()));
    assert_eq!(entry.device.mac.as_deref(), Some("00:04:f2:00:00:01"));
    assert_eq!(entry.decoded["option_43"], options(HOST).uc_client.url());
    assert_eq!(entry.decoded["option_120"], HOST);
    let Some(Raw::Datagram { request, replies }) = entry.raw else { panic!("a datagram") };
    assert_eq!(request.len(), inform().len() * 2);
    assert_eq!(replies.concat().len(), reply.len() * 2);
    bench.server.stop().await;
}

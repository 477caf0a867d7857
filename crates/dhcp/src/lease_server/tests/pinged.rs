//! Addresses that somebody uses without a lease, and a network that is asked about them.

use super::*;
use crate::checks::{Checks, Next};
use async_trait::async_trait;
use lync_model::{
    diagnostics::DiagnosticsTable,
    journal::{Entry, Journal, names},
    lease::LeaseState,
    rules::{Known, Owner, RuleBook, RulesFile},
};
use std::{collections::HashSet, time::Duration};

/// What every client of these tests has in chaddr.
const PHONE: Mac = Mac([0, 4, 0xF2, 0, 0, 1]);

#[derive(Default)]
struct Kept {
    leases: Mutex<Vec<Lease>>,
    entries: Mutex<Vec<Entry>>,
}

#[async_trait]
impl LeaseLog for Kept {
    async fn load(&self) -> Result<Vec<Lease>, LeaseLogError> {
        Ok(self.leases.lock().unwrap().clone())
    }

    async fn write(&self, changes: Vec<LeaseChange>) -> Result<(), LeaseLogError> {
        let mut leases = self.leases.lock().unwrap();
        for change in changes {
            let address = match &change {
                LeaseChange::Put(lease) => lease.address,
                LeaseChange::Remove(address) => *address,
            };
            leases.retain(|other| other.address != address);
            if let LeaseChange::Put(lease) = change {
                leases.push(lease);
            }
        }
        Ok(())
    }
}

impl Journal for Kept {
    fn record(&self, entry: Entry) {
        self.entries.lock().unwrap().push(entry);
    }
}

/// A network where some addresses answer, and a server that asks them.
struct Network {
    bench: Bench,
    kept: Arc<Kept>,
    checks: Checks,
    answering: HashSet<Ipv4Addr>,
    pinged: Vec<Ipv4Addr>,
    now: tokio::time::Instant,
}

fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 99, 0, last)
}

/// 10.99.0.2 to .49 for anybody, and .50 for the phone if it is `reserved`; .1 is the server.
fn wide(reserved: bool) -> Pools {
    let subnet = Subnet {
        network: "10.99.0.0/24".parse().unwrap(),
        ranges: vec![ip(2)..=ip(49)],
        reservations: if reserved { HashMap::from([(PHONE, ip(50))]) } else { HashMap::new() },
        lease_time: Duration::from_secs(3600),
        routers: vec![],
    };
    Pools::new(vec![subnet], LeaseSettings::default()).unwrap()
}

impl Network {
    async fn new(answering: impl IntoIterator<Item = u8>) -> Self {
        Self::with(false, Arc::default(), answering, |registrar| registrar).await
    }

    async fn with(
        reserved: bool,
        kept: Arc<Kept>,
        answering: impl IntoIterator<Item = u8>,
        more: impl FnOnce(Registrar) -> Registrar,
    ) -> Self {
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let (log, journal): (Arc<dyn LeaseLog>, Arc<dyn Journal>) = (kept.clone(), kept.clone());
        let more = |registrar: Registrar| more(registrar.with_journal(journal, clock));
        let bench = Bench::with(wide(reserved), Some(log), more).await;
        let answering = answering.into_iter().map(ip).collect();
        let now = tokio::time::Instant::now();
        Self { bench, kept, checks: Checks::default(), answering, pinged: Vec::new(), now }
    }

    /// As the loop of a socket does: what is sent for the question in the end, and whether that took a silence.
    async fn outgoing(&mut self, datagram: &[u8]) -> Option<(Outgoing, bool)> {
        let Bench { registrar, leases } = &self.bench;
        let mut question = registrar.question(datagram, ARRIVAL, Check::First);
        loop {
            let outgoing = leases.answer(registrar, vec![question]).await.pop()?;
            let Some(address) = outgoing.unproved.as_ref().map(|unproved| unproved.address) else {
                return Some((outgoing, false));
            };
            let ping = match self.checks.hold(outgoing, address, self.now) {
                Next::Send(outgoing) => return Some((outgoing, false)),
                Next::Ask(ping) => ping,
                other => panic!("nothing else waits: {other:?}"),
            };
            self.pinged.push(address);
            if !self.answering.contains(&address) {
                self.now = self.checks.next_due().unwrap();
                return self.checks.silent(self.now).unwrap().pop().map(|outgoing| (outgoing, true));
            }
            question = self.checks.answered(ping).pop().unwrap().asked_again().unwrap();
        }
    }

    /// The last octet of what the client is offered.
    async fn offered(&mut self, client: u8) -> Option<u8> {
        let (outgoing, _) = self.outgoing(&message(1, &[(61, &[client])])).await?;
        self.bench.registrar.note_answered(&outgoing);
        Some(yiaddr(&outgoing.replies[0])[3])
    }

    /// Kind of the answer to a client that selects an address.
    async fn selects(&mut self, client: u8, address: u8) -> u8 {
        let select: [(u8, &[u8]); 3] = [(61, &[client]), (50, &ip(address).octets()), (54, &SERVER.octets())];
        let (reply, waited) = self.outgoing(&message(3, &select)).await.unwrap();
        assert!(!waited);
        reply.replies[0][242]
    }

    fn declined(&self) -> Vec<u8> {
        let leases = self.bench.leases.leases();
        let declined = leases.iter().filter(|lease| lease.state == LeaseState::Declined);
        declined.map(|lease| lease.address.octets()[3]).collect()
    }
}

#[tokio::test]
async fn what_is_in_use_is_put_aside_and_kept_under_nobodys_name_and_the_next_is_offered() {
    let mut network = Network::new([2, 3]).await;
    assert_eq!(network.offered(7).await, Some(4));
    assert_eq!(network.pinged, [2, 3, 4].map(ip));
    assert_eq!(network.declined(), [2, 3]);
    let kept = network.kept.leases.lock().unwrap().clone();
    assert_eq!(kept, network.bench.leases.leases());
    for lease in &kept {
        assert_eq!((lease.mac, lease.client.as_bytes()), (None, [0].as_slice()));
        assert_eq!(lease.expires, datetime!(2013-06-02 12:00 UTC));
    }
    let counters = network.bench.registrar.counters();
    assert_eq!((counters.in_use(), counters.received()), (2, 0));

    // After a restart too, though by then nobody answers.
    let mut network = Network::with(false, Arc::clone(&network.kept), [], |registrar| registrar).await;
    assert_eq!(network.offered(8).await, Some(4));
}

#[tokio::test]
async fn a_person_reads_in_the_journal_which_address_is_in_use() {
    let mut network = Network::new([2]).await;
    network.offered(7).await.unwrap();
    let entries = network.kept.entries.lock().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| (entry.event.as_str(), entry.summary.as_str())).collect();
    let in_use =
        "10.99.0.2 answers a ping: somebody uses it, so it is put aside and not for 00:04:f2:00:00:01";
    let offered = "DHCPDISCOVER of 00:04:f2:00:00:01 answered: 10.99.0.3 offered";
    assert_eq!(told, [(names::DHCP_IN_USE, in_use), (names::DHCP_OFFER, offered)]);
    assert_eq!(entries[0].decoded["address"], "10.99.0.2");
}

#[tokio::test]
async fn a_client_that_has_an_address_is_offered_it_unasked() {
    let mut network = Network::new([]).await;
    assert_eq!(network.offered(7).await, Some(2));
    assert_eq!(network.selects(7, 2).await, 5);
    // From here on it answers itself.
    network.answering.insert(ip(2));
    network.now += Duration::from_hours(1);
    assert_eq!(network.offered(7).await, Some(2));
    assert_eq!((network.pinged.as_slice(), network.declined().len()), ([ip(2)].as_slice(), 0));
}

#[tokio::test]
async fn who_asks_again_is_answered_at_once_for_as_long_as_the_offer_is_kept() {
    let mut network = Network::new([2]).await;
    for _ in 0..3 {
        assert_eq!(network.offered(7).await, Some(3));
    }
    assert_eq!(network.pinged, [2, 3].map(ip));
    network.now += Duration::from_secs(31);
    assert_eq!(network.offered(7).await, Some(3));
    assert_eq!(network.pinged, [2, 3, 3].map(ip));
}

#[tokio::test]
async fn after_eight_addresses_in_use_the_client_has_to_ask_again() {
    let mut network = Network::new(2..=12).await;
    assert_eq!(network.offered(7).await, None);
    assert_eq!(network.bench.only_drop(), DropReason::AddressInUse);
    assert_eq!(network.declined(), (2..=9).collect::<Vec<_>>());
    assert_eq!(network.offered(7).await, Some(13));
    assert_eq!(network.bench.registrar.counters().in_use(), 11);
}

#[tokio::test]
async fn a_message_counts_once_for_its_sender_however_often_it_is_tried() {
    let mut network = Network::new(2..=49).await;
    for _ in 0..50 {
        network.offered(7).await;
    }
    let counters = network.bench.registrar.counters();
    assert_eq!((counters.in_use(), counters.dropped(DropReason::TooOften)), (48, 0));
    assert_eq!(counters.dropped(DropReason::NoFreeAddress), 44);
}

#[tokio::test]
async fn addresses_in_use_cost_the_phone_nothing_of_its_share() {
    let mut network = Network::new(2..=33).await;
    let mut offered = Vec::new();
    for _ in 0..5 {
        offered.extend(network.offered(100).await);
    }
    assert_eq!((offered, network.declined().len()), (vec![34], 32));
    // It may call itself fifteen things more, and have an address for each.
    network.answering.clear();
    for client in 101..116 {
        assert!(network.offered(client).await.is_some(), "{client}");
    }
    assert_eq!(network.offered(116).await, None);
}

#[tokio::test]
async fn a_reserved_address_in_use_is_not_given_to_its_phone() {
    let mut network = Network::with(true, Arc::default(), [50], |registrar| registrar).await;
    assert_eq!(network.offered(7).await, Some(2));
    assert_eq!((network.pinged.as_slice(), network.declined()), ([ip(50), ip(2)].as_slice(), vec![50]));
    assert_eq!(network.selects(7, 50).await, 6, "nor when it takes an older offer");
    // When whoever had it is gone, and an administrator says so, it is the phone's again.
    network.answering.clear();
    assert!(network.bench.leases.remove(ip(50)).await.unwrap());
    assert_eq!(network.offered(7).await, Some(50));
}

#[tokio::test]
async fn a_rule_acts_on_a_message_once_however_often_it_is_tried() {
    let rules = Arc::new(RuleBook::new(Clock::stopped(datetime!(2013-06-01 12:00 UTC))));
    let text = "[[rule]]\nname = \"once\"\nwhere = \"dhcp\"\ndelay = \"250ms\"\nwhen = { first = 1 }";
    let known = Known {
        users: &[],
        diagnostics: &DiagnosticsTable::built_in(),
        read: &|path| Err(format!("no file {path}")),
    };
    for rule in RulesFile::parse(text).unwrap().check(&known).unwrap() {
        rules.arm(rule, Owner::default()).unwrap();
    }
    let with_rules = |registrar: Registrar| registrar.with_rules(rules);
    let mut network = Network::with(false, Arc::default(), [2, 3], with_rules).await;
    let (outgoing, waited) = network.outgoing(&message(1, &[])).await.unwrap();
    assert_eq!((yiaddr(&outgoing.replies[0])[3], waited), (4, true));
    assert_eq!(outgoing.delay, Some(Duration::from_millis(250)), "it holds after the silence");
    assert_eq!(outgoing.remark.rule.unwrap().name, "once");
    let (again, _) = network.outgoing(&message(1, &[])).await.unwrap();
    assert_eq!(again.delay, None, "it is used up");
}

#[tokio::test]
async fn where_nobody_is_to_be_asked_nothing_is_kept_for_it() {
    let bench = Bench::new(true).await;
    let question = bench.registrar.question(&message(1, &[]), ARRIVAL, Check::Never);
    let offer = bench.leases.answer(&bench.registrar, vec![question]).await.pop().unwrap();
    assert!(offer.unproved.is_none() && offer.asked_again().is_none());
}

#[tokio::test]
async fn an_address_that_was_leased_meanwhile_is_its_clients() {
    let mut network = Network::new([]).await;
    let Bench { registrar, leases } = &network.bench;
    let question = registrar.question(&message(1, &[(61, &[7])]), ARRIVAL, Check::First);
    let held = leases.answer(registrar, vec![question]).await.pop().unwrap();
    // It takes an older offer while the address is asked once more, and answers itself.
    assert_eq!(network.selects(7, 2).await, 5);
    let Bench { registrar, leases } = &network.bench;
    let offer = leases.answer(registrar, vec![held.asked_again().unwrap()]).await.pop().unwrap();
    assert_eq!((yiaddr(&offer.replies[0]), offer.unproved.is_none()), ([10, 99, 0, 2], true));
    assert_eq!((network.declined().len(), network.bench.registrar.counters().in_use()), (0, 0));
}

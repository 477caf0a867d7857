//! A DHCP server of a network, from DHCPDISCOVER to the end of a lease.

use super::*;
use async_trait::async_trait;
use lync_dhcp::{
    ClassOptions, DropReason, Enterprise, EnterpriseOptions, LeaseServer, Mode,
    lease::{LeaseSettings, Pools, Subnet},
};
use lync_model::{
    Clock,
    diagnostics::DiagnosticsTable,
    journal::{Entry, Journal, Outcome, names},
    lease::{Lease, LeaseChange, LeaseLog, LeaseLogError, LeaseState},
    rules::{Known, Owner, RuleBook, RulesFile},
};
use lync_proto::dhcp::{SubOptions, UcClientOptions, VlanWidth, VoiceVlan};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};
use time::macros::datetime;
use tokio::sync::Semaphore;

const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const DECLINE: u8 = 4;
const ACK: u8 = 5;
const NAK: u8 = 6;
const RELEASE: u8 = 7;

/// Leases kept in memory, by a disk that can be slow or full.
struct Memory {
    kept: Mutex<BTreeMap<Ipv4Addr, Lease>>,
    writes: AtomicUsize,
    fails: AtomicBool,
    /// A write takes one of these.
    turns: Semaphore,
}

impl Memory {
    fn new() -> Arc<Self> {
        let kept = Mutex::new(BTreeMap::new());
        let (writes, fails) = (AtomicUsize::new(0), AtomicBool::new(false));
        Arc::new(Self { kept, writes, fails, turns: Semaphore::new(1000) })
    }

    fn kept(&self) -> Vec<Lease> {
        self.kept.lock().unwrap().values().cloned().collect()
    }
}

#[async_trait]
impl LeaseLog for Memory {
    async fn load(&self) -> Result<Vec<Lease>, LeaseLogError> {
        Ok(self.kept())
    }

    async fn write(&self, changes: Vec<LeaseChange>) -> Result<(), LeaseLogError> {
        self.turns.acquire().await.unwrap().forget();
        if self.fails.load(SeqCst) {
            return Err(LeaseLogError("the disk is full".to_owned()));
        }
        self.writes.fetch_add(1, SeqCst);
        let mut kept = self.kept.lock().unwrap();
        for change in changes {
            match change {
                LeaseChange::Put(lease) => drop(kept.insert(lease.address, lease)),
                LeaseChange::Remove(address) => drop(kept.remove(&address)),
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Kept(Mutex<Vec<Entry>>);

impl Journal for Kept {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

struct Bench {
    server: Server,
    address: SocketAddrV4,
    log: Arc<Memory>,
    leases: Arc<LeaseServer>,
    journal: Arc<Kept>,
    rules: Arc<RuleBook>,
    clock: Clock,
    client: UdpSocket,
}

fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, last)
}

/// The loopback network, of which 127.0.0.10 to .13 are given away, and one behind a relay.
fn pools() -> Pools {
    let subnet = |network: &str, first: Ipv4Addr, last: Ipv4Addr| Subnet {
        network: network.parse().unwrap(),
        ranges: vec![first..=last],
        reservations: HashMap::new(),
        lease_time: Duration::from_secs(3600),
        routers: vec![],
    };
    let relayed = subnet("10.7.0.0/24", Ipv4Addr::new(10, 7, 0, 10), Ipv4Addr::new(10, 7, 0, 20));
    Pools::new(vec![subnet("127.0.0.0/8", ip(10), ip(13)), relayed], LeaseSettings::default()).unwrap()
}

impl Bench {
    async fn start() -> Self {
        Self::with(Memory::new()).await
    }

    /// Starts with what was kept.
    async fn with(log: Arc<Memory>) -> Self {
        let options = EnterpriseOptions { sip_servers: true, ..EnterpriseOptions::default() };
        let voice_vlan = Some(VoiceVlan::new(100, VlanWidth::U16).unwrap());
        let classes = ClassOptions { uc_client: true, voice_vlan, others: HashMap::new() };
        let enterprise = Enterprise::new(&options, &classes).unwrap();
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let keeper: Arc<dyn LeaseLog> = log.clone();
        let leases = LeaseServer::open(enterprise, pools(), Some(keeper), clock.clone()).await.unwrap();
        let (leases, journal) = (Arc::new(leases), Arc::new(Kept::default()));
        let rules = Arc::new(RuleBook::new(clock.clone()));
        let registrar = registrar()
            .with_leases(Arc::clone(&leases))
            .with_rules(Arc::clone(&rules))
            .with_journal(journal.clone(), clock.clone());
        registrar.set_mode(Mode::Enterprise);
        let socket = bind(FIRST);
        let address = socket.local_addr();
        let server = Server::run(vec![socket], registrar);
        Self { server, address, log, leases, journal, rules, clock, client: client().await }
    }

    /// Arms the rule `text`, which is TOML.
    fn arm(&self, text: &str) {
        let known = Known {
            users: &[],
            diagnostics: &DiagnosticsTable::built_in(),
            read: &|path| Err(format!("no file {path}")),
        };
        let file = RulesFile::parse(&format!("[[rule]]\n{text}")).unwrap();
        for rule in file.check(&known).unwrap() {
            self.rules.arm(rule, Owner::default()).unwrap();
        }
    }

    async fn send(&self, message: &[u8]) {
        self.client.send_to(message, self.address).await.unwrap();
    }

    async fn ask(&self, message: &[u8]) -> Vec<u8> {
        self.send(message).await;
        receive(&self.client).await.0
    }

    /// DISCOVER to ACK; the address.
    async fn bind(&self, phone: u8) -> Ipv4Addr {
        let offer = self.ask(&message(phone, DISCOVER, &[])).await;
        assert_eq!(kind(&offer), OFFER);
        let ack = self.ask(&message(phone, REQUEST, &select(yiaddr(&offer)))).await;
        assert_eq!((kind(&ack), yiaddr(&ack)), (ACK, yiaddr(&offer)));
        yiaddr(&ack)
    }

    async fn until(&self, condition: impl Fn(&Counters) -> bool) {
        soon(async {
            while !condition(&self.server.registrar.counters()) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    fn events(&self) -> Vec<String> {
        self.journal.0.lock().unwrap().iter().map(|entry| entry.event.clone()).collect()
    }
}

/// A message of a phone with options behind 53; ciaddr is 0.
fn message(phone: u8, kind: u8, options: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut message = inform()[..240].to_vec();
    message[12..16].fill(0);
    message[33] = phone;
    message.extend([53, 1, kind]);
    for (code, bytes) in options {
        message.extend([*code, u8::try_from(bytes.len()).unwrap()]);
        message.extend_from_slice(bytes);
    }
    message.push(255);
    message
}

fn from_address(mut message: Vec<u8>, address: Ipv4Addr) -> Vec<u8> {
    message[12..16].copy_from_slice(&address.octets());
    message
}

fn select(address: Ipv4Addr) -> Vec<(u8, Vec<u8>)> {
    vec![(50, address.octets().to_vec()), (54, FIRST.octets().to_vec())]
}

fn option(message: &[u8], code: u8) -> Option<Vec<u8>> {
    let found = SubOptions::new(&message[240..]).map(Result::unwrap).find(|option| option.code == code);
    found.map(|option| option.value.to_vec())
}

fn kind(message: &[u8]) -> u8 {
    option(message, 53).unwrap()[0]
}

fn yiaddr(message: &[u8]) -> Ipv4Addr {
    <[u8; 4]>::try_from(&message[16..20]).unwrap().into()
}

#[tokio::test]
async fn a_phone_gets_an_address_that_is_kept_before_it_is_promised() {
    let bench = Bench::start().await;
    let options = [(55, vec![43, 120, 1, 3]), (60, b"MS-UC-Client".to_vec())];
    let offer = bench.ask(&message(1, DISCOVER, &options)).await;
    assert_eq!((kind(&offer), yiaddr(&offer)), (OFFER, ip(10)));
    assert_eq!(bench.log.writes.load(SeqCst), 0, "an offer is no promise");
    let ack = bench.ask(&message(1, REQUEST, &[&select(ip(10))[..], &options].concat())).await;
    assert_eq!((kind(&ack), yiaddr(&ack)), (ACK, ip(10)));
    assert_eq!(option(&ack, 51).unwrap(), 3600u32.to_be_bytes());
    let url = UcClientOptions::decode(&option(&ack, 43).unwrap()).unwrap().url();
    assert!(url.contains(HOST));
    let [lease] = bench.log.kept().try_into().unwrap();
    assert_eq!((lease.address, lease.state), (ip(10), LeaseState::Bound));
    assert_eq!(lease.expires, datetime!(2013-06-01 13:00 UTC));
    assert_eq!(bench.leases.leases(), [lease]);
    assert_eq!(bench.events(), [names::DHCP_OFFER, names::DHCP_ACK]);
    bench.server.stop().await;
}

#[tokio::test]
async fn a_lease_goes_on_when_it_is_renewed_and_is_anothers_when_it_was_not() {
    let bench = Bench::start().await;
    let address = bench.bind(1).await;
    bench.clock.advance(time::Duration::minutes(30));
    let renewed = bench.ask(&from_address(message(1, REQUEST, &[]), address)).await;
    assert_eq!((kind(&renewed), yiaddr(&renewed)), (ACK, address));
    assert_eq!(bench.log.kept()[0].expires, datetime!(2013-06-01 13:30 UTC));
    for phone in 2..=4 {
        bench.bind(phone).await;
    }
    bench.clock.advance(time::Duration::minutes(60));
    bench.send(&message(5, DISCOVER, &[])).await;
    assert_eq!(yiaddr(&receive(&bench.client).await.0), address);
    bench.server.stop().await;
}

#[tokio::test]
async fn what_is_released_is_forgotten_and_what_is_declined_is_not_given_away() {
    let bench = Bench::start().await;
    let (first, second) = (bench.bind(1).await, bench.bind(2).await);
    bench.send(&from_address(message(1, RELEASE, &[]), first)).await;
    bench.send(&message(2, DECLINE, &select(second))).await;
    bench.until(|counters| counters.taken() == 2).await;
    let [declined] = bench.log.kept().try_into().unwrap();
    assert_eq!((declined.address, declined.state), (second, LeaseState::Declined));
    let events = bench.events();
    assert_eq!(events[4..], [names::DHCP_RELEASED, names::DHCP_DECLINED]);
    let offer = bench.ask(&message(2, DISCOVER, &[(50, second.octets().to_vec())])).await;
    assert_ne!(yiaddr(&offer), second);
    let counters = bench.server.stop().await;
    assert_eq!((counters.taken(), counters.answered(), counters.received()), (2, 5, 7));
}

#[tokio::test]
async fn a_wrong_address_is_refused() {
    let bench = Bench::start().await;
    let address = bench.bind(1).await;
    let nak = bench.ask(&message(2, REQUEST, &select(address))).await;
    assert_eq!((kind(&nak), yiaddr(&nak)), (NAK, Ipv4Addr::UNSPECIFIED));
    let reboot = bench.ask(&message(1, REQUEST, &[(50, vec![192, 168, 0, 1])])).await;
    assert_eq!(kind(&reboot), NAK);
    let entry = bench.journal.0.lock().unwrap().pop().unwrap();
    assert_eq!((entry.event.as_str(), entry.outcome), (names::DHCP_NAK, Outcome::Refused));
    bench.server.stop().await;
}

#[tokio::test]
async fn a_relays_clients_get_addresses_of_their_network() {
    let bench = Bench::start().await;
    let mut discover = message(1, DISCOVER, &[(82, vec![1, 2, 3, 4])]);
    discover[24..28].copy_from_slice(&[10, 7, 0, 1]);
    let offer = bench.ask(&discover).await;
    assert_eq!(yiaddr(&offer), Ipv4Addr::new(10, 7, 0, 10));
    assert_eq!(option(&offer, 82).unwrap(), [1, 2, 3, 4]);
    assert_eq!(offer[24..28], [10, 7, 0, 1]);
    bench.server.stop().await;
}

#[tokio::test]
async fn the_vlan_goes_to_the_class_that_asks_for_it() {
    let bench = Bench::start().await;
    for (class, vlan) in [(&b"CPE-OCPHONE"[..], Some(100)), (b"CPE-OCPhone", Some(100)), (b"other", None)] {
        let offer = bench.ask(&message(1, DISCOVER, &[(55, vec![43]), (60, class.to_vec())])).await;
        let found = option(&offer, 43).map(|payload| VoiceVlan::decode(&payload).unwrap().id());
        assert_eq!(found, vlan);
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn informs_are_answered_in_every_class_and_while_a_lease_is_being_kept() {
    let bench = Bench::start().await;
    bench.bind(1).await;
    bench.log.turns.forget_permits(1000);
    bench.send(&from_address(message(1, REQUEST, &[]), ip(10))).await;
    let inform = from_address(message(9, 8, &[(55, vec![120]), (60, b"other".to_vec())]), ip(200));
    let answer = bench.ask(&inform).await;
    assert_eq!((answer[33], kind(&answer), option(&answer, 51)), (9, ACK, None));
    assert!(option(&answer, 120).is_some());
    bench.log.turns.add_permits(1);
    let renewed = receive(&bench.client).await.0;
    assert_eq!((renewed[33], kind(&renewed)), (1, ACK));
    bench.server.stop().await;
}

#[tokio::test]
async fn what_waits_together_is_kept_together() {
    let bench = Bench::start().await;
    bench.log.turns.forget_permits(1000);
    for phone in 1..=4 {
        bench.send(&from_address(message(phone, REQUEST, &[]), ip(9 + phone))).await;
        if phone == 1 {
            soon(async {
                while bench.leases.leases().is_empty() {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        }
    }
    // Answered behind the others, as it came behind them.
    let inform = from_address(message(9, 8, &[(55, vec![120])]), ip(200));
    assert_eq!(bench.ask(&inform).await[33], 9);
    bench.log.turns.add_permits(1000);
    let mut answered = Vec::new();
    for _ in 1..=4 {
        answered.push(receive(&bench.client).await.0[33]);
    }
    assert_eq!(answered, [1, 2, 3, 4]);
    assert_eq!(bench.log.writes.load(SeqCst), 2);
    bench.server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_promised() {
    let bench = Bench::start().await;
    let offer = bench.ask(&message(1, DISCOVER, &[])).await;
    bench.log.fails.store(true, SeqCst);
    bench.send(&message(1, REQUEST, &select(yiaddr(&offer)))).await;
    bench.until(|counters| counters.dropped(DropReason::NotKept) == 1).await;
    bench.log.fails.store(false, SeqCst);
    let again = bench.ask(&message(1, REQUEST, &select(yiaddr(&offer)))).await;
    assert_eq!((kind(&again), yiaddr(&again)), (ACK, yiaddr(&offer)));
    assert_eq!(bench.log.kept().len(), 1);
    bench.server.stop().await;
}

#[tokio::test]
async fn after_a_restart_everybody_keeps_what_was_promised() {
    let bench = Bench::start().await;
    let addresses = [bench.bind(1).await, bench.bind(2).await];
    let log = Arc::clone(&bench.log);
    bench.server.stop().await;
    let bench = Bench::with(log).await;
    assert!(!addresses.contains(&bench.bind(3).await));
    let renewed = bench.ask(&from_address(message(1, REQUEST, &[]), addresses[0])).await;
    assert_eq!(kind(&renewed), ACK);
    let other = bench.ask(&message(4, REQUEST, &[(50, addresses[1].octets().to_vec())])).await;
    assert_eq!(kind(&other), NAK);
    bench.server.stop().await;
}

#[tokio::test]
async fn the_mode_is_changed_while_serving() {
    let bench = Bench::start().await;
    bench.bind(1).await;
    bench.server.registrar.set_mode(Mode::Registrar);
    bench.send(&message(2, DISCOVER, &[])).await;
    bench.until(|counters| counters.dropped(DropReason::NotInform) == 1).await;
    bench.ask(&inform()).await;
    bench.server.registrar.set_mode(Mode::Off);
    bench.send(&inform()).await;
    bench.until(|counters| counters.dropped(DropReason::Disabled) == 1).await;
    bench.server.registrar.set_mode(Mode::Enterprise);
    bench.bind(2).await;
    bench.server.stop().await;
}

#[tokio::test]
async fn rules_act_on_every_message_by_its_name() {
    let bench = Bench::start().await;
    bench.arm("where = \"dhcp.discover\"\nwhen = { first = 1 }\nwhat = { dhcp = \"silence\" }");
    bench.send(&message(1, DISCOVER, &[])).await;
    bench.until(|counters| counters.dropped(DropReason::Rule) == 1).await;
    let address = bench.bind(1).await;
    bench.arm("where = \"dhcp.release\"\nwhen = { first = 1 }\nwhat = { dhcp = \"silence\" }");
    let release = from_address(message(1, RELEASE, &[]), address);
    bench.send(&release).await;
    bench.until(|counters| counters.dropped(DropReason::Rule) == 2).await;
    assert_eq!(bench.log.kept().len(), 1, "it was lost on its way here");
    bench.send(&release).await;
    bench.until(|counters| counters.taken() == 1).await;
    assert_eq!(bench.log.kept(), []);
    bench.server.stop().await;
}

#[tokio::test]
async fn an_acknowledgement_that_a_rule_loses_is_a_lease_all_the_same() {
    let bench = Bench::start().await;
    bench.arm("where = \"dhcp.request\"\nwhen = { first = 1 }\nwhat = { dhcp = \"silence\" }");
    let offer = bench.ask(&message(1, DISCOVER, &[])).await;
    bench.send(&message(1, REQUEST, &select(yiaddr(&offer)))).await;
    bench.until(|counters| counters.dropped(DropReason::Rule) == 1).await;
    assert_eq!(bench.log.kept()[0].address, yiaddr(&offer));
    bench.server.stop().await;
}

#[tokio::test]
async fn a_rule_breaks_option_43_of_whichever_class_asks() {
    let bench = Bench::start().await;
    bench.arm("where = \"dhcp\"\nwhat = { dhcp = { option-43 = \"omit\" } }");
    for (class, has_120) in [(&b"CPE-OCPHONE"[..], false), (b"MS-UC-Client", true)] {
        let asked = if has_120 { vec![43, 120] } else { vec![43] };
        let offer = bench.ask(&message(1, DISCOVER, &[(55, asked), (60, class.to_vec())])).await;
        assert_eq!((option(&offer, 43), option(&offer, 120).is_some()), (None, has_120));
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn a_second_server_makes_an_offer_first() {
    let bench = Bench::start().await;
    bench.arm("where = \"dhcp.discover\"\nwhat = { dhcp = { second-server = \"old-pool.test\" } }");
    let options = [(55, vec![43]), (60, b"MS-UC-Client".to_vec())];
    let first = bench.ask(&message(1, DISCOVER, &options)).await;
    let second = receive(&bench.client).await.0;
    assert_eq!(option(&first, 54).unwrap(), ip(2).octets());
    assert!(contains(&first, b"old-pool.test") && contains(&second, HOST.as_bytes()));
    let mut taken = select(yiaddr(&first));
    taken[1].1 = ip(2).octets().to_vec();
    bench.send(&message(1, REQUEST, &taken)).await;
    bench.until(|counters| counters.dropped(DropReason::OtherServer) == 1).await;
    bench.server.stop().await;
}

#[tokio::test]
async fn a_lease_whose_end_cannot_be_kept_goes_on() {
    let bench = Bench::start().await;
    let address = bench.bind(1).await;
    bench.log.fails.store(true, SeqCst);
    assert!(bench.leases.remove(address).await.is_err());
    assert_eq!(bench.leases.leases().len(), 1);
    bench.log.fails.store(false, SeqCst);
    assert_eq!(bench.leases.remove(address).await, Ok(true));
    assert_eq!((bench.leases.leases(), bench.log.kept()), (vec![], vec![]));
    bench.server.stop().await;
}

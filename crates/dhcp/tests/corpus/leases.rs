//! What has to hold whatever a few clients send, one after the other, to a server that gives addresses.

use lync_dhcp::{
    Arrival, ClassOptions, DropReason, Enterprise, EnterpriseOptions, LeaseServer, Mode, Registrar,
    SERVER_PORT,
    lease::{LeaseSettings, Pools, Subnet},
};
use lync_model::{
    Clock,
    lease::{Lease, LeaseChange, LeaseState},
    rules::Mac,
};
use lync_proto::dhcp::{SubOptions, VlanWidth, VoiceVlan};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::{Ipv4Addr, SocketAddrV4},
};
use time::{Duration, macros::datetime};

const HEADER: usize = 240;
const MAX_DATAGRAM: usize = 1472;
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
/// In the subnet behind a relay, and in its range.
const SECOND_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 99, 7, 1);
/// Subnets by their third byte: the server's own, and one behind a relay.
const SUBNETS: [u8; 2] = [0, 7];
/// In each subnet: .1 to .6 for anybody, .4 for this phone alone, as .14 of the first.
const OWNER: Mac = Mac([0, 4, 0xF2, 0, 0, 3]);
const LEASE_SECONDS: u32 = 600;
/// No input says more; the limit on messages of one phone is 50 at once.
const MAX_STEPS: usize = 48;

/// What the bits of an input's first byte mean.
const SILENT: u8 = 1;
const OTHER_PORT: u8 = 4;

/// What a step is, by its first byte.
const CLOCK: u8 = 0xF0;
const RESTART: u8 = 0xF1;
const RAW: u8 = 0xF2;
const REMOVE: u8 = 0xF3;

/// What the bits of a message's second byte mean.
const REQUESTED: u8 = 1;
const CIADDR: u8 = 2;
const SERVER_ID: u8 = 4;
const WRONG_SERVER_ID: u8 = 8;
const RELAYED: u8 = 16;
const UNICAST: u8 = 32;
const CLIENT_ID: u8 = 64;
const MORE: u8 = 128;

/// A server, and what clients were promised by it.
struct World {
    flags: u8,
    registrar: Registrar,
    server: LeaseServer,
    clock: Clock,
    log: BTreeMap<Ipv4Addr, Lease>,
    /// Seconds that have passed for the clients, who do not see that a clock is set back.
    passed: i64,
    /// What was acknowledged, and until when.
    promised: BTreeMap<Ipv4Addr, (Lease, i64)>,
    /// Who was offered what, and until when.
    offered: BTreeMap<Ipv4Addr, (Vec<u8>, i64)>,
    /// Its own addresses, as far as it has answered from them.
    own: BTreeSet<Ipv4Addr>,
}

/// Panics where something does not hold.
pub(crate) fn check(flags: u8, mut steps: &[u8]) {
    let mut world = World::new(flags);
    for _ in 0..MAX_STEPS {
        let Some(step) = next(&mut steps, 1) else { break };
        world.step(step[0], &mut steps);
        world.holds();
    }
}

/// Takes up to `length` bytes; `None` at the end.
fn next<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at(length.min(input.len()));
    *input = rest;
    (!taken.is_empty() || length == 0).then_some(taken)
}

fn byte(input: &mut &[u8]) -> u8 {
    next(input, 1).map_or(0, |taken| taken[0])
}

fn pools(authoritative: bool) -> Pools {
    let subnet = |third: u8| Subnet {
        network: format!("10.99.{third}.0/28").parse().expect("it is a network"),
        ranges: vec![Ipv4Addr::new(10, 99, third, 1)..=Ipv4Addr::new(10, 99, third, 6)],
        reservations: HashMap::from([(OWNER, Ipv4Addr::new(10, 99, third, if third == 0 { 14 } else { 4 }))]),
        lease_time: std::time::Duration::from_secs(LEASE_SECONDS.into()),
        routers: vec![],
    };
    let settings = LeaseSettings { authoritative, ..LeaseSettings::default() };
    Pools::new(SUBNETS.map(subnet).to_vec(), settings).expect("the subnets are right")
}

fn enterprise() -> Enterprise {
    let options = EnterpriseOptions {
        dns_servers: vec![SERVER],
        domain_name: Some("litwareinc.com".to_owned()),
        tftp_server_name: Some("a".repeat(200)),
        raw: BTreeMap::from([(200, vec![7; 300])]),
        sip_servers: true,
        ..EnterpriseOptions::default()
    };
    let voice_vlan = Some(VoiceVlan::new(100, VlanWidth::U16).expect("it is a VLAN"));
    let classes = ClassOptions { uc_client: true, voice_vlan, ..ClassOptions::default() };
    Enterprise::new(&options, &classes).expect("the options are right")
}

impl World {
    fn new(flags: u8) -> Self {
        let (options, settings, _) = super::setup(flags);
        let registrar = Registrar::new(&options, settings);
        registrar.set_mode(Mode::Enterprise);
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let (log, promised, offered) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let server = LeaseServer::new(enterprise(), pools(flags & SILENT == 0), Vec::new(), clock.clone());
        Self { flags, registrar, server, clock, log, passed: 0, promised, offered, own: BTreeSet::new() }
    }

    fn step(&mut self, step: u8, input: &mut &[u8]) {
        match step {
            CLOCK => self.wait(byte(input)),
            RESTART => {
                let (kept, pools) = (self.log.values().cloned().collect(), pools(self.flags & SILENT == 0));
                self.server = LeaseServer::new(enterprise(), pools, kept, self.clock.clone());
                self.offered.clear();
                self.own.clear();
            }
            RAW => {
                let length = usize::from(u16::from_be_bytes([byte(input), byte(input)]));
                let datagram = next(input, length).unwrap_or_default().to_vec();
                self.send(&datagram, byte(input) & UNICAST != 0, SERVER);
            }
            REMOVE => {
                let address = address(byte(input));
                if self.server.leases().iter().any(|lease| lease.address == address) {
                    self.log.remove(&address);
                    // Its client may have been offered it once more; that ends too.
                    self.promised.remove(&address);
                    self.offered.remove(&address);
                    // What is removed is kept by nobody here, so that the future has nothing to wait for.
                    let removed = ready(self.server.remove(address));
                    assert_eq!(removed, Ok(true), "{address}");
                }
            }
            _ => {
                let how = byte(input);
                let datagram = message(step, how, input);
                let unicast = how & UNICAST != 0;
                let relayed = unicast && how & RELAYED != 0;
                self.send(&datagram, unicast, if relayed { SECOND_ADDRESS } else { SERVER });
            }
        }
    }

    /// Half of all waits are into the past.
    fn wait(&mut self, how: u8) {
        let seconds = i64::from(how >> 1) * 20;
        if how & 1 == 0 {
            self.clock.advance(Duration::seconds(seconds));
            self.passed += seconds;
        } else {
            self.clock.advance(-Duration::seconds(seconds));
        }
    }

    fn send(&mut self, datagram: &[u8], unicast: bool, server: Ipv4Addr) {
        let arrival = Arrival {
            source: SocketAddrV4::new(Ipv4Addr::new(10, 99, 0, 2), 49_152),
            server,
            broadcast: !unicast,
            port: if self.flags & OTHER_PORT == 0 { SERVER_PORT } else { 10_067 },
        };
        let decision = self.server.decide(&self.registrar, datagram, &arrival);
        if server == SECOND_ADDRESS {
            // Whoever had it is told to start again.
            self.promised.remove(&SECOND_ADDRESS);
            self.offered.remove(&SECOND_ADDRESS);
        }
        let replies = match &decision.answer {
            Err(reason) => {
                if *reason == DropReason::OtherServer {
                    self.offered.clear();
                }
                // What is too long to be acknowledged is a lease that nobody knows of.
                assert!(decision.changes.is_empty() || *reason == DropReason::AnswerTooLong, "{reason}");
                decision.changes.into_iter().for_each(|change| self.write(change, false));
                return;
            }
            Ok(replies) => replies,
        };
        self.own.insert(server);
        match (&replies[..], &decision.changes[..]) {
            ([], [LeaseChange::Remove(_)]) => {}
            ([], [LeaseChange::Put(lease)]) => assert_eq!(lease.state, LeaseState::Declined),
            ([(to, reply)], changes) => {
                assert_eq!(*to, destination(reply, datagram, &arrival));
                self.is_sound(reply, datagram, server, changes);
            }
            other => panic!("{other:?}"),
        }
        if let ([(_, reply)], []) = (&replies[..], &decision.changes[..])
            && let (2, Some(name)) = (reply[242], name(datagram))
        {
            self.offered.insert(field(reply, 16), (name, self.passed + 30));
        }
        decision.changes.into_iter().for_each(|change| self.write(change, true));
    }

    fn is_sound(&self, reply: &[u8], datagram: &[u8], server: Ipv4Addr, changes: &[LeaseChange]) {
        assert!((300..=MAX_DATAGRAM).contains(&reply.len()), "{} bytes", reply.len());
        assert_eq!(reply[0], 2, "op");
        for copied in [1..3, 4..8, 24..44] {
            assert_eq!(reply[copied.clone()], datagram[copied.clone()], "{copied:?}");
        }
        let options: Vec<_> =
            SubOptions::new(&reply[HEADER..]).map(|option| option.expect("an option is cut")).collect();
        let codes: Vec<_> = options.iter().map(|option| option.code).collect();
        assert_eq!(codes[..2], [53, 54], "{codes:?}");
        assert_eq!(joined(reply, 54), Some(server.octets().to_vec()));
        // With option 52 some of them may stand elsewhere.
        if joined(datagram, 52).is_none() {
            for echoed in [61, 82] {
                assert_eq!(joined(reply, echoed), joined(datagram, echoed), "option {echoed}");
            }
            assert!(codes.iter().skip_while(|code| **code != 82).all(|code| *code == 82), "{codes:?}");
        }
        let yiaddr = field(reply, 16);
        match (reply[242], changes) {
            (2, []) => self.is_free_for(yiaddr, datagram),
            (5, [LeaseChange::Put(lease)]) => {
                assert_eq!((lease.address, lease.state), (yiaddr, LeaseState::Bound));
                assert_eq!(lease.expires, self.clock.now() + Duration::seconds(LEASE_SECONDS.into()));
                self.is_free_for(yiaddr, datagram);
            }
            (6, []) => {
                assert_eq!((yiaddr, field(reply, 12)), (Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED));
                assert!(codes.iter().all(|code| [53, 54, 61, 82].contains(code)), "{codes:?}");
                return;
            }
            (kind, changes) => panic!("{kind}, {changes:?}"),
        }
        assert_eq!(joined(reply, 51), Some(LEASE_SECONDS.to_be_bytes().to_vec()));
        let relay = field(datagram, 24);
        if !relay.is_unspecified() {
            assert_eq!(yiaddr.octets()[2], relay.octets()[2], "an address of another network");
        }
    }

    /// The address may go to whoever sent this.
    fn is_free_for(&self, address: Ipv4Addr, datagram: &[u8]) {
        let [10, 99, third @ (0 | 7), last] = address.octets() else { panic!("{address}") };
        let mac = (datagram[2] == 6).then(|| Mac(datagram[28..34].try_into().expect("six bytes")));
        let is_owners = [(0, 14), (7, 4)].contains(&(third, last));
        assert!(
            if is_owners { mac == Some(OWNER) } else { (1..=6).contains(&last) },
            "{address} for {mac:?}"
        );
        assert!(!self.own.contains(&address), "{address} is the server's own");
        let Some(name) = name(datagram).filter(|_| !is_owners) else { return };
        if let Some((lease, until)) = self.promised.get(&address)
            && *until > self.passed
        {
            assert_eq!(lease.state, LeaseState::Bound, "{address} was declined");
            assert_eq!(lease.client.as_bytes(), name, "{address} is another's");
        }
        if let Some((holder, until)) = self.offered.get(&address) {
            assert!(*holder == name || *until <= self.passed, "{address} was offered to another");
        }
    }

    fn write(&mut self, change: LeaseChange, is_promised: bool) {
        let (LeaseChange::Put(Lease { address, .. }) | LeaseChange::Remove(address)) = &change;
        self.offered.remove(address);
        match change {
            LeaseChange::Put(lease) => {
                let time = if lease.state == LeaseState::Declined { 86_400 } else { LEASE_SECONDS.into() };
                let former = self.promised.remove(&lease.address);
                if let Some((former, until)) = former.filter(|(_, until)| *until > self.passed) {
                    let is_same = former.client == lease.client || former.mac == Some(OWNER);
                    assert!(is_same, "{lease:?} {former:?} {until}");
                }
                if is_promised {
                    self.promised.insert(lease.address, (lease.clone(), self.passed + time));
                }
                self.log.insert(lease.address, lease);
            }
            LeaseChange::Remove(address) => {
                self.promised.remove(&address);
                self.log.remove(&address);
            }
        }
    }

    /// Nobody's address is forgotten, and none is there twice.
    fn holds(&self) {
        let listed = self.server.leases();
        let addresses: BTreeSet<_> = listed.iter().map(|lease| lease.address).collect();
        assert_eq!(addresses.len(), listed.len(), "an address twice");
        assert!(listed.len() <= 13, "{} leases", listed.len());
        // The reserved ones go from one name of their phone to another, while offered are they in no list.
        let others = self.promised.iter().filter(|(_, (lease, _))| lease.mac != Some(OWNER));
        for (address, (lease, until)) in others {
            let found = listed.iter().find(|found| found.address == *address);
            let kept = found.is_some_and(|found| found.client == lease.client && found.state == lease.state);
            assert!(kept || *until <= self.passed, "{lease:?} forgotten: {found:?}");
        }
    }
}

/// A message of one of eight phones.
fn message(who: u8, how: u8, input: &mut &[u8]) -> Vec<u8> {
    let is = |flag| how & flag != 0;
    let (phone, kind) = (who & 7, [1, 3, 7, 4][usize::from(who >> 3 & 3)]);
    let mut message = vec![0; HEADER];
    message[..4].copy_from_slice(&[1, 1, 6, 0]);
    message[4..8].copy_from_slice(&[7, 7, how, who]);
    message[28..34].copy_from_slice(&[0, 4, 0xF2, 0, 0, phone]);
    message[236..].copy_from_slice(&[99, 130, 83, 99]);
    message.extend([53, 1, kind]);
    if is(REQUESTED | CIADDR) {
        let octets = address(byte(input)).octets();
        if is(CIADDR) {
            message[12..16].copy_from_slice(&octets);
        }
        if is(REQUESTED) {
            message.extend([50, 4]);
            message.extend(octets);
        }
    }
    if is(RELAYED) {
        message[24..28].copy_from_slice(&[10, 99, 7, 14]);
    }
    if is(SERVER_ID) {
        let server = match (is(WRONG_SERVER_ID), is(RELAYED) && is(UNICAST)) {
            (true, _) => Ipv4Addr::new(10, 99, 0, 9),
            (false, true) => SECOND_ADDRESS,
            (false, false) => SERVER,
        };
        message.extend([54, 4]);
        message.extend(server.octets());
    }
    if is(CLIENT_ID) {
        message.extend([61, 2, 255, byte(input)]);
    }
    if is(MORE) {
        let length = usize::from(byte(input));
        message.extend_from_slice(next(input, length).unwrap_or_default());
    }
    message.push(255);
    message
}

/// Most of them in a range or near one.
fn address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 99, [0, 7, 0, 8][usize::from(number >> 4 & 3)], number & 15)
}

fn field(message: &[u8], at: usize) -> Ipv4Addr {
    Ipv4Addr::new(message[at], message[at + 1], message[at + 2], message[at + 3])
}

fn joined(message: &[u8], code: u8) -> Option<Vec<u8>> {
    let options = SubOptions::new(&message[HEADER..]).flatten();
    let pieces: Vec<_> = options.filter(|option| option.code == code).map(|option| option.value).collect();
    (!pieces.is_empty()).then(|| pieces.concat())
}

/// By what the sender is known; `None` with option 52, where that can stand elsewhere.
fn name(datagram: &[u8]) -> Option<Vec<u8>> {
    if joined(datagram, 52).is_some() {
        return None;
    }
    let hardware = || [&datagram[1..2], &datagram[28..][..usize::from(datagram[2])]].concat();
    Some(joined(datagram, 61).filter(|name| !name.is_empty()).unwrap_or_else(hardware))
}

/// RFC 2131 section 4.1: to the relay; to whoever has the address it says; to everybody.
fn destination(reply: &[u8], datagram: &[u8], arrival: &Arrival) -> SocketAddrV4 {
    let (client, relay) = (field(datagram, 12), field(datagram, 24));
    if arrival.port != SERVER_PORT {
        arrival.source
    } else if !relay.is_unspecified() {
        SocketAddrV4::new(relay, 67)
    } else if reply[242] == 5 && !client.is_unspecified() {
        assert_eq!(field(reply, 16), client, "sent to an address that the client has not");
        SocketAddrV4::new(client, 68)
    } else {
        SocketAddrV4::new(Ipv4Addr::BROADCAST, 68)
    }
}

/// What a future comes to that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

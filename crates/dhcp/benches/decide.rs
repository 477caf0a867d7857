//! What is decided in a second, without sockets, journal and log. `cargo bench -p lync-dhcp`.
//!
//! With them: `cargo bench -p lyncmock --bench dhcp`. Prints a line for people and a line of JSON for each.

#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use lync_dhcp::{
    Answers, Arrival, RegistrarOptions, RegistrarSettings, decide,
    lease::{Client, LeaseSettings, Leases, Pools, Request, Subnet, Verdict},
};
use lync_model::{
    Clock,
    lease::{ClientKey, Lease, LeaseState},
};
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use std::{
    collections::HashMap,
    error::Error,
    hint::black_box,
    net::{Ipv4Addr, SocketAddrV4},
    time::{Duration, Instant},
};

const HOST: &str = "atl-cs-001.litwareinc.com";
/// Clients that get an address, one after the other and again.
const CLIENTS: u32 = 10_000;
const RUNS: usize = 5;
const RUN: Duration = Duration::from_secs(1);
/// The clock is read once in as many decisions.
const CHUNK: u32 = 256;
/// The first of the addresses, as many as a /12 has.
const FIRST: u32 = 0x7F10_0000;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let (informs, runs) = median(informs)?;
    println!("DHCPINFORM per second: {informs} decided");
    println!(r#"{{"bench":"inform","decide_per_second":{informs},"runs":{runs:?}}}"#);
    for leases in [0, 50_000] {
        let (exchanges, runs) = median(|| exchanges(leases))?;
        println!("DHCPDISCOVER to DHCPACK per second beside {leases} leases: {exchanges} decided");
        println!(r#"{{"bench":"leases","leases":{leases},"decide_per_second":{exchanges},"runs":{runs:?}}}"#);
    }
    Ok(())
}

/// The median of some runs, and the runs.
fn median(run: impl Fn() -> Result<u64>) -> Result<(u64, Vec<u64>)> {
    let mut rates = (0..RUNS).map(|_| run()).collect::<Result<Vec<_>>>()?;
    rates.sort_unstable();
    Ok((rates.get(RUNS / 2).copied().unwrap_or_default(), rates))
}

/// One run of the Registrar's component.
fn informs() -> Result<u64> {
    let options = RegistrarOptions {
        uc_client: UcClientOptions::for_pool(HOST, 443)?,
        sip_servers: SipServers::from(HOST.parse::<DomainName>()?),
    };
    let answers = Answers::new(&options, RegistrarSettings::default());
    let source = SocketAddrV4::new(Ipv4Addr::new(10, 99, 0, 2), 68);
    let arrival = Arrival { source, server: Ipv4Addr::new(10, 99, 0, 1), broadcast: true, port: 67 };
    let (request, mut reply) = (inform(), Vec::new());
    let (start, mut decided) = (Instant::now(), 0);
    while start.elapsed() < RUN {
        for _ in 0..CHUNK {
            let destination = decide(black_box(&request), &arrival, &answers, &mut reply);
            black_box(destination).map_err(|reason| format!("dropped: {reason}"))?;
            black_box(&reply);
        }
        decided += u64::from(CHUNK);
    }
    per_second(decided, start.elapsed())
}

/// The recorded DHCPINFORM, behind the headers of file, record, Ethernet, IPv4 and UDP.
fn inform() -> Vec<u8> {
    let capture = include_bytes!("../../../fixtures/captures/dhcp-reference.pcap");
    capture.iter().skip(24 + 16 + 42).take(300).copied().collect()
}

/// One run of the leases, beside as many of other clients.
fn exchanges(beside: u32) -> Result<u64> {
    let (pools, clock) = (pools()?, Clock::system());
    let id = pools.find(Ipv4Addr::from(FIRST)).ok_or("the subnet is there")?;
    let mut leases = Leases::new(&pools, others(beside, &clock)?);
    let keys = (0..CLIENTS).map(|number| key(1, number)).collect::<Result<Vec<_>>>()?;
    let (mut keys, start, mut done) = (keys.iter().cycle(), Instant::now(), 0);
    while start.elapsed() < RUN {
        let now = clock.now();
        for key in keys.by_ref().take(usize::try_from(CHUNK)?) {
            let client = Client { key, mac: None };
            let offered = leases.offer(&client, None, id, now).ok_or("a free address")?;
            match leases.request(&client, Request::Selecting(offered.address), id, now) {
                Verdict::Granted { change, .. } => drop(black_box(change)),
                other => return Err(format!("not granted: {other:?}").into()),
            }
        }
        done += u64::from(CHUNK);
    }
    per_second(done, start.elapsed())
}

fn pools() -> Result<Pools> {
    let subnet = Subnet {
        network: "127.0.0.0/8".parse()?,
        ranges: vec![Ipv4Addr::from(FIRST)..=Ipv4Addr::from(FIRST + (1 << 20) - 1)],
        reservations: HashMap::new(),
        lease_time: Duration::from_hours(24),
        routers: Vec::new(),
    };
    Ok(Pools::new(vec![subnet], LeaseSettings::default())?)
}

/// Leases of other clients.
fn others(count: u32, clock: &Clock) -> Result<Vec<Lease>> {
    let expires = clock.now() + time::Duration::DAY;
    let lease = |number: u32| {
        let (address, client) = (Ipv4Addr::from(FIRST + number), key(9, number)?);
        Ok(Lease { address, client, mac: None, expires, state: LeaseState::Bound })
    };
    (0..count).map(lease).collect()
}

fn key(kind: u8, number: u32) -> Result<ClientKey> {
    Ok(ClientKey::new([&[kind][..], &number.to_be_bytes()].concat()).ok_or("a key")?)
}

fn per_second(count: u64, time: Duration) -> Result<u64> {
    let rate = u128::from(count) * 1_000_000 / time.as_micros().max(1);
    Ok(u64::try_from(rate)?)
}

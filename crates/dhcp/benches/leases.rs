//! DHCPDISCOVER to DHCPACK per second, over loopback and of the leases alone. `cargo bench -p lync-dhcp --bench leases`.
//!
//! Leases are kept in memory. The server's runtime has one thread and the client another; each is pinned to a processor
//! of its own where there are two. Measured without leases, and beside 50,000 of other clients. Prints a line for people
//! and a line of JSON for each.

#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use async_trait::async_trait;
use lync_dhcp::{
    ClassOptions, DhcpSocket, Enterprise, EnterpriseOptions, LeaseServer, Mode, Registrar, RegistrarOptions,
    RegistrarSettings,
    lease::{Client, LeaseSettings, Leases, Pools, Request, Subnet, Verdict},
    serve,
};
use lync_model::{
    Clock,
    lease::{ClientKey, Lease, LeaseChange, LeaseLog, LeaseLogError, LeaseState},
};
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};
use std::{
    collections::HashMap,
    error::Error,
    hint::black_box,
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const HOST: &str = "atl-cs-001.litwareinc.com";
/// Clients that get an address, one after the other and again: so many that none is told to wait.
const CLIENTS: u32 = 10_000;
/// Clients that are at it at the same time.
const WINDOW: u32 = 16;
const RUNS: usize = 5;
const RUN: Duration = Duration::from_secs(1);
/// The clock is read once in as many exchanges.
const CHUNK: u32 = 256;
/// The first of the addresses, as many as a /12 has.
const FIRST: u32 = 0x7F10_0000;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    for leases in [0, 50_000] {
        let mut runs = over_loopback(leases)?;
        let mut alone = (0..RUNS).map(|_| alone(leases)).collect::<Result<Vec<_>>>()?;
        let (end_to_end, decide) = (median(&mut runs), median(&mut alone));
        println!(
            "DHCPDISCOVER to DHCPACK per second beside {leases} leases: {end_to_end} over loopback (window \
             {WINDOW}), {decide} decided"
        );
        println!(
            r#"{{"bench":"leases","leases":{leases},"end_to_end_per_second":{end_to_end},"runs":{runs:?},"window":{WINDOW},"decide_per_second":{decide}}}"#
        );
    }
    Ok(())
}

/// Leases of which nothing outlives the process.
struct Memory(Vec<Lease>);

#[async_trait]
impl LeaseLog for Memory {
    async fn load(&self) -> std::result::Result<Vec<Lease>, LeaseLogError> {
        Ok(self.0.clone())
    }

    async fn write(&self, changes: Vec<LeaseChange>) -> std::result::Result<(), LeaseLogError> {
        black_box(changes);
        Ok(())
    }
}

/// Exchanges per second, a number for each run.
fn over_loopback(leases: u32) -> Result<Vec<u64>> {
    let processors = processors();
    let socket = DhcpSocket::bind_address(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let address = socket.local_addr();
    let shutdown = CancellationToken::new();
    let (stop, cpu) = (shutdown.clone(), processors.first().copied());
    let server = thread::spawn(move || -> Result<()> {
        pin(cpu)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let registrar = Arc::new(registrar(leases).await?);
            Ok(serve(vec![socket], registrar, stop).await?)
        })
    });
    pin(processors.get(1).copied())?;
    let rates = (0..RUNS).map(|_| exchanges(address)).collect::<Result<_>>();
    shutdown.cancel();
    server.join().map_err(|_| "the server panicked")??;
    rates
}

async fn registrar(leases: u32) -> Result<Registrar> {
    let options = RegistrarOptions {
        uc_client: UcClientOptions::for_pool(HOST, 443)?,
        sip_servers: SipServers::from(HOST.parse::<DomainName>()?),
    };
    let classes = ClassOptions { uc_client: true, ..ClassOptions::default() };
    let enterprise =
        Enterprise::new(&EnterpriseOptions { sip_servers: true, ..EnterpriseOptions::default() }, &classes)?;
    let (clock, log) = (Clock::system(), Memory(others(leases, &Clock::system())?));
    let server = LeaseServer::open(enterprise, pools()?, Some(Arc::new(log)), clock).await?;
    let registrar = Registrar::new(&options, RegistrarSettings::default()).with_leases(Arc::new(server));
    registrar.set_mode(Mode::Enterprise);
    Ok(registrar)
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
        let client = ClientKey::new([&[9][..], &number.to_be_bytes()].concat()).ok_or("a key")?;
        let address = Ipv4Addr::from(FIRST + number);
        Ok(Lease { address, client, mac: None, expires, state: LeaseState::Bound })
    };
    (0..count).map(lease).collect()
}

/// One run: [`WINDOW`] clients at a time ask, and take what they are offered.
fn exchanges(server: SocketAddrV4) -> Result<u64> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(Duration::from_secs(2)))?;
    let (template, mut reply) = (inform(), [0; 2048]);
    let start = Instant::now();
    for number in 0..WINDOW {
        socket.send(&discover(&template, number)?)?;
    }
    let (mut next, mut done) = (WINDOW, 0);
    while start.elapsed() < RUN {
        for _ in 0..CHUNK {
            let length = socket.recv(&mut reply)?;
            let reply = reply.get(..length).unwrap_or_default();
            match reply.get(240..243) {
                Some([53, 1, 2]) => drop(socket.send(&select(&template, reply)?)?),
                Some([53, 1, 5]) => {
                    done += 1;
                    socket.send(&discover(&template, next)?)?;
                    next += 1;
                }
                _ => return Err(format!("a wrong answer: {reply:02X?}").into()),
            }
        }
    }
    per_second(done, start.elapsed())
}

/// A DHCPDISCOVER of a client, which is in its transaction id too.
fn discover(template: &[u8], number: u32) -> Result<Vec<u8>> {
    let number = (number % CLIENTS).to_be_bytes();
    let mut message = template.get(..240).ok_or("the request is too short")?.to_vec();
    for (from, bytes) in [(4, &number), (12, &[0; 4]), (30, &number)] {
        message.get_mut(from..from + 4).ok_or("a header")?.copy_from_slice(bytes);
    }
    message.extend_from_slice(&[53, 1, 1, 55, 2, 43, 120, 60, 12]);
    message.extend_from_slice(b"MS-UC-Client\xFF");
    message.resize(300, 0);
    Ok(message)
}

/// The DHCPREQUEST for what was offered.
fn select(template: &[u8], offer: &[u8]) -> Result<Vec<u8>> {
    let four = |from: usize| offer.get(from..from + 4).ok_or("an offer is longer");
    let client = u32::from_be_bytes(four(4)?.try_into()?);
    let mut message = discover(template, client)?;
    message.truncate(240);
    message.extend_from_slice(&[53, 1, 3, 50, 4]);
    message.extend_from_slice(four(16)?);
    message.extend_from_slice(&[54, 4]);
    message.extend_from_slice(four(245)?);
    message.extend_from_slice(&[55, 2, 43, 120, 60, 12]);
    message.extend_from_slice(b"MS-UC-Client\xFF");
    message.resize(300, 0);
    Ok(message)
}

/// One run of the leases without messages.
fn alone(count: u32) -> Result<u64> {
    let (pools, clock) = (pools()?, Clock::system());
    let id = pools.find(Ipv4Addr::from(FIRST)).ok_or("the subnet is there")?;
    let mut leases = Leases::new(&pools, others(count, &clock)?);
    let keys = (0..CLIENTS)
        .map(|number| ClientKey::new([&[1][..], &number.to_be_bytes()].concat()).ok_or("a key"))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let (mut keys, start, mut done) = (keys.iter().cycle(), Instant::now(), 0);
    while start.elapsed() < RUN {
        let now = clock.now();
        for key in keys.by_ref().take(usize::try_from(CHUNK)?) {
            let client = Client { key, mac: None };
            let offered = leases.offer(&client, None, id, now).ok_or("a free address")?;
            match leases.request(&client, Request::Selecting(offered), id, now) {
                Verdict::Granted { change, .. } => drop(black_box(change)),
                other => return Err(format!("not granted: {other:?}").into()),
            }
        }
        done += u64::from(CHUNK);
    }
    per_second(done, start.elapsed())
}

/// The recorded DHCPINFORM, behind the headers of file, record, Ethernet, IPv4 and UDP.
fn inform() -> Vec<u8> {
    let capture = include_bytes!("../../../fixtures/captures/dhcp-reference.pcap");
    capture.iter().skip(24 + 16 + 42).take(300).copied().collect()
}

/// The processors that this process may use, if there are at least two.
fn processors() -> Vec<usize> {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
    let all: Vec<_> = (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false)).collect();
    if all.len() < 2 { Vec::new() } else { all }
}

fn pin(cpu: Option<usize>) -> Result<()> {
    if let Some(cpu) = cpu {
        let mut only = CpuSet::new();
        only.set(cpu)?;
        sched_setaffinity(Pid::from_raw(0), &only)?;
    }
    Ok(())
}

fn per_second(count: u64, time: Duration) -> Result<u64> {
    let rate = u128::from(count) * 1_000_000 / time.as_micros().max(1);
    Ok(u64::try_from(rate)?)
}

fn median(rates: &mut [u64]) -> u64 {
    rates.sort_unstable();
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

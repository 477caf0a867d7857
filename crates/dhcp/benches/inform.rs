//! DHCPINFORM per second, over loopback and of the decision alone. `cargo bench -p lync-dhcp`.
//!
//! The server's runtime has one thread and the client another; each is pinned to a processor of its own where there
//! are two. The processor time of the server's thread is counted too: it tells what one core could do, whatever the
//! client and the rest of the machine are doing. The same with a journal, which keeps its last entries. Prints a line
//! for people and a line of JSON.

#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use lync_dhcp::{
    Answers, Arrival, DhcpSocket, Registrar, RegistrarOptions, RegistrarSettings, decide, serve,
};
use lync_model::{
    Clock,
    journal::{Entry, Journal},
};
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    sys::{
        resource::{UsageWho, getrusage},
        time::TimeValLike,
    },
    unistd::Pid,
};
use std::{
    collections::VecDeque,
    error::Error,
    hint::black_box,
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const HOST: &str = "atl-cs-001.litwareinc.com";
/// Requests in flight.
const WINDOW: u32 = 16;
const RUNS: usize = 5;
const RUN: Duration = Duration::from_secs(1);
/// The clock is read once in as many exchanges.
const CHUNK: u32 = 256;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let registrar =
        || Ok::<_, Box<dyn Error + Send + Sync>>(Registrar::new(&options()?, RegistrarSettings::default()));
    let (mut over_loopback, per_core) = exchanged_with(registrar()?)?;
    let (mut journaled, journaled_per_core) =
        exchanged_with(registrar()?.with_journal(Arc::new(LastEntries::default()), Clock::system()))?;
    let mut alone = (0..RUNS).map(|_| decisions()).collect::<Result<Vec<_>>>()?;
    let (end_to_end, decide) = (median(&mut over_loopback), median(&mut alone));
    let journaled = median(&mut journaled);
    println!(
        "DHCPINFORM per second: {end_to_end} over loopback (window {WINDOW}), {per_core} for each second of \
         processor time, {decide} decided; with a journal {journaled}, {journaled_per_core}"
    );
    println!(
        r#"{{"bench":"inform","end_to_end_per_second":{end_to_end},"runs":{over_loopback:?},"window":{WINDOW},"per_processor_second":{per_core},"decide_per_second":{decide},"journaled_per_second":{journaled},"journaled_per_processor_second":{journaled_per_core}}}"#
    );
    Ok(())
}

/// Exchanges per second, a number for each run, and exchanges per second of the server's processor time.
fn exchanged_with(registrar: Registrar) -> Result<(Vec<u64>, u64)> {
    let processors = processors();
    let socket = DhcpSocket::bind_address(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let address = socket.local_addr();
    let registrar = Arc::new(registrar);
    let shutdown = CancellationToken::new();
    let (served, stop, cpu) = (Arc::clone(&registrar), shutdown.clone(), processors.first().copied());
    let server = thread::spawn(move || -> Result<Duration> {
        pin(cpu)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(serve(vec![socket], served, stop))?;
        processor_time()
    });
    pin(processors.get(1).copied())?;
    let rates = (0..RUNS).map(|_| exchanges(address)).collect::<Result<_>>();
    shutdown.cancel();
    let spent = server.join().map_err(|_| "the server panicked")??;
    Ok((rates?, per_second(registrar.counters().answered(), spent)?))
}

/// As bounded as a pool's journal, and as thrifty.
#[derive(Default)]
struct LastEntries(Mutex<VecDeque<Arc<Entry>>>);

impl Journal for LastEntries {
    fn record(&self, entry: Entry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == 10_000 {
            entries.pop_front();
        }
        entries.push_back(Arc::new(entry));
    }
}

/// What this thread has used, in the kernel and outside it.
fn processor_time() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(microseconds)?))
}

/// One run: keeps [`WINDOW`] requests in flight and checks each answer.
fn exchanges(server: SocketAddrV4) -> Result<u64> {
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    client.connect(server)?;
    client.set_read_timeout(Some(Duration::from_secs(2)))?;
    let (mut request, mut reply) = (inform(), [0; 2048]);
    let start = Instant::now();
    (0..WINDOW).try_for_each(|xid| ask(&client, &mut request, xid))?;
    let mut answered = 0;
    while start.elapsed() < RUN {
        for _ in 0..CHUNK {
            let length = client.recv(&mut reply)?;
            check(reply.get(..length).unwrap_or_default(), answered)?;
            ask(&client, &mut request, answered + WINDOW)?;
            answered += 1;
        }
    }
    per_second(u64::from(answered), start.elapsed())
}

fn ask(client: &UdpSocket, request: &mut [u8], xid: u32) -> Result<()> {
    request.get_mut(4..8).ok_or("a request has an xid")?.copy_from_slice(&xid.to_be_bytes());
    client.send(request)?;
    Ok(())
}

/// The answer to the request `xid`, with both options.
fn check(reply: &[u8], xid: u32) -> Result<()> {
    let right = reply.len() == 383
        && reply.get(4..8) == Some(&xid.to_be_bytes())
        && reply.get(240..243) == Some(&[53, 1, 5])
        && reply.get(258..260) == Some(&[43, 92])
        && reply.get(352..354) == Some(&[120, 28]);
    if right { Ok(()) } else { Err(format!("request {xid} got a wrong answer: {reply:02X?}").into()) }
}

/// One run of the decision without sockets.
fn decisions() -> Result<u64> {
    let answers = Answers::new(&options()?, RegistrarSettings::default());
    let source = SocketAddrV4::new(Ipv4Addr::new(10, 99, 0, 2), 68);
    let arrival = Arrival { source, server: Ipv4Addr::new(10, 99, 0, 1), broadcast: true, port: 67 };
    let (request, mut reply) = (inform(), Vec::new());
    let start = Instant::now();
    let mut decided = 0;
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
    include_bytes!("../../../fixtures/captures/dhcp-reference.pcap")
        .iter()
        .skip(24 + 16 + 42)
        .take(300)
        .copied()
        .collect()
}

fn options() -> Result<RegistrarOptions> {
    Ok(RegistrarOptions {
        uc_client: UcClientOptions::for_pool(HOST, 443)?,
        sip_servers: SipServers::from(HOST.parse::<DomainName>()?),
    })
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

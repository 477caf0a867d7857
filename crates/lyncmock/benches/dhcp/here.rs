//! The DHCP component alone, in a thread of this process, over loopback.

use crate::{
    cores::Cores,
    load::{self, Clients},
    wire::Payloads,
};
use anyhow::{Context, Result, anyhow};
use async_trait::async_trait;
use lync_dhcp::{
    ClassOptions, DhcpSocket, Enterprise, EnterpriseOptions, LeaseServer, Mode, Registrar, RegistrarOptions,
    RegistrarSettings,
    lease::{LeaseSettings, Pools, Subnet},
    serve,
};
use lync_journal::{Journal, Limits};
use lync_model::{
    Clock,
    lease::{ClientKey, Lease, LeaseChange, LeaseLog, LeaseLogError, LeaseState},
    rules::RuleBook,
};
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use lync_store::{Store, StoreLocation};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    ops::RangeInclusive,
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio_util::sync::CancellationToken;

const HOST: &str = "atl-cs-001.litwareinc.com";
const RANGE: RangeInclusive<Ipv4Addr> = Ipv4Addr::new(127, 16, 0, 0)..=Ipv4Addr::new(127, 31, 255, 255);
/// Changes that go into the log at once before it is measured.
const CHUNK: usize = 1000;

/// What is served.
#[derive(Clone, Copy)]
pub(crate) enum Service {
    /// DHCPINFORM alone.
    Registrar { journal: bool },
    /// Leases, beside as many of other clients.
    Leases { kept: bool, beside: u32 },
}

/// A rate, and the one that the server's thread alone would have with a core to itself: answers for each second of
/// its processor time, whatever the clients and the rest of the machine are doing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rate {
    pub(crate) a_second: f64,
    pub(crate) a_processor_second: f64,
}

/// DHCPINFORM a second.
pub(crate) fn informs(cores: Cores, journal: bool, payloads: &Payloads, time: Duration) -> Result<Rate> {
    measured(cores, Service::Registrar { journal }, |socket| {
        load::informs(&socket, Ipv4Addr::LOCALHOST, payloads, time)
    })
}

/// DHCPDISCOVER to DHCPACK a second.
pub(crate) fn exchanges(
    cores: Cores,
    kept: bool,
    beside: u32,
    payloads: &Payloads,
    time: Duration,
) -> Result<f64> {
    let rate = measured(cores, Service::Leases { kept, beside }, |socket| {
        let mut clients = Clients::new(socket, Ipv4Addr::UNSPECIFIED, RANGE, beside, payloads)?;
        clients.exchanges(time, u32::MAX)
    })?;
    Ok(rate.a_second)
}

/// What `ask` finds out about a server, which ends with it.
fn measured(cores: Cores, service: Service, ask: impl FnOnce(UdpSocket) -> Result<f64>) -> Result<Rate> {
    let socket = DhcpSocket::bind_address(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let address = socket.local_addr();
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let (ready, is_ready) = mpsc::channel();
    let server = thread::spawn(move || -> Result<f64> {
        // SQLite's thread comes from this one, and so shares its core.
        cores.serve()?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
            let registrar = Arc::new(registrar(service, folder.path()).await?);
            ready.send(())?;
            let before = processor_seconds()?;
            serve(vec![socket], Arc::clone(&registrar), stop).await?;
            let answered = f64::from(u32::try_from(registrar.counters().answered())?);
            Ok(answered / (processor_seconds()? - before))
        })
    });
    // The sender is gone if the server could not start; it says why when it is joined.
    let rate = is_ready.recv().context("the server did not start").and_then(|()| {
        let clients = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        clients.connect(address)?;
        ask(clients)
    });
    shutdown.cancel();
    let a_processor_second = server.join().map_err(|_| anyhow!("the server panicked"))??;
    Ok(Rate { a_second: rate?, a_processor_second })
}

/// What this thread has used, in the kernel and outside it.
fn processor_seconds() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(microseconds)?).as_secs_f64())
}

async fn registrar(service: Service, folder: &Path) -> Result<Registrar> {
    let options = RegistrarOptions {
        uc_client: UcClientOptions::for_pool(HOST, 443)?,
        sip_servers: SipServers::from(HOST.parse::<DomainName>()?),
    };
    let (registrar, clock) = (Registrar::new(&options, RegistrarSettings::default()), Clock::system());
    match service {
        Service::Registrar { journal: false } => Ok(registrar),
        Service::Registrar { journal: true } => {
            let rules = Arc::new(RuleBook::new(clock.clone()));
            Ok(registrar.with_journal(Journal::new(clock.clone(), Limits::default(), rules), clock))
        }
        Service::Leases { kept, beside } => {
            let server =
                LeaseServer::open(enterprise()?, pools()?, Some(log(kept, beside, folder).await?), clock);
            let registrar = registrar.with_leases(Arc::new(server.await?));
            registrar.set_mode(Mode::Enterprise);
            Ok(registrar)
        }
    }
}

fn enterprise() -> Result<Enterprise> {
    let classes = ClassOptions { uc_client: true, ..ClassOptions::default() };
    let options = EnterpriseOptions { sip_servers: true, ..EnterpriseOptions::default() };
    Ok(Enterprise::new(&options, &classes)?)
}

fn pools() -> Result<Pools> {
    let subnet = Subnet {
        network: "127.0.0.0/8".parse()?,
        ranges: vec![RANGE],
        reservations: HashMap::new(),
        lease_time: Duration::from_hours(24),
        routers: Vec::new(),
    };
    Ok(Pools::new(vec![subnet], LeaseSettings::default())?)
}

/// A log that holds the leases of others: the database on disk, or nothing but memory.
async fn log(kept: bool, beside: u32, folder: &Path) -> Result<Arc<dyn LeaseLog>> {
    let others = others(beside)?;
    if !kept {
        return Ok(Arc::new(Memory(others)));
    }
    let store = Store::open(&StoreLocation::Kept(folder.join("pool.db")), Clock::system()).await?;
    for some in others.chunks(CHUNK) {
        store.write(some.iter().cloned().map(LeaseChange::Put).collect()).await?;
    }
    Ok(Arc::new(store))
}

/// Leases of other clients, at the first addresses.
fn others(count: u32) -> Result<Vec<Lease>> {
    let expires = Clock::system().now() + time::Duration::DAY;
    let lease = |number: u32| {
        let client = ClientKey::new([&[9][..], &number.to_be_bytes()].concat()).context("a key")?;
        let address = Ipv4Addr::from_bits(RANGE.start().to_bits() + number);
        Ok(Lease { address, client, mac: None, expires, state: LeaseState::Bound })
    };
    (0..count).map(lease).collect()
}

/// Leases of which nothing outlives the process.
struct Memory(Vec<Lease>);

#[async_trait]
impl LeaseLog for Memory {
    async fn load(&self) -> Result<Vec<Lease>, LeaseLogError> {
        Ok(self.0.clone())
    }

    async fn write(&self, changes: Vec<LeaseChange>) -> Result<(), LeaseLogError> {
        drop(changes);
        Ok(())
    }
}

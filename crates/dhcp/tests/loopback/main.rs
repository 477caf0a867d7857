//! The responder on real sockets, all of them on loopback.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of a test may fail as loudly as it"
)]

mod leases;
mod rules;
mod serving;

use lync_dhcp::{Counters, DhcpSocket, Registrar, RegistrarOptions, RegistrarSettings, serve};
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use std::{
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};
use tokio::{net::UdpSocket, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

const REFERENCE: &[u8] = include_bytes!("../../../../fixtures/captures/dhcp-reference.pcap");
const HOST: &str = "atl-cs-001.litwareinc.com";
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const SECOND: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// The recorded DHCPINFORM, behind the headers of file, record, Ethernet, IPv4 and UDP.
fn inform() -> Vec<u8> {
    REFERENCE[24 + 16 + 42..][..300].to_vec()
}

fn options(host: &str) -> RegistrarOptions {
    RegistrarOptions {
        uc_client: UcClientOptions::for_pool(host, 443).unwrap(),
        sip_servers: SipServers::from(host.parse::<DomainName>().unwrap()),
    }
}

fn registrar() -> Registrar {
    Registrar::new(&options(HOST), RegistrarSettings::default())
}

struct Server {
    registrar: Arc<Registrar>,
    shutdown: CancellationToken,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    fn start(sockets: Vec<DhcpSocket>) -> Self {
        Self::run(sockets, registrar())
    }

    fn run(sockets: Vec<DhcpSocket>, registrar: Registrar) -> Self {
        let registrar = Arc::new(registrar);
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(serve(sockets, Arc::clone(&registrar), shutdown.clone()));
        Self { registrar, shutdown, task }
    }

    async fn stop(self) -> Counters {
        self.shutdown.cancel();
        soon(self.task).await.unwrap().unwrap();
        self.registrar.counters()
    }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), future).await.expect("within ten seconds")
}

fn bind(ip: Ipv4Addr) -> DhcpSocket {
    DhcpSocket::bind_address(SocketAddrV4::new(ip, 0)).unwrap()
}

async fn client() -> UdpSocket {
    UdpSocket::bind((FIRST, 0)).await.unwrap()
}

async fn exchange(client: &UdpSocket, server: SocketAddrV4) -> (Vec<u8>, SocketAddr) {
    client.send_to(&inform(), server).await.unwrap();
    receive(client).await
}

async fn receive(client: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 2048];
    let (length, from) = soon(client.recv_from(&mut buffer)).await.unwrap();
    (buffer[..length].to_vec(), from)
}

fn contains(message: &[u8], bytes: &[u8]) -> bool {
    message.windows(bytes.len()).any(|window| window == bytes)
}

//! Asking on a socket: send, wait, send again.

use super::ack::Ack;
use super::inform::Inform;
use super::{Answered, CLIENT_PORT, DhcpDiscovery, SERVER_PORT, Wanted};
use crate::FailureKind;
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;

/// The most times that a question is sent.
pub(super) const MAX_ATTEMPTS: u32 = 10;
/// The longest wait (RFC 2131 section 4.1).
pub(super) const MAX_WAIT: Duration = Duration::from_secs(64);
/// More than any DHCP server sends.
pub(super) const MAX_DATAGRAM: usize = 8 * 1024;

/// Asks until there is an answer that serves; then the first such answer counts.
///
/// A single server that was asked has the last word with its first answer, good or bad. After a broadcast, bad answers
/// are kept for the end, since another server may have a good one.
pub(crate) async fn ask(discovery: &DhcpDiscovery, wanted: Wanted) -> Result<Answered, FailureKind> {
    let broken = |error: io::Error| FailureKind::DhcpSocket(error.to_string());
    let (socket, client) = open(discovery).await.map_err(broken)?;
    let transaction = random().map_err(FailureKind::DhcpSocket)?;
    let inform = Inform { transaction, client, hardware_address: discovery.hardware_address };
    let one = !discovery.server.ip().is_broadcast();
    let mut asking =
        Asking { server: discovery.server, one, wanted, socket, inform, ignored: 0, unfit: None };
    let attempts = discovery.attempts.clamp(1, MAX_ATTEMPTS);
    let (began, mut wait) = (Instant::now(), discovery.first_wait.min(MAX_WAIT));
    for attempt in 1..=attempts {
        let seconds = u16::try_from(began.elapsed().as_secs()).unwrap_or(u16::MAX);
        let question = inform.encode(seconds).map_err(FailureKind::DhcpSocket)?;
        tracing::debug!(server = %discovery.server, %client, attempt, "DHCPINFORM");
        match asking.once(&question, Instant::now() + wait).await {
            Ok(Some(answered)) => return Ok(answered),
            Ok(None) => {}
            // The port is closed: nobody will answer there, however long one waits.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return Err(asking.give_up(attempt)),
            Err(error) => return Err(broken(error)),
        }
        wait = (wait * 2).min(MAX_WAIT);
    }
    Err(asking.give_up(attempts))
}

struct Asking {
    server: SocketAddrV4,
    /// Whether one server alone was asked.
    one: bool,
    wanted: Wanted,
    socket: UdpSocket,
    inform: Inform,
    ignored: u32,
    /// The first answer that did not serve, and why.
    unfit: Option<FailureKind>,
}

impl Asking {
    /// Sends the question once and waits for an answer until `deadline`.
    async fn once(&mut self, question: &[u8], deadline: Instant) -> io::Result<Option<Answered>> {
        self.socket.send_to(question, self.server).await?;
        let mut buffer = vec![0; MAX_DATAGRAM];
        loop {
            let received = tokio::time::timeout_at(deadline, self.socket.recv_from(&mut buffer)).await;
            let Ok(received) = received else { return Ok(None) };
            let (length, source) = received?;
            let Some(answered) = self.read(buffer.get(..length).unwrap_or_default(), source) else {
                continue;
            };
            let Some(problem) = answered.problem(self.wanted) else { return Ok(Some(answered)) };
            if self.one {
                return Ok(Some(answered));
            }
            tracing::debug!(server = %answered.server, %problem, "answer does not serve");
            self.unfit.get_or_insert(problem);
        }
    }

    fn read(&mut self, datagram: &[u8], source: SocketAddr) -> Option<Answered> {
        let SocketAddr::V4(source) = source else { return None };
        match Ack::read(datagram, &self.inform) {
            Ok(ack) => Some(Answered::read(&ack, source)),
            Err(reason) => {
                tracing::debug!(%source, %reason, "datagram ignored");
                self.ignored = self.ignored.saturating_add(1);
                None
            }
        }
    }

    fn give_up(self, attempts: u32) -> FailureKind {
        let silence = FailureKind::NoDhcpAnswer { server: self.server, attempts, ignored: self.ignored };
        self.unfit.unwrap_or(silence)
    }
}

/// A socket for the question, and the client's address.
pub(super) async fn open(discovery: &DhcpDiscovery) -> io::Result<(UdpSocket, Ipv4Addr)> {
    let client = match discovery.local {
        Some(local) => local,
        None => route_to(discovery).await?,
    };
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_broadcast(discovery.server.ip().is_broadcast())?;
    if let Some(interface) = &discovery.interface {
        socket.bind_device(Some(interface.as_bytes()))?;
    }
    let port = if discovery.server.port() == SERVER_PORT { CLIENT_PORT } else { 0 };
    if port != 0 {
        // The machine's own DHCP client has the port for all addresses; this one is bound to one.
        socket.set_reuse_address(true)?;
    }
    socket
        .bind(&SocketAddrV4::new(client, port).into())
        .map_err(|error| io::Error::new(error.kind(), format!("{client}:{port} cannot be bound: {error}")))?;
    let socket = UdpSocket::from_std(socket.into())?;
    if discovery.server.ip().is_loopback() {
        // So that a closed port is known at once. Elsewhere the answer may come from another address of the server.
        socket.connect(discovery.server).await?;
    }
    Ok((socket, client))
}

/// The address that the routing table gives a datagram to the server. Nothing is sent.
async fn route_to(discovery: &DhcpDiscovery) -> io::Result<Ipv4Addr> {
    let probe = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    probe.set_nonblocking(true)?;
    probe.set_broadcast(true)?;
    if let Some(interface) = &discovery.interface {
        probe.bind_device(Some(interface.as_bytes()))?;
    }
    let probe = UdpSocket::from_std(probe.into())?;
    probe.connect(discovery.server).await?;
    match probe.local_addr()?.ip() {
        IpAddr::V4(address) if !address.is_unspecified() => Ok(address),
        _ => Err(io::Error::other("the client's own address is not known; give it")),
    }
}

pub(super) fn random() -> Result<u32, String> {
    let mut bytes = [0; 4];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no random numbers".to_owned())?;
    Ok(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dhcp::{ack, rows};

    const BOTH: Wanted = Wanted { uri: true, registrar: true };

    async fn server() -> (UdpSocket, DhcpDiscovery) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let SocketAddr::V4(address) = socket.local_addr().unwrap() else { panic!("bound to IPv4") };
        let discovery =
            DhcpDiscovery { first_wait: Duration::from_millis(50), ..DhcpDiscovery::unicast(address) };
        (socket, discovery)
    }

    async fn question(server: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let mut buffer = vec![0; 2048];
        let (length, from) = server.recv_from(&mut buffer).await.unwrap();
        buffer.truncate(length);
        (buffer, from)
    }

    #[tokio::test]
    async fn the_question_is_sent_again_and_noise_is_passed_over() {
        let (server, discovery) = server().await;
        let good = &rows()[0];
        let serve = async {
            let (first, _) = question(&server).await;
            let (second, from) = question(&server).await;
            assert_eq!(first[4..8], second[4..8], "one transaction");
            assert_eq!(second[12..16], [127, 0, 0, 1]);
            server.send_to(b"noise", from).await.unwrap();
            let answer = ack(&second, good.option_43.as_deref(), good.option_120.as_deref());
            server.send_to(&answer, from).await.unwrap();
        };
        let (answered, ()) = tokio::join!(ask(&discovery, BOTH), serve);
        let answered = answered.unwrap();
        assert_eq!(answered.source, discovery.server);
        assert_eq!(answered.registrar.unwrap(), "atl-cs-001.litwareinc.com");
    }

    #[tokio::test]
    async fn silence_is_told_after_the_last_attempt() {
        let (server, mut discovery) = server().await;
        discovery.first_wait = Duration::from_millis(5);
        let failure = ask(&discovery, BOTH).await.unwrap_err();
        assert_eq!(failure, FailureKind::NoDhcpAnswer { server: discovery.server, attempts: 3, ignored: 0 });
        for _ in 0..3 {
            question(&server).await;
        }
    }

    #[tokio::test]
    async fn a_closed_port_is_told_without_waiting() {
        let (server, mut discovery) = server().await;
        drop(server);
        discovery.first_wait = Duration::from_secs(60);
        let failure = tokio::time::timeout(Duration::from_secs(10), ask(&discovery, BOTH)).await.unwrap();
        assert!(matches!(failure, Err(FailureKind::NoDhcpAnswer { .. })), "{failure:?}");
    }

    #[tokio::test]
    async fn one_server_has_the_last_word_with_a_broken_answer() {
        let (server, mut discovery) = server().await;
        discovery.first_wait = Duration::from_secs(60);
        let serve = async {
            let (asked, from) = question(&server).await;
            server.send_to(&ack(&asked, None, None), from).await.unwrap();
        };
        let (answered, ()) = tokio::join!(ask(&discovery, BOTH), serve);
        let problem = answered.unwrap().problem(BOTH).unwrap();
        assert!(matches!(problem, FailureKind::BrokenOption { option: 43, .. }), "{problem:?}");
    }

    #[tokio::test]
    async fn after_a_broadcast_a_bad_answer_waits_for_a_good_one() {
        let (server, discovery) = server().await;
        let (socket, client) = open(&discovery).await.unwrap();
        let inform = Inform { transaction: 7, client, hardware_address: discovery.hardware_address };
        let (server_address, one) = (discovery.server, false);
        let mut asking =
            Asking { server: server_address, one, wanted: BOTH, socket, inform, ignored: 0, unfit: None };
        let asked = inform.encode(0).unwrap();
        let good = &rows()[0];
        let serve = async {
            let (asked, from) = question(&server).await;
            server.send_to(&ack(&asked, None, None), from).await.unwrap();
            let answer = ack(&asked, good.option_43.as_deref(), good.option_120.as_deref());
            server.send_to(&answer, from).await.unwrap();
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        let (answered, ()) = tokio::join!(asking.once(&asked, deadline), serve);
        assert_eq!(answered.unwrap().unwrap().problem(BOTH), None);
        // Had no good one come, the bad one would be the reason.
        assert!(matches!(asking.give_up(1), FailureKind::BrokenOption { option: 43, .. }));
    }
}

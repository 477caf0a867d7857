//! Every answer to the question, as it came: for whoever wants to know why a phone finds no pool.

use super::DhcpDiscovery;
use super::ack::Ack;
use super::ask::{MAX_ATTEMPTS, MAX_DATAGRAM, MAX_WAIT, open, random};
use super::inform::Inform;
use crate::FailureKind;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// The most answers to one question that are kept.
const MAX_ANSWERS: usize = 16;

/// A DHCPACK to a DHCPINFORM of class MS-UC-Client, its options unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhcpAnswer {
    /// Its server identifier, or the address it came from.
    pub server: Ipv4Addr,
    /// Where it came from.
    pub source: SocketAddrV4,
    /// The payload of option 43, its pieces joined.
    pub option_43: Option<Vec<u8>>,
    /// The payload of option 120, its pieces joined.
    pub option_120: Option<Vec<u8>>,
    /// The options end within one of them; what stood behind it is missing.
    pub cut: bool,
}

/// Asks as a phone does, and keeps every answer that comes within `settle` of the first one, at most 16.
///
/// A phone takes the first answer that names a server and looks at no other, so that a second one explains sign-ins
/// that fail only now and then. An answer that came twice, to a question that was repeated, is kept once.
///
/// # Errors
/// When nobody answers, or when the socket cannot be used.
pub async fn discover(discovery: &DhcpDiscovery, settle: Duration) -> Result<Vec<DhcpAnswer>, FailureKind> {
    let broken = |error: io::Error| FailureKind::DhcpSocket(error.to_string());
    let (socket, client) = open(discovery).await.map_err(broken)?;
    let transaction = random().map_err(FailureKind::DhcpSocket)?;
    let inform = Inform { transaction, client, hardware_address: discovery.hardware_address };
    let mut hearing = Hearing { socket, inform, ignored: 0, answers: Vec::new() };
    let attempts = discovery.attempts.clamp(1, MAX_ATTEMPTS);
    let silence =
        |attempts, ignored| FailureKind::NoDhcpAnswer { server: discovery.server, attempts, ignored };
    let (began, mut wait) = (Instant::now(), discovery.first_wait.min(MAX_WAIT));
    for attempt in 1..=attempts {
        let seconds = u16::try_from(began.elapsed().as_secs()).unwrap_or(u16::MAX);
        let question = inform.encode(seconds).map_err(FailureKind::DhcpSocket)?;
        match hearing.once(&question, discovery.server, wait, settle.min(MAX_WAIT)).await {
            Ok(()) if hearing.answers.is_empty() => wait = (wait * 2).min(MAX_WAIT),
            Ok(()) => return Ok(hearing.answers),
            // The port is closed: nobody will answer there, however long one waits.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                return Err(silence(attempt, hearing.ignored));
            }
            Err(error) => return Err(broken(error)),
        }
    }
    Err(silence(attempts, hearing.ignored))
}

struct Hearing {
    socket: UdpSocket,
    inform: Inform,
    ignored: u32,
    answers: Vec<DhcpAnswer>,
}

impl Hearing {
    /// Sends the question once, and hears answers until the wait is over: `settle` from the first answer on.
    async fn once(
        &mut self,
        question: &[u8],
        server: SocketAddrV4,
        wait: Duration,
        settle: Duration,
    ) -> io::Result<()> {
        self.socket.send_to(question, server).await?;
        let mut buffer = vec![0; MAX_DATAGRAM];
        let mut deadline = Instant::now() + wait;
        loop {
            let Ok(received) = timeout_at(deadline, self.socket.recv_from(&mut buffer)).await else {
                return Ok(());
            };
            let (length, source) = match received {
                Ok(received) => received,
                // Whoever answered may have gone since; the answer counts.
                Err(_) if !self.answers.is_empty() => return Ok(()),
                Err(error) => return Err(error),
            };
            let first = self.answers.is_empty();
            self.hear(buffer.get(..length).unwrap_or_default(), source);
            if first && !self.answers.is_empty() {
                deadline = Instant::now() + settle;
            }
            if self.answers.len() >= MAX_ANSWERS {
                return Ok(());
            }
        }
    }

    fn hear(&mut self, datagram: &[u8], source: SocketAddr) {
        let read = Ack::read(datagram, &self.inform);
        let (Ok(ack), SocketAddr::V4(source)) = (read, source) else {
            self.ignored = self.ignored.saturating_add(1);
            return;
        };
        let answer = DhcpAnswer {
            server: ack.server_identifier.unwrap_or(*source.ip()),
            source,
            option_43: ack.vendor_specific,
            option_120: ack.sip_servers,
            cut: ack.cut,
        };
        if !self.answers.contains(&answer) {
            self.answers.push(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dhcp::{ack, rows};

    const SETTLE: Duration = Duration::from_secs(60);

    async fn server() -> (UdpSocket, DhcpDiscovery) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let SocketAddr::V4(address) = socket.local_addr().unwrap() else { panic!("bound to IPv4") };
        (socket, DhcpDiscovery { first_wait: SETTLE, ..DhcpDiscovery::unicast(address) })
    }

    async fn question(server: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let mut buffer = vec![0; 2048];
        let (length, from) = server.recv_from(&mut buffer).await.unwrap();
        buffer.truncate(length);
        (buffer, from)
    }

    #[tokio::test]
    async fn broken_options_come_as_they_are() {
        let (server, discovery) = server().await;
        let serve = async {
            let (asked, from) = question(&server).await;
            server.send_to(b"noise", from).await.unwrap();
            server.send_to(&ack(&asked, Some(b"http"), None), from).await.unwrap();
        };
        let (found, ()) = tokio::join!(discover(&discovery, Duration::ZERO), serve);
        let found = found.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].option_43.as_deref(), found[0].option_120.as_deref()),
            (Some(&b"http"[..]), None)
        );
        assert_eq!((found[0].server, found[0].source), (Ipv4Addr::LOCALHOST, discovery.server));
    }

    #[tokio::test]
    async fn every_other_answer_is_kept_until_there_are_enough() {
        let (server, discovery) = server().await;
        let good = &rows()[0];
        let serve = async {
            let (asked, from) = question(&server).await;
            for number in 0..40u8 {
                let other = ack(&asked, Some(&[number / 2]), good.option_120.as_deref());
                server.send_to(&other, from).await.unwrap();
            }
        };
        let (found, ()) = tokio::join!(discover(&discovery, SETTLE), serve);
        let found: Vec<_> = found.unwrap().into_iter().map(|answer| answer.option_43.unwrap()[0]).collect();
        assert_eq!(found, Vec::from_iter(0..16));
    }

    #[tokio::test]
    async fn silence_and_a_closed_port_are_told() {
        let (server, mut discovery) = server().await;
        discovery.first_wait = Duration::from_millis(5);
        let silence = |attempts| FailureKind::NoDhcpAnswer { server: discovery.server, attempts, ignored: 0 };
        assert_eq!(discover(&discovery, SETTLE).await, Err(silence(3)));
        drop(server);
        let closed = discover(&discovery, SETTLE).await.unwrap_err();
        assert!(matches!(closed, FailureKind::NoDhcpAnswer { .. }), "{closed}");
    }
}

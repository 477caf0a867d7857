//! What the gate decides, as the peer sees it.

use crate::certificates::Authority;
use crate::running::{
    GET, Running, SOON, exchange, expect_close, expect_patience, expect_reset, response, soon, until_end, who,
};
use crate::tls::{HOST, ask};
use lync_model::Clock;
use lync_net::tls::{self, Acceptor};
use lync_net::{Admission, Gate, Limits, Opening, Options};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, Error};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;

/// Decides the same about everybody, and tells what it was asked.
struct Always(Admission, mpsc::UnboundedSender<Opening>);

impl Gate for Always {
    fn admit(&self, opening: &Opening) -> Admission {
        let _ = self.1.send(*opening);
        self.0.clone()
    }
}

/// Lets the first one wait for nothing, and serves the others.
struct StallFirst(std::sync::atomic::AtomicBool);

impl Gate for StallFirst {
    fn admit(&self, _: &Opening) -> Admission {
        match self.0.swap(true, std::sync::atomic::Ordering::Relaxed) {
            false => Admission::Stall,
            true => Admission::Serve,
        }
    }
}

async fn start(
    tls: Option<Acceptor>,
    admission: Admission,
    limits: Limits,
) -> (Running, mpsc::UnboundedReceiver<Opening>) {
    let (asked, openings) = mpsc::unbounded_channel();
    let gate: Arc<dyn Gate> = Arc::new(Always(admission, asked));
    let options = Options { limits, gate: Some(gate), ..Options::default() };
    (Running::start(tls, who(), options).await, openings)
}

async fn gated(tls: Option<Acceptor>, admission: Admission) -> Running {
    start(tls, admission, Limits::default()).await.0
}

fn acceptor(authority: &Authority) -> Option<Acceptor> {
    Some(tls::server(&authority.server(HOST), &Clock::system()).unwrap())
}

fn client(authority: &Authority) -> Arc<ClientConfig> {
    tls::client(authority.trust(), None, &Clock::system()).unwrap()
}

/// The handshake's error as rustls says it.
async fn refused(server: &Running, config: Arc<ClientConfig>) -> Error {
    let host = ServerName::try_from(HOST).unwrap();
    let error = TlsConnector::from(config).connect(host, server.connect().await).await.unwrap_err();
    error.get_ref().unwrap().downcast_ref::<Error>().unwrap().clone()
}

/// The beginning of a handshake. Sent as it is, it is a record of which nothing is understood.
const HELLO: [u8; 9] = [0x16, 3, 1, 0, 4, 1, 0, 0, 0];

#[tokio::test]
async fn the_gate_is_told_which_connection_it_is() {
    let (server, mut openings) = start(None, Admission::Serve, Limits::default()).await;
    let mut client = server.connect().await;
    let answer = exchange(&mut client, GET).await.unwrap();
    let opening = openings.recv().await.unwrap();
    assert!(answer.contains(&format!("id={} peer={}", opening.id, opening.peer)), "{answer}");
    assert_eq!((opening.peer, opening.local), (client.local_addr().unwrap(), server.addr));
    exchange(&mut client, GET).await.unwrap();
    assert!(openings.try_recv().is_err(), "asked again about the same connection");
}

#[tokio::test]
async fn a_connection_can_be_reset_before_a_byte() {
    let authority = Authority::new("root");
    for tls in [None, acceptor(&authority)] {
        let server = gated(tls, Admission::Reset).await;
        expect_reset(&mut server.connect().await).await;
        // The reset may come before this is written.
        let mut eager = server.connect().await;
        let _ = eager.write_all(GET).await;
        expect_reset(&mut eager).await;
    }
}

#[tokio::test]
async fn a_connection_can_be_closed_without_a_word() {
    let authority = Authority::new("root");
    for tls in [None, acceptor(&authority)] {
        let server = gated(tls, Admission::Close).await;
        expect_close(&mut server.connect().await).await;
        // Unread bytes must not turn the FIN into a RST.
        let mut eager = server.connect().await;
        eager.write_all(GET).await.unwrap();
        expect_close(&mut eager).await;
        expect_patience(&mut eager).await;
    }
}

async fn still_open(client: &TcpStream) {
    let error = client.try_read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_stalled_connection_keeps_its_place_until_the_peer_leaves() {
    let gate: Arc<dyn Gate> = Arc::new(StallFirst(false.into()));
    let limits = Limits { max_connections: 1, header_timeout: SOON, ..Limits::default() };
    let server =
        Running::start(None, who(), Options { limits, gate: Some(gate), ..Options::default() }).await;
    let mut stalled = server.connect().await;
    stalled.write_all(GET).await.unwrap();
    let mut next = server.connect().await;
    next.write_all(GET).await.unwrap();
    // Longer than a connection that is served may be silent.
    assert!(tokio::time::timeout(SOON * 2, next.readable()).await.is_err(), "served beside the stalled one");
    still_open(&stalled).await;
    drop(stalled);
    assert!(response(&mut next).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_stalled_connection_does_not_hold_up_the_shutdown() {
    let (server, mut openings) = start(None, Admission::Stall, Limits::default()).await;
    let mut stalled = server.connect().await;
    openings.recv().await.unwrap();
    still_open(&stalled).await;
    server.shutdown.cancel();
    server.ended().await;
    expect_close(&mut stalled).await;
}

#[tokio::test]
async fn a_decision_can_be_put_off() {
    let delay = Duration::from_millis(200);
    let begun = Instant::now();
    let served = gated(None, Admission::After(delay, Box::new(Admission::Serve))).await;
    assert!(exchange(&mut served.connect().await, GET).await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(begun.elapsed() >= delay);
    let twice = Admission::After(delay, Box::new(Admission::After(delay, Box::new(Admission::Reset))));
    let begun = Instant::now();
    expect_reset(&mut gated(None, twice).await.connect().await).await;
    assert!(begun.elapsed() >= delay * 2);
}

#[tokio::test]
async fn a_decision_that_was_put_off_does_not_hold_up_the_shutdown() {
    let much_later = Admission::After(Duration::from_secs(3600), Box::new(Admission::Serve));
    let (server, mut openings) = start(None, much_later, Limits::default()).await;
    let _waiting = server.connect().await;
    openings.recv().await.unwrap();
    server.shutdown.cancel();
    server.ended().await;
}

#[tokio::test]
async fn one_connection_can_have_another_certificate() {
    let (ours, other) = (Authority::new("root"), Authority::new("other"));
    let server = gated(acceptor(&ours), Admission::Handshake(acceptor(&other).unwrap())).await;
    ask(&server, client(&ours)).await.unwrap_err();
    assert!(ask(&server, client(&other)).await.unwrap().contains("TLSv1_3"));
    let plain = gated(None, Admission::Handshake(acceptor(&other).unwrap())).await;
    assert!(exchange(&mut plain.connect().await, GET).await.unwrap().contains(" plain"));
}

#[tokio::test]
async fn a_client_hello_can_be_answered_by_any_alert() {
    let authority = Authority::new("root");
    for (alert, meaning) in [
        (70, AlertDescription::ProtocolVersion),
        (112, AlertDescription::UnrecognisedName),
        (250, AlertDescription::Unknown(250)),
    ] {
        let server = gated(acceptor(&authority), Admission::Alert(alert)).await;
        let error = refused(&server, client(&authority)).await;
        assert_eq!(error, Error::AlertReceived(meaning));
        let mut raw = server.connect().await;
        raw.write_all(&HELLO).await.unwrap();
        let (answer, end) = until_end(&mut raw).await;
        assert_eq!(answer, [0x15, 3, 3, 0, 2, 2, alert]);
        end.expect("closed, not reset");
        expect_patience(&mut raw).await;
    }
}

#[tokio::test]
async fn no_alert_comes_before_the_client_hello_and_none_where_there_is_no_tls() {
    let authority = Authority::new("root");
    let limits = Limits { handshake_timeout: SOON, ..Limits::default() };
    let (server, _) = start(acceptor(&authority), Admission::Alert(70), limits).await;
    expect_close(&mut server.connect().await).await;
    for no_hello in [GET, &[0x16, 3, 1, 0xff, 0xff]] {
        let mut lost = server.connect().await;
        lost.write_all(no_hello).await.unwrap();
        assert_eq!(until_end(&mut lost).await.0, b"");
    }
    let plain = gated(None, Admission::Alert(70)).await;
    let mut client = plain.connect().await;
    client.write_all(GET).await.unwrap();
    expect_close(&mut client).await;
}

#[tokio::test]
async fn a_gate_that_is_gone_through_leaves_the_limits_in_force() {
    let limits = Limits { header_timeout: SOON, ..Limits::default() };
    let (server, _) = start(None, Admission::Serve, limits).await;
    let begun = Instant::now();
    assert_eq!(soon(until_end(&mut server.connect().await)).await.0, b"");
    assert!(begun.elapsed() < SOON * 10);
}

//! A port that refuses connections while its door is closed.

use crate::certificates::Authority;
use crate::running::{GET, Running, exchange, expect_close, soon, until_close, who};
use crate::tls::{HOST, ask};
use axum::Router;
use axum::routing::get;
use lync_model::Clock;
use lync_net::{Door, Options, bind, tls};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;

const ANY_PORT: &str = "127.0.0.1:0";

fn behind(door: &Door) -> Options {
    Options { door: Some(door.clone()), ..Options::default() }
}

fn start(door: &Door, addr: &str) -> Running {
    Running::on(bind(addr.parse().unwrap()).unwrap(), None, who(), behind(door))
}

async fn refused(addr: SocketAddr) {
    let error = soon(TcpStream::connect(addr)).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

async fn serves(server: &Running) {
    assert!(exchange(&mut server.connect().await, GET).await.unwrap().starts_with("HTTP/1.1 200"));
}

/// Whether another program gets the port: one that does not insist on it.
fn is_free(addr: SocketAddr) -> bool {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.unwrap();
    socket.set_reuseaddr(false).unwrap();
    socket.bind(addr).is_ok()
}

#[tokio::test]
async fn a_closed_door_refuses_connections_and_an_open_one_takes_them() {
    let door = Door::new();
    for addr in [ANY_PORT, "[::1]:0"] {
        let server = start(&door, addr);
        for _ in 0..3 {
            assert!(door.is_open());
            serves(&server).await;
            door.close();
            assert!(!door.is_open());
            refused(server.addr).await;
            door.close();
            refused(server.addr).await;
            door.open().unwrap();
            door.open().unwrap();
        }
        serves(&server).await;
    }
}

#[tokio::test]
async fn the_port_stays_ours_while_the_door_is_closed() {
    let door = Door::new();
    for addr in [ANY_PORT, "[::1]:0"] {
        let server = start(&door, addr);
        door.close();
        refused(server.addr).await;
        assert!(!is_free(server.addr));
        door.open().unwrap();
        serves(&server).await;
    }
}

#[tokio::test]
async fn the_port_is_given_back_when_the_server_ends() {
    let door = Door::new();
    let server = start(&door, ANY_PORT);
    let addr = server.addr;
    door.close();
    server.shutdown.cancel();
    server.ended().await;
    // The door is still there, and does not hold it.
    assert!(is_free(addr));
    door.open().unwrap();
    refused(addr).await;
}

#[tokio::test]
async fn closing_ends_open_connections_at_once() {
    let entered = Arc::new(Notify::new());
    let of_handler = Arc::clone(&entered);
    let app = who().route(
        "/held",
        get(async move || {
            of_handler.notify_one();
            std::future::pending::<()>().await;
        }),
    );
    let door = Door::new();
    let server = Running::on(bind(ANY_PORT.parse().unwrap()).unwrap(), None, app, behind(&door));
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    exchange(&mut idle, GET).await.unwrap();
    let mut busy = server.connect().await;
    busy.write_all(b"GET /held HTTP/1.1\r\nHost: p\r\n\r\n").await.unwrap();
    soon(entered.notified()).await;
    door.close();
    for connection in [&mut silent, &mut idle, &mut busy] {
        assert_eq!(until_close(connection).await, b"");
    }
    door.open().unwrap();
    serves(&server).await;
}

#[tokio::test]
async fn connections_can_be_dropped_while_the_door_stays_open() {
    let door = Door::new();
    let server = start(&door, ANY_PORT);
    for _ in 0..3 {
        let mut open = server.connect().await;
        exchange(&mut open, GET).await.unwrap();
        door.drop_connections();
        expect_close(&mut open).await;
        assert!(door.is_open());
        serves(&server).await;
    }
}

#[tokio::test]
async fn one_door_closes_several_listeners_with_tls_and_without() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let client = tls::client(authority.trust(), None, &Clock::system()).unwrap();
    let door = Door::new();
    let plain = start(&door, ANY_PORT);
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let secure = Running::on(listener, Some(acceptor), who(), behind(&door));
    let mut in_handshake = secure.connect().await;
    in_handshake.write_all(&[0x16, 3]).await.unwrap();
    serves(&plain).await;
    ask(&secure, Arc::clone(&client)).await.unwrap();
    door.close();
    assert_eq!(until_close(&mut in_handshake).await, b"");
    refused(plain.addr).await;
    refused(secure.addr).await;
    door.open().unwrap();
    serves(&plain).await;
    ask(&secure, client).await.unwrap();
}

#[tokio::test]
async fn a_door_that_was_closed_before_the_server_came_stays_closed() {
    let door = Door::new();
    door.close();
    let server = start(&door, ANY_PORT);
    refused(server.addr).await;
    door.open().unwrap();
    serves(&server).await;
}

#[tokio::test]
async fn a_listener_that_we_did_not_bind_comes_back_on_its_port() {
    let door = Door::new();
    let listener = TcpListener::bind(ANY_PORT).await.unwrap();
    let server = Running::on(listener, None, who(), behind(&door));
    serves(&server).await;
    door.close();
    refused(server.addr).await;
    door.open().unwrap();
    serves(&server).await;
}

#[tokio::test]
async fn a_door_whose_port_was_taken_stays_closed() {
    let door = Door::new();
    let listener = TcpListener::bind(ANY_PORT).await.unwrap();
    let ours = start(&door, ANY_PORT);
    let lost = Running::on(listener, None, who(), behind(&door));
    serves(&lost).await;
    door.close();
    refused(lost.addr).await;
    let thief = TcpListener::bind(lost.addr).await.unwrap();
    assert_eq!(door.open().unwrap_err().kind(), io::ErrorKind::AddrInUse);
    assert!(!door.is_open());
    refused(ours.addr).await;
    drop(thief);
    door.open().unwrap();
    serves(&ours).await;
    serves(&lost).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_that_swings_loses_no_connection_that_came_after_its_opening() {
    let door = Door::new();
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    let app = Router::new().fallback(async move || {
        count.fetch_add(1, Ordering::Relaxed);
        "well"
    });
    let server = Running::on(bind(ANY_PORT.parse().unwrap()).unwrap(), None, app, behind(&door));
    for round in 1..=300 {
        door.close();
        door.open().unwrap();
        exchange(&mut server.connect().await, GET).await.unwrap();
        assert_eq!(served.load(Ordering::Relaxed), round);
    }
}

#[tokio::test]
async fn a_server_behind_a_door_that_was_reopened_waits_without_turning() {
    let door = Door::new();
    let server = start(&door, ANY_PORT);
    door.close();
    refused(server.addr).await;
    door.open().unwrap();
    serves(&server).await;
    let before = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_THREAD).unwrap();
    // A loop that spins would take all of this time.
    let nothing = tokio::time::timeout(std::time::Duration::from_millis(500), std::future::pending::<()>());
    assert!(nothing.await.is_err());
    let after = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_THREAD).unwrap();
    let cpu = |usage: nix::sys::resource::Usage| {
        usage.user_time().tv_sec() * 1_000_000
            + usage.user_time().tv_usec()
            + usage.system_time().tv_sec() * 1_000_000
            + usage.system_time().tv_usec()
    };
    assert!(cpu(after) - cpu(before) < 200_000, "{} µs", cpu(after) - cpu(before));
}

#[tokio::test]
async fn what_is_taken_cannot_be_bound_and_what_is_bound_is_what_was_asked_for() {
    let first = bind(ANY_PORT.parse().unwrap()).unwrap();
    let addr = first.local_addr().unwrap();
    assert_ne!(addr.port(), 0);
    assert_eq!(bind(addr).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    drop(first);
    assert_eq!(bind(addr).unwrap().local_addr().unwrap(), addr);
}

//! A process out of file descriptors. Alone in its file: the shortage is the whole process's.
#![cfg(test)]

use axum::Router;
use lync_net::{CancellationToken, Limits, serve};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs::File;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::timeout;

#[tokio::test]
async fn a_listener_that_ran_out_of_descriptors_recovers() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, 64, hard).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(serve(
        listener,
        None,
        Router::new().fallback("well"),
        Limits::default(),
        CancellationToken::new(),
    ));
    let socket = TcpSocket::new_v4().unwrap();

    let mut hoard = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        hoard.push(file);
    }
    let mut client = socket.connect(addr).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // The runtime has nothing else to do than to fail to accept; the time is what the listener needs to try twice.
    let starved = timeout(Duration::from_millis(250), client.read_to_end(&mut answer)).await;
    assert!(starved.is_err() && answer.is_empty(), "there were descriptors left");
    drop(hoard);
    timeout(Duration::from_secs(10), client.read_to_end(&mut answer))
        .await
        .expect("never recovered")
        .unwrap();
    assert!(answer.ends_with(b"well"), "{answer:?}");
}

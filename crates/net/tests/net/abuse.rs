//! Peers that are slow, silent or talk nonsense: each loses its own connection and nothing else happens.

use crate::certificates::Authority;
use crate::running::{GET, Probe, Running, SOON, exchange, response, soon, until_close, who};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::{get, post};
use lync_model::Clock;
use lync_net::tls;
use lync_net::{Limits, Options};
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

async fn still_serves(server: &Running) {
    let mut next = server.connect().await;
    assert!(exchange(&mut next, GET).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_head_that_never_ends_closes_the_connection() {
    let server = Running::start(None, who(), Limits { header_timeout: SOON, ..Limits::default() }).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: po").await.unwrap();
    assert_eq!(until_close(&mut slow).await, b"");
    still_serves(&server).await;
}

#[tokio::test]
async fn a_connection_without_a_word_is_closed() {
    let server = Running::start(None, who(), Limits { header_timeout: SOON, ..Limits::default() }).await;
    assert_eq!(until_close(&mut server.connect().await).await, b"");
}

#[tokio::test]
async fn a_half_open_handshake_is_closed() {
    let identity = Authority::new("root").server("pool.test");
    let acceptor = tls::server(&identity, &Clock::system()).unwrap();
    let limits = Limits { handshake_timeout: SOON, ..Limits::default() };
    let server = Running::start(Some(acceptor), who(), limits).await;
    let mut silent = server.connect().await;
    let mut begun = server.connect().await;
    begun.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1]).await.unwrap();
    assert_eq!(until_close(&mut silent).await, b"");
    assert_eq!(until_close(&mut begun).await, b"");
}

#[tokio::test]
async fn a_body_that_trickles_fails_in_the_handler() {
    let app = Router::new().route(
        "/",
        post(async |body: Body| match axum::body::to_bytes(body, 1000).await {
            Ok(_) => (StatusCode::OK, String::new()),
            Err(error) => (StatusCode::REQUEST_TIMEOUT, error.to_string()),
        }),
    );
    let server = Running::start(None, app, Limits { body_timeout: SOON, ..Limits::default() }).await;
    let mut slow = server.connect().await;
    let answer =
        exchange(&mut slow, b"POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 9\r\n\r\n1234").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("not complete after 500 ms"), "{answer}");
    assert_eq!(until_close(&mut slow).await, b"");
}

#[tokio::test]
async fn a_peer_that_does_not_read_its_response_is_let_go() {
    let (dropped, gone) = oneshot::channel();
    // Far more than both kernels' buffers take.
    let probe = Probe { bytes: vec![0; 64 << 20], dropped: Some(dropped) };
    let probe = Arc::new(Mutex::new(Some(probe)));
    let app = Router::new()
        .route("/", get(async move || Bytes::from_owner(probe.lock().unwrap().take().unwrap())))
        .fallback("other");
    let server = Running::start(None, app, Limits { write_timeout: SOON, ..Limits::default() }).await;
    let mut deaf = server.connect().await;
    deaf.write_all(GET).await.unwrap();
    soon(gone).await.unwrap();
    let mut next = server.connect().await;
    exchange(&mut next, b"GET /other HTTP/1.1\r\nHost: p\r\n\r\n").await.unwrap();
}

#[tokio::test]
async fn nonsense_is_answered_400_and_the_next_peer_is_served() {
    let server = Running::start(None, who(), Options::default()).await;
    for nonsense in [
        &b"\x00\x01\x02\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: pool\r\nno colon here\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: p\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"\x16\x03\x01\x00\x05hello\r\n\r\n",
    ] {
        let mut peer = server.connect().await;
        peer.write_all(nonsense).await.unwrap();
        let answer = until_close(&mut peer).await;
        assert!(answer.starts_with(b"HTTP/1.1 400"), "{:?}", String::from_utf8_lossy(&answer));
        still_serves(&server).await;
    }
}

#[tokio::test]
async fn a_head_beyond_the_limit_is_answered_431() {
    let server = Running::start(None, who(), Limits { max_header_bytes: 10_000, ..Limits::default() }).await;
    for (padding, status) in [(9_000, "HTTP/1.1 200"), (10_001, "HTTP/1.1 431")] {
        let mut peer = server.connect().await;
        let request = format!("GET / HTTP/1.1\r\nHost: pool\r\nX-Padding: {}\r\n\r\n", "x".repeat(padding));
        peer.write_all(request.as_bytes()).await.unwrap();
        let answer = response(&mut peer).await.unwrap();
        assert!(answer.starts_with(status), "{padding}: {answer}");
    }
}

#[tokio::test]
async fn a_handler_that_panics_takes_only_its_connection_along() {
    let app = Router::new()
        .route("/panic", get(async || -> () { panic!("a fault of the handler") }))
        .fallback("well");
    let server = Running::start(None, app, Options::default()).await;
    let mut unlucky = server.connect().await;
    unlucky.write_all(b"GET /panic HTTP/1.1\r\nHost: p\r\n\r\n").await.unwrap();
    assert_eq!(until_close(&mut unlucky).await, b"");
    still_serves(&server).await;
}

#[tokio::test]
async fn plain_http_on_a_tls_port_is_closed_and_the_next_handshake_works() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server("pool.test"), &Clock::system()).unwrap();
    let server = Running::start(Some(acceptor), who(), Options::default()).await;
    let mut lost = server.connect().await;
    lost.write_all(GET).await.unwrap();
    let answer = until_close(&mut lost).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    let client = tls::client(authority.trust(), None, &Clock::system()).unwrap();
    let answer = crate::tls::ask(&server, client).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

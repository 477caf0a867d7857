//! Waiting and verifying.

use crate::served::Served;
use lync_admin::Kind;
use lync_admin::dto::{JournalFilter, VerifyRequest};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_wait_ends_when_it_happens() {
    let served = Served::on_loopback().await;
    let (client, filter) = (served.client(Some("a")), JournalFilter::event("dhcp.ack"));
    let waiting = tokio::spawn(async move { client.wait(&filter, 2, LONG).await });
    served.pool.waiting.subscribe().wait_for(|waiting| *waiting == 1).await.unwrap();
    served.pool.happen();
    assert!(!waiting.is_finished());
    served.pool.happen();
    let entries = timeout(LONG, waiting).await.unwrap().unwrap().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(served.pool.asked(), [r#"a: wait (Some("dhcp.ack"), 2, 60s)"#]);
}

#[tokio::test]
async fn a_wait_in_vain_is_408_with_a_report() {
    let served = Served::on_loopback().await;
    let answer = served.ask("GET", "/v1/wait?event=dhcp.ack&timeout=20ms").await;
    let problem = answer.problem();
    assert_eq!((answer.status, &problem["kind"]), (408, &"timed-out".into()));
    assert_eq!(problem["nearest"], "nearest:\n  1 dhcp.dropped");
    let error = served.client(None).wait(&JournalFilter::default(), 1, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::TimedOut));
    assert_eq!(error.to_string(), "0 entries of 1 after the timeout\nnearest:\n  1 dhcp.dropped");
}

#[tokio::test]
async fn a_wait_has_its_bounds() {
    let served = Served::on_loopback().await;
    for (query, field) in [
        ("timeout=11m", "timeout"),
        ("timeout=-1s", "timeout"),
        ("count=0", "count"),
        ("count=100001", "count"),
        ("limit=0", "limit"),
    ] {
        let answer = served.ask("GET", &format!("/v1/wait?{query}")).await;
        assert_eq!((answer.status, &answer.problem()["field"]), (422, &field.into()), "{query}");
    }
    for query in ["timeout=5", "count=a", "limit=a", "format=har"] {
        assert_eq!(served.ask("GET", &format!("/v1/wait?{query}")).await.problem()["status"], 400, "{query}");
    }
    assert!(served.pool.asked().is_empty());
}

#[tokio::test]
async fn who_leaves_no_longer_waits_and_too_many_may_not() {
    const MOST: usize = 256;
    let served = Served::on_loopback().await;
    let mut waiting = served.pool.waiting.subscribe();
    let mut sockets = Vec::new();
    for _ in 0..MOST {
        let mut socket = TcpStream::connect(served.addr).await.unwrap();
        let request = format!("GET /v1/wait?timeout=10m HTTP/1.1\r\nHost: {}\r\n\r\n", served.addr);
        socket.write_all(request.as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    timeout(LONG, waiting.wait_for(|waiting| *waiting == MOST)).await.unwrap().unwrap();
    assert_eq!(served.ask("GET", "/v1/wait?timeout=0s").await.problem()["status"], 503);
    // Whoever does not wait is not concerned.
    assert_eq!(served.ask("GET", "/v1/users").await.status, 200);
    drop(sockets);
    timeout(LONG, waiting.wait_for(|waiting| *waiting == 0)).await.unwrap().unwrap();
    assert_eq!(served.ask("GET", "/v1/wait?timeout=0s").await.status, 408);
}

#[tokio::test]
async fn the_default_is_one_entry_within_five_seconds() {
    let served = Served::on_loopback().await;
    served.pool.happen();
    let begun = Instant::now();
    assert_eq!(served.ask("GET", "/v1/wait").await.json()["entries"][0]["seq"], 1);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(served.pool.asked(), ["everything: wait (None, 1, 5s)"]);
}

#[tokio::test]
async fn what_does_not_hold_is_reported() {
    let served = Served::on_loopback().await;
    let request = |exactly| VerifyRequest {
        filter: Some(JournalFilter::event("dhcp.ack")),
        exactly: Some(exactly),
        ..VerifyRequest::default()
    };
    let client = served.client(None);
    client.verify(&request(1)).await.unwrap();
    let error = client.verify(&request(2)).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (Some(Kind::Unmet), "1 entry; expected 2"));
}

//! HTTP without TLS: connections, keep-alive, shutdown.

use crate::running::{GET, Running, exchange, response, soon, until_close, who};
use axum::routing::get;
use axum::{Extension, Router};
use lync_net::{Keep, Limits, Options};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

fn id(response: &str) -> &str {
    response.split("id=").nth(1).unwrap().split(' ').next().unwrap()
}

#[tokio::test]
async fn requests_of_one_connection_have_one_id_and_others_another() {
    let server = Running::start(None, who(), Options::default()).await;
    let mut a = server.connect().await;
    let mut b = server.connect().await;
    let first = exchange(&mut a, GET).await.unwrap();
    let second = exchange(&mut a, GET).await.unwrap();
    let other = exchange(&mut b, GET).await.unwrap();
    assert_eq!(id(&first), id(&second));
    assert_ne!(id(&first), id(&other));
    assert!(first.contains(&format!("peer={} plain", a.local_addr().unwrap())), "{first}");
}

#[tokio::test]
async fn what_a_handler_keeps_is_of_one_connection_and_ends_with_it() {
    let count = async |Extension(keep): Extension<Keep>| {
        let count = keep.take::<u32>().unwrap_or_default() + 1;
        keep.put(count);
        format!("count={count}")
    };
    let server = Running::start(None, Router::new().route("/", get(count)), Options::default()).await;
    let (mut a, mut b) = (server.connect().await, server.connect().await);
    for expected in 1..=3 {
        let counted = exchange(&mut a, GET).await.unwrap();
        assert!(counted.ends_with(&format!("count={expected}")), "{counted}");
    }
    assert!(exchange(&mut b, GET).await.unwrap().ends_with("count=1"));
    drop(a);
    let counted = exchange(&mut server.connect().await, GET).await.unwrap();
    assert!(counted.ends_with("count=1"), "{counted}");
}

/// A route `/` that says when it was entered and waits to be let go.
fn held() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (e, r) = (Arc::clone(&entered), Arc::clone(&release));
    let app = Router::new().route(
        "/",
        get(async move || {
            e.notify_one();
            r.notified().await;
            "done"
        }),
    );
    (app, entered, release)
}

#[tokio::test]
async fn a_shutdown_lets_an_open_request_finish_and_takes_no_new_one() {
    let (app, entered, release) = held();
    let server = Running::start(None, app, Options::default()).await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(GET).await.unwrap();
    soon(entered.notified()).await;
    server.shutdown.cancel();
    assert_eq!(until_close(&mut idle).await, b"");
    soon(async { while TcpStream::connect(server.addr).await.is_ok() {} }).await;
    release.notify_one();
    assert!(response(&mut busy).await.unwrap().ends_with("done"));
    assert_eq!(until_close(&mut busy).await, b"");
    server.ended().await;
}

#[tokio::test]
async fn a_request_that_outlasts_the_grace_period_is_cut_off() {
    let (app, entered, _never) = held();
    let limits = Limits { grace: Duration::from_millis(50), ..Limits::default() };
    let server = Running::start(None, app, limits).await;
    let mut busy = server.connect().await;
    busy.write_all(GET).await.unwrap();
    soon(entered.notified()).await;
    server.shutdown.cancel();
    assert_eq!(until_close(&mut busy).await, b"");
    server.ended().await;
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let server = Running::start(None, who(), Options::default()).await;
    let mut open = server.connect().await;
    exchange(&mut open, GET).await.unwrap();
    server.task.abort();
    assert_eq!(until_close(&mut open).await, b"");
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_for_their_turn() {
    let limits = Limits { max_connections: 1, ..Limits::default() };
    let server = Running::start(None, who(), limits).await;
    let mut first = server.connect().await;
    let a = exchange(&mut first, GET).await.unwrap();
    let mut second = server.connect().await;
    second.write_all(GET).await.unwrap();
    for _ in 0..20 {
        exchange(&mut first, GET).await.unwrap();
        let mut byte = [0];
        assert!(second.try_read(&mut byte).is_err(), "the second connection was served beside the first");
    }
    drop(first);
    let b = response(&mut second).await.unwrap();
    assert_ne!(id(&a), id(&b));
}

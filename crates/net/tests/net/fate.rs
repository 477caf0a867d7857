//! Answers that never quite arrive, as bytes on the socket.

use crate::certificates::Authority;
use crate::running::{GET, Running, exchange, expect_close, expect_patience, expect_reset, until_end};
use crate::tls::HOST;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};
use axum::routing::any;
use lync_model::Clock;
use lync_net::{Fate, Options, tls};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;

/// `/reset`, `/close`, `/half/<length of the body>` and `/`, which is answered.
fn app() -> Router {
    Router::new()
        .route("/", any(async || "fine"))
        .route("/reset", any(async || doomed(Fate::Reset, 5)))
        .route("/close", any(async || doomed(Fate::Close, 5)))
        .route("/half/{length}", any(async |Path(length)| doomed(Fate::CloseHalfWay, length)))
}

fn doomed(fate: Fate, length: usize) -> Response<Body> {
    let mut response = Response::new(Body::from(vec![b'x'; length]));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.extensions_mut().insert(fate);
    response
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A listener without TLS and one with it.
struct Both {
    plain: Running,
    tls: Running,
    connector: TlsConnector,
}

impl Both {
    async fn start() -> Self {
        let authority = Authority::new("root");
        let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
        Self {
            plain: Running::start(None, app(), Options::default()).await,
            tls: Running::start(Some(acceptor), app(), Options::default()).await,
            connector: tls::client(authority.trust(), None, &Clock::system()).unwrap().into(),
        }
    }

    /// A connection to each.
    async fn connect(&self) -> [Box<dyn Stream>; 2] {
        let host = ServerName::try_from(HOST).unwrap();
        let tls = self.connector.connect(host, self.tls.connect().await).await.unwrap();
        [Box::new(self.plain.connect().await), Box::new(tls)]
    }
}

fn request(method: &str, path: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nHost: pool\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_reset_shows_no_byte_of_the_answer() {
    let both = Both::start().await;
    for mut client in both.connect().await {
        client.write_all(&request("GET", "/reset")).await.unwrap();
        expect_reset(&mut client).await;
    }
}

#[tokio::test]
async fn a_close_shows_no_byte_of_the_answer_and_is_orderly() {
    let both = Both::start().await;
    for mut client in both.connect().await {
        client.write_all(&request("GET", "/close")).await.unwrap();
        expect_close(&mut client).await;
    }
}

#[tokio::test]
async fn a_close_is_orderly_even_while_the_peer_still_sends() {
    let both = Both::start().await;
    for mut client in both.connect().await {
        client
            .write_all(b"POST /close HTTP/1.1\r\nHost: pool\r\nContent-Length: 100000\r\n\r\n")
            .await
            .unwrap();
        client.write_all(&[b'x'; 50_000]).await.unwrap();
        expect_close(&mut client).await;
        expect_patience(&mut client).await;
    }
}

#[tokio::test]
async fn answers_before_the_fate_arrive_whole_and_other_connections_live_on() {
    let both = Both::start().await;
    let bystanders = both.connect().await;
    for path in ["/reset", "/close"] {
        for mut client in both.connect().await {
            for _ in 0..2 {
                assert!(exchange(&mut client, GET).await.unwrap().ends_with("fine"));
            }
            client.write_all(&request("GET", path)).await.unwrap();
            assert_eq!(until_end(&mut client).await.0, b"");
        }
    }
    for mut bystander in bystanders {
        assert!(exchange(&mut bystander, GET).await.unwrap().ends_with("fine"));
    }
}

#[tokio::test]
async fn half_of_the_body_comes_with_the_length_of_the_whole() {
    let both = Both::start().await;
    // Below and beyond hyper's buffer, and beyond what the kernel takes at once.
    for length in [1, 2, 9, 100_000, 20_000_000] {
        for mut client in both.connect().await {
            client.write_all(&request("GET", &format!("/half/{length}"))).await.unwrap();
            let (answer, end) = until_end(&mut client).await;
            end.expect("closed, not reset");
            let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
            let (head, body) = answer.split_at(head);
            let head = String::from_utf8_lossy(head);
            assert!(head.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{head}");
            assert!(head.contains(&format!("content-length: {length}\r\n")), "{head}");
            assert!(!head.contains("connection:"), "{head}");
            assert_eq!(body.len(), length / 2);
        }
    }
}

#[tokio::test]
async fn of_an_answer_without_a_body_half_of_the_head_comes() {
    let both = Both::start().await;
    for (method, length) in [("GET", 0), ("HEAD", 0), ("HEAD", 1000)] {
        for mut client in both.connect().await {
            client.write_all(&request(method, &format!("/half/{length}"))).await.unwrap();
            let (answer, end) = until_end(&mut client).await;
            end.expect("closed, not reset");
            let answer = String::from_utf8(answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
            assert!(!answer.contains("\r\n\r\n"), "{answer}");
        }
    }
}

#[tokio::test]
async fn half_of_an_answer_comes_after_whole_ones() {
    let both = Both::start().await;
    for mut client in both.connect().await {
        assert!(exchange(&mut client, GET).await.unwrap().ends_with("fine"));
        // Two at once: the first is whole.
        let two = [GET, &request("GET", "/half/8")].concat();
        assert!(exchange(&mut client, &two).await.unwrap().ends_with("fine"));
        let (answer, _) = until_end(&mut client).await;
        assert!(answer.ends_with(b"\r\n\r\nxxxx"), "{:?}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn the_peer_has_its_100_continue_before_half_of_the_answer() {
    let app = Router::new().route("/", any(async |_: axum::body::Bytes| doomed(Fate::CloseHalfWay, 8)));
    let server = Running::start(None, app, Options::default()).await;
    let mut client = server.connect().await;
    let head = b"POST / HTTP/1.1\r\nHost: p\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc";
    client.write_all(head).await.unwrap();
    let answer = String::from_utf8(until_end(&mut client).await.0).unwrap();
    let rest = answer.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&answer);
    assert!(rest.starts_with("HTTP/1.1 401") && rest.ends_with("\r\n\r\nxxxx"), "{answer}");
}

//! What an observer is told.

use crate::certificates::Authority;
use crate::running::{GET, Running, exchange, expect_close, response, soon, until_close, until_end};
use crate::tls::{HOST, ask};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, Method, Response, StatusCode, Version};
use axum::routing::{any, get, post};
use hyper::body::Frame;
use lync_model::Clock;
use lync_model::journal::{Note, Outcome, Protocol, names};
use lync_net::tls::{self, Acceptor};
use lync_net::{
    Admission, Door, EndedConnection, Fate, Gate, HttpExchange, MAX_BODY, MAX_WIRE, Observer, Opening,
    Options, Wire, bind,
};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, mpsc};

/// Passes on what it is told.
struct Told {
    exchanges: mpsc::UnboundedSender<HttpExchange>,
    ends: mpsc::UnboundedSender<EndedConnection>,
}

impl Observer for Told {
    fn exchanged(&self, exchange: HttpExchange) {
        let _ = self.exchanges.send(exchange);
    }

    fn ended(&self, connection: EndedConnection) {
        let _ = self.ends.send(connection);
    }
}

/// A listener with an observer, and what that was told.
struct Watched {
    server: Running,
    exchanges: mpsc::UnboundedReceiver<HttpExchange>,
    ends: mpsc::UnboundedReceiver<EndedConnection>,
}

impl Watched {
    fn start(tls: Option<Acceptor>, app: Router, options: Options) -> Self {
        let (told_exchanges, exchanges) = mpsc::unbounded_channel();
        let (told_ends, ends) = mpsc::unbounded_channel();
        let observer: Arc<dyn Observer> = Arc::new(Told { exchanges: told_exchanges, ends: told_ends });
        let options = Options { observer: Some(observer), ..options };
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { server: Running::on(listener, tls, app, options), exchanges, ends }
    }

    fn plain(app: Router) -> Self {
        Self::start(None, app, Options::default())
    }

    /// The exchange whose answer has arrived: it was told before.
    fn exchange(&mut self) -> HttpExchange {
        self.exchanges.try_recv().expect("told before the answer is sent")
    }

    async fn next_exchange(&mut self) -> HttpExchange {
        soon(self.exchanges.recv()).await.unwrap()
    }

    async fn end(&mut self) -> EndedConnection {
        soon(self.ends.recv()).await.unwrap()
    }
}

fn note() -> Note {
    Note::new(Protocol::WebTicket, names::WEBTICKET_REFUSED, Outcome::Refused, "a wrong PIN")
}

/// `/echo` answers 401 with what it read, with a note.
fn echo() -> Router {
    Router::new().route(
        "/echo",
        post(async |body: Bytes| {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            response.headers_mut().insert("x-ms-diagnostics", "28003".parse().unwrap());
            response.extensions_mut().insert(note());
            response
        }),
    )
}

fn post_to(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: pool\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_request_and_its_answer_are_told_once_and_in_full() {
    let mut watched = Watched::plain(echo());
    let mut client = watched.server.connect().await;
    let mut ids = Vec::new();
    for body in ["first", "second"] {
        exchange(&mut client, &post_to("/echo?q=%20", body.as_bytes())).await.unwrap();
        let told = watched.exchange();
        assert_eq!(
            (told.method, told.uri.to_string(), told.version),
            (Method::POST, "/echo?q=%20".into(), Version::HTTP_11)
        );
        assert_eq!(told.request_headers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((told.request_body, told.request_cut), (Bytes::from(body), false));
        let answer = told.response.unwrap();
        assert_eq!((answer.status, answer.cut), (StatusCode::UNAUTHORIZED, false));
        assert_eq!(
            (answer.headers["x-ms-diagnostics"].as_bytes(), answer.body),
            (b"28003".as_slice(), Bytes::from(body))
        );
        assert_eq!(told.note, Some(note()));
        assert_eq!(told.connection.peer, client.local_addr().unwrap());
        ids.push(told.connection.id);
    }
    drop(client);
    let end = watched.end().await;
    assert_eq!(ids, [end.id, end.id]);
    assert!(watched.exchanges.try_recv().is_err() && watched.ends.try_recv().is_err());
}

#[tokio::test]
async fn without_a_note_or_a_body_there_is_none() {
    let mut watched = Watched::plain(Router::new().fallback(async || ()));
    exchange(&mut watched.server.connect().await, GET).await.unwrap();
    let told = watched.exchange();
    assert_eq!((told.note, told.request_body, told.request_cut), (None, Bytes::new(), false));
    let answer = told.response.unwrap();
    assert_eq!((answer.body, answer.cut), (Bytes::new(), false));
}

#[tokio::test]
async fn long_bodies_are_cut_for_the_observer_alone() {
    let app = Router::new().route(
        "/{length}",
        post(async |Path(length): Path<usize>, body: Body| {
            let read = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(read.len(), 2 * MAX_BODY);
            vec![b'x'; length]
        }),
    );
    let mut watched = Watched::plain(app);
    let mut client = watched.server.connect().await;
    for (length, shown) in
        [(MAX_BODY, MAX_BODY), (MAX_BODY + 1, MAX_BODY), (1 << 20, MAX_BODY), ((1 << 20) + 1, 0)]
    {
        let answer =
            exchange(&mut client, &post_to(&format!("/{length}"), &vec![b'y'; 2 * MAX_BODY])).await.unwrap();
        assert!(answer.ends_with(&"x".repeat(length)), "{length}");
        let told = watched.exchange();
        assert_eq!((told.request_body.len(), told.request_cut), (MAX_BODY, true));
        let answer = told.response.unwrap();
        assert_eq!((answer.body.len(), answer.cut), (shown, length > MAX_BODY));
    }
}

/// A body of which nobody knows when it ends.
struct Stream(mpsc::UnboundedReceiver<&'static str>);

impl hyper::body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(Bytes::from(piece)))))
    }
}

#[tokio::test]
async fn a_streamed_answer_is_told_at_its_head_and_not_held_up() {
    let (pieces, stream) = mpsc::unbounded_channel();
    let stream = Arc::new(Mutex::new(Some(Stream(stream))));
    let app = Router::new().fallback(async move || Body::new(stream.lock().unwrap().take().unwrap()));
    let mut watched = Watched::plain(app);
    let mut client = watched.server.connect().await;
    client.write_all(b"GET / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n").await.unwrap();
    let head = response(&mut client).await.unwrap();
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    let answer = watched.exchange().response.unwrap();
    assert_eq!((answer.body, answer.cut), (Bytes::new(), true));
    pieces.send("well").unwrap();
    drop(pieces);
    assert_eq!(until_close(&mut client).await, b"4\r\nwell\r\n0\r\n\r\n");
}

#[tokio::test]
async fn a_request_that_is_never_answered_is_told_without_an_answer() {
    let entered = Arc::new(Notify::new());
    let of_handler = Arc::clone(&entered);
    let app = Router::new()
        .route("/panic", get(async || -> () { panic!("a fault of the handler") }))
        .fallback(async move |_: Bytes| {
            of_handler.notify_one();
            std::future::pending::<()>().await;
        });
    let door = Door::new();
    let mut watched = Watched::start(None, app, Options { door: Some(door.clone()), ..Options::default() });

    let mut leaves = watched.server.connect().await;
    leaves.write_all(&post_to("/left", b"abc")).await.unwrap();
    soon(entered.notified()).await;
    drop(leaves);
    let told = watched.next_exchange().await;
    assert_eq!((told.uri.path(), &told.request_body[..]), ("/left", b"abc".as_slice()));
    assert!(told.response.is_none() && told.note.is_none());
    assert_eq!(watched.end().await.id, told.connection.id);

    let mut dropped = watched.server.connect().await;
    dropped.write_all(&post_to("/dropped", b"")).await.unwrap();
    soon(entered.notified()).await;
    door.drop_connections();
    let told = watched.next_exchange().await;
    assert!((told.uri.path(), told.response.is_none()) == ("/dropped", true));
    assert_eq!(watched.end().await.failed, None);

    let mut panics = watched.server.connect().await;
    panics.write_all(b"GET /panic HTTP/1.1\r\nHost: p\r\n\r\n").await.unwrap();
    let told = watched.next_exchange().await;
    assert!((told.uri.path(), told.response.is_none()) == ("/panic", true));
    watched.end().await;
}

#[tokio::test]
async fn a_fate_shows_what_was_sent_and_why() {
    let app = Router::new().route(
        "/{fate}",
        any(async |Path(fate): Path<String>| {
            let mut response = Response::new(Body::from("12345678"));
            response.extensions_mut().insert(note());
            response.extensions_mut().insert(match fate.as_str() {
                "reset" => Fate::Reset,
                "close" => Fate::Close,
                _ => Fate::CloseHalfWay,
            });
            response
        }),
    );
    let mut watched = Watched::plain(app);
    for (fate, sent) in [("reset", None), ("close", None), ("half", Some("1234"))] {
        let mut client = watched.server.connect().await;
        client.write_all(&post_to(&format!("/{fate}"), b"")).await.unwrap();
        until_close(&mut client).await;
        let told = watched.exchange();
        assert_eq!(told.note, Some(note()));
        let sent_by_wire: Vec<u8> = {
            drop(client);
            let ended = watched.end().await;
            assert_eq!(ended.reset, fate == "reset");
            sent_bytes(&ended.wire, true)
        };
        match (sent, told.response) {
            (None, None) => assert_eq!(sent_by_wire, b""),
            (Some(half), Some(answer)) => {
                assert_eq!((answer.body, answer.cut), (Bytes::from(half), true));
                assert!(sent_by_wire.ends_with(b"\r\n\r\n1234"));
            }
            (_, answer) => panic!("{fate}: {answer:?}"),
        }
    }
}

fn sent_bytes(wire: &Wire, sent: bool) -> Vec<u8> {
    wire.chunks.iter().filter(|chunk| chunk.sent == sent).flat_map(|chunk| chunk.bytes.clone()).collect()
}

#[tokio::test]
async fn the_wire_holds_what_went_over_the_socket_byte_for_byte() {
    let mut watched = Watched::plain(echo());
    let mut client = watched.server.connect().await;
    let request = post_to("/echo", b"hello");
    let answer = exchange(&mut client, &request).await.unwrap();
    let (peer, local) = (client.local_addr().unwrap(), watched.server.addr);
    drop(client);
    let end = watched.end().await;
    assert_eq!((end.peer, end.local, end.tls, end.failed), (peer, local, None, None));
    assert_eq!(sent_bytes(&end.wire, false), request);
    assert_eq!(String::from_utf8(sent_bytes(&end.wire, true)).unwrap(), answer);
    assert!(!end.wire.cut);
    let times: Vec<Duration> = end.wire.chunks.iter().map(|chunk| chunk.after).collect();
    assert!(times.is_sorted() && times.last().unwrap() <= &end.duration, "{times:?} {:?}", end.duration);
}

#[tokio::test]
async fn a_long_wire_is_cut() {
    let app = Router::new().fallback(async || vec![0; MAX_WIRE]);
    let mut watched = Watched::plain(app);
    let mut client = watched.server.connect().await;
    exchange(&mut client, GET).await.unwrap();
    drop(client);
    let wire = watched.end().await.wire;
    let kept: usize = wire.chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    assert_eq!((kept, wire.cut), (MAX_WIRE, true));
}

#[tokio::test]
async fn of_a_tls_connection_the_records_are_on_the_wire() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let mut watched = Watched::start(Some(acceptor), Router::new().fallback("well"), Options::default());
    let client = tls::client(authority.trust(), None, &Clock::system()).unwrap();
    ask(&watched.server, client).await.unwrap();
    let told = watched.exchange();
    let end = watched.end().await;
    assert_eq!((end.id, &end.tls, &end.failed), (told.connection.id, &told.connection.tls, &None));
    assert_eq!(end.tls.unwrap().sni.as_deref(), Some(HOST));
    for sent in [false, true] {
        let bytes = sent_bytes(&end.wire, sent);
        assert_eq!(bytes[..2], [0x16, 3], "a handshake record");
        assert!(!bytes.windows(4).any(|window| window == b"HTTP"));
    }
}

#[tokio::test]
async fn a_handshake_that_fails_is_told_with_its_reason() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let mut watched = Watched::start(Some(acceptor), Router::new(), Options::default());
    let stranger = tls::client(Authority::new("other").trust(), None, &Clock::system()).unwrap();
    ask(&watched.server, stranger).await.unwrap_err();
    let end = watched.end().await;
    assert_eq!(end.tls, None);
    assert!(end.failed.as_ref().unwrap().contains("UnknownCA"), "{:?}", end.failed);
    assert_eq!(sent_bytes(&end.wire, false)[..2], [0x16, 3]);
    let silent = watched.server.connect().await;
    drop(silent);
    let end = watched.end().await;
    assert!(end.failed.is_some() && end.wire.chunks.is_empty());
    assert!(watched.exchanges.try_recv().is_err());
}

struct Resets;

impl Gate for Resets {
    fn admit(&self, _: &Opening) -> Admission {
        Admission::Reset
    }
}

#[tokio::test]
async fn a_connection_that_the_gate_turned_away_is_told() {
    let gate: Arc<dyn Gate> = Arc::new(Resets);
    let mut watched = Watched::start(None, Router::new(), Options { gate: Some(gate), ..Options::default() });
    until_close(&mut watched.server.connect().await).await;
    assert_eq!(watched.end().await.failed.as_deref(), Some("the gate reset it"));
}

#[tokio::test]
async fn connections_are_told_when_the_server_ends_or_is_dropped() {
    let mut watched = Watched::plain(Router::new().fallback("well"));
    let mut open = watched.server.connect().await;
    exchange(&mut open, GET).await.unwrap();
    watched.server.shutdown.cancel();
    assert_eq!(watched.end().await.failed, None);

    let mut watched = Watched::plain(Router::new().fallback("well"));
    let mut open = watched.server.connect().await;
    exchange(&mut open, GET).await.unwrap();
    watched.server.task.abort();
    assert_eq!(watched.end().await.failed, None);
    expect_close(&mut open).await;
}

/// A body that fails when it is read.
struct Broken;

impl hyper::body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err(std::io::Error::other("a fault of the body"))))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(10)
    }
}

#[tokio::test]
async fn an_answer_whose_body_fails_is_no_answer() {
    let mut watched = Watched::plain(Router::new().fallback(async || Body::new(Broken)));
    let mut client = watched.server.connect().await;
    client.write_all(GET).await.unwrap();
    assert_eq!(until_end(&mut client).await.0, b"");
    assert!(watched.exchange().response.is_none());
}

#[tokio::test]
async fn headers_are_told_as_the_handler_made_them() {
    let mut watched = Watched::plain(Router::new().fallback(async || {
        let mut headers = HeaderMap::new();
        headers.append("www-authenticate", "Negotiate".parse().unwrap());
        headers.append("www-authenticate", "NTLM".parse().unwrap());
        (headers, "no")
    }));
    exchange(&mut watched.server.connect().await, GET).await.unwrap();
    let answer = watched.exchange().response.unwrap();
    assert_eq!(answer.headers.get_all("www-authenticate").iter().collect::<Vec<_>>(), ["Negotiate", "NTLM"]);
}

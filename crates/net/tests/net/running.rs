//! A listener that runs, and a client that speaks to it in bytes.

use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use lync_net::tls::Acceptor;
use lync_net::{CancellationToken, Connection, Options, serve};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Far beyond what any test needs; a test that gets here has failed.
const TOO_LONG: Duration = Duration::from_secs(20);

/// A limit that a test waits for.
pub(crate) const SOON: Duration = Duration::from_millis(500);

pub(crate) struct Running {
    pub(crate) addr: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(tls: Option<Acceptor>, app: Router, options: impl Into<Options>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), tls, app, options)
    }

    pub(crate) fn on(
        listener: TcpListener,
        tls: Option<Acceptor>,
        app: Router,
        options: impl Into<Options>,
    ) -> Self {
        let addr = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(serve(listener, tls, app, options.into(), shutdown.clone()));
        Self { addr, shutdown, task }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    /// Waits until `serve` has returned.
    pub(crate) async fn ended(self) {
        soon(self.task).await.unwrap();
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(dropped) = self.dropped.take() {
            let _ = dropped.send(());
        }
    }
}

/// Bytes that tell when nobody holds them any more.
pub(crate) struct Probe {
    pub(crate) bytes: Vec<u8>,
    pub(crate) dropped: Option<tokio::sync::oneshot::Sender<()>>,
}

impl AsRef<[u8]> for Probe {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Answers each request with what is known of its connection.
pub(crate) fn who() -> Router {
    Router::new().fallback(any(async |request: Request| {
        let connection = request.extensions().get::<Connection>().unwrap();
        let tls = connection.tls.as_ref().map_or("plain".to_owned(), |tls| {
            format!("{} {} {:?} {}", tls.version, tls.cipher, tls.sni, tls.client_certificate.is_some())
        });
        format!("id={} peer={} {tls}", connection.id, connection.peer)
    }))
}

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(TOO_LONG, future).await.expect("it never came")
}

pub(crate) const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: pool\r\n\r\n";

/// Sends bytes and reads one response with a content-length.
pub(crate) async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    request: &[u8],
) -> io::Result<String> {
    stream.write_all(request).await?;
    response(stream).await
}

pub(crate) async fn response<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<String> {
    soon(async {
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") {
            text.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&text).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).await?;
        text.extend(body);
        Ok(String::from_utf8(text).unwrap())
    })
    .await
}

/// Everything until the server closes, and how it did: an error is a reset.
pub(crate) async fn until_end<S: AsyncRead + Unpin>(stream: &mut S) -> (Vec<u8>, io::Result<usize>) {
    let mut all = Vec::new();
    let end = soon(stream.read_to_end(&mut all)).await;
    (all, end)
}

/// The server resets the connection without a byte.
pub(crate) async fn expect_reset<S: AsyncRead + Unpin>(stream: &mut S) {
    let (bytes, end) = until_end(stream).await;
    assert_eq!(bytes, b"");
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

/// The server closes the connection in an orderly way, without a byte.
pub(crate) async fn expect_close<S: AsyncRead + Unpin>(stream: &mut S) {
    let (bytes, end) = until_end(stream).await;
    assert_eq!((bytes, end.unwrap()), (vec![], 0));
}

/// The server has closed, but not by throwing away what this peer sends: then it would have reset the connection.
pub(crate) async fn expect_patience<S: AsyncWrite + Unpin>(stream: &mut S) {
    for _ in 0..2 {
        stream.write_all(b"too late").await.unwrap();
        stream.flush().await.unwrap();
    }
}

/// Everything until the server closes, in whatever way.
pub(crate) async fn until_close<S: AsyncRead + Unpin>(stream: &mut S) -> Vec<u8> {
    let mut all = Vec::new();
    // A reset is a close as well.
    let _ = soon(stream.read_to_end(&mut all)).await;
    all
}

//! HTTP as bytes: what a client sees that hides nothing from us.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lync_net::tls::{self, TrustStore};
use lyncmock::LyncMock;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// No answer takes longer than this unless something hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A response as it stood on the wire.
#[derive(Clone, Debug)]
pub struct RawResponse {
    /// Status line and headers, without the empty line.
    pub head: String,
    /// What followed.
    pub body: Vec<u8>,
}

impl RawResponse {
    /// The number in the status line.
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The header lines, in their order and with their letters in the case that was sent.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect()
    }

    /// The value of the header with exactly this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Connects to a `http://host:port` or `https://host:port` URL's socket address.
pub fn address(url: &str) -> SocketAddr {
    let rest = url.split("://").nth(1).unwrap_or(url);
    rest.split('/').next().unwrap_or(rest).parse().unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Sends `request` over plain TCP and reads one response.
pub async fn over_tcp(url: &str, request: &[u8]) -> RawResponse {
    let socket = TcpStream::connect(address(url)).await.unwrap();
    exchange(socket, request).await
}

/// Sends `request` and reads one response, by its Content-Length or to the end.
pub async fn exchange(mut socket: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> RawResponse {
    let talk = async {
        // The server may refuse in the middle of a request that is too long: what it says still counts.
        let _ = socket.write_all(request).await;
        read_response(&mut socket).await
    };
    timeout(PATIENCE, talk).await.expect("a response in time")
}

/// Reads one response, by its Content-Length or to the end.
pub async fn read_response(socket: &mut (impl AsyncRead + Unpin)) -> RawResponse {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    loop {
        if let Some(response) = complete(&bytes) {
            return response;
        }
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
    split(&bytes).unwrap_or(RawResponse { head: String::new(), body: bytes })
}

fn complete(bytes: &[u8]) -> Option<RawResponse> {
    let response = split(bytes)?;
    let length = response.header("Content-Length").or_else(|| response.header("content-length"))?;
    (response.body.len() >= length.parse().ok()?).then_some(response)
}

fn split(bytes: &[u8]) -> Option<RawResponse> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).replace("\r\n", "\n");
    Some(RawResponse { head, body: bytes[end + 4..].to_vec() })
}

/// A POST of SOAP 1.1.
pub fn post(path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: atl-cs-001.litwareinc.com\r\nContent-Type: text/xml; charset=utf-8\r\n\
         Content-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    request.into_bytes()
}

/// Sends `request` over TLS to the pool's HTTPS listener, trusting its root alone, and reads one response.
pub async fn over_tls(pool: &LyncMock, request: &[u8]) -> RawResponse {
    exchange(connect_tls(pool).await, request).await
}

/// A TLS connection to the pool's HTTPS listener.
pub async fn connect_tls(pool: &LyncMock) -> TlsStream<TcpStream> {
    let root = CertificateDer::from_pem_slice(pool.ca_pem().as_bytes()).unwrap();
    let config = tls::client(TrustStore::new([root]).unwrap(), None, pool.clock()).unwrap();
    let socket = TcpStream::connect(address(&pool.endpoints().https)).await.unwrap();
    let name = ServerName::try_from(pool.endpoints().fqdn.clone()).unwrap();
    timeout(PATIENCE, TlsConnector::from(config).connect(name, socket))
        .await
        .expect("a handshake in time")
        .unwrap()
}

/// The Authorization header of an extension and a PIN.
pub fn basic(phone_or_ext: &str, pin: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{phone_or_ext}:{pin}")))
}

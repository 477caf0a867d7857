//! Canned web servers: TCP or TLS, answering raw bytes.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The time at which the tests play.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-01-15 12:00 UTC);
/// The name that certificates are made for unless a test says otherwise.
pub(crate) const POOL: &str = "pool.lab.test";

/// What a server does with a request, given as the connection's number and as head and body: the bytes to answer, nothing to stay silent, `None` to
/// hang up.
pub(crate) type Answering = dyn Fn(usize, &str) -> Option<Vec<u8>> + Send + Sync;

/// A server that is stopped when it is dropped.
pub(crate) struct WebServer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

/// What came in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) requests: Vec<String>,
}

impl WebServer {
    pub(crate) async fn http(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(move |_, request: &str| answer(request))).await
    }

    pub(crate) async fn https(
        config: Arc<ServerConfig>,
        answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::https_by_connection(config, move |_, request| answer(request)).await
    }

    /// A server that answers each connection for itself.
    pub(crate) async fn https_by_connection(
        config: Arc<ServerConfig>,
        answer: impl Fn(usize, &str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(TlsAcceptor::from(config)), Arc::new(answer)).await
    }

    /// A server that answers anything with these bytes, without waiting for a whole request, and hangs up.
    pub(crate) async fn raw(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { address, seen: Arc::default(), task }
    }

    async fn start(tls: Option<TlsAcceptor>, answer: Arc<Answering>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, answer, seen) = (tls.clone(), Arc::clone(&answer), Arc::clone(&shared));
                let number = seen.lock().unwrap().connections;
                seen.lock().unwrap().connections += 1;
                let answer = move |request: &str| answer(number, request);
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, &answer, &seen).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &answer, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, seen, task }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answer: &(dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync),
    seen: &Mutex<Seen>,
) {
    while let Some(request) = read_request(&mut stream).await {
        seen.lock().unwrap().requests.push(request.clone());
        let Some(bytes) = answer(&request) else { break };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
        let _ = stream.flush().await;
    }
    let _ = stream.shutdown().await;
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A response with this status line, these header lines and this body.
pub(crate) fn response(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    bytes.push_str("\r\n");
    [bytes.as_bytes(), body].concat()
}

/// 200 with a SOAP message.
pub(crate) fn xml(body: &str) -> Vec<u8> {
    response("200 OK", &["Content-Type: text/xml; charset=utf-8"], body)
}

/// A certification authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = dated(CertificateParams::new(Vec::new()).unwrap(), NOW);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// A server of this name whose certificate is valid for a year around `at`.
    pub(crate) fn identity(&self, name: &str, at: OffsetDateTime) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = dated(CertificateParams::new(vec![name.to_owned()]).unwrap(), at);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }

    /// A certificate over a CSR's key, naming `subject`.
    pub(crate) fn issue(&self, csr: &[u8], subject: &str, at: OffsetDateTime) -> Vec<u8> {
        let csr = rcgen::CertificateSigningRequestParams::from_der(&csr.into()).unwrap();
        let mut params = dated(CertificateParams::new(Vec::new()).unwrap(), at);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, subject);
        params.signed_by(&csr.public_key, &self.0).unwrap().der().to_vec()
    }
}

fn dated(mut params: CertificateParams, at: OffsetDateTime) -> CertificateParams {
    params.not_before = at - time::Duration::days(180);
    params.not_after = at + time::Duration::days(180);
    params
}

//! TCP and TLS under a request.

use super::Timeouts;
use crate::resolve::Resolver;
use crate::{ConnectFailure, FailureKind, ServiceUrl, TlsFailure};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig};
use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What HTTP runs on: TCP, or TLS on TCP.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to the host of `url`; with TLS where `tls` is given.
pub(super) async fn connect(
    url: &ServiceUrl,
    resolver: &Resolver,
    tls: Option<&Arc<ClientConfig>>,
    timeouts: Timeouts,
) -> Result<Box<dyn Stream>, FailureKind> {
    let tcp = any_of(&resolver.addresses(url.host(), url.port()).await?, timeouts.connect).await?;
    // Every request is one small message that waits for its answer.
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY not set");
    }
    match tls {
        None => Ok(Box::new(tcp)),
        Some(config) => {
            let secured = handshake(tcp, url.host(), Arc::clone(config), timeouts.request).await;
            let secured =
                secured.map_err(|problem| FailureKind::Tls { host: url.host().to_owned(), problem })?;
            Ok(secured)
        }
    }
}

/// The first address that takes a connection; when none does, what the last one said.
async fn any_of(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, FailureKind> {
    let mut last = FailureKind::Local("a name without an address".to_owned());
    for &address in addresses {
        let reason = match tokio::time::timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => ConnectFailure::Refused,
            Ok(Err(error)) if error.kind() == ErrorKind::TimedOut => ConnectFailure::TimedOut(limit),
            Ok(Err(error)) => ConnectFailure::Other(error.to_string()),
            Err(_) => ConnectFailure::TimedOut(limit),
        };
        last = FailureKind::Unreachable { address, reason };
    }
    Err(last)
}

async fn handshake(
    tcp: TcpStream,
    host: &str,
    config: Arc<ClientConfig>,
    limit: Duration,
) -> Result<Box<dyn Stream>, TlsFailure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| TlsFailure::Other(error.to_string()))?;
    match tokio::time::timeout(limit, TlsConnector::from(config).connect(name, tcp)).await {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            tracing::debug!(%host, version = ?session.protocol_version(), "TLS established");
            Ok(Box::new(stream))
        }
        Ok(Err(error)) => Err(tls_failure(&error)),
        Err(_) => Err(TlsFailure::TimedOut(limit)),
    }
}

fn tls_failure(error: &io::Error) -> TlsFailure {
    match tls_failure_in(error) {
        Some(failure) => failure,
        None if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
            TlsFailure::Closed
        }
        None => TlsFailure::Other(error.to_string()),
    }
}

/// The TLS error in an error or in one of its causes.
pub(super) fn tls_failure_in(error: &(dyn Error + 'static)) -> Option<TlsFailure> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(meaning(error));
        }
        // An I/O error passes over what it wraps when it is asked for its source.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|wrapped| -> &(dyn Error + 'static) { wrapped }).or_else(|| error.source());
    }
    None
}

fn meaning(error: &rustls::Error) -> TlsFailure {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate(error),
        rustls::Error::NoCertificatesPresented => TlsFailure::Certificate("the server shows none".to_owned()),
        rustls::Error::AlertReceived(alert) => TlsFailure::Alert(snake_case(&format!("{alert:?}"))),
        rustls::Error::InvalidMessage(_) => TlsFailure::NotTls,
        other => TlsFailure::Other(other.to_string()),
    }
}

fn certificate(error: &CertificateError) -> TlsFailure {
    match error {
        // A root of the same name and another key gives a bad signature: the mark of a pool whose roots were mixed up.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFailure::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::NotYetValid
        }
        CertificateError::NotValidForName => TlsFailure::WrongName { presented: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } => {
            TlsFailure::WrongName { presented: presented.clone() }
        }
        other => TlsFailure::Certificate(other.to_string()),
    }
}

/// `HandshakeFailure` as RFC 8446 writes it: `handshake_failure`.
fn snake_case(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_rfc() {
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure);
        assert_eq!(meaning(&alert), TlsFailure::Alert("handshake_failure".to_owned()));
    }

    #[test]
    fn a_tls_error_is_found_behind_other_errors() {
        let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::new(ErrorKind::InvalidData, expired));
        assert_eq!(tls_failure_in(&wrapped), Some(TlsFailure::Expired));
        assert_eq!(tls_failure_in(&io::Error::other("no")), None);
    }
}

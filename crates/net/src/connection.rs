//! What a handler may know of the connection that brought its request.

use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::Arc;

/// The connection of a request; [`serve`](crate::serve) puts it into the extensions of each.
///
/// NTLM authenticates connections and scenarios count them, so two requests with the same `id` came over the same
/// socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Unique in this process.
    pub id: u64,
    /// The client's end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// What the handshake agreed on; `None` in plain HTTP.
    pub tls: Option<Arc<TlsInfo>>,
}

/// What a TLS handshake agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLSv1_2` or `TLSv1_3`.
    pub version: &'static str,
    /// The cipher suite by its IANA name (those of TLS 1.3 begin with `TLS13_`).
    pub cipher: &'static str,
    /// The host name that the client asked for.
    pub sni: Option<String>,
    /// The client's certificate. Present means: verified against the listener's trust store.
    pub client_certificate: Option<CertificateDer<'static>>,
}

impl TlsInfo {
    pub(crate) fn of(connection: &rustls::ServerConnection) -> Self {
        let version = connection.protocol_version().and_then(|version| version.as_str());
        let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        let client_certificate = connection.peer_certificates().and_then(|chain| chain.first());
        Self {
            version: version.unwrap_or("unknown"),
            cipher: cipher.unwrap_or("unknown"),
            sni: connection.server_name().map(str::to_owned),
            client_certificate: client_certificate.cloned(),
        }
    }
}

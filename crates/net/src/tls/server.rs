//! The accepting end.

use super::provider::{ALPN, VERSIONS, provider, time};
use super::verifier::Verifier;
use super::{Identity, TlsError, TrustStore};
use lync_model::Clock;
use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use std::fmt;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How a listener answers a TLS handshake.
#[derive(Clone)]
pub struct Acceptor(TlsAcceptor);

impl Acceptor {
    pub(crate) async fn accept(&self, socket: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(socket).await
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").finish_non_exhaustive()
    }
}

/// An acceptor that asks its clients for no certificate. Sessions are resumed from a bounded cache in memory.
pub fn server(identity: &Identity, clock: &Clock) -> Result<Acceptor, TlsError> {
    let config = config(identity, WebPkiClientVerifier::no_client_auth(), clock)?;
    Ok(acceptor(config))
}

/// An acceptor that takes only clients whose certificate chains to a root in `trust`.
///
/// It resumes no session, so that a root which was removed lets nobody in any more.
pub fn server_mutual(identity: &Identity, trust: TrustStore, clock: &Clock) -> Result<Acceptor, TlsError> {
    let mut config = config(identity, Arc::new(Verifier(trust)), clock)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(acceptor(config))
}

fn config(
    identity: &Identity,
    clients: Arc<dyn ClientCertVerifier>,
    clock: &Clock,
) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_details(provider(), time(clock))
        .with_protocol_versions(VERSIONS)
        .map_err(TlsError::Provider)?
        .with_client_cert_verifier(clients)
        .with_single_cert(identity.chain().to_vec(), identity.key().clone_key())
        .map_err(TlsError::Identity)?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

fn acceptor(config: ServerConfig) -> Acceptor {
    Acceptor(TlsAcceptor::from(Arc::new(config)))
}

//! The accepting end.

use super::provider::{ALPN, VERSIONS, provider, time};
use super::verifier::Verifier;
use super::{Identity, TlsError, TrustStore};
use crate::tap::Tap;
use lync_model::Clock;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{KeyLog, ServerConfig};
use std::fmt;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How a listener answers a TLS handshake.
#[derive(Clone)]
pub struct Acceptor(TlsAcceptor);

impl Acceptor {
    /// The same acceptor, which also tells `log` the secrets of its sessions (NSS key log), so that what went over the
    /// wire can be read afterwards.
    pub fn with_key_log(&self, log: Arc<dyn KeyLog>) -> Self {
        let mut config = ServerConfig::clone(self.0.config());
        config.key_log = log;
        acceptor(config)
    }

    pub(crate) async fn accept(&self, tap: Tap) -> std::io::Result<TlsStream<Tap>> {
        self.0.accept(tap).await
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

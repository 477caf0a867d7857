//! The connecting end.

use super::provider::{ALPN, VERSIONS, provider, time};
use super::verifier::Verifier;
use super::{Identity, TlsError, TrustStore};
use lync_model::Clock;
use rustls::ClientConfig;
use rustls::client::Resumption;
use std::sync::Arc;

/// How a client connects: which servers it trusts, and what it shows when a server asks for a certificate.
///
/// It resumes no session: a resumed one would skip the trust store, whose present content is what counts.
pub fn client(
    trust: TrustStore,
    identity: Option<&Identity>,
    clock: &Clock,
) -> Result<Arc<ClientConfig>, TlsError> {
    let builder = ClientConfig::builder_with_details(provider(), time(clock))
        .with_protocol_versions(VERSIONS)
        .map_err(TlsError::Provider)?
        .dangerous() // `Verifier` does all that webpki does, with the store of that moment.
        .with_custom_certificate_verifier(Arc::new(Verifier(trust)));
    let mut config = match identity {
        Some(identity) => builder
            .with_client_auth_cert(identity.chain().to_vec(), identity.key().clone_key())
            .map_err(TlsError::Identity)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

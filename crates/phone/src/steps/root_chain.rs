//! GetRootCertChains: before any credentials, over plain HTTP, at the path of certificate provisioning.

use super::discovery::Target;
use crate::http::{Client, Outgoing};
use crate::step::Running;
use crate::trust::Roots;
use crate::{FailureKind, SignIn, plain_port, soap};
use lync_proto::certprov::{GetRootCertChains, GetRootCertChainsResponse};
use lync_proto::pkcs7::certificates_in_pkcs7;
use lync_proto::{ns, soap::Version};

/// Downloads the chain, and has HTTPS trust it from now on.
pub(crate) async fn download(
    settings: &SignIn,
    client: &mut Client,
    target: &Target,
    step: &mut Running,
) -> Result<Roots, FailureKind> {
    let port = settings.http_port.unwrap_or_else(|| plain_port(target.uri.port()));
    let url = target.uri.plain(port);
    step.detail("url", &url);
    let envelope = lync_proto::soap::wrap(Version::Soap11, "", &GetRootCertChains.encode());
    let answer = client.send(&Outgoing::call(url, ns::ACTION_GET_ROOT_CERT_CHAINS, envelope)).await?;
    let undecodable = |reason: String| soap::undecodable(&answer, reason);
    let envelope = soap::envelope(&answer)?;
    let response = envelope.body().and_then(GetRootCertChainsResponse::decode);
    let mut certificates = Vec::new();
    for chain in response.map_err(|error| undecodable(error.to_string()))?.chains {
        for certificate in certificates_in_pkcs7(&chain).map_err(|error| undecodable(error.to_string()))? {
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
    }
    let roots = Roots::from_chain(certificates).map_err(undecodable)?;
    client.trust(roots.client_config(&settings.clock).map_err(FailureKind::Local)?);
    step.detail("certificates", roots.chain().len());
    step.detail("authorities", roots.authorities());
    tracing::info!(authorities = roots.authorities(), "root chain downloaded");
    Ok(roots)
}

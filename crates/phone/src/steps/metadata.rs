//! The metadata of both services: where to post to, and how to show a ticket there.

use crate::http::{Answer, Client, Outgoing};
use crate::step::Running;
use crate::{Credentials, FailureKind, ServiceUrl, SignIn, soap};
use lync_proto::mex::{CertProvPort, Port, PortPolicy, ServiceMetadata, WebTicketPort};

/// How a ticket is shown to certificate provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presentation {
    /// With a signature by the proof key: the port's policy has EndorsingSupportingTokens.
    Proof,
    /// Alone: the policy has SignedSupportingTokens.
    Bearer,
}

/// What the metadata of certificate provisioning says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertProv {
    url: ServiceUrl,
    presentation: Presentation,
    /// The web ticket service that its policy names.
    issuer: ServiceUrl,
}

/// Where the next steps go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Services {
    /// GetAndPublishCert.
    pub(crate) cert_prov: ServiceUrl,
    pub(crate) presentation: Presentation,
    /// IssueToken.
    pub(crate) web_ticket: ServiceUrl,
}

/// Reads the metadata of certificate provisioning.
pub(crate) async fn cert_prov(
    client: &mut Client,
    service: &ServiceUrl,
    step: &mut Running,
) -> Result<CertProv, FailureKind> {
    let (answer, metadata) = get(client, service, step).await?;
    let found = choose(&metadata.ports).and_then(|(port, presentation, issuer)| {
        step.detail("port", &port.name);
        step.detail("location", &port.location);
        Ok(CertProv { url: secure(&port.location)?, presentation, issuer: secure(issuer)? })
    });
    found.map_err(|reason| soap::undecodable(&answer, reason))
}

/// Reads the metadata of the web ticket service.
pub(crate) async fn web_ticket(
    settings: &SignIn,
    client: &mut Client,
    cert_prov: CertProv,
    step: &mut Running,
) -> Result<Services, FailureKind> {
    let (answer, metadata) = get(client, &cert_prov.issuer, step).await?;
    let wanted = match &settings.credentials {
        Credentials::Pin { .. } => WebTicketPort::Pin.name(),
        Credentials::Certificate { .. } => WebTicketPort::Cert.name(),
        Credentials::Windows { .. } => WebTicketPort::WinNegotiate.name(),
    };
    let port = metadata
        .port(wanted)
        .ok_or_else(|| soap::undecodable(&answer, format!("there is no port {wanted}")))?;
    step.detail("port", &port.name);
    step.detail("location", &port.location);
    let web_ticket = secure(&port.location).map_err(|reason| soap::undecodable(&answer, reason))?;
    Ok(Services { cert_prov: cert_prov.url, presentation: cert_prov.presentation, web_ticket })
}

async fn get(
    client: &mut Client,
    service: &ServiceUrl,
    step: &mut Running,
) -> Result<(Answer, ServiceMetadata), FailureKind> {
    let url = service.mex();
    step.detail("url", &url);
    let answer = client.send(&Outgoing::get(url)).await?;
    soap::require_ok(&answer)?;
    let metadata = ServiceMetadata::parse(&answer.body, &soap::limits());
    let metadata = metadata.map_err(|error| soap::undecodable(&answer, error))?;
    Ok((answer, metadata))
}

/// The port for GetAndPublishCert, by its policy: one with proof if there is one, else one without. The phone signs with
/// HMAC-SHA1, as the captured client does, so the port with that suite is the first choice.
fn choose(ports: &[Port]) -> Result<(&Port, Presentation, &str), String> {
    let proof = |port: &&Port| matches!(port.policy, PortPolicy::Proof { .. });
    let chosen = ports
        .iter()
        .find(|port| port.name.eq_ignore_ascii_case(CertProvPort::ProofSha1.name()) && proof(port))
        .or_else(|| ports.iter().find(proof))
        .or_else(|| ports.iter().find(|port| matches!(port.policy, PortPolicy::Bearer { .. })));
    let port = chosen.ok_or("there is no port that takes a web ticket")?;
    match &port.policy {
        PortPolicy::Proof { issuer } => Ok((port, Presentation::Proof, issuer)),
        PortPolicy::Bearer { issuer } => Ok((port, Presentation::Bearer, issuer)),
        _ => Err("there is no port that takes a web ticket".to_owned()),
    }
}

/// An address from metadata. Credentials and tickets go there, so it must be HTTPS.
fn secure(text: &str) -> Result<ServiceUrl, String> {
    let url: ServiceUrl = text.parse().map_err(|error: crate::ServiceUrlError| error.to_string())?;
    if url.is_secure() { Ok(url) } else { Err(format!("`{text}` is not https")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, policy: PortPolicy) -> Port {
        Port { name: name.to_owned(), location: format!("https://pool/{name}"), policy }
    }

    fn proof(name: &str) -> Port {
        port(name, PortPolicy::Proof { issuer: "https://pool/proof".to_owned() })
    }

    fn bearer(name: &str) -> Port {
        port(name, PortPolicy::Bearer { issuer: "https://pool/bearer".to_owned() })
    }

    #[test]
    fn the_port_is_chosen_by_its_policy() {
        let sha1 = CertProvPort::ProofSha1.name();
        let of = |ports: &[Port]| {
            let (port, presentation, _) = choose(ports).unwrap();
            (port.name.clone(), presentation)
        };
        let all = [port("open", PortPolicy::Open), bearer("bearer"), proof("proof"), proof(sha1)];
        assert_eq!(of(&all), (sha1.to_owned(), Presentation::Proof));
        assert_eq!(of(&all[..3]), ("proof".to_owned(), Presentation::Proof));
        assert_eq!(of(&all[..2]), ("bearer".to_owned(), Presentation::Bearer));
        // The name alone decides nothing.
        assert_eq!(of(&[bearer(sha1)]), (sha1.to_owned(), Presentation::Bearer));
        assert!(choose(&all[..1]).is_err());
    }

    #[test]
    fn credentials_go_to_https_alone() {
        assert!(secure("https://pool/x").is_ok());
        assert!(secure("http://pool/x").unwrap_err().contains("not https"));
        assert!(secure("pool").is_err());
    }
}

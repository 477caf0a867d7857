//! GetAndPublishCert: a key is made here, and a certificate over it comes back.

use super::metadata::Services;
use super::web_ticket::{self, Ticket};
use crate::http::{Client, Outgoing};
use crate::keys::{self, NewKey};
use crate::step::Running;
use crate::trust::{Issuer, Roots};
use crate::{FailureKind, PrivateKey, SignIn, soap};
use lync_model::SipUri;
use lync_proto::certprov::{GetAndPublishCertRequest, GetAndPublishCertResponse};
use lync_proto::soap::{Version, wrap};
use lync_proto::{format_instant, ns};
use time::OffsetDateTime;
use uuid::Uuid;

/// What the phone leaves with.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: PrivateKey,
    pub(crate) expires: OffsetDateTime,
    pub(crate) issuer: Issuer,
}

/// Makes a key, presents the ticket, and checks what comes back.
pub(crate) async fn get(
    settings: &SignIn,
    client: &mut Client,
    (services, ticket, roots): (&Services, &Ticket, &Roots),
    step: &mut Running,
) -> Result<Issued, FailureKind> {
    let url = services.cert_prov.clone();
    step.detail("url", &url);
    let key = make_key(settings, &ticket.user).await?;
    let request = GetAndPublishCertRequest {
        device_id: settings.device_id.clone().unwrap_or_else(|| format!("{{{}}}", Uuid::new_v4())),
        entity: ticket.user.address().to_owned(),
        csr: key.request.clone(),
        request_id: Some(Uuid::new_v4().to_string()),
        lifetime: None,
    };
    let addressing = web_ticket::addressing(&url, ns::ACTION_GET_AND_PUBLISH_CERT).encode();
    let header = format!("{addressing}{}", ticket.security_header()?);
    let envelope = wrap(Version::Soap11, &header, &request.encode());
    let answer = client.send(&Outgoing::call(url, ns::ACTION_GET_AND_PUBLISH_CERT, envelope)).await?;
    let envelope = soap::envelope(&answer)?;
    let response = envelope.body().and_then(GetAndPublishCertResponse::decode);
    let certificate = match response.map_err(|error| soap::undecodable(&answer, error))?.outcome {
        Ok(certificate) => certificate,
        Err(error) => {
            let (head, code) = (Box::new(answer.head.clone()), error.response_code);
            return Err(FailureKind::ErrorInfo { head, code, message: error.message });
        }
    };
    checked(settings, certificate, key, (&ticket.user, roots), step)
}

async fn make_key(settings: &SignIn, user: &SipUri) -> Result<NewKey, FailureKind> {
    let (kind, name) = (settings.key_kind, user.address().to_owned());
    let made = tokio::task::spawn_blocking(move || NewKey::generate(kind, &name)).await;
    let made = made.map_err(|error| FailureKind::Local(error.to_string()))?;
    made.map_err(|error| FailureKind::Local(error.to_string()))
}

fn checked(
    settings: &SignIn,
    certificate: Vec<u8>,
    key: NewKey,
    (user, roots): (&SipUri, &Roots),
    step: &mut Running,
) -> Result<Issued, FailureKind> {
    let facts = keys::check(&certificate, &key.public, user).map_err(FailureKind::Certificate)?;
    step.detail("subject", &facts.subject);
    step.detail("issuer", &facts.issuer);
    step.detail("expires", format_instant(facts.expires));
    let issuer = roots.issuer_of(&certificate, settings.clock.now()).map_err(FailureKind::Certificate)?;
    let known = issuer == Issuer::Known;
    step.detail("issuer_in_chain", known);
    if settings.require_pool_issuer && !known {
        let reason = format!("its issuer, {}, is not in the downloaded chain", facts.issuer);
        return Err(FailureKind::Certificate(reason));
    }
    tracing::info!(%user, issuer = %facts.issuer, "certificate received");
    Ok(Issued { certificate, key: key.private, expires: facts.expires, issuer })
}

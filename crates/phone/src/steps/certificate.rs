//! GetAndPublishCert: a key is made here, and a certificate over it comes back.

use super::metadata::Services;
use super::web_ticket::{self, Ticket};
use crate::http::{Client, Outgoing};
use crate::keys::{self, NewKey};
use crate::step::Running;
use crate::trust::{Issuer, Roots};
use crate::{FailureKind, PrivateKey, SignIn, soap};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use lync_model::SipUri;
use lync_proto::certprov::{GetAndPublishCertRequest, GetAndPublishCertResponse};
use lync_proto::soap::{Version, wrap};
use lync_proto::{format_instant, ns};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

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
        device_id: device_id(settings),
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

/// As it was given, else of the hardware address, else a new one.
fn device_id(settings: &SignIn) -> String {
    let of_hardware = || settings.hardware_address.map_or_else(Uuid::new_v4, of_hardware_address);
    settings.device_id.clone().unwrap_or_else(|| format!("{{{}}}", of_hardware()))
}

/// A UUID of version 5 (RFC 4122 section 4.3) in a namespace of lyncmock's: the form is known of phones, the name is not.
fn of_hardware_address(hardware_address: [u8; 6]) -> Uuid {
    const NAMESPACE: Uuid = Uuid::from_u128(0x6c79_6e63_6d6f_636b_8000_7068_6f6e_6500);
    let name = [NAMESPACE.as_bytes(), &hardware_address[..]].concat();
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &name);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
    Builder::from_sha1_bytes(bytes).into_uuid()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DhcpDiscovery;
    use lync_model::Pin;

    #[test]
    fn a_phone_is_one_device_and_another_phone_another() {
        let phone = || SignIn::new("1219", Pin::new("0712"));
        let first = device_id(&phone().hardware_address([2, 0, 0, 0, 0, 1]));
        let id: Uuid = first.trim_matches(['{', '}']).parse().unwrap();
        assert_eq!(id.get_version_num(), 5);
        assert_eq!(device_id(&phone().hardware_address([2, 0, 0, 0, 0, 1])), first);
        assert_ne!(device_id(&phone().hardware_address([2, 0, 0, 0, 0, 2])), first);
        let of_discovery = |hardware_address| {
            let asked = DhcpDiscovery::unicast("127.0.0.1:67".parse().unwrap());
            device_id(&phone().dhcp(DhcpDiscovery { hardware_address, ..asked }))
        };
        assert_eq!(of_discovery([2, 0, 0, 0, 0, 1]), first);
        assert_ne!(device_id(&phone()), device_id(&phone()));
        assert_eq!(device_id(&phone().hardware_address([2, 0, 0, 0, 0, 1]).device_id("{x}")), "{x}");
    }
}

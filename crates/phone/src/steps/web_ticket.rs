//! IssueToken: extension and PIN by HTTP Basic, a certificate, or an account of Windows by NTLM; a web ticket back.

use super::metadata::{Presentation, Services};
use super::windows::{self, Account};
use crate::http::{Answer, Client, Outgoing};
use crate::step::Running;
use crate::task_output::CLAIM;
use crate::{Credentials, FailureKind, ResponseHead, ServiceUrl, SignIn, soap};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use lync_model::SipUri;
use lync_proto::soap::{Addressing, Version, wrap};
use lync_proto::ticket::{CertificateHeader, PresentedTicket, TicketHeader, p_sha1};
use lync_proto::wstrust::{
    IssueTokenRequest, IssueTokenResponse, KeyType, Lifetime, Proof, ReceivedToken, TokenType, TrustNamespace,
};
use lync_proto::{Secret, format_instant, ns};
use lync_xml::Document;
use lync_xml::dsig::SigningKey;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The client's half of the proof key, as SIPE sends it, in bytes.
const ENTROPY: usize = 32;
/// How long a signed request counts; WCF's default, inferred for Lync.
const REQUEST_LIFETIME: Duration = Duration::minutes(5);

/// A web ticket in the phone's hands. Has no `Debug`: whoever has a bearer ticket can use it.
pub(crate) struct Ticket {
    /// Whose it is; a phone learns here who it is.
    pub(crate) user: SipUri,
    pub(crate) expires: OffsetDateTime,
    received: ReceivedToken,
    proof_key: Option<Secret>,
}

impl Ticket {
    /// The Security header that presents it, with proof where the service wants one.
    pub(crate) fn security_header(&self) -> Result<String, FailureKind> {
        let presented = PresentedTicket {
            lifetime_xml: &self.received.lifetime_xml,
            assertion_xml: &self.received.response.assertion,
            assertion_id: &self.received.response.assertion_id,
        };
        let header = TicketHeader::encode(&presented, self.proof_key.as_deref());
        header.map_err(|error| FailureKind::Local(error.to_string()))
    }
}

/// Gets a ticket for certificate provisioning.
pub(crate) async fn get(
    settings: &SignIn,
    client: &mut Client,
    services: &Services,
    step: &mut Running,
) -> Result<Ticket, FailureKind> {
    let url = services.web_ticket.clone();
    step.detail("url", &url);
    let request = request(settings, services)?;
    let answer = match &settings.credentials {
        Credentials::Pin { phone_or_ext, pin } => {
            let basic = basic(phone_or_ext, pin.expose())?;
            let call =
                Outgoing::call(url, ns::ACTION_ISSUE_TOKEN, wrap(Version::Soap11, "", &request.encode()));
            by_basic(settings.preemptive, client, call, basic, step).await?
        }
        Credentials::Certificate { certificate, key } => {
            let header = signed_header(&url, certificate, key.expose(), settings.clock.now())?;
            let envelope = wrap(Version::Soap11, &header, &request.encode());
            client.send(&Outgoing::call(url, ns::ACTION_ISSUE_TOKEN, envelope)).await?
        }
        Credentials::Windows { user_name, password } => {
            let envelope = wrap(Version::Soap11, "", &request.encode());
            let call = Outgoing::call(url, ns::ACTION_ISSUE_TOKEN, envelope);
            let account = Account { user_name, password };
            settings.user_sip_address.iter().for_each(|user| step.detail(CLAIM, user));
            windows::send(client, call, &account, settings.clock.now(), step).await?
        }
    };
    let envelope = soap::envelope(&answer)?;
    let received = envelope.body().and_then(IssueTokenResponse::decode);
    let received = received.map_err(|error| soap::undecodable(&answer, error))?;
    let ticket = read(received, request.entropy.as_ref(), services.presentation)
        .map_err(|reason| soap::undecodable(&answer, reason))?;
    step.detail("user", &ticket.user);
    step.detail("expires", format_instant(ticket.expires));
    if let Some(expected) = settings.user_sip_address.as_ref().filter(|expected| **expected != ticket.user) {
        return Err(FailureKind::OtherUser {
            expected: expected.to_string(),
            found: ticket.user.to_string(),
        });
    }
    tracing::info!(user = %ticket.user, "web ticket received");
    Ok(ticket)
}

fn request(settings: &SignIn, services: &Services) -> Result<IssueTokenRequest, FailureKind> {
    let (key_type, entropy) = match services.presentation {
        Presentation::Proof => (KeyType::Symmetric, Some(random()?)),
        Presentation::Bearer => (KeyType::Bearer, None),
    };
    Ok(IssueTokenRequest {
        namespace: TrustNamespace::Plain,
        context: Some(Uuid::new_v4().to_string()),
        token_type: TokenType::Saml11,
        applies_to: Some(services.cert_prov.to_string()),
        claim_uri: settings.user_sip_address.as_ref().map(ToString::to_string),
        entropy,
        lifetime: None,
        key_type,
    })
}

/// .NET's way: the request goes out bare, is challenged, and goes out again on the same connection with credentials.
async fn by_basic(
    preemptive: bool,
    client: &mut Client,
    call: Outgoing,
    basic: HeaderValue,
    step: &mut Running,
) -> Result<Answer, FailureKind> {
    if !preemptive {
        let answer = client.send(&call).await?;
        if answer.head.status != 401 || !offers_basic(&answer.head) {
            return Ok(answer);
        }
        step.detail("challenge", answer.head.header("WWW-Authenticate").unwrap_or_default());
    }
    client.send(&call.authorized(basic)).await
}

fn offers_basic(head: &ResponseHead) -> bool {
    let challenges = head.header("WWW-Authenticate").unwrap_or_default();
    challenges.split(',').any(|challenge| {
        challenge.split_whitespace().next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
    })
}

/// Phone number or extension as userid, PIN as password. A `tel:` in front cannot be sent and is left out.
fn basic(phone_or_ext: &str, pin: &str) -> Result<HeaderValue, FailureKind> {
    let typed = phone_or_ext.trim();
    let userid = match typed.split_at_checked(4) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel:") => rest,
        _ => typed,
    };
    if userid.chars().any(|c| c == ':' || c.is_control()) {
        return Err(FailureKind::PhoneOrExt);
    }
    let both = Zeroizing::new(format!("{userid}:{pin}"));
    let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(both.as_bytes())));
    HeaderValue::from_str(&value).map_err(|error| FailureKind::Local(error.to_string()))
}

fn signed_header(
    url: &ServiceUrl,
    certificate: &[u8],
    key: &[u8],
    now: OffsetDateTime,
) -> Result<String, FailureKind> {
    let local = |error: String| FailureKind::Local(error);
    let key = SigningKey::from_pkcs8(key).map_err(|error| local(error.to_string()))?;
    let lifetime = Lifetime { created: now, expires: now + REQUEST_LIFETIME };
    let security =
        CertificateHeader::encode(certificate, &key, &lifetime).map_err(|error| local(error.to_string()))?;
    Ok(format!("{}{security}", addressing(url, ns::ACTION_ISSUE_TOKEN).encode()))
}

/// The headers that SIPE sends beside a Security header.
pub(super) fn addressing(url: &ServiceUrl, action: &str) -> Addressing {
    Addressing {
        to: Some(url.to_string()),
        action: Some(action.to_owned()),
        message_id: Some(format!("uuid:{}", Uuid::new_v4())),
        reply_to: Some(ns::ADDRESSING_ANONYMOUS.to_owned()),
    }
}

fn read(
    received: ReceivedToken,
    entropy: Option<&Secret>,
    presentation: Presentation,
) -> Result<Ticket, String> {
    let user = user_of(&received.response.assertion)?;
    let proof_key = match (&received.response.proof, entropy, presentation) {
        (_, _, Presentation::Bearer) => None,
        (Proof::Computed { server_entropy }, Some(entropy), Presentation::Proof) => {
            Some(Secret::from(p_sha1(entropy, server_entropy, entropy.len())))
        }
        (Proof::Secret(key), _, Presentation::Proof) => Some(key.clone()),
        _ => return Err("the ticket comes without the proof key that was asked for".to_owned()),
    };
    Ok(Ticket { user, expires: received.response.expires, received, proof_key })
}

/// The user whom the assertion names. Its signature is the server's own business: clients do not verify it.
fn user_of(assertion: &str) -> Result<SipUri, String> {
    let document =
        Document::parse(assertion.as_bytes(), &soap::limits()).map_err(|error| error.to_string())?;
    let name = document.root().find(ns::SAML, "NameIdentifier").ok_or("the ticket names nobody")?;
    name.text().parse().map_err(|error: lync_model::SipUriError| error.to_string())
}

fn random() -> Result<Secret, FailureKind> {
    let mut bytes = vec![0; ENTROPY];
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    filled.map_err(|_| FailureKind::Local("no random numbers".to_owned()))?;
    Ok(Secret::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_the_number_and_the_pin() {
        let value = basic("+14255551219", "0712").unwrap();
        assert_eq!(value, "Basic KzE0MjU1NTUxMjE5OjA3MTI=");
        assert_eq!(basic(" tel:+14255551219 ", "0712").unwrap(), value);
        for phone_or_ext in ["sip:ken", "12:19", "12\n19"] {
            assert_eq!(basic(phone_or_ext, "0712"), Err(FailureKind::PhoneOrExt), "{phone_or_ext:?}");
        }
    }

    #[test]
    fn a_basic_challenge_is_seen_among_others() {
        let head = |value: &str| ResponseHead {
            status: 401,
            reason: String::new(),
            headers: vec![("WWW-Authenticate".to_owned(), value.to_owned())],
        };
        assert!(offers_basic(&head("Basic realm =\"LYNC\"")));
        assert!(offers_basic(&head("Negotiate, basic realm=\"LYNC\"")));
        assert!(!offers_basic(&head("NTLM")));
        assert!(!offers_basic(&head("Basically=1")));
    }

    #[test]
    fn the_user_is_read_from_the_ticket() {
        let assertion = format!(
            "<saml:Assertion xmlns:saml=\"{}\"><saml:Subject><saml:NameIdentifier>sip:Ken@a.b</saml:NameIdentifier>\
             </saml:Subject></saml:Assertion>",
            ns::SAML
        );
        assert_eq!(user_of(&assertion).unwrap().as_str(), "sip:ken@a.b");
        assert!(user_of("<a/>").is_err());
    }
}

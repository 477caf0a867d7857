//! IssueToken, once it is known for whom: [MS-OCAUTHWS] 3.2.4.1.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::operation::{self, body};
use crate::refusal::Refusal;
use crate::soap_answer;
use aws_lc_rs::rand;
use lync_model::diagnostics::names;
use lync_model::journal::Outcome;
use lync_model::journal::names::WEBTICKET_ISSUED;
use lync_model::{SipUri, WebServiceSettings};
use lync_proto::mex::CertProvPort;
use lync_proto::soap::Fault;
use lync_proto::ticket::{ASSERTION_ID_PREFIX, AuthenticationMethod, Confirmation, WebTicket, p_sha1};
use lync_proto::wstrust::{IssueTokenRequest, IssueTokenResponse, KeyType, Proof, TokenType};
use lync_proto::{Secret, format_instant, ns};
use time::{Duration, OffsetDateTime};

/// Size of a proof key where the client leaves it to the server, and of the server's entropy, in bytes.
const KEY_BYTES: usize = 32;

/// The shortest ticket that is issued.
const MIN_LIFETIME: Duration = Duration::minutes(1);

/// For whom a ticket is.
pub(super) struct Subject {
    name: String,
    method: AuthenticationMethod,
    lifetime: Duration,
}

impl Subject {
    pub(super) fn user(user: &SipUri, method: AuthenticationMethod, settings: &WebServiceSettings) -> Self {
        Self { name: user.to_string(), method, lifetime: settings.ticket_lifetime }
    }

    pub(super) fn anonymous(fqdn: &str, settings: &WebServiceSettings) -> Self {
        Self {
            name: format!("sip:anonymous@{fqdn}"),
            method: AuthenticationMethod::Unspecified,
            lifetime: settings.anonymous_ticket_lifetime,
        }
    }
}

/// Answers the request with a ticket for `subject`.
pub(super) fn issue_token(
    front_end: &FrontEnd,
    exchange: &mut Exchange,
    subject: &Subject,
) -> Result<Answer, Refusal> {
    operation::require_action(exchange, ns::ACTION_ISSUE_TOKEN)?;
    let envelope = operation::envelope(exchange)?;
    let request =
        IssueTokenRequest::decode(body(&envelope)?).map_err(|error| operation::unreadable(&error))?;
    learn(exchange, &request);
    check_kind(&request)?;
    check_claim(front_end, &request, subject)?;
    let now = front_end.now();
    let expires = expiry(now, lifetime(&request, subject))?;
    let key = proof_key(&request)?;
    let ticket = WebTicket {
        assertion_id: uuid::Uuid::new_v4().to_string(),
        issuer: front_end.urls().web_ticket(),
        audience: request.applies_to.clone().unwrap_or_else(|| front_end.urls().cert_prov()),
        user: subject.name.clone(),
        issued: now,
        expires,
        confirmation: match &key {
            Some(key) if !is_bearer(&request) => Confirmation::HolderOfKey {
                wrapped_key: front_end
                    .ticket_key()
                    .wrap_proof_key(&key.secret)
                    .map_err(|error| internal(&error))?,
            },
            _ => Confirmation::Bearer,
        },
        authentication_method: subject.method,
    };
    let assertion = ticket.sign(front_end.ticket_key()).map_err(|error| internal(&error))?;
    tracing::info!(peer = %exchange.peer, user = %subject.name, ticket = %ticket.assertion_id, "web ticket issued");
    exchange.learned.device.ticket = Some(ticket.assertion_id.clone());
    exchange.learned.says("lifetime_seconds", &(expires - now).whole_seconds().to_string());
    exchange.learned.says("expires", &format_instant(expires));
    exchange.learned.says("authentication_method", subject.method.uri());
    let summary = format!("web ticket issued for {}", subject.name);
    let note = exchange.note(WEBTICKET_ISSUED, Outcome::Ok, &summary);
    let response = IssueTokenResponse {
        namespace: request.namespace,
        context: request.context,
        assertion,
        assertion_id: format!("{ASSERTION_ID_PREFIX}{}", ticket.assertion_id),
        proof: key.map_or(Proof::None, |key| key.proof),
        created: now,
        expires,
        applies_to: request.applies_to,
    };
    Ok(soap_answer::ok(front_end, exchange, &response.encode()).noted(note))
}

fn learn(exchange: &mut Exchange, request: &IssueTokenRequest) {
    exchange.learned.says("token_type", request.token_type.uri());
    exchange.learned.says("key_type", request.key_type.uri());
    if let Some(address) = &request.applies_to {
        exchange.learned.says("applies_to", address);
    }
}

/// Refuses what would be a ticket that its client cannot use.
fn check_kind(request: &IssueTokenRequest) -> Result<(), Refusal> {
    if request.token_type == TokenType::CompactWebTicket {
        return Err(Fault::sender("compact web tickets are not issued").into());
    }
    match request.key_type {
        KeyType::Symmetric | KeyType::Bearer => Ok(()),
        KeyType::Other(_) => {
            Err(Fault::sender("tickets are issued with a symmetric key or with none").into())
        }
    }
}

/// Whether the ticket is to be shown without proof. The audience says so too: pidgin-sipe asks for a symmetric key
/// whatever port it will go to, and shows the ticket as the port's policy has it.
fn is_bearer(request: &IssueTokenRequest) -> bool {
    let port = CertProvPort::Bearer.path().to_ascii_lowercase();
    let for_bearer_port =
        request.applies_to.as_ref().is_some_and(|address| address.to_ascii_lowercase().ends_with(&port));
    request.key_type == KeyType::Bearer || for_bearer_port
}

/// A request may name the user whom it expects; then it must be this one.
fn check_claim(front_end: &FrontEnd, request: &IssueTokenRequest, subject: &Subject) -> Result<(), Refusal> {
    let Some(claimed) = &request.claim_uri else { return Ok(()) };
    match claimed.parse::<SipUri>() {
        Ok(claimed) if claimed.as_str() == subject.name => Ok(()),
        _ => Err(Refusal::in_fault(front_end.diagnostics().known(names::CLAIM_MISMATCH))),
    }
}

/// The lifetime that the client asks for, at the most the one that is set, and never so short that the ticket is of no
/// use; unless none is set, which makes tickets that have expired when they arrive.
fn lifetime(request: &IssueTokenRequest, subject: &Subject) -> Duration {
    let asked = request.lifetime.map(|lifetime| lifetime.expires - lifetime.created);
    let asked = asked.filter(|asked| asked.is_positive());
    asked.map_or(subject.lifetime, |asked| asked.max(MIN_LIFETIME).min(subject.lifetime))
}

/// When a ticket of `now` ends; a lifetime beyond the year 9999 is the configuration's fault, not the client's.
fn expiry(now: OffsetDateTime, lifetime: Duration) -> Result<OffsetDateTime, Fault> {
    now.checked_add(lifetime).ok_or_else(|| internal(&"its lifetime exceeds the range of dates"))
}

struct ProofKey {
    secret: Secret,
    proof: Proof,
}

/// The proof key: both sides' entropy by P_SHA1, or the server's own where the client sends none (WS-Trust 1.3, 4.4).
fn proof_key(request: &IssueTokenRequest) -> Result<Option<ProofKey>, Refusal> {
    if request.key_type == KeyType::Bearer {
        return Ok(None);
    }
    let mut random = vec![0; KEY_BYTES];
    rand::fill(&mut random).map_err(|error| internal(&error))?;
    Ok(Some(match &request.entropy {
        Some(entropy) => ProofKey {
            secret: p_sha1(entropy, &random, entropy.len()).into(),
            proof: Proof::Computed { server_entropy: random.into() },
        },
        None => ProofKey { secret: random.clone().into(), proof: Proof::Secret(random.into()) },
    }))
}

fn internal(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "a web ticket could not be made");
    Fault::receiver("the web ticket could not be made")
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_proto::soap::FaultCode;
    use lync_proto::wstrust::{Lifetime, TrustNamespace};
    use time::macros::datetime;

    #[test]
    fn a_ticket_lasts_as_long_as_is_asked_and_set() {
        let now = datetime!(2013-06-01 12:00 UTC);
        let granted = |asked: Option<Duration>, set| {
            let request = IssueTokenRequest {
                namespace: TrustNamespace::Plain,
                context: None,
                token_type: TokenType::Saml11,
                applies_to: None,
                claim_uri: None,
                entropy: None,
                lifetime: asked.map(|asked| Lifetime { created: now, expires: now + asked }),
                key_type: KeyType::Bearer,
            };
            let method = AuthenticationMethod::Password;
            lifetime(&request, &Subject { name: String::new(), method, lifetime: set })
        };
        let (hour, second) = (Duration::HOUR, Duration::SECOND);
        assert_eq!(granted(None, 8 * hour), 8 * hour);
        assert_eq!(granted(Some(hour), 8 * hour), hour);
        assert_eq!(granted(Some(9 * hour), 8 * hour), 8 * hour);
        assert_eq!(granted(Some(second), 8 * hour), Duration::MINUTE);
        for asked in [None, Some(second), Some(hour)] {
            assert_eq!(granted(asked, Duration::ZERO), Duration::ZERO, "it has expired when it arrives");
        }
    }

    #[test]
    fn a_ticket_that_would_outlive_the_calendar_is_a_receiver_fault() {
        let now = datetime!(2013-06-01 12:00 UTC);
        assert_eq!(expiry(now, Duration::hours(8)).unwrap(), datetime!(2013-06-01 20:00 UTC));
        let last = datetime!(9999-12-31 23:59:59 UTC);
        assert_eq!(expiry(now, last - now).unwrap(), last);
        for lifetime in [last - now + Duration::SECOND, Duration::minutes(u32::MAX.into()), Duration::MAX] {
            assert_eq!(expiry(now, lifetime).unwrap_err().code, FaultCode::Receiver);
        }
    }
}

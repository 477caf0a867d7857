//! GetAndPublishCert: a CSR and a web ticket in, a certificate out. [MS-OCAUTHWS] 3.1.4.1.
//!
//! What is wrong with the ticket is a SOAP fault; what is wrong with the request is an `ErrorInfo` in the response,
//! as that section demands.

use super::presented::{self, Presentation};
use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::{Exchange, limits};
use crate::learned::one_line;
use crate::operation;
use crate::refusal::{Refusal, respond};
use crate::soap_answer;
use axum::extract::State;
use axum::response::Response;
use lync_model::journal::{Outcome, names};
use lync_model::ports::{CertificateRequest, IssuedCertificate, PinFailureReason, UserPinError};
use lync_model::{PublishedCertificate, SipUri};
use lync_net::excerpt;
use lync_proto::certprov::{ErrorInfo, GetAndPublishCertRequest, GetAndPublishCertResponse};
use lync_proto::soap::Envelope;
use lync_proto::{DecodeError, Documented, format_instant, ns};
use lync_xml::Element;
use std::sync::Arc;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

/// WebTicket_Proof and WebTicket_Proof_SHA1: the signature says itself which algorithm it uses.
pub(crate) async fn post_proof(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    answer(&front_end, exchange, Presentation::Proof).await
}

/// WebTicket_Bearer.
pub(crate) async fn post_bearer(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    answer(&front_end, exchange, Presentation::Bearer).await
}

/// The user whom a request names in its Entity; whether the ticket is theirs does not count here.
pub(crate) fn claimed_user(exchange: &Exchange) -> Option<SipUri> {
    let envelope = Envelope::parse(&exchange.body, &limits()).ok()?;
    envelope.body().ok()?.attribute("", "Entity")?.parse().ok()
}

async fn answer(front_end: &FrontEnd, mut exchange: Exchange, wanted: Presentation) -> Response {
    let outcome = get_and_publish(front_end, &mut exchange, wanted).await;
    respond(outcome, front_end, &exchange)
}

async fn get_and_publish(
    front_end: &FrontEnd,
    exchange: &mut Exchange,
    wanted: Presentation,
) -> Result<Answer, Refusal> {
    let envelope = operation::envelope(exchange)?;
    let user = presented::user_of_ticket(front_end, exchange, &envelope, wanted)?;
    operation::require_action(exchange, ns::ACTION_GET_AND_PUBLISH_CERT)?;
    let body = operation::body(&envelope)?;
    let request = match GetAndPublishCertRequest::decode(body) {
        Ok(request) => request,
        Err(error) if body.is(ns::AUTH_WEB_SERVICES, GetAndPublishCertRequest::NAME) => {
            return Ok(written(front_end, exchange, &user, &unreadable(body, &error)));
        }
        Err(error) => return Err(operation::unreadable(&error)),
    };
    learn(exchange, &request);
    let outcome = certificate(front_end, exchange, &user, &request).await;
    let response = GetAndPublishCertResponse {
        device_id: request.device_id,
        entity: request.entity,
        request_id: request.request_id,
        outcome,
    };
    Ok(written(front_end, exchange, &user, &response))
}

fn learn(exchange: &mut Exchange, request: &GetAndPublishCertRequest) {
    exchange.learned.device.device_id = Some(one_line(&request.device_id));
    exchange.learned.says("device_id", &request.device_id);
    exchange.learned.says("entity", &request.entity);
}

/// The answer, with its line in the log and its note.
fn written(
    front_end: &FrontEnd,
    exchange: &mut Exchange,
    user: &SipUri,
    response: &GetAndPublishCertResponse,
) -> Answer {
    let note = match &response.outcome {
        Ok(_) => {
            tracing::info!(peer = %exchange.peer, %user, device = %response.device_id, "certificate published");
            let summary = format!("certificate for {user} published");
            exchange.note(names::CERTPROV_PUBLISHED, Outcome::Ok, &summary)
        }
        Err(error) => {
            tracing::warn!(peer = %exchange.peer, %user, reason = %error.message, "no certificate");
            exchange.learned.says("response_code", &error.response_code);
            exchange.learned.says("reason", &error.message);
            let summary = format!("no certificate for {user}: {}", error.message);
            exchange.note(names::CERTPROV_REFUSED, Outcome::Refused, &summary)
        }
    };
    soap_answer::ok(front_end, exchange, &response.encode()).noted(note)
}

async fn certificate(
    front_end: &FrontEnd,
    exchange: &mut Exchange,
    user: &SipUri,
    request: &GetAndPublishCertRequest,
) -> Result<Vec<u8>, ErrorInfo> {
    let asked_for = request.entity.parse::<SipUri>();
    if asked_for.as_ref() != Ok(user) {
        return Err(refused("InvalidEntity", "the web ticket is for another user than the request"));
    }
    let now = front_end.now();
    let issued = front_end
        .authority()
        .issue(&CertificateRequest {
            csr: &request.csr,
            user,
            now,
            validity: exchange.settings.validity.granted(request.lifetime_hours()),
            key_size: exchange.settings.csr_key_size.range(),
        })
        .map_err(|error| refused("InvalidRequest", &error.to_string()))?;
    if let Ok((_, certificate)) = X509Certificate::from_der(&issued.der) {
        exchange.learned.says("serial", &certificate.raw_serial_as_string());
    }
    exchange.learned.says("not_after", &format_instant(issued.expires));
    publish(front_end, user, request, issued, now).await
}

/// Has the certificate kept. The phone is answered only then: what it was given will be found again.
async fn publish(
    front_end: &FrontEnd,
    user: &SipUri,
    request: &GetAndPublishCertRequest,
    issued: IssuedCertificate,
    now: OffsetDateTime,
) -> Result<Vec<u8>, ErrorInfo> {
    let published = PublishedCertificate {
        user: user.clone(),
        device_id: request.device_id.clone(),
        certificate: issued.der,
        publication_time: now,
        expiration_time: issued.expires,
    };
    front_end.user_pin().publish_cert(&published).await.map_err(|error| {
        tracing::error!(%error, "a certificate could not be published");
        match error {
            UserPinError::Refused(PinFailureReason::UserPinAccountDisabled) => {
                refused("UserDisabled", "the user is disabled")
            }
            UserPinError::Refused(_) => refused("UnknownUser", "the user is not known here"),
            // The text that a front end logs when it cannot reach the home pool's store.
            _ => refused("DataStoreUnavailable", "data store unavailable"),
        }
    })?;
    Ok(published.certificate)
}

/// The answer to a request of this operation that cannot be read whole: what can be read of it is repeated.
fn unreadable(body: Element<'_>, error: &DecodeError) -> GetAndPublishCertResponse {
    let attribute = |name| excerpt(body.attribute("", name).unwrap_or_default());
    GetAndPublishCertResponse {
        device_id: attribute("DeviceId"),
        entity: attribute("Entity"),
        request_id: None,
        outcome: Err(refused("InvalidRequest", &error.to_string())),
    }
}

/// An `ErrorInfo`. No value that a Lync Server puts there is public: code and text are lyncmock's own.
fn refused(code: &str, message: &str) -> ErrorInfo {
    ErrorInfo { response_code: code.to_owned(), message: message.to_owned() }
}

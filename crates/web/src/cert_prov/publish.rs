//! GetAndPublishCert: a CSR and a web ticket in, a certificate out. [MS-OCAUTHWS] 3.1.4.1.
//!
//! What is wrong with the ticket is a SOAP fault; what is wrong with the request is an `ErrorInfo` in the response,
//! as that section demands.

use super::presented::{self, Presentation};
use crate::FrontEnd;
use crate::exchange::Exchange;
use crate::operation;
use crate::refusal::Refusal;
use crate::soap_answer;
use axum::extract::State;
use axum::response::Response;
use lync_model::ports::{CertificateRequest, PinFailureReason, UserPinError};
use lync_model::{PublishedCertificate, SipUri};
use lync_net::excerpt;
use lync_proto::certprov::{ErrorInfo, GetAndPublishCertRequest, GetAndPublishCertResponse};
use lync_proto::{DecodeError, Documented, ns};
use lync_xml::Element;
use std::sync::Arc;

/// WebTicket_Proof and WebTicket_Proof_SHA1: the signature says itself which algorithm it uses.
pub(crate) async fn post_proof(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    answer(&front_end, &exchange, Presentation::Proof).await
}

/// WebTicket_Bearer.
pub(crate) async fn post_bearer(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    answer(&front_end, &exchange, Presentation::Bearer).await
}

async fn answer(front_end: &FrontEnd, exchange: &Exchange, wanted: Presentation) -> Response {
    match get_and_publish(front_end, exchange, wanted).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(front_end, exchange),
    }
}

async fn get_and_publish(
    front_end: &FrontEnd,
    exchange: &Exchange,
    wanted: Presentation,
) -> Result<Response, Refusal> {
    let envelope = operation::envelope(exchange)?;
    let user = presented::user_of_ticket(front_end, &envelope, wanted)?;
    operation::require_action(exchange, ns::ACTION_GET_AND_PUBLISH_CERT)?;
    let body = operation::body(&envelope)?;
    let request = match GetAndPublishCertRequest::decode(body) {
        Ok(request) => request,
        Err(error) if body.is(ns::AUTH_WEB_SERVICES, GetAndPublishCertRequest::NAME) => {
            tracing::warn!(peer = %exchange.peer, %user, reason = %error, "no certificate");
            let response = unreadable(body, &error);
            return Ok(soap_answer::ok(front_end, exchange, &response.encode()));
        }
        Err(error) => return Err(operation::unreadable(&error)),
    };
    let outcome = certificate(front_end, &user, &request).await;
    match &outcome {
        Ok(_) => {
            tracing::info!(peer = %exchange.peer, %user, device = %request.device_id, "certificate published");
        }
        Err(error) => tracing::warn!(peer = %exchange.peer, %user, reason = %error.message, "no certificate"),
    }
    let response = GetAndPublishCertResponse {
        device_id: request.device_id,
        entity: request.entity,
        request_id: request.request_id,
        outcome,
    };
    Ok(soap_answer::ok(front_end, exchange, &response.encode()))
}

async fn certificate(
    front_end: &FrontEnd,
    user: &SipUri,
    request: &GetAndPublishCertRequest,
) -> Result<Vec<u8>, ErrorInfo> {
    let asked_for = request.entity.parse::<SipUri>();
    if asked_for.as_ref() != Ok(user) {
        return Err(refused("InvalidEntity", "the web ticket is for another user than the request"));
    }
    let settings = front_end.settings();
    let now = front_end.now();
    let issued = front_end
        .authority()
        .issue(&CertificateRequest {
            csr: &request.csr,
            user,
            now,
            validity: settings.validity.granted(request.lifetime_hours()),
            key_size: settings.csr_key_size.range(),
        })
        .map_err(|error| refused("InvalidRequest", &error.to_string()))?;
    let published = PublishedCertificate {
        user: user.clone(),
        device_id: request.device_id.clone(),
        certificate: issued.der,
        publication_time: now,
        expiration_time: issued.expires,
    };
    // The phone is answered only when the certificate is kept: what it was given will be found again.
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

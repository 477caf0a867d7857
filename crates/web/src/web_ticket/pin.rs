//! WebTicketServicePin: extension and PIN by HTTP Basic, a web ticket back.

use super::issue::{self, Subject};
use crate::FrontEnd;
use crate::basic::{Credentials, NoCredentials};
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use axum::extract::State;
use axum::response::Response;
use lync_model::SipUri;
use lync_model::diagnostics::names;
use lync_model::ports::UserPinError;
use lync_proto::ticket::AuthenticationMethod;
use std::sync::Arc;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    match sign_in(&front_end, &exchange).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(&front_end, &exchange),
    }
}

async fn sign_in(front_end: &FrontEnd, exchange: &Exchange) -> Result<Response, Refusal> {
    // HTTP authentication comes before the SOAP layer sees anything: a wrong PIN is refused whatever the body says.
    let user = authenticate(front_end, exchange).await?;
    let subject = Subject::user(&user, AuthenticationMethod::Password, front_end.settings());
    issue::issue_token(front_end, exchange, &subject)
}

async fn authenticate(front_end: &FrontEnd, exchange: &Exchange) -> Result<SipUri, Refusal> {
    let diagnostics = front_end.diagnostics();
    if !front_end.settings().use_pin_auth {
        return Err(Refusal::in_headers(diagnostics.known(names::AUTH_TYPE_NOT_ALLOWED)));
    }
    let credentials = Credentials::from_header(exchange.authorization()).map_err(|problem| {
        if problem != NoCredentials::Absent {
            tracing::warn!(peer = %exchange.peer, reason = %problem, "no PIN credentials");
        }
        Refusal::PinChallenge
    })?;
    let verified = front_end.user_pin().verify_pin(&credentials.phone_or_ext, &credentials.pin).await;
    verified.map_err(|error| {
        tracing::info!(peer = %exchange.peer, phone_or_ext = %credentials.phone_or_ext, %error, "PIN not accepted");
        Refusal::in_headers(match error {
            UserPinError::Refused(reason) => diagnostics.for_pin_failure(reason),
            // To the phone a front end that cannot ask looks like a wrong PIN: it prompts again.
            UserPinError::Unavailable { .. } | UserPinError::Store(_) => {
                diagnostics.known(names::USER_PIN_SERVICE_UNAVAILABLE)
            }
        })
    })
}

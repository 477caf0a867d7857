//! WebTicketServiceCert: a certificate that this pool issued gets a ticket, without a PIN.
//!
//! That the port takes a WS-Security signature with the issued certificate is specified ([MS-OCAUTHWS] 3.2); which
//! parts are signed is inferred.

use super::issue::{self, Subject};
use crate::FrontEnd;
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use axum::extract::State;
use axum::response::Response;
use lync_model::SipUri;
use lync_model::diagnostics::names;
use lync_proto::ticket::{AuthenticationMethod, CertificateHeader};
use std::sync::Arc;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    match sign_in(&front_end, &exchange).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(&front_end, &exchange),
    }
}

async fn sign_in(front_end: &FrontEnd, exchange: &Exchange) -> Result<Response, Refusal> {
    if !front_end.settings().use_certificate_auth {
        let diagnostic = front_end.diagnostics().known(names::AUTH_TYPE_NOT_ALLOWED);
        return Err(Refusal::in_fault(diagnostic));
    }
    let (user, certificate) =
        signer(front_end, exchange).map_err(|reason| refused(front_end, exchange, &reason))?;
    // A certificate that was revoked or replaced is no longer in the store, however valid it looks.
    let published = front_end.user_pin().get_published_certs(&user).await;
    let published = published.map_err(|error| refused(front_end, exchange, &error.to_string()))?;
    if !published.iter().any(|known| known.certificate == certificate) {
        return Err(refused(front_end, exchange, "the certificate is not published"));
    }
    let subject = Subject::user(&user, AuthenticationMethod::X509, front_end.settings());
    issue::issue_token(front_end, exchange, &subject)
}

/// Who signed the request, and with which certificate.
fn signer(front_end: &FrontEnd, exchange: &Exchange) -> Result<(SipUri, Vec<u8>), String> {
    let limits = lync_xml::Limits { bytes: crate::exchange::MAX_BODY, ..lync_xml::Limits::default() };
    let envelope =
        lync_proto::soap::Envelope::parse(&exchange.body, &limits).map_err(|error| error.to_string())?;
    let header = CertificateHeader::find(&envelope).map_err(|error| error.to_string())?;
    let header = header.ok_or("there is no Security header")?;
    let now = front_end.now();
    let checked = front_end.authority().check(&header.certificate, now).map_err(|error| error.to_string())?;
    header.verify(&checked.public_key).map_err(|error| error.to_string())?;
    if now >= header.expires() {
        return Err("the signed timestamp has expired".to_owned());
    }
    Ok((checked.user, header.certificate))
}

fn refused(front_end: &FrontEnd, exchange: &Exchange, reason: &str) -> Refusal {
    tracing::warn!(peer = %exchange.peer, reason, "certificate sign-in refused");
    Refusal::in_fault(front_end.diagnostics().known(names::NO_SECURITY_TOKEN))
}

//! WebTicketServiceCert: a certificate that this pool issued gets a ticket, without a PIN.
//!
//! That the port takes a WS-Security signature with the issued certificate is specified ([MS-OCAUTHWS] 3.2); which
//! parts are signed is inferred.

use super::issue::{self, Subject};
use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::{Exchange, limits};
use crate::refusal::{Refusal, respond};
use axum::extract::State;
use axum::response::Response;
use lync_model::SipUri;
use lync_model::diagnostics::names;
use lync_proto::soap::Envelope;
use lync_proto::ticket::{AuthenticationMethod, CertificateHeader};
use std::sync::Arc;
use time::Duration;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, mut exchange: Exchange) -> Response {
    let outcome = sign_in(&front_end, &mut exchange).await;
    respond(outcome, &front_end, &exchange)
}

/// The user whom the certificate of a request names, if this pool signed it. Whether the request is signed by it does
/// not count here.
pub(crate) fn claimed_user(front_end: &FrontEnd, exchange: &Exchange) -> Option<SipUri> {
    let envelope = Envelope::parse(&exchange.body, &limits()).ok()?;
    let header = CertificateHeader::find(&envelope).ok()??;
    let checked = front_end.authority().check(&header.certificate, front_end.now()).ok()?;
    Some(checked.user)
}

/// How old a signed timestamp may be, and how far in the future: WCF's five minutes of life and of clock skew, inferred
/// for Lync. Nothing but the timestamp is signed, so without a bound one request could be repeated for ever.
const MAX_AGE: Duration = Duration::minutes(10);
const MAX_AHEAD: Duration = Duration::minutes(5);

async fn sign_in(front_end: &FrontEnd, exchange: &mut Exchange) -> Result<Answer, Refusal> {
    if !exchange.settings.use_certificate_auth {
        return Err(Refusal::in_headers(front_end.diagnostics().known(names::AUTH_TYPE_NOT_ALLOWED)));
    }
    let refused = |reason: String| {
        Refusal::in_headers(front_end.diagnostics().known(names::CERTIFICATE_REFUSED)).because(reason)
    };
    let (user, certificate) = signer(front_end, exchange).map_err(refused)?;
    exchange.learned.user(&user);
    // A certificate that was revoked or replaced is no longer in the store, however valid it looks.
    let published = front_end.user_pin().get_published_certs(&user).await;
    let published = published.map_err(|error| refused(error.to_string()))?;
    if !published.iter().any(|known| known.certificate == certificate) {
        return Err(refused("the certificate is not published".to_owned()));
    }
    let subject = Subject::user(&user, AuthenticationMethod::X509, &exchange.settings);
    issue::issue_token(front_end, exchange, &subject)
}

/// Who signed the request, and with which certificate.
fn signer(front_end: &FrontEnd, exchange: &Exchange) -> Result<(SipUri, Vec<u8>), String> {
    let envelope = Envelope::parse(&exchange.body, &limits()).map_err(|error| error.to_string())?;
    let header = CertificateHeader::find(&envelope).map_err(|error| error.to_string())?;
    let header = header.ok_or("there is no Security header")?;
    let now = front_end.now();
    let checked = front_end.authority().check(&header.certificate, now).map_err(|error| error.to_string())?;
    header.verify(&checked.public_key).map_err(|error| error.to_string())?;
    let age = now - header.created();
    if age > MAX_AGE || age < -MAX_AHEAD || now >= header.expires() {
        return Err("the signed timestamp is too old, or not yet valid".to_owned());
    }
    Ok((checked.user, header.certificate))
}

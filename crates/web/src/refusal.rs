//! The forms in which a front end refuses: an HTTP challenge, HTTP headers, a SOAP fault, an `ErrorInfo`.
//!
//! [MS-OCAUTHWS] 3.2.4.1 has the header form for authentication at the HTTP level and 2.2.4.1 the fault for
//! authentication inside the SOAP layer; 3.1.4.1 wants `ErrorInfo` from GetAndPublishCert.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::learned::one_line;
use crate::page;
use crate::soap_answer;
use axum::response::Response;
use http::header::{WARNING, WWW_AUTHENTICATE};
use http::{HeaderName, StatusCode};
use lync_model::diagnostics::Diagnostic;
use lync_model::journal::{Diagnosed, Note, Outcome, names};
use lync_net::excerpt;
use lync_proto::diagnostics::{MsDiagnostics, Warning};
use lync_proto::soap::Fault;

/// The challenge of the PIN port, with the odd space that a front end was seen to send.
const PIN_CHALLENGE: &str = "Basic realm =\"LYNC\"";

/// A refusal, before it is written.
pub(crate) struct Refusal {
    form: Form,
    /// For log and journal; the peer does not see it.
    reason: Option<String>,
}

enum Form {
    /// 401 to a request without credentials. That it has no X-Ms-diagnostics is inferred.
    PinChallenge,
    /// 401 of the port for Windows credentials, with the schemes that it offers. Captured: the page, `NTLM`, and no
    /// X-Ms-diagnostics; an article of Microsoft's shows `Negotiate,NTLM`.
    WindowsChallenge { offer: &'static [&'static str], credentials: Credentials },
    /// 401 in the middle of NTLM's rounds, with the server's message. That it has the same page is inferred.
    NtlmChallenge(String),
    /// A diagnostic in HTTP headers; at the PIN port with its challenge.
    Headers { diagnostic: Box<Diagnostic>, challenge: Option<&'static str> },
    /// A diagnostic as SOAP fault.
    Diagnosed(Box<Diagnostic>),
    /// A SOAP fault that no diagnostic stands behind.
    Fault(Box<Fault>),
}

/// What was done about Windows credentials before a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credentials {
    /// They were not there, or could not be read.
    Unchecked,
    /// They are not those of an account.
    Wrong,
}

impl Refusal {
    /// The challenge of the PIN port.
    pub(crate) fn pin_challenge() -> Self {
        Form::PinChallenge.into()
    }

    /// The challenge of the port for Windows credentials, to who shows none or nothing that can be read.
    pub(crate) fn windows_challenge(offer: &'static [&'static str]) -> Self {
        Form::WindowsChallenge { offer, credentials: Credentials::Unchecked }.into()
    }

    /// The same to who shows wrong ones: a front end does not tell.
    pub(crate) fn windows_credentials_wrong(offer: &'static [&'static str]) -> Self {
        Form::WindowsChallenge { offer, credentials: Credentials::Wrong }.into()
    }

    /// The second message of NTLM, as a value of WWW-Authenticate.
    pub(crate) fn ntlm_challenge(www_authenticate: String) -> Self {
        Form::NtlmChallenge(www_authenticate).into()
    }

    /// The diagnostic in HTTP headers, with the PIN port's challenge if it is a 401.
    pub(crate) fn at_pin_port(diagnostic: &Diagnostic) -> Self {
        Form::Headers { diagnostic: Box::new(diagnostic.clone()), challenge: Some(PIN_CHALLENGE) }.into()
    }

    /// The diagnostic in HTTP headers.
    pub(crate) fn in_headers(diagnostic: &Diagnostic) -> Self {
        Form::Headers { diagnostic: Box::new(diagnostic.clone()), challenge: None }.into()
    }

    /// The diagnostic as SOAP fault.
    pub(crate) fn in_fault(diagnostic: &Diagnostic) -> Self {
        Form::Diagnosed(Box::new(diagnostic.clone())).into()
    }

    /// With a reason for log and journal. It must not quote more of the request than a name.
    pub(crate) fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    /// The refusal in the form that it has on the wire, and one line in the log.
    pub(crate) fn into_answer(self, front_end: &FrontEnd, exchange: &Exchange) -> Answer {
        self.log(exchange);
        let note = self.note(exchange);
        let answer = match self.form {
            Form::PinChallenge => unauthorized(front_end, [PIN_CHALLENGE]),
            Form::WindowsChallenge { offer, .. } => unauthorized(front_end, offer.iter().copied()),
            Form::NtlmChallenge(message) => unauthorized(front_end, [message]),
            Form::Headers { diagnostic, challenge } => header_form(front_end, &diagnostic, challenge),
            Form::Diagnosed(diagnostic) => {
                let status = status(&diagnostic, StatusCode::INTERNAL_SERVER_ERROR);
                soap_answer::fault(front_end, exchange, status, &fault_of(&diagnostic))
            }
            Form::Fault(fault) => {
                soap_answer::fault(front_end, exchange, StatusCode::INTERNAL_SERVER_ERROR, &fault)
            }
        };
        answer.noted(note)
    }

    fn note(&self, exchange: &Exchange) -> Note {
        let reason = self.reason.as_deref();
        let refused = |summary: &str| exchange.note(exchange.refused_event(), Outcome::Refused, summary);
        let mut note = match &self.form {
            Form::WindowsChallenge { credentials: Credentials::Wrong, .. } => {
                refused(&format!("Windows credentials refused: {}", reason.unwrap_or_default()))
            }
            Form::PinChallenge | Form::WindowsChallenge { .. } => challenged(exchange, reason),
            Form::NtlmChallenge(_) => {
                exchange.note(names::WEBTICKET_CHALLENGED, Outcome::Ok, "challenge of NTLM sent")
            }
            Form::Headers { diagnostic, .. } | Form::Diagnosed(diagnostic) => {
                let why = reason.unwrap_or(&diagnostic.reason);
                let diagnosed = Some(diagnosed(diagnostic));
                Note { diagnostic: diagnosed, ..refused(&format!("{}: {why}", diagnostic.name)) }
            }
            Form::Fault(fault) => refused(&excerpt(&fault.string)),
        };
        if let Some(reason) = reason {
            note.decoded.insert("reason".to_owned(), one_line(reason));
        }
        note
    }

    fn log(&self, exchange: &Exchange) {
        let peer = exchange.peer;
        match (&self.form, &self.reason) {
            (Form::Headers { diagnostic, .. } | Form::Diagnosed(diagnostic), reason) => tracing::warn!(
                %peer,
                diagnostic = %diagnostic.name,
                code = diagnostic.code,
                evidence = %diagnostic.evidence,
                reason = reason.as_deref(),
                "refused"
            ),
            (Form::Fault(fault), _) => tracing::warn!(%peer, reason = ?excerpt(&fault.string), "refused"),
            (Form::WindowsChallenge { credentials: Credentials::Wrong, .. }, reason) => {
                tracing::warn!(%peer, reason = reason.as_deref(), "Windows credentials refused");
            }
            // A first request without credentials is how every sign-in begins.
            (_, None) => tracing::debug!(%peer, "challenged"),
            (_, Some(reason)) => tracing::warn!(%peer, %reason, "challenged"),
        }
    }
}

impl From<Form> for Refusal {
    fn from(form: Form) -> Self {
        Self { form, reason: None }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Form::Fault(Box::new(fault)).into()
    }
}

/// The response to `exchange`: the answer, or the refusal in its form.
pub(crate) fn respond(
    outcome: Result<Answer, Refusal>,
    front_end: &FrontEnd,
    exchange: &Exchange,
) -> Response {
    let answer = outcome.unwrap_or_else(|refusal| refusal.into_answer(front_end, exchange));
    answer.into_response(front_end, exchange)
}

/// Who shows nothing is told how to authenticate, as every sign-in begins; who shows something else is refused.
fn challenged(exchange: &Exchange, reason: Option<&str>) -> Note {
    let event = names::WEBTICKET_CHALLENGED;
    match (exchange.authorization(), reason) {
        (None, _) => exchange.note(event, Outcome::Ok, "challenged"),
        (Some(_), None) => exchange.note(event, Outcome::Refused, "challenged again"),
        (Some(_), Some(reason)) => exchange.note(event, Outcome::Refused, &format!("challenged: {reason}")),
    }
}

fn diagnosed(diagnostic: &Diagnostic) -> Diagnosed {
    Diagnosed {
        name: diagnostic.name.clone(),
        code: diagnostic.code,
        reason: diagnostic.reason.clone(),
        evidence: diagnostic.evidence.to_string(),
    }
}

/// A 401 with its page and its challenges, as captured apart from the diagnostics.
fn unauthorized<C: Into<String>>(front_end: &FrontEnd, challenges: impl IntoIterator<Item = C>) -> Answer {
    let answer = Answer::html(StatusCode::UNAUTHORIZED, page::unauthorized())
        .with(server_fqdn(), front_end.urls().fqdn());
    challenges.into_iter().fold(answer, |answer, challenge| answer.with(WWW_AUTHENTICATE, challenge))
}

fn header_form(front_end: &FrontEnd, diagnostic: &Diagnostic, challenge: Option<&'static str>) -> Answer {
    let fqdn = front_end.urls().fqdn();
    let status = status(diagnostic, StatusCode::UNAUTHORIZED);
    let mut answer = match status {
        StatusCode::UNAUTHORIZED => Answer::html(status, page::unauthorized()),
        other => Answer::html(other, page::page(&other.to_string(), &diagnostic.reason)),
    };
    if let Some(token) = &diagnostic.warning {
        let warning = Warning { agent: fqdn.to_owned(), token: token.clone() };
        answer = answer.with(WARNING, warning.to_string());
    }
    if let Some(error_id) = diagnostic.code {
        let diagnostics = MsDiagnostics {
            error_id,
            source: fqdn.to_owned(),
            reason: diagnostic.reason.clone(),
            faultcode: diagnostic.faultcode.clone(),
        };
        answer = answer.with(HeaderName::from_static("x-ms-diagnostics"), diagnostics.to_string());
    }
    answer = answer.with(server_fqdn(), fqdn);
    if let (StatusCode::UNAUTHORIZED, Some(challenge)) = (status, challenge) {
        answer = answer.with(WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// The SOAP fault of a diagnostic; without a code it has no `OCSDiagnosticsFault`.
fn fault_of(diagnostic: &Diagnostic) -> Fault {
    let faultcode = diagnostic.faultcode.as_deref().unwrap_or("wsse:FailedAuthentication");
    let fault = Fault::diagnostics(faultcode, diagnostic.code.unwrap_or_default(), &diagnostic.reason);
    match diagnostic.code {
        Some(_) => fault,
        None => Fault { detail: None, ..fault },
    }
}

fn status(diagnostic: &Diagnostic, otherwise: StatusCode) -> StatusCode {
    diagnostic.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(otherwise)
}

pub(crate) fn server_fqdn() -> HeaderName {
    HeaderName::from_static("x-ms-server-fqdn")
}

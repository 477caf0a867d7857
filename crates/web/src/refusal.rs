//! The forms in which a front end refuses: an HTTP challenge, HTTP headers, a SOAP fault, an `ErrorInfo`.
//!
//! [MS-OCAUTHWS] 3.2.4.1 has the header form for authentication at the HTTP level and 2.2.4.1 the fault for
//! authentication inside the SOAP layer; 3.1.4.1 wants `ErrorInfo` from GetAndPublishCert.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::page;
use crate::soap_answer;
use axum::response::Response;
use http::header::{WARNING, WWW_AUTHENTICATE};
use http::{HeaderName, StatusCode};
use lync_model::diagnostics::Diagnostic;
use lync_proto::diagnostics::{MsDiagnostics, Warning};
use lync_proto::soap::Fault;

/// The challenge of the PIN port, with the odd space that a front end was seen to send.
const PIN_CHALLENGE: &str = "Basic realm =\"LYNC\"";

/// A refusal, before it is written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// 401 to a request without credentials. That it has no X-Ms-diagnostics is inferred.
    PinChallenge,
    /// 401 of the port for Windows credentials. Captured: the page, `NTLM`, and no X-Ms-diagnostics.
    WindowsChallenge,
    /// A diagnostic in HTTP headers.
    Headers(Box<Diagnostic>),
    /// A diagnostic as SOAP fault.
    Diagnosed(Box<Diagnostic>),
    /// A SOAP fault that no diagnostic stands behind.
    Fault(Box<Fault>),
}

impl Refusal {
    /// The diagnostic in HTTP headers.
    pub(crate) fn in_headers(diagnostic: &Diagnostic) -> Self {
        Self::Headers(Box::new(diagnostic.clone()))
    }

    /// The diagnostic as SOAP fault.
    pub(crate) fn in_fault(diagnostic: &Diagnostic) -> Self {
        Self::Diagnosed(Box::new(diagnostic.clone()))
    }

    /// Writes the refusal in the form it has on the wire.
    pub(crate) fn into_response(self, front_end: &FrontEnd, exchange: &Exchange) -> Response {
        match self {
            Self::PinChallenge => {
                unauthorized(front_end, PIN_CHALLENGE).into_response(front_end, exchange.secure)
            }
            Self::WindowsChallenge => {
                unauthorized(front_end, "NTLM").into_response(front_end, exchange.secure)
            }
            Self::Headers(diagnostic) => {
                log(&diagnostic, exchange);
                header_form(front_end, &diagnostic).into_response(front_end, exchange.secure)
            }
            Self::Diagnosed(diagnostic) => {
                log(&diagnostic, exchange);
                let status = status(&diagnostic, StatusCode::INTERNAL_SERVER_ERROR);
                soap_answer::fault(front_end, exchange, status, &fault_of(&diagnostic))
            }
            Self::Fault(fault) => {
                tracing::warn!(peer = %exchange.peer, reason = %fault.string, "SOAP fault");
                soap_answer::fault(front_end, exchange, StatusCode::INTERNAL_SERVER_ERROR, &fault)
            }
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// A 401 with its page and its challenge, as captured apart from the diagnostics.
fn unauthorized(front_end: &FrontEnd, challenge: &str) -> Answer {
    Answer::html(StatusCode::UNAUTHORIZED, page::unauthorized())
        .with(server_fqdn(), front_end.urls().fqdn())
        .with(WWW_AUTHENTICATE, challenge)
}

fn header_form(front_end: &FrontEnd, diagnostic: &Diagnostic) -> Answer {
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
    if status == StatusCode::UNAUTHORIZED {
        answer = answer.with(WWW_AUTHENTICATE, PIN_CHALLENGE);
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

fn log(diagnostic: &Diagnostic, exchange: &Exchange) {
    tracing::warn!(
        peer = %exchange.peer,
        diagnostic = %diagnostic.name,
        code = diagnostic.code,
        evidence = %diagnostic.evidence,
        "refused"
    );
}

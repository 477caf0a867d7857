//! Answers of the service, each with its note for the journal.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lync_model::journal::{Device, Note, Outcome, Protocol, names};
use lync_net::excerpt;
use lync_proto::soap::{self, Fault, Version};
use tracing::debug;

/// The answer to an operation; a refusal with a reason is one too.
#[derive(Debug)]
pub(super) struct Answer {
    /// The element for the body.
    pub(super) body: String,
    pub(super) note: Note,
}

/// A fault and the status that it comes with.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    fault: Fault,
    /// Whom it was about, as far as the request could be read.
    device: Box<Device>,
}

/// A note of this service. There is no PIN in it, and no number that is nobody's.
pub(super) fn note(event: &'static str, outcome: Outcome, device: Device, summary: &str) -> Note {
    Note { device, ..Note::new(Protocol::UserPin, event, outcome, summary) }
}

/// The response of an operation.
pub(super) fn respond(outcome: Result<Answer, Refusal>) -> Response {
    match outcome {
        Ok(Answer { body, note }) => soap(StatusCode::OK, soap::wrap(Version::Soap11, "", &body), note),
        Err(refusal) => refusal.into_response(),
    }
}

impl Refusal {
    /// The asker's mistake.
    pub(super) fn sender(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, fault: Fault::sender(text), device: Box::default() }
    }

    /// A request that cannot be read.
    pub(super) fn malformed(text: impl Into<String>) -> Self {
        Self::sender(StatusCode::BAD_REQUEST, text)
    }

    /// Our own failure. What it is stays in our log: it may tell of files and tables.
    pub(super) fn failed() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            fault: Fault::receiver("the service failed"),
            device: Box::default(),
        }
    }

    /// The same, with whom it was about.
    pub(super) fn about(self, device: Device) -> Self {
        Self { device: Box::new(device), ..self }
    }

    pub(super) fn into_response(self) -> Response {
        let reason = excerpt(&self.fault.string);
        debug!(status = self.status.as_u16(), fault = ?reason, "request refused");
        let outcome = if self.status.is_server_error() { Outcome::Failed } else { Outcome::Refused };
        let reason = reason.replace(char::is_control, " ");
        let mut note = note(names::USERPIN_REFUSED, outcome, *self.device, &reason);
        note.decoded.insert("reason".to_owned(), reason);
        let mut response = soap(self.status, self.fault.encode(Version::Soap11), note);
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

fn soap(status: StatusCode, message: String, note: Note) -> Response {
    let content_type = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
    let mut response = (status, content_type, message).into_response();
    response.extensions_mut().insert(note);
    response
}

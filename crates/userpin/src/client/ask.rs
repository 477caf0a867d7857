//! A question to the service as messages, not bytes.

use super::connection::{MAX_ANSWER, NoAnswer};
use super::hop::{Hop, Repeat};
use http::Response;
use hyper::body::Bytes;
use lync_model::ports::UserPinError;
use lync_net::excerpt;
use lync_proto::DecodeError;
use lync_proto::soap::{self, Envelope, Fault, Version};
use lync_xml::{Element, Limits};

/// One question: the request's name and its XML.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) body: String,
    pub(super) repeat: Repeat,
}

/// Why a question brought no result.
#[derive(Debug)]
pub(super) enum Failed {
    /// The service did not answer, or with something that no user-PIN service says.
    Silent(Silent),
    /// It answered with a fault.
    Fault(Fault),
}

/// The service did not answer.
#[derive(Debug)]
pub(super) struct Silent {
    pub(super) request: &'static str,
    /// Whether the service may have acted on the request all the same.
    pub(super) maybe_acted: bool,
    pub(super) cause: String,
}

impl From<Failed> for UserPinError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Silent(Silent { request, cause, .. }) => Self::Unavailable { request, cause },
            // The caller may log it: the other end's words are cut, and cannot break the line.
            Failed::Fault(fault) => {
                Self::Store(format!("the user-PIN service says {:?}", excerpt(&fault.string)))
            }
        }
    }
}

impl Hop {
    /// Asks, and reads the answer with `decode`.
    pub(super) async fn ask<A>(
        &self,
        question: Question,
        decode: impl FnOnce(Element<'_>) -> Result<A, DecodeError>,
    ) -> Result<A, Failed> {
        let Question { name: request, body, repeat } = question;
        let silent = |NoAnswer { maybe_acted, cause }| Failed::Silent(Silent { request, maybe_acted, cause });
        let answer = self.post(soap::wrap(Version::Soap11, "", &body), repeat).await.map_err(silent)?;
        read(&answer, decode).map_err(|unreadable| match unreadable {
            Unreadable::Fault(fault) => Failed::Fault(fault),
            Unreadable::Garbage(error) => {
                let status = answer.status();
                let error = excerpt(&error.to_string());
                silent(NoAnswer::after_sending(format!("unreadable answer of status {status}: {error:?}")))
            }
        })
    }
}

enum Unreadable {
    Fault(Fault),
    Garbage(DecodeError),
}

fn read<A>(
    answer: &Response<Bytes>,
    decode: impl FnOnce(Element<'_>) -> Result<A, DecodeError>,
) -> Result<A, Unreadable> {
    let limits = Limits { bytes: MAX_ANSWER, ..Limits::default() };
    let envelope = Envelope::parse(answer.body(), &limits).map_err(Unreadable::Garbage)?;
    let body = envelope.body().map_err(Unreadable::Garbage)?;
    if Fault::is_fault(body) {
        return Err(Fault::decode(body).map_or_else(Unreadable::Garbage, Unreadable::Fault));
    }
    decode(body).map_err(Unreadable::Garbage)
}

//! From the bytes of a request to the operation it asks for.

use crate::exchange::{Exchange, limits};
use crate::refusal::Refusal;
use lync_net::excerpt;
use lync_proto::ns;
use lync_proto::soap::{Addressing, Envelope, Fault, FaultCode, Version};
use lync_xml::Element;

/// The request's envelope.
///
/// # Errors
/// A fault that says what is wrong with it.
pub(crate) fn envelope(exchange: &Exchange) -> Result<Envelope, Refusal> {
    let envelope =
        Envelope::parse(&exchange.body, &limits()).map_err(|error| Fault::sender(error.to_string()))?;
    match envelope.version() {
        Version::Soap11 => {
            check_headers(&envelope)?;
            Ok(envelope)
        }
        // These are SOAP 1.1 bindings; only metadata speaks 1.2.
        Version::Soap12 => {
            let string = "this service speaks SOAP 1.1".to_owned();
            Err(Fault { code: FaultCode::VersionMismatch, string, detail: None }.into())
        }
    }
}

/// Refuses a header that has to be understood and is not, and a ReplyTo without a MessageID to relate the answer to;
/// that Lync's services do the latter is known from a fix in pidgin-sipe. Absent headers are fine.
fn check_headers(envelope: &Envelope) -> Result<(), Refusal> {
    let known = |header: &Element<'_>| [ns::WSSE, ns::ADDRESSING].contains(&header.namespace());
    if let Some(header) = envelope.mandatory_headers().find(|header| !known(header)) {
        return Err(Fault::must_understand(header).into());
    }
    Addressing::decode(envelope.header()).map(drop).map_err(|error| unreadable(&error))
}

/// The one element in the envelope's body.
pub(crate) fn body(envelope: &Envelope) -> Result<Element<'_>, Refusal> {
    envelope.body().map_err(|error| unreadable(&error))
}

/// Requires the SOAPAction to be `action`.
///
/// # Errors
/// ActionNotSupported, which is what a front end answers to an otherwise valid request without one.
pub(crate) fn require_action(exchange: &Exchange, action: &str) -> Result<(), Refusal> {
    match exchange.soap_action() {
        Some(given) if given == action => Ok(()),
        other => Err(Fault::action_not_supported(&excerpt(other.unwrap_or_default())).into()),
    }
}

/// The fault for a body that cannot be read as the operation asked for.
pub(crate) fn unreadable(error: &lync_proto::DecodeError) -> Refusal {
    Fault::sender(error.to_string()).into()
}

//! WS-Security 1.0 section 10: the timestamp of a security header, and the signature over it.

use super::TicketError;
use crate::read::{instant, required};
use crate::{DecodeError, ns};
use lync_xml::dsig::{self, SigningKey, VerifyingKey};
use lync_xml::{Document, Element, Limits, Writer, c14n};
use time::OffsetDateTime;

/// The id that a captured client gives its timestamp.
const ID: &str = "timestamp";

/// A Timestamp that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timestamp<'d> {
    pub(super) element: Element<'d>,
    pub(super) created: OffsetDateTime,
    pub(super) expires: OffsetDateTime,
}

impl<'d> Timestamp<'d> {
    /// The one Timestamp of a security header.
    pub(super) fn read(security: Element<'d>) -> Result<Self, DecodeError> {
        let element = required(security, ns::WSU, "Timestamp")?;
        let created = instant(required(element, ns::WSU, "Created")?, "Created")?;
        let expires = instant(required(element, ns::WSU, "Expires")?, "Expires")?;
        Ok(Self { element, created, expires })
    }

    /// Whether `signature` is by `key` and covers this timestamp, whatever else it covers.
    pub(super) fn check(&self, signature: Element<'_>, key: &VerifyingKey<'_>) -> Result<(), TicketError> {
        let covered = dsig::verify(signature, key)?;
        if covered.contains(&self.element) { Ok(()) } else { Err(TicketError::NotCovered("Timestamp")) }
    }
}

/// A Timestamp with this content (Created and Expires), as the captured client writes it.
pub(super) fn encode(inner_xml: &str) -> String {
    let mut writer = Writer::new();
    writer.start("wsu:Timestamp").attribute("xmlns:wsu", ns::WSU).attribute("wsu:Id", ID);
    writer.raw(inner_xml).end().finish()
}

/// The Signature over such a timestamp.
pub(super) fn sign(timestamp: &str, key: &SigningKey, key_info: &str) -> Result<String, TicketError> {
    let document = Document::parse(timestamp.as_bytes(), &Limits::default()).map_err(DecodeError::from)?;
    let canonical = c14n::exclusive(document.root(), &c14n::Options::default());
    let uri = format!("#{ID}");
    let reference = dsig::Reference { uri: &uri, enveloped: false, canonical: &canonical };
    Ok(dsig::sign(&[reference], key, key_info)?)
}

//! WS-Security 1.0 with the SAML token profile: the header by which a client presents a web ticket.

use super::TicketError;
use super::timestamp::{self, Timestamp};
use crate::read::{attribute, optional, required, text};
use crate::soap::Envelope;
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::dsig::{SigningKey, VerifyingKey};
use lync_xml::{Element, Writer};
use std::fmt;
use time::OffsetDateTime;

/// A web ticket as a request presents it.
#[derive(Clone, Copy, Debug)]
pub struct TicketHeader<'d> {
    timestamp: Timestamp<'d>,
    /// The assertion; [`WebTicket::verify`](super::WebTicket::verify) reads it.
    pub assertion: Element<'d>,
    /// The proof of possession; a bearer ticket comes without.
    pub signature: Option<Element<'d>>,
}

/// What a client presents.
#[derive(Clone, Copy)]
pub struct PresentedTicket<'a> {
    /// What stands inside Lifetime of the IssueToken answer, byte for byte.
    pub lifetime_xml: &'a str,
    /// The assertion, byte for byte.
    pub assertion_xml: &'a str,
    /// The whole AssertionID.
    pub assertion_id: &'a str,
}

impl fmt::Debug for PresentedTicket<'_> {
    /// Without the assertion: whoever has that of a bearer ticket can use it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedTicket")
            .field("assertion_id", &self.assertion_id)
            .field("lifetime_xml", &self.lifetime_xml)
            .finish_non_exhaustive()
    }
}

impl Documented for TicketHeader<'_> {
    const NAME: &'static str = "Security header with a web ticket";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "request of pidgin-sipe 1.25.0 to GetAndPublishCert; WS-Security 1.0 with \
         SAML token profile 1.1";
}

impl<'d> TicketHeader<'d> {
    /// The ticket in this message's header; `None` if there is no Security header at all.
    ///
    /// # Errors
    /// When there is a Security header but no ticket and timestamp in it.
    pub fn find(envelope: &'d Envelope) -> Result<Option<Self>, DecodeError> {
        let Some(header) = envelope.header() else {
            return Ok(None);
        };
        optional(header, ns::WSSE, "Security")?.map(Self::decode).transpose()
    }

    /// Reads a Security header. The timestamp carries the ticket's lifetime, hours long, so no freshness is
    /// asked of it.
    ///
    /// # Errors
    /// When timestamp or assertion are absent or stand twice.
    pub fn decode(security: Element<'d>) -> Result<Self, DecodeError> {
        Ok(Self {
            assertion: required(security, ns::SAML, "Assertion")?,
            timestamp: Timestamp::read(security)?,
            signature: optional(security, ns::DSIG, "Signature")?,
        })
    }

    /// The timestamp's Expires.
    pub fn expires(&self) -> OffsetDateTime {
        self.timestamp.expires
    }

    /// Checks the proof of possession: a signature with the proof key over the timestamp, which names this
    /// ticket if it names one.
    ///
    /// # Errors
    /// When the signature is absent, wrong, covers something else or names another ticket.
    pub fn verify_proof(&self, proof_key: &[u8]) -> Result<(), TicketError> {
        let signature = self.signature.ok_or(TicketError::Signatures(0))?;
        if let Some(named) = signature.find(ns::WSSE, "KeyIdentifier")
            && text(named) != attribute(self.assertion, "AssertionID")?
        {
            return Err(TicketError::OtherTicket);
        }
        self.timestamp.check(signature, &VerifyingKey::Hmac(proof_key))
    }

    /// The Security header of a client: timestamp, ticket and, given a proof key, the signature, as the
    /// captured client writes them.
    ///
    /// # Errors
    /// When the lifetime is no XML that can stand by itself, or the key is empty.
    pub fn encode(ticket: &PresentedTicket<'_>, proof_key: Option<&[u8]>) -> Result<String, TicketError> {
        let timestamp = timestamp::encode(ticket.lifetime_xml);
        let mut writer = Writer::new();
        writer.start("wsse:Security").attribute("xmlns:wsse", ns::WSSE);
        writer.raw(&timestamp).raw(ticket.assertion_xml);
        if let Some(proof_key) = proof_key {
            let key_info = token_reference(ticket.assertion_id);
            writer.raw(&timestamp::sign(&timestamp, &SigningKey::hmac_sha1(proof_key), &key_info)?);
        }
        Ok(writer.end().finish())
    }
}

fn token_reference(assertion_id: &str) -> String {
    let mut writer = Writer::new();
    writer.start("wsse:SecurityTokenReference").attribute("xmlns:wsse", ns::WSSE);
    writer.attribute("wsse:TokenType", ns::TOKEN_SAML11);
    writer.start("wsse:KeyIdentifier").attribute("ValueType", ns::SAML_ASSERTION_ID).text(assertion_id).end();
    writer.end().finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, bearer_ticket, hex_bytes, proof_ticket, ticket_key, vector};
    use crate::soap::{Version, wrap};
    use crate::ticket::WebTicket;
    use lync_xml::Limits;
    use lync_xml::dsig::SignatureError;
    use time::macros::datetime;

    const LIFETIME: &str = "<Created xmlns=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">2026-01-01T00:00:00.000Z</Created><Expires xmlns=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">2026-01-01T08:00:00.000Z</Expires>";

    fn envelope(header: &str) -> Envelope {
        Envelope::parse(wrap(Version::Soap11, header, "").as_bytes(), &Limits::default()).unwrap()
    }

    fn captured() -> Envelope {
        Envelope::parse(fixture::body(fixture::GET_AND_PUBLISH_CERT), &Limits::default()).unwrap()
    }

    fn present(assertion: &str, proof_key: Option<&[u8]>) -> String {
        let assertion_id = format!("SamlSecurityToken-{}", bearer_ticket().assertion_id);
        let ticket =
            PresentedTicket { lifetime_xml: LIFETIME, assertion_xml: assertion, assertion_id: &assertion_id };
        TicketHeader::encode(&ticket, proof_key).unwrap()
    }

    #[test]
    fn the_captured_header_is_read_and_its_proof_holds() {
        let envelope = captured();
        let header = TicketHeader::find(&envelope).unwrap().unwrap();
        assert_eq!(header.expires(), datetime!(2026-11-21 14:10:44.754 UTC));
        let key = hex_bytes(&vector("wstrust_psha1", "proof_key_hex"));
        assert_eq!(header.verify_proof(&key), Ok(()));
        assert_eq!(header.verify_proof(&[7; 32]), Err(TicketError::Signature(SignatureError::Value)));
    }

    #[test]
    fn the_captured_proof_is_reproduced() {
        let envelope = captured();
        let header = TicketHeader::find(&envelope).unwrap().unwrap();
        let ticket = PresentedTicket {
            lifetime_xml: header.timestamp.element.inner_source(),
            assertion_xml: header.assertion.source(),
            assertion_id: "SamlSecurityToken-539af23a-5703-4757-a8ba-e4d788e810fa",
        };
        let key = hex_bytes(&vector("wstrust_psha1", "proof_key_hex"));
        let ours = TicketHeader::encode(&ticket, Some(&key)).unwrap();
        for part in [
            vector("wstrust_psha1", "timestamp_c14n"),
            format!("<DigestValue>{}</DigestValue>", vector("wstrust_psha1", "digest_value")),
            format!("<SignatureValue>{}</SignatureValue>", vector("wstrust_psha1", "signature_value")),
            header.assertion.source().to_owned(),
        ] {
            assert!(ours.contains(&part), "{part} in {ours}");
        }
    }

    #[test]
    fn both_kinds_read_back() {
        let key = ticket_key(1);
        let ticket = proof_ticket(&key, &[7; 32]);
        let envelope_of = |proof| envelope(&present(&ticket.sign(&key).unwrap(), proof));
        let signed = envelope_of(Some(&[7; 32][..]));
        let header = TicketHeader::find(&signed).unwrap().unwrap();
        assert_eq!(WebTicket::verify(header.assertion, &key), Ok(ticket.clone()));
        assert_eq!(header.verify_proof(&[7; 32]), Ok(()));
        let unsigned = envelope_of(None);
        let header = TicketHeader::find(&unsigned).unwrap().unwrap();
        assert_eq!(header.verify_proof(&[7; 32]), Err(TicketError::Signatures(0)));
        assert_eq!(header.expires(), datetime!(2026-01-01 8:00 UTC));
    }

    #[test]
    fn altered_times_and_swapped_tickets_are_refused() {
        let key = ticket_key(1);
        let good = present(&bearer_ticket().sign(&key).unwrap(), Some(&[7; 32]));
        let later = envelope(&good.replacen("T08:00:00.000Z</Expires>", "T09:00:00.000Z</Expires>", 1));
        let refused = TicketHeader::find(&later).unwrap().unwrap().verify_proof(&[7; 32]);
        assert_eq!(refused, Err(TicketError::Signature(SignatureError::Digest("timestamp".to_owned()))));
        let other = WebTicket { assertion_id: "other".to_owned(), ..bearer_ticket() };
        let swapped = envelope(&present(&other.sign(&key).unwrap(), Some(&[7; 32])));
        let refused = TicketHeader::find(&swapped).unwrap().unwrap().verify_proof(&[7; 32]);
        assert_eq!(refused, Err(TicketError::OtherTicket));
    }

    #[test]
    fn a_signature_over_something_else_is_refused() {
        let canonical = format!("<a xmlns:u=\"{}\" u:Id=\"x\"></a>", ns::WSU);
        let reference =
            lync_xml::dsig::Reference { uri: "#x", enveloped: false, canonical: canonical.as_bytes() };
        let signature = lync_xml::dsig::sign(&[reference], &SigningKey::hmac_sha1(&[7; 32]), "").unwrap();
        let good = present(&bearer_ticket().sign(&ticket_key(1)).unwrap(), None);
        let header = good.replace("</wsse:Security>", &format!("{canonical}{signature}</wsse:Security>"));
        let envelope = envelope(&header);
        let refused = TicketHeader::find(&envelope).unwrap().unwrap().verify_proof(&[7; 32]);
        assert_eq!(refused, Err(TicketError::NotCovered("Timestamp")));
    }

    #[test]
    fn absence_is_told_from_damage() {
        assert!(TicketHeader::find(&envelope("")).unwrap().is_none());
        assert!(TicketHeader::find(&envelope("<other/>")).unwrap().is_none());
        let empty = format!("<Security xmlns='{}'/>", ns::WSSE);
        assert_eq!(TicketHeader::find(&envelope(&empty)).unwrap_err(), DecodeError::Missing("Assertion"));
        assert_eq!(
            TicketHeader::find(&envelope(&empty.repeat(2))).unwrap_err(),
            DecodeError::Repeated("Security")
        );
    }

    #[test]
    fn a_lifetime_that_needs_its_surroundings_is_refused() {
        let ticket = PresentedTicket { lifetime_xml: "<u:Created/>", assertion_xml: "", assertion_id: "a" };
        let refused = TicketHeader::encode(&ticket, Some(&[7; 32]));
        assert!(matches!(refused, Err(TicketError::Decode(DecodeError::Xml(_)))), "{refused:?}");
    }

    #[test]
    fn debug_shows_no_assertion() {
        let ticket =
            PresentedTicket { lifetime_xml: "", assertion_xml: "<Assertion/>", assertion_id: "id-1" };
        let text = format!("{ticket:?}");
        assert!(text.contains("id-1") && !text.contains("<Assertion"), "{text}");
    }
}

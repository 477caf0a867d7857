//! WS-Security 1.0 with the X.509 token profile: the header by which a client signs in with its certificate.

use super::TicketError;
use super::timestamp::{self, Timestamp};
use crate::read::{base64, encode_base64, optional, required};
use crate::soap::Envelope;
use crate::wstrust::Lifetime;
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::dsig::{SigningKey, VerifyingKey};
use lync_xml::{Element, Writer};
use time::OffsetDateTime;

/// A certificate and the proof that its key is at hand.
///
/// That a certificate of the pool can be used so is specified ([MS-OCAUTHWS] section 3.2); the shape follows
/// the X.509 token profile and WCF's defaults, since no capture is public.
#[derive(Clone, Debug)]
pub struct CertificateHeader<'d> {
    /// The certificate, DER. Nothing has been checked of it.
    pub certificate: Vec<u8>,
    timestamp: Timestamp<'d>,
    signature: Element<'d>,
}

impl Documented for CertificateHeader<'_> {
    const NAME: &'static str = "Security header with a certificate";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "[MS-OCAUTHWS] section 3.2 (the mechanism); WS-Security 1.0 with X.509 \
         token profile 1.0 (the shape)";
}

impl<'d> CertificateHeader<'d> {
    /// The certificate in this message's header; `None` if there is no Security header at all.
    ///
    /// # Errors
    /// When there is a Security header but no certificate, timestamp and signature in it.
    pub fn find(envelope: &'d Envelope) -> Result<Option<Self>, DecodeError> {
        let Some(header) = envelope.header() else {
            return Ok(None);
        };
        optional(header, ns::WSSE, "Security")?.map(Self::decode).transpose()
    }

    /// Reads a Security header.
    ///
    /// # Errors
    /// When certificate, timestamp or signature are absent or stand twice.
    pub fn decode(security: Element<'d>) -> Result<Self, DecodeError> {
        let token = required(security, ns::WSSE, "BinarySecurityToken")?;
        Ok(Self {
            certificate: base64(token, "BinarySecurityToken")?,
            timestamp: Timestamp::read(security)?,
            signature: required(security, ns::DSIG, "Signature")?,
        })
    }

    /// The timestamp's Created. It is the client's clock; how old it may be is for the caller to judge.
    pub fn created(&self) -> OffsetDateTime {
        self.timestamp.created
    }

    /// The timestamp's Expires.
    pub fn expires(&self) -> OffsetDateTime {
        self.timestamp.expires
    }

    /// Checks that the certificate's key signed the timestamp. `public_key` is its SubjectPublicKeyInfo, DER.
    ///
    /// # Errors
    /// When the signature is wrong or covers something else.
    pub fn verify(&self, public_key: &[u8]) -> Result<(), TicketError> {
        self.timestamp.check(self.signature, &VerifyingKey::PublicKey(public_key))
    }

    /// The Security header of a client. `certificate` is DER, `key` its private key.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn encode(certificate: &[u8], key: &SigningKey, lifetime: &Lifetime) -> Result<String, TicketError> {
        let timestamp = timestamp::encode(&lifetime.inner_xml());
        let mut writer = Writer::new();
        writer.start("wsse:Security").attribute("xmlns:wsse", ns::WSSE).raw(&timestamp);
        writer.start("wsse:BinarySecurityToken").attribute("xmlns:wsu", ns::WSU);
        writer.attribute("wsu:Id", TOKEN_ID).attribute("ValueType", ns::TOKEN_X509V3);
        writer.attribute("EncodingType", ns::ENCODING_BASE64).text(&encode_base64(certificate)).end();
        writer.raw(&timestamp::sign(&timestamp, key, &token_reference())?);
        Ok(writer.end().finish())
    }
}

/// The id of the certificate's element; the signature's KeyInfo points at it.
const TOKEN_ID: &str = "certificate";

fn token_reference() -> String {
    let mut writer = Writer::new();
    writer.start("wsse:SecurityTokenReference").attribute("xmlns:wsse", ns::WSSE);
    writer.start("wsse:Reference").attribute("ValueType", ns::TOKEN_X509V3);
    writer.attribute("URI", &format!("#{TOKEN_ID}")).end();
    writer.end().finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::p256;
    use crate::soap::{Version, wrap};
    use lync_xml::Limits;
    use lync_xml::dsig::SignatureError;
    use time::macros::datetime;

    fn lifetime() -> Lifetime {
        Lifetime { created: datetime!(2026-01-01 0:00 UTC), expires: datetime!(2026-01-01 0:05 UTC) }
    }

    fn envelope(header: &str) -> Envelope {
        Envelope::parse(wrap(Version::Soap11, header, "").as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn a_certificate_and_its_proof_read_back() {
        let (private, public) = p256();
        let key = SigningKey::from_pkcs8(&private).unwrap();
        let envelope = envelope(&CertificateHeader::encode(b"certificate", &key, &lifetime()).unwrap());
        let header = CertificateHeader::find(&envelope).unwrap().unwrap();
        assert_eq!(header.certificate, b"certificate");
        assert_eq!((header.created(), header.expires()), (lifetime().created, lifetime().expires));
        assert_eq!(header.verify(&public), Ok(()));
        let (_, other) = p256();
        assert_eq!(header.verify(&other), Err(TicketError::Signature(SignatureError::Value)));
    }

    #[test]
    fn a_signature_over_the_certificate_alone_is_refused() {
        let (private, public) = p256();
        let key = SigningKey::from_pkcs8(&private).unwrap();
        let header = CertificateHeader::encode(b"certificate", &key, &lifetime()).unwrap();
        let token = format!(
            "<wsse:BinarySecurityToken xmlns:wsse=\"{}\" xmlns:wsu=\"{}\" wsu:Id=\"certificate\">AA==</wsse:BinarySecurityToken>",
            ns::WSSE,
            ns::WSU
        );
        // Canonical: attributes without a namespace are none, declarations are sorted.
        let reference =
            lync_xml::dsig::Reference { uri: "#certificate", enveloped: false, canonical: token.as_bytes() };
        let signature = lync_xml::dsig::sign(&[reference], &key, "").unwrap();
        let start = header.find("<wsse:BinarySecurityToken").unwrap();
        let forged = format!("{}{token}{signature}</wsse:Security>", &header[..start]);
        let envelope = envelope(&forged);
        let header = CertificateHeader::find(&envelope).unwrap().unwrap();
        assert_eq!(header.verify(&public), Err(TicketError::NotCovered("Timestamp")));
    }

    #[test]
    fn absence_is_told_from_damage() {
        assert!(CertificateHeader::find(&envelope("")).unwrap().is_none());
        let empty = format!("<Security xmlns='{}'/>", ns::WSSE);
        let refused = CertificateHeader::find(&envelope(&empty)).unwrap_err();
        assert_eq!(refused, DecodeError::Missing("BinarySecurityToken"));
    }
}

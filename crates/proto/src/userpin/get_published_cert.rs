//! `GetPublishedCertRequest` and its answer. The request's name is public, the rest is lyncmock's own.

use super::{MAX_DEVICE_ID_LEN, encode, encode_refusal, part, part_up_to, refusal};
use crate::read::{base64, check_length, encode_base64, expect, instant, required};
use crate::{DecodeError, Documented, Evidence, format_instant, ns};
use lync_xml::{Element, Writer};
use time::OffsetDateTime;

/// The longest certificate that is read, in bytes.
const MAX_CERTIFICATE_LEN: usize = 16 * 1024;

/// Which certificates has this user?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPublishedCertRequest {
    /// SIP URI.
    pub user: String,
}

/// These, or the reason why nobody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GetPublishedCertResponse {
    /// These; none if nobody has published one or all were revoked.
    Published {
        /// One for each device.
        certificates: Vec<PublishedCert>,
    },
    /// This user has none that count.
    Refused {
        /// Name of a UCMA `PinFailureReason`, for instance `UserPinAccountDisabled`.
        reason: String,
    },
}

/// A certificate that is kept. Times are written to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCert {
    /// The DeviceId of the GetAndPublishCert request.
    pub device_id: String,
    /// X.509, DER.
    pub certificate: Vec<u8>,
    /// When it was published.
    pub publication_time: OffsetDateTime,
    /// Its notAfter.
    pub expiration_time: OffsetDateTime,
}

impl Documented for GetPublishedCertRequest {
    const NAME: &'static str = "GetPublishedCertRequest";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "Microsoft support article on event 47067 (the name alone)";
}

impl Documented for GetPublishedCertResponse {
    const NAME: &'static str = "GetPublishedCertResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own; PublicationTime and ExpirationTime after \
         Get-CsClientCertificate, the reasons of a refusal UCMA's PinFailureReason";
}

impl GetPublishedCertRequest {
    /// The element for the body.
    pub fn encode(&self) -> String {
        encode(Self::NAME, &[("User", &self.user)])
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message or names nobody.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        Ok(Self { user: part(body, "User")? })
    }
}

impl GetPublishedCertResponse {
    /// The element for the body.
    pub fn encode(&self) -> String {
        match self {
            Self::Published { certificates } => {
                let mut writer = Writer::new();
                writer.start(Self::NAME).attribute("xmlns", ns::USER_PIN);
                certificates.iter().for_each(|certificate| certificate.write(&mut writer));
                writer.end().finish()
            }
            Self::Refused { reason } => encode_refusal(Self::NAME, reason),
        }
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, a certificate lacks a part, or a refusal its reason.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        if let Some(reason) = refusal(body)? {
            return Ok(Self::Refused { reason });
        }
        let certificates = body.children().filter(|child| child.is(ns::USER_PIN, PublishedCert::ELEMENT));
        let certificates = certificates.map(PublishedCert::read_element).collect::<Result<_, _>>()?;
        Ok(Self::Published { certificates })
    }
}

impl PublishedCert {
    const ELEMENT: &'static str = "PublishedCert";

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.start(Self::ELEMENT).leaf("DeviceId", &self.device_id);
        writer.leaf("Certificate", &encode_base64(&self.certificate));
        writer.leaf("PublicationTime", &format_instant(self.publication_time));
        writer.leaf("ExpirationTime", &format_instant(self.expiration_time)).end();
    }

    /// The one of these in `parent`.
    pub(super) fn read(parent: Element<'_>) -> Result<Self, DecodeError> {
        Self::read_element(required(parent, ns::USER_PIN, Self::ELEMENT)?)
    }

    fn read_element(element: Element<'_>) -> Result<Self, DecodeError> {
        let certificate = base64(required(element, ns::USER_PIN, "Certificate")?, "Certificate")?;
        check_length("Certificate", certificate.len(), 1, MAX_CERTIFICATE_LEN)?;
        let time = |local| instant(required(element, ns::USER_PIN, local)?, local);
        Ok(Self {
            device_id: part_up_to(element, "DeviceId", MAX_DEVICE_ID_LEN)?,
            certificate,
            publication_time: time("PublicationTime")?,
            expiration_time: time("ExpirationTime")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};
    use time::macros::datetime;

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn certificate(device: u8) -> PublishedCert {
        PublishedCert {
            device_id: format!("{{{device}}}"),
            certificate: vec![device; 3],
            publication_time: datetime!(2026-01-01 0:00 UTC),
            expiration_time: datetime!(2026-06-30 0:00 UTC),
        }
    }

    #[test]
    fn the_messages_have_these_bytes() {
        assert_eq!(
            GetPublishedCertRequest { user: "sip:a@b".to_owned() }.encode(),
            "<GetPublishedCertRequest xmlns=\"urn:lyncmock:user-pin-service:1\"><User>sip:a@b</User>\
             </GetPublishedCertRequest>"
        );
        assert_eq!(
            GetPublishedCertResponse::Published { certificates: vec![certificate(1)] }.encode(),
            "<GetPublishedCertResponse xmlns=\"urn:lyncmock:user-pin-service:1\"><PublishedCert>\
             <DeviceId>{1}</DeviceId><Certificate>AQEB</Certificate>\
             <PublicationTime>2026-01-01T00:00:00.000Z</PublicationTime>\
             <ExpirationTime>2026-06-30T00:00:00.000Z</ExpirationTime></PublishedCert></GetPublishedCertResponse>"
        );
    }

    #[test]
    fn any_number_of_certificates_reads_back() {
        let request = GetPublishedCertRequest { user: "sip:a@b".to_owned() };
        assert_eq!(GetPublishedCertRequest::decode(document(&request.encode()).root()), Ok(request));
        for count in 0..4 {
            let response =
                GetPublishedCertResponse::Published { certificates: (1..=count).map(certificate).collect() };
            assert_eq!(GetPublishedCertResponse::decode(document(&response.encode()).root()), Ok(response));
        }
    }

    #[test]
    fn a_refusal_has_its_bytes_reads_back_and_wins_over_certificates() {
        let refused = GetPublishedCertResponse::Refused { reason: "UserPinAccountDisabled".to_owned() };
        let text = "<GetPublishedCertResponse xmlns=\"urn:lyncmock:user-pin-service:1\">\
                    <Refused>UserPinAccountDisabled</Refused></GetPublishedCertResponse>";
        assert_eq!(refused.encode(), text);
        let both = GetPublishedCertResponse::Published { certificates: vec![certificate(1)] }.encode();
        let both =
            both.replace("<PublishedCert>", "<Refused>UserPinAccountDisabled</Refused><PublishedCert>");
        for text in [text, &both] {
            assert_eq!(GetPublishedCertResponse::decode(document(text).root()).as_ref(), Ok(&refused));
        }
    }

    #[test]
    fn certificates_that_lack_or_overdo_a_part_are_refused() {
        let text = GetPublishedCertResponse::Published { certificates: vec![certificate(1)] }.encode();
        let refused = |from: &str, to: &str| {
            GetPublishedCertResponse::decode(document(&text.replace(from, to)).root()).err()
        };
        assert_eq!(refused("DeviceId>", "X>"), Some(DecodeError::Missing("DeviceId")));
        assert_eq!(
            refused("AQEB", ""),
            Some(DecodeError::Length { what: "Certificate", length: 0, min: 1, max: 16_384 })
        );
        assert_eq!(refused("{1}", &"x".repeat(128)), None);
        assert_eq!(
            refused("{1}", &"x".repeat(129)),
            Some(DecodeError::Length { what: "DeviceId", length: 129, min: 1, max: 128 })
        );
        assert_eq!(refused("2026-06-30", "2026-06-31"), Some(DecodeError::Time("ExpirationTime")));
    }
}

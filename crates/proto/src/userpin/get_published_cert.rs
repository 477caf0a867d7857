//! `GetPublishedCertRequest` and its answer. The request's name is public, the rest is lyncmock's own.

use super::{encode, part};
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

/// These; none if nobody has published one or all were revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPublishedCertResponse {
    /// One for each device.
    pub certificates: Vec<PublishedCert>,
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
         Get-CsClientCertificate";
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
        let mut writer = Writer::new();
        writer.start(Self::NAME).attribute("xmlns", ns::USER_PIN);
        self.certificates.iter().for_each(|certificate| certificate.write(&mut writer));
        writer.end().finish()
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or a certificate lacks a part.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        let certificates = body.children().filter(|child| child.is(ns::USER_PIN, PublishedCert::ELEMENT));
        Ok(Self { certificates: certificates.map(PublishedCert::read_element).collect::<Result<_, _>>()? })
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
            device_id: part(element, "DeviceId")?,
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
            GetPublishedCertResponse { certificates: vec![certificate(1)] }.encode(),
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
            let response = GetPublishedCertResponse { certificates: (1..=count).map(certificate).collect() };
            assert_eq!(GetPublishedCertResponse::decode(document(&response.encode()).root()), Ok(response));
        }
    }

    #[test]
    fn certificates_that_lack_a_part_are_refused() {
        let text = GetPublishedCertResponse { certificates: vec![certificate(1)] }.encode();
        let refused = |from: &str, to: &str| {
            GetPublishedCertResponse::decode(document(&text.replace(from, to)).root()).unwrap_err()
        };
        assert_eq!(refused("DeviceId>", "X>"), DecodeError::Missing("DeviceId"));
        assert_eq!(
            refused("AQEB", ""),
            DecodeError::Length { what: "Certificate", length: 0, min: 1, max: 16_384 }
        );
        assert_eq!(refused("2026-06-30", "2026-06-31"), DecodeError::Time("ExpirationTime"));
    }
}

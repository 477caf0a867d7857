//! `PublishCertRequest` and its answer, both lyncmock's own.

use super::get_published_cert::PublishedCert;
use super::{encode, encode_refusal, part, refusal};
use crate::read::expect;
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// Keep this certificate; it replaces an earlier one of the same user and device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishCertRequest {
    /// SIP URI whose certificate it is.
    pub user: String,
    /// The certificate and its dates.
    pub certificate: PublishedCert,
}

/// It is kept, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishCertResponse {
    /// It is kept.
    Published,
    /// This user gets no certificate.
    Refused {
        /// Name of a UCMA `PinFailureReason`, for instance `UserPinAccountDisabled`.
        reason: String,
    },
}

impl Documented for PublishCertRequest {
    const NAME: &'static str = "PublishCertRequest";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own";
}

impl Documented for PublishCertResponse {
    const NAME: &'static str = "PublishCertResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own; the reasons are UCMA's PinFailureReason";
}

impl PublishCertRequest {
    /// The element for the body.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.start(Self::NAME).attribute("xmlns", ns::USER_PIN).leaf("User", &self.user);
        self.certificate.write(&mut writer);
        writer.end().finish()
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or a part is absent or too long.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        Ok(Self { user: part(body, "User")?, certificate: PublishedCert::read(body)? })
    }
}

impl PublishCertResponse {
    /// The element for the body.
    pub fn encode(&self) -> String {
        match self {
            Self::Published => encode(Self::NAME, &[]),
            Self::Refused { reason } => encode_refusal(Self::NAME, reason),
        }
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or a refusal without a reason.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        Ok(refusal(body)?.map_or(Self::Published, |reason| Self::Refused { reason }))
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

    #[test]
    fn a_request_has_these_bytes_and_reads_back() {
        let request = PublishCertRequest {
            user: "sip:a@b".to_owned(),
            certificate: PublishedCert {
                device_id: "{1}".to_owned(),
                certificate: vec![0x30],
                publication_time: datetime!(2026-01-01 0:00 UTC),
                expiration_time: datetime!(2026-06-30 0:00 UTC),
            },
        };
        let text = "<PublishCertRequest xmlns=\"urn:lyncmock:user-pin-service:1\"><User>sip:a@b</User>\
                    <PublishedCert><DeviceId>{1}</DeviceId><Certificate>MA==</Certificate>\
                    <PublicationTime>2026-01-01T00:00:00.000Z</PublicationTime>\
                    <ExpirationTime>2026-06-30T00:00:00.000Z</ExpirationTime></PublishedCert></PublishCertRequest>";
        assert_eq!(request.encode(), text);
        assert_eq!(PublishCertRequest::decode(document(text).root()), Ok(request));
        assert!(PublishCertResponse::decode(document(text).root()).is_err());
        let nobody = text.replace("User>", "X>");
        assert_eq!(PublishCertRequest::decode(document(&nobody).root()), Err(DecodeError::Missing("User")));
    }

    #[test]
    fn both_answers_have_their_bytes_and_read_back() {
        let refused = PublishCertResponse::Refused { reason: "UserDoesNotExist".to_owned() };
        for (response, inner) in
            [(PublishCertResponse::Published, ""), (refused, "<Refused>UserDoesNotExist</Refused>")]
        {
            let text = format!(
                "<PublishCertResponse xmlns=\"urn:lyncmock:user-pin-service:1\">{inner}</PublishCertResponse>"
            );
            assert_eq!(response.encode(), text);
            assert_eq!(PublishCertResponse::decode(document(&text).root()), Ok(response));
        }
    }

    #[test]
    fn a_refusal_without_a_reason_does_not_pass_for_success() {
        let text =
            "<PublishCertResponse xmlns='urn:lyncmock:user-pin-service:1'><Refused/></PublishCertResponse>";
        let decoded = PublishCertResponse::decode(document(text).root());
        assert!(
            matches!(decoded, Err(DecodeError::Length { what: "Refused", length: 0, .. })),
            "{decoded:?}"
        );
    }
}

//! `PublishCertRequest` and its answer, both lyncmock's own.

use super::get_published_cert::PublishedCert;
use super::{encode, part};
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

/// It is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishCertResponse;

impl Documented for PublishCertRequest {
    const NAME: &'static str = "PublishCertRequest";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own";
}

impl Documented for PublishCertResponse {
    const NAME: &'static str = "PublishCertResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own";
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
    pub fn encode(self) -> String {
        encode(Self::NAME, &[])
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME).map(|()| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};
    use time::macros::datetime;

    #[test]
    fn the_messages_have_these_bytes_and_read_back() {
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
        let document = |text: &str| Document::parse(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(PublishCertRequest::decode(document(text).root()), Ok(request));
        let response = PublishCertResponse.encode();
        assert_eq!(PublishCertResponse::decode(document(&response).root()), Ok(PublishCertResponse));
        assert!(PublishCertResponse::decode(document(text).root()).is_err());
        let nobody = document(&text.replace("User>", "X>")).root().source().to_owned();
        assert_eq!(PublishCertRequest::decode(document(&nobody).root()), Err(DecodeError::Missing("User")));
    }
}

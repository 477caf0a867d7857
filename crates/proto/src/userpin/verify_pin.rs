//! `VerifyPinRequest` and its answer, both lyncmock's own.

use super::{encode, encode_refusal, part, refusal};
use crate::read::{base64, check_length, encode_base64, expect, optional, required};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::Element;

/// The longest sealed PIN that is read, in bytes; [`seal_pin`](super::seal_pin) makes 112.
const MAX_SEALED_LEN: usize = 256;

/// Whose number and PIN are these?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyPinRequest {
    /// Number or extension as it was typed.
    pub phone_or_ext: String,
    /// The key that the PIN is sealed under.
    pub key_id: String,
    /// What [`seal_pin`](super::seal_pin) made of the PIN.
    pub encrypted_pin: Vec<u8>,
}

/// The user, or the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyPinResponse {
    /// They are this user's.
    Verified {
        /// SIP URI.
        user: String,
    },
    /// They sign nobody in.
    Refused {
        /// Name of a UCMA `PinFailureReason`, for instance `IncorrectPin`.
        reason: String,
    },
    /// The key is no longer in use: ask for the new one and send the PIN again.
    UnknownKey,
}

impl Documented for VerifyPinRequest {
    const NAME: &'static str = "VerifyPinRequest";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own";
}

impl Documented for VerifyPinResponse {
    const NAME: &'static str = "VerifyPinResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own; the reasons are UCMA's PinFailureReason";
}

impl VerifyPinRequest {
    /// The element for the body.
    pub fn encode(&self) -> String {
        let encrypted_pin = encode_base64(&self.encrypted_pin);
        let parts = [
            ("PhoneOrExt", self.phone_or_ext.as_str()),
            ("KeyId", &self.key_id),
            ("EncryptedPin", &encrypted_pin),
        ];
        encode(Self::NAME, &parts)
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or a part is absent or too long.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        let encrypted_pin = base64(required(body, ns::USER_PIN, "EncryptedPin")?, "EncryptedPin")?;
        check_length("EncryptedPin", encrypted_pin.len(), 1, MAX_SEALED_LEN)?;
        Ok(Self { phone_or_ext: part(body, "PhoneOrExt")?, key_id: part(body, "KeyId")?, encrypted_pin })
    }
}

impl VerifyPinResponse {
    /// The element for the body.
    pub fn encode(&self) -> String {
        match self {
            Self::Verified { user } => encode(Self::NAME, &[("User", user)]),
            Self::Refused { reason } => encode_refusal(Self::NAME, reason),
            Self::UnknownKey => encode(Self::NAME, &[("UnknownKey", "")]),
        }
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or none of the three answers.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        if optional(body, ns::USER_PIN, "UnknownKey")?.is_some() {
            return Ok(Self::UnknownKey);
        }
        // A refusal wins over a user: nobody signs in by an answer that says both.
        match refusal(body)? {
            Some(reason) => Ok(Self::Refused { reason }),
            None => Ok(Self::Verified { user: part(body, "User")? }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn request() -> VerifyPinRequest {
        VerifyPinRequest {
            phone_or_ext: "+1 <2>".to_owned(),
            key_id: "k".to_owned(),
            encrypted_pin: vec![1, 2, 3],
        }
    }

    #[test]
    fn a_request_has_these_bytes_and_reads_back() {
        let text = "<VerifyPinRequest xmlns=\"urn:lyncmock:user-pin-service:1\"><PhoneOrExt>+1 &lt;2&gt;</PhoneOrExt>\
                    <KeyId>k</KeyId><EncryptedPin>AQID</EncryptedPin></VerifyPinRequest>";
        assert_eq!(request().encode(), text);
        assert_eq!(VerifyPinRequest::decode(document(text).root()), Ok(request()));
    }

    #[test]
    fn every_answer_has_its_bytes_and_reads_back() {
        for (response, inner) in [
            (VerifyPinResponse::Verified { user: "sip:a@b".to_owned() }, "<User>sip:a@b</User>"),
            (
                VerifyPinResponse::Refused { reason: "IncorrectPin".to_owned() },
                "<Refused>IncorrectPin</Refused>",
            ),
            (VerifyPinResponse::UnknownKey, "<UnknownKey></UnknownKey>"),
        ] {
            let text = format!(
                "<VerifyPinResponse xmlns=\"urn:lyncmock:user-pin-service:1\">{inner}</VerifyPinResponse>"
            );
            assert_eq!(response.encode(), text);
            assert_eq!(VerifyPinResponse::decode(document(&text).root()), Ok(response));
        }
    }

    #[test]
    fn an_answer_that_says_both_signs_nobody_in() {
        let text = "<VerifyPinResponse xmlns='urn:lyncmock:user-pin-service:1'><User>sip:a@b</User>\
                    <Refused>IncorrectPin</Refused></VerifyPinResponse>";
        let decoded = VerifyPinResponse::decode(document(text).root());
        assert_eq!(decoded, Ok(VerifyPinResponse::Refused { reason: "IncorrectPin".to_owned() }));
    }

    #[test]
    fn messages_that_lack_or_overdo_something_are_refused() {
        let refused = |request: VerifyPinRequest| {
            VerifyPinRequest::decode(document(&request.encode()).root()).unwrap_err()
        };
        let long = VerifyPinRequest { encrypted_pin: vec![0; 257], ..request() };
        assert!(matches!(refused(long), DecodeError::Length { what: "EncryptedPin", length: 257, .. }));
        let nobody = VerifyPinRequest { phone_or_ext: " ".to_owned(), ..request() };
        assert!(matches!(refused(nobody), DecodeError::Length { what: "PhoneOrExt", length: 0, .. }));
        let empty = document("<VerifyPinResponse xmlns='urn:lyncmock:user-pin-service:1'/>");
        assert_eq!(VerifyPinResponse::decode(empty.root()), Err(DecodeError::Missing("User")));
    }
}

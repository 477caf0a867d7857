//! `GetEncryptionKeyRequest` and its answer. The request's name is public, the rest is lyncmock's own.

use super::{encode, part};
use crate::read::{base64, check_length, encode_base64, expect, required};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::Element;

/// Which key is a PIN to be sealed under?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetEncryptionKeyRequest;

/// This one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetEncryptionKeyResponse {
    /// The key's name; VerifyPinRequest repeats it.
    pub key_id: String,
    /// X25519 public key, 32 bytes.
    pub public_key: Vec<u8>,
}

impl Documented for GetEncryptionKeyRequest {
    const NAME: &'static str = "GetEncryptionKeyRequest";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "Microsoft support article on event 47067 (the name alone)";
}

impl Documented for GetEncryptionKeyResponse {
    const NAME: &'static str = "GetEncryptionKeyResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "lyncmock's own";
}

impl GetEncryptionKeyRequest {
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

impl GetEncryptionKeyResponse {
    /// The element for the body.
    pub fn encode(&self) -> String {
        encode(Self::NAME, &[("KeyId", &self.key_id), ("PublicKey", &encode_base64(&self.public_key))])
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or the key has not 32 bytes.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::USER_PIN, Self::NAME)?;
        let public_key = base64(required(body, ns::USER_PIN, "PublicKey")?, "PublicKey")?;
        check_length("PublicKey", public_key.len(), 32, 32)?;
        Ok(Self { key_id: part(body, "KeyId")?, public_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn the_messages_have_these_bytes_and_read_back() {
        let request =
            "<GetEncryptionKeyRequest xmlns=\"urn:lyncmock:user-pin-service:1\"></GetEncryptionKeyRequest>";
        assert_eq!(GetEncryptionKeyRequest.encode(), request);
        assert_eq!(GetEncryptionKeyRequest::decode(document(request).root()), Ok(GetEncryptionKeyRequest));
        let response = GetEncryptionKeyResponse { key_id: "k".to_owned(), public_key: vec![0; 32] };
        let text = "<GetEncryptionKeyResponse xmlns=\"urn:lyncmock:user-pin-service:1\"><KeyId>k</KeyId>\
                    <PublicKey>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</PublicKey></GetEncryptionKeyResponse>";
        assert_eq!(response.encode(), text);
        assert_eq!(GetEncryptionKeyResponse::decode(document(text).root()), Ok(response));
    }

    #[test]
    fn other_messages_and_other_keys_are_refused() {
        let other = document("<GetEncryptionKeyRequest/>");
        assert!(matches!(GetEncryptionKeyRequest::decode(other.root()), Err(DecodeError::Unexpected { .. })));
        let short = GetEncryptionKeyResponse { key_id: "k".to_owned(), public_key: vec![0; 31] };
        let refused = GetEncryptionKeyResponse::decode(document(&short.encode()).root());
        assert_eq!(refused, Err(DecodeError::Length { what: "PublicKey", length: 31, min: 32, max: 32 }));
    }
}

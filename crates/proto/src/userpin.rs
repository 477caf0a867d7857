//! The messages of the user-PIN service, on :444 between the members of a pool.
//!
//! They are lyncmock's own. Of the real service two request names are public, `GetEncryptionKeyRequest` and
//! `GetPublishedCertRequest` (support article on event 47067), and that it owns PINs and published
//! certificates; what its messages look like is not. Here they are SOAP 1.1 bodies in the namespace
//! [`ns::USER_PIN`].

mod encryption_key;
mod get_published_cert;
mod publish_cert;
mod sealed_pin;
mod verify_pin;

pub use encryption_key::{GetEncryptionKeyRequest, GetEncryptionKeyResponse};
pub use get_published_cert::{GetPublishedCertRequest, GetPublishedCertResponse, PublishedCert};
pub use publish_cert::{PublishCertRequest, PublishCertResponse};
pub use sealed_pin::{MAX_PIN_LEN, PinDecryptionKey, SealError, seal_pin};
pub use verify_pin::{VerifyPinRequest, VerifyPinResponse};

use crate::read::{check_length, optional, required, text};
use crate::{DecodeError, ns};
use lync_xml::{Element, Writer};

/// The longest text or name in a message, in bytes.
const MAX_TEXT_LEN: usize = 512;

/// The element of a refusal's reason.
const REFUSED: &str = "Refused";

/// The longest DeviceId, in bytes: what the service keeps of a device. A UUID in braces has 38; the limit is
/// lyncmock's own.
pub(crate) const MAX_DEVICE_ID_LEN: usize = 128;

/// An element of the service's namespace with these texts in it.
fn encode(name: &str, parts: &[(&str, &str)]) -> String {
    let mut writer = Writer::new();
    writer.start(name).attribute("xmlns", ns::USER_PIN);
    for (part, value) in parts {
        writer.leaf(part, value);
    }
    writer.end().finish()
}

/// The text of a child that must be there and of a sensible length.
fn part(element: Element<'_>, local: &'static str) -> Result<String, DecodeError> {
    part_up_to(element, local, MAX_TEXT_LEN)
}

/// The text of a child that must be there and have at most `max` bytes.
fn part_up_to(element: Element<'_>, local: &'static str, max: usize) -> Result<String, DecodeError> {
    let value = text(required(element, ns::USER_PIN, local)?);
    check_length(local, value.len(), 1, max)?;
    Ok(value)
}

/// An answer that is a refusal, for a reason: the name of a UCMA `PinFailureReason`.
fn encode_refusal(name: &str, reason: &str) -> String {
    encode(name, &[(REFUSED, reason)])
}

/// The reason, if the answer is a refusal. It wins over whatever else the answer says.
fn refusal(answer: Element<'_>) -> Result<Option<String>, DecodeError> {
    match optional(answer, ns::USER_PIN, REFUSED)? {
        Some(_) => part(answer, REFUSED).map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    #[test]
    fn parts_are_there_and_of_a_sensible_length() {
        for (value, expected) in [
            ("x".to_owned(), Ok("x".to_owned())),
            (String::new(), Err(DecodeError::Length { what: "Part", length: 0, min: 1, max: 512 })),
            ("x".repeat(513), Err(DecodeError::Length { what: "Part", length: 513, min: 1, max: 512 })),
        ] {
            let xml = encode("Message", &[("Part", &value)]);
            let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(part(document.root(), "Part"), expected);
            assert_eq!(part(document.root(), "Other"), Err(DecodeError::Missing("Other")));
        }
    }
}

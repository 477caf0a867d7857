//! Small helpers that every decoder needs: a child that must be there, and what its text means.

use crate::DecodeError;
use crate::error::excerpt;
use crate::instant::parse_instant;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lync_xml::Element;
use time::OffsetDateTime;

/// Padding may be absent: some clients leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Refuses another element than the one that belongs here.
pub(crate) fn expect(element: Element<'_>, namespace: &str, local: &'static str) -> Result<(), DecodeError> {
    if element.is(namespace, local) { Ok(()) } else { Err(unexpected(element, local)) }
}

/// The error for an element that does not belong here.
pub(crate) fn unexpected(element: Element<'_>, expected: &'static str) -> DecodeError {
    let found = format!("{{{}}}{}", element.namespace(), element.local_name());
    DecodeError::Unexpected { expected, found: excerpt(&found) }
}

/// The only child of this name; `None` if there is none.
pub(crate) fn optional<'d>(
    element: Element<'d>,
    namespace: &str,
    local: &'static str,
) -> Result<Option<Element<'d>>, DecodeError> {
    let mut found = element.children().filter(|child| child.is(namespace, local));
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(DecodeError::Repeated(local)),
        (found, None) => Ok(found),
    }
}

/// The only child of this name.
pub(crate) fn required<'d>(
    element: Element<'d>,
    namespace: &str,
    local: &'static str,
) -> Result<Element<'d>, DecodeError> {
    optional(element, namespace, local)?.ok_or(DecodeError::Missing(local))
}

/// An attribute without a namespace.
pub(crate) fn attribute<'d>(element: Element<'d>, name: &'static str) -> Result<&'d str, DecodeError> {
    element.attribute("", name).ok_or(DecodeError::MissingAttribute(name))
}

/// The text, without white space around it.
pub(crate) fn text(element: Element<'_>) -> String {
    element.text().trim().to_owned()
}

/// The longest text that is echoed to the peer or logged, in bytes.
pub(crate) const MAX_SHORT_TEXT: usize = 2 * 1024;

/// A text that is echoed to the peer or logged: an address, an id.
pub(crate) fn short_text(element: Element<'_>, what: &'static str) -> Result<String, DecodeError> {
    check_short(text(element), what)
}

/// The same of an attribute's value.
pub(crate) fn check_short(value: String, what: &'static str) -> Result<String, DecodeError> {
    check_length(what, value.len(), 0, MAX_SHORT_TEXT)?;
    Ok(value)
}

/// The text as Base64, whatever white space is in it.
pub(crate) fn base64(element: Element<'_>, what: &'static str) -> Result<Vec<u8>, DecodeError> {
    decode_base64(&element.text(), what)
}

/// Base64, whatever white space is in it.
pub(crate) fn decode_base64(text: &str, what: &'static str) -> Result<Vec<u8>, DecodeError> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    BASE64.decode(compact).map_err(|_| DecodeError::Base64(what))
}

/// Base64 in one line, as WCF writes it.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The text as a point in time.
pub(crate) fn instant(element: Element<'_>, what: &'static str) -> Result<OffsetDateTime, DecodeError> {
    parse_instant(&element.text()).ok_or(DecodeError::Time(what))
}

/// Refuses what is shorter or longer than agreed.
pub(crate) fn check_length(
    what: &'static str,
    length: usize,
    min: usize,
    max: usize,
) -> Result<(), DecodeError> {
    if (min..=max).contains(&length) { Ok(()) } else { Err(DecodeError::Length { what, length, min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    #[test]
    fn base64_is_read_with_any_white_space_and_without_padding() {
        for text in ["aGVsbG8=", " aGVs\r\n\tbG8=\n", "aGVsbG8"] {
            assert_eq!(decode_base64(text, "x"), Ok(b"hello".to_vec()), "{text:?}");
        }
        assert_eq!(decode_base64("aGVs*G8=", "x"), Err(DecodeError::Base64("x")));
    }

    #[test]
    fn a_child_must_be_there_and_only_once() {
        let document =
            Document::parse(b"<r xmlns='n'><a/><b/><b/><a xmlns=''/></r>", &Limits::default()).unwrap();
        let root = document.root();
        assert!(required(root, "n", "a").is_ok());
        assert_eq!(required(root, "n", "b"), Err(DecodeError::Repeated("b")));
        assert_eq!(required(root, "n", "c"), Err(DecodeError::Missing("c")));
        assert_eq!(optional(root, "m", "a"), Ok(None));
    }
}

//! Why a message was refused.

use lync_xml::XmlError;

/// Why a peer's message could not be read.
///
/// No variant quotes the text of an element: it may be a PIN, a key or a ticket. Names and URIs are quoted,
/// cut to 128 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not well-formed XML, or beyond a limit.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is no SOAP envelope of either version.
    #[error("the document is `{0}`, not a SOAP envelope")]
    NotAnEnvelope(String),
    /// The envelope has no body, or a body with several elements.
    #[error("the SOAP body holds {0} elements where it should hold one")]
    Body(usize),
    /// Another message than the one that belongs here.
    #[error("expected `{expected}` but found `{found}`")]
    Unexpected {
        /// The local name of the element that belongs here.
        expected: &'static str,
        /// What was sent, as `{namespace}name`.
        found: String,
    },
    /// An element that the message needs is absent.
    #[error("the element `{0}` is missing")]
    Missing(&'static str),
    /// An attribute that the message needs is absent.
    #[error("the attribute `{0}` is missing")]
    MissingAttribute(&'static str),
    /// An element that may stand once stands several times.
    #[error("the element `{0}` stands more than once")]
    Repeated(&'static str),
    /// Not Base64, after white space is taken out.
    #[error("the content of `{0}` is not Base64")]
    Base64(&'static str),
    /// Not a point in time.
    #[error("the content of `{0}` is not a date and time")]
    Time(&'static str),
    /// Not a number, or one out of range.
    #[error("the content of `{0}` is not a number in range")]
    Number(&'static str),
    /// A text or a key that is too short or too long.
    #[error("`{what}` has a length of {length} bytes; {min} to {max} are accepted")]
    Length {
        /// What was measured.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The shortest accepted length.
        min: usize,
        /// The longest accepted length.
        max: usize,
    },
    /// A URI that names something which is not served.
    #[error("the {what} `{value}` is not served")]
    Unsupported {
        /// What kind of thing it names.
        what: &'static str,
        /// The URI.
        value: String,
    },
}

/// The beginning of a name or URI, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 128;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_in_messages() {
        assert_eq!(excerpt("short"), "short");
        assert_eq!(excerpt(&"é".repeat(1000)).chars().count(), 129);
    }
}

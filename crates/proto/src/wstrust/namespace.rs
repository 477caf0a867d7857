//! The two spellings of WS-Trust 1.3's namespace.

use crate::ns;
use lync_xml::Element;

/// In which spelling of the WS-Trust 1.3 namespace a message is written.
///
/// [MS-OCAUTHWS] section 2.2.1 has the trailing slash, captured IssueToken requests have none. Both are read;
/// an answer is written in the spelling of its request, since a client looks for its parts under that name
/// (inferred). The URIs that are values, such as KeyType, have one spelling alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrustNamespace {
    /// [`ns::TRUST`], without the trailing slash.
    #[default]
    Plain,
    /// [`ns::TRUST_SLASH`], with it.
    Slash,
}

impl TrustNamespace {
    /// As it is written.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Plain => ns::TRUST,
            Self::Slash => ns::TRUST_SLASH,
        }
    }

    /// That of this element; `None` if it is of no WS-Trust 1.3.
    pub(super) fn of(element: Element<'_>) -> Option<Self> {
        [Self::Plain, Self::Slash].into_iter().find(|known| element.namespace() == known.uri())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    #[test]
    fn an_elements_spelling_is_found() {
        let of = |uri: &str| {
            let text = format!("<a xmlns='{uri}'/>");
            TrustNamespace::of(Document::parse(text.as_bytes(), &Limits::default()).unwrap().root())
        };
        for spelling in [TrustNamespace::Plain, TrustNamespace::Slash] {
            assert_eq!(of(spelling.uri()), Some(spelling));
        }
        assert_eq!(of("http://schemas.xmlsoap.org/ws/2005/02/trust"), None);
        assert_eq!(of(""), None);
    }
}

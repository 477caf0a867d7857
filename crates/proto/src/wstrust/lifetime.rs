//! WS-Trust 1.3 section 4.1: Lifetime.

use crate::read::{instant, required};
use crate::{DecodeError, format_instant, ns};
use lync_xml::{Element, Writer};
use time::OffsetDateTime;

/// From when until when a ticket is valid. Written to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The first moment.
    pub created: OffsetDateTime,
    /// The first moment when it is no longer valid.
    pub expires: OffsetDateTime,
}

impl Lifetime {
    /// What stands inside the element, each child with its own declaration as WCF writes it.
    ///
    /// Clients copy these characters into a Timestamp and take the digest of the characters, so they must be
    /// what exclusive canonicalization makes of them inside `<wsu:Timestamp xmlns:wsu="…">`; and so they are.
    pub fn inner_xml(&self) -> String {
        let mut writer = Writer::new();
        for (name, instant) in [("Created", self.created), ("Expires", self.expires)] {
            writer.start(name).attribute("xmlns", ns::WSU).text(&format_instant(instant)).end();
        }
        writer.finish()
    }

    /// Reads the element around it.
    ///
    /// # Errors
    /// When one of the two is absent or no date and time.
    pub fn decode(lifetime: Element<'_>) -> Result<Self, DecodeError> {
        let child = |local| instant(required(lifetime, ns::WSU, local)?, local);
        Ok(Self { created: child("Created")?, expires: child("Expires")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits, c14n};
    use time::macros::datetime;

    fn lifetime() -> Lifetime {
        Lifetime { created: datetime!(2026-01-01 0:00 UTC), expires: datetime!(2026-01-01 8:00 UTC) }
    }

    fn in_timestamp(inner: &str) -> String {
        format!("<wsu:Timestamp xmlns:wsu=\"{}\" wsu:Id=\"timestamp\">{inner}</wsu:Timestamp>", ns::WSU)
    }

    #[test]
    fn it_has_these_bytes_and_is_its_own_canonical_form() {
        let expected = "<Created xmlns=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">2026-01-01T00:00:00.000Z</Created><Expires xmlns=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">2026-01-01T08:00:00.000Z</Expires>";
        assert_eq!(lifetime().inner_xml(), expected);
        let timestamp = in_timestamp(expected);
        let document = Document::parse(timestamp.as_bytes(), &Limits::default()).unwrap();
        let canonical = c14n::exclusive(document.root(), &c14n::Options::default());
        assert_eq!(canonical, timestamp.as_bytes());
        assert_eq!(Lifetime::decode(document.root()), Ok(lifetime()));
    }

    #[test]
    fn half_a_lifetime_is_refused() {
        let decode = |inner: &str| {
            Lifetime::decode(
                Document::parse(in_timestamp(inner).as_bytes(), &Limits::default()).unwrap().root(),
            )
        };
        assert_eq!(
            decode("<wsu:Created>2026-01-01T00:00:00Z</wsu:Created>"),
            Err(DecodeError::Missing("Expires"))
        );
        assert_eq!(decode("<wsu:Created/>"), Err(DecodeError::Time("Created")));
    }
}

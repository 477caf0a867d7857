//! SOAP 1.1 section 4, SOAP 1.2 part 1 section 5: the envelope.

use crate::error::excerpt;
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Document, Element, Limits, Writer};

/// The two versions, told apart by the envelope's namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// `text/xml`; every operation.
    Soap11,
    /// `application/soap+xml`; requests for metadata only.
    Soap12,
}

impl Version {
    /// The envelope's namespace.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => ns::SOAP11,
            Self::Soap12 => ns::SOAP12,
        }
    }

    /// The value of `Content-Type` that WCF answers with.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Soap11 => "text/xml; charset=utf-8",
            Self::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }
}

/// An envelope that was received. Its elements borrow from it.
#[derive(Debug)]
pub struct Envelope {
    document: Document,
    version: Version,
}

impl Documented for Envelope {
    const NAME: &'static str = "Envelope";
    const EVIDENCE: Evidence = Evidence::Specified;
    const SOURCE: &'static str = "SOAP 1.1 section 4; SOAP 1.2 part 1 section 5";
}

impl Envelope {
    /// Reads a message of either version with at most one element in its body.
    ///
    /// # Errors
    /// When the bytes are no well-formed document within `limits`, or no envelope, or when the body is absent
    /// or holds several elements (WS-I Basic Profile 1.1 R2201 allows one).
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let document = Document::parse(bytes, limits)?;
        let version = version_of(document.root())?;
        let envelope = Self { document, version };
        let bodies: Vec<_> = envelope.parts("Body").collect();
        let [body] = bodies.as_slice() else {
            let error =
                if bodies.is_empty() { DecodeError::Missing("Body") } else { DecodeError::Repeated("Body") };
            return Err(error);
        };
        match body.children().count() {
            0 | 1 => Ok(envelope),
            several => Err(DecodeError::Body(several)),
        }
    }

    /// Which SOAP it is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The `Header`, if there is one.
    pub fn header(&self) -> Option<Element<'_>> {
        self.parts("Header").next()
    }

    /// The element in the body; `None` if the body is empty.
    pub fn body_child(&self) -> Option<Element<'_>> {
        self.parts("Body").next().and_then(|body| body.children().next())
    }

    /// The element in the body.
    ///
    /// # Errors
    /// When the body is empty.
    pub fn body(&self) -> Result<Element<'_>, DecodeError> {
        self.body_child().ok_or(DecodeError::Body(0))
    }

    /// The header elements that the receiver must understand or answer with a fault (SOAP 1.1 section 4.2.3).
    pub fn mandatory_headers(&self) -> impl Iterator<Item = Element<'_>> {
        let namespace = self.version.namespace();
        self.header().into_iter().flat_map(Element::children).filter(move |element| {
            matches!(element.attribute(namespace, "mustUnderstand").map(str::trim), Some("1" | "true"))
        })
    }

    fn parts(&self, local: &'static str) -> impl Iterator<Item = Element<'_>> {
        let namespace = self.version.namespace();
        self.document.root().children().filter(move |child| child.is(namespace, local))
    }
}

fn version_of(root: Element<'_>) -> Result<Version, DecodeError> {
    [Version::Soap11, Version::Soap12]
        .into_iter()
        .find(|version| root.is(version.namespace(), "Envelope"))
        .ok_or_else(|| {
            DecodeError::NotAnEnvelope(excerpt(&format!("{{{}}}{}", root.namespace(), root.local_name())))
        })
}

/// Header elements and body element as one message: prefix `s`, no XML declaration, no white space, no
/// `Header` when there is nothing in it, as WCF writes it. Both arguments are ready XML.
pub fn wrap(version: Version, header_xml: &str, body_xml: &str) -> String {
    let mut writer = Writer::new();
    writer.start("s:Envelope").attribute("xmlns:s", version.namespace());
    if !header_xml.is_empty() {
        writer.start("s:Header").raw(header_xml).end();
    }
    writer.start("s:Body").raw(body_xml).end().end().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Envelope, DecodeError> {
        Envelope::parse(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn an_envelope_has_these_bytes() {
        assert_eq!(
            wrap(Version::Soap11, "", "<a/>"),
            r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a/></s:Body></s:Envelope>"#
        );
        assert_eq!(
            wrap(Version::Soap12, "<h/>", ""),
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header><h/></s:Header><s:Body></s:Body></s:Envelope>"
        );
    }

    #[test]
    fn both_versions_read_back() {
        for version in [Version::Soap11, Version::Soap12] {
            let envelope = parse(&wrap(version, "<h xmlns='x'/>", "<b/>")).unwrap();
            assert_eq!(envelope.version(), version);
            assert!(envelope.header().unwrap().child("x", "h").is_some());
            assert!(envelope.body().unwrap().is("", "b"));
            assert!(parse(&wrap(version, "", "")).unwrap().header().is_none());
        }
    }

    #[test]
    fn mandatory_headers_are_found_whichever_way_they_say_so() {
        let headers = "<a s:mustUnderstand='1'/><b/><c s:mustUnderstand='true'/><d s:mustUnderstand='0'/>";
        let envelope = parse(&wrap(Version::Soap12, headers, "")).unwrap();
        let names: Vec<_> = envelope.mandatory_headers().map(Element::local_name).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        assert_eq!(parse("<Envelope/>").unwrap_err(), DecodeError::NotAnEnvelope("{}Envelope".to_owned()));
        let root = |content: &str| format!("<s:Envelope xmlns:s='{}'>{content}</s:Envelope>", ns::SOAP11);
        assert_eq!(parse(&root("")).unwrap_err(), DecodeError::Missing("Body"));
        assert_eq!(parse(&root("<Body/>")).unwrap_err(), DecodeError::Missing("Body"));
        assert_eq!(parse(&root("<s:Body/><s:Body/>")).unwrap_err(), DecodeError::Repeated("Body"));
        assert_eq!(parse(&root("<s:Body><a/><b/></s:Body>")).unwrap_err(), DecodeError::Body(2));
        assert_eq!(parse(&root("<s:Body/>")).unwrap().body(), Err(DecodeError::Body(0)));
        assert!(matches!(parse("<!DOCTYPE a><a/>"), Err(DecodeError::Xml(lync_xml::XmlError::Doctype))));
        assert!(matches!(parse(&wrap(Version::Soap11, "", "<a>")), Err(DecodeError::Xml(_))));
    }
}

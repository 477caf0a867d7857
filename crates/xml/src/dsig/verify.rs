//! Checking a signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::algorithm::unsupported;
use super::{
    DigestAlgorithm, ENVELOPED, MAX_REFERENCES, NAMESPACE, SignatureAlgorithm, SignatureError, VerifyingKey,
    WSU_NAMESPACE,
};
use crate::{Element, XML_NAMESPACE, c14n, chars, error};

/// Prefixes that a prefix list may have; each is looked for at every element.
const MAX_PREFIXES: usize = 32;

/// Attributes that are ids: WS-Security's, XML Signature's (and those of others without namespace),
/// SAML 1.1's and XML's own.
const IDS: [(&str, &str); 4] =
    [(WSU_NAMESPACE, "Id"), ("", "Id"), ("", "AssertionID"), (XML_NAMESPACE, "id")];

/// Checks a `ds:Signature` against the document it stands in, and returns the elements that it covers, in
/// the order of its references. **Whoever calls this must make sure that what it goes on to use is among
/// them**, or inside one of them: a good signature says nothing about the rest of the document.
///
/// Accepted are the methods of [`SignatureAlgorithm`] and [`DigestAlgorithm`], 1 to 8 references of the form
/// `#id`, and the transforms enveloped-signature and exclusive C14N (with `InclusiveNamespaces`). An id that
/// two elements have is refused.
pub fn verify<'d>(
    signature: Element<'d>,
    key: &VerifyingKey<'_>,
) -> Result<Vec<Element<'d>>, SignatureError> {
    let signed = SignedInfo::read(signature)?;
    let canonical = signed.canonicalization.apply(signed.element, None);
    key.verify(signed.algorithm, &canonical, &signed.value)?;
    signed.references.iter().map(|reference| reference.check(signature)).collect()
}

/// `SignedInfo` with the value that stands beside it.
struct SignedInfo<'d> {
    element: Element<'d>,
    canonicalization: Canonicalization<'d>,
    algorithm: SignatureAlgorithm,
    references: Vec<Reference<'d>>,
    value: Vec<u8>,
}

impl<'d> SignedInfo<'d> {
    fn read(signature: Element<'d>) -> Result<Self, SignatureError> {
        if !signature.is(NAMESPACE, "Signature") {
            return Err(SignatureError::Structure("it is no Signature element"));
        }
        let mut parts = signature.children();
        let element = required(parts.next(), "SignedInfo", "SignedInfo must come first")?;
        let value = required(parts.next(), "SignatureValue", "SignatureValue must follow SignedInfo")?;
        if parts.any(|part| part.is(NAMESPACE, "SignedInfo") || part.is(NAMESPACE, "SignatureValue")) {
            return Err(SignatureError::Structure("SignedInfo or SignatureValue is given twice"));
        }

        let mut fields = element.children();
        let canonicalization =
            required(fields.next(), "CanonicalizationMethod", "CanonicalizationMethod must come first")?;
        let method = required(fields.next(), "SignatureMethod", "SignatureMethod must come second")?;
        // A shortened HMAC could be guessed (HMACOutputLength).
        if method.children().next().is_some() {
            return Err(SignatureError::Structure("SignatureMethod must not have parameters"));
        }
        let references: Vec<_> = fields.collect();
        if references.is_empty() || references.len() > MAX_REFERENCES {
            return Err(SignatureError::References(references.len()));
        }
        Ok(Self {
            element,
            canonicalization: Canonicalization::read(canonicalization)?,
            algorithm: SignatureAlgorithm::from_uri(algorithm(method))?,
            references: references.into_iter().map(Reference::read).collect::<Result<_, _>>()?,
            value: base64(value, "SignatureValue")?,
        })
    }
}

struct Reference<'d> {
    id: &'d str,
    enveloped: bool,
    canonicalization: Canonicalization<'d>,
    digest: DigestAlgorithm,
    value: Vec<u8>,
}

impl<'d> Reference<'d> {
    fn read(element: Element<'d>) -> Result<Self, SignatureError> {
        let reference = required(Some(element), "Reference", "only Reference may follow SignatureMethod")?;
        let uri = reference.attribute("", "URI").unwrap_or_default();
        let id = uri.strip_prefix('#').filter(|id| chars::is_ncname(id));
        let id = id.ok_or_else(|| SignatureError::Uri(error::excerpt(uri)))?;

        let mut fields = reference.children();
        let transforms = required(fields.next(), "Transforms", "Reference must begin with Transforms")?;
        let digest = required(fields.next(), "DigestMethod", "DigestMethod must follow Transforms")?;
        let value = required(fields.next(), "DigestValue", "DigestValue must follow DigestMethod")?;
        if fields.next().is_some() {
            return Err(SignatureError::Structure("nothing may follow DigestValue"));
        }
        let (enveloped, canonicalization) = read_transforms(transforms)?;
        let digest = DigestAlgorithm::from_uri(algorithm(digest))?;
        Ok(Self { id, enveloped, canonicalization, digest, value: base64(value, "DigestValue")? })
    }

    /// The element that is referenced, if it is what was signed.
    fn check(&self, signature: Element<'d>) -> Result<Element<'d>, SignatureError> {
        let element = find_id(signature.root(), self.id)?;
        let without = self.enveloped.then_some(signature);
        if self.enveloped && (signature == element || !signature.is_within(element)) {
            return Err(SignatureError::Structure("an enveloped signature must stand in what it signs"));
        }
        let canonical = self.canonicalization.apply(element, without);
        if self.digest.digest(&canonical).as_ref() != self.value {
            return Err(SignatureError::Digest(error::excerpt(self.id)));
        }
        Ok(element)
    }
}

/// Whether the first transform is enveloped-signature, and the last, which must be exclusive C14N.
fn read_transforms(transforms: Element<'_>) -> Result<(bool, Canonicalization<'_>), SignatureError> {
    let wrong = "Transforms must be exclusive C14N, perhaps after enveloped-signature";
    let mut list = transforms.children();
    let mut last = required(list.next(), "Transform", wrong)?;
    let enveloped = algorithm(last) == ENVELOPED;
    if enveloped {
        last = required(list.next(), "Transform", wrong)?;
    }
    if list.next().is_some() {
        return Err(SignatureError::Structure(wrong));
    }
    Ok((enveloped, Canonicalization::read(last)?))
}

/// Exclusive C14N with its prefix list.
struct Canonicalization<'d> {
    inclusive_prefixes: Vec<&'d str>,
}

impl<'d> Canonicalization<'d> {
    fn read(method: Element<'d>) -> Result<Self, SignatureError> {
        if algorithm(method) != c14n::ALGORITHM {
            return Err(unsupported("the canonicalization or transform", algorithm(method)));
        }
        let mut parameters = method.children();
        let list = match parameters.next() {
            Some(list) if list.is(c14n::ALGORITHM, "InclusiveNamespaces") => {
                list.attribute("", "PrefixList").unwrap_or_default()
            }
            Some(_) => return Err(SignatureError::Structure("C14N takes only InclusiveNamespaces")),
            None => "",
        };
        let inclusive_prefixes: Vec<_> = list.split_ascii_whitespace().collect();
        if parameters.next().is_some() || inclusive_prefixes.len() > MAX_PREFIXES {
            return Err(SignatureError::Structure(
                "C14N takes one InclusiveNamespaces of 32 prefixes at most",
            ));
        }
        Ok(Self { inclusive_prefixes })
    }

    fn apply(&self, element: Element<'_>, without: Option<Element<'_>>) -> Vec<u8> {
        c14n::exclusive(element, &c14n::Options { inclusive_prefixes: &self.inclusive_prefixes, without })
    }
}

/// The only element that has this id.
fn find_id<'d>(root: Element<'d>, id: &str) -> Result<Element<'d>, SignatureError> {
    let has_id = |element: &Element<'_>| {
        IDS.iter().any(|(namespace, name)| element.attribute(namespace, name) == Some(id))
    };
    let mut found = std::iter::once(root).chain(root.descendants()).filter(has_id);
    let element = found.next().ok_or_else(|| SignatureError::UnknownId(error::excerpt(id)))?;
    match found.next() {
        Some(_) => Err(SignatureError::DuplicateId(error::excerpt(id))),
        None => Ok(element),
    }
}

fn required<'d>(
    element: Option<Element<'d>>,
    name: &str,
    otherwise: &'static str,
) -> Result<Element<'d>, SignatureError> {
    element.filter(|element| element.is(NAMESPACE, name)).ok_or(SignatureError::Structure(otherwise))
}

fn algorithm(element: Element<'_>) -> &str {
    element.attribute("", "Algorithm").unwrap_or_default()
}

fn base64(element: Element<'_>, name: &'static str) -> Result<Vec<u8>, SignatureError> {
    let mut text = element.text();
    text.retain(|c| !chars::is_space(c));
    STANDARD.decode(text).map_err(|_| SignatureError::Base64(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Limits};

    const REQUEST: &str = include_str!("../../../../fixtures/xml/captured-sipe-request.xml");
    const PROOF_KEY: [u8; 32] = [
        0xc7, 0x62, 0x04, 0xcc, 0x30, 0x0c, 0x5d, 0x4d, 0x88, 0x74, 0xa2, 0xae, 0x91, 0x8a, 0x56, 0x82, 0x5a,
        0x56, 0x8f, 0xd7, 0x95, 0xec, 0x75, 0x30, 0xc7, 0xb8, 0x53, 0xdc, 0x2e, 0xc5, 0xa8, 0x18,
    ];

    fn document(xml: &str) -> Document {
        Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
    }

    fn signature(document: &Document) -> Element<'_> {
        document.root().find(NAMESPACE, "Signature").unwrap()
    }

    /// The names of what is covered.
    fn check(xml: &str, key: &VerifyingKey<'_>) -> Result<Vec<String>, SignatureError> {
        let document = document(xml);
        let covered = verify(signature(&document), key)?;
        Ok(covered.into_iter().map(|element| element.local_name().to_owned()).collect())
    }

    fn check_request(xml: &str) -> Result<Vec<String>, SignatureError> {
        check(xml, &VerifyingKey::Hmac(&PROOF_KEY))
    }

    #[test]
    fn the_captured_request_verifies_and_covers_its_timestamp_alone() {
        assert_eq!(check_request(REQUEST), Ok(vec!["Timestamp".to_owned()]));
    }

    #[test]
    fn the_canonical_forms_are_those_of_the_capture() {
        let document = document(REQUEST);
        let canonical = |element| String::from_utf8(c14n::exclusive(element, &Default::default())).unwrap();
        let timestamp = document.root().find(WSU_NAMESPACE, "Timestamp").unwrap();
        assert_eq!(canonical(timestamp), timestamp.source());
        let signed = document.root().find(NAMESPACE, "SignedInfo").unwrap();
        assert_eq!(canonical(signed), signed.source());
        assert_eq!(
            STANDARD.encode(DigestAlgorithm::Sha1.digest(canonical(timestamp).as_bytes())),
            "pIX9RPkkDy6cBzkzZeRlQeP5y3s="
        );
    }

    #[test]
    fn whatever_is_signed_cannot_be_changed() {
        for (from, to, refused) in [
            (">2026-11-21T14:10", ">2026-11-22T14:10", SignatureError::Digest("timestamp".to_owned())),
            (
                "pIX9RPkkDy6cBzkzZeRlQeP5y3s=",
                "pIX9RPkkDy6cBzkzZeRlQeP5y3t=",
                SignatureError::Base64("DigestValue"),
            ),
            ("pIX9RPkkDy6cBzkzZeRlQeP5y3s=", "oIX9RPkkDy6cBzkzZeRlQeP5y3s=", SignatureError::Value),
            ("tdJI7LNf", "udJI7LNf", SignatureError::Value),
            ("#hmac-sha1", "#rsa-sha1", SignatureError::WrongKey),
            ("tdJI7LNfLWrJePqBXw30BhEyfBw=", "tdJI7LNfLWrJePqBXw30", SignatureError::Value),
            ("tdJI7LNfLWrJePqBXw30BhEyfBw=", "", SignatureError::Value),
        ] {
            let changed = REQUEST.replacen(from, to, 1);
            assert_ne!(changed, REQUEST, "{from} is in the request");
            assert_eq!(check_request(&changed), Err(refused), "{from} -> {to}");
        }
        assert_eq!(check(REQUEST, &VerifyingKey::Hmac(b"another")), Err(SignatureError::Value));
        assert_eq!(check(REQUEST, &VerifyingKey::Hmac(b"")), Err(SignatureError::Key));
        assert_eq!(check(REQUEST, &VerifyingKey::PublicKey(b"")), Err(SignatureError::WrongKey));
    }

    #[test]
    fn an_id_that_two_elements_have_is_refused() {
        for twin in [
            "<wsa:Twin Id=\"timestamp\"/>",
            "<wsa:Twin wsu:Id=\"timestamp\"/>",
            "<wsa:Twin xml:id=\"timestamp\"/>",
            "<wsa:Twin AssertionID=\"timestamp\"/>",
        ] {
            let changed = REQUEST.replacen("<soap:Body>", &format!("<soap:Body>{twin}"), 1);
            assert_eq!(
                check_request(&changed),
                Err(SignatureError::DuplicateId("timestamp".to_owned())),
                "{twin}"
            );
        }
    }

    #[test]
    fn an_id_that_no_element_has_is_refused() {
        let changed = REQUEST.replacen("wsu:Id=", "wsu:ID=", 1);
        assert_eq!(check_request(&changed), Err(SignatureError::UnknownId("timestamp".to_owned())));
    }

    #[test]
    fn a_moved_element_is_what_is_returned_not_its_replacement() {
        let document = document(REQUEST);
        let timestamp = document.root().find(WSU_NAMESPACE, "Timestamp").unwrap().source();
        let forged = timestamp.replace("wsu:Id=\"timestamp\"", "wsu:Id=\"x\"").replace("2026", "2036");
        let wrapped = REQUEST.replacen(timestamp, &forged, 1).replacen(
            "<soap:Body>",
            &format!("<soap:Body>{timestamp}"),
            1,
        );
        let document = self::document(&wrapped);
        let covered = verify(signature(&document), &VerifyingKey::Hmac(&PROOF_KEY)).unwrap();
        let read = document.root().find(WSU_NAMESPACE, "Timestamp").unwrap();
        assert!(!covered.contains(&read), "what a reader finds first is not covered");
    }

    #[test]
    fn what_is_not_accepted_is_refused_by_name() {
        let refused = |from: &str, to: &str| check_request(&REQUEST.replacen(from, to, 1)).unwrap_err();
        let c14n = |tail| format!("Algorithm=\"{}{tail}\"", c14n::ALGORITHM);
        for (from, to) in [
            (c14n("").as_str(), "Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\""),
            (&c14n(""), &c14n("WithComments")),
            ("#hmac-sha1", "#hmac-md5"),
            ("Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"", "Algorithm=\"urn:md5\""),
            (
                &format!("<Transform {}>", c14n("")),
                "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">",
            ),
            (&format!("<Transform {}>", c14n("")), "<Transform>"),
        ] {
            assert!(matches!(refused(from, to), SignatureError::Unsupported { .. }), "{from} -> {to}");
        }
        for uri in ["", "timestamp", "#", "http://example.test/#timestamp", "#xpointer(id('timestamp'))"] {
            assert_eq!(
                refused("URI=\"#timestamp\"", &format!("URI=\"{uri}\"")),
                SignatureError::Uri(uri.to_owned())
            );
        }
    }

    #[test]
    fn a_signature_has_one_shape() {
        let refused = |from: &str, to: &str| check_request(&REQUEST.replacen(from, to, 1)).unwrap_err();
        let reference = {
            let from = REQUEST.find("<Reference").unwrap();
            &REQUEST[from..REQUEST.find("</SignedInfo>").unwrap()]
        };
        for (from, to) in [
            ("hmac-sha1\">", "hmac-sha1\"><HMACOutputLength>8</HMACOutputLength>"),
            ("<SignatureValue>", "<Object/><SignatureValue>"),
            ("</SignatureValue>", "</SignatureValue><SignatureValue/>"),
            ("<SignatureMethod ", "<Object/><SignatureMethod "),
            ("<Reference ", "<Object/><Reference "),
            ("</DigestValue>", "</DigestValue><DigestValue/>"),
            (
                "</Transform>",
                "</Transform><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
            ),
            ("</Transform>", "<XPath/></Transform>"),
        ] {
            assert!(matches!(refused(from, to), SignatureError::Structure(_)), "{to}");
        }
        assert_eq!(refused(reference, ""), SignatureError::References(0));
        assert_eq!(refused(reference, &reference.repeat(9)), SignatureError::References(9));
        let document = document(REQUEST);
        let refused = verify(document.root(), &VerifyingKey::Hmac(&PROOF_KEY));
        assert_eq!(refused, Err(SignatureError::Structure("it is no Signature element")));
    }

    #[test]
    fn prefix_lists_are_limited() {
        let list = |count: usize| {
            let prefixes: String = (0..count).map(|n| format!("p{n} ")).collect();
            let list =
                format!("<I:InclusiveNamespaces xmlns:I=\"{}\" PrefixList=\"{prefixes}\"/>", c14n::ALGORITHM);
            REQUEST.replacen("</CanonicalizationMethod>", &format!("{list}</CanonicalizationMethod>"), 1)
        };
        assert_eq!(check_request(&list(32)), Err(SignatureError::Value));
        assert!(matches!(check_request(&list(33)), Err(SignatureError::Structure(_))));
    }

    #[test]
    fn signatures_of_xmlsec_verify() {
        let rsa = VerifyingKey::PublicKey(include_bytes!("../../../../fixtures/xml/rsa1024-public.der"));
        let p256 = VerifyingKey::PublicKey(include_bytes!("../../../../fixtures/xml/p256-public.der"));
        let hmac = VerifyingKey::Hmac(b"not a secret");
        for (xml, key) in [
            (include_str!("../../../../fixtures/xml/xmlsec-rsa-sha1-1024.xml"), rsa),
            (include_str!("../../../../fixtures/xml/xmlsec-rsa-sha256-1024.xml"), rsa),
            (include_str!("../../../../fixtures/xml/xmlsec-ecdsa-sha256.xml"), p256),
            (include_str!("../../../../fixtures/xml/xmlsec-hmac-sha256.xml"), hmac),
        ] {
            assert_eq!(check(xml, &key), Ok(vec!["Assertion".to_owned()]));
            let changed = xml.replacen("b=\"2\"", "b=\"3\"", 1);
            assert_eq!(check(&changed, &key), Err(SignatureError::Digest("a1".to_owned())));
            let renamed = xml.replacen("MajorVersion", "MinorVersion", 1);
            assert_eq!(check(&renamed, &key), Err(SignatureError::Digest("a1".to_owned())));
            let other = if matches!(key, VerifyingKey::Hmac(_)) { rsa } else { hmac };
            assert_eq!(check(xml, &other), Err(SignatureError::WrongKey));
        }
        let swapped = include_str!("../../../../fixtures/xml/xmlsec-rsa-sha1-1024.xml");
        assert_eq!(check(swapped, &p256), Err(SignatureError::Value));
    }

    /// Nothing in these documents uses the prefix `xs`, so that its declaration is signed only where it is listed.
    #[test]
    fn a_declaration_is_signed_if_its_prefix_is_listed() {
        let rsa = VerifyingKey::PublicKey(include_bytes!("../../../../fixtures/xml/rsa1024-public.der"));
        let p256 = VerifyingKey::PublicKey(include_bytes!("../../../../fixtures/xml/p256-public.der"));
        let hmac = VerifyingKey::Hmac(b"not a secret");
        let (covered, refused) = (Ok(vec!["Assertion".to_owned()]), SignatureError::Digest("a1".to_owned()));
        for (xml, key, expected) in [
            (include_str!("../../../../fixtures/xml/xmlsec-rsa-sha1-1024.xml"), rsa, Err(refused.clone())),
            (include_str!("../../../../fixtures/xml/xmlsec-ecdsa-sha256.xml"), p256, Err(refused)),
            (include_str!("../../../../fixtures/xml/xmlsec-rsa-sha256-1024.xml"), rsa, covered.clone()),
            (include_str!("../../../../fixtures/xml/xmlsec-hmac-sha256.xml"), hmac, covered),
        ] {
            let changed = xml.replacen("2001/XMLSchema\"", "2001/Other\"", 1);
            assert_ne!(changed, xml);
            assert_eq!(check(&changed, &key), expected);
        }
    }

    #[test]
    fn the_prefix_list_itself_is_signed() {
        let key = VerifyingKey::PublicKey(include_bytes!("../../../../fixtures/xml/rsa1024-public.der"));
        let xml = include_str!("../../../../fixtures/xml/xmlsec-rsa-sha1-1024.xml");
        let list = {
            let from = xml.find("<ec:InclusiveNamespaces").unwrap();
            &xml[from..xml.find("</ds:Transform></ds:Transforms>").unwrap()]
        };
        let method = format!("<ds:CanonicalizationMethod Algorithm=\"{}\"", c14n::ALGORITHM);
        let moved = xml.replacen(list, "", 1).replacen(
            &format!("{method}/>"),
            &format!("{method}>{list}</ds:CanonicalizationMethod>"),
            1,
        );
        assert_eq!(moved.matches(list).count(), 1);
        for changed in [
            xml.replacen("PrefixList=\"xs\"", "PrefixList=\"\"", 1),
            xml.replacen("PrefixList=\"xs\"", "PrefixList=\"xs saml\"", 1),
            xml.replacen(list, "", 1),
            moved,
        ] {
            assert_ne!(changed, xml);
            assert_eq!(check(&changed, &key), Err(SignatureError::Value), "{changed}");
        }
    }

    #[test]
    fn an_enveloped_signature_must_stand_in_what_it_signs() {
        let xml = include_str!("../../../../fixtures/xml/xmlsec-hmac-sha256.xml");
        let document = document(xml);
        let signature = signature(&document).source();
        let assertion = document.root().source().replacen(signature, "", 1);
        let moved = format!("<r>{assertion}{signature}</r>");
        assert!(matches!(
            check(&moved, &VerifyingKey::Hmac(b"not a secret")),
            Err(SignatureError::Structure(_))
        ));
    }

    #[test]
    fn white_space_in_base64_is_no_matter() {
        let changed = REQUEST.replacen("tdJI7LNf", "\r\n tdJI 7LNf\t", 1);
        assert_eq!(check_request(&changed), Ok(vec!["Timestamp".to_owned()]));
    }
}

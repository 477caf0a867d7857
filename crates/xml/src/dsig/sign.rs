//! Making a signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ENVELOPED, MAX_REFERENCES, NAMESPACE, SignatureError, SigningKey};
use crate::{Writer, c14n, chars, error};

/// What is to be signed.
#[derive(Clone, Copy)]
pub struct Reference<'a> {
    /// `#` and the id of the element.
    pub uri: &'a str,
    /// Whether the signature will stand inside the element; the transform is then named.
    pub enveloped: bool,
    /// The canonical form of the element ([`c14n::exclusive`]) as it stands in its document, without the
    /// signature.
    pub canonical: &'a [u8],
}

/// Makes `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">…</Signature>`, ready to be placed in a
/// document. `key_info` is the XML inside `KeyInfo`; with "" there is no `KeyInfo`.
///
/// The result is its own canonical form (but for `key_info`, which is not signed).
pub fn sign(
    references: &[Reference<'_>],
    key: &SigningKey,
    key_info: &str,
) -> Result<String, SignatureError> {
    let signed = signed_info(references, key)?;
    // The same characters stand in the document, where the declaration is inherited from Signature.
    let canonical =
        Writer::new().start("SignedInfo").attribute("xmlns", NAMESPACE).raw(&signed).end().finish();
    let value = STANDARD.encode(key.sign(canonical.as_bytes())?);

    let mut writer = Writer::new();
    writer.start("Signature").attribute("xmlns", NAMESPACE);
    writer.start("SignedInfo").raw(&signed).end();
    writer.leaf("SignatureValue", &value);
    if !key_info.is_empty() {
        writer.start("KeyInfo").raw(key_info).end();
    }
    Ok(writer.end().finish())
}

fn signed_info(references: &[Reference<'_>], key: &SigningKey) -> Result<String, SignatureError> {
    if references.is_empty() || references.len() > MAX_REFERENCES {
        return Err(SignatureError::References(references.len()));
    }
    let mut writer = Writer::new();
    algorithm(&mut writer, "CanonicalizationMethod", c14n::ALGORITHM);
    algorithm(&mut writer, "SignatureMethod", key.signature_algorithm().uri());
    for reference in references {
        write_reference(&mut writer, reference, key)?;
    }
    Ok(writer.finish())
}

fn write_reference(
    writer: &mut Writer,
    reference: &Reference<'_>,
    key: &SigningKey,
) -> Result<(), SignatureError> {
    let digest = key.digest_algorithm();
    if !reference.uri.strip_prefix('#').is_some_and(chars::is_ncname) {
        return Err(SignatureError::Uri(error::excerpt(reference.uri)));
    }
    writer.start("Reference").attribute("URI", reference.uri);
    writer.start("Transforms");
    if reference.enveloped {
        algorithm(writer, "Transform", ENVELOPED);
    }
    algorithm(writer, "Transform", c14n::ALGORITHM);
    writer.end();
    algorithm(writer, "DigestMethod", digest.uri());
    writer.leaf("DigestValue", &STANDARD.encode(digest.digest(reference.canonical)));
    writer.end();
    Ok(())
}

fn algorithm(writer: &mut Writer, element: &str, uri: &str) {
    writer.start(element).attribute("Algorithm", uri).end();
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::rsa::{self, KeySize};
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    };

    use super::*;
    use crate::dsig::{VerifyingKey, WSU_NAMESPACE, verify};
    use crate::{Document, Element, Limits};

    /// The proof key of client entropy 00..1f and server entropy 20..3f.
    const PROOF_KEY: [u8; 32] = [
        0xdf, 0x59, 0x13, 0x2c, 0x2a, 0xf6, 0xd2, 0x30, 0xe4, 0x33, 0x77, 0x32, 0x07, 0x6a, 0x14, 0x56, 0x16,
        0x94, 0xbe, 0x12, 0x83, 0x8c, 0xc0, 0x02, 0x03, 0xd6, 0x3c, 0x81, 0x66, 0x53, 0xd7, 0x5b,
    ];

    fn document(xml: &str) -> Document {
        Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
    }

    fn timestamp() -> String {
        format!(
            "<wsu:Timestamp xmlns:wsu=\"{WSU_NAMESPACE}\" wsu:Id=\"timestamp\">\
             <Created xmlns=\"{WSU_NAMESPACE}\">2026-01-01T00:00:00.000Z</Created>\
             <Expires xmlns=\"{WSU_NAMESPACE}\">2026-01-01T08:00:00.000Z</Expires></wsu:Timestamp>"
        )
    }

    #[test]
    fn the_signature_of_a_real_client_is_reproduced() {
        let timestamp = timestamp();
        let reference = Reference { uri: "#timestamp", enveloped: false, canonical: timestamp.as_bytes() };
        let signature = sign(&[reference], &SigningKey::hmac_sha1(&PROOF_KEY), "").unwrap();
        assert!(signature.contains("<DigestValue>3keHzi+UIF9bMu9jKWLykEU0SD4=</DigestValue>"), "{signature}");
        assert!(
            signature.contains("<SignatureValue>0vLoeTj8PxcJycib/QwhRpOYzzc=</SignatureValue>"),
            "{signature}"
        );
        let document = document(&signature);
        assert_eq!(c14n::exclusive(document.root(), &Default::default()), signature.as_bytes());
    }

    fn public_key(pair: &impl KeyPair<PublicKey: AsDer<PublicKeyX509Der<'static>>>) -> Vec<u8> {
        pair.public_key().as_der().unwrap().as_ref().to_vec()
    }

    /// A key of each kind, with what verifies it.
    fn keys() -> Vec<(SigningKey, Vec<u8>)> {
        let rsa = rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let rsa_der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = rsa.as_der().unwrap();
        let p256_der = p256.to_pkcs8v1().unwrap();
        vec![
            (SigningKey::hmac_sha1(&PROOF_KEY), PROOF_KEY.to_vec()),
            (SigningKey::from_pkcs8(rsa_der.as_ref()).unwrap(), public_key(&rsa)),
            (SigningKey::from_pkcs8(p256_der.as_ref()).unwrap(), public_key(&p256)),
        ]
    }

    fn verifying<'a>(key: &SigningKey, public: &'a [u8]) -> VerifyingKey<'a> {
        match key {
            SigningKey::HmacSha1(_) => VerifyingKey::Hmac(public),
            SigningKey::RsaSha256(_) | SigningKey::EcdsaP256Sha256(_) => VerifyingKey::PublicKey(public),
        }
    }

    fn check(xml: &str, key: &VerifyingKey<'_>) -> Result<Vec<String>, SignatureError> {
        let document = document(xml);
        let signature = document.root().find(NAMESPACE, "Signature").unwrap();
        Ok(verify(signature, key)?.into_iter().map(|e| e.local_name().to_owned()).collect())
    }

    #[test]
    fn a_signed_header_verifies_with_every_kind_of_key() {
        let envelope = |signature: &str| {
            let timestamp = timestamp();
            format!(
                "<s:E xmlns:s='urn:s' xmlns:unused='u'><s:H>{timestamp}{signature}</s:H><B Id='body' a='1'/></s:E>"
            )
        };
        let unsigned = document(&envelope(""));
        let canonical = |element| c14n::exclusive(element, &Default::default());
        let timestamp = canonical(unsigned.root().find(WSU_NAMESPACE, "Timestamp").unwrap());
        let body = canonical(unsigned.root().child_local("B").unwrap());
        let references = [
            Reference { uri: "#timestamp", enveloped: false, canonical: &timestamp },
            Reference { uri: "#body", enveloped: false, canonical: &body },
        ];
        for (key, public) in keys() {
            let signed = envelope(&sign(&references, &key, "<k xmlns='urn:k'/>").unwrap());
            let verifying = verifying(&key, &public);
            assert_eq!(
                check(&signed, &verifying),
                Ok(vec!["Timestamp".to_owned(), "B".to_owned()]),
                "{key:?}"
            );
            let changed = signed.replacen("a='1'", "a='2'", 1);
            assert_eq!(
                check(&changed, &verifying),
                Err(SignatureError::Digest("body".to_owned())),
                "{key:?}"
            );
            let changed = signed.replacen("#body", "#timestamp", 1);
            assert_eq!(check(&changed, &verifying), Err(SignatureError::Value), "{key:?}");
        }
    }

    #[test]
    fn an_enveloped_signature_verifies_with_every_kind_of_key() {
        let assertion = |signature: &str| {
            format!(
                "<e><a:Assertion xmlns:a='urn:a' AssertionID='id-1'><a:S>x</a:S>{signature}</a:Assertion></e>"
            )
        };
        let unsigned = document(&assertion(""));
        let canonical =
            c14n::exclusive(unsigned.root().find("urn:a", "Assertion").unwrap(), &Default::default());
        for (key, public) in keys() {
            let reference = Reference { uri: "#id-1", enveloped: true, canonical: &canonical };
            let signed = assertion(&sign(&[reference], &key, "").unwrap());
            assert_eq!(
                check(&signed, &verifying(&key, &public)),
                Ok(vec!["Assertion".to_owned()]),
                "{key:?}"
            );
        }
    }

    #[test]
    fn references_are_ids_and_one_to_eight() {
        let key = SigningKey::hmac_sha1(b"key");
        let reference = |uri| Reference { uri, enveloped: false, canonical: b"<a></a>" };
        assert_eq!(sign(&[], &key, ""), Err(SignatureError::References(0)));
        assert_eq!(sign(&[reference("#a"); 9], &key, ""), Err(SignatureError::References(9)));
        assert!(sign(&[reference("#a"); 8], &key, "").is_ok());
        for uri in ["", "a", "#", "#a b", "#\""] {
            assert_eq!(sign(&[reference(uri)], &key, ""), Err(SignatureError::Uri(uri.to_owned())));
        }
    }

    #[test]
    fn unusable_keys_are_refused() {
        let reference = Reference { uri: "#a", enveloped: false, canonical: b"<a></a>" };
        let other_form = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let refused = sign(&[reference], &SigningKey::EcdsaP256Sha256(other_form), "");
        assert_eq!(refused, Err(SignatureError::Key));
        assert_eq!(sign(&[reference], &SigningKey::hmac_sha1(b""), ""), Err(SignatureError::Key));
        assert_eq!(SigningKey::from_pkcs8(b"nothing").unwrap_err(), SignatureError::Key);
    }

    #[test]
    fn keys_do_not_show_themselves() {
        let shown = format!("{:?} {:?}", SigningKey::hmac_sha1(b"AB"), VerifyingKey::Hmac(b"AB"));
        assert_eq!(shown, "SigningKey(HmacSha1) VerifyingKey(Hmac)");
    }

    #[test]
    fn key_info_is_placed_as_it_is() {
        let reference = Reference { uri: "#a", enveloped: false, canonical: b"<a></a>" };
        let signature = sign(&[reference], &SigningKey::hmac_sha1(b"key"), "<x xmlns=\"urn:x\"/>").unwrap();
        let document = document(&signature);
        let names: Vec<_> = document.root().children().map(Element::local_name).collect();
        assert_eq!(names, ["SignedInfo", "SignatureValue", "KeyInfo"]);
        assert_eq!(document.root().child_local("KeyInfo").unwrap().inner_source(), "<x xmlns=\"urn:x\"/>");
    }
}

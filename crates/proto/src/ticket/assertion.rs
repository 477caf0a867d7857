//! SAML 1.1 core section 2.3: the assertion that is a web ticket.

use super::{TicketError, TicketKey};
use crate::read::{attribute, base64, encode_base64, expect, optional, required, text};
use crate::{DecodeError, Documented, Evidence, format_instant, ns, parse_instant};
use lync_xml::{Document, Element, Limits, Writer, c14n, dsig};
use time::OffsetDateTime;

/// What stands before the GUID in an AssertionID (captured).
pub const ASSERTION_ID_PREFIX: &str = "SamlSecurityToken-";

/// What a web ticket says.
///
/// Captured are the AssertionID with its prefix followed by Issuer, and the NameIdentifier's start tag; the
/// rest follows WCF's defaults. Which algorithms a Lync Server signs and encrypts with is not public, and
/// clients do not look: here the pool's key decides, and the proof key is under AES-256-KWP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebTicket {
    /// The GUID of AssertionID, without `SamlSecurityToken-`.
    pub assertion_id: String,
    /// Who issued it: the URL of the Web Ticket service.
    pub issuer: String,
    /// The service that it is for: what AppliesTo of the request said.
    pub audience: String,
    /// The user: `sip:kenmyer@litwareinc.com`. A phone that signed in by extension learns its own address
    /// from it.
    pub user: String,
    /// IssueInstant, NotBefore and AuthenticationInstant; written to the millisecond.
    pub issued: OffsetDateTime,
    /// NotOnOrAfter; written to the millisecond.
    pub expires: OffsetDateTime,
    /// How whoever presents it shows that it is theirs.
    pub confirmation: Confirmation,
    /// How the user had signed in.
    pub authentication_method: AuthenticationMethod,
}

/// How whoever presents a ticket shows that it is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// By presenting it.
    Bearer,
    /// By a signature with the proof key.
    HolderOfKey {
        /// The proof key, encrypted by [`TicketKey::wrap_proof_key`].
        wrapped_key: Vec<u8>,
    },
}

/// How a user had signed in, in SAML's words (SAML 1.1 core section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// By a PIN or a password.
    Password,
    /// By a certificate of this pool.
    X509,
    /// In a way that SAML has no word for.
    Unspecified,
}

impl AuthenticationMethod {
    /// SAML's identifier.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Password => "urn:oasis:names:tc:SAML:1.0:am:password",
            Self::X509 => "urn:oasis:names:tc:SAML:1.0:am:X509-PKI",
            Self::Unspecified => "urn:oasis:names:tc:SAML:1.0:am:unspecified",
        }
    }

    fn from_uri(uri: &str) -> Self {
        [Self::Password, Self::X509]
            .into_iter()
            .find(|method| method.uri() == uri)
            .unwrap_or(Self::Unspecified)
    }
}

impl Documented for WebTicket {
    const NAME: &'static str = "web ticket";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "SAML 1.1 core section 2.3; [MS-OCAUTHWS] section 2.2.1 (namespace); \
         AssertionID, Issuer and NameIdentifier as the public filter \
         security_web_filter finds them in real tickets";
}

impl WebTicket {
    /// The signed assertion. It declares its own namespaces and so can be copied to another document as it
    /// is.
    ///
    /// # Errors
    /// When the key cannot sign, or the GUID holds characters that no id may hold.
    pub fn sign(&self, key: &TicketKey) -> Result<String, TicketError> {
        let unsigned = self.encode("");
        let document = Document::parse(unsigned.as_bytes(), &Limits::default()).map_err(DecodeError::from)?;
        let canonical = c14n::exclusive(document.root(), &c14n::Options::default());
        let uri = format!("#{ASSERTION_ID_PREFIX}{}", self.assertion_id);
        let reference = dsig::Reference { uri: &uri, enveloped: true, canonical: &canonical };
        Ok(self.encode(&dsig::sign(&[reference], key.signing(), "")?))
    }

    fn encode(&self, signature: &str) -> String {
        let (issued, expires) = (format_instant(self.issued), format_instant(self.expires));
        let mut writer = Writer::new();
        writer.start("saml:Assertion").attribute("MajorVersion", "1").attribute("MinorVersion", "1");
        // Readers of real tickets cut between these two attributes.
        writer.attribute("AssertionID", &format!("{ASSERTION_ID_PREFIX}{}", self.assertion_id));
        writer.attribute("Issuer", &self.issuer);
        writer.attribute("IssueInstant", &issued).attribute("xmlns:saml", ns::SAML);
        writer.start("saml:Conditions").attribute("NotBefore", &issued).attribute("NotOnOrAfter", &expires);
        writer.start("saml:AudienceRestrictionCondition").leaf("saml:Audience", &self.audience).end().end();
        writer.start("saml:AuthenticationStatement");
        writer.attribute("AuthenticationMethod", self.authentication_method.uri());
        writer.attribute("AuthenticationInstant", &issued);
        writer.start("saml:Subject");
        writer.start("saml:NameIdentifier").attribute("Format", ns::CLAIM_URI).text(&self.user).end();
        self.confirmation.write(&mut writer);
        writer.end().end().raw(signature).end().finish()
    }

    /// Reads the ticket and checks that this pool signed exactly this element. Whether it is in date, and for
    /// this service, is for the caller to judge.
    ///
    /// # Errors
    /// When a part is missing, or when the one signature is absent, wrong, or covers something else.
    pub fn verify(assertion: Element<'_>, key: &TicketKey) -> Result<Self, TicketError> {
        expect(assertion, ns::SAML, "Assertion")?;
        check_signature(assertion, key)?;
        let id = attribute(assertion, "AssertionID")?;
        let conditions = required(assertion, ns::SAML, "Conditions")?;
        let restriction = required(conditions, ns::SAML, "AudienceRestrictionCondition")?;
        let statement = required(assertion, ns::SAML, "AuthenticationStatement")?;
        let subject = required(statement, ns::SAML, "Subject")?;
        Ok(Self {
            assertion_id: id.strip_prefix(ASSERTION_ID_PREFIX).unwrap_or(id).to_owned(),
            issuer: attribute(assertion, "Issuer")?.to_owned(),
            audience: text(required(restriction, ns::SAML, "Audience")?),
            user: text(required(subject, ns::SAML, "NameIdentifier")?),
            issued: instant(conditions, "NotBefore")?,
            expires: instant(conditions, "NotOnOrAfter")?,
            confirmation: Confirmation::read(subject)?,
            authentication_method: AuthenticationMethod::from_uri(attribute(
                statement,
                "AuthenticationMethod",
            )?),
        })
    }
}

/// One signature, a child of the assertion, by the pool's key, over the assertion and nothing else.
fn check_signature(assertion: Element<'_>, key: &TicketKey) -> Result<(), TicketError> {
    let signatures: Vec<_> = assertion.descendants().filter(|e| e.is(ns::DSIG, "Signature")).collect();
    let [signature] = signatures.as_slice() else {
        return Err(TicketError::Signatures(signatures.len()));
    };
    if signature.parent() != Some(assertion) {
        return Err(TicketError::NotCovered("Assertion"));
    }
    // Comparing elements, not ids: a wrapped copy has the same id as the original.
    match dsig::verify(*signature, &key.verifying())?.as_slice() {
        [covered] if *covered == assertion => Ok(()),
        _ => Err(TicketError::NotCovered("Assertion")),
    }
}

fn instant(element: Element<'_>, name: &'static str) -> Result<OffsetDateTime, DecodeError> {
    parse_instant(attribute(element, name)?).ok_or(DecodeError::Time(name))
}

impl Confirmation {
    fn write(&self, writer: &mut Writer) {
        writer.start("saml:SubjectConfirmation");
        match self {
            Self::Bearer => {
                writer.leaf("saml:ConfirmationMethod", ns::CONFIRMATION_BEARER);
            }
            Self::HolderOfKey { wrapped_key } => {
                writer.leaf("saml:ConfirmationMethod", ns::CONFIRMATION_HOLDER_OF_KEY);
                writer.start("KeyInfo").attribute("xmlns", ns::DSIG);
                writer.start("e:EncryptedKey").attribute("xmlns:e", ns::XENC);
                writer.start("e:EncryptionMethod").attribute("Algorithm", ns::KW_AES256_PAD).end();
                writer.start("e:CipherData").leaf("e:CipherValue", &encode_base64(wrapped_key)).end();
                writer.end().end();
            }
        }
        writer.end();
    }

    fn read(subject: Element<'_>) -> Result<Self, DecodeError> {
        let confirmation = required(subject, ns::SAML, "SubjectConfirmation")?;
        let method = text(required(confirmation, ns::SAML, "ConfirmationMethod")?);
        if method == ns::CONFIRMATION_BEARER {
            return Ok(Self::Bearer);
        }
        if method != ns::CONFIRMATION_HOLDER_OF_KEY {
            let value = crate::error::excerpt(&method);
            return Err(DecodeError::Unsupported { what: "ConfirmationMethod", value });
        }
        let key_info = optional(confirmation, ns::DSIG, "KeyInfo")?.ok_or(DecodeError::Missing("KeyInfo"))?;
        let cipher_value =
            key_info.find(ns::XENC, "CipherValue").ok_or(DecodeError::Missing("CipherValue"))?;
        Ok(Self::HolderOfKey { wrapped_key: base64(cipher_value, "CipherValue")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{bearer_ticket, proof_ticket, ticket_key};
    use lync_xml::dsig::SignatureError;

    fn verify(text: &str, key: &TicketKey) -> Result<WebTicket, TicketError> {
        let document = Document::parse(text.as_bytes(), &Limits::default()).unwrap();
        let assertion = document.root();
        let assertion = if assertion.is(ns::SAML, "Assertion") {
            assertion
        } else {
            assertion.find(ns::SAML, "Assertion").unwrap()
        };
        WebTicket::verify(assertion, key)
    }

    #[test]
    fn both_kinds_read_back() {
        let key = ticket_key(1);
        for ticket in [bearer_ticket(), proof_ticket(&key, &[7; 32])] {
            assert_eq!(verify(&ticket.sign(&key).unwrap(), &key), Ok(ticket));
        }
        for method in [AuthenticationMethod::X509, AuthenticationMethod::Unspecified] {
            let ticket = WebTicket { authentication_method: method, ..bearer_ticket() };
            assert_eq!(verify(&ticket.sign(&key).unwrap(), &key), Ok(ticket));
        }
    }

    #[test]
    fn the_parts_that_real_readers_cut_out_have_the_captured_bytes() {
        let text = bearer_ticket().sign(&ticket_key(1)).unwrap();
        let (_, behind) = text.split_once("AssertionID=\"SamlSecurityToken-").unwrap();
        let (guid, _) = behind.split_once("\" Issuer=").unwrap();
        assert_eq!(guid, bearer_ticket().assertion_id);
        let name =
            "<saml:NameIdentifier Format=\"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/uri\">";
        let (_, behind) = text.split_once(name).unwrap();
        assert!(behind.starts_with("sip:kenmyer@litwareinc.com</saml:NameIdentifier>"), "{behind}");
    }

    #[test]
    fn an_assertion_has_these_bytes() {
        expect_test::expect![[r#"<saml:Assertion MajorVersion="1" MinorVersion="1" AssertionID="SamlSecurityToken-539af23a-5703-4757-a8ba-e4d788e810fa" Issuer="https://atl-cs-001.litwareinc.com/WebTicket/WebTicketService.svc" IssueInstant="2026-01-01T00:00:00.000Z" xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"><saml:Conditions NotBefore="2026-01-01T00:00:00.000Z" NotOnOrAfter="2026-01-01T08:00:00.000Z"><saml:AudienceRestrictionCondition><saml:Audience>https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc/WebTicket_Bearer</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions><saml:AuthenticationStatement AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:password" AuthenticationInstant="2026-01-01T00:00:00.000Z"><saml:Subject><saml:NameIdentifier Format="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/uri">sip:kenmyer@litwareinc.com</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:holder-of-key</saml:ConfirmationMethod><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#kw-aes-256-pad"></e:EncryptionMethod><e:CipherData><e:CipherValue>AQID</e:CipherValue></e:CipherData></e:EncryptedKey></KeyInfo></saml:SubjectConfirmation></saml:Subject></saml:AuthenticationStatement>SIGNATURE</saml:Assertion>"#]]
        .assert_eq(&WebTicket {
            confirmation: Confirmation::HolderOfKey { wrapped_key: vec![1, 2, 3] },
            ..bearer_ticket()
        }.encode("SIGNATURE"));
    }

    #[test]
    fn altered_tickets_are_refused() {
        let key = ticket_key(1);
        let text = proof_ticket(&key, &[7; 32]).sign(&key).unwrap();
        for (from, to) in [
            ("sip:kenmyer", "sip:admin"),
            ("T08:00:00.000Z\"", "T09:00:00.000Z\""),
            ("holder-of-key", "bearer"),
            ("Issuer=\"https", "Issuer=\"http"),
            ("WebTicket_Bearer</", "WebTicket_Proof</"),
        ] {
            let altered = text.replacen(from, to, 1);
            assert_ne!(altered, text, "{from}");
            assert!(
                matches!(verify(&altered, &key), Err(TicketError::Signature(SignatureError::Digest(_)))),
                "{from}"
            );
        }
    }

    #[test]
    fn foreign_and_unsigned_tickets_are_refused() {
        let (ours, theirs) = (ticket_key(1), ticket_key(2));
        let text = bearer_ticket().sign(&theirs).unwrap();
        assert_eq!(verify(&text, &ours), Err(TicketError::Signature(SignatureError::Value)));
        assert_eq!(verify(&bearer_ticket().encode(""), &ours), Err(TicketError::Signatures(0)));
        let signature = text.find("<Signature").unwrap()..text.find("</saml:Assertion>").unwrap();
        let doubled = text[signature.clone()].repeat(2);
        assert_eq!(verify(&bearer_ticket().encode(&doubled), &ours), Err(TicketError::Signatures(2)));
    }

    /// The signature is good in each, but for another element than the one that is read.
    #[test]
    fn signature_wrapping_is_refused() {
        let key = ticket_key(1);
        let text = bearer_ticket().sign(&key).unwrap();
        let start = text.find("<Signature").unwrap();
        let signature = &text[start..text.find("</saml:Assertion>").unwrap()];
        let evil = WebTicket {
            user: "sip:admin@litwareinc.com".to_owned(),
            assertion_id: "11111111-5703-4757-a8ba-e4d788e810fa".to_owned(),
            ..bearer_ticket()
        };
        // The evil ticket carries the signature, and the good ticket stands beside it, without or with its
        // own.
        let good = bearer_ticket().encode("");
        for wrapped in [
            format!("<w>{}{good}</w>", evil.encode(signature)),
            format!("<w>{}{text}</w>", evil.encode(signature)),
            format!("<w>{}</w>", evil.encode(&format!("<Object>{text}</Object>"))),
            format!(
                "<w>{}</w>",
                evil.encode(
                    &signature.replace("</Signature>", &format!("<Object>{good}</Object></Signature>"))
                )
            ),
        ] {
            let refused = verify(&wrapped, &key).unwrap_err();
            assert!(
                matches!(refused, TicketError::NotCovered(_) | TicketError::Signature(_)),
                "{refused:?}: {wrapped}"
            );
        }
        // The same id twice.
        let twin = WebTicket { assertion_id: bearer_ticket().assertion_id, ..evil };
        let wrapped = format!("<w>{}{good}</w>", twin.encode(signature));
        assert!(matches!(
            verify(&wrapped, &key),
            Err(TicketError::Signature(SignatureError::DuplicateId(_)))
        ));
    }

    /// An unsigned assertion with a good signature, whatever is in it.
    fn sign_as_it_is(unsigned: &str, key: &TicketKey) -> String {
        let document = Document::parse(unsigned.as_bytes(), &Limits::default()).unwrap();
        let canonical = c14n::exclusive(document.root(), &c14n::Options::default());
        let uri = format!("#{}", document.root().attribute("", "AssertionID").unwrap());
        let reference = dsig::Reference { uri: &uri, enveloped: true, canonical: &canonical };
        let signature = dsig::sign(&[reference], key.signing(), "").unwrap();
        unsigned.replace("</saml:Assertion>", &format!("{signature}</saml:Assertion>"))
    }

    #[test]
    fn a_signed_ticket_without_a_part_is_refused() {
        let key = ticket_key(1);
        let whole = proof_ticket(&key, &[7; 32]);
        let unsigned = whole.encode("");
        assert_eq!(verify(&sign_as_it_is(&unsigned, &key), &key), Ok(whole));
        for (element, name) in [
            ("saml:Conditions", "Conditions"),
            ("saml:AudienceRestrictionCondition", "AudienceRestrictionCondition"),
            ("saml:Audience", "Audience"),
            ("saml:AuthenticationStatement", "AuthenticationStatement"),
            ("saml:Subject", "Subject"),
            ("saml:NameIdentifier", "NameIdentifier"),
            ("saml:SubjectConfirmation", "SubjectConfirmation"),
            ("saml:ConfirmationMethod", "ConfirmationMethod"),
            ("KeyInfo", "KeyInfo"),
            ("e:CipherValue", "CipherValue"),
        ] {
            let start = unsigned.find(&format!("<{element}>")).or(unsigned.find(&format!("<{element} ")));
            let close = format!("</{element}>");
            let end = unsigned.find(&close).unwrap() + close.len();
            let without = [&unsigned[..start.unwrap()], &unsigned[end..]].concat();
            let refused = verify(&sign_as_it_is(&without, &key), &key);
            assert_eq!(refused, Err(TicketError::Decode(DecodeError::Missing(name))));
        }
    }

    #[test]
    fn a_signed_ticket_without_an_attribute_is_refused() {
        let key = ticket_key(1);
        let unsigned = bearer_ticket().encode("");
        for name in ["Issuer", "NotBefore", "NotOnOrAfter", "AuthenticationMethod"] {
            let without = unsigned.replacen(&format!(" {name}="), " Other=", 1);
            assert_ne!(without, unsigned);
            let refused = verify(&sign_as_it_is(&without, &key), &key);
            assert_eq!(refused, Err(TicketError::Decode(DecodeError::MissingAttribute(name))));
        }
    }

    #[test]
    fn an_id_that_no_reference_can_name_is_not_signed() {
        let key = ticket_key(1);
        let odd = WebTicket { assertion_id: "not a name".to_owned(), ..bearer_ticket() };
        assert!(matches!(odd.sign(&key), Err(TicketError::Signature(SignatureError::Uri(_)))));
    }

    #[test]
    fn another_element_is_no_ticket() {
        let document = Document::parse(b"<Assertion/>", &Limits::default()).unwrap();
        let refused = WebTicket::verify(document.root(), &ticket_key(1));
        assert!(matches!(refused, Err(TicketError::Decode(DecodeError::Unexpected { .. }))));
    }
}

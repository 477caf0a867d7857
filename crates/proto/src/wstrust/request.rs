//! [MS-OCAUTHWS] section 3.2.4.1, WS-Trust 1.3 section 4.1: IssueToken's request.

use super::{Lifetime, TrustNamespace};
use crate::error::excerpt;
use crate::read::{
    base64, check_length, check_short, encode_base64, optional, required, short_text, text, unexpected,
};
use crate::{DecodeError, Documented, Evidence, Secret, ns};
use lync_xml::{Element, Writer};
use std::ops::RangeInclusive;

/// Accepted lengths of a client's entropy, in bytes. Clients send 32; shorter than 16 is no key, and the rest
/// is a bound.
pub const ENTROPY_LENGTH: RangeInclusive<usize> = 16..=128;

/// The local name of the request.
const NAME: &str = "RequestSecurityToken";

/// A client asks for a web ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueTokenRequest {
    /// In which spelling of the namespace it is written; the answer follows it.
    pub namespace: TrustNamespace,
    /// Any text up to 2 KiB; the answer repeats it.
    pub context: Option<String>,
    /// Which kind of ticket.
    pub token_type: TokenType,
    /// URL of the service that the ticket is for; up to 2 KiB.
    pub applies_to: Option<String>,
    /// SIP URI whose ticket it shall be; up to 2 KiB. A phone with a PIN does not know it yet and sends none.
    pub claim_uri: Option<String>,
    /// The client's half of the proof key.
    pub entropy: Option<Secret>,
    /// How long the ticket shall last; the service need not grant it.
    pub lifetime: Option<Lifetime>,
    /// With proof of possession or without.
    pub key_type: KeyType,
}

/// A kind of ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// A SAML 1.1 assertion; also when the request names no kind.
    Saml11,
    /// A compact web ticket, `cwt=…`, as dial-in and mobile clients ask for.
    CompactWebTicket,
}

/// How a ticket is to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// By a proof key; also when the request does not say.
    Symmetric,
    /// Not at all.
    Bearer,
    /// In a way that this service does not know; its URI.
    Other(String),
}

impl TokenType {
    /// Its URI.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Saml11 => ns::TOKEN_SAML11,
            Self::CompactWebTicket => ns::TOKEN_COMPACT,
        }
    }

    fn from_uri(uri: &str) -> Result<Self, DecodeError> {
        [Self::Saml11, Self::CompactWebTicket]
            .into_iter()
            .find(|known| known.uri() == uri)
            .ok_or_else(|| DecodeError::Unsupported { what: "TokenType", value: excerpt(uri) })
    }
}

impl KeyType {
    /// Its URI.
    pub fn uri(&self) -> &str {
        match self {
            Self::Symmetric => ns::KEY_SYMMETRIC,
            Self::Bearer => ns::KEY_BEARER,
            Self::Other(uri) => uri,
        }
    }

    fn from_uri(uri: &str) -> Self {
        match uri {
            ns::KEY_SYMMETRIC => Self::Symmetric,
            ns::KEY_BEARER => Self::Bearer,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Documented for IssueTokenRequest {
    const NAME: &'static str = "IssueToken";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "requests of pidgin-sipe 1.25.0; [MS-OCAUTHWS] section 3.2.4.1; WS-Trust \
         1.3 section 4.1";
}

impl IssueTokenRequest {
    /// The element for the body.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.start(NAME);
        if let Some(context) = &self.context {
            writer.attribute("Context", context);
        }
        writer.attribute("xmlns", self.namespace.uri());
        writer.leaf("TokenType", self.token_type.uri()).leaf("RequestType", ns::REQUEST_ISSUE_2005);
        if let Some(address) = &self.applies_to {
            write_applies_to(&mut writer, address);
        }
        if let Some(uri) = &self.claim_uri {
            write_claim(&mut writer, uri);
        }
        if let Some(entropy) = &self.entropy {
            writer.start("Entropy").leaf("BinarySecret", &encode_base64(entropy)).end();
        }
        if let Some(lifetime) = &self.lifetime {
            writer.start("Lifetime").raw(&lifetime.inner_xml()).end();
        }
        writer.leaf("KeyType", self.key_type.uri()).end().finish()
    }

    /// Reads the body's element: either WS-Trust namespace, either Issue URI, everything but that URI
    /// optional.
    ///
    /// # Errors
    /// When it is another message or asks for something else than a ticket of the known kinds, when the
    /// entropy is outside [`ENTROPY_LENGTH`], or when a text that is echoed or logged is longer than 2 KiB.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        let namespace = TrustNamespace::of(body)
            .filter(|_| body.local_name() == NAME)
            .ok_or_else(|| unexpected(body, NAME))?;
        let trust = namespace.uri();
        let part = |local| optional(body, trust, local);
        check_request_type(&text(required(body, trust, "RequestType")?))?;
        let token_type = part("TokenType")?.map(text);
        let applies_to = optional(body, ns::POLICY, "AppliesTo")?.map(read_applies_to).transpose()?;
        let entropy = part("Entropy")?.map(|entropy| read_entropy(entropy, trust)).transpose()?;
        Ok(Self {
            namespace,
            context: read_context(body)?,
            token_type: token_type.map_or(Ok(TokenType::Saml11), |uri| TokenType::from_uri(&uri))?,
            applies_to,
            claim_uri: part("Claims")?.map(read_claim).transpose()?.flatten(),
            entropy,
            lifetime: part("Lifetime")?.map(Lifetime::decode).transpose()?,
            key_type: part("KeyType")?
                .map_or(KeyType::Symmetric, |key_type| KeyType::from_uri(&text(key_type))),
        })
    }
}

pub(super) fn write_applies_to(writer: &mut Writer, address: &str) {
    writer.start("AppliesTo").attribute("xmlns", ns::POLICY);
    writer.start("EndpointReference").attribute("xmlns", ns::ADDRESSING);
    writer.leaf("Address", address).end().end();
}

pub(super) fn read_applies_to(applies_to: Element<'_>) -> Result<String, DecodeError> {
    let reference = required(applies_to, ns::ADDRESSING, "EndpointReference")?;
    short_text(required(reference, ns::ADDRESSING, "Address")?, "Address")
}

pub(super) fn read_context(element: Element<'_>) -> Result<Option<String>, DecodeError> {
    element.attribute("", "Context").map(|context| check_short(context.to_owned(), "Context")).transpose()
}

fn write_claim(writer: &mut Writer, uri: &str) {
    writer.start("Claims").attribute("Dialect", ns::AUTH_CLAIMS_DIALECT);
    writer.start("ClaimType").attribute("Uri", ns::CLAIM_URI).attribute("Optional", "false");
    writer.attribute("xmlns", ns::AUTHORIZATION).leaf("Value", uri).end().end();
}

/// The value of the SIP URI's claim; other claims are passed by.
fn read_claim(claims: Element<'_>) -> Result<Option<String>, DecodeError> {
    let claim = claims.children().find(|child| {
        child.is(ns::AUTHORIZATION, "ClaimType") && child.attribute("", "Uri") == Some(ns::CLAIM_URI)
    });
    let value = claim.and_then(|claim| claim.child(ns::AUTHORIZATION, "Value"));
    value.map(|value| short_text(value, "Value")).transpose()
}

fn check_request_type(uri: &str) -> Result<(), DecodeError> {
    if [ns::REQUEST_ISSUE, ns::REQUEST_ISSUE_2005].contains(&uri) {
        Ok(())
    } else {
        Err(DecodeError::Unsupported { what: "RequestType", value: excerpt(uri) })
    }
}

fn read_entropy(entropy: Element<'_>, trust: &str) -> Result<Secret, DecodeError> {
    let bytes = base64(required(entropy, trust, "BinarySecret")?, "BinarySecret")?;
    check_length("BinarySecret", bytes.len(), *ENTROPY_LENGTH.start(), *ENTROPY_LENGTH.end())?;
    Ok(Secret::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::{MAX_SHORT_TEXT, decode_base64};
    use crate::soap::{Envelope, Version, wrap};
    use lync_xml::Limits;
    use proptest::prelude::*;
    use time::macros::datetime;

    fn decode(bytes: &[u8]) -> Result<IssueTokenRequest, DecodeError> {
        let envelope = Envelope::parse(bytes, &Limits::default())?;
        IssueTokenRequest::decode(envelope.body()?)
    }

    fn round(request: &IssueTokenRequest) -> Result<IssueTokenRequest, DecodeError> {
        decode(wrap(Version::Soap11, "", &request.encode()).as_bytes())
    }

    fn captured() -> IssueTokenRequest {
        IssueTokenRequest {
            namespace: TrustNamespace::Plain,
            context: Some("0e324752-e1ab-56eb-8f4a-267c85a97459".to_owned()),
            token_type: TokenType::Saml11,
            applies_to: Some(
                "https://lync.contoso.test:4443/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1"
                    .to_owned(),
            ),
            claim_uri: Some("sip:alice@contoso.test".to_owned()),
            entropy: Some(
                decode_base64(&fixture::vector("wstrust_psha1", "entropy_request_b64"), "x").unwrap().into(),
            ),
            lifetime: None,
            key_type: KeyType::Symmetric,
        }
    }

    fn bare() -> IssueTokenRequest {
        IssueTokenRequest { context: None, applies_to: None, claim_uri: None, entropy: None, ..captured() }
    }

    #[test]
    fn every_captured_request_is_read() {
        for request in fixture::ISSUE_TOKEN {
            assert_eq!(decode(fixture::body(request)), Ok(captured()));
        }
    }

    #[test]
    fn all_and_next_to_nothing_read_back() {
        let full = IssueTokenRequest {
            token_type: TokenType::CompactWebTicket,
            lifetime: Some(Lifetime {
                created: datetime!(2026-01-01 0:00 UTC),
                expires: datetime!(2026-01-01 0:15 UTC),
            }),
            key_type: KeyType::Other("urn:x".to_owned()),
            ..captured()
        };
        let slash = IssueTokenRequest { namespace: TrustNamespace::Slash, ..full.clone() };
        let bearer = IssueTokenRequest { key_type: KeyType::Bearer, ..bare() };
        for request in [full, slash, captured(), bare(), bearer] {
            assert_eq!(round(&request), Ok(request));
        }
    }

    #[test]
    fn a_phones_request_has_these_bytes() {
        let request = IssueTokenRequest {
            context: Some("1".to_owned()),
            applies_to: Some("https://pool.example.test/a".to_owned()),
            entropy: Some(vec![0; 16].into()),
            ..bare()
        };
        expect_test::expect![[r#"<RequestSecurityToken Context="1" xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</TokenType><RequestType>http://schemas.xmlsoap.org/ws/2005/02/trust/Issue</RequestType><AppliesTo xmlns="http://schemas.xmlsoap.org/ws/2004/09/policy"><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>https://pool.example.test/a</Address></EndpointReference></AppliesTo><Entropy><BinarySecret>AAAAAAAAAAAAAAAAAAAAAA==</BinarySecret></Entropy><KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey</KeyType></RequestSecurityToken>"#]]
        .assert_eq(&request.encode());
    }

    #[test]
    fn both_namespaces_and_both_request_types_are_read() {
        let slash = IssueTokenRequest { namespace: TrustNamespace::Slash, ..captured() };
        for (from, to, expected) in [
            ("trust/200512\"", "trust/200512/\"", slash),
            (ns::REQUEST_ISSUE_2005, ns::REQUEST_ISSUE, captured()),
        ] {
            let text = wrap(Version::Soap11, "", &captured().encode()).replace(from, to);
            assert!(text.contains(to));
            assert_eq!(decode(text.as_bytes()), Ok(expected), "{to}");
        }
    }

    #[test]
    fn texts_that_are_echoed_or_logged_are_two_kibibytes_at_most() {
        let with = |length: usize, what: &str| {
            let text = || Some("x".repeat(length));
            match what {
                "Context" => IssueTokenRequest { context: text(), ..bare() },
                "Address" => IssueTokenRequest { applies_to: text(), ..bare() },
                _ => IssueTokenRequest { claim_uri: text(), ..bare() },
            }
        };
        for what in ["Context", "Address", "Value"] {
            let longest = with(MAX_SHORT_TEXT, what);
            assert_eq!(round(&longest), Ok(longest));
            let refused = DecodeError::Length { what, length: 2049, min: 0, max: 2048 };
            assert_eq!(round(&with(2049, what)), Err(refused));
        }
    }

    #[test]
    fn absent_types_have_their_defaults_and_other_claims_are_passed_by() {
        let text = wrap(Version::Soap11, "", &captured().encode());
        let without = |from: &str, to: &str| {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            decode(changed.as_bytes())
        };
        assert_eq!(without(&format!("<TokenType>{}</TokenType>", ns::TOKEN_SAML11), ""), Ok(captured()));
        assert_eq!(without(&format!("<KeyType>{}</KeyType>", ns::KEY_SYMMETRIC), ""), Ok(captured()));
        assert_eq!(without("claims/uri\"", "claims/upn\"").unwrap().claim_uri, None);
    }

    #[test]
    fn requests_for_something_else_are_refused() {
        let text = wrap(Version::Soap11, "", &captured().encode());
        let refused = |from: &str, to: &str| decode(text.replace(from, to).as_bytes()).unwrap_err();
        assert!(matches!(
            refused("RequestSecurityToken", "Other"),
            DecodeError::Unexpected { expected: "RequestSecurityToken", .. }
        ));
        assert!(matches!(
            refused("trust/Issue", "trust/Renew"),
            DecodeError::Unsupported { what: "RequestType", .. }
        ));
        assert!(matches!(
            refused("#SAMLV1.1", "#SAMLV2.0"),
            DecodeError::Unsupported { what: "TokenType", .. }
        ));
        assert_eq!(refused("Address>", "Url>"), DecodeError::Missing("Address"));
        assert_eq!(refused("<BinarySecret>", "<BinarySecret>*"), DecodeError::Base64("BinarySecret"));
    }

    #[test]
    fn entropy_is_sixteen_to_a_hundred_and_twenty_eight_bytes() {
        for (length, accepted) in [(0, false), (15, false), (16, true), (128, true), (129, false)] {
            let request = IssueTokenRequest { entropy: Some(vec![1; length].into()), ..bare() };
            assert_eq!(round(&request).is_ok(), accepted, "{length}");
        }
    }

    #[test]
    fn debug_shows_no_entropy() {
        let text = format!("{:?}", IssueTokenRequest { entropy: Some(vec![171; 32].into()), ..bare() });
        assert!(text.contains("Secret(32 bytes)") && !text.contains("171"), "{text}");
    }

    proptest! {
        #[test]
        fn no_alteration_makes_it_panic(at: prop::sample::Index, byte: u8, which in 0usize..3) {
            let mut bytes = fixture::body(fixture::ISSUE_TOKEN[which]).to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode(&bytes);
        }

        #[test]
        fn any_text_reads_back(context in "\\PC{0,30}", uri in "[!-~]{1,30}") {
            let request = IssueTokenRequest {
                context: Some(context),
                applies_to: Some(uri.clone()),
                claim_uri: Some(uri),
                ..bare()
            };
            prop_assert_eq!(round(&request), Ok(request));
        }
    }
}

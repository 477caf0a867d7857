//! [MS-OCAUTHWS] section 3.2.4.1, WS-Trust 1.3 section 4.2: IssueToken's answer.

use super::request::{read_applies_to, read_context, write_applies_to};
use super::{Lifetime, TrustNamespace};
use crate::error::excerpt;
use crate::read::{attribute, base64, encode_base64, optional, required, text, unexpected};
use crate::{DecodeError, Documented, Evidence, Secret, ns};
use lync_xml::{Element, Writer};
use std::fmt;
use time::OffsetDateTime;

/// The local name of the answer.
const NAME: &str = "RequestSecurityTokenResponseCollection";

/// A web ticket is given out.
#[derive(Clone, PartialEq, Eq)]
pub struct IssueTokenResponse {
    /// In which spelling of the namespace it is written: the request's.
    pub namespace: TrustNamespace,
    /// What the request's Context said.
    pub context: Option<String>,
    /// The assertion as it was signed, or byte for byte as it was received.
    pub assertion: String,
    /// The whole AssertionID, with its prefix.
    pub assertion_id: String,
    /// How the client comes to know the proof key.
    pub proof: Proof,
    /// From when the ticket is valid; written to the millisecond.
    pub created: OffsetDateTime,
    /// From when it is no longer valid; written to the millisecond.
    pub expires: OffsetDateTime,
    /// URL of the service that the ticket is for.
    pub applies_to: Option<String>,
}

/// How the client comes to know the proof key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// There is none: a bearer ticket.
    None,
    /// It is [`p_sha1`](crate::ticket::p_sha1) of the client's entropy and this.
    Computed {
        /// The server's half.
        server_entropy: Secret,
    },
    /// It is this, since the client sent no entropy.
    Secret(Secret),
}

/// An answer as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedToken {
    /// What it says.
    pub response: IssueTokenResponse,
    /// What stands inside Lifetime, byte for byte: the client signs it.
    pub lifetime_xml: String,
}

impl Documented for IssueTokenResponse {
    const NAME: &'static str = "IssueTokenResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "[MS-OCAUTHWS] section 3.2.4.1; WS-Trust 1.3 section 4.2; the order \
         follows WCF, and what pidgin-sipe 1.25.0 needs was checked against it";
}

impl fmt::Debug for IssueTokenResponse {
    /// Without the assertion: whoever has that of a bearer ticket can use it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueTokenResponse")
            .field("namespace", &self.namespace)
            .field("context", &self.context)
            .field("assertion", &format_args!("({} bytes)", self.assertion.len()))
            .field("assertion_id", &self.assertion_id)
            .field("proof", &self.proof)
            .field("created", &self.created)
            .field("expires", &self.expires)
            .field("applies_to", &self.applies_to)
            .finish()
    }
}

impl IssueTokenResponse {
    /// The element for the body.
    ///
    /// Clients cut it up as text: the first BinarySecret is the server's, every element has an end tag, every
    /// attribute double quotes, and no Assertion or Lifetime stands before the real one.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.start(NAME).attribute("xmlns", self.namespace.uri()).start("RequestSecurityTokenResponse");
        if let Some(context) = &self.context {
            writer.attribute("Context", context);
        }
        writer.leaf("TokenType", ns::TOKEN_SAML11);
        writer.start("RequestedSecurityToken").raw(&self.assertion).end();
        for name in ["RequestedAttachedReference", "RequestedUnattachedReference"] {
            self.write_reference(&mut writer, name);
        }
        if let Some(address) = &self.applies_to {
            write_applies_to(&mut writer, address);
        }
        self.proof.write(&mut writer);
        let lifetime = Lifetime { created: self.created, expires: self.expires };
        writer.start("Lifetime").raw(&lifetime.inner_xml()).end();
        writer.end().end().finish()
    }

    fn write_reference(&self, writer: &mut Writer, name: &str) {
        writer.start(name).start("SecurityTokenReference").attribute("xmlns", ns::WSSE);
        writer.start("KeyIdentifier").attribute("ValueType", ns::SAML_ASSERTION_ID);
        writer.text(&self.assertion_id).end().end().end();
    }

    /// Reads the body's element, in either WS-Trust namespace.
    ///
    /// # Errors
    /// When it is another message, or holds no SAML assertion, or no lifetime, or when Context or AppliesTo is
    /// longer than 2 KiB.
    pub fn decode(body: Element<'_>) -> Result<ReceivedToken, DecodeError> {
        let namespace = TrustNamespace::of(body)
            .filter(|_| body.local_name() == NAME)
            .ok_or_else(|| unexpected(body, NAME))?;
        let trust = namespace.uri();
        let response = required(body, trust, "RequestSecurityTokenResponse")?;
        let token = required(response, trust, "RequestedSecurityToken")?;
        let assertion = required(token, ns::SAML, "Assertion")?;
        let lifetime = required(response, trust, "Lifetime")?;
        let applies_to = optional(response, ns::POLICY, "AppliesTo")?;
        let Lifetime { created, expires } = Lifetime::decode(lifetime)?;
        let response = Self {
            namespace,
            context: read_context(response)?,
            assertion: assertion.source().to_owned(),
            assertion_id: attribute(assertion, "AssertionID")?.to_owned(),
            proof: Proof::read(response, trust)?,
            created,
            expires,
            applies_to: applies_to.map(read_applies_to).transpose()?,
        };
        Ok(ReceivedToken { response, lifetime_xml: lifetime.inner_source().to_owned() })
    }
}

impl Proof {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::None => {}
            Self::Computed { server_entropy } => {
                writer.start("RequestedProofToken").leaf("ComputedKey", ns::COMPUTED_KEY_PSHA1).end();
                writer.start("Entropy").leaf("BinarySecret", &encode_base64(server_entropy)).end();
            }
            Self::Secret(key) => {
                writer.start("RequestedProofToken").leaf("BinarySecret", &encode_base64(key)).end();
            }
        }
    }

    fn read(response: Element<'_>, trust: &str) -> Result<Self, DecodeError> {
        let Some(token) = optional(response, trust, "RequestedProofToken")? else {
            return Ok(Self::None);
        };
        let secret = |parent| base64(required(parent, trust, "BinarySecret")?, "BinarySecret");
        let Some(computed) = optional(token, trust, "ComputedKey")? else {
            return Ok(Self::Secret(secret(token)?.into()));
        };
        let algorithm = text(computed);
        if algorithm != ns::COMPUTED_KEY_PSHA1 {
            return Err(DecodeError::Unsupported { what: "ComputedKey", value: excerpt(&algorithm) });
        }
        Ok(Self::Computed { server_entropy: secret(required(response, trust, "Entropy")?)?.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{bearer_ticket, ticket_key};
    use crate::soap::{Envelope, Version, wrap};
    use crate::ticket::{PresentedTicket, TicketHeader, WebTicket, p_sha1};
    use lync_xml::Limits;
    use time::macros::datetime;

    fn response(proof: Proof) -> IssueTokenResponse {
        let ticket = bearer_ticket();
        IssueTokenResponse {
            namespace: TrustNamespace::Plain,
            context: Some("1".to_owned()),
            assertion: ticket.sign(&ticket_key(1)).unwrap(),
            assertion_id: format!("SamlSecurityToken-{}", ticket.assertion_id),
            proof,
            created: ticket.issued,
            expires: ticket.expires,
            applies_to: Some(ticket.audience),
        }
    }

    fn computed() -> IssueTokenResponse {
        response(Proof::Computed { server_entropy: (0x20..0x40).collect::<Vec<u8>>().into() })
    }

    fn decode(text: &str) -> Result<ReceivedToken, DecodeError> {
        let envelope = Envelope::parse(text.as_bytes(), &Limits::default())?;
        IssueTokenResponse::decode(envelope.body()?)
    }

    fn message(response: &IssueTokenResponse) -> String {
        wrap(Version::Soap11, "", &response.encode())
    }

    /// What pidgin-sipe takes for the content of a tag: the first `<tag`, else the first `:tag`, to its end
    /// tag.
    fn scrape<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
        let between = |open: &str, close: &str| {
            let (_, behind) = xml.split_once(open)?;
            let (whole, _) = behind.split_once(close)?;
            whole.split_once('>').map(|(_, content)| content)
        };
        between(&format!("<{tag}"), &format!("</{tag}>")).or_else(|| {
            let before = xml.get(..xml.find(&format!(":{tag}"))?)?;
            let prefix = &before[before.rfind('<')? + 1..];
            between(&format!("<{prefix}:{tag}"), &format!("</{prefix}:{tag}>"))
        })
    }

    #[test]
    fn every_kind_reads_back() {
        for proof in [Proof::None, computed().proof, Proof::Secret(vec![7; 32].into())] {
            let response = IssueTokenResponse { proof, ..computed() };
            let received = decode(&message(&response)).unwrap();
            assert_eq!(received.response, response);
            assert!(received.lifetime_xml.starts_with("<Created xmlns="), "{}", received.lifetime_xml);
        }
        let bare = IssueTokenResponse { context: None, applies_to: None, ..computed() };
        let slash = IssueTokenResponse { namespace: TrustNamespace::Slash, ..computed() };
        for response in [bare, slash] {
            assert_eq!(decode(&message(&response)).unwrap().response, response);
        }
    }

    #[test]
    fn an_answer_has_these_bytes() {
        let response = IssueTokenResponse {
            assertion: "ASSERTION".to_owned(),
            assertion_id: "SamlSecurityToken-1".to_owned(),
            applies_to: None,
            ..computed()
        };
        expect_test::expect![[r#"<RequestSecurityTokenResponseCollection xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><RequestSecurityTokenResponse Context="1"><TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</TokenType><RequestedSecurityToken>ASSERTION</RequestedSecurityToken><RequestedAttachedReference><SecurityTokenReference xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><KeyIdentifier ValueType="http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID">SamlSecurityToken-1</KeyIdentifier></SecurityTokenReference></RequestedAttachedReference><RequestedUnattachedReference><SecurityTokenReference xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><KeyIdentifier ValueType="http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID">SamlSecurityToken-1</KeyIdentifier></SecurityTokenReference></RequestedUnattachedReference><RequestedProofToken><ComputedKey>http://docs.oasis-open.org/ws-sx/ws-trust/200512/CK/PSHA1</ComputedKey></RequestedProofToken><Entropy><BinarySecret>ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=</BinarySecret></Entropy><Lifetime><Created xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">2026-01-01T00:00:00.000Z</Created><Expires xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">2026-01-01T08:00:00.000Z</Expires></Lifetime></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>"#]]
        .assert_eq(&response.encode());
    }

    #[test]
    fn a_client_that_cuts_text_finds_its_parts_and_its_proof_holds() {
        let key = ticket_key(1);
        let client_entropy: Vec<u8> = (0..0x20).collect();
        let Proof::Computed { server_entropy } = computed().proof else { unreachable!() };
        let proof_key = p_sha1(&client_entropy, &server_entropy, 32);
        let response = computed();
        let text = message(&response);
        assert_eq!(scrape(&text, "BinarySecret"), Some("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="));
        let assertion = scrape(&text, "Assertion").unwrap();
        assert!(response.assertion.contains(assertion) && assertion.ends_with("</Signature>"), "{assertion}");
        let ticket = PresentedTicket {
            lifetime_xml: scrape(&text, "Lifetime").unwrap(),
            assertion_xml: &response.assertion,
            assertion_id: &response.assertion_id,
        };
        let header = TicketHeader::encode(&ticket, Some(&proof_key)).unwrap();
        // The published figures for these entropies and this lifetime.
        assert!(header.contains("<DigestValue>3keHzi+UIF9bMu9jKWLykEU0SD4=</DigestValue>"), "{header}");
        assert!(header.contains("<SignatureValue>0vLoeTj8PxcJycib/QwhRpOYzzc=</SignatureValue>"), "{header}");
        let envelope =
            Envelope::parse(wrap(Version::Soap11, &header, "").as_bytes(), &Limits::default()).unwrap();
        let header = TicketHeader::find(&envelope).unwrap().unwrap();
        assert_eq!(WebTicket::verify(header.assertion, &key), Ok(bearer_ticket()));
        assert_eq!(header.verify_proof(&proof_key), Ok(()));
    }

    #[test]
    fn answers_without_a_part_are_refused() {
        let text = message(&computed());
        let refused = |from: &str, to: &str| decode(&text.replace(from, to)).unwrap_err();
        assert_eq!(refused("RequestedSecurityToken>", "X>"), DecodeError::Missing("RequestedSecurityToken"));
        assert_eq!(refused("Lifetime>", "X>"), DecodeError::Missing("Lifetime"));
        assert_eq!(refused("Entropy>", "X>"), DecodeError::Missing("Entropy"));
        assert!(matches!(refused("CK/PSHA1", "CK/X"), DecodeError::Unsupported { what: "ComputedKey", .. }));
        assert!(matches!(refused("Collection", ""), DecodeError::Unexpected { .. }));
        assert_eq!(refused(" AssertionID=", " Id="), DecodeError::MissingAttribute("AssertionID"));
    }

    #[test]
    fn the_namespace_decides_the_names_of_the_elements_and_no_value() {
        let response = computed();
        let plain = response.encode();
        let slash = IssueTokenResponse { namespace: TrustNamespace::Slash, ..response }.encode();
        let declaration = |uri| format!("<RequestSecurityTokenResponseCollection xmlns=\"{uri}\">");
        assert!(plain.starts_with(&declaration(ns::TRUST)), "{plain}");
        assert_eq!(slash, plain.replacen(&declaration(ns::TRUST), &declaration(ns::TRUST_SLASH), 1));
        let mixed = slash.replace("<Lifetime>", &format!("<Lifetime xmlns=\"{}\">", ns::TRUST));
        assert_eq!(decode(&wrap(Version::Soap11, "", &mixed)), Err(DecodeError::Missing("Lifetime")));
    }

    #[test]
    fn times_need_no_zone() {
        let text = message(&computed()).replace("Z</Expires>", "</Expires>");
        assert_eq!(decode(&text).unwrap().response.expires, datetime!(2026-01-01 8:00 UTC));
    }

    #[test]
    fn overlong_texts_are_refused() {
        let context = Some("x".repeat(2049));
        let refused = decode(&message(&IssueTokenResponse { context, ..computed() }));
        assert!(matches!(refused, Err(DecodeError::Length { what: "Context", .. })), "{refused:?}");
    }

    #[test]
    fn debug_shows_no_secret_and_no_assertion() {
        let text = format!("{:?}", Proof::Secret(vec![171; 32].into()));
        assert_eq!(text, "Secret(Secret(32 bytes))");
        let response = response(Proof::None);
        let received = decode(&message(&response)).unwrap();
        for text in [format!("{response:?}"), format!("{received:?}")] {
            let size = format!("assertion: ({} bytes)", response.assertion.len());
            assert!(text.contains(&size) && !text.contains("<saml:") && !text.contains("kenmyer"), "{text}");
        }
    }
}

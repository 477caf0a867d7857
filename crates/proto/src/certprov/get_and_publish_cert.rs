//! [MS-OCAUTHWS] section 3.1.4.1: GetAndPublishCert's request.

use crate::read::{attribute, base64, check_length, encode_base64, expect, optional, short_text};
use crate::userpin::MAX_DEVICE_ID_LEN;
use crate::wstrust::{Lifetime, trust_namespace};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// The longest certificate request that is read, in bytes: several times one with the largest RSA key (16 384
/// bits).
pub const MAX_CSR_LEN: usize = 16 * 1024;

/// The longest Entity that is read, in bytes. A DeviceId must be short enough for the user-PIN service, which keeps
/// it: 128 bytes.
const MAX_ENTITY_LEN: usize = 512;

/// Characters in a line of Base64, as the captured client breaks it.
const LINE: usize = 76;

/// A client asks for a certificate, and for it to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetAndPublishCertRequest {
    /// The device as it names itself: a UUID in braces.
    pub device_id: String,
    /// The user as the client names it, with or without `sip:`.
    pub entity: String,
    /// The certificate request: PKCS #10, DER.
    pub csr: Vec<u8>,
    /// Any text; the answer repeats it.
    pub request_id: Option<String>,
    /// How long the certificate shall last. That clients can ask is documented; that they ask in this way is
    /// inferred.
    pub lifetime: Option<Lifetime>,
}

impl Documented for GetAndPublishCertRequest {
    const NAME: &'static str = "GetAndPublishCert";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "request of pidgin-sipe 1.25.0; [MS-OCAUTHWS] section 3.1.4.1";
}

impl GetAndPublishCertRequest {
    /// The user's address without `sip:`.
    pub fn address(&self) -> &str {
        match self.entity.split_at_checked(4) {
            Some((scheme, address)) if scheme.eq_ignore_ascii_case("sip:") => address,
            _ => &self.entity,
        }
    }

    /// The validity that is asked for, in whole hours, rounded up; `None` if none is or if it is not
    /// positive.
    pub fn lifetime_hours(&self) -> Option<u32> {
        let lifetime = self.lifetime?;
        let seconds = u64::try_from((lifetime.expires - lifetime.created).whole_seconds()).ok()?;
        u32::try_from(seconds.div_ceil(3600)).ok().filter(|hours| *hours > 0)
    }

    /// The element for the body, as the captured client writes it.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.start(Self::NAME).attribute("xmlns", ns::AUTH_WEB_SERVICES);
        writer.attribute("xmlns:wst", ns::TRUST_SLASH).attribute("xmlns:wstep", ns::ENROLLMENT);
        writer.attribute("DeviceId", &self.device_id).attribute("Entity", &self.entity);
        writer.start("wst:RequestSecurityToken");
        writer.leaf("wst:TokenType", ns::TOKEN_X509V3).leaf("wst:RequestType", ns::REQUEST_ISSUE);
        writer.start("wsse:BinarySecurityToken").attribute("xmlns:wsse", ns::WSSE);
        writer.attribute("ValueType", ns::VALUE_PKCS10).attribute("EncodingType", ns::ENCODING_BASE64_SECEXT);
        writer.text(&lines(&self.csr)).end();
        if let Some(lifetime) = &self.lifetime {
            writer.start("wst:Lifetime").raw(&lifetime.inner_xml()).end();
        }
        if let Some(request_id) = &self.request_id {
            writer.leaf("wstep:RequestID", request_id);
        }
        writer.end().end().finish()
    }

    /// Reads the body's element. Unknown attributes and elements are passed by, and so are EndpointId,
    /// KeyUsage and the like, which are known by name only.
    ///
    /// # Errors
    /// When it is another message, when DeviceId, Entity or the CSR are absent or too long, or the CSR is no
    /// Base64.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::AUTH_WEB_SERVICES, Self::NAME)?;
        let request = body
            .children()
            .find(|child| child.local_name() == "RequestSecurityToken" && trust_namespace(*child).is_some())
            .ok_or(DecodeError::Missing("RequestSecurityToken"))?;
        let token = certificate_request(request)?;
        let csr = base64(token, "BinarySecurityToken")?;
        check_length("BinarySecurityToken", csr.len(), 1, MAX_CSR_LEN)?;
        let lifetime =
            trust_namespace(request).map(|trust| optional(request, trust, "Lifetime")).transpose()?.flatten();
        Ok(Self {
            device_id: name(body, "DeviceId", MAX_DEVICE_ID_LEN)?,
            entity: name(body, "Entity", MAX_ENTITY_LEN)?,
            csr,
            request_id: optional(request, ns::ENROLLMENT, "RequestID")?
                .map(|id| short_text(id, "RequestID"))
                .transpose()?,
            lifetime: lifetime.map(Lifetime::decode).transpose()?,
        })
    }
}

/// The token that is a PKCS #10; a token that says it is something else is refused.
fn certificate_request(request: Element<'_>) -> Result<Element<'_>, DecodeError> {
    let token = optional(request, ns::WSSE, "BinarySecurityToken")?;
    let token = token.ok_or(DecodeError::Missing("BinarySecurityToken"))?;
    match token.attribute("", "ValueType") {
        Some(value) if !value.ends_with("#PKCS10") => {
            Err(DecodeError::Unsupported { what: "ValueType", value: crate::error::excerpt(value) })
        }
        _ => Ok(token),
    }
}

fn name(body: Element<'_>, attribute_name: &'static str, max: usize) -> Result<String, DecodeError> {
    let value = attribute(body, attribute_name)?.trim();
    check_length(attribute_name, value.len(), 1, max)?;
    Ok(value.to_owned())
}

/// Base64 in lines, each ended by a line feed but the last.
fn lines(bytes: &[u8]) -> String {
    let text = encode_base64(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / LINE);
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push('\n');
        }
        lines.push(c);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::decode_base64;
    use crate::soap::{Envelope, Version, wrap};
    use lync_xml::Limits;
    use proptest::prelude::*;
    use time::Duration;
    use time::macros::datetime;

    const CSR_PEM: &str = include_str!("../../../../fixtures/captures/08-csr-from-sipe.pem.txt");

    fn decode(bytes: &[u8]) -> Result<GetAndPublishCertRequest, DecodeError> {
        let envelope = Envelope::parse(bytes, &Limits::default())?;
        GetAndPublishCertRequest::decode(envelope.body()?)
    }

    fn captured() -> GetAndPublishCertRequest {
        let pem: String = CSR_PEM.lines().filter(|line| !line.starts_with("-----")).collect();
        GetAndPublishCertRequest {
            device_id: "{0e324752-e1ab-56eb-8f4a-267c85a97459}".to_owned(),
            entity: "alice@contoso.test".to_owned(),
            csr: decode_base64(&pem, "PEM").unwrap(),
            request_id: Some("8be52dea-f285-527a-b0ec-fe8be7598dd0".to_owned()),
            lifetime: None,
        }
    }

    fn small() -> GetAndPublishCertRequest {
        GetAndPublishCertRequest { csr: vec![0x30; 60], request_id: None, ..captured() }
    }

    fn message(request: &GetAndPublishCertRequest) -> String {
        wrap(Version::Soap11, "", &request.encode())
    }

    #[test]
    fn a_request_id_is_repeated_and_therefore_bounded() {
        let with = |length: usize| {
            let request = GetAndPublishCertRequest { request_id: Some("x".repeat(length)), ..small() };
            decode(message(&request).as_bytes())
        };
        assert!(with(2048).is_ok());
        let refused = DecodeError::Length { what: "RequestID", length: 2049, min: 0, max: 2048 };
        assert_eq!(with(2049), Err(refused));
    }

    #[test]
    fn the_captured_request_is_read() {
        assert_eq!(decode(fixture::body(fixture::GET_AND_PUBLISH_CERT)), Ok(captured()));
    }

    #[test]
    fn all_and_next_to_nothing_read_back() {
        let created = datetime!(2026-01-01 0:00 UTC);
        let lifetime = Some(Lifetime { created, expires: created + Duration::hours(8) });
        let full = GetAndPublishCertRequest { lifetime, ..captured() };
        assert_eq!(full.lifetime_hours(), Some(8));
        for request in [full, captured(), small()] {
            assert_eq!(decode(message(&request).as_bytes()), Ok(request));
        }
    }

    #[test]
    fn a_request_has_these_bytes() {
        expect_test::expect![[r#"
            <GetAndPublishCert xmlns="http://schemas.microsoft.com/OCS/AuthWebServices/" xmlns:wst="http://docs.oasis-open.org/ws-sx/ws-trust/200512/" xmlns:wstep="http://schemas.microsoft.com/windows/pki/2009/01/enrollment" DeviceId="{0e324752-e1ab-56eb-8f4a-267c85a97459}" Entity="alice@contoso.test"><wst:RequestSecurityToken><wst:TokenType>http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3</wst:TokenType><wst:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</wst:RequestType><wsse:BinarySecurityToken xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" ValueType="http://schemas.microsoft.com/OCS/AuthWebServices.xsd#PKCS10" EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#Base64Binary">MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw
            MDAw</wsse:BinarySecurityToken></wst:RequestSecurityToken></GetAndPublishCert>"#]]
        .assert_eq(&small().encode());
    }

    #[test]
    fn what_is_unknown_is_passed_by() {
        let text = message(&small())
            .replace(" Entity=", " EndpointId=\"{1}\" KeyUsage=\"x\" x:y=\"z\" xmlns:x=\"urn:x\" Entity=")
            .replace("<wst:TokenType>", "<x:Extra xmlns:x=\"urn:x\"><a/></x:Extra><wst:TokenType>")
            .replace("200512/\"", "200512\"");
        assert_eq!(decode(text.as_bytes()), Ok(small()));
    }

    #[test]
    fn the_address_has_no_scheme() {
        for (entity, address) in [
            ("alice@contoso.test", "alice@contoso.test"),
            ("sip:alice@contoso.test", "alice@contoso.test"),
            ("SIP:a", "a"),
            ("s€x", "s€x"),
        ] {
            let request = GetAndPublishCertRequest { entity: entity.to_owned(), ..small() };
            assert_eq!(request.address(), address);
        }
    }

    #[test]
    fn hours_are_rounded_up_and_positive() {
        let created = datetime!(2026-01-01 0:00 UTC);
        for (length, hours) in [
            (Duration::seconds(1), Some(1)),
            (Duration::hours(4320), Some(4320)),
            (Duration::seconds(3601), Some(2)),
            (Duration::ZERO, None),
            (Duration::hours(-1), None),
        ] {
            let lifetime = Some(Lifetime { created, expires: created + length });
            assert_eq!(GetAndPublishCertRequest { lifetime, ..small() }.lifetime_hours(), hours);
        }
    }

    #[test]
    fn requests_that_lack_or_overdo_something_are_refused() {
        let refused =
            |from: &str, to: &str| decode(message(&small()).replace(from, to).as_bytes()).unwrap_err();
        assert!(matches!(refused("GetAndPublishCert", "X"), DecodeError::Unexpected { .. }));
        assert_eq!(refused(" DeviceId=", " X="), DecodeError::MissingAttribute("DeviceId"));
        assert_eq!(refused(" Entity=", " X="), DecodeError::MissingAttribute("Entity"));
        assert!(matches!(
            refused("alice@contoso.test", " "),
            DecodeError::Length { what: "Entity", length: 0, .. }
        ));
        assert_eq!(refused("wst:RequestSecurityToken>", "X>"), DecodeError::Missing("RequestSecurityToken"));
        assert_eq!(refused("wsse:BinarySecurityToken", "X"), DecodeError::Missing("BinarySecurityToken"));
        assert_eq!(refused(">MDAw", ">*"), DecodeError::Base64("BinarySecurityToken"));
        assert!(matches!(refused("#PKCS10", "#PKCS7"), DecodeError::Unsupported { what: "ValueType", .. }));
        for (from, to, what, max) in [
            (captured().device_id, "x".repeat(129), "DeviceId", 128),
            ("alice@contoso.test".to_owned(), "x".repeat(513), "Entity", 512),
        ] {
            let expected = DecodeError::Length { what, length: max + 1, min: 1, max };
            assert_eq!(refused(&from, &to), expected);
        }
        let longest = GetAndPublishCertRequest { device_id: "x".repeat(128), ..small() };
        assert_eq!(decode(message(&longest).as_bytes()), Ok(longest));
        let long = GetAndPublishCertRequest { csr: vec![0; MAX_CSR_LEN + 1], ..small() };
        assert!(matches!(decode(message(&long).as_bytes()), Err(DecodeError::Length { length: 16_385, .. })));
    }

    proptest! {
        #[test]
        fn no_alteration_makes_it_panic(at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let mut bytes = fixture::body(fixture::GET_AND_PUBLISH_CERT).to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode(&bytes);
            let _ = decode(&bytes[..cut.index(bytes.len())]);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}

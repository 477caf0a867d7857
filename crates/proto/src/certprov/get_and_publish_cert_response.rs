//! [MS-OCAUTHWS] section 3.1.4.1: GetAndPublishCert's answer, and its ErrorInfo.

use crate::read::{attribute, base64, encode_base64, expect, optional, required, text};
use crate::wstrust::trust_namespace;
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// The certificate, or why there is none. Either way the HTTP status is 200: a fault is not to be sent.
///
/// Where the certificate stands is known from a client that reads it; that the request's names are repeated,
/// and what stands inside ErrorInfo, is inferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetAndPublishCertResponse {
    /// As in the request.
    pub device_id: String,
    /// As in the request.
    pub entity: String,
    /// As in the request.
    pub request_id: Option<String>,
    /// One X.509 certificate, DER; or the error.
    pub outcome: Result<Vec<u8>, ErrorInfo>,
}

/// Why there is no certificate.
///
/// That ErrorInfo is there is specified; its content is not public and is lyncmock's guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorInfo {
    /// A word for programs.
    pub response_code: String,
    /// A sentence for people.
    pub message: String,
}

impl Documented for GetAndPublishCertResponse {
    const NAME: &'static str = "GetAndPublishCertResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "[MS-OCAUTHWS] section 3.1.4.1; the path to the certificate as \
         pidgin-sipe 1.25.0 reads it";
}

impl Documented for ErrorInfo {
    const NAME: &'static str = "ErrorInfo";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "[MS-OCAUTHWS] section 3.1.4.1 (that errors go there); attribute and \
         content are not public";
}

impl GetAndPublishCertResponse {
    /// The element for the body.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.start(Self::NAME);
        writer.attribute("DeviceId", &self.device_id).attribute("Entity", &self.entity);
        match &self.outcome {
            Ok(certificate) => {
                writer.attribute("xmlns", ns::AUTH_WEB_SERVICES);
                self.write_certificate(&mut writer, certificate);
            }
            Err(error) => {
                writer.attribute("ResponseClass", "Error").attribute("xmlns", ns::AUTH_WEB_SERVICES);
                writer.start(ErrorInfo::NAME);
                writer.leaf("ResponseCode", &error.response_code).leaf("MessageText", &error.message).end();
            }
        }
        writer.end().finish()
    }

    fn write_certificate(&self, writer: &mut Writer, certificate: &[u8]) {
        writer.start("RequestSecurityTokenResponse").attribute("xmlns", ns::TRUST_SLASH);
        writer.leaf("TokenType", ns::TOKEN_X509V3).start("RequestedSecurityToken");
        writer.start("BinarySecurityToken").attribute("ValueType", ns::TOKEN_X509V3);
        writer.attribute("EncodingType", ns::ENCODING_BASE64_SECEXT).attribute("xmlns", ns::WSSE);
        writer.text(&encode_base64(certificate)).end().end();
        if let Some(request_id) = &self.request_id {
            writer.start("RequestID").attribute("xmlns", ns::ENROLLMENT).text(request_id).end();
        }
        writer.end();
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or has neither a certificate nor an ErrorInfo.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        expect(body, ns::AUTH_WEB_SERVICES, Self::NAME)?;
        let (request_id, outcome) = match optional(body, ns::AUTH_WEB_SERVICES, ErrorInfo::NAME)? {
            Some(error) => (None, Err(ErrorInfo::read(error)?)),
            None => read_certificate(body).map(|(request_id, certificate)| (request_id, Ok(certificate)))?,
        };
        let name = |name| attribute(body, name).unwrap_or_default().to_owned();
        Ok(Self { device_id: name("DeviceId"), entity: name("Entity"), request_id, outcome })
    }
}

fn read_certificate(body: Element<'_>) -> Result<(Option<String>, Vec<u8>), DecodeError> {
    let response = body
        .children()
        .find(|child| {
            child.local_name() == "RequestSecurityTokenResponse" && trust_namespace(*child).is_some()
        })
        .ok_or(DecodeError::Missing("RequestSecurityTokenResponse"))?;
    let requested = required(response, response.namespace(), "RequestedSecurityToken")?;
    let token = required(requested, ns::WSSE, "BinarySecurityToken")?;
    let request_id = optional(response, ns::ENROLLMENT, "RequestID")?.map(text);
    Ok((request_id, base64(token, "BinarySecurityToken")?))
}

impl ErrorInfo {
    fn read(error: Element<'_>) -> Result<Self, DecodeError> {
        let part = |local| Ok::<_, DecodeError>(optional(error, ns::AUTH_WEB_SERVICES, local)?.map(text));
        Ok(Self {
            response_code: part("ResponseCode")?.ok_or(DecodeError::Missing("ResponseCode"))?,
            message: part("MessageText")?.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    fn issued() -> GetAndPublishCertResponse {
        GetAndPublishCertResponse {
            device_id: "{1}".to_owned(),
            entity: "user@example.test".to_owned(),
            request_id: Some("2".to_owned()),
            outcome: Ok(vec![0x30, 0x82]),
        }
    }

    fn failed() -> GetAndPublishCertResponse {
        let error = ErrorInfo { response_code: "a < b".to_owned(), message: "because & so".to_owned() };
        GetAndPublishCertResponse { request_id: None, outcome: Err(error), ..issued() }
    }

    fn decode(text: &str) -> Result<GetAndPublishCertResponse, DecodeError> {
        GetAndPublishCertResponse::decode(Document::parse(text.as_bytes(), &Limits::default())?.root())
    }

    #[test]
    fn both_outcomes_read_back() {
        for response in [issued(), failed(), GetAndPublishCertResponse { request_id: None, ..issued() }] {
            assert_eq!(decode(&response.encode()), Ok(response));
        }
    }

    #[test]
    fn a_certificate_has_these_bytes() {
        expect_test::expect![[r#"<GetAndPublishCertResponse DeviceId="{1}" Entity="user@example.test" xmlns="http://schemas.microsoft.com/OCS/AuthWebServices/"><RequestSecurityTokenResponse xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200512/"><TokenType>http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3</TokenType><RequestedSecurityToken><BinarySecurityToken ValueType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3" EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#Base64Binary" xmlns="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">MII=</BinarySecurityToken></RequestedSecurityToken><RequestID xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment">2</RequestID></RequestSecurityTokenResponse></GetAndPublishCertResponse>"#]]
        .assert_eq(&issued().encode());
    }

    #[test]
    fn an_error_has_these_bytes() {
        expect_test::expect![[r#"<GetAndPublishCertResponse DeviceId="{1}" Entity="user@example.test" ResponseClass="Error" xmlns="http://schemas.microsoft.com/OCS/AuthWebServices/"><ErrorInfo><ResponseCode>a &lt; b</ResponseCode><MessageText>because &amp; so</MessageText></ErrorInfo></GetAndPublishCertResponse>"#]]
        .assert_eq(&failed().encode());
    }

    #[test]
    fn answers_with_neither_are_refused() {
        let refused = |from: &str, to: &str| decode(&issued().encode().replace(from, to)).unwrap_err();
        assert_eq!(
            refused("RequestSecurityTokenResponse", "X"),
            DecodeError::Missing("RequestSecurityTokenResponse")
        );
        assert_eq!(refused("BinarySecurityToken", "X"), DecodeError::Missing("BinarySecurityToken"));
        assert_eq!(refused("MII=", "*"), DecodeError::Base64("BinarySecurityToken"));
        assert!(matches!(refused("GetAndPublishCertResponse", "X"), DecodeError::Unexpected { .. }));
    }
}

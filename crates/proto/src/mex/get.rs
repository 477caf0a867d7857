//! WS-Transfer section 3.1, WS-MetadataExchange section 3: metadata by POST.

use crate::error::excerpt;
use crate::read::{short_text, text, unexpected};
use crate::soap::{Addressing, Envelope, Version, wrap};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::Writer;

/// A client posts for metadata. A plain HTTP GET gives the same WSDL bare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetRequest {
    /// The service's URL without `/mex`; not looked at by the service.
    pub to: Option<String>,
    /// What the answer relates to; up to 2 KiB.
    pub message_id: Option<String>,
}

impl Documented for GetRequest {
    const NAME: &'static str = "WS-Transfer Get";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "HTTP log in skype-android-app-sdk-samples issue 48; WS-Transfer section \
         3.1";
}

impl GetRequest {
    /// The whole message, in SOAP 1.2 as it was captured.
    pub fn encode(&self) -> String {
        let addressing = Addressing {
            to: self.to.clone(),
            action: Some(ns::TRANSFER_GET.to_owned()),
            message_id: self.message_id.clone(),
            reply_to: self.message_id.is_some().then(|| ns::ADDRESSING_ANONYMOUS.to_owned()),
        };
        wrap(Version::Soap12, &addressing.encode_mandatory(), "")
    }

    /// Reads a message of either SOAP; the captured ones have no MessageID although they have a ReplyTo.
    ///
    /// # Errors
    /// When the Action is another one, the body is not empty, or MessageID, which is echoed, is longer than
    /// 2 KiB.
    pub fn decode(envelope: &Envelope) -> Result<Self, DecodeError> {
        if let Some(body) = envelope.body_child() {
            return Err(unexpected(body, "nothing"));
        }
        let child = |local| envelope.header().and_then(|header| header.child(ns::ADDRESSING, local));
        let message_id = child("MessageID").map(|id| short_text(id, "MessageID")).transpose()?;
        match child("Action").map(text) {
            Some(action) if action != ns::TRANSFER_GET => {
                Err(DecodeError::Unsupported { what: "Action", value: excerpt(&action) })
            }
            _ => Ok(Self { to: child("To").map(text), message_id }),
        }
    }
}

/// The answer to a [`GetRequest`], in the SOAP version of the request: the WSDL as one metadata section.
/// Inferred from the specifications.
pub fn get_response(version: Version, wsdl: &str, relates_to: Option<&str>) -> String {
    let mut header = Writer::new();
    header.start("Action").attribute("xmlns", ns::ADDRESSING).attribute("s:mustUnderstand", "1");
    header.text(ns::TRANSFER_GET_RESPONSE).end();
    if let Some(message_id) = relates_to {
        header.start("RelatesTo").attribute("xmlns", ns::ADDRESSING).text(message_id).end();
    }
    let mut body = Writer::new();
    body.start("wsx:Metadata").attribute("xmlns:wsx", ns::MEX);
    body.start("wsx:MetadataSection").attribute("Dialect", ns::WSDL).raw(wsdl.trim()).end().end();
    wrap(version, &header.finish(), &body.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::Limits;

    fn decode(text: &str) -> Result<GetRequest, DecodeError> {
        GetRequest::decode(&Envelope::parse(text.as_bytes(), &Limits::default())?)
    }

    #[test]
    fn requests_read_back() {
        let full =
            GetRequest { to: Some("https://a/b.svc".to_owned()), message_id: Some("urn:uuid:1".to_owned()) };
        for request in [full, GetRequest { to: None, message_id: None }] {
            assert_eq!(decode(&request.encode()), Ok(request));
        }
    }

    #[test]
    fn a_request_of_the_captured_shape_is_read() {
        let text = r#"<soap12:Envelope xmlns:soap12="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap12:Header><wsa:Action soap12:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</wsa:Action><wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo><wsa:To soap12:mustUnderstand="1">https://a/WebTicket/WebTicketService.svc</wsa:To></soap12:Header><soap12:Body/></soap12:Envelope>"#;
        let to = Some("https://a/WebTicket/WebTicketService.svc".to_owned());
        assert_eq!(decode(text), Ok(GetRequest { to, message_id: None }));
        let refused = decode(&text.replace("transfer/Get", "transfer/Put"));
        assert!(matches!(refused, Err(DecodeError::Unsupported { what: "Action", .. })));
        let refused = decode(&text.replace("<soap12:Body/>", "<soap12:Body><a/></soap12:Body>"));
        assert!(matches!(refused, Err(DecodeError::Unexpected { .. })));
    }

    #[test]
    fn an_answer_has_these_bytes() {
        expect_test::expect![[r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><Action xmlns="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse</Action><RelatesTo xmlns="http://www.w3.org/2005/08/addressing">urn:uuid:1</RelatesTo></s:Header><s:Body><wsx:Metadata xmlns:wsx="http://schemas.xmlsoap.org/ws/2004/09/mex"><wsx:MetadataSection Dialect="http://schemas.xmlsoap.org/wsdl/"><d/></wsx:MetadataSection></wsx:Metadata></s:Body></s:Envelope>"#]]
        .assert_eq(&get_response(Version::Soap12, "<d/>\n", Some("urn:uuid:1")));
    }

    #[test]
    fn an_answer_in_soap_11_differs_in_the_envelopes_namespace_alone() {
        let [old, new] = [Version::Soap11, Version::Soap12].map(|v| get_response(v, "<d/>", Some("1")));
        assert_eq!(old, new.replacen(ns::SOAP12, ns::SOAP11, 1));
        let envelope = Envelope::parse(old.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(envelope.version(), Version::Soap11);
        let action = envelope.mandatory_headers().next().unwrap();
        assert!(action.is(ns::ADDRESSING, "Action"));
    }

    #[test]
    fn an_id_that_is_echoed_is_two_kibibytes_at_most() {
        let with = |length| GetRequest { to: None, message_id: Some("x".repeat(length)) };
        assert_eq!(decode(&with(2048).encode()), Ok(with(2048)));
        let refused = DecodeError::Length { what: "MessageID", length: 2049, min: 0, max: 2048 };
        assert_eq!(decode(&with(2049).encode()), Err(refused));
    }
}

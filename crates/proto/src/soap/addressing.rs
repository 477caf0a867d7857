//! WS-Addressing 1.0 core section 3: the headers beside a web ticket.

use crate::read::{optional, required, text};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// The addressing headers of a request. All may be absent: a request without a web ticket has no header at
/// all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressing {
    /// `To`: the URL that is posted to; of metadata requests the service's, without `/mex`.
    pub to: Option<String>,
    /// `Action`: the same as the HTTP header SOAPAction.
    pub action: Option<String>,
    /// `MessageID`. A captured client writes `uuid:…` rather than `urn:uuid:…`.
    pub message_id: Option<String>,
    /// `ReplyTo/Address`, in practice the anonymous one.
    pub reply_to: Option<String>,
}

impl Documented for Addressing {
    const NAME: &'static str = "WS-Addressing headers";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "request of pidgin-sipe 1.25.0 to GetAndPublishCert; WS-Addressing 1.0 \
         core section 3";
}

impl Addressing {
    /// The elements, to stand in a SOAP 1.1 `Header` in the order of the captured request.
    pub fn encode(&self) -> String {
        self.write("")
    }

    /// The elements for SOAP 1.2, where `Action` and `To` must be understood (captured metadata requests).
    /// The envelope must declare the prefix `s`, as [`wrap`](super::wrap) does.
    pub fn encode_mandatory(&self) -> String {
        self.write("1")
    }

    fn write(&self, must_understand: &str) -> String {
        let mut writer = Writer::new();
        let mut header = |name: &str, value: &Option<String>, mandatory: bool| {
            if let Some(value) = value {
                writer.start(name).attribute("xmlns", ns::ADDRESSING);
                if mandatory && !must_understand.is_empty() {
                    writer.attribute("s:mustUnderstand", must_understand);
                }
                writer.text(value).end();
            }
        };
        header("To", &self.to, true);
        header("MessageID", &self.message_id, false);
        header("Action", &self.action, true);
        if let Some(address) = &self.reply_to {
            writer.start("ReplyTo").attribute("xmlns", ns::ADDRESSING).leaf("Address", address).end();
        }
        writer.finish()
    }

    /// Reads what is there of a `Header`.
    ///
    /// # Errors
    /// When a header stands twice, or `ReplyTo` without `MessageID` (WS-Addressing 1.0 core section 3.4: an
    /// answer could not name the request).
    pub fn decode(header: Option<Element<'_>>) -> Result<Self, DecodeError> {
        let Some(header) = header else {
            return Ok(Self::default());
        };
        let value = |local| Ok::<_, DecodeError>(optional(header, ns::ADDRESSING, local)?.map(text));
        let reply_to = optional(header, ns::ADDRESSING, "ReplyTo")?
            .map(|reply_to| required(reply_to, ns::ADDRESSING, "Address").map(text))
            .transpose()?;
        let message_id = value("MessageID")?;
        if reply_to.is_some() && message_id.is_none() {
            return Err(DecodeError::Missing("MessageID"));
        }
        Ok(Self { to: value("To")?, action: value("Action")?, message_id, reply_to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::{Envelope, Version, wrap};
    use lync_xml::Limits;

    fn full() -> Addressing {
        Addressing {
            to: Some("https://pool.example.test/a?b&c".to_owned()),
            action: Some(ns::TRANSFER_GET.to_owned()),
            message_id: Some("uuid:1".to_owned()),
            reply_to: Some(ns::ADDRESSING_ANONYMOUS.to_owned()),
        }
    }

    fn decode(header: &str) -> Result<Addressing, DecodeError> {
        let text = wrap(Version::Soap12, header, "");
        let envelope = Envelope::parse(text.as_bytes(), &Limits::default())?;
        Addressing::decode(envelope.header())
    }

    #[test]
    fn all_nothing_and_some_read_back() {
        assert_eq!(decode(&full().encode()), Ok(full()));
        assert_eq!(decode(&full().encode_mandatory()), Ok(full()));
        assert_eq!(decode(""), Ok(Addressing::default()));
        let some = Addressing { action: Some("a".to_owned()), ..Addressing::default() };
        assert_eq!(decode(&some.encode()), Ok(some));
    }

    #[test]
    fn the_headers_have_these_bytes() {
        let address = Addressing { to: Some("t&".to_owned()), reply_to: None, ..full() };
        assert_eq!(
            address.encode_mandatory(),
            "<To xmlns=\"http://www.w3.org/2005/08/addressing\" s:mustUnderstand=\"1\">t&amp;</To>\
             <MessageID xmlns=\"http://www.w3.org/2005/08/addressing\">uuid:1</MessageID>\
             <Action xmlns=\"http://www.w3.org/2005/08/addressing\" s:mustUnderstand=\"1\">\
             http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</Action>"
        );
    }

    #[test]
    fn an_answer_that_could_not_name_its_request_is_refused() {
        let nameless = Addressing { message_id: None, ..full() };
        assert_eq!(decode(&nameless.encode()), Err(DecodeError::Missing("MessageID")));
        assert_eq!(decode(&full().encode().repeat(2)), Err(DecodeError::Repeated("ReplyTo")));
    }
}

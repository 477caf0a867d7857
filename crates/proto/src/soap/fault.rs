//! SOAP 1.1 section 4.4, SOAP 1.2 part 1 section 5.4: the fault; [MS-OCAUTHWS] section 2.2.4.1: its detail.

use super::{Version, wrap};
use crate::diagnostics::OcsDiagnosticsFault;
use crate::read::{expect, required, text};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// What a service answers instead of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of failure it is, for programs.
    pub code: FaultCode,
    /// The same for people, in English.
    pub string: String,
    /// More for programs.
    pub detail: Option<FaultDetail>,
}

/// The kind of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The request is at fault: `Client` in SOAP 1.1, `Sender` in SOAP 1.2.
    Sender,
    /// The service is at fault: `Server` in SOAP 1.1, `Receiver` in SOAP 1.2.
    Receiver,
    /// The envelope is of another SOAP.
    VersionMismatch,
    /// A header that had to be understood was not.
    MustUnderstand,
    /// A code of another specification; in SOAP 1.2 it is a subcode of Sender.
    Other {
        /// Its namespace; may be empty.
        namespace: String,
        /// Its local name.
        name: String,
    },
}

/// What stands in a fault's detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultDetail {
    /// The diagnostics of the Lync web services.
    OcsDiagnostics(OcsDiagnosticsFault),
    /// Anything else, as XML.
    Raw(String),
}

impl Documented for Fault {
    const NAME: &'static str = "Fault";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "SOAP 1.1 section 4.4; a Lync Server's fault 28020, hard-coded in the \
         public filter security_web_filter";
}

impl Fault {
    /// WCF's answer to a SOAPAction that the endpoint does not serve, or to none (`action` is then empty).
    /// The code is captured. The text is .NET's own for it (`SFxNoEndpointMatchingContract`); that a Lync Server sends it
    /// unchanged is inferred.
    pub fn action_not_supported(action: &str) -> Self {
        let string = format!(
            "The message with Action '{action}' cannot be processed at the receiver, due to a ContractFilter mismatch at \
             the EndpointDispatcher. This may be because of either a contract mismatch (mismatched Actions between \
             sender and receiver) or a binding/security mismatch between the sender and the receiver.  Check that sender \
             and receiver have the same contract and the same binding (including security requirements, e.g. Message, \
             Transport, None)."
        );
        let name = "ActionNotSupported".to_owned();
        Self {
            code: FaultCode::Other { namespace: ns::ADDRESSING_NONE.to_owned(), name },
            string,
            detail: None,
        }
    }

    /// The request cannot be served as it is. The text is lyncmock's.
    pub fn sender(string: impl Into<String>) -> Self {
        Self { code: FaultCode::Sender, string: string.into(), detail: None }
    }

    /// The service failed. The text is lyncmock's.
    pub fn receiver(string: impl Into<String>) -> Self {
        Self { code: FaultCode::Receiver, string: string.into(), detail: None }
    }

    /// A header element that must be understood is not. The text is lyncmock's.
    pub fn must_understand(header: Element<'_>) -> Self {
        let string =
            format!("The header '{}' was not understood.", crate::error::excerpt(header.local_name()));
        Self { code: FaultCode::MustUnderstand, string, detail: None }
    }

    /// A diagnostic in the form of the captured fault (`wsse:FailedAuthentication`, 28020): the reason both as
    /// text and in the detail. `faultcode` is a name with its customary prefix, `wsse:` or `wst:`, as
    /// X-Ms-diagnostics carries it; any other prefix is taken for none.
    pub fn diagnostics(faultcode: &str, error_id: u32, reason: impl Into<String>) -> Self {
        let (prefix, name) = faultcode.split_once(':').unwrap_or(("", faultcode));
        let namespace = match prefix {
            "wsse" => ns::WSSE,
            "wst" => ns::TRUST,
            _ => "",
        };
        let code = FaultCode::Other { namespace: namespace.to_owned(), name: name.to_owned() };
        let reason = reason.into();
        let detail = FaultDetail::OcsDiagnostics(OcsDiagnosticsFault { error_id, reason: reason.clone() });
        Self { code, string: reason, detail: Some(detail) }
    }

    /// The whole message: the fault in its envelope.
    pub fn encode(&self, version: Version) -> String {
        let body = match version {
            Version::Soap11 => self.encode_11(),
            Version::Soap12 => self.encode_12(),
        };
        wrap(version, "", &body)
    }

    fn encode_11(&self) -> String {
        let mut writer = Writer::new();
        writer.start("s:Fault");
        self.code.write(&mut writer, "faultcode", Version::Soap11);
        writer.start("faultstring").attribute("xml:lang", "en-US").text(&self.string).end();
        self.write_detail(&mut writer, "detail");
        writer.end().finish()
    }

    fn encode_12(&self) -> String {
        let mut writer = Writer::new();
        writer.start("s:Fault").start("s:Code");
        if let FaultCode::Other { .. } = self.code {
            FaultCode::Sender.write(&mut writer, "s:Value", Version::Soap12);
            writer.start("s:Subcode");
            self.code.write(&mut writer, "s:Value", Version::Soap12);
            writer.end();
        } else {
            self.code.write(&mut writer, "s:Value", Version::Soap12);
        }
        writer.end().start("s:Reason");
        writer.start("s:Text").attribute("xml:lang", "en-US").text(&self.string).end().end();
        self.write_detail(&mut writer, "s:Detail");
        writer.end().finish()
    }

    fn write_detail(&self, writer: &mut Writer, name: &str) {
        match &self.detail {
            None => {}
            Some(FaultDetail::OcsDiagnostics(fault)) => {
                writer.start(name).raw(&fault.encode()).end();
            }
            Some(FaultDetail::Raw(xml)) => {
                writer.start(name).raw(xml).end();
            }
        }
    }

    /// Whether this body child is a fault of either version.
    pub fn is_fault(body: Element<'_>) -> bool {
        body.is(ns::SOAP11, "Fault") || body.is(ns::SOAP12, "Fault")
    }

    /// Reads a fault, given the body's child.
    ///
    /// # Errors
    /// When it is no fault, or one without a code.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        if body.is(ns::SOAP12, "Fault") {
            return Self::decode_12(body);
        }
        expect(body, ns::SOAP11, "Fault")?;
        // Their names have no namespace; a peer that gives them one is understood all the same.
        let part = |local| body.child("", local).or_else(|| body.child(ns::SOAP11, local));
        let code =
            FaultCode::read(part("faultcode").ok_or(DecodeError::Missing("faultcode"))?, Version::Soap11);
        let string = part("faultstring").map(text).unwrap_or_default();
        Ok(Self { code, string, detail: part("detail").and_then(read_detail) })
    }

    fn decode_12(body: Element<'_>) -> Result<Self, DecodeError> {
        let code = required(body, ns::SOAP12, "Code")?;
        let innermost = code.child(ns::SOAP12, "Subcode").unwrap_or(code);
        let code = FaultCode::read(required(innermost, ns::SOAP12, "Value")?, Version::Soap12);
        let reason = body.child(ns::SOAP12, "Reason").and_then(|reason| reason.child(ns::SOAP12, "Text"));
        let string = reason.map(text).unwrap_or_default();
        Ok(Self { code, string, detail: body.child(ns::SOAP12, "Detail").and_then(read_detail) })
    }
}

impl FaultCode {
    /// Writes the qualified name as the text of an element called `element`.
    fn write(&self, writer: &mut Writer, element: &str, version: Version) {
        writer.start(element);
        let local = match (self, version) {
            (Self::Sender, Version::Soap11) => "s:Client",
            (Self::Sender, Version::Soap12) => "s:Sender",
            (Self::Receiver, Version::Soap11) => "s:Server",
            (Self::Receiver, Version::Soap12) => "s:Receiver",
            (Self::VersionMismatch, _) => "s:VersionMismatch",
            (Self::MustUnderstand, _) => "s:MustUnderstand",
            (Self::Other { namespace, name }, _) if namespace.is_empty() => name,
            (Self::Other { namespace, name }, _) => {
                writer.attribute("xmlns:a", namespace).text("a:");
                name
            }
        };
        writer.text(local).end();
    }

    /// Reads a qualified name. A prefix that nothing declares counts as none.
    fn read(element: Element<'_>, version: Version) -> Self {
        let value = text(element);
        let (prefix, name) = value.split_once(':').unwrap_or(("", &value));
        let namespace = element.namespace_of_prefix(prefix).unwrap_or_default();
        match name {
            "Client" | "Sender" if namespace == version.namespace() => Self::Sender,
            "Server" | "Receiver" if namespace == version.namespace() => Self::Receiver,
            "VersionMismatch" if namespace == version.namespace() => Self::VersionMismatch,
            "MustUnderstand" if namespace == version.namespace() => Self::MustUnderstand,
            _ => Self::Other { namespace: namespace.to_owned(), name: name.to_owned() },
        }
    }
}

fn read_detail(detail: Element<'_>) -> Option<FaultDetail> {
    let known = detail.children().find_map(|child| OcsDiagnosticsFault::decode(child).ok());
    let raw = || {
        Some(detail.inner_source()).filter(|xml| !xml.is_empty()).map(|xml| FaultDetail::Raw(xml.to_owned()))
    };
    known.map(FaultDetail::OcsDiagnostics).or_else(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::Envelope;
    use lync_xml::Limits;

    /// A real server's bytes.
    const CAPTURED: &str = include_str!("../../../../fixtures/soap/fault-28020.xml");

    fn decode(text: &str) -> Result<Fault, DecodeError> {
        let envelope = Envelope::parse(text.as_bytes(), &Limits::default())?;
        Fault::decode(envelope.body()?)
    }

    #[test]
    fn a_diagnostic_has_the_captured_bytes() {
        let fault = Fault::diagnostics("wsse:FailedAuthentication", 28020, "No valid security token.");
        assert_eq!(fault.encode(Version::Soap11), CAPTURED.trim_end());
        assert_eq!(decode(CAPTURED), Ok(fault));
    }

    #[test]
    fn every_code_reads_back_in_both_versions() {
        let other =
            |namespace: &str| FaultCode::Other { namespace: namespace.to_owned(), name: "X".to_owned() };
        for code in [
            FaultCode::Sender,
            FaultCode::Receiver,
            FaultCode::VersionMismatch,
            FaultCode::MustUnderstand,
            other("urn:x"),
            other(""),
        ] {
            for version in [Version::Soap11, Version::Soap12] {
                let detail = Some(FaultDetail::Raw("<a xmlns=\"urn:a\">1</a>".to_owned()));
                let fault = Fault { code: code.clone(), string: "a < b".to_owned(), detail };
                assert_eq!(decode(&fault.encode(version)), Ok(fault));
            }
        }
    }

    #[test]
    fn a_fault_of_soap_12_has_these_bytes() {
        let fault = Fault { string: "why".to_owned(), ..Fault::action_not_supported("") };
        assert_eq!(
            fault.encode(Version::Soap12),
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender\
             </s:Value><s:Subcode><s:Value xmlns:a=\"http://schemas.microsoft.com/ws/2005/05/addressing/none\">\
             a:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-US\">why</s:Text>\
             </s:Reason></s:Fault></s:Body></s:Envelope>"
        );
    }

    #[test]
    fn an_unserved_action_is_named_and_escaped() {
        let text = Fault::action_not_supported("<&").encode(Version::Soap11);
        assert!(text.contains("a:ActionNotSupported</faultcode>"), "{text}");
        assert!(text.contains("with Action '&lt;&amp;' cannot be processed"), "{text}");
        assert!(decode(&text).unwrap().string.contains("EndpointDispatcher. This may"));
    }

    #[test]
    fn a_prefix_decides_the_namespace_of_a_diagnostic_code() {
        for (code, namespace) in [("wsse:A", ns::WSSE), ("wst:A", ns::TRUST), ("A", ""), ("x:A", "")] {
            let fault = Fault::diagnostics(code, 1, "r");
            let expected = FaultCode::Other { namespace: namespace.to_owned(), name: "A".to_owned() };
            assert_eq!(fault.code, expected, "{code}");
            assert_eq!(decode(&fault.encode(Version::Soap11)), Ok(fault));
        }
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        let body = wrap(Version::Soap11, "", "<Fault/>");
        assert!(matches!(decode(&body), Err(DecodeError::Unexpected { expected: "Fault", .. })));
        let body = wrap(Version::Soap11, "", "<s:Fault/>");
        assert_eq!(decode(&body), Err(DecodeError::Missing("faultcode")));
    }
}

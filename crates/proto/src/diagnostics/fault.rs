//! [MS-OCAUTHWS] section 2.2.4.1: OCSDiagnosticsFault, the detail of a fault.

use crate::read::{expect, required, text};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// Why the message-level authentication failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcsDiagnosticsFault {
    /// The number, from 28000 upwards for the web services.
    pub error_id: u32,
    /// Its text.
    pub reason: String,
}

impl Documented for OcsDiagnosticsFault {
    const NAME: &'static str = "OCSDiagnosticsFault";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "[MS-OCAUTHWS] section 2.2.4.1; a Lync Server's fault 28020, hard-coded \
         in the public filter security_web_filter";
}

impl OcsDiagnosticsFault {
    /// The element. `NameValuePairs` stands in the capture, not in the specification.
    pub fn encode(&self) -> String {
        let mut writer = Writer::new();
        writer.start("OCSDiagnosticsFault");
        writer.attribute("xmlns", ns::WEB_AUTHENTICATION).attribute("xmlns:i", ns::XSI);
        writer.start("Ms-Diagnostics-Fault");
        writer.leaf("ErrorId", &self.error_id.to_string()).leaf("Reason", &self.reason).end();
        writer.empty("NameValuePairs").attribute("xmlns:a", ns::SERIALIZATION_ARRAYS);
        writer.end().finish()
    }

    /// Reads the element, whatever stands behind the reason.
    ///
    /// # Errors
    /// When it is another element, or number or reason are absent or no such thing.
    pub fn decode(element: Element<'_>) -> Result<Self, DecodeError> {
        expect(element, ns::WEB_AUTHENTICATION, "OCSDiagnosticsFault")?;
        let fault = required(element, ns::WEB_AUTHENTICATION, "Ms-Diagnostics-Fault")?;
        let error_id = text(required(fault, ns::WEB_AUTHENTICATION, "ErrorId")?);
        Ok(Self {
            error_id: error_id.parse().map_err(|_| DecodeError::Number("ErrorId"))?,
            reason: text(required(fault, ns::WEB_AUTHENTICATION, "Reason")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    fn decode(text: &str) -> Result<OcsDiagnosticsFault, DecodeError> {
        OcsDiagnosticsFault::decode(Document::parse(text.as_bytes(), &Limits::default())?.root())
    }

    #[test]
    fn the_detail_has_the_captured_bytes() {
        let captured = include_str!("../../../../fixtures/soap/fault-28020.xml");
        let fault = OcsDiagnosticsFault { error_id: 28020, reason: "No valid security token.".to_owned() };
        assert!(captured.contains(&format!("<detail>{}</detail>", fault.encode())));
    }

    #[test]
    fn any_reason_reads_back() {
        let fault = OcsDiagnosticsFault { error_id: u32::MAX, reason: "a < \"b\" & c".to_owned() };
        assert_eq!(decode(&fault.encode()), Ok(fault));
    }

    #[test]
    fn a_fault_without_number_or_reason_is_refused() {
        let whole = OcsDiagnosticsFault { error_id: 1, reason: "r".to_owned() }.encode();
        assert_eq!(decode(&whole.replace(">1<", ">-1<")), Err(DecodeError::Number("ErrorId")));
        assert_eq!(decode(&whole.replace("Reason", "Cause")), Err(DecodeError::Missing("Reason")));
    }
}

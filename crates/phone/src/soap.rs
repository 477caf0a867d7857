//! From an HTTP answer to the SOAP message in it, or to what the server says in its place.

use crate::FailureKind;
use crate::http::{Answer, MAX_BODY};
use lync_proto::soap::{Envelope, Fault};
use std::fmt::Display;

/// Bounds on any document that is read.
pub(crate) fn limits() -> lync_xml::Limits {
    lync_xml::Limits { bytes: MAX_BODY, ..lync_xml::Limits::default() }
}

/// The message of an answer of status 200. A fault is a failure whatever the status; without one, the status is.
pub(crate) fn envelope(answer: &Answer) -> Result<Envelope, FailureKind> {
    let parsed = Envelope::parse(&answer.body, &limits());
    if let Some(fault) =
        parsed.as_ref().ok().and_then(Envelope::body_child).filter(|body| Fault::is_fault(*body))
    {
        let fault = Fault::decode(fault).map_err(|error| undecodable(answer, error))?;
        return Err(FailureKind::Fault { head: Box::new(answer.head.clone()), fault: Box::new(fault) });
    }
    require_ok(answer)?;
    parsed.map_err(|error| undecodable(answer, error))
}

/// Refuses every status but 200.
pub(crate) fn require_ok(answer: &Answer) -> Result<(), FailureKind> {
    if answer.head.status == 200 {
        Ok(())
    } else {
        Err(FailureKind::Status { head: Box::new(answer.head.clone()) })
    }
}

/// The failure for an answer whose content makes no sense.
pub(crate) fn undecodable(answer: &Answer, reason: impl Display) -> FailureKind {
    FailureKind::Undecodable { head: Box::new(answer.head.clone()), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseHead;
    use lync_proto::soap::{FaultDetail, Version, wrap};

    fn answer(status: u16, body: &str) -> Answer {
        let head = ResponseHead { status, reason: String::new(), headers: Vec::new() };
        Answer { head, body: body.to_owned().into() }
    }

    #[test]
    fn a_fault_is_a_failure_whatever_the_status() {
        let fault = Fault::diagnostics("wsse:FailedAuthentication", 28020, "No valid security token.")
            .encode(Version::Soap11);
        for status in [200, 500] {
            let FailureKind::Fault { fault, .. } = envelope(&answer(status, &fault)).unwrap_err() else {
                panic!("a fault");
            };
            let Some(FaultDetail::OcsDiagnostics(detail)) = &fault.detail else { panic!("diagnostics") };
            assert_eq!(detail.error_id, 28020);
        }
    }

    #[test]
    fn another_status_is_a_failure_and_200_must_be_a_message() {
        let message = wrap(Version::Soap11, "", "<a/>");
        assert!(envelope(&answer(200, &message)).is_ok());
        assert!(
            matches!(envelope(&answer(500, &message)), Err(FailureKind::Status { head }) if head.status == 500)
        );
        assert!(matches!(envelope(&answer(302, "moved")), Err(FailureKind::Status { .. })));
        assert!(matches!(envelope(&answer(200, "<html/>")), Err(FailureKind::Undecodable { .. })));
        assert!(matches!(envelope(&answer(200, "<!DOCTYPE a><a/>")), Err(FailureKind::Undecodable { .. })));
    }
}

//! The property Error and the exceptions inside it.

use super::Line;
use crate::{Failure, FailureKind, ResponseHead, StepName};
use lync_model::Evidence;

/// What the cmdlet says of a failed step. Public is only what it says of the web ticket; the other texts are made
/// after that one.
pub(super) fn of(step: StepName) -> Line {
    let (text, evidence) = match step {
        StepName::WebTicket => ("No response received for Web-Ticket service.", Evidence::Captured),
        StepName::Discovery => ("No response received for DHCP request.", Evidence::Inferred),
        StepName::RootChain => ("No response received for root certificate chain.", Evidence::Inferred),
        StepName::CertProvMetadata => {
            ("No response received for metadata of Cert-Provisioning service.", Evidence::Inferred)
        }
        // The metadata are of the service that the captured text names; that it says the same of them is inferred.
        StepName::WebTicketMetadata => ("No response received for Web-Ticket service.", Evidence::Inferred),
        StepName::Certificate => ("No response received for Cert-Provisioning service.", Evidence::Inferred),
    };
    Line::new(text, evidence)
}

/// The exceptions inside it. Captured are the two of a refused PIN; those of other statuses follow .NET's pattern, and
/// everything else is lyncmock's own text of the failure.
pub(super) fn inner_exceptions(failure: &Failure) -> Vec<Line> {
    match &failure.kind {
        FailureKind::Status { head } if head.status == 401 => unauthorized(failure.step, head),
        FailureKind::Status { head } => vec![remote_error(head, Evidence::Inferred)],
        other => vec![Line::new(other.to_string(), Evidence::Inferred)],
    }
}

fn unauthorized(step: StepName, head: &ResponseHead) -> Vec<Line> {
    // Credentials travel at the HTTP level to the web ticket service alone.
    let (scheme, evidence) = match step {
        StepName::WebTicket => ("Basic", Evidence::Captured),
        _ => ("Anonymous", Evidence::Inferred),
    };
    let challenge = head.header("WWW-Authenticate").unwrap_or_default();
    let text = format!(
        "The HTTP request is unauthorized with client authentication scheme '{scheme}'. The authentication header \
         received from the server was '{challenge}'."
    );
    vec![Line::new(text, evidence), remote_error(head, evidence)]
}

fn remote_error(head: &ResponseHead, evidence: Evidence) -> Line {
    Line::new(format!("The remote server returned an error: ({}) {}.", head.status, head.reason), evidence)
}

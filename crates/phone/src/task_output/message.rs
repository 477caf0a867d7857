//! The property Error and the exceptions inside it.

use super::Line;
use super::SyntheticTransaction;
use crate::steps::windows::SCHEME;
use crate::{Failure, FailureKind, Report, ResponseHead, StepName};
use lync_model::Evidence;

/// What the cmdlet says of a failed step.
pub(super) fn of(transaction: SyntheticTransaction, step: StepName) -> Line {
    match transaction {
        SyntheticTransaction::PhoneBootstrap => bootstrap(step),
        SyntheticTransaction::ClientAuthentication => client_authentication(step),
    }
}

/// Documented is one text, which speaks of address and credentials; that a step before these are used ends in it too is
/// inferred.
fn client_authentication(step: StepName) -> Line {
    let text = "Could not download a CS Certificate for the given user. Check if provided uri and credentials are correct.";
    let evidence = match step {
        StepName::WebTicket | StepName::Certificate => Evidence::Documented,
        _ => Evidence::Inferred,
    };
    Line::new(text, evidence)
}

/// Public is only what it says of the web ticket; the other texts are made after that one.
fn bootstrap(step: StepName) -> Line {
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

/// The exceptions inside it. Captured are the two of a refused PIN, and the first of a refused NTLM is documented; those
/// of other statuses follow .NET's pattern, that of a name which DNS does not know is the text of .NET Framework's
/// WebException (that the cmdlet shows it is inferred), and everything else is lyncmock's own text of the failure.
pub(super) fn inner_exceptions(failure: &Failure, report: &Report) -> Vec<Line> {
    match &failure.kind {
        FailureKind::Status { head } if head.status == 401 => unauthorized(failure.step, report, head),
        FailureKind::Status { head } => vec![remote_error(head, Evidence::Inferred)],
        FailureKind::NameNotResolved { host, .. } => {
            vec![Line::new(format!("The remote name could not be resolved: '{host}'"), Evidence::Inferred)]
        }
        other => vec![Line::new(other.to_string(), Evidence::Inferred)],
    }
}

fn unauthorized(step: StepName, report: &Report, head: &ResponseHead) -> Vec<Line> {
    let taken = report.steps.iter().filter(|taken| taken.name == step).flat_map(|taken| &taken.details);
    let taken = taken.rev().find(|detail| detail.name == SCHEME).map(|detail| detail.value.as_str());
    // Credentials travel at the HTTP level to the web ticket service alone.
    let (scheme, evidence) = match (step, taken) {
        (StepName::WebTicket, None) => ("Basic", Evidence::Captured),
        (StepName::WebTicket, Some("Ntlm")) => ("Ntlm", Evidence::Documented),
        (StepName::WebTicket, Some(scheme)) => (scheme, Evidence::Inferred),
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

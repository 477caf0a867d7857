//! The steps of a sign-in, and how long each took.

use crate::{Failure, FailureKind};
use std::fmt;
use std::time::{Duration, Instant};

/// A step, in the order in which a phone takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepName {
    /// DHCPINFORM, or the addresses that were given in its place.
    Discovery,
    /// GetRootCertChains over plain HTTP.
    RootChain,
    /// Metadata of the certificate provisioning service.
    CertProvMetadata,
    /// Metadata of the web ticket service.
    WebTicketMetadata,
    /// IssueToken, with extension and PIN, with a certificate, or by an account of Windows.
    WebTicket,
    /// GetAndPublishCert.
    Certificate,
}

impl StepName {
    /// The word that `--json` output and log lines use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::RootChain => "root_chain",
            Self::CertProvMetadata => "certprov_metadata",
            Self::WebTicketMetadata => "webticket_metadata",
            Self::WebTicket => "web_ticket",
            Self::Certificate => "certificate",
        }
    }

    /// What the step does, for a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Discovery => "find the pool",
            Self::RootChain => "download the root chain",
            Self::CertProvMetadata => "read the metadata of CertProv",
            Self::WebTicketMetadata => "read the metadata of WebTicket",
            Self::WebTicket => "get a web ticket",
            Self::Certificate => "get and publish a certificate",
        }
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which one.
    pub name: StepName,
    /// When it began, since the sign-in began.
    pub start: Duration,
    /// How long it took.
    pub duration: Duration,
    /// How it ended.
    pub outcome: StepOutcome,
    /// What became known in it, in that order. Holds neither PIN nor key.
    pub details: Vec<Detail>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// The next step can follow.
    Done,
    /// The sign-in ended here, for this reason. [`Report::outcome`](crate::Report::outcome) has it in parts.
    Failed(String),
}

/// Something that became known in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is: lower case, words joined by `_`.
    pub name: &'static str,
    /// Its value, for a person.
    pub value: String,
}

/// The steps so far.
#[derive(Debug)]
pub(crate) struct Journal {
    began: Instant,
    steps: Vec<Step>,
}

/// A step that is being taken.
#[derive(Debug)]
pub(crate) struct Running {
    name: StepName,
    began: Instant,
    details: Vec<Detail>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), steps: Vec::new() }
    }

    pub(crate) fn begin(&self, name: StepName) -> Running {
        tracing::debug!(step = %name, "step begins");
        Running { name, began: Instant::now(), details: Vec::new() }
    }

    /// Enters the step, and says of a failure where it happened.
    pub(crate) fn end<T>(&mut self, running: Running, result: Result<T, FailureKind>) -> Result<T, Failure> {
        let Running { name, began, details } = running;
        let (start, duration) = (began - self.began, began.elapsed());
        let outcome = match &result {
            Ok(_) => StepOutcome::Done,
            Err(kind) => StepOutcome::Failed(kind.to_string()),
        };
        tracing::debug!(step = %name, milliseconds = duration.as_millis(), ?outcome, "step ends");
        self.steps.push(Step { name, start, duration, outcome, details });
        result.map_err(|kind| Failure { step: name, kind })
    }

    /// The steps, and how long all of it took.
    pub(crate) fn close(self) -> (Vec<Step>, Duration) {
        (self.steps, self.began.elapsed())
    }
}

impl Running {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over whatever they have, owned or borrowed"
    )]
    pub(crate) fn detail(&mut self, name: &'static str, value: impl ToString) {
        self.details.push(Detail { name, value: value.to_string() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_entered_with_its_details_and_its_failure() {
        let mut journal = Journal::new();
        let running = journal.begin(StepName::Discovery);
        journal.end(running, Ok(())).unwrap();
        let mut running = journal.begin(StepName::RootChain);
        running.detail("url", "http://pool/");
        let failure = journal.end::<()>(running, Err(FailureKind::NoTarget)).unwrap_err();
        assert_eq!(failure.step, StepName::RootChain);
        let (steps, latency) = journal.close();
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0].outcome, StepOutcome::Done);
        assert_eq!(steps[1].outcome, StepOutcome::Failed(FailureKind::NoTarget.to_string()));
        assert_eq!(steps[1].details, [Detail { name: "url", value: "http://pool/".to_owned() }]);
        assert!(steps[1].start >= steps[0].start + steps[0].duration);
        assert!(latency >= steps[1].start + steps[1].duration);
    }
}

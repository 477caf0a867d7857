//! What Test-CsPhoneBootstrap and Test-CsClientAuthentication print of a sign-in.
//!
//! Two layouts are public and differ: that of Microsoft's article "Testing Lync Phone Edition login" and that of a
//! real console of 2013. Where neither shows a text it is lyncmock's own, and its [`Line`] says so.

mod diagnosis;
mod latency;
mod message;
mod transcript;

pub(crate) use latency::display as latency;
pub use transcript::transcript;
pub(crate) use transcript::{CLAIM, transcript_without_pin};

use crate::Report;
use lync_model::Evidence;
use std::fmt;
use std::time::Duration;

/// A line of output, and how well it is known that the cmdlet prints it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text, without the line's end.
    pub text: String,
    /// `Inferred` for every wording that is not public.
    pub evidence: Evidence,
}

impl Line {
    fn new(text: impl Into<String>, evidence: Evidence) -> Self {
        Self { text: text.into(), evidence }
    }
}

/// Whose output it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyntheticTransaction {
    /// Test-CsPhoneBootstrap: by phone number and PIN.
    #[default]
    PhoneBootstrap,
    /// Test-CsClientAuthentication, once Test-CsClientAuth: by an account of Windows. The real one logs on with its
    /// certificate afterwards; this one ends with the certificate.
    ClientAuthentication,
}

impl SyntheticTransaction {
    /// The cmdlet's name.
    pub const fn cmdlet(self) -> &'static str {
        match self {
            Self::PhoneBootstrap => "Test-CsPhoneBootstrap",
            Self::ClientAuthentication => "Test-CsClientAuthentication",
        }
    }

    /// What the article's layout has before the message of an error.
    const fn error_prefix(self) -> &'static str {
        match self {
            Self::PhoneBootstrap => "ERROR - ",
            Self::ClientAuthentication => "",
        }
    }
}

/// The two layouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// That of Microsoft's article: `TargetUri`, `Error`; documented.
    Docs,
    /// That of a console of Lync Server 2013: `Target Fqdn` first, `Error Message`; captured. The alignment of its
    /// colons is lyncmock's, as the capture has lost it.
    #[default]
    Console,
}

/// The property Result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskResult {
    /// The phone signed in.
    Success,
    /// It did not.
    Failure,
}

impl fmt::Display for TaskResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "Success",
            Self::Failure => "Failure",
        })
    }
}

/// The properties of Microsoft.Rtc.SyntheticTransactions.TaskOutput that are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskOutput {
    /// Which cmdlet says it.
    pub transaction: SyntheticTransaction,
    /// Address of certificate provisioning, as far as it became known.
    pub target_uri: Option<String>,
    /// FQDN of the Registrar, as far as it became known.
    pub target_fqdn: Option<String>,
    /// How it ended.
    pub result: TaskResult,
    /// How long it took.
    pub latency: Duration,
    /// What failed; nothing on success.
    pub error: Option<Line>,
    /// What lies behind the error, the outermost first: one line for each nested exception.
    pub inner_exceptions: Vec<Line>,
    /// The headers of the response that said no, as `Name : value` and in .NET's order.
    pub diagnosis: Vec<Line>,
}

impl TaskOutput {
    /// Test-CsPhoneBootstrap's output for a sign-in.
    pub fn new(report: &Report) -> Self {
        Self::of(SyntheticTransaction::PhoneBootstrap, report)
    }

    /// A cmdlet's output for a sign-in.
    pub fn of(transaction: SyntheticTransaction, report: &Report) -> Self {
        let failure = report.outcome.as_ref().err();
        Self {
            transaction,
            target_uri: report.target_uri.clone(),
            target_fqdn: report.target_fqdn.clone(),
            result: if failure.is_some() { TaskResult::Failure } else { TaskResult::Success },
            latency: report.latency,
            error: failure.map(|failure| message::of(transaction, failure.step)),
            inner_exceptions: failure
                .map(|failure| message::inner_exceptions(failure, report))
                .unwrap_or_default(),
            diagnosis: failure
                .and_then(|failure| failure.response())
                .map(diagnosis::lines)
                .unwrap_or_default(),
        }
    }

    /// What it says of a failure in words that are not public: the error and what lies behind it, as far as they are
    /// inferred. Both dialects say no others.
    pub fn inferred(&self) -> impl Iterator<Item = &str> {
        let said = self.error.iter().chain(&self.inner_exceptions);
        said.filter(|line| line.evidence == Evidence::Inferred).map(|line| line.text.as_str())
    }

    /// The output as one text, every line ended by a line feed.
    pub fn render(&self, dialect: Dialect) -> String {
        self.lines(dialect).into_iter().map(|line| line.text + "\n").collect()
    }

    /// The output line by line.
    pub fn lines(&self, dialect: Dialect) -> Vec<Line> {
        match dialect {
            Dialect::Docs => self.docs(),
            Dialect::Console => self.console(),
        }
    }

    /// The articles' layout: the message alone of what went wrong, and TargetUri in a success of Test-CsPhoneBootstrap
    /// alone.
    fn docs(&self) -> Vec<Line> {
        let property =
            |name: &str, value: &str| property(&format!("{name:<11}"), value, Evidence::Documented);
        let mut lines = Vec::new();
        let is_bootstrap = self.transaction == SyntheticTransaction::PhoneBootstrap;
        if is_bootstrap && self.result == TaskResult::Success {
            lines.push(property("TargetUri", self.target_uri.as_deref().unwrap_or_default()));
        }
        lines.push(property("TargetFqdn", self.target_fqdn.as_deref().unwrap_or_default()));
        lines.push(property("Result", &self.result.to_string()));
        lines.push(property("Latency", &latency::display(self.latency)));
        let error =
            self.error.as_ref().map(|error| format!("{}{}", self.transaction.error_prefix(), error.text));
        let evidence = self.error.as_ref().map_or(Evidence::Documented, |error| error.evidence);
        lines.push(Line { evidence, ..property("Error", error.as_deref().unwrap_or_default()) });
        lines.push(property("Diagnosis", ""));
        lines
    }

    /// The console's layout.
    fn console(&self) -> Vec<Line> {
        let property = |name: &str, value: &str| property(&format!("{name:<14}"), value, Evidence::Captured);
        let mut lines = vec![
            property("Target Fqdn", self.target_fqdn.as_deref().unwrap_or_default()),
            property("Target Uri", self.target_uri.as_deref().unwrap_or_default()),
            property("Result", &self.result.to_string()),
            property("Latency", &latency::display(self.latency)),
        ];
        let (error, evidence) = self
            .error
            .as_ref()
            .map_or(("", Evidence::Captured), |error| (error.text.as_str(), error.evidence));
        lines.push(Line { evidence, ..property("Error Message", error) });
        for inner in &self.inner_exceptions {
            lines.push(Line::new(format!(" Inner Exception:{}", inner.text), inner.evidence));
        }
        if !self.inner_exceptions.is_empty() {
            lines.push(Line::new("", Evidence::Captured));
        }
        lines.push(property("Diagnosis", ""));
        for (index, header) in self.diagnosis.iter().enumerate() {
            let prefix = if index == 0 { " Inner Diagnosis:" } else { " " };
            lines.push(Line::new(format!("{prefix}{}", header.text), header.evidence));
        }
        lines
    }
}

/// `Name : value`; nothing follows the colon of an empty value.
fn property(padded_name: &str, value: &str, evidence: Evidence) -> Line {
    Line::new(format!("{padded_name}: {value}").trim_end(), evidence)
}

#[cfg(test)]
mod tests;

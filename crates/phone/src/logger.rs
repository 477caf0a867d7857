//! The report that -OutLoggerVariable makes: a file that a person opens.

mod html;
mod xml;

use crate::task_output::transcript_without_pin;
use crate::{
    Credentials, Failure, Line, Report, ResponseHead, SignIn, Step, SyntheticTransaction, TaskOutput,
};
use time::OffsetDateTime;

/// What a sign-in was, for ToHTML() and ToXML() of the variable that -OutLoggerVariable names.
///
/// That both methods are there is documented; of what they write no sample is public. Layout and labels are lyncmock's,
/// and both files say so; a line whose wording is not public is marked there too. Neither holds a PIN, a password or a
/// key: in the account the PIN reads `****`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggerReport {
    transaction: SyntheticTransaction,
    made: OffsetDateTime,
    who: Vec<(&'static str, String)>,
    output: TaskOutput,
    steps: Vec<Step>,
    account: Vec<Line>,
    failure: Option<Failed>,
}

/// How it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failed {
    step: &'static str,
    reason: String,
    response: Option<ResponseHead>,
}

/// What both files say of themselves.
const NOTE: &str = "The layout of this file is lyncmock's: no sample of the real one is public. Lines marked \"inferred\" \
                    have lyncmock's wording; the others read as captured or documented.";

impl LoggerReport {
    /// The report of a sign-in that was made with these settings, written at `now`.
    pub fn new(
        transaction: SyntheticTransaction,
        report: &Report,
        sign_in: &SignIn,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            transaction,
            made: now,
            who: who(sign_in),
            output: TaskOutput::of(transaction, report),
            steps: report.steps.clone(),
            account: transcript_without_pin(report, sign_in.credentials()),
            failure: report.outcome.as_ref().err().map(failed),
        }
    }

    /// A page that stands alone: no script, and nothing is loaded from anywhere.
    pub fn to_html(&self) -> String {
        html::write(self)
    }

    /// The same as XML.
    pub fn to_xml(&self) -> String {
        xml::write(self)
    }

    /// Name and value of each property of the output.
    fn summary(&self) -> Vec<(&'static str, String)> {
        let mut summary = self.who.clone();
        summary.push(("TargetFqdn", self.output.target_fqdn.clone().unwrap_or_default()));
        summary.push(("TargetUri", self.output.target_uri.clone().unwrap_or_default()));
        summary.push(("Result", self.output.result.to_string()));
        summary.push(("Latency", crate::task_output::latency(self.output.latency)));
        summary
    }
}

/// Who signed in, by the cmdlets' parameters.
fn who(sign_in: &SignIn) -> Vec<(&'static str, String)> {
    let mut who = vec![match sign_in.credentials() {
        Credentials::Pin { phone_or_ext, .. } => ("PhoneOrExt", phone_or_ext.clone()),
        Credentials::Windows { user_name, .. } => ("UserCredential", user_name.clone()),
        Credentials::Certificate { .. } => ("Credential", "a certificate".to_owned()),
    }];
    who.extend(sign_in.user_sip_address.as_ref().map(|user| ("UserSipAddress", user.to_string())));
    who
}

fn failed(failure: &Failure) -> Failed {
    Failed {
        step: failure.step.title(),
        reason: failure.kind.to_string(),
        response: failure.response().cloned(),
    }
}

#[cfg(test)]
mod tests;

//! The account of Test-CsClientAuthentication, from the article "Testing Lync Client authentication in Lync Server 2013".
//!
//! The article shows a failure, as one activity: the download of a certificate, of which the web ticket is a part. The
//! lines on the ticket are those of Test-CsGroupExpansion in an article of its own; that they are printed here is
//! inferred, as the article shows none of them.

use super::{END_POINT, detail, documented, ended, inferred};
use crate::task_output::Line;
use crate::{Report, Step, StepOutcome};

/// The lines after a failure: as printed, with two backslashes in one and one in the other.
const CHECK: [&str; 4] = [
    "CHECK:",
    "- Web service url is valid and the web services are functional",
    "- If using PhoneNo\\\\Pin to authenticate, make sure they match the user uri",
    "- If using NTLM\\Kerberos auth, make sure you provided valid credentials",
];

/// The detail of the step that has the user who was claimed.
pub(crate) const CLAIM: &str = "claim";

/// The beginning of the download, and the ticket.
pub(super) fn web_ticket(step: &Step, report: &Report, user_name: &str) -> Vec<Line> {
    let user = detail(step, CLAIM).or(detail(step, "user")).unwrap_or(user_name).trim_start_matches("sip:");
    let trying = format!("Trying to download a CS certificate for User : {user} endpoint : {END_POINT}");
    let mut lines = vec![documented(trying)];
    lines.extend(report.target_uri.as_ref().map(|uri| documented(format!("Web Service url : {uri}"))));
    lines.push(inferred("Trying to get web ticket."));
    lines.extend(detail(step, "url").map(|url| inferred(format!("Web Service url : {url}"))));
    lines.push(inferred("Using NTLM/Kerb auth."));
    match &step.outcome {
        StepOutcome::Done => lines.push(inferred("GetWebTicketActivity completed.")),
        StepOutcome::Failed(reason) => lines.extend(not_downloaded(reason)),
    }
    lines
}

/// The end of the download.
pub(super) fn certificate(step: &Step) -> Vec<Line> {
    match &step.outcome {
        StepOutcome::Done => {
            let told = step.details.iter();
            let told = told.map(|detail| inferred(format!("{} : {}", detail.name, detail.value)));
            told.chain([ended(step)]).collect()
        }
        StepOutcome::Failed(reason) => not_downloaded(reason).collect(),
    }
}

fn not_downloaded(reason: &str) -> impl Iterator<Item = Line> {
    let told = [inferred(reason), documented("Could not download a CS certificate from web service.")];
    told.into_iter().chain(CHECK.map(documented))
}

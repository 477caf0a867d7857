//! What -Verbose adds: a step-by-step account.
//!
//! Public are the lines of a failed web ticket with a PIN, and those of sibling cmdlets for a web ticket and for a
//! certificate; no account of a whole sign-in is. What joins them here is lyncmock's own and marked `Inferred`.

mod windows;

pub(crate) use windows::CLAIM;

use super::Line;
use crate::{Credentials, Report, Step, StepName, StepOutcome};
use lync_model::{Evidence, Pin};

/// The end point that the synthetic transactions name.
const END_POINT: &str = "STEpid";

/// The lines of the article after a failure.
const CHECK: [&str; 4] = [
    "CHECK :",
    "- Web service url is valid and the web services are functional",
    "- If using PhoneNo\\PIN to authenticate, make sure they match the user uri",
    "- If using NTLM\\Kerberos auth, make sure you provided valid credentials",
];

/// How a PIN is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Pin,
    Stars,
}

/// The account of a sign-in with these credentials.
///
/// **It holds the PIN in clear**, because the cmdlet's does: it is for the screen of somebody who asked for -Verbose,
/// never for a log.
pub fn transcript(report: &Report, credentials: &Credentials) -> Vec<Line> {
    lines(report, credentials, Show::Pin)
}

/// The same without the PIN, to be kept.
pub(crate) fn transcript_without_pin(report: &Report, credentials: &Credentials) -> Vec<Line> {
    lines(report, credentials, Show::Stars)
}

fn lines(report: &Report, credentials: &Credentials, show: Show) -> Vec<Line> {
    report.steps.iter().flat_map(|step| account(step, report, (credentials, show))).collect()
}

fn account(step: &Step, report: &Report, credentials: (&Credentials, Show)) -> Vec<Line> {
    match (step.name, credentials.0) {
        (StepName::WebTicket, Credentials::Windows { user_name, .. }) => {
            windows::web_ticket(step, report, user_name)
        }
        (StepName::Certificate, Credentials::Windows { .. }) => windows::certificate(step),
        (StepName::WebTicket, _) => web_ticket(step, credentials),
        (StepName::Certificate, _) => certificate(step, report),
        _ => own(step),
    }
}

/// Steps of which no line is public.
fn own(step: &Step) -> Vec<Line> {
    let mut lines = vec![inferred(format!("Trying to {}.", step.name.title()))];
    lines.extend(step.details.iter().map(|detail| inferred(format!("{} : {}", detail.name, detail.value))));
    lines.push(ended(step));
    lines
}

fn web_ticket(step: &Step, (credentials, show): (&Credentials, Show)) -> Vec<Line> {
    let mut lines = vec![documented("Trying to get web ticket.")];
    lines.extend(detail(step, "url").map(|url| documented(format!("Web Service url : {url}"))));
    lines.push(match credentials {
        Credentials::Pin { phone_or_ext, pin } => pin_auth(phone_or_ext, pin, show),
        Credentials::Certificate { .. } => inferred("Using certificate auth."),
        Credentials::Windows { .. } => inferred("Using NTLM/Kerb auth."),
    });
    match &step.outcome {
        StepOutcome::Done => {
            lines.extend(
                detail(step, "user").map(|user| inferred(format!("Web ticket is for User : {user}"))),
            );
            lines.push(documented("GetWebTicketActivity completed."));
        }
        StepOutcome::Failed(reason) => {
            lines.push(inferred(reason.clone()));
            lines.push(documented("Could not get web ticket"));
            lines.extend(CHECK.map(documented));
        }
    }
    lines
}

/// The cmdlet's line has the PIN; with stars it is lyncmock's.
fn pin_auth(phone_or_ext: &str, pin: &Pin, show: Show) -> Line {
    let digits = phone_or_ext.trim().trim_start_matches('+');
    let line = |pin: &str| format!("Using PIN auth with Phone\\Ext : {digits} Pin : {pin}");
    match show {
        Show::Pin => documented(line(pin.expose())),
        Show::Stars => inferred(line("****")),
    }
}

fn certificate(step: &Step, report: &Report) -> Vec<Line> {
    let user = report.steps.iter().find_map(|step| detail(step, "user")).unwrap_or_default();
    let user = user.trim_start_matches("sip:");
    let mut lines = vec![documented(format!(
        "Trying to download a CS certificate for User : {user} endpoint : {END_POINT}"
    ))];
    lines.extend(detail(step, "url").map(|url| documented(format!("Web Service url : {url}"))));
    match &step.outcome {
        StepOutcome::Done => {
            let told = step.details.iter().filter(|detail| detail.name != "url");
            lines.extend(told.map(|detail| inferred(format!("{} : {}", detail.name, detail.value))));
            lines.push(ended(step));
        }
        StepOutcome::Failed(reason) => {
            lines.push(inferred(reason.clone()));
            lines.push(documented("Could not download a CS certificate from web service."));
            lines.extend(CHECK.map(documented));
        }
    }
    lines
}

fn ended(step: &Step) -> Line {
    let (title, seconds) = (step.name.title(), step.duration.as_secs_f64());
    inferred(match &step.outcome {
        StepOutcome::Done => format!("Done in {seconds:.7} secs : {title}."),
        StepOutcome::Failed(reason) => format!("Could not {title} : {reason}"),
    })
}

fn detail<'a>(step: &'a Step, name: &str) -> Option<&'a str> {
    step.details.iter().find(|detail| detail.name == name).map(|detail| detail.value.as_str())
}

fn documented(text: impl Into<String>) -> Line {
    Line::new(text, Evidence::Documented)
}

fn inferred(text: impl Into<String>) -> Line {
    Line::new(text, Evidence::Inferred)
}

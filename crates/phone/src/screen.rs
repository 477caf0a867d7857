//! What a phone's screen shows in the course of a sign-in, where that is written somewhere.

mod lpe;
mod tickt;
mod vvx;

pub use tickt::tickt_log;

use crate::{FailureKind, Model, Report, StepName};
use lync_model::Evidence;

/// What a screen shows at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The step during which it is shown, or that has failed; `None` once the phone is signed in.
    pub step: Option<StepName>,
    /// The words on the screen. In brackets stands what is shown where no source has the words, or that nothing is
    /// known.
    pub text: String,
    /// How well it is known that this is shown then. [`Evidence::Inferred`]: words of the phone in another place, or of
    /// one cause among several that look the same to the phone.
    pub evidence: Evidence,
    /// Where it is written; empty where it is not.
    pub source: &'static str,
}

/// The same before it has its step.
#[derive(Clone, Copy)]
struct Shown {
    text: &'static str,
    evidence: Evidence,
    source: &'static str,
}

/// Of what nobody has written what the phone shows.
const UNKNOWN: Shown = Shown::inferred("[What the phone shows here is not documented.]", "");

/// Failures that only a program has: a phone knows its extension's digits, its port 68 and its own random numbers.
const NO_PHONE: Shown = Shown::inferred("[No phone gets here: this client ended the sign-in by itself.]", "");

impl Shown {
    const fn documented(text: &'static str, source: &'static str) -> Self {
        Self { text, evidence: Evidence::Documented, source }
    }

    const fn inferred(text: &'static str, source: &'static str) -> Self {
        Self { text, evidence: Evidence::Inferred, source }
    }

    /// The same words, in a place where no source has them.
    const fn elsewhere(self) -> Self {
        Self { evidence: Evidence::Inferred, ..self }
    }

    fn at(self, step: impl Into<Option<StepName>>) -> Screen {
        let Self { text, evidence, source } = self;
        Screen { step: step.into(), text: text.to_owned(), evidence, source }
    }
}

/// What the screen of such a phone shows, from the first step to the end.
///
/// Each step has what is shown while it lasts; a failure comes after the step that failed.
pub fn screens(report: &Report, model: Model) -> Vec<Screen> {
    let failure = report.outcome.as_ref().err().filter(|failure| !is_own(&failure.kind));
    let mut screens = Vec::new();
    if model == Model::Vvx {
        let menu = vvx::menu(failure);
        screens.push(menu.at(StepName::Discovery));
        if !vvx::is_offered(failure) {
            return screens;
        }
    }
    let during: fn(StepName) -> Shown = match model {
        Model::LyncPhoneEdition => lpe::during,
        Model::Vvx => vvx::during,
    };
    screens.extend(report.steps.iter().map(|step| during(step.name).at(step.name)));
    screens.push(match (&report.outcome, model) {
        (Ok(_), Model::LyncPhoneEdition) => UNKNOWN.at(None),
        (Ok(_), Model::Vvx) => vvx::SIGNED_IN.at(None),
        (Err(failure), _) if is_own(&failure.kind) => NO_PHONE.at(failure.step),
        (Err(failure), Model::LyncPhoneEdition) => lpe::failed(failure).at(failure.step),
        (Err(failure), Model::Vvx) => vvx::failed(failure).at(failure.step),
    });
    screens
}

/// Whether the failure is of the client or of what it was told.
fn is_own(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::NoTarget
            | FailureKind::Url(_)
            | FailureKind::PhoneOrExt
            | FailureKind::DhcpSocket(_)
            | FailureKind::OtherUser { .. }
            | FailureKind::Local(_)
    )
}

#[cfg(test)]
mod tests;

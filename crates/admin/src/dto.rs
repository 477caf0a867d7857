//! What is asked and answered, as JSON. The form is an interface; the names are Lync's, in snake_case.

mod certificate;
mod clock;
mod diagnostic;
mod endpoints;
mod event;
mod journal;
mod namespace;
mod pin;
mod rule;
mod scenario;
mod secret;
mod settings;
mod state;
mod user;

pub use certificate::{Certificate, CertificateStore};
pub use clock::{ClockChange, Now};
pub use diagnostic::Diagnostic;
pub use endpoints::Endpoints;
pub use event::{Event, EventFormat};
pub use journal::{
    Entries, Expectation, ExportFormat, JournalFilter, JournalPage, SeenDevice, Verified, VerifyRequest,
};
pub use lync_model::journal::{Device, Entry, Outcome, Protocol};
pub use lync_model::rules::RuleSpec;
pub use lync_model::scenario::{RegistrarChange, WebChange};
pub use namespace::{Namespace, NamespaceMembers};
pub use pin::{PinInfo, PinPolicy, PinUpdate, Revoked};
pub use rule::ArmedRule;
pub use scenario::{ArmScenario, ArmedScenario, Scenario};
pub use secret::{Phc, PinText};
pub use settings::{RegistrarSettings, WebSettings};
pub use state::{Lockout, PinState, Reset, ResetRequest, State, UserState};
pub use user::{NewUser, User, UserUpdate};

/// For fields that are true unless something else is said.
const fn yes() -> bool {
    true
}

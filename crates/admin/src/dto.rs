//! What is asked and answered, as JSON. The form is an interface; the names are Lync's, in snake_case.

mod account;
mod certificate;
mod clock;
mod dhcp;
mod diagnostic;
mod endpoints;
mod event;
mod journal;
mod namespace;
mod pin;
mod pin_policy;
mod rule;
mod scenario;
mod secret;
mod settings;
mod state;
mod topology;
mod user;

pub use account::{Account, AccountState, AccountUpdate, NewAccount, PasswordUpdate};
pub use certificate::{
    AssignedCertificate, Certificate, CertificateStore, CertificateUse, ClientCertificate,
};
pub use clock::{ClockChange, Now, True};
pub use dhcp::{DhcpCounters, DhcpLease, DhcpLeasePage, DhcpLeaseState, DhcpMode, DhcpStatus};
pub use diagnostic::Diagnostic;
pub use endpoints::Endpoints;
pub use event::{Event, EventFormat};
pub use journal::{
    Entries, Expectation, ExportFormat, JournalFilter, JournalPage, SeenDevice, Verified, VerifyRequest,
};
pub use lync_model::journal::{Device, Entry, Outcome, Protocol};
pub use lync_model::rules::RuleSpec;
pub use lync_model::scenario::{RegistrarChange, WebChange};
pub use lync_model::{MobileAuthType, ProxyChange, WindowsAuth};
pub use namespace::{Namespace, NamespaceMembers};
pub use pin::{PinInfo, PinUpdate, Revoked};
pub use pin_policy::{NamedPinPolicy, PinPolicy, PinPolicyGrant};
pub use rule::ArmedRule;
pub use scenario::{ArmScenario, ArmedScenario, Scenario};
pub use secret::{NtHashText, PasswordText, Phc, PinText};
pub use settings::{ProxySettings, RegistrarSettings, WebSettings};
pub use state::{AccountRecord, Lockout, PasswordState, PinState, Reset, ResetRequest, State, UserState};
pub use topology::Topology;
pub use user::{NewAddress, NewUser, RemovedUsersAccount, User, UserUpdate};

/// For fields that are true unless something else is said.
const fn yes() -> bool {
    true
}

//! Users, PINs, lockout, policies, the clock and what the parts promise each other.
//!
//! No I/O: this crate decides, the parts fetch and store. Time comes in through [`Clock`].

mod account;
mod certificate;
mod clock;
mod complaint;
pub mod diagnostics;
mod event;
pub mod journal;
pub mod lease;
mod line_uri;
mod live;
pub mod lockout;
mod named_policy;
mod password;
mod phone_or_ext;
mod pin;
mod pin_policy;
pub mod ports;
pub mod rules;
pub mod scenario;
mod settings;
mod sip_uri;
mod user;
pub mod verdict;

pub use account::{Account, AccountError, AccountState};
pub use certificate::PublishedCertificate;
pub use clock::Clock;
pub use event::{Event, EventLog, Level};
pub use line_uri::{LineUri, LineUriError};
pub use live::Live;
pub use lync_ntlm::NtHash;
pub use lync_proto::Evidence;
pub use named_policy::{NamedPolicy, PolicyIdentity, PolicyIdentityError};
pub use password::{Password, PasswordError};
pub use phone_or_ext::{PhoneOrExt, PhoneOrExtError};
pub use pin::Pin;
pub use pin_policy::{PinPolicy, PinPolicyError, PinRejected};
pub use settings::{
    CertificateValidity, CsrKeySize, MobileAuthType, ProxyChange, ProxySettings, RegistrarKept,
    WebServiceSettings, WindowsAuth,
};
pub use sip_uri::{SipUri, SipUriError};
pub use user::User;

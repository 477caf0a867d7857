//! What became of a sign-in.

use crate::{Failure, PrivateKey, Step};
use lync_model::SipUri;
use std::time::Duration;
use time::OffsetDateTime;

/// Every step that was taken, and the end.
#[derive(Clone, Debug)]
pub struct Report {
    /// The steps, in order; the last one failed if the sign-in did.
    pub steps: Vec<Step>,
    /// The end.
    pub outcome: Result<SignedIn, Failure>,
    /// How long all of it took.
    pub latency: Duration,
    /// The address of certificate provisioning, as far as it became known.
    pub target_uri: Option<String>,
    /// The Registrar's FQDN, as far as it became known.
    pub target_fqdn: Option<String>,
}

/// What a phone leaves with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who it is.
    pub user: SipUri,
    /// Its certificate: X.509, DER.
    pub certificate: Vec<u8>,
    /// The certificate's private key.
    pub key: PrivateKey,
    /// notAfter of the certificate.
    pub certificate_expires: OffsetDateTime,
    /// Whether an authority of the downloaded chain signed the certificate.
    pub issuer_in_chain: bool,
    /// The downloaded chain: each X.509, DER, in the order of the download.
    pub chain: Vec<Vec<u8>>,
    /// When the web ticket expires.
    pub ticket_expires: OffsetDateTime,
}

/// What a program should make of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The phone is signed in.
    SignedIn,
    /// Somebody answered, and a step failed.
    Failed,
    /// Nobody was reached: no DHCP answer, no such host, no connection.
    Unreachable,
}

impl Verdict {
    /// The exit code of a command that ends so: 0, 1 or 3. (2 is left to wrong usage.)
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::SignedIn => 0,
            Self::Failed => 1,
            Self::Unreachable => 3,
        }
    }
}

impl Report {
    /// What a program should make of it.
    pub fn verdict(&self) -> Verdict {
        match &self.outcome {
            Ok(_) => Verdict::SignedIn,
            Err(failure) if failure.is_unreachable() => Verdict::Unreachable,
            Err(_) => Verdict::Failed,
        }
    }
}

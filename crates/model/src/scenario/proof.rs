//! How the generated test shows that a scenario fails as it says.

use serde::{Deserialize, Serialize};

/// What the phone of the test does.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dial {
    /// Signs in with extension and PIN.
    #[default]
    Extension,
    /// Signs in with the full number and PIN.
    Number,
    /// Signs in before the scenario is armed, and renews by the certificate afterwards.
    Renew,
    /// Signs in with Windows credentials.
    Windows,
}

/// What the test sees. All that is given must hold.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Proof {
    /// What the phone does.
    #[serde(default)]
    pub dial: Dial,
    /// Whether its key is RSA with 2048 bits.
    #[serde(default)]
    pub rsa: bool,
    /// The step of the sign-in that fails: `discovery`, `root_chain`, `certprov_metadata`, `webticket_metadata`,
    /// `web_ticket` or `certificate`.
    pub fails_at: String,
    /// The kind of failure: `no-dhcp-answer`, `broken-option`, `name-not-resolved`, `refused`, `tls`, `no-answer`,
    /// `interrupted`, `status`, `fault`, `error-info`, `undecodable`, `url`, `certificate`.
    pub symptom: String,
    /// The HTTP status.
    #[serde(default)]
    pub status: Option<u16>,
    /// ErrorId of X-Ms-diagnostics, or of the fault.
    #[serde(default)]
    pub code: Option<u32>,
    /// A piece of the failure's text.
    #[serde(default)]
    pub text: Option<String>,
    /// An event id of the event log that must be there afterwards.
    #[serde(default)]
    pub event: Option<u32>,
}

//! What arming a scenario changes: the real cause where there is one, a rule where there is none.

use crate::rules::RuleSpec;
use crate::settings::{MobileAuthType, WindowsAuth};
use serde::{Deserialize, Serialize};

/// One change. Lifting the scenario takes it back.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "some hundred of them exist, in the one catalogue")]
pub enum Effect {
    /// A rule; its `who.user` is the user of the scenario.
    Rule(RuleSpec),
    /// A state of the user, or of each user where none is named.
    User(UserChange),
    /// Settings of the web services.
    Web(WebChange),
    /// Settings of the Registrar.
    Registrar(RegistrarChange),
    /// Another certificate in the front end's store of trusted authorities.
    Trust(TrustChange),
    /// A service that no longer listens.
    Stop(Service),
    /// Days by which the pool's clock, and that of phones which keep its time, goes ahead.
    ClockDays(i64),
    /// Revoke-CsClientCertificate for the user, or for each user.
    RevokeCertificates(bool),
}

/// A state of a user.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserChange {
    /// The PIN is another one.
    OtherPin,
    /// Lock-CsClientPin.
    Locked,
    /// The local counter is full: locked for an hour.
    LockedForAnHour,
    /// The global counter is full: locked until it is unlocked.
    LockedBySystem,
    /// The PIN is older than PINLifetime; the policy gets a lifetime if it has none.
    PinExpired,
    /// No PIN was ever set.
    PinNotSet,
    /// Nobody has this number: the user is removed.
    Removed,
    /// Disable-CsUser.
    Disabled,
    /// EnterpriseVoiceEnabled is False.
    NoEnterpriseVoice,
    /// LineURI is empty.
    NoLineUri,
    /// LineURI lacks `;ext=`.
    NoExtension,
    /// LineURI has another number and another extension.
    Renumbered,
    /// Another user has the same extension and the same PIN.
    TwinOfExtension,
    /// Another user has the same number, without an extension, and the same PIN.
    TwinOfNumber,
    /// The Windows password of the account is another one.
    OtherPassword,
    /// The account is locked out.
    AccountLocked,
    /// The account is disabled in Active Directory.
    AccountDisabled,
    /// The Windows password of the account has expired.
    PasswordExpired,
}

/// Settings of the web services, as Set-CsWebServiceConfiguration names them. What is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebChange {
    /// UsePinAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_pin_auth: Option<bool>,
    /// UseCertificateAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_certificate_auth: Option<bool>,
    /// EnableCertChainDownload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_cert_chain_download: Option<bool>,
    /// DefaultValidityPeriodHours, 8 to 8760.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_validity_period_hours: Option<u32>,
    /// MinValidityPeriodHours, 8 to 4320.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_validity_period_hours: Option<u32>,
    /// MaxValidityPeriodHours, 8 to 8760.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_validity_period_hours: Option<u32>,
    /// MinCSRKeySize, 1024 to 16384.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_csr_key_size: Option<u32>,
    /// MaxCSRKeySize, 1024 to 16384.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_csr_key_size: Option<u32>,
    /// HstsMaxAgeInSeconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hsts_max_age_seconds: Option<u32>,
    /// Lifetime of a web ticket in seconds; 0 makes tickets that have expired when they arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_lifetime_seconds: Option<u32>,
    /// UseWindowsAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_windows_auth: Option<WindowsAuth>,
    /// InferCertChainFromSSL; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infer_cert_chain_from_ssl: Option<bool>,
    /// CASigningKeyLength, 2048 to 16384; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_signing_key_length: Option<u32>,
    /// MaxGroupSizeToExpand; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_group_size_to_expand: Option<u32>,
    /// EnableStatisticsInResponse; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_statistics_in_response: Option<bool>,
    /// MobilePreferredAuthType; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_preferred_auth_type: Option<MobileAuthType>,
}

/// Settings of the Registrar, as Set-CsRegistrarConfiguration names them. What is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrarChange {
    /// EnableDHCPServer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_dhcp_server: Option<bool>,
    /// MinEndpointExpiration in seconds, 300 to 900; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_endpoint_expiration: Option<u32>,
    /// DefaultEndpointExpiration in seconds, 300 to 900; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_endpoint_expiration: Option<u32>,
    /// MaxEndpointExpiration in seconds, 300 to 900; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_endpoint_expiration: Option<u32>,
    /// MaxEndpointsPerUser, 1 to 64; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_endpoints_per_user: Option<u32>,
    /// MaxUserCount, 2000 to 100000; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_user_count: Option<u32>,
    /// BackupStoreUnavailableThreshold in seconds; kept, changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_store_unavailable_threshold: Option<u32>,
}

/// A certificate that should not be there.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrustChange {
    /// A root with the name of the pool's root and another key, newer than that.
    RootOfSameName,
    /// An intermediate authority with the name of the pool's and another key, newer than that.
    IntermediateOfSameName,
}

/// A service with a listener of its own.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The root chain on port 80.
    Http,
    /// CertProv and WebTicket on port 443.
    Https,
    /// The user-PIN service on port 444.
    UserPin,
}

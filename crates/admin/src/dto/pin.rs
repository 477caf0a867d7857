//! PINs and their policy.

use super::PinText;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What Get-CsClientPinInfo tells.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct PinInfo {
    /// Identity: the user's SIP address.
    #[schema(example = "sip:kenmyer@litwareinc.com")]
    pub identity: String,
    /// IsPinSet.
    pub is_pin_set: bool,
    /// IsLockedOut. That it is true during the one-hour lock as well is inferred.
    pub is_locked_out: bool,
    /// LastPinChangeTime; null when no PIN is set.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_pin_change_time: Option<OffsetDateTime>,
    /// PinExpirationTime; null when no PIN is set or PINs do not expire.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub pin_expiration_time: Option<OffsetDateTime>,
}

/// A PIN to be set.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinUpdate {
    /// The PIN; the PIN policy holds.
    pub pin: PinText,
    /// Whether PINHistoryCount holds too, as when the user changes the PIN; Set-CsClientPin does not check it.
    #[serde(default)]
    #[schema(default = false)]
    pub history: bool,
}

/// How many certificates Revoke-CsClientCertificate took away.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Revoked {
    /// How many.
    pub revoked: u64,
}

/// The Global PIN policy: names, ranges and defaults of Set-CsPinPolicy.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PinPolicy {
    /// MinPasswordLength, in digits.
    #[schema(minimum = 4, maximum = 24)]
    pub min_password_length: u8,
    /// PINHistoryCount: how many new PINs must come before one may be used again.
    #[schema(minimum = 0, maximum = 20)]
    pub pin_history_count: u8,
    /// AllowCommonPatterns: whether 1111, 1234 or the user's own number are allowed.
    pub allow_common_patterns: bool,
    /// PINLifetime, in days; 0 means that a PIN never expires. Above 0 it needs a pin_history_count above 0.
    #[schema(minimum = 0, maximum = 999)]
    pub pin_lifetime_days: u16,
    /// MaximumLogonAttempts; null leaves the limit to the length of the PIN.
    #[schema(minimum = 1, maximum = 999)]
    pub maximum_logon_attempts: Option<u16>,
}

impl Default for PinPolicy {
    fn default() -> Self {
        Self::from(&lync_model::PinPolicy::default())
    }
}

impl From<&lync_model::PinPolicy> for PinPolicy {
    fn from(policy: &lync_model::PinPolicy) -> Self {
        Self {
            min_password_length: policy.min_password_length,
            pin_history_count: policy.pin_history_count,
            allow_common_patterns: policy.allow_common_patterns,
            pin_lifetime_days: policy.pin_lifetime_days,
            maximum_logon_attempts: policy.maximum_logon_attempts,
        }
    }
}

impl From<&PinPolicy> for lync_model::PinPolicy {
    /// Whether Set-CsPinPolicy would take it is [`validate`](lync_model::PinPolicy::validate)'s to say.
    fn from(policy: &PinPolicy) -> Self {
        Self {
            min_password_length: policy.min_password_length,
            pin_history_count: policy.pin_history_count,
            allow_common_patterns: policy.allow_common_patterns,
            pin_lifetime_days: policy.pin_lifetime_days,
            maximum_logon_attempts: policy.maximum_logon_attempts,
        }
    }
}

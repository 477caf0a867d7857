//! PINs.

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

//! A users file as it is written.

use super::UserState;
use lync_model::{Password, Pin};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireFile {
    #[serde(default)]
    pub(super) policy: WirePolicy,
    #[serde(default)]
    pub(super) pin_policy: Vec<WireNamedPolicy>,
    #[serde(default)]
    pub(super) user: Vec<WireUser>,
    #[serde(default)]
    pub(super) account: Vec<WireAccount>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WirePolicy {
    pub(super) min_password_length: Option<u8>,
    pub(super) pin_history_count: Option<u8>,
    pub(super) allow_common_patterns: Option<bool>,
    pub(super) pin_lifetime_days: Option<u16>,
    pub(super) maximum_logon_attempts: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireNamedPolicy {
    pub(super) identity: String,
    pub(super) description: Option<String>,
    min_password_length: Option<u8>,
    pin_history_count: Option<u8>,
    allow_common_patterns: Option<bool>,
    pin_lifetime_days: Option<u16>,
    maximum_logon_attempts: Option<u16>,
}

impl WireNamedPolicy {
    pub(super) fn values(&self) -> WirePolicy {
        WirePolicy {
            min_password_length: self.min_password_length,
            pin_history_count: self.pin_history_count,
            allow_common_patterns: self.allow_common_patterns,
            pin_lifetime_days: self.pin_lifetime_days,
            maximum_logon_attempts: self.maximum_logon_attempts,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireUser {
    pub(super) sip_uri: String,
    pub(super) display_name: Option<String>,
    pub(super) line_uri: Option<String>,
    #[serde(default, deserialize_with = "quoted_pin")]
    pub(super) pin: Option<Pin>,
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    #[serde(default = "yes")]
    pub(super) enterprise_voice: bool,
    #[serde(default)]
    pub(super) state: UserState,
    pub(super) sam_account_name: Option<String>,
    #[serde(default, deserialize_with = "quoted_password")]
    pub(super) password: Option<Password>,
    pub(super) account_state: Option<String>,
    pub(super) pin_policy: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireAccount {
    pub(super) sam_account_name: String,
    pub(super) user_principal_name: String,
    pub(super) display_name: Option<String>,
    #[serde(default, deserialize_with = "quoted_password")]
    pub(super) password: Option<Password>,
    pub(super) state: Option<String>,
}

/// A PIN is text: `0712` without quotes would be a number that has lost its zero. Whatever stands there instead is not
/// repeated, as the message of a derived reader would.
fn quoted_pin<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Pin>, D::Error> {
    match toml::Value::deserialize(value) {
        Ok(toml::Value::String(pin)) => Ok(Some(Pin::new(pin))),
        _ => Err(D::Error::custom("a PIN is written in quotes")),
    }
}

/// As [`quoted_pin`].
fn quoted_password<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Password>, D::Error> {
    match toml::Value::deserialize(value) {
        Ok(toml::Value::String(password)) => Ok(Some(Password::new(password))),
        _ => Err(D::Error::custom("a password is written in quotes")),
    }
}

fn yes() -> bool {
    true
}

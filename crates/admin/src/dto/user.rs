//! Users.

use super::{PasswordText, PinText, yes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A user, as Get-CsUser shows one.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// SipAddress, with `sip:`.
    #[schema(example = "sip:kenmyer@litwareinc.com")]
    pub sip_address: String,
    /// DisplayName.
    #[schema(example = "Ken Myer")]
    pub display_name: String,
    /// LineURI; without one an extension cannot find the user.
    #[schema(example = "tel:+12065551219;ext=1219")]
    pub line_uri: Option<String>,
    /// Enabled (for Lync).
    pub enabled: bool,
    /// EnterpriseVoiceEnabled.
    pub enterprise_voice_enabled: bool,
    /// SamAccountName of the user's account.
    #[schema(example = "kenmyer")]
    pub sam_account_name: String,
    /// UserPrincipalName of the user's account.
    #[schema(example = "kenmyer@litwareinc.com")]
    pub user_principal_name: String,
    /// PinPolicy: the policy that was granted; null when none was, and that of the site or the Global one holds.
    #[schema(example = "tag:RedmondUsers")]
    pub pin_policy: Option<String>,
    /// The namespace to which the user belongs.
    pub namespace: Option<String>,
}

/// A user to be made.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// SipAddress, with or without `sip:`.
    #[schema(max_length = 258, example = "sip:toni@litwareinc.com")]
    pub sip_address: String,
    /// DisplayName; the address when it is left out. An existing `account` has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256, example = "Toni Poe")]
    pub display_name: Option<String>,
    /// LineURI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, example = "tel:+12065551777;ext=1777")]
    pub line_uri: Option<String>,
    /// Enabled (for Lync).
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
    /// EnterpriseVoiceEnabled.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enterprise_voice_enabled: bool,
    /// The PIN; the PIN policy holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinText>,
    /// SamAccountName of an existing account that is enabled as this user, as Enable-CsUser does; an account is made
    /// when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256)]
    pub account: Option<String>,
    /// The password of the account that is made; none when it is left out. An existing `account` has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordText>,
}

/// What becomes of a removed user's account.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RemovedUsersAccount {
    /// It is removed too.
    #[default]
    Remove,
    /// It stays, as after Disable-CsUser.
    Keep,
}

/// Another address for a user.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// SipAddress, with or without `sip:`.
    #[schema(max_length = 258, example = "sip:ken.myer@litwareinc.com")]
    pub sip_address: String,
}

/// All of a user but address, account, PIN and certificates, which stay. What is left out becomes its default.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserUpdate {
    /// DisplayName; the address when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256, example = "Ken Myer")]
    pub display_name: Option<String>,
    /// LineURI; none when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, example = "tel:+12065551219;ext=1219")]
    pub line_uri: Option<String>,
    /// Enabled (for Lync).
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
    /// EnterpriseVoiceEnabled.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enterprise_voice_enabled: bool,
    /// The PIN policy that is granted, `tag:NAME`; none when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256, example = "tag:RedmondUsers")]
    pub pin_policy: Option<String>,
}

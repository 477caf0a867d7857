//! Users.

use super::{PinText, yes};
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
    /// DisplayName; the address when it is left out.
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
}

/// All of a user but address, PIN and certificates, which stay. What is left out becomes its default.
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
}

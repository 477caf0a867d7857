//! A user of the pool.

use crate::{LineUri, SipUri};
use time::OffsetDateTime;

/// A user as Get-CsUser shows one, and what the user-PIN service knows of the PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// SipAddress.
    pub sip_uri: SipUri,
    /// DisplayName.
    pub display_name: String,
    /// LineURI; without one an extension cannot find the user.
    pub line_uri: Option<LineUri>,
    /// Enabled (for Lync).
    pub enabled: bool,
    /// EnterpriseVoiceEnabled.
    pub enterprise_voice: bool,
    /// LastPinChangeTime; `None` means that no PIN is set.
    pub pin_set_at: Option<OffsetDateTime>,
}

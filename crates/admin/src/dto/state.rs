//! All that a pool was told, to be kept and brought back.

use super::{
    AccountState, ArmScenario, NamedPinPolicy, NamespaceMembers, NtHashText, Phc, PinPolicy, ProxyChange,
    RegistrarChange, RuleSpec, WebChange, yes,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A pool's accounts, users, policies, settings, rules and armed scenarios; users and settings as they are without
/// these. What is absent stays as it is when the state is loaded; a list that is there replaces what was there. A
/// namespace has users of its own, their accounts, rules and scenarios, and the state of the whole pool has none of the rules and
/// scenarios that namespaces armed.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct State {
    /// Settings of the web services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<WebChange>,
    /// Settings of the Registrar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registrar: Option<RegistrarChange>,
    /// Settings of the proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ProxyChange>,
    /// The Global PIN policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_policy: Option<PinPolicy>,
    /// The other PIN policies. Who was granted one that is not there has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000)]
    pub pin_policies: Option<Vec<NamedPinPolicy>>,
    /// The accounts. An account of the same SamAccountName that is there already keeps the password unless a `password`
    /// is given; one that is not there goes, unless it is that of a user who stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100_000)]
    pub accounts: Option<Vec<AccountRecord>>,
    /// The users. A user of the same address who is there already keeps the PIN unless a `pin` is given. Armed scenarios
    /// are lifted before users are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100_000)]
    pub users: Option<Vec<UserState>>,
    /// The namespaces by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<BTreeMap<String, NamespaceMembers>>,
    /// The rules that were armed through this API, the first to match first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub rules: Option<Vec<RuleSpec>>,
    /// The armed scenarios.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub armed: Option<Vec<ArmScenario>>,
}

/// An account in a state.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRecord {
    /// SamAccountName.
    #[schema(min_length = 1, max_length = 256, example = "kenmyer")]
    pub sam_account_name: String,
    /// UserPrincipalName.
    #[schema(min_length = 1, max_length = 256, example = "kenmyer@litwareinc.com")]
    pub user_principal_name: String,
    /// DisplayName.
    #[schema(max_length = 256)]
    pub display_name: String,
    /// What stands in the way of a sign-in with the right password; `good` when it is left out.
    #[serde(default)]
    pub state: AccountState,
    /// The password; only where secrets were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordState>,
}

/// A password in a state, which is never the password.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordState {
    /// Its NT hash; null when there is no password.
    pub nt_hash: Option<NtHashText>,
}

/// A user in a state.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserState {
    /// SipAddress.
    #[schema(max_length = 258, example = "sip:kenmyer@litwareinc.com")]
    pub sip_address: String,
    /// DisplayName.
    #[schema(max_length = 256)]
    pub display_name: String,
    /// LineURI.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub line_uri: Option<String>,
    /// Enabled (for Lync).
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
    /// EnterpriseVoiceEnabled.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enterprise_voice_enabled: bool,
    /// SamAccountName of the account; when it is left out, that of the user who is there, or one that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256)]
    pub account: Option<String>,
    /// The PIN policy that is granted, `tag:NAME`; none when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256)]
    pub pin_policy: Option<String>,
    /// The PIN; only where secrets were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinState>,
    /// The failures and locks; only where secrets were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lockout: Option<Lockout>,
}

/// A PIN in a state, which is never the PIN.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinState {
    /// Its hash; null when no PIN is set.
    pub hash: Option<Phc>,
    /// Its length in digits, which the lockout limits follow.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 24)]
    pub length: Option<u8>,
    /// LastPinChangeTime.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_pin_change_time: Option<OffsetDateTime>,
    /// The hashes of the last PINs, the oldest first, the present one among them.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub history: Vec<Phc>,
}

/// What is kept of a user's failures and locks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lockout {
    /// Failures in the present window.
    pub local_failures: u32,
    /// When the present window was opened.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub window_started: Option<OffsetDateTime>,
    /// The end of the one-hour lock, past or to come.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub locked_until: Option<OffsetDateTime>,
    /// Failures since the last unlock.
    pub global_failures: u32,
    /// The global counter was full.
    pub locked_by_system: bool,
    /// Lock-CsClientPin was used.
    pub locked_by_admin: bool,
}

/// What is to be brought back to the beginning.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// Everything: accounts, users, policies, settings, trusted certificates, rules, scenarios, journal; of a namespace its users, rules,
    /// scenarios and journal. The clock goes on.
    All,
    /// The journal.
    Journal,
    /// Armed scenarios, and the rules that were armed through this API.
    Scenarios,
}

/// A wish for a reset.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetRequest {
    /// What.
    pub what: Reset,
}

impl From<lync_model::lockout::Counters> for Lockout {
    fn from(counters: lync_model::lockout::Counters) -> Self {
        Self {
            local_failures: counters.local_failures,
            window_started: counters.window_started,
            locked_until: counters.locked_until,
            global_failures: counters.global_failures,
            locked_by_system: counters.locked_by_system,
            locked_by_admin: counters.locked_by_admin,
        }
    }
}

impl From<Lockout> for lync_model::lockout::Counters {
    fn from(lockout: Lockout) -> Self {
        Self {
            local_failures: lockout.local_failures,
            window_started: lockout.window_started,
            locked_until: lockout.locked_until,
            global_failures: lockout.global_failures,
            locked_by_system: lockout.locked_by_system,
            locked_by_admin: lockout.locked_by_admin,
        }
    }
}

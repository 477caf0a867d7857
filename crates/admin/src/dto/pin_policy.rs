//! PIN policies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A PIN policy: names, ranges and defaults of Set-CsPinPolicy. What is left out becomes its default.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PinPolicy {
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1024)]
    pub description: Option<String>,
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

/// A PIN policy with its name.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPinPolicy {
    /// Identity: `Global`, `site:NAME`, or `tag:NAME` for one that is granted to users; in any case unique.
    #[schema(min_length = 1, max_length = 256, example = "tag:RedmondUsers")]
    pub identity: String,
    /// The policy; that of a new deployment when it is left out.
    #[serde(default)]
    pub policy: PinPolicy,
}

/// Which PIN policy a user is granted.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinPolicyGrant {
    /// Identity of the policy: `tag:NAME`, as only these are granted.
    #[schema(min_length = 1, max_length = 256, example = "tag:RedmondUsers")]
    pub identity: String,
}

impl Default for PinPolicy {
    fn default() -> Self {
        Self::from(&lync_model::PinPolicy::default())
    }
}

impl From<&lync_model::PinPolicy> for PinPolicy {
    /// Without a description.
    fn from(policy: &lync_model::PinPolicy) -> Self {
        Self {
            description: None,
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

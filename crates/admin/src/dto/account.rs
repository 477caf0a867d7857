//! Accounts of Active Directory.

use super::PasswordText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What stands in the way of a sign-in with the right password.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Nothing.
    #[default]
    Good,
    /// Too many wrong passwords, or an administrator.
    LockedOut,
    /// Disabled in Active Directory, which is another thing than not enabled for Lync.
    Disabled,
    /// The password has expired, or must be changed at the next log on.
    PasswordExpired,
}

/// An account of the domain, enabled for Lync or not. Its password is shown to nobody.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    /// SamAccountName.
    #[schema(example = "kenmyer")]
    pub sam_account_name: String,
    /// UserPrincipalName.
    #[schema(example = "kenmyer@litwareinc.com")]
    pub user_principal_name: String,
    /// DisplayName.
    #[schema(example = "Ken Myer")]
    pub display_name: String,
    /// What stands in the way of a sign-in with the right password.
    pub state: AccountState,
    /// Whether there is a password; without one nobody signs in by Windows credentials.
    pub has_password: bool,
    /// SipAddress of the Lync user that it is enabled as; null when it is none.
    #[schema(example = "sip:kenmyer@litwareinc.com")]
    pub sip_address: Option<String>,
}

/// An account to be made, not yet enabled for Lync.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// SamAccountName, in any case unique.
    #[schema(min_length = 1, max_length = 256, example = "pilar")]
    pub sam_account_name: String,
    /// UserPrincipalName; the SamAccountName in the pool's SIP domain when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256, example = "pilar@litwareinc.com")]
    pub user_principal_name: Option<String>,
    /// DisplayName; the SamAccountName when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256, example = "Pilar Ackerman")]
    pub display_name: Option<String>,
    /// What stands in the way of a sign-in with the right password; `good` when it is left out.
    #[serde(default)]
    pub state: AccountState,
    /// The password; none when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordText>,
}

/// All of an account but SamAccountName and password, which stay. What is left out becomes its default.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountUpdate {
    /// UserPrincipalName; the SamAccountName in the pool's SIP domain when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 256, example = "kenmyer@litwareinc.com")]
    pub user_principal_name: Option<String>,
    /// DisplayName; the SamAccountName when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256, example = "Ken Myer")]
    pub display_name: Option<String>,
    /// What stands in the way of a sign-in with the right password; `good` when it is left out.
    #[serde(default)]
    pub state: AccountState,
}

/// A password to be set.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordUpdate {
    /// The password.
    pub password: PasswordText,
}

impl From<lync_model::AccountState> for AccountState {
    fn from(state: lync_model::AccountState) -> Self {
        use lync_model::AccountState as Model;
        match state {
            Model::Good => Self::Good,
            Model::LockedOut => Self::LockedOut,
            Model::Disabled => Self::Disabled,
            Model::PasswordExpired => Self::PasswordExpired,
        }
    }
}

impl From<AccountState> for lync_model::AccountState {
    fn from(state: AccountState) -> Self {
        match state {
            AccountState::Good => Self::Good,
            AccountState::LockedOut => Self::LockedOut,
            AccountState::Disabled => Self::Disabled,
            AccountState::PasswordExpired => Self::PasswordExpired,
        }
    }
}

impl From<&lync_model::Account> for Account {
    fn from(account: &lync_model::Account) -> Self {
        Self {
            sam_account_name: account.sam_account_name.clone(),
            user_principal_name: account.user_principal_name.clone(),
            display_name: account.display_name.clone(),
            state: account.state.into(),
            has_password: account.has_password,
            sip_address: account.sip_uri.as_ref().map(ToString::to_string),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_the_word_that_configuration_and_store_have() {
        for state in lync_model::AccountState::ALL {
            let told = AccountState::from(state);
            assert_eq!(serde_json::to_value(told).unwrap(), state.as_str());
            assert_eq!(lync_model::AccountState::from(told), state);
        }
    }
}

//! Bounds on accounts and on PIN policies. What a name may look like is the model's to say.

use super::{Check, MAX_USER, count, length};
use crate::ApiError;
use crate::dto::{
    AccountRecord, AccountUpdate, NamedPinPolicy, NewAccount, NewAddress, PasswordText, PasswordUpdate,
    PinPolicy, PinPolicyGrant, ProxyChange, State,
};
use lync_model::Password;

/// The longest name of an account, and the longest identity of a policy, in characters.
const MAX_NAME: usize = 256;
/// The most policies at a time.
const MAX_POLICIES: usize = 1000;
/// The most accounts of a state.
const MAX_ACCOUNTS: usize = 100_000;

impl Check for NewAccount {
    fn check_bounds(&self) -> Result<(), ApiError> {
        name("sam_account_name", Some(&self.sam_account_name))?;
        name("user_principal_name", self.user_principal_name.as_ref())?;
        length("display_name", self.display_name.as_ref(), MAX_NAME)?;
        self.password.iter().try_for_each(Check::check_bounds)
    }
}

impl Check for AccountUpdate {
    fn check_bounds(&self) -> Result<(), ApiError> {
        name("user_principal_name", self.user_principal_name.as_ref())?;
        length("display_name", self.display_name.as_ref(), MAX_NAME)
    }
}

impl Check for PasswordUpdate {
    fn check_bounds(&self) -> Result<(), ApiError> {
        self.password.check_bounds()
    }
}

impl Check for PasswordText {
    fn check_bounds(&self) -> Result<(), ApiError> {
        Password::check(self.expose()).map_err(|error| ApiError::invalid(error.to_string()).field("password"))
    }
}

impl Check for NewAddress {
    fn check_bounds(&self) -> Result<(), ApiError> {
        length("sip_address", Some(&self.sip_address), MAX_USER)
    }
}

impl Check for NamedPinPolicy {
    fn check_bounds(&self) -> Result<(), ApiError> {
        name("identity", Some(&self.identity))?;
        self.policy.check_bounds().map_err(|error| within("policy", error))
    }
}

impl Check for PinPolicyGrant {
    fn check_bounds(&self) -> Result<(), ApiError> {
        name("identity", Some(&self.identity))
    }
}

impl Check for PinPolicy {
    fn check_bounds(&self) -> Result<(), ApiError> {
        use lync_model::PinPolicyError as Wrong;
        length("description", self.description.as_ref(), 1024)?;
        lync_model::PinPolicy::from(self).validate().map_err(|error| {
            ApiError::invalid(error.to_string()).field(match error {
                Wrong::MinPasswordLength(_) => "min_password_length",
                Wrong::PinHistoryCount(_) | Wrong::LifetimeWithoutHistory => "pin_history_count",
                Wrong::PinLifetime(_) => "pin_lifetime_days",
                Wrong::MaximumLogonAttempts(_) => "maximum_logon_attempts",
            })
        })
    }
}

impl Check for ProxyChange {
    fn check_bounds(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

impl Check for AccountRecord {
    fn check_bounds(&self) -> Result<(), ApiError> {
        name("sam_account_name", Some(&self.sam_account_name))?;
        name("user_principal_name", Some(&self.user_principal_name))?;
        length("display_name", Some(&self.display_name), MAX_NAME)?;
        let hash = self.password.as_ref().and_then(|password| password.nt_hash.as_ref());
        match hash.is_none_or(|hash| hash.bytes().is_some()) {
            true => Ok(()),
            false => Err(ApiError::invalid("an NT hash has 32 hex digits").field("nt_hash")),
        }
    }
}

/// The accounts and policies of a state.
pub(super) fn check_state(state: &State) -> Result<(), ApiError> {
    let accounts = state.accounts.as_deref().unwrap_or_default();
    count("accounts", accounts.len(), MAX_ACCOUNTS)?;
    for (at, account) in accounts.iter().enumerate() {
        account.check_bounds().map_err(|error| within(&format!("accounts[{at}]"), error))?;
    }
    state.pin_policy.iter().try_for_each(Check::check_bounds)?;
    let policies = state.pin_policies.as_deref().unwrap_or_default();
    count("pin_policies", policies.len(), MAX_POLICIES)?;
    for (at, policy) in policies.iter().enumerate() {
        policy.check_bounds().map_err(|error| within(&format!("pin_policies[{at}]"), error))?;
    }
    Ok(())
}

/// A name that is there has 1 to [`MAX_NAME`] characters.
pub(super) fn name(field: &str, text: Option<&String>) -> Result<(), ApiError> {
    if text.is_some_and(String::is_empty) {
        return Err(ApiError::invalid(format!("`{field}` is empty")).field(field));
    }
    length(field, text, MAX_NAME)
}

/// The refusal of a part, with its place in the whole.
fn within(place: &str, error: ApiError) -> ApiError {
    let field = match &error.field {
        Some(field) => format!("{place}.{field}"),
        None => place.to_owned(),
    };
    ApiError { field: Some(field), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;

    fn field<T: Check + DeserializeOwned>(text: &str) -> Option<String> {
        let value: T = serde_json::from_str(text).unwrap();
        value.check_bounds().err().and_then(|error| error.field)
    }

    #[test]
    fn a_name_is_neither_empty_nor_long() {
        let (short, long) = ("ä".repeat(256), "x".repeat(257));
        for (name, refused) in [("a", false), ("", true), (&long, true), (&short, false)] {
            let sam = format!(r#"{{"sam_account_name":"{name}"}}"#);
            assert_eq!(field::<NewAccount>(&sam), refused.then(|| "sam_account_name".to_owned()), "{name}");
            let grant = format!(r#"{{"identity":"{name}"}}"#);
            assert_eq!(field::<PinPolicyGrant>(&grant), refused.then(|| "identity".to_owned()), "{name}");
        }
        let update = r#"{"user_principal_name":""}"#;
        assert_eq!(field::<AccountUpdate>(update).as_deref(), Some("user_principal_name"));
    }

    #[test]
    fn a_password_that_is_refused_is_not_repeated() {
        for password in [String::new(), "71290".repeat(60)] {
            let update = PasswordUpdate { password: PasswordText::new(password) };
            let error = update.check_bounds().unwrap_err();
            assert_eq!(error.field.as_deref(), Some("password"));
            assert!(!error.message.contains("71290"), "{error}");
        }
    }

    #[test]
    fn a_part_of_a_state_is_told_by_its_place() {
        let state = |text: &str| field::<State>(text);
        let good = r#"{"sam_account_name":"a","user_principal_name":"a@b.c","display_name":"A"}"#;
        let account = |more: &str| {
            let record = good.replace('}', more);
            state(&format!(r#"{{"accounts":[{good},{record}]}}"#))
        };
        assert_eq!(account("}"), None);
        assert_eq!(account(r#","password":{"nt_hash":null}}"#), None);
        assert_eq!(account(r#","password":{"nt_hash":"00"}}"#).as_deref(), Some("accounts[1].nt_hash"));
        let policies = r#"{"pin_policies":[{"identity":"tag:a","policy":{"min_password_length":3}}]}"#;
        assert_eq!(state(policies).as_deref(), Some("pin_policies[0].policy.min_password_length"));
    }
}

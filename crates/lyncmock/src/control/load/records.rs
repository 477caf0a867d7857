//! Users of a state as the store keeps them.

use crate::control::users::{display_name, line_uri, sip_uri};
use crate::control::{Control, stored};
use lync_admin::dto::{PinState, UserState};
use lync_admin::{ApiError, ApiResult};
use lync_model::{Account, User};
use lync_store::{StoreError, StoredAccount, StoredPin, UserRecord};
use std::collections::HashSet;

impl Control {
    /// The users as the store keeps them, with their accounts out of `accounts`; who gets no `pin` keeps the one that is
    /// there.
    pub(super) async fn records(
        &self,
        users: &[UserState],
        accounts: &[StoredAccount],
    ) -> ApiResult<Vec<UserRecord>> {
        let mut seen = HashSet::new();
        let mut records = Vec::new();
        for state in users {
            let record = self.record(state, accounts).await?;
            if !seen.insert(record.user().clone()) {
                return Err(ApiError::invalid(format!("{} is there twice", record.user())).field("users"));
            }
            records.push(record);
        }
        Ok(records)
    }

    async fn record(&self, state: &UserState, accounts: &[StoredAccount]) -> ApiResult<UserRecord> {
        let user = User {
            sip_uri: sip_uri(&state.sip_address)?,
            display_name: display_name(Some(&state.display_name), &state.sip_address)?,
            line_uri: line_uri(state.line_uri.as_deref())?,
            enabled: state.enabled,
            enterprise_voice: state.enterprise_voice_enabled,
            pin_set_at: None,
        };
        let mut record = match self.core.store.record(&user.sip_uri).await {
            Ok(kept) => kept.of(user),
            Err(StoreError::NoSuchUser(_)) => UserRecord::new(user),
            Err(error) => return Err(stored(&error)),
        };
        if let Some(pin) = &state.pin {
            record
                .set_pin(stored_pin(pin, self.core.clock.now())?, history(pin))
                .map_err(|problem| ApiError::invalid(problem.to_string()).field("users"))?;
        }
        if let Some(lockout) = state.lockout {
            record.set_counters(lockout.into());
        }
        record.set_pin_policy(state.pin_policy.clone());
        let own = record.account().map(|own| own.account.sam_account_name.clone());
        let account = state.account.clone().or(own).and_then(|name| named(accounts, &name));
        if let Some(account) = account {
            record.set_account(account.clone());
        }
        Ok(record)
    }
}

/// The account of this SamAccountName, in any case.
pub(super) fn named<'a>(accounts: &'a [StoredAccount], name: &str) -> Option<&'a StoredAccount> {
    let key = Account::key(name);
    accounts.iter().find(|stored| Account::key(&stored.account.sam_account_name) == key)
}

fn stored_pin(pin: &PinState, now: time::OffsetDateTime) -> ApiResult<Option<StoredPin>> {
    let Some(hash) = &pin.hash else { return Ok(None) };
    let length =
        pin.length.ok_or_else(|| ApiError::invalid("a PIN's hash comes with its length").field("users"))?;
    Ok(Some(StoredPin {
        phc: hash.expose().to_owned(),
        length: usize::from(length),
        set_at: pin.last_pin_change_time.unwrap_or(now),
    }))
}

fn history(pin: &PinState) -> Vec<String> {
    pin.history.iter().map(|phc| phc.expose().to_owned()).collect()
}

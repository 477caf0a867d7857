//! Users of a state as the store keeps them.

use super::accounts::Named;
use crate::control::Control;
use crate::control::users::{display_name, line_uri, sip_uri};
use lync_admin::dto::{PinState, UserState};
use lync_admin::{ApiError, ApiResult};
use lync_model::User;
use lync_store::{Snapshot, StoredPin, UserRecord};
use std::collections::HashSet;

impl Control {
    /// The users as the store keeps them, with their accounts out of `accounts`; who gets no `pin` keeps the one that is
    /// there.
    pub(super) fn records(
        &self,
        users: &[UserState],
        accounts: &Named<'_>,
        there: &Snapshot,
    ) -> ApiResult<Vec<UserRecord>> {
        let mut seen = HashSet::new();
        let mut records = Vec::new();
        for state in users {
            let record = self.record(state, accounts, there)?;
            if !seen.insert(record.user().clone()) {
                return Err(ApiError::invalid(format!("{} is there twice", record.user())).field("users"));
            }
            records.push(record);
        }
        Ok(records)
    }

    fn record(&self, state: &UserState, accounts: &Named<'_>, there: &Snapshot) -> ApiResult<UserRecord> {
        let user = User {
            sip_uri: sip_uri(&state.sip_address)?,
            display_name: display_name(Some(&state.display_name), &state.sip_address)?,
            line_uri: line_uri(state.line_uri.as_deref())?,
            enabled: state.enabled,
            enterprise_voice: state.enterprise_voice_enabled,
            pin_set_at: None,
        };
        let mut record = match there.records.get(&user.sip_uri) {
            Some(kept) => kept.clone().of(user),
            None => UserRecord::new(user),
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
        let account = state.account.clone().or(own).and_then(|name| accounts.get(&name));
        if let Some(account) = account {
            record.set_account(account.clone());
        }
        Ok(record)
    }
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

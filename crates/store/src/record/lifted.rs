//! A change taken back: what it made of a user goes, what an administrator has made since stays.

use super::{UserRecord, read, write};
use crate::accounts::{self, StoredAccount, names::Names};
use crate::{Store, StoreError};
use lync_model::lockout::Counters;
use sqlx::SqliteConnection;

impl Store {
    /// The user as it would be if the change that made `after` of `before` had not been made; `after` is `None` where
    /// it removed the user.
    ///
    /// Field by field: what still is as the change left it is as before, and what is otherwise was set since and
    /// stays. So do certificates that were published since, and an account that was made under the name of one that
    /// the change removed: it only becomes the user's. `None` when somebody else has removed the user.
    pub async fn without_change(
        &self,
        before: &UserRecord,
        after: Option<&UserRecord>,
    ) -> Result<Option<UserRecord>, StoreError> {
        without(&mut *self.database.read.begin().await?, before, after).await
    }

    /// Makes the user what [`without_change`](Self::without_change) says. A user whom somebody else has removed stays
    /// removed; the account that such a user has left loses what the change made of it.
    pub async fn take_back(&self, before: &UserRecord, after: Option<&UserRecord>) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        match without(&mut tx, before, after).await? {
            Some(record) => write(&mut tx, &record).await?,
            None => take_back_account(&mut tx, before, after).await?,
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn present(
    connection: &mut SqliteConnection,
    before: &UserRecord,
) -> Result<Option<UserRecord>, StoreError> {
    match read(connection, before.user()).await {
        Ok(now) => Ok(Some(now)),
        Err(StoreError::NoSuchUser(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn without(
    connection: &mut SqliteConnection,
    before: &UserRecord,
    after: Option<&UserRecord>,
) -> Result<Option<UserRecord>, StoreError> {
    let now = present(&mut *connection, before).await?;
    Ok(match (now, after) {
        (Some(now), Some(after)) => Some(merged(&now, before, after)),
        (None, None) => Some(with_account_of_now(connection, before).await?),
        // Added anew after the change had removed it, or removed by somebody else.
        (now, _) => now,
    })
}

/// The user as before, with the account that somebody has made meanwhile under the name of the old one.
async fn with_account_of_now(
    connection: &mut SqliteConnection,
    before: &UserRecord,
) -> Result<UserRecord, StoreError> {
    let mut record = before.clone();
    if let Some(own) = &mut record.account {
        let found = accounts::find(connection, Names::Sam(&own.account.sam_account_name)).await?;
        if let Some(row) = found.filter(|row| !row.is_users()) {
            *own = row.read()?;
            own.account.sip_uri = Some(before.user().clone());
            // A user and its account have one name.
            record.user.display_name.clone_from(&own.account.display_name);
        }
    }
    Ok(record)
}

fn merged(now: &UserRecord, before: &UserRecord, after: &UserRecord) -> UserRecord {
    let mut merged = now.clone();
    let (user, was, became) = (&mut merged.user, &before.user, &after.user);
    take(&mut user.line_uri, &was.line_uri, &became.line_uri);
    take(&mut user.enabled, &was.enabled, &became.enabled);
    take(&mut user.enterprise_voice, &was.enterprise_voice, &became.enterprise_voice);
    take(&mut user.pin_set_at, &was.pin_set_at, &became.pin_set_at);
    take(&mut merged.pin_policy, &before.pin_policy, &after.pin_policy);
    take(&mut merged.pin_lifetime_days, &before.pin_lifetime_days, &after.pin_lifetime_days);
    take(&mut merged.pin, &before.pin, &after.pin);
    merged.history = history(&now.history, &before.history, &after.history);
    // Wrong PINs were counted because of the change as long as the PIN is the one that it made.
    let its_pin = before.pin != after.pin && now.pin == after.pin;
    merged.counters = counters(now.counters, before.counters, after.counters, its_pin);
    if let (Some(account), Some(was), Some(became)) = (&mut merged.account, &before.account, &after.account) {
        take_account(account, was, became);
    }
    merged
}

/// Takes back what the change made of one field, unless it was set since.
fn take<T: Clone + PartialEq>(now: &mut T, before: &T, after: &T) {
    if now == after {
        now.clone_from(before);
    }
}

fn take_account(now: &mut StoredAccount, before: &StoredAccount, after: &StoredAccount) {
    take(&mut now.nt_hash, &before.nt_hash, &after.nt_hash);
    take(&mut now.account.state, &before.account.state, &after.account.state);
}

/// The PINs of before, and behind them those that came since.
fn history(now: &[String], before: &[String], after: &[String]) -> Vec<String> {
    if before == after {
        return now.to_vec();
    }
    let since = now.iter().filter(|phc| !after.contains(phc) && !before.contains(phc));
    before.iter().chain(since).cloned().collect()
}

fn counters(now: Counters, before: Counters, after: Counters, its_pin: bool) -> Counters {
    // Only an unlocking ends these locks, and only it makes the global counter smaller.
    let unlocked = now.global_failures < after.global_failures
        || (after.locked_by_admin && !now.locked_by_admin)
        || (after.locked_by_system && !now.locked_by_system);
    let mut locked_by_admin = now.locked_by_admin;
    take(&mut locked_by_admin, &before.locked_by_admin, &after.locked_by_admin);
    match (its_pin, unlocked) {
        (true, true) => Counters { locked_by_admin: now.locked_by_admin, ..Counters::default() },
        (true, false) => Counters { locked_by_admin, ..before },
        (false, true) => now,
        (false, false) => Counters { locked_by_admin, ..counted(now, before, after) },
    }
}

/// The failures without those that the change counted, and with those that came since.
fn counted(now: Counters, before: Counters, after: Counters) -> Counters {
    let window = |of: &Counters| (of.local_failures, of.window_started, of.locked_until);
    let mut present = window(&now);
    take(&mut present, &window(&before), &window(&after));
    let mut locked_by_system = now.locked_by_system;
    take(&mut locked_by_system, &before.locked_by_system, &after.locked_by_system);
    let since = now.global_failures.saturating_sub(after.global_failures);
    Counters {
        local_failures: present.0,
        window_started: present.1,
        locked_until: present.2,
        global_failures: before.global_failures.saturating_add(since),
        locked_by_system,
        ..now
    }
}

/// Disable-CsUser leaves the account, which the change may have barred or given another password.
async fn take_back_account(
    connection: &mut SqliteConnection,
    before: &UserRecord,
    after: Option<&UserRecord>,
) -> Result<(), StoreError> {
    let after = after.and_then(|after| after.account.as_ref());
    let (Some(before), Some(after)) = (&before.account, after) else { return Ok(()) };
    let sam = Names::Sam(&before.account.sam_account_name);
    let Some(row) = accounts::find(&mut *connection, sam).await? else { return Ok(()) };
    let (id, mut account) = (row.id, row.read()?);
    take_account(&mut account, before, after);
    accounts::write(connection, id, &account.account, account.nt_hash.as_ref()).await
}

#[cfg(test)]
mod tests;

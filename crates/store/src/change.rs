//! The states of a user that a scenario asks for, made real.

use crate::record::{PinRecord, UserRecord};
use crate::{Store, StoreError, hasher, policy, record, users};
use lync_model::lockout::{Counters, LOCAL_LOCKOUT, Limits};
use lync_model::scenario::UserChange;
use lync_model::{AccountState, LineUri, NtHash, PinPolicy, SipUri, User};
use sqlx::SqliteConnection;
use std::collections::HashSet;
use time::{Duration, OffsetDateTime};

/// PINLifetime of a user whose PIN is to expire while the policy lets none expire, in days.
const OWN_PIN_LIFETIME_DAYS: u16 = 30;
/// How long ago a PIN expired that is made to expire.
const EXPIRED_SINCE: Duration = Duration::days(1);
/// One more than the greatest number and extension that a line URI holds: 15 digits.
const NUMBERS: u64 = 1_000_000_000_000_000;

/// What [`change_user`](Store::change_user) made of a user.
///
/// Both records come from the transaction of the change: what somebody else sets right before or after it is none of
/// its doing.
#[derive(Debug)]
pub struct ChangedUser {
    /// The user as it was.
    pub before: UserRecord,
    /// The user as it is now; `None` when the change removed it.
    pub after: Option<UserRecord>,
    /// The users who were added beside it.
    pub added: Vec<SipUri>,
}

impl Store {
    /// Brings a user into a state, and answers with what that changed.
    ///
    /// To lift it, [take it back](Self::take_back) and [remove](Self::remove_user) those who were added. All of a change
    /// happens, or nothing.
    ///
    /// | change | what is done |
    /// |---|---|
    /// | `OtherPin` | the PIN is one that nobody knows, of the same length and age; the history stays |
    /// | `LockedForAnHour` | the local counter is full as of now, and its failures count globally too |
    /// | `LockedBySystem` | the global counter is full; the event of [`with_events`](Self::with_events) is written |
    /// | `PinExpired` | the PIN was set longer ago than PINLifetime. If the policy has none, this user gets one, as by Grant-CsPinPolicy, and the policy of the others stays |
    /// | `Renumbered` | the next number and extension that nobody has |
    /// | `TwinOfExtension` | `<name>-twin@<domain>` has the same extension and PIN, and another number |
    /// | `OtherPassword` | the password is one that nobody knows; who has none keeps none |
    /// | `TwinOfNumber` | `<name>-twin@<domain>` has the same number and PIN, and no extension |
    ///
    /// What is no state of this user is refused: a locked PIN needs a PIN, another number needs a number.
    pub async fn change_user(&self, user: &SipUri, change: UserChange) -> Result<ChangedUser, StoreError> {
        let mut tx = self.database.begin().await?;
        let now = self.clock.now();
        let mut added = Vec::new();
        let before = record::read(&mut tx, user).await?;
        let mut record = before.clone();
        match change {
            UserChange::Removed => users::remove(&mut tx, user).await?,
            UserChange::TwinOfExtension | UserChange::TwinOfNumber => {
                let twin = twin(&mut tx, &record, change).await?;
                record::write(&mut tx, &twin).await?;
                added.push(twin.user.sip_uri);
            }
            UserChange::Renumbered => {
                record.user.line_uri = Some(free_line(&mut tx, line_of(&record)?).await?);
                record::write(&mut tx, &record).await?;
            }
            UserChange::OtherPin => {
                pin_of(&mut record)?.phc = self.hasher.nobodys()?;
                record::write(&mut tx, &record).await?;
            }
            _ => {
                let id = users::id(&mut tx, user).await?;
                let policy = policy::effective(&mut tx, id).await?;
                edit(&mut record, change, &policy, now)?;
                record::write(&mut tx, &record).await?;
            }
        }
        let after = match change {
            UserChange::Removed => None,
            _ => Some(record::read(&mut tx, user).await?),
        };
        tx.commit().await?;
        tracing::info!(%user, ?change, "user changed");
        if change == UserChange::LockedBySystem {
            self.report_locked_for_good(std::slice::from_ref(user));
        }
        Ok(ChangedUser { before, after, added })
    }
}

/// The changes for which it needs no more than the record.
fn edit(
    record: &mut UserRecord,
    change: UserChange,
    policy: &PinPolicy,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    match change {
        UserChange::Disabled => record.user.enabled = false,
        UserChange::NoEnterpriseVoice => record.user.enterprise_voice = false,
        UserChange::NoLineUri => record.user.line_uri = None,
        UserChange::NoExtension => record.user.line_uri = Some(without_extension(line_of(record)?)),
        UserChange::PinNotSet => {
            record.pin = None;
            record.history.clear();
        }
        UserChange::PinExpired => expire(record, policy, now)?,
        UserChange::Locked => {
            pin_of(record)?;
            record.counters.lock();
        }
        UserChange::LockedForAnHour => {
            let limits = Limits::for_pin(pin_of(record)?.length, policy);
            record.counters = full_for_an_hour(record.counters.global_failures, limits, now);
        }
        UserChange::OtherPassword => other_password(record)?,
        UserChange::AccountLocked => bar(record, AccountState::LockedOut),
        UserChange::AccountDisabled => bar(record, AccountState::Disabled),
        UserChange::PasswordExpired => bar(record, AccountState::PasswordExpired),
        UserChange::LockedBySystem => {
            let limits = Limits::for_pin(pin_of(record)?.length, policy);
            record.counters =
                Counters { global_failures: limits.global, locked_by_system: true, ..Counters::default() };
        }
        // They need the database or the hasher.
        UserChange::OtherPin
        | UserChange::Removed
        | UserChange::Renumbered
        | UserChange::TwinOfExtension
        | UserChange::TwinOfNumber => {}
    }
    Ok(())
}

/// Whoever has no password needs no other to be refused.
fn other_password(record: &mut UserRecord) -> Result<(), StoreError> {
    if let Some(hash) = record.account.as_mut().and_then(|account| account.nt_hash.as_mut()) {
        *hash = NtHash::from_bytes(hasher::salt()?);
    }
    Ok(())
}

fn bar(record: &mut UserRecord, state: AccountState) {
    if let Some(stored) = &mut record.account {
        stored.account.state = state;
    }
}

fn expire(record: &mut UserRecord, policy: &PinPolicy, now: OffsetDateTime) -> Result<(), StoreError> {
    pin_of(record)?;
    if policy::of_user(policy, record.pin_lifetime_days).pin_lifetime_days == 0 {
        record.pin_lifetime_days = Some(OWN_PIN_LIFETIME_DAYS);
    }
    let lifetime = policy::of_user(policy, record.pin_lifetime_days).pin_lifetime_days;
    let set_at = now.saturating_sub(Duration::days(lifetime.into())).saturating_sub(EXPIRED_SINCE);
    let pin = pin_of(record)?;
    pin.set_at = pin.set_at.min(set_at);
    record.user.pin_set_at = Some(pin.set_at);
    Ok(())
}

/// What the counters are when the last wrong PIN of the local limit has just come.
fn full_for_an_hour(global_failures: u32, limits: Limits, now: OffsetDateTime) -> Counters {
    Counters {
        local_failures: limits.local,
        window_started: Some(now),
        locked_until: Some(now.saturating_add(LOCAL_LOCKOUT)),
        // A lock that ends by itself needs a global counter that is not full.
        global_failures: global_failures.saturating_add(limits.local).min(limits.global.saturating_sub(1)),
        ..Counters::default()
    }
}

fn pin_of(record: &mut UserRecord) -> Result<&mut PinRecord, StoreError> {
    record.pin.as_mut().ok_or_else(|| StoreError::NoPin(record.user.sip_uri.clone()))
}

fn line_of(record: &UserRecord) -> Result<&LineUri, StoreError> {
    record.user.line_uri.as_ref().ok_or_else(|| StoreError::NoLineUri(record.user.sip_uri.clone()))
}

fn without_extension(line: &LineUri) -> LineUri {
    line_uri(line.number(), None)
}

fn line_uri(number: &str, extension: Option<&str>) -> LineUri {
    let extension = extension.map(|extension| format!(";ext={extension}")).unwrap_or_default();
    format!("tel:{number}{extension}").parse().expect("number and extension have 1 to 15 digits")
}

/// A user whom only the PIN could tell from the user of `record`, and does not.
async fn twin(
    connection: &mut SqliteConnection,
    record: &UserRecord,
    change: UserChange,
) -> Result<UserRecord, StoreError> {
    let user = &record.user;
    let line = line_of(record)?;
    let pin = record.pin.clone().ok_or_else(|| StoreError::NoPin(user.sip_uri.clone()))?;
    let line = if change == UserChange::TwinOfNumber {
        without_extension(line)
    } else {
        let extension = line.extension().ok_or_else(|| StoreError::NoExtension(user.sip_uri.clone()))?;
        line_uri(free_line(&mut *connection, line).await?.number(), Some(extension))
    };
    Ok(UserRecord {
        user: User {
            sip_uri: free_address(connection, &user.sip_uri).await?,
            display_name: format!("{} (twin)", user.display_name),
            line_uri: Some(line),
            enabled: true,
            enterprise_voice: true,
            pin_set_at: user.pin_set_at,
        },
        account: None,
        pin_policy: record.pin_policy.clone(),
        pin_lifetime_days: record.pin_lifetime_days,
        // The same hash, salt and all: one comparison serves both.
        pin: Some(pin),
        history: Vec::new(),
        counters: Counters::default(),
        certificates: Vec::new(),
    })
}

/// `<name>-twin@<domain>`, or the first of `-twin2`, `-twin3` and so on that nobody has.
async fn free_address(connection: &mut SqliteConnection, user: &SipUri) -> Result<SipUri, StoreError> {
    let taken: HashSet<String> =
        sqlx::query_scalar!("SELECT sip_uri FROM users").fetch_all(connection).await?.into_iter().collect();
    let (name, domain) = user.address().rsplit_once('@').unwrap_or((user.address(), user.domain()));
    (1..)
        .map(|n: u32| if n == 1 { String::new() } else { n.to_string() })
        .map(|n| format!("sip:{name}-twin{n}@{domain}"))
        .find(|address| !taken.contains(address))
        .and_then(|address| address.parse().ok())
        .ok_or(StoreError::NoRoomForTwin)
}

/// The line whose number and extension follow those of `line` and are nobody's, neither as a number nor as an
/// extension: who types `line`'s finds nobody else, and who types these finds only their owner.
async fn free_line(connection: &mut SqliteConnection, line: &LineUri) -> Result<LineUri, StoreError> {
    let rows = sqlx::query!("SELECT line_digits, line_extension FROM users WHERE line_digits IS NOT NULL")
        .fetch_all(connection)
        .await?;
    let mut taken: HashSet<String> =
        rows.into_iter().flat_map(|row| [row.line_digits, row.line_extension]).flatten().collect();
    let digits = next_free(line.digits(), &taken);
    let plus = if line.number().starts_with('+') { "+" } else { "" };
    let number = format!("{plus}{digits}");
    taken.insert(digits);
    let extension = line.extension().map(|extension| next_free(extension, &taken));
    Ok(line_uri(&number, extension.as_deref()))
}

/// The next greater number that is free, of at least as many digits; behind the last one comes 0.
fn next_free(digits: &str, taken: &HashSet<String>) -> String {
    let (width, start) = (digits.len(), digits.parse::<u64>().unwrap_or(0));
    (1..NUMBERS)
        .map(|step| format!("{:0width$}", (start + step) % NUMBERS))
        .find(|candidate| !taken.contains(candidate))
        .expect("no table holds all numbers of 15 digits")
}

#[cfg(test)]
mod tests;

//! Setting, clearing, locking and unlocking PINs.

use crate::counters;
use crate::database::{from_stored, to_stored};
use crate::users::{id, own_pin_lifetime, read_line_uri};
use crate::{Store, StoreError, policy};
use lync_model::lockout::Counters;
use lync_model::{Pin, PinPolicy, PinRejected, SipUri};
use sqlx::SqliteConnection;
use time::OffsetDateTime;

/// What Get-CsClientPinInfo tells of a user's PIN, which is never the PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinInfo {
    /// IsPinSet.
    pub is_pin_set: bool,
    /// IsLockedOut. True during the one-hour lock as well, which is inferred.
    pub is_locked_out: bool,
    /// LastPinChangeTime; `None` when no PIN is set.
    pub last_pin_change_time: Option<OffsetDateTime>,
    /// PinExpirationTime; `None` when no PIN is set or PINs do not expire.
    pub pin_expiration_time: Option<OffsetDateTime>,
}

/// Whose rules a new PIN is held to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SetBy {
    Administrator,
    User,
}

impl Store {
    /// Sets a PIN as Set-CsClientPin does: the policy holds, but not PINHistoryCount.
    ///
    /// A locked PIN is refused until [`unlock_pin`](Self::unlock_pin), as the Control Panel documents it. The failures
    /// counted so far stay counted. The PIN was set now: a clock in the past makes one that has expired.
    pub async fn set_pin(&self, user: &SipUri, pin: &Pin) -> Result<(), StoreError> {
        self.replace_pin(user, pin, SetBy::Administrator).await
    }

    /// Sets a PIN as the user does on the dial-in page: the policy with PINHistoryCount holds.
    ///
    /// The caller has made sure that it is the user. That a locked PIN is refused here too is inferred.
    pub async fn change_pin(&self, user: &SipUri, pin: &Pin) -> Result<(), StoreError> {
        self.replace_pin(user, pin, SetBy::User).await
    }

    /// Takes the PIN away, as if none had been set; counters, locks and history stay.
    pub async fn clear_pin(&self, user: &SipUri) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        let id = id(&mut tx, user).await?;
        sqlx::query!("DELETE FROM pins WHERE user_id = ?", id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Locks a PIN as Lock-CsClientPin does.
    pub async fn lock_pin(&self, user: &SipUri) -> Result<(), StoreError> {
        self.change_counters(user, Counters::lock).await
    }

    /// Unlocks a PIN as Unlock-CsClientPin does, whatever locked it.
    pub async fn unlock_pin(&self, user: &SipUri) -> Result<(), StoreError> {
        self.change_counters(user, Counters::unlock).await
    }

    /// What Get-CsClientPinInfo tells.
    pub async fn pin_info(&self, user: &SipUri) -> Result<PinInfo, StoreError> {
        // One transaction, so that all comes from the same moment.
        let mut tx = self.database.read.begin().await?;
        let id = id(&mut tx, user).await?;
        let set_at =
            sqlx::query_scalar!("SELECT set_at FROM pins WHERE user_id = ?", id).fetch_optional(&mut *tx);
        let set_at = set_at.await?.map(from_stored).transpose()?;
        let counters = counters::load(&mut tx, id).await?;
        let policy = policy::effective(&mut tx, id).await?;
        let policy = policy::of_user(&policy, own_pin_lifetime(&mut tx, id).await?);
        Ok(PinInfo {
            is_pin_set: set_at.is_some(),
            is_locked_out: counters.is_locked(self.clock.now()),
            last_pin_change_time: set_at,
            pin_expiration_time: set_at.and_then(|set_at| policy.pin_expiration(set_at)),
        })
    }

    /// What is counted of a user's wrong PINs, and which locks there are. No cmdlet shows the counters.
    pub async fn counters(&self, user: &SipUri) -> Result<Counters, StoreError> {
        let mut tx = self.database.read.begin().await?;
        let id = id(&mut tx, user).await?;
        counters::load(&mut tx, id).await
    }

    async fn change_counters(&self, user: &SipUri, change: fn(&mut Counters)) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        let id = id(&mut tx, user).await?;
        let mut counters = counters::load(&mut tx, id).await?;
        change(&mut counters);
        counters::save(&mut tx, id, &counters).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn replace_pin(&self, user: &SipUri, pin: &Pin, by: SetBy) -> Result<(), StoreError> {
        // Hashing takes longer than all the rest, and nobody can write meanwhile if it happens in the transaction.
        // A refused PIN is hashed in vain.
        let phc = self.hasher.hash(pin).await?;
        let mut tx = self.database.begin().await?;
        let id = id(&mut tx, user).await?;
        let policy = policy::effective(&mut tx, id).await?;
        let line =
            sqlx::query_scalar!("SELECT line_uri FROM users WHERE id = ?", id).fetch_one(&mut *tx).await?;
        policy.check_new_pin(pin, line.as_deref().map(read_line_uri).transpose()?.as_ref())?;
        if counters::load(&mut tx, id).await?.is_locked(self.clock.now()) {
            return Err(StoreError::PinLocked(user.clone()));
        }
        if by == SetBy::User {
            self.refuse_used(&mut tx, id, pin, &policy).await?;
        }
        write_pin(&mut tx, id, &phc, pin.expose().len(), self.clock.now()).await?;
        write_history(&mut tx, id, &phc, &policy).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Refuses one of the last PINs. Holds the write lock while it compares at most 21 hashes; users seldom do this.
    async fn refuse_used(
        &self,
        connection: &mut SqliteConnection,
        id: i64,
        pin: &Pin,
        policy: &PinPolicy,
    ) -> Result<(), StoreError> {
        let history_count = policy.pin_history_count;
        if history_count == 0 {
            return Ok(());
        }
        // The present PIN is not in the history if it was set under a policy without one.
        let used = sqlx::query_scalar!(
            r#"SELECT phc AS "phc!" FROM pins WHERE user_id = ?1
               UNION
               SELECT phc FROM (SELECT phc FROM pin_history WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2)"#,
            id,
            history_count
        )
        .fetch_all(connection)
        .await?;
        for phc in used {
            if self.hasher.verify(pin, &phc).await? {
                return Err(PinRejected::UsedBefore { history_count }.into());
            }
        }
        Ok(())
    }
}

pub(crate) async fn write_pin(
    connection: &mut SqliteConnection,
    id: i64,
    phc: &str,
    length: usize,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let length = i64::try_from(length).map_err(|_| StoreError::Corrupt("a PIN length"))?;
    let set_at = to_stored(now);
    sqlx::query!(
        "INSERT OR REPLACE INTO pins (user_id, phc, length, set_at) VALUES (?, ?, ?, ?)",
        id,
        phc,
        length,
        set_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds a PIN to the history and forgets those that the policy no longer asks for.
pub(crate) async fn write_history(
    connection: &mut SqliteConnection,
    id: i64,
    phc: &str,
    policy: &PinPolicy,
) -> Result<(), StoreError> {
    sqlx::query!("INSERT INTO pin_history (user_id, phc) VALUES (?, ?)", id, phc)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "DELETE FROM pin_history WHERE user_id = ?1
         AND id NOT IN (SELECT id FROM pin_history WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2)",
        id,
        policy.pin_history_count
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use time::Duration;

    fn rejected(result: Result<(), StoreError>) -> PinRejected {
        match result {
            Err(StoreError::PinRejected(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_new_user_has_no_pin_and_pin_info_follows_the_pin() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let user = pool.add("kenmyer", Some("tel:+12065551219;ext=1219")).await;
        let unset = PinInfo {
            is_pin_set: false,
            is_locked_out: false,
            last_pin_change_time: None,
            pin_expiration_time: None,
        };
        assert_eq!(store.pin_info(&user).await.unwrap(), unset);

        store.set_pin(&user, &Pin::new("07129")).await.unwrap();
        let set = PinInfo { is_pin_set: true, last_pin_change_time: Some(pool.clock.now()), ..unset.clone() };
        assert_eq!(store.pin_info(&user).await.unwrap(), set);
        assert_eq!(store.user(&user).await.unwrap().unwrap().pin_set_at, Some(pool.clock.now()));

        let lifetime = PinPolicy { pin_lifetime_days: 30, pin_history_count: 1, ..PinPolicy::default() };
        store.set_policy(&lifetime).await.unwrap();
        let expires = PinInfo { pin_expiration_time: Some(pool.clock.now() + Duration::days(30)), ..set };
        assert_eq!(store.pin_info(&user).await.unwrap(), expires);

        store.lock_pin(&user).await.unwrap();
        assert_eq!(store.pin_info(&user).await.unwrap(), PinInfo { is_locked_out: true, ..expires.clone() });
        store.unlock_pin(&user).await.unwrap();
        assert_eq!(store.pin_info(&user).await.unwrap(), expires);

        store.clear_pin(&user).await.unwrap();
        assert_eq!(store.pin_info(&user).await.unwrap(), unset);
    }

    #[tokio::test]
    async fn the_policy_holds_for_administrators() {
        let pool = Pool::open().await;
        let user = pool.add("kenmyer", Some("tel:+12065551219;ext=51219")).await;
        let cases = [
            ("0712", PinRejected::TooShort { min: 5 }),
            ("51219", PinRejected::Extension),
            ("12065551219", PinRejected::PhoneNumber),
            ("99123456", PinRejected::ConsecutiveDigits),
            ("pin", PinRejected::NotDigits),
        ];
        for (pin, reason) in cases {
            assert_eq!(rejected(pool.store.set_pin(&user, &Pin::new(pin)).await), reason);
        }
        assert!(!pool.store.pin_info(&user).await.unwrap().is_pin_set);
    }

    #[tokio::test]
    async fn a_locked_pin_is_not_set_before_it_is_unlocked() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let user = pool.add_with_pin("kenmyer", "1219", "07129").await;
        store.lock_pin(&user).await.unwrap();
        let refused = store.set_pin(&user, &Pin::new("83920")).await;
        assert!(matches!(refused, Err(StoreError::PinLocked(locked)) if locked == user));
        store.unlock_pin(&user).await.unwrap();
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(user.clone()));
        store.set_pin(&user, &Pin::new("83920")).await.unwrap();
        assert_eq!(pool.sign_in("1219", "83920").await, Ok(user));
        assert!(pool.sign_in("1219", "07129").await.is_err());
    }

    #[tokio::test]
    async fn a_user_may_use_a_pin_again_after_as_many_new_ones_as_the_policy_says() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let user = pool.add_with_pin("kenmyer", "1219", "07129").await;
        store.set_policy(&PinPolicy { pin_history_count: 3, ..PinPolicy::default() }).await.unwrap();
        let change = async |pin: &str| store.change_pin(&user, &Pin::new(pin)).await;
        let used = PinRejected::UsedBefore { history_count: 3 };

        assert_eq!(rejected(change("07129").await), used, "the present one, set before there was a history");
        for pin in ["10001", "20002", "30003"] {
            change(pin).await.unwrap();
        }
        for pin in ["10001", "20002", "30003"] {
            assert_eq!(rejected(change(pin).await), used);
        }
        change("40004").await.unwrap();
        change("10001").await.unwrap();
        store.clear_pin(&user).await.unwrap();
        assert_eq!(rejected(change("40004").await), used, "clearing is no way around");
        store.set_pin(&user, &Pin::new("40004")).await.unwrap();
    }

    #[tokio::test]
    async fn the_history_keeps_no_more_than_the_policy_asks_for() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let user = pool.add_with_pin("kenmyer", "1219", "07129").await;
        for (history_count, kept) in [(0, 0), (2, 1), (2, 2), (2, 2), (1, 1), (0, 0)] {
            store
                .set_policy(&PinPolicy { pin_history_count: history_count, ..PinPolicy::default() })
                .await
                .unwrap();
            store.set_pin(&user, &Pin::new("07129")).await.unwrap();
            let count =
                sqlx::query_scalar!("SELECT count(*) FROM pin_history").fetch_one(&store.database.read).await;
            assert_eq!(count.unwrap(), kept);
        }
    }

    #[tokio::test]
    async fn nobody_has_no_pin() {
        let store = Pool::open().await.store;
        let (nobody, pin) = (Pool::sip("nobody"), Pin::new("07129"));
        let answers = [
            store.set_pin(&nobody, &pin).await,
            store.change_pin(&nobody, &pin).await,
            store.clear_pin(&nobody).await,
            store.lock_pin(&nobody).await,
            store.unlock_pin(&nobody).await,
            store.pin_info(&nobody).await.map(drop),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(StoreError::NoSuchUser(_))), "{answer:?}");
        }
    }
}

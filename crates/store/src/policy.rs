//! The PIN policy in its table.

use crate::{Store, StoreError};
use lync_model::PinPolicy;
use sqlx::SqliteConnection;

impl Store {
    /// The global PIN policy.
    pub async fn policy(&self) -> Result<PinPolicy, StoreError> {
        load(&mut *self.database.read.acquire().await?).await
    }

    /// Replaces the global PIN policy. PINs that are already set stay, even those that it would refuse.
    pub async fn set_policy(&self, policy: &PinPolicy) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        save(&mut tx, policy).await?;
        tx.commit().await?;
        Ok(())
    }
}

pub(crate) async fn save(connection: &mut SqliteConnection, policy: &PinPolicy) -> Result<(), StoreError> {
    policy.validate()?;
    sqlx::query!(
        "UPDATE pin_policies SET min_password_length = ?, pin_history_count = ?, allow_common_patterns = ?,
                                 pin_lifetime_days = ?, maximum_logon_attempts = ?
         WHERE identity = 'Global'",
        policy.min_password_length,
        policy.pin_history_count,
        policy.allow_common_patterns,
        policy.pin_lifetime_days,
        policy.maximum_logon_attempts
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The policy as it holds for a user: the global one, but for a PINLifetime of the user's own.
pub(crate) fn of_user(global: &PinPolicy, own_pin_lifetime: Option<u16>) -> PinPolicy {
    PinPolicy { pin_lifetime_days: own_pin_lifetime.unwrap_or(global.pin_lifetime_days), ..global.clone() }
}

/// The global policy.
pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<PinPolicy, StoreError> {
    let row = sqlx::query!(
        r#"SELECT min_password_length, pin_history_count, allow_common_patterns AS "allow_common_patterns: bool",
                  pin_lifetime_days, maximum_logon_attempts
           FROM pin_policies WHERE identity = 'Global'"#
    )
    .fetch_one(connection)
    .await?;
    let corrupt = |_| StoreError::Corrupt("a PIN policy");
    Ok(PinPolicy {
        min_password_length: row.min_password_length.try_into().map_err(corrupt)?,
        pin_history_count: row.pin_history_count.try_into().map_err(corrupt)?,
        allow_common_patterns: row.allow_common_patterns,
        pin_lifetime_days: row.pin_lifetime_days.try_into().map_err(corrupt)?,
        maximum_logon_attempts: row.maximum_logon_attempts.map(u16::try_from).transpose().map_err(corrupt)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use lync_model::PinPolicyError;

    #[tokio::test]
    async fn a_new_store_has_the_default_policy() {
        assert_eq!(Pool::open().await.store.policy().await.unwrap(), PinPolicy::default());
    }

    #[tokio::test]
    async fn a_policy_comes_back_as_it_was_set() {
        let store = Pool::open().await.store;
        let policy = PinPolicy {
            min_password_length: 24,
            pin_history_count: 20,
            allow_common_patterns: true,
            pin_lifetime_days: 999,
            maximum_logon_attempts: Some(999),
        };
        for policy in [policy, PinPolicy::default()] {
            store.set_policy(&policy).await.unwrap();
            assert_eq!(store.policy().await.unwrap(), policy);
        }
    }

    #[tokio::test]
    async fn an_impossible_policy_changes_nothing() {
        let store = Pool::open().await.store;
        let refused = store.set_policy(&PinPolicy { pin_lifetime_days: 30, ..PinPolicy::default() }).await;
        assert!(matches!(refused, Err(StoreError::Policy(PinPolicyError::LifetimeWithoutHistory))));
        assert_eq!(store.policy().await.unwrap(), PinPolicy::default());
    }
}

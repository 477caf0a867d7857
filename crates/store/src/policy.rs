//! The PIN policies in their table, and which of them holds for whom.

mod named;

pub(crate) use named::{all, all_grants, grant, granted, insert, put, replace};

use crate::{Store, StoreError};
use lync_model::PinPolicy;
use sqlx::SqliteConnection;

/// The values of a policy in the table.
pub(crate) struct PolicyRow {
    pub(crate) min_password_length: i64,
    pub(crate) pin_history_count: i64,
    pub(crate) allow_common_patterns: bool,
    pub(crate) policy_lifetime_days: i64,
    pub(crate) maximum_logon_attempts: Option<i64>,
}

impl Store {
    /// The global PIN policy.
    pub async fn policy(&self) -> Result<PinPolicy, StoreError> {
        global(&mut *self.database.read.acquire().await?).await
    }

    /// Replaces the global PIN policy. PINs that are already set stay, even those that it would refuse.
    pub async fn set_policy(&self, policy: &PinPolicy) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        save(&mut tx, policy).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl PolicyRow {
    pub(crate) fn read(self) -> Result<PinPolicy, StoreError> {
        let corrupt = |_| StoreError::Corrupt("a PIN policy");
        Ok(PinPolicy {
            min_password_length: self.min_password_length.try_into().map_err(corrupt)?,
            pin_history_count: self.pin_history_count.try_into().map_err(corrupt)?,
            allow_common_patterns: self.allow_common_patterns,
            pin_lifetime_days: self.policy_lifetime_days.try_into().map_err(corrupt)?,
            maximum_logon_attempts: self
                .maximum_logon_attempts
                .map(u16::try_from)
                .transpose()
                .map_err(corrupt)?,
        })
    }
}

/// Replaces the values of the global policy.
pub(crate) async fn save(connection: &mut SqliteConnection, policy: &PinPolicy) -> Result<(), StoreError> {
    policy.validate()?;
    sqlx::query!(
        "UPDATE pin_policies SET min_password_length = ?, pin_history_count = ?, allow_common_patterns = ?,
                                 pin_lifetime_days = ?, maximum_logon_attempts = ?
         WHERE id = 1",
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

/// A policy as it holds for a user who may have a PINLifetime of their own.
pub(crate) fn of_user(policy: &PinPolicy, own_pin_lifetime: Option<u16>) -> PinPolicy {
    PinPolicy { pin_lifetime_days: own_pin_lifetime.unwrap_or(policy.pin_lifetime_days), ..policy.clone() }
}

/// The global policy.
pub(crate) async fn global(connection: &mut SqliteConnection) -> Result<PinPolicy, StoreError> {
    let row = sqlx::query_as!(
        PolicyRow,
        r#"SELECT min_password_length, pin_history_count, allow_common_patterns AS "allow_common_patterns: bool",
                  pin_lifetime_days AS policy_lifetime_days, maximum_logon_attempts
           FROM pin_policies WHERE id = 1"#
    );
    row.fetch_one(connection).await?.read()
}

/// The policy that holds for a user: the granted one, else that of the site, else the global one. A PINLifetime of the
/// user's own is not in it.
pub(crate) async fn effective(
    connection: &mut SqliteConnection,
    user_id: i64,
) -> Result<PinPolicy, StoreError> {
    let row = sqlx::query_as!(
        PolicyRow,
        r#"SELECT min_password_length, pin_history_count, allow_common_patterns AS "allow_common_patterns: bool",
                  pin_policies.pin_lifetime_days AS policy_lifetime_days, maximum_logon_attempts
           FROM users JOIN pin_policies ON pin_policies.id =
               coalesce(users.pin_policy_id, (SELECT id FROM pin_policies WHERE scope = 'site'), 1)
           WHERE users.id = ?"#,
        user_id
    );
    row.fetch_one(connection).await?.read()
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

//! What a new store begins with: users and PINs, all of them or none, in one transaction.

use crate::{Store, StoreError, counters, pins, policy, users};
use lync_model::lockout::Counters;
use lync_model::{Pin, PinPolicy, User};
use time::OffsetDateTime;

/// The content of a new store.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The global PIN policy.
    pub policy: PinPolicy,
    /// The users.
    pub users: Vec<SeedUser>,
}

/// A user to begin with.
#[derive(Clone, Debug)]
pub struct SeedUser {
    /// The user; `pin_set_at` is not looked at.
    pub user: User,
    /// The PIN; without one none is set.
    pub pin: Option<SeedPin>,
}

/// A PIN to begin with.
#[derive(Clone, Debug)]
pub struct SeedPin {
    /// The digits. The policy is not asked: a lab may begin with a PIN that could not be set today.
    pub pin: Pin,
    /// When it was set; long enough ago, and it has expired.
    pub set_at: OffsetDateTime,
    /// Whether an administrator has locked it.
    pub locked: bool,
}

impl Store {
    /// Fills a store that was never filled, and answers whether it was this call that did.
    ///
    /// A kept store stays as its administrator left it, even if that is empty.
    pub async fn seed(&self, seed: &Seed) -> Result<bool, StoreError> {
        let mut hashes = Vec::with_capacity(seed.users.len());
        for entry in &seed.users {
            hashes.push(match &entry.pin {
                Some(pin) => Some(self.hasher.hash(&pin.pin).await?),
                None => None,
            });
        }
        let mut tx = self.database.begin().await?;
        let filled = sqlx::query_scalar::<_, i64>("PRAGMA user_version").fetch_one(&mut *tx).await?;
        if filled != 0 {
            return Ok(false);
        }
        policy::save(&mut tx, &seed.policy).await?;
        for (entry, phc) in seed.users.iter().zip(hashes) {
            let id = users::insert(&mut tx, &entry.user).await?;
            if let (Some(SeedPin { pin, set_at, locked }), Some(phc)) = (&entry.pin, phc) {
                pins::write_pin(&mut tx, id, &phc, pin.expose().len(), *set_at).await?;
                pins::write_history(&mut tx, id, &phc, &seed.policy).await?;
                if *locked {
                    let mut state = Counters::default();
                    state.lock();
                    counters::save(&mut tx, id, &state).await?;
                }
            }
        }
        // The header field that SQLite leaves to its user: kept with the transaction, and no table of its own.
        sqlx::query("PRAGMA user_version = 1").execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use time::Duration;

    fn user(name: &str) -> User {
        User {
            sip_uri: format!("sip:{name}@litwareinc.com").parse().unwrap(),
            display_name: name.to_owned(),
            line_uri: None,
            enabled: true,
            enterprise_voice: true,
            pin_set_at: None,
        }
    }

    #[tokio::test]
    async fn a_store_is_filled_once() {
        let pool = Pool::open().await;
        let set_at = pool.clock.now() - Duration::days(400);
        let pin = SeedPin { pin: Pin::new("0712"), set_at, locked: true };
        let seed = Seed {
            policy: PinPolicy { min_password_length: 4, ..PinPolicy::default() },
            users: vec![
                SeedUser { user: user("a"), pin: Some(pin) },
                SeedUser { user: user("b"), pin: None },
            ],
        };
        assert!(pool.store.seed(&seed).await.unwrap());
        assert_eq!(pool.store.policy().await.unwrap(), seed.policy);
        let info = pool.store.pin_info(&user("a").sip_uri).await.unwrap();
        assert!(info.is_pin_set && info.is_locked_out);
        assert_eq!(info.last_pin_change_time, Some(set_at));

        pool.store.remove_user(&user("a").sip_uri).await.unwrap();
        pool.store.remove_user(&user("b").sip_uri).await.unwrap();
        assert!(!pool.store.seed(&seed).await.unwrap(), "an administrator's empty store was filled again");
        assert!(pool.store.users().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_seed_that_cannot_be_leaves_nothing_behind() {
        let pool = Pool::open().await;
        let twice = vec![SeedUser { user: user("a"), pin: None }, SeedUser { user: user("a"), pin: None }];
        let seed = Seed { policy: PinPolicy::default(), users: twice };
        assert!(matches!(pool.store.seed(&seed).await, Err(StoreError::UserExists(_))));
        assert!(pool.store.users().await.unwrap().is_empty());
    }
}

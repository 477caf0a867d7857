//! What a new store begins with: users and PINs, all of them or none, in one transaction.

use crate::{Store, StoreError, counters, hasher, pins, policy, users};
use lync_model::lockout::Counters;
use lync_model::{Pin, PinPolicy, User};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use time::OffsetDateTime;
use tokio::task::JoinSet;

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
        // Asked before the hashing, which would hold up every start of a kept store; and again in the transaction,
        // because another process may have filled it meanwhile.
        if is_filled(&mut *self.database.read.acquire().await?).await? {
            return Ok(false);
        }
        let hashes = self.hash_all(&seed.users).await?;
        let mut tx = self.database.begin().await?;
        if is_filled(&mut tx).await? {
            return Ok(false);
        }
        fill(&mut tx, seed, hashes).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets every user, with PINs and certificates, and fills the store as a new one; all of it or nothing.
    pub async fn reseed(&self, seed: &Seed) -> Result<(), StoreError> {
        let hashes = self.hash_all(&seed.users).await?;
        let mut tx = self.database.begin().await?;
        // What hangs on a user goes with its row.
        sqlx::query("DELETE FROM users").execute(&mut *tx).await?;
        fill(&mut tx, seed, hashes).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The hashes of all PINs by the index of their user, computed on as many cores as the hasher takes.
    async fn hash_all(&self, users: &[SeedUser]) -> Result<HashMap<usize, String>, StoreError> {
        let mut tasks = JoinSet::new();
        for (index, entry) in users.iter().enumerate() {
            if let Some(SeedPin { pin, .. }) = &entry.pin {
                let (hasher, pin) = (self.hasher.clone(), pin.clone());
                tasks.spawn(async move { hasher.hash(&pin).await.map(|phc| (index, phc)) });
            }
        }
        let mut hashes = HashMap::with_capacity(tasks.len());
        while let Some(done) = tasks.join_next().await {
            let (index, phc) = done.map_err(hasher::failed)??;
            hashes.insert(index, phc);
        }
        Ok(hashes)
    }
}

/// Policy and users of a new store.
async fn fill(
    tx: &mut SqliteConnection,
    seed: &Seed,
    mut hashes: HashMap<usize, String>,
) -> Result<(), StoreError> {
    policy::save(&mut *tx, &seed.policy).await?;
    for (index, entry) in seed.users.iter().enumerate() {
        let id = users::insert(&mut *tx, &entry.user).await?;
        if let (Some(SeedPin { pin, set_at, locked }), Some(phc)) = (&entry.pin, hashes.remove(&index)) {
            pins::write_pin(&mut *tx, id, &phc, pin.expose().len(), *set_at).await?;
            pins::write_history(&mut *tx, id, &phc, &seed.policy).await?;
            if *locked {
                let mut state = Counters::default();
                state.lock();
                counters::save(&mut *tx, id, &state).await?;
            }
        }
    }
    // The header field that SQLite leaves to its user: kept with the transaction, and no table of its own.
    sqlx::query("PRAGMA user_version = 1").execute(tx).await?;
    Ok(())
}

async fn is_filled(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let version = sqlx::query_scalar::<_, i64>("PRAGMA user_version").fetch_one(connection).await?;
    Ok(version != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use crate::{HashCost, StoreLocation};
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

    /// Three users with a PIN each, and one between them without.
    fn staff(set_at: OffsetDateTime) -> Seed {
        let entry = |name: &str, extension: &str, pin: Option<&str>| SeedUser {
            user: Pool::user(name, Some(&format!("tel:+1206555{extension};ext={extension}"))),
            pin: pin.map(|pin| SeedPin { pin: Pin::new(pin), set_at, locked: false }),
        };
        let users = vec![
            entry("a", "1001", Some("07121")),
            entry("b", "1002", None),
            entry("c", "1003", Some("07123")),
            entry("d", "1004", Some("07124")),
        ];
        Seed { policy: PinPolicy::default(), users }
    }

    async fn at_full_price() -> Pool {
        let Pool { clock, .. } = Pool::open().await;
        let (location, cost) = (StoreLocation::Ephemeral, HashCost::Owasp);
        let store = Store::open_with_cost(&location, clock.clone(), cost).await.unwrap();
        Pool { store, clock }
    }

    #[tokio::test]
    async fn everybody_gets_the_pin_that_is_theirs() {
        for pool in [Pool::open().await, at_full_price().await] {
            assert!(pool.store.seed(&staff(pool.clock.now())).await.unwrap());
            for (name, extension, pin) in
                [("a", "1001", "07121"), ("c", "1003", "07123"), ("d", "1004", "07124")]
            {
                assert_eq!(pool.sign_in(extension, pin).await, Ok(Pool::sip(name)));
            }
            assert!(!pool.store.pin_info(&Pool::sip("b")).await.unwrap().is_pin_set);
        }
    }

    #[tokio::test]
    async fn a_filled_store_hashes_nothing() {
        let pool = at_full_price().await;
        let seed = staff(pool.clock.now());
        assert!(pool.store.seed(&seed).await.unwrap());
        pool.store.hasher.forbid();
        assert!(!pool.store.seed(&seed).await.unwrap());

        let empty = at_full_price().await;
        empty.store.hasher.forbid();
        assert!(matches!(empty.store.seed(&seed).await, Err(StoreError::Hash(_))), "seeding does hash");
        assert!(empty.store.users().await.unwrap().is_empty());
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

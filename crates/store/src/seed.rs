//! What a new store begins with: users and PINs, all of them or none, in one transaction.

use crate::accounts::{self, names};
use crate::{Store, StoreError, counters, hasher, pins, policy, users};
use lync_model::lockout::Counters;
use lync_model::{Account, AccountState, NamedPolicy, Password, Pin, PinPolicy, User};
use sqlx::SqliteConnection;
use std::collections::{HashMap, hash_map::Entry};
use time::OffsetDateTime;
use tokio::task::JoinSet;

/// The content of a new store.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The global PIN policy.
    pub policy: PinPolicy,
    /// The other PIN policies.
    pub policies: Vec<NamedPolicy>,
    /// The users.
    pub users: Vec<SeedUser>,
    /// The accounts that are no Lync users.
    pub accounts: Vec<SeedAccount>,
}

/// A user to begin with.
#[derive(Clone, Debug)]
pub struct SeedUser {
    /// The user; `pin_set_at` is not looked at.
    pub user: User,
    /// The PIN; without one none is set.
    pub pin: Option<SeedPin>,
    /// How the user logs on to Windows.
    pub logon: SeedLogon,
    /// Identity of the PIN policy that is granted.
    pub pin_policy: Option<String>,
}

/// How a user to begin with logs on to Windows.
#[derive(Clone, Debug, Default)]
pub struct SeedLogon {
    /// SamAccountName; made of the address where there is none.
    pub sam_account_name: Option<String>,
    /// The password; without one nobody logs on.
    pub password: Option<Password>,
    /// What stands in the way of the right password.
    pub state: AccountState,
}

/// An account to begin with that is no Lync user.
#[derive(Clone, Debug)]
pub struct SeedAccount {
    /// The account; `has_password` and `sip_uri` are not looked at.
    pub account: Account,
    /// The password; without one nobody logs on.
    pub password: Option<Password>,
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

    /// Forgets every user with PINs and certificates, every account, policy and setting, and fills the store as a new
    /// one; all of it or nothing.
    pub async fn reseed(&self, seed: &Seed) -> Result<(), StoreError> {
        let hashes = self.hash_all(&seed.users).await?;
        let mut tx = self.database.begin().await?;
        // What hangs on an account goes with its row: the user, and what hangs on that.
        sqlx::query("DELETE FROM accounts").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM pin_policies WHERE id <> 1").execute(&mut *tx).await?;
        sqlx::query("UPDATE pin_policies SET description = NULL").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM settings").execute(&mut *tx).await?;
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

/// Policies, accounts and users of a new store.
async fn fill(
    tx: &mut SqliteConnection,
    seed: &Seed,
    mut hashes: HashMap<usize, String>,
) -> Result<(), StoreError> {
    policy::save(&mut *tx, &seed.policy).await?;
    for named in &seed.policies {
        policy::insert(&mut *tx, named).await?;
    }
    let mut filling = Filling::begin(tx).await?;
    for SeedAccount { account, password } in &seed.accounts {
        filling.add_account(account, password.as_ref()).await?;
    }
    let mut made = filling.accounts_by_name(&seed.users).await?;
    for (index, entry) in seed.users.iter().enumerate() {
        let account = match made.remove(&index) {
            Some(account) => account,
            None => filling.add_account_of(entry).await?,
        };
        let id = filling.add_user(entry, account).await?;
        if let (Some(pin), Some(phc)) = (&entry.pin, hashes.remove(&index)) {
            filling.set_pin(id, entry, pin, &phc).await?;
        }
    }
    // The header field that SQLite leaves to its user: kept with the transaction, and no table of its own.
    sqlx::query("PRAGMA user_version = 1").execute(filling.tx).await?;
    Ok(())
}

/// A store that is being filled, by nobody else: what its rows would say is remembered, and not asked for user by user.
struct Filling<'a> {
    tx: &'a mut SqliteConnection,
    taken: names::Taken,
    /// The policy that holds for a user, by the one that is granted.
    effective: HashMap<Option<&'a str>, PinPolicy>,
}

impl<'a> Filling<'a> {
    async fn begin(tx: &'a mut SqliteConnection) -> Result<Self, StoreError> {
        let taken = names::Taken::load(&mut *tx, None).await?;
        Ok(Self { tx, taken, effective: HashMap::new() })
    }

    /// The accounts whose names are told, by the index of their user. They are there before those that take what is
    /// free.
    async fn accounts_by_name(&mut self, users: &[SeedUser]) -> Result<HashMap<usize, i64>, StoreError> {
        let mut made = HashMap::new();
        for (index, entry) in users.iter().enumerate() {
            if entry.logon.sam_account_name.is_some() {
                made.insert(index, self.add_account_of(entry).await?);
            }
        }
        Ok(made)
    }

    /// Adds the account of a user, and answers with its row id.
    async fn add_account_of(&mut self, entry: &SeedUser) -> Result<i64, StoreError> {
        let SeedLogon { sam_account_name, password, state } = &entry.logon;
        let mut account = names::of_address(&entry.user.sip_uri, &entry.user.display_name);
        account.state = *state;
        match sam_account_name {
            Some(name) => account.sam_account_name.clone_from(name),
            None => self.taken.make_free(&mut account),
        }
        self.add_account(&account, password.as_ref()).await
    }

    async fn add_account(
        &mut self,
        account: &Account,
        password: Option<&Password>,
    ) -> Result<i64, StoreError> {
        let hash = password.map(|password| accounts::hash(password.expose())).transpose()?;
        self.taken.take(account)?;
        accounts::insert_free(&mut *self.tx, account, hash.as_ref()).await
    }

    /// Adds the Lync user of an account, and answers with its row id.
    async fn add_user(&mut self, entry: &SeedUser, account: i64) -> Result<i64, StoreError> {
        let id = users::insert(&mut *self.tx, &entry.user, account).await?;
        if let Some(identity) = &entry.pin_policy {
            policy::grant(&mut *self.tx, id, Some(identity)).await?;
        }
        Ok(id)
    }

    async fn set_pin(
        &mut self,
        id: i64,
        entry: &'a SeedUser,
        pin: &SeedPin,
        phc: &str,
    ) -> Result<(), StoreError> {
        let granted = entry.pin_policy.as_deref();
        let policy = match self.effective.entry(granted) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(policy::effective(&mut *self.tx, id).await?),
        };
        pins::write_pin(&mut *self.tx, id, phc, pin.pin.expose().len(), pin.set_at).await?;
        // A history that is kept holds one PIN at the least, and this is the first.
        if policy.pin_history_count > 0 {
            pins::write_history(&mut *self.tx, id, phc, policy).await?;
        }
        if pin.locked {
            let mut state = Counters::default();
            state.lock();
            counters::save(&mut *self.tx, id, &state).await?;
        }
        Ok(())
    }
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

    fn seed_user(name: &str) -> SeedUser {
        SeedUser { user: user(name), pin: None, logon: SeedLogon::default(), pin_policy: None }
    }

    fn empty() -> Seed {
        Seed { policy: PinPolicy::default(), policies: Vec::new(), users: Vec::new(), accounts: Vec::new() }
    }

    #[tokio::test]
    async fn a_store_is_filled_once() {
        let pool = Pool::open().await;
        let set_at = pool.clock.now() - Duration::days(400);
        let pin = SeedPin { pin: Pin::new("0712"), set_at, locked: true };
        let seed = Seed {
            policy: PinPolicy { min_password_length: 4, ..PinPolicy::default() },
            users: vec![SeedUser { pin: Some(pin), ..seed_user("a") }, seed_user("b")],
            ..empty()
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
            ..seed_user(name)
        };
        let users = vec![
            entry("a", "1001", Some("07121")),
            entry("b", "1002", None),
            entry("c", "1003", Some("07123")),
            entry("d", "1004", Some("07124")),
        ];
        Seed { users, ..empty() }
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

    /// A user and an account with passwords, and two policies.
    fn with_accounts() -> Seed {
        let named = |identity: &str, min_password_length| NamedPolicy {
            identity: identity.to_owned(),
            description: Some("ours".to_owned()),
            policy: PinPolicy { min_password_length, ..PinPolicy::default() },
        };
        let logon = SeedLogon {
            sam_account_name: Some("b".to_owned()),
            password: Some(Password::new("Passw0rd!")),
            state: AccountState::LockedOut,
        };
        let nobody = Account {
            sam_account_name: "c".to_owned(),
            user_principal_name: "c@contoso.test".to_owned(),
            display_name: "C".to_owned(),
            state: AccountState::Good,
            has_password: true,
            sip_uri: None,
        };
        Seed {
            policies: vec![named("site:Redmond", 6), named("tag:Lobby", 8)],
            users: vec![
                // Its own name is told later in the list, and somebody's before.
                seed_user("b"),
                SeedUser { pin_policy: Some("tag:lobby".to_owned()), logon, ..seed_user("a") },
                seed_user("c"),
            ],
            accounts: vec![SeedAccount { account: nobody, password: Some(Password::new("other")) }],
            ..empty()
        }
    }

    #[tokio::test]
    async fn accounts_passwords_and_policies_are_there_from_the_beginning() {
        let pool = Pool::open().await;
        let store = &pool.store;
        store.seed(&with_accounts()).await.unwrap();
        let account_of = async |name: &str| store.account_of(&user(name).sip_uri).await.unwrap().unwrap();
        let a = account_of("a").await;
        assert_eq!(
            (a.sam_account_name.as_str(), a.state, a.has_password),
            ("b", AccountState::LockedOut, true)
        );
        assert_eq!(a.user_principal_name, "a@litwareinc.com");
        assert_eq!(account_of("b").await.sam_account_name, "b2");
        assert_eq!(account_of("c").await.sam_account_name, "c2");
        let c = store.account("c").await.unwrap().unwrap();
        assert_eq!((c.sip_uri, c.has_password), (None, true));
        let a = user("a").sip_uri;
        assert_eq!(store.granted_pin_policy(&a).await.unwrap().as_deref(), Some("tag:Lobby"));
        assert_eq!(store.pin_policies().await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn beginning_again_leaves_nothing_of_what_came_since() {
        let pool = Pool::open().await;
        let store = &pool.store;
        store.seed(&staff(pool.clock.now())).await.unwrap();
        let accounts = store.accounts().await.unwrap();
        store.set_setting("web", Some("{}")).await.unwrap();
        store.set_password("a", Some("Passw0rd!")).await.unwrap();
        for policy in with_accounts().policies {
            store.add_pin_policy(&policy).await.unwrap();
        }
        let global = NamedPolicy {
            identity: "Global".to_owned(),
            description: Some("ours".to_owned()),
            policy: PinPolicy::default(),
        };
        store.put_pin_policy(&global).await.unwrap();
        store.disable_user(&user("d").sip_uri).await.unwrap();

        store.reseed(&staff(pool.clock.now())).await.unwrap();
        assert_eq!(store.accounts().await.unwrap(), accounts);
        assert_eq!(store.pin_policies().await.unwrap(), [NamedPolicy { description: None, ..global }]);
        assert_eq!(store.setting("web").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_seed_that_cannot_be_leaves_nothing_behind() {
        let pool = Pool::open().await;
        let twice = vec![seed_user("a"), seed_user("a")];
        let seed = Seed { users: twice, ..empty() };
        assert!(matches!(pool.store.seed(&seed).await, Err(StoreError::UserExists(_))));
        assert!(pool.store.users().await.unwrap().is_empty());
    }
}

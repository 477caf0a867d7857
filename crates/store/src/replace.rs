//! Accounts, users and policies, replaced in one step.

use crate::accounts::names::{self, Taken};
use crate::accounts::{self, StoredAccount};
use crate::{Snapshot, Store, StoreError, UserRecord, policy, record, snapshot};
use lync_model::{Account, NamedPolicy, SipUri};
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// What is to be done to accounts, users and policies, in this order. It has no `Debug`, for it holds hashes.
#[derive(Default)]
pub struct Replacement {
    /// The global PIN policy; `None` leaves it as it is.
    pub global: Option<NamedPolicy>,
    /// All other PIN policies; `None` leaves them as they are. Who was granted one that stays keeps it.
    pub policies: Option<Vec<NamedPolicy>>,
    /// Lync users who become none; their accounts stay.
    pub disabled: Vec<SipUri>,
    /// Lync users who go, their accounts with them.
    pub removed: Vec<SipUri>,
    /// SamAccountNames of accounts that go.
    pub removed_accounts: Vec<String>,
    /// Accounts that are put there, over those of the same SamAccountName. They may exchange their UserPrincipalNames.
    /// A Lync user stays the Lync user of that account; `sip_uri` is not looked at.
    pub accounts: Vec<StoredAccount>,
    /// Users who are put there as these records have them, as by [`restore`](Store::restore).
    pub records: Vec<UserRecord>,
}

impl Store {
    /// Replaces what is there by what `decide` makes of it; all of it or nothing. The snapshot has the records of all
    /// users. Nobody else changes anything in between, in another process neither.
    ///
    /// # Errors
    /// What `decide` refuses, or when it cannot be done. Nothing is changed then.
    pub async fn replace<E: From<StoreError>>(
        &self,
        decide: impl FnOnce(&Snapshot) -> Result<Replacement, E>,
    ) -> Result<(), E> {
        let mut tx = self.database.begin().await?;
        let there = snapshot::read(&mut tx, true).await?;
        let wish = decide(&there)?;
        let mut replacing = Replacing::begin(&mut tx, there).await?;
        replacing.policies(&wish).await?;
        replacing.take_away(&wish).await?;
        replacing.accounts(&wish.accounts).await?;
        replacing.users(&wish.records).await?;
        Ok(tx.commit().await.map_err(StoreError::from)?)
    }
}

/// A store that is being changed, by nobody else: what its rows would say is remembered, and not asked for one by one.
struct Replacing<'a> {
    tx: &'a mut SqliteConnection,
    /// By the keys of their SamAccountNames.
    accounts: HashMap<String, Known>,
    /// The keys of the SamAccountNames by those of the UserPrincipalNames.
    principals: HashMap<String, String>,
    records: HashMap<SipUri, UserRecord>,
    /// All names, where they were needed.
    taken: Option<Taken>,
}

/// An account that is there.
struct Known {
    id: i64,
    stored: StoredAccount,
}

impl<'a> Replacing<'a> {
    async fn begin(tx: &'a mut SqliteConnection, there: Snapshot) -> Result<Self, StoreError> {
        let rows = sqlx::query!("SELECT id, sam_key FROM accounts").fetch_all(&mut *tx).await?;
        let ids: HashMap<_, _> = rows.into_iter().map(|row| (row.sam_key, row.id)).collect();
        let known = |stored: StoredAccount| {
            let key = key(&stored.account);
            Some((key.clone(), Known { id: *ids.get(&key)?, stored }))
        };
        let accounts: HashMap<_, _> = there.accounts.into_iter().filter_map(known).collect();
        let principals =
            accounts.iter().map(|(sam, known)| (upn_key(&known.stored.account), sam.clone())).collect();
        Ok(Self { tx, accounts, principals, records: there.records, taken: None })
    }

    async fn policies(&mut self, wish: &Replacement) -> Result<(), StoreError> {
        if let Some(global) = &wish.global {
            policy::put(&mut *self.tx, global).await?;
        }
        match &wish.policies {
            Some(policies) => policy::replace(&mut *self.tx, policies).await,
            None => Ok(()),
        }
    }

    /// Takes away who and what does not stay.
    async fn take_away(&mut self, wish: &Replacement) -> Result<(), StoreError> {
        for user in &wish.disabled {
            let sip_uri = user.as_str();
            sqlx::query!("DELETE FROM users WHERE sip_uri = ?", sip_uri).execute(&mut *self.tx).await?;
            if let Some(known) = self.own_key(user).and_then(|own| self.accounts.get_mut(&own)) {
                known.stored.account.sip_uri = None;
            }
            self.records.remove(user);
        }
        for user in &wish.removed {
            let own = self.own_key(user).ok_or_else(|| StoreError::NoSuchUser(user.clone()))?;
            self.remove_account(&own).await?;
            self.records.remove(user);
        }
        for sam in &wish.removed_accounts {
            self.remove_account(&Account::key(sam)).await?;
        }
        Ok(())
    }

    /// The key of a user's account.
    fn own_key(&self, user: &SipUri) -> Option<String> {
        self.records.get(user)?.account().map(|stored| key(&stored.account))
    }

    async fn remove_account(&mut self, key: &str) -> Result<(), StoreError> {
        let Some(known) = self.accounts.remove(key) else { return Ok(()) };
        self.principals.remove(&upn_key(&known.stored.account));
        accounts::remove(&mut *self.tx, known.id).await
    }

    async fn accounts(&mut self, wishes: &[StoredAccount]) -> Result<(), StoreError> {
        // Two that exchange their names would each be in the other's way.
        for (at, StoredAccount { account: wish, .. }) in wishes.iter().enumerate() {
            let Some(known) = self.accounts.get_mut(&key(wish)) else { continue };
            let name = upn_key(&known.stored.account);
            if name != upn_key(wish) {
                self.principals.remove(&name);
                known.stored.account.user_principal_name = format!("moving-{at}@lyncmock.invalid");
                let StoredAccount { account, nt_hash } = &known.stored;
                accounts::write(&mut *self.tx, known.id, account, nt_hash.as_ref()).await?;
            }
        }
        for wish in wishes {
            self.account(wish).await?;
        }
        Ok(())
    }

    /// Puts an account there.
    async fn account(&mut self, wish: &StoredAccount) -> Result<(), StoreError> {
        let StoredAccount { account, nt_hash } = wish;
        let (key, principal) = (key(account), upn_key(account));
        if self.principals.get(&principal).is_some_and(|other| *other != key) {
            return Err(StoreError::AccountExists(account.user_principal_name.clone()));
        }
        match self.accounts.get_mut(&key) {
            Some(known) if is_same(&known.stored, wish, &account.display_name) => {}
            Some(known) => {
                accounts::write(&mut *self.tx, known.id, account, nt_hash.as_ref()).await?;
                let sip_uri = known.stored.account.sip_uri.take();
                known.stored =
                    StoredAccount { account: Account { sip_uri, ..account.clone() }, ..wish.clone() };
            }
            None => {
                let id = accounts::insert_free(&mut *self.tx, account, nt_hash.as_ref()).await?;
                let account = Account { sip_uri: None, ..account.clone() };
                let stored = StoredAccount { account, nt_hash: nt_hash.clone() };
                self.accounts.insert(key.clone(), Known { id, stored });
            }
        }
        self.principals.insert(principal, key);
        Ok(())
    }

    async fn users(&mut self, records: &[UserRecord]) -> Result<(), StoreError> {
        for wish in records {
            match self.records.remove(wish.user()) {
                Some(there) if is_kept(&there, wish) => self.keep(&there, wish).await?,
                Some(_) => self.write(wish).await?,
                None => self.add(wish).await?,
            }
        }
        Ok(())
    }

    /// Gives a user who stays the account of the record, which is mostly the one that is there.
    async fn keep(&mut self, there: &UserRecord, wish: &UserRecord) -> Result<(), StoreError> {
        let name = &wish.user.display_name;
        let own = there.account().map(|stored| key(&stored.account)).unwrap_or_default();
        let Some(known) = self.accounts.get(&own) else { return self.write(wish).await };
        let account = wish.account().unwrap_or(&known.stored);
        if key(&account.account) != own || upn_key(&account.account) != upn_key(&known.stored.account) {
            return self.write(wish).await;
        }
        if !is_same(&known.stored, account, name) {
            let StoredAccount { account, nt_hash } = account;
            let account = Account { display_name: name.clone(), ..account.clone() };
            accounts::write(&mut *self.tx, known.id, &account, nt_hash.as_ref()).await?;
        }
        Ok(())
    }

    /// Writes a record by asking for all that there is.
    async fn write(&mut self, wish: &UserRecord) -> Result<(), StoreError> {
        self.taken = None;
        record::write(&mut *self.tx, wish).await
    }

    /// Adds a user who is not there.
    async fn add(&mut self, wish: &UserRecord) -> Result<(), StoreError> {
        let name = &wish.user.display_name;
        let Some(StoredAccount { account, nt_hash }) = wish.account() else {
            return self.add_with_account(wish).await;
        };
        let known = self.accounts.get_mut(&key(account));
        let Some(known) = known.filter(|known| {
            known.stored.account.sip_uri.is_none() && upn_key(&known.stored.account) == upn_key(account)
        }) else {
            return self.write(wish).await;
        };
        if !is_same(
            &known.stored,
            &StoredAccount { account: account.clone(), nt_hash: nt_hash.clone() },
            name,
        ) {
            let account = Account { display_name: name.clone(), ..account.clone() };
            accounts::write(&mut *self.tx, known.id, &account, nt_hash.as_ref()).await?;
        }
        known.stored.account.sip_uri = Some(wish.user().clone());
        record::insert_of(&mut *self.tx, wish, known.id).await
    }

    /// Adds a user, and an account that is named after the address.
    async fn add_with_account(&mut self, wish: &UserRecord) -> Result<(), StoreError> {
        let taken = match &mut self.taken {
            Some(taken) => taken,
            None => self.taken.insert(Taken::load(&mut *self.tx, None).await?),
        };
        let mut account = names::of_address(wish.user(), &wish.user.display_name);
        taken.make_free(&mut account);
        taken.take(&account)?;
        let id = accounts::insert_free(&mut *self.tx, &account, None).await?;
        record::insert_of(&mut *self.tx, wish, id).await
    }
}

/// Whether a user is as the record has it, but for the account.
fn is_kept(there: &UserRecord, wish: &UserRecord) -> bool {
    let user = lync_model::User { pin_set_at: there.user.pin_set_at, ..wish.user.clone() };
    *there == UserRecord { user, account: there.account.clone(), ..wish.clone() }
}

/// Whether an account is as wished for, under this name for people.
fn is_same(there: &StoredAccount, wish: &StoredAccount, display_name: &str) -> bool {
    let (old, new) = (&there.account, &wish.account);
    there.nt_hash == wish.nt_hash
        && old.sam_account_name == new.sam_account_name
        && old.user_principal_name == new.user_principal_name
        && old.state == new.state
        && old.display_name == display_name
}

fn key(account: &Account) -> String {
    Account::key(&account.sam_account_name)
}

fn upn_key(account: &Account) -> String {
    Account::key(&account.user_principal_name)
}

#[cfg(test)]
mod tests;

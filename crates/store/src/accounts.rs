//! Accounts of Active Directory.

mod directory;
mod enable;
pub(crate) mod names;

use crate::users::read_sip_uri;
use crate::{Store, StoreError};
use lync_model::{Account, AccountState, NtHash, Password};
use names::Names;
use sqlx::SqliteConnection;

/// An account with the hash of its password, for whoever dumps and loads the state of a pool. `Debug` shows no hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// The account; `has_password` is not looked at when it is written.
    pub account: Account,
    /// The hash of the password, if there is one.
    pub nt_hash: Option<NtHash>,
}

/// What is changed of an account; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountUpdate {
    /// DisplayName, which is the Lync user's too.
    pub display_name: Option<String>,
    /// UserPrincipalName.
    pub user_principal_name: Option<String>,
    /// What stands in the way of a sign-in with the right password.
    pub state: Option<AccountState>,
}

/// An account in the tables.
pub(crate) struct AccountRow {
    pub(crate) id: i64,
    sam_account_name: String,
    user_principal_name: String,
    display_name: String,
    nt_hash: Option<Vec<u8>>,
    state: String,
    sip_uri: Option<String>,
    enabled: Option<bool>,
}

impl Store {
    /// All accounts, by SamAccountName.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        Ok(self.stored_accounts().await?.into_iter().map(|stored| stored.account).collect())
    }

    /// All accounts with the hashes of their passwords, by SamAccountName.
    pub async fn stored_accounts(&self) -> Result<Vec<StoredAccount>, StoreError> {
        all(&mut *self.database.read.acquire().await?).await
    }

    /// The account that this names: a SamAccountName, `DOMAIN\SamAccountName` or a UserPrincipalName, in any case.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let found = match self.domain.named(name) {
            Some(name) => find(&mut *self.database.read.acquire().await?, name).await?,
            None => None,
        };
        found.map(|row| Ok(row.read()?.account)).transpose()
    }

    /// Adds an account that is no Lync user; `has_password` and `sip_uri` are not looked at.
    pub async fn add_account(&self, account: &Account, password: Option<&str>) -> Result<(), StoreError> {
        let nt_hash = password.map(hash).transpose()?;
        let mut tx = self.database.begin().await?;
        insert(&mut tx, account, nt_hash.as_ref()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes an account, and answers with what became of it.
    pub async fn update_account(&self, sam: &str, update: &AccountUpdate) -> Result<Account, StoreError> {
        let mut tx = self.database.begin().await?;
        let row = by_sam(&mut tx, sam).await?;
        let (id, stored) = (row.id, row.read()?);
        let mut account = stored.account;
        if let Some(name) = &update.display_name {
            account.display_name.clone_from(name);
        }
        if let Some(name) = &update.user_principal_name {
            account.user_principal_name.clone_from(name);
        }
        account.state = update.state.unwrap_or(account.state);
        names::refuse_taken(&mut tx, &account, Some(id)).await?;
        write(&mut tx, id, &account, stored.nt_hash.as_ref()).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Removes an account, and with it the Lync user that it is enabled as.
    pub async fn remove_account(&self, sam: &str) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        let id = by_sam(&mut tx, sam).await?.id;
        remove(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets the password of an account, or takes it away. With a new one the account of an expired password is good
    /// again; one that is locked out or disabled stays so.
    pub async fn set_password(&self, sam: &str, password: Option<&str>) -> Result<(), StoreError> {
        let nt_hash = password.map(hash).transpose()?;
        let mut tx = self.database.begin().await?;
        let id = by_sam(&mut tx, sam).await?.id;
        write_password(&mut tx, id, nt_hash.as_ref()).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl AccountRow {
    /// Whether it is a Lync user's.
    pub(crate) fn is_users(&self) -> bool {
        self.sip_uri.is_some()
    }

    /// Whether the Lync user of this account, if there is one, is Enabled.
    fn is_enabled(&self) -> bool {
        self.enabled.unwrap_or(false)
    }

    pub(crate) fn read(self) -> Result<StoredAccount, StoreError> {
        let nt_hash = self.nt_hash.map(|hash| <[u8; 16]>::try_from(hash).map(NtHash::from_bytes));
        let nt_hash = nt_hash.transpose().map_err(|_| StoreError::Corrupt("the hash of a password"))?;
        let account = Account {
            sam_account_name: self.sam_account_name,
            user_principal_name: self.user_principal_name,
            display_name: self.display_name,
            state: AccountState::from_name(&self.state)
                .ok_or(StoreError::Corrupt("the state of an account"))?,
            has_password: nt_hash.is_some(),
            sip_uri: self.sip_uri.as_deref().map(read_sip_uri).transpose()?,
        };
        Ok(StoredAccount { account, nt_hash })
    }
}

/// What is kept of a password that an account can have.
pub(crate) fn hash(password: &str) -> Result<NtHash, StoreError> {
    Password::check(password)?;
    Ok(NtHash::of_password(password))
}

/// All accounts, by SamAccountName.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<StoredAccount>, StoreError> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"SELECT a.id, sam_account_name, user_principal_name, display_name, nt_hash, state,
                  u.sip_uri AS "sip_uri?", u.enabled AS "enabled?: bool"
           FROM accounts a LEFT JOIN users u ON u.account_id = a.id
           ORDER BY sam_key"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(AccountRow::read).collect()
}

/// The account of this name.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    name: Names<'_>,
) -> Result<Option<AccountRow>, StoreError> {
    let (sam, upn) = match name {
        Names::Sam(name) => (Some(Account::key(name)), None),
        Names::Upn(name) => (None, Some(Account::key(name))),
    };
    Ok(sqlx::query_as!(
        AccountRow,
        r#"SELECT a.id, sam_account_name, user_principal_name, display_name, nt_hash, state,
                  u.sip_uri AS "sip_uri?", u.enabled AS "enabled?: bool"
           FROM accounts a LEFT JOIN users u ON u.account_id = a.id
           WHERE sam_key = ? OR upn_key = ?"#,
        sam,
        upn
    )
    .fetch_optional(connection)
    .await?)
}

/// The account of this SamAccountName, which must be there.
pub(crate) async fn by_sam(connection: &mut SqliteConnection, sam: &str) -> Result<AccountRow, StoreError> {
    let found = find(connection, Names::Sam(sam)).await?;
    found.ok_or_else(|| StoreError::NoSuchAccount(sam.chars().take(names::MAX_QUOTED).collect()))
}

/// The account of a Lync user.
pub(crate) async fn of_user(
    connection: &mut SqliteConnection,
    user_id: i64,
) -> Result<AccountRow, StoreError> {
    Ok(sqlx::query_as!(
        AccountRow,
        r#"SELECT a.id, sam_account_name, user_principal_name, display_name, nt_hash, state,
                  u.sip_uri AS "sip_uri?", u.enabled AS "enabled?: bool"
           FROM accounts a JOIN users u ON u.account_id = a.id
           WHERE u.id = ?"#,
        user_id
    )
    .fetch_one(connection)
    .await?)
}

/// Adds an account whose names nobody has, and answers with its row id.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    account: &Account,
    nt_hash: Option<&NtHash>,
) -> Result<i64, StoreError> {
    names::refuse_taken(&mut *connection, account, None).await?;
    insert_free(connection, account, nt_hash).await
}

/// Adds an account, and answers with its row id. The caller has made sure that nobody else has the names.
pub(crate) async fn insert_free(
    connection: &mut SqliteConnection,
    account: &Account,
    nt_hash: Option<&NtHash>,
) -> Result<i64, StoreError> {
    account.validate()?;
    let (sam_key, upn_key) =
        (Account::key(&account.sam_account_name), Account::key(&account.user_principal_name));
    let (nt_hash, state) = (nt_hash.map(|hash| hash.expose().as_slice()), account.state.as_str());
    let added = sqlx::query!(
        "INSERT INTO accounts (sam_account_name, user_principal_name, sam_key, upn_key, display_name, nt_hash, state)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        account.sam_account_name,
        account.user_principal_name,
        sam_key,
        upn_key,
        account.display_name,
        nt_hash,
        state
    )
    .execute(connection)
    .await?;
    Ok(added.last_insert_rowid())
}

/// Replaces everything about an account. The caller has made sure that nobody else has the names.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    id: i64,
    account: &Account,
    nt_hash: Option<&NtHash>,
) -> Result<(), StoreError> {
    account.validate()?;
    let (sam_key, upn_key) =
        (Account::key(&account.sam_account_name), Account::key(&account.user_principal_name));
    let (nt_hash, state) = (nt_hash.map(|hash| hash.expose().as_slice()), account.state.as_str());
    sqlx::query!(
        "UPDATE accounts SET sam_account_name = ?, user_principal_name = ?, sam_key = ?, upn_key = ?,
                             display_name = ?, nt_hash = ?, state = ?
         WHERE id = ?",
        account.sam_account_name,
        account.user_principal_name,
        sam_key,
        upn_key,
        account.display_name,
        nt_hash,
        state,
        id
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces the password of an account; with a new one an expired one is good again.
pub(crate) async fn write_password(
    connection: &mut SqliteConnection,
    id: i64,
    nt_hash: Option<&NtHash>,
) -> Result<(), StoreError> {
    let nt_hash = nt_hash.map(|hash| hash.expose().as_slice());
    sqlx::query!(
        "UPDATE accounts SET nt_hash = ?1, state = iif(state = 'password-expired' AND ?1 IS NOT NULL, 'good', state)
         WHERE id = ?2",
        nt_hash,
        id
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes an account, the Lync user with it.
pub(crate) async fn remove(connection: &mut SqliteConnection, id: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM accounts WHERE id = ?", id).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests;

//! Everything that is kept of one user: taken down, and put back as it was.

mod lifted;

use crate::accounts::names::{self, Names};
use crate::accounts::{self, StoredAccount};
use crate::database::from_stored;
use crate::users::{self, UserRow};
use crate::{Snapshot, Store, StoreError, counters, policy};
use lync_model::lockout::Counters;
use lync_model::{Account, SipUri, User};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::fmt;
use time::OffsetDateTime;

/// Everything that the store holds of one user at one moment: account, address, line, PIN hash, history, lockout counters
/// and certificates. Can only be [restored](Store::restore); `Debug` shows whose it is and no hash.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    pub(crate) user: User,
    /// The account; one that is written without it keeps what it has, or gets one named after the address.
    pub(crate) account: Option<StoredAccount>,
    /// Identity of the PIN policy that was granted.
    pub(crate) pin_policy: Option<String>,
    /// PINLifetime of a policy that was granted to this user alone, in days.
    pub(crate) pin_lifetime_days: Option<u16>,
    pub(crate) pin: Option<PinRecord>,
    /// The hashes of the last PINs, the oldest first.
    pub(crate) history: Vec<String>,
    pub(crate) counters: Counters,
    pub(crate) certificates: Vec<CertificateRow>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PinRecord {
    pub(crate) phc: String,
    pub(crate) length: usize,
    pub(crate) set_at: OffsetDateTime,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CertificateRow {
    device_id: String,
    der: Vec<u8>,
    published_at: i64,
    expires_at: i64,
}

impl UserRecord {
    /// Whose record it is.
    pub fn user(&self) -> &SipUri {
        &self.user.sip_uri
    }
}

impl fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRecord").field("user", self.user()).finish_non_exhaustive()
    }
}

impl Store {
    /// Takes down everything that is kept of a user.
    pub async fn record(&self, user: &SipUri) -> Result<UserRecord, StoreError> {
        // One transaction, so that all comes from the same moment.
        read(&mut *self.database.read.begin().await?, user).await
    }

    /// Puts exactly that back, whatever happened since: a user who was removed is there again, and what came after
    /// the record is gone, certificates among it. Other users stay as they are.
    pub async fn restore(&self, record: &UserRecord) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        write(&mut tx, record).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Reads a record; the caller's transaction makes it one moment's.
pub(crate) async fn read(connection: &mut SqliteConnection, user: &SipUri) -> Result<UserRecord, StoreError> {
    let id = users::id(&mut *connection, user).await?;
    let (user, pin_lifetime_days) = read_user(&mut *connection, id).await?;
    Ok(UserRecord {
        user,
        account: Some(accounts::of_user(&mut *connection, id).await?.read()?),
        pin_policy: policy::granted(&mut *connection, id).await?,
        pin_lifetime_days,
        pin: read_pin(&mut *connection, id).await?,
        history: sqlx::query_scalar!("SELECT phc FROM pin_history WHERE user_id = ? ORDER BY id", id)
            .fetch_all(&mut *connection)
            .await?,
        counters: counters::load(&mut *connection, id).await?,
        certificates: read_certificates(connection, id).await?,
    })
}

/// The records of all users of a snapshot, with as many queries for one as for thousands.
pub(crate) async fn of_all(
    connection: &mut SqliteConnection,
    there: &Snapshot,
) -> Result<HashMap<SipUri, UserRecord>, StoreError> {
    let mut rest = Rest::of_all(&mut *connection).await?;
    let own: HashMap<_, _> =
        there.accounts.iter().filter_map(|stored| Some((stored.account.sip_uri.as_ref()?, stored))).collect();
    let rows = sqlx::query!("SELECT id, sip_uri, pin_lifetime_days FROM users").fetch_all(connection).await?;
    let rows: HashMap<_, _> =
        rows.into_iter().map(|row| (row.sip_uri, (row.id, row.pin_lifetime_days))).collect();
    let record = |user: &User| {
        let (id, days) = rows.get(user.sip_uri.as_str()).copied().unwrap_or_default();
        let Rest { pin, history, counters, certificates } = rest.remove(&id).unwrap_or_default();
        let record = UserRecord {
            user: user.clone(),
            account: own.get(&user.sip_uri).copied().cloned(),
            pin_policy: there.grants.get(&user.sip_uri).cloned(),
            pin_lifetime_days: users::read_own_pin_lifetime(days)?,
            pin,
            history,
            counters,
            certificates,
        };
        Ok((user.sip_uri.clone(), record))
    };
    there.users.iter().map(record).collect()
}

/// What hangs on a user's row.
#[derive(Default)]
struct Rest {
    pin: Option<PinRecord>,
    history: Vec<String>,
    counters: Counters,
    certificates: Vec<CertificateRow>,
}

impl Rest {
    /// That of everybody, by the row's id.
    async fn of_all(connection: &mut SqliteConnection) -> Result<HashMap<i64, Self>, StoreError> {
        let mut all = HashMap::<i64, Self>::new();
        for row in sqlx::query_as!(PinRow, "SELECT user_id, phc, length, set_at FROM pins")
            .fetch_all(&mut *connection)
            .await?
        {
            let id = row.user_id;
            all.entry(id).or_default().pin = Some(row.read()?);
        }
        for row in sqlx::query!("SELECT user_id, phc FROM pin_history ORDER BY id")
            .fetch_all(&mut *connection)
            .await?
        {
            all.entry(row.user_id).or_default().history.push(row.phc);
        }
        for (id, counters) in counters::all(&mut *connection).await? {
            all.entry(id).or_default().counters = counters;
        }
        for row in sqlx::query!(
            "SELECT user_id, device_id, der, published_at, expires_at FROM certificates ORDER BY device_id"
        )
        .fetch_all(connection)
        .await?
        {
            let (device_id, der) = (row.device_id, row.der);
            let (published_at, expires_at) = (row.published_at, row.expires_at);
            let certificate = CertificateRow { device_id, der, published_at, expires_at };
            all.entry(row.user_id).or_default().certificates.push(certificate);
        }
        Ok(all)
    }
}

/// A row of `pins`.
struct PinRow {
    user_id: i64,
    phc: String,
    length: i64,
    set_at: i64,
}

impl PinRow {
    fn read(self) -> Result<PinRecord, StoreError> {
        Ok(PinRecord {
            phc: self.phc,
            length: usize::try_from(self.length).map_err(|_| StoreError::Corrupt("a PIN length"))?,
            set_at: from_stored(self.set_at)?,
        })
    }
}

/// Writes a record over whatever is kept of its user, if anything is.
pub(crate) async fn write(connection: &mut SqliteConnection, record: &UserRecord) -> Result<(), StoreError> {
    let id = match users::update(&mut *connection, &record.user).await {
        Err(StoreError::NoSuchUser(_)) => insert(&mut *connection, record).await?,
        updated => {
            let id = updated?;
            update_account(&mut *connection, id, record).await?;
            id
        }
    };
    // One that was removed since is granted to nobody.
    policy::grant(&mut *connection, id, record.pin_policy.as_deref()).await?;
    set_lifetime(&mut *connection, id, record.pin_lifetime_days).await?;
    forget(&mut *connection, id).await?;
    write_rest(connection, id, record).await
}

/// Adds the Lync user of an account that is none, with all that the record has beside that.
pub(crate) async fn insert_of(
    connection: &mut SqliteConnection,
    record: &UserRecord,
    account: i64,
) -> Result<(), StoreError> {
    let id = users::insert(&mut *connection, &record.user, account).await?;
    if record.pin_policy.is_some() {
        policy::grant(&mut *connection, id, record.pin_policy.as_deref()).await?;
    }
    if record.pin_lifetime_days.is_some() {
        set_lifetime(&mut *connection, id, record.pin_lifetime_days).await?;
    }
    write_rest(connection, id, record).await
}

async fn set_lifetime(
    connection: &mut SqliteConnection,
    id: i64,
    days: Option<u16>,
) -> Result<(), StoreError> {
    sqlx::query!("UPDATE users SET pin_lifetime_days = ? WHERE id = ?", days, id).execute(connection).await?;
    Ok(())
}

/// Writes what hangs on the row of a user, on which nothing hangs.
async fn write_rest(
    connection: &mut SqliteConnection,
    id: i64,
    record: &UserRecord,
) -> Result<(), StoreError> {
    if let Some(pin) = &record.pin {
        crate::pins::write_pin(&mut *connection, id, &pin.phc, pin.length, pin.set_at).await?;
    }
    for phc in &record.history {
        sqlx::query!("INSERT INTO pin_history (user_id, phc) VALUES (?, ?)", id, phc)
            .execute(&mut *connection)
            .await?;
    }
    if record.counters != Counters::default() {
        counters::save(&mut *connection, id, &record.counters).await?;
    }
    write_certificates(connection, id, &record.certificates).await
}

/// Adds a user who is not there, with the account of the record. Where that is there and nobody's, it becomes this
/// user's again; where somebody has its names, the user gets the next that are free.
async fn insert(connection: &mut SqliteConnection, record: &UserRecord) -> Result<i64, StoreError> {
    let Some(StoredAccount { account, nt_hash }) = &record.account else {
        return users::insert_with_account(connection, &record.user).await;
    };
    let found = accounts::find(&mut *connection, Names::Sam(&account.sam_account_name)).await?;
    let own = found.filter(|row| !row.is_users()).map(|row| row.id);
    let account = free(&mut *connection, record, account, own).await?;
    let id = match own {
        Some(id) => {
            accounts::write(&mut *connection, id, &account, nt_hash.as_ref()).await?;
            id
        }
        None => accounts::insert(&mut *connection, &account, nt_hash.as_ref()).await?,
    };
    users::insert(connection, &record.user, id).await
}

/// Gives the account of a user who is there what the record has.
async fn update_account(
    connection: &mut SqliteConnection,
    id: i64,
    record: &UserRecord,
) -> Result<(), StoreError> {
    let Some(StoredAccount { account, nt_hash }) = &record.account else { return Ok(()) };
    let own = users::account_id(&mut *connection, id).await?;
    let account = free(&mut *connection, record, account, Some(own)).await?;
    accounts::write(connection, own, &account, nt_hash.as_ref()).await
}

/// The account under the user's name for people, and under names that nobody else has.
async fn free(
    connection: &mut SqliteConnection,
    record: &UserRecord,
    account: &Account,
    own: Option<i64>,
) -> Result<Account, StoreError> {
    let mut account = Account { display_name: record.user.display_name.clone(), ..account.clone() };
    names::make_free(connection, &mut account, own).await?;
    Ok(account)
}

/// Removes all that hangs on a user's row.
async fn forget(connection: &mut SqliteConnection, id: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM pins WHERE user_id = ?", id).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM pin_history WHERE user_id = ?", id).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM lockouts WHERE user_id = ?", id).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM certificates WHERE user_id = ?", id).execute(connection).await?;
    Ok(())
}

async fn read_user(connection: &mut SqliteConnection, id: i64) -> Result<(User, Option<u16>), StoreError> {
    let row = sqlx::query_as!(
        UserRow,
        r#"SELECT sip_uri, display_name, line_uri, enabled AS "enabled: bool",
                  enterprise_voice AS "enterprise_voice: bool", set_at AS "pin_set_at?"
           FROM users JOIN accounts ON accounts.id = users.account_id LEFT JOIN pins ON pins.user_id = users.id
           WHERE users.id = ?"#,
        id
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok((row.read()?, users::own_pin_lifetime(connection, id).await?))
}

async fn read_pin(connection: &mut SqliteConnection, id: i64) -> Result<Option<PinRecord>, StoreError> {
    let row = sqlx::query_as!(PinRow, "SELECT user_id, phc, length, set_at FROM pins WHERE user_id = ?", id)
        .fetch_optional(connection)
        .await?;
    row.map(PinRow::read).transpose()
}

async fn read_certificates(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Vec<CertificateRow>, StoreError> {
    Ok(sqlx::query_as!(
        CertificateRow,
        "SELECT device_id, der, published_at, expires_at FROM certificates WHERE user_id = ? ORDER BY device_id",
        id
    )
    .fetch_all(connection)
    .await?)
}

async fn write_certificates(
    connection: &mut SqliteConnection,
    id: i64,
    certificates: &[CertificateRow],
) -> Result<(), StoreError> {
    for certificate in certificates {
        sqlx::query!(
            "INSERT INTO certificates (user_id, device_id, der, published_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            id,
            certificate.device_id,
            certificate.der,
            certificate.published_at,
            certificate.expires_at
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

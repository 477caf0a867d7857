//! Users.

use crate::accounts::{self, names};
use crate::database::from_stored;
use crate::{NewUser, Store, StoreError};
use lync_model::{LineUri, SipUri, User};
use sqlx::SqliteConnection;

pub(crate) struct UserRow {
    pub(crate) sip_uri: String,
    pub(crate) display_name: String,
    pub(crate) line_uri: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) enterprise_voice: bool,
    pub(crate) pin_set_at: Option<i64>,
}

impl Store {
    /// Adds a user without a PIN, and an account without a password; see [`NewUser`].
    pub async fn add_user(&self, user: &User) -> Result<(), StoreError> {
        self.add_new_user(NewUser::new(user)).await
    }

    /// Replaces everything about the user of this address but the PIN; `pin_set_at` is not looked at.
    pub async fn update_user(&self, user: &User) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        update(&mut tx, user).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a user with PIN, counters and certificates, and the account too; see
    /// [`disable_user`](Self::disable_user).
    pub async fn remove_user(&self, user: &SipUri) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        remove(&mut tx, user).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The user of this address.
    pub async fn user(&self, user: &SipUri) -> Result<Option<User>, StoreError> {
        let sip_uri = user.as_str();
        let row = sqlx::query_as!(
            UserRow,
            r#"SELECT sip_uri, display_name, line_uri, enabled AS "enabled: bool",
                      enterprise_voice AS "enterprise_voice: bool", set_at AS "pin_set_at?"
               FROM users JOIN accounts ON accounts.id = users.account_id LEFT JOIN pins ON pins.user_id = users.id
               WHERE sip_uri = ?"#,
            sip_uri
        )
        .fetch_optional(&self.database.read)
        .await?;
        row.map(UserRow::read).transpose()
    }

    /// All users, by address.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        all(&mut *self.database.read.acquire().await?).await
    }
}

impl UserRow {
    pub(crate) fn read(self) -> Result<User, StoreError> {
        Ok(User {
            sip_uri: read_sip_uri(&self.sip_uri)?,
            display_name: self.display_name,
            line_uri: self.line_uri.as_deref().map(read_line_uri).transpose()?,
            enabled: self.enabled,
            enterprise_voice: self.enterprise_voice,
            pin_set_at: self.pin_set_at.map(from_stored).transpose()?,
        })
    }
}

/// The columns that hold a line URI.
struct Line<'a> {
    uri: Option<String>,
    digits: Option<&'a str>,
    extension: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(user: &'a User) -> Self {
        let line = user.line_uri.as_ref();
        Self {
            uri: line.map(ToString::to_string),
            digits: line.map(LineUri::digits),
            extension: line.and_then(LineUri::extension),
        }
    }
}

/// All users, by address.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<User>, StoreError> {
    let rows = sqlx::query_as!(
        UserRow,
        r#"SELECT sip_uri, display_name, line_uri, enabled AS "enabled: bool",
                  enterprise_voice AS "enterprise_voice: bool", set_at AS "pin_set_at?"
           FROM users JOIN accounts ON accounts.id = users.account_id LEFT JOIN pins ON pins.user_id = users.id
           ORDER BY sip_uri"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(UserRow::read).collect()
}

pub(crate) async fn id(connection: &mut SqliteConnection, user: &SipUri) -> Result<i64, StoreError> {
    let sip_uri = user.as_str();
    sqlx::query_scalar!("SELECT id FROM users WHERE sip_uri = ?", sip_uri)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| StoreError::NoSuchUser(user.clone()))
}

/// As [`id`], but of a user who is enabled.
pub(crate) async fn enabled_id(connection: &mut SqliteConnection, user: &SipUri) -> Result<i64, StoreError> {
    let sip_uri = user.as_str();
    let row = sqlx::query!(r#"SELECT id, enabled AS "enabled: bool" FROM users WHERE sip_uri = ?"#, sip_uri)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| StoreError::NoSuchUser(user.clone()))?;
    if row.enabled { Ok(row.id) } else { Err(StoreError::UserDisabled(user.clone())) }
}

pub(crate) fn read_sip_uri(stored: &str) -> Result<SipUri, StoreError> {
    stored.parse().map_err(|_| StoreError::Corrupt("a SIP address"))
}

pub(crate) fn read_line_uri(stored: &str) -> Result<LineUri, StoreError> {
    stored.parse().map_err(|_| StoreError::Corrupt("a line URI"))
}

/// PINLifetime of a policy that was granted to this user alone, in days.
pub(crate) async fn own_pin_lifetime(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Option<u16>, StoreError> {
    let days = sqlx::query_scalar!("SELECT pin_lifetime_days FROM users WHERE id = ?", id)
        .fetch_one(connection)
        .await?;
    read_own_pin_lifetime(days)
}

pub(crate) fn read_own_pin_lifetime(days: Option<i64>) -> Result<Option<u16>, StoreError> {
    days.map(u16::try_from).transpose().map_err(|_| StoreError::Corrupt("a PIN lifetime"))
}

pub(crate) async fn remove(connection: &mut SqliteConnection, user: &SipUri) -> Result<(), StoreError> {
    let id = id(&mut *connection, user).await?;
    let account = account_id(&mut *connection, id).await?;
    accounts::remove(connection, account).await
}

/// The row id of a user's account.
pub(crate) async fn account_id(connection: &mut SqliteConnection, id: i64) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT account_id AS "account_id!" FROM users WHERE id = ?"#, id)
        .fetch_one(connection)
        .await?)
}

/// Replaces what stands in the row of the user of this address, and answers with its id.
pub(crate) async fn update(connection: &mut SqliteConnection, user: &User) -> Result<i64, StoreError> {
    let (sip_uri, line) = (user.sip_uri.as_str(), Line::of(user));
    let updated = sqlx::query!(
        r#"UPDATE users SET line_uri = ?, line_digits = ?, line_extension = ?, enabled = ?, enterprise_voice = ?
           WHERE sip_uri = ? RETURNING id, account_id AS "account_id!""#,
        line.uri,
        line.digits,
        line.extension,
        user.enabled,
        user.enterprise_voice,
        sip_uri
    )
    .fetch_optional(&mut *connection)
    .await?;
    let updated = updated.ok_or_else(|| StoreError::NoSuchUser(user.sip_uri.clone()))?;
    sqlx::query!("UPDATE accounts SET display_name = ? WHERE id = ?", user.display_name, updated.account_id)
        .execute(connection)
        .await?;
    Ok(updated.id)
}

/// Adds a user and an account named after the address, and answers with the user's row id.
pub(crate) async fn insert_with_account(
    connection: &mut SqliteConnection,
    user: &User,
) -> Result<i64, StoreError> {
    let mut account = names::of_address(&user.sip_uri, &user.display_name);
    names::make_free(&mut *connection, &mut account, None).await?;
    let account = accounts::insert(&mut *connection, &account, None).await?;
    insert(connection, user, account).await
}

/// Adds the Lync user of an account that is none, and answers with its row id.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    user: &User,
    account_id: i64,
) -> Result<i64, StoreError> {
    let (sip_uri, line) = (user.sip_uri.as_str(), Line::of(user));
    let added = sqlx::query!(
        "INSERT INTO users (sip_uri, account_id, line_uri, line_digits, line_extension, enabled, enterprise_voice)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (sip_uri) DO NOTHING",
        sip_uri,
        account_id,
        line.uri,
        line.digits,
        line.extension,
        user.enabled,
        user.enterprise_voice
    )
    .execute(connection)
    .await?;
    match added.rows_affected() {
        0 => Err(StoreError::UserExists(user.sip_uri.clone())),
        _ => Ok(added.last_insert_rowid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use lync_model::{Pin, PinPolicy, PinRejected};

    fn ken() -> User {
        User {
            sip_uri: Pool::sip("kenmyer"),
            display_name: "Ken Myer".to_owned(),
            line_uri: Some("tel:+12065551219;ext=1219".parse().unwrap()),
            enabled: true,
            enterprise_voice: false,
            pin_set_at: None,
        }
    }

    /// Only who has Enterprise Voice signs in by PIN.
    fn voice_user() -> User {
        User { enterprise_voice: true, ..ken() }
    }

    async fn add_with_pin(store: &Store, user: &User, pin: &str) -> Result<(), StoreError> {
        store.add_new_user(NewUser { pin: Some(&Pin::new(pin)), ..NewUser::new(user) }).await
    }

    #[tokio::test]
    async fn users_come_back_as_they_were_added() {
        let store = Pool::open().await.store;
        let pilar = User { sip_uri: Pool::sip("pilar"), line_uri: None, enterprise_voice: true, ..ken() };
        let adam =
            User {
                sip_uri: Pool::sip("adam"), enabled: false, display_name: "Ådam 'x'".to_owned(), ..ken()
            };
        for user in [&pilar, &adam] {
            store.add_user(user).await.unwrap();
            assert_eq!(store.user(&user.sip_uri).await.unwrap().as_ref(), Some(user));
        }
        assert_eq!(store.users().await.unwrap(), [adam, pilar]);
        assert_eq!(store.user(&Pool::sip("nobody")).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_address_is_given_once() {
        let store = Pool::open().await.store;
        store.add_user(&ken()).await.unwrap();
        let second = User { display_name: "Another".to_owned(), ..ken() };
        assert!(
            matches!(store.add_user(&second).await, Err(StoreError::UserExists(user)) if user == ken().sip_uri)
        );
        assert_eq!(store.users().await.unwrap(), [ken()]);
    }

    #[tokio::test]
    async fn a_user_added_with_a_pin_signs_in_and_has_a_history() {
        let pool = Pool::open().await;
        let store = &pool.store;
        store.set_policy(&PinPolicy { pin_history_count: 1, ..PinPolicy::default() }).await.unwrap();
        add_with_pin(store, &voice_user(), "07129").await.unwrap();
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken().sip_uri));
        let with_pin = User { pin_set_at: Some(pool.clock.now()), ..voice_user() };
        assert_eq!(store.users().await.unwrap(), [with_pin]);
        let history = sqlx::query_scalar!("SELECT count(*) FROM pin_history").fetch_one(&store.database.read);
        assert_eq!(history.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_refused_pin_adds_no_user() {
        let store = Pool::open().await.store;
        let cases = [
            ("0712", PinRejected::TooShort { min: 5 }),
            ("12065551219", PinRejected::PhoneNumber),
            ("pin", PinRejected::NotDigits),
        ];
        for (pin, reason) in cases {
            let refused = add_with_pin(&store, &ken(), pin).await;
            assert!(
                matches!(&refused, Err(StoreError::PinRejected(found)) if *found == reason),
                "{refused:?}"
            );
            assert_eq!(store.users().await.unwrap(), []);
        }
        add_with_pin(&store, &ken(), "07129").await.unwrap();
    }

    #[tokio::test]
    async fn a_user_who_is_there_already_keeps_the_pin() {
        let pool = Pool::open().await;
        add_with_pin(&pool.store, &voice_user(), "07129").await.unwrap();
        for pin in ["83920", "1"] {
            let refused = add_with_pin(&pool.store, &voice_user(), pin).await;
            assert!(matches!(refused, Err(StoreError::UserExists(user)) if user == ken().sip_uri));
        }
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken().sip_uri));
    }

    #[tokio::test]
    async fn an_update_changes_the_line_and_leaves_the_pin() {
        let pool = Pool::open().await;
        let store = &pool.store;
        store.add_user(&ken()).await.unwrap();
        store.set_pin(&ken().sip_uri, &Pin::new("07129")).await.unwrap();
        let moved = User {
            line_uri: Some("tel:+12065551300;ext=1300".parse().unwrap()),
            enterprise_voice: true,
            pin_set_at: Some(pool.clock.now()),
            ..ken()
        };
        store.update_user(&moved).await.unwrap();
        assert_eq!(store.user(&moved.sip_uri).await.unwrap(), Some(moved.clone()));
        assert_eq!(pool.sign_in("1300", "07129").await, Ok(moved.sip_uri));
        assert!(pool.sign_in("1219", "07129").await.is_err());
    }

    #[tokio::test]
    async fn nobody_can_be_neither_updated_nor_removed() {
        let store = Pool::open().await.store;
        assert!(matches!(store.update_user(&ken()).await, Err(StoreError::NoSuchUser(_))));
        assert!(matches!(store.remove_user(&ken().sip_uri).await, Err(StoreError::NoSuchUser(_))));
    }

    #[tokio::test]
    async fn with_a_user_goes_all_that_was_theirs() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let user = pool.add_with_pin("kenmyer", "1219", "07129").await;
        pool.publish("kenmyer", "{a}", b"der").await;
        store.lock_pin(&user).await.unwrap();
        store.remove_user(&user).await.unwrap();
        assert_eq!(store.users().await.unwrap(), []);
        pool.add("kenmyer", Some("tel:+12065551219;ext=1219")).await;
        let info = store.pin_info(&user).await.unwrap();
        assert!(!info.is_pin_set && !info.is_locked_out);
        assert_eq!(pool.published("kenmyer").await, []);
    }
}

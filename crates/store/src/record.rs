//! Everything that is kept of one user: taken down, and put back as it was.

use crate::counters;
use crate::database::from_stored;
use crate::users::{self, UserRow};
use crate::{Store, StoreError};
use lync_model::lockout::Counters;
use lync_model::{SipUri, User};
use sqlx::SqliteConnection;
use std::fmt;
use time::OffsetDateTime;

/// Everything that the store holds of one user at one moment: address, line, PIN hash, history, lockout counters
/// and certificates. Can only be [restored](Store::restore); `Debug` shows whose it is and no hash.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    pub(crate) user: User,
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
        pin_lifetime_days,
        pin: read_pin(&mut *connection, id).await?,
        history: sqlx::query_scalar!("SELECT phc FROM pin_history WHERE user_id = ? ORDER BY id", id)
            .fetch_all(&mut *connection)
            .await?,
        counters: counters::load(&mut *connection, id).await?,
        certificates: read_certificates(connection, id).await?,
    })
}

/// Writes a record over whatever is kept of its user, if anything is.
pub(crate) async fn write(connection: &mut SqliteConnection, record: &UserRecord) -> Result<(), StoreError> {
    let id = match users::update(&mut *connection, &record.user).await {
        Err(StoreError::NoSuchUser(_)) => users::insert(&mut *connection, &record.user).await?,
        updated => updated?,
    };
    sqlx::query!("UPDATE users SET pin_lifetime_days = ? WHERE id = ?", record.pin_lifetime_days, id)
        .execute(&mut *connection)
        .await?;
    forget(&mut *connection, id).await?;
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
           FROM users LEFT JOIN pins ON pins.user_id = users.id
           WHERE id = ?"#,
        id
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok((row.read()?, users::own_pin_lifetime(connection, id).await?))
}

async fn read_pin(connection: &mut SqliteConnection, id: i64) -> Result<Option<PinRecord>, StoreError> {
    let row = sqlx::query!("SELECT phc, length, set_at FROM pins WHERE user_id = ?", id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(PinRecord {
            phc: row.phc,
            length: usize::try_from(row.length).map_err(|_| StoreError::Corrupt("a PIN length"))?,
            set_at: from_stored(row.set_at)?,
        })
    })
    .transpose()
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
mod tests {
    use super::*;
    use crate::StoreLocation;
    use crate::testing::Pool;
    use lync_model::{Clock, Pin, PinPolicy};
    use time::Duration;
    use time::macros::datetime;

    const LINE: &str = "tel:+12065551219;ext=1219";

    /// Ken with two PINs behind him, two wrong attempts and two certificates.
    async fn ken(pool: &Pool) -> SipUri {
        let store = &pool.store;
        store.set_policy(&PinPolicy { pin_history_count: 3, ..PinPolicy::default() }).await.unwrap();
        let ken = pool.add("kenmyer", Some(LINE)).await;
        for pin in ["83920", "07129"] {
            store.change_pin(&ken, &Pin::new(pin)).await.unwrap();
        }
        for pin in ["11112", "11113"] {
            assert!(pool.sign_in("1219", pin).await.is_err());
        }
        pool.publish("kenmyer", "{a}", b"a").await;
        pool.clock.advance(Duration::seconds(1));
        pool.publish("kenmyer", "{b}", b"b").await;
        ken
    }

    /// Everything about Ken becomes different.
    async fn turn_upside_down(pool: &Pool, ken: &SipUri) {
        let store = &pool.store;
        store.set_pin(ken, &Pin::new("59371")).await.unwrap();
        store.lock_pin(ken).await.unwrap();
        store.revoke_certs(ken).await.unwrap();
        pool.publish("kenmyer", "{c}", b"c").await;
        let other = User { display_name: "K".to_owned(), enabled: false, ..Pool::user("kenmyer", None) };
        store.update_user(&other).await.unwrap();
    }

    async fn assert_as_it_was(pool: &Pool, before: &UserRecord) {
        let ken = before.user();
        assert!(
            pool.store.record(ken).await.unwrap() == *before,
            "something of the record did not come back"
        );
        let device_ids: Vec<_> =
            pool.published("kenmyer").await.into_iter().map(|kept| kept.device_id).collect();
        assert_eq!(device_ids, ["{a}", "{b}"]);
        let used = pool.store.change_pin(ken, &Pin::new("83920")).await;
        assert!(matches!(used, Err(StoreError::PinRejected(_))), "the history is forgotten");
        assert_eq!(pool.store.counters(ken).await.unwrap().local_failures, 2);
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken.clone()));
    }

    #[tokio::test]
    async fn a_user_who_was_changed_is_as_before() {
        let pool = Pool::open().await;
        let ken = ken(&pool).await;
        let before = pool.store.record(&ken).await.unwrap();
        turn_upside_down(&pool, &ken).await;
        assert!(pool.store.record(&ken).await.unwrap() != before);
        pool.store.restore(&before).await.unwrap();
        assert_as_it_was(&pool, &before).await;
    }

    #[tokio::test]
    async fn a_user_who_was_removed_is_there_again() {
        let pool = Pool::open().await;
        let ken = ken(&pool).await;
        let before = pool.store.record(&ken).await.unwrap();
        pool.store.remove_user(&ken).await.unwrap();
        // Takes the row that became free.
        pool.add("pilar", None).await;
        pool.store.restore(&before).await.unwrap();
        assert_as_it_was(&pool, &before).await;
        assert_eq!(pool.store.users().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_user_who_was_removed_and_added_anew_is_the_old_one_again() {
        let pool = Pool::open().await;
        let ken = ken(&pool).await;
        let before = pool.store.record(&ken).await.unwrap();
        pool.store.remove_user(&ken).await.unwrap();
        pool.add_with_pin("kenmyer", "7777", "59371").await;
        pool.store.restore(&before).await.unwrap();
        assert_as_it_was(&pool, &before).await;
    }

    #[tokio::test]
    async fn a_record_outlives_the_closing_of_a_kept_store() {
        let folder = tempfile::tempdir().unwrap();
        let location = StoreLocation::Kept(folder.path().join("pool.db"));
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let open = async || {
            let cost = crate::HashCost::Cheapest;
            let store = Store::open_with_cost(&location, clock.clone(), cost).await.unwrap();
            Pool { store, clock: clock.clone() }
        };
        let pool = open().await;
        let ken = ken(&pool).await;
        let before = pool.store.record(&ken).await.unwrap();
        turn_upside_down(&pool, &ken).await;
        pool.store.close().await;
        let pool = open().await;
        pool.store.restore(&before).await.unwrap();
        pool.store.close().await;
        assert_as_it_was(&open().await, &before).await;
    }

    #[tokio::test]
    async fn others_stay_as_they_are() {
        let pool = Pool::open().await;
        let ken = ken(&pool).await;
        let before = pool.store.record(&ken).await.unwrap();
        let pilar = pool.add_with_pin("pilar", "1300", "59371").await;
        pool.publish("pilar", "{a}", b"theirs").await;
        let theirs = pool.store.record(&pilar).await.unwrap();
        pool.store.restore(&before).await.unwrap();
        assert!(pool.store.record(&pilar).await.unwrap() == theirs);
    }

    #[tokio::test]
    async fn a_record_shows_no_hash() {
        let pool = Pool::open().await;
        let ken = ken(&pool).await;
        let record = pool.store.record(&ken).await.unwrap();
        assert!(record.pin.as_ref().unwrap().phc.contains("argon2"), "it holds one");
        assert_eq!(format!("{record:?}"), format!("UserRecord {{ user: {ken:?}, .. }}"));
    }

    #[tokio::test]
    async fn nobody_has_no_record() {
        let pool = Pool::open().await;
        let refused = pool.store.record(&Pool::sip("nobody")).await;
        assert!(matches!(refused, Err(StoreError::NoSuchUser(_))));
    }
}

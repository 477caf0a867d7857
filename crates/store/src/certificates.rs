//! Published certificates.

use crate::database::{from_stored, to_stored};
use crate::users::{enabled_id, id};
use crate::{Store, StoreError};
use lync_model::{PublishedCertificate, SipUri};
use sqlx::SqliteConnection;

impl Store {
    /// Revokes every certificate of a user as Revoke-CsClientCertificate does, and says how many there were.
    ///
    /// They are forgotten: a certificate that the pool does not find is refused.
    pub async fn revoke_certs(&self, user: &SipUri) -> Result<u64, StoreError> {
        let mut tx = self.database.begin().await?;
        let id = id(&mut tx, user).await?;
        let revoked =
            sqlx::query!("DELETE FROM certificates WHERE user_id = ?", id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(revoked.rows_affected())
    }

    /// What Get-CsClientCertificate lists: every certificate that is kept of a user, also of one who is disabled.
    pub async fn kept_certs(&self, user: &SipUri) -> Result<Vec<PublishedCertificate>, StoreError> {
        let mut tx = self.database.read.begin().await?;
        let id = id(&mut tx, user).await?;
        read(&mut tx, user, id).await
    }

    /// Keeps a certificate. A user who was disabled after the sign-in gets none.
    pub(crate) async fn publish(&self, certificate: &PublishedCertificate) -> Result<(), StoreError> {
        let (published_at, expires_at) =
            (to_stored(certificate.publication_time), to_stored(certificate.expiration_time));
        let mut tx = self.database.begin().await?;
        let id = enabled_id(&mut tx, &certificate.user).await?;
        sqlx::query!(
            "INSERT OR REPLACE INTO certificates (user_id, device_id, der, published_at, expires_at)
             VALUES (?, ?, ?, ?, ?)",
            id,
            certificate.device_id,
            certificate.certificate,
            published_at,
            expires_at
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The certificates of a user. Those of a disabled user stay where they are, but do not count.
    pub(crate) async fn published(&self, user: &SipUri) -> Result<Vec<PublishedCertificate>, StoreError> {
        let mut tx = self.database.read.begin().await?;
        let id = enabled_id(&mut tx, user).await?;
        read(&mut tx, user, id).await
    }
}

/// The certificates of the user of this row, the oldest first.
async fn read(
    connection: &mut SqliteConnection,
    user: &SipUri,
    id: i64,
) -> Result<Vec<PublishedCertificate>, StoreError> {
    let rows = sqlx::query!(
        "SELECT device_id, der, published_at, expires_at FROM certificates WHERE user_id = ?
             ORDER BY published_at, device_id",
        id
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PublishedCertificate {
                user: user.clone(),
                device_id: row.device_id,
                certificate: row.der,
                publication_time: from_stored(row.published_at)?,
                expiration_time: from_stored(row.expires_at)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::StoreError;
    use crate::testing::Pool;
    use lync_model::User;
    use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
    use time::Duration;

    #[tokio::test]
    async fn each_device_has_one_certificate_the_latest() {
        let pool = Pool::open().await;
        pool.add("kenmyer", None).await;
        pool.add("pilar", None).await;
        let first = pool.publish("kenmyer", "{a}", b"first").await;
        pool.clock.advance(Duration::days(1));
        let other = pool.publish("kenmyer", "{b}", b"other").await;
        let theirs = pool.publish("pilar", "{a}", b"theirs").await;
        assert_eq!(pool.published("kenmyer").await, [first, other.clone()]);
        pool.clock.advance(Duration::days(1));
        let second = pool.publish("kenmyer", "{a}", b"second").await;
        assert_eq!(pool.published("kenmyer").await, [other, second]);
        assert_eq!(pool.published("pilar").await, [theirs]);
    }

    #[tokio::test]
    async fn revoked_certificates_are_gone_and_others_stay() {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", None).await;
        pool.add("pilar", None).await;
        pool.publish("kenmyer", "{a}", b"a").await;
        pool.publish("kenmyer", "{b}", b"b").await;
        let theirs = pool.publish("pilar", "{a}", b"theirs").await;
        assert_eq!(pool.store.revoke_certs(&ken).await.unwrap(), 2);
        assert_eq!(pool.store.revoke_certs(&ken).await.unwrap(), 0);
        assert_eq!(pool.published("kenmyer").await, []);
        assert_eq!(pool.published("pilar").await, [theirs]);
    }

    #[tokio::test]
    async fn nobody_has_no_certificates() {
        let pool = Pool::open().await;
        let nobody = Pool::sip("nobody");
        let refused = UserPinError::Refused(PinFailureReason::UserDoesNotExist);
        let certificate = pool.certificate("nobody", "{a}", b"der");
        assert_eq!(pool.store.publish_cert(&certificate).await, Err(refused.clone()));
        assert_eq!(pool.store.get_published_certs(&nobody).await, Err(refused));
        assert!(matches!(pool.store.revoke_certs(&nobody).await, Err(StoreError::NoSuchUser(_))));
        assert!(matches!(pool.store.kept_certs(&nobody).await, Err(StoreError::NoSuchUser(_))));
    }

    #[tokio::test]
    async fn a_disabled_user_gets_no_certificate_and_those_that_are_kept_do_not_count() {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", None).await;
        pool.add("pilar", None).await;
        let kept = pool.publish("kenmyer", "{a}", b"kept").await;
        let theirs = pool.publish("pilar", "{a}", b"theirs").await;
        let enabled = Pool::user("kenmyer", None);
        pool.store.update_user(&User { enabled: false, ..enabled.clone() }).await.unwrap();

        let refused = UserPinError::Refused(PinFailureReason::UserPinAccountDisabled);
        for device_id in ["{a}", "{b}"] {
            let new = pool.certificate("kenmyer", device_id, b"new");
            assert_eq!(pool.store.publish_cert(&new).await, Err(refused.clone()));
        }
        assert_eq!(pool.store.get_published_certs(&ken).await, Err(refused));
        assert_eq!(
            pool.store.kept_certs(&ken).await.unwrap(),
            std::slice::from_ref(&kept),
            "but they are listed"
        );
        assert_eq!(pool.published("pilar").await, [theirs]);

        pool.store.update_user(&enabled).await.unwrap();
        assert_eq!(pool.published("kenmyer").await, [kept]);
    }

    #[tokio::test]
    async fn certificates_of_a_disabled_user_can_be_revoked() {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", None).await;
        pool.publish("kenmyer", "{a}", b"a").await;
        pool.store.update_user(&User { enabled: false, ..Pool::user("kenmyer", None) }).await.unwrap();
        assert_eq!(pool.store.revoke_certs(&ken).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_is_far_too_long_is_not_stored() {
        let pool = Pool::open().await;
        pool.add("kenmyer", None).await;
        for (device_id, der) in [("x".repeat(129), vec![0; 10]), ("{a}".to_owned(), vec![0; 65_537])] {
            let certificate = pool.certificate("kenmyer", &device_id, &der);
            let failed = pool.store.publish_cert(&certificate).await;
            assert_eq!(failed, Err(UserPinError::Store("the database failed".to_owned())));
        }
        assert_eq!(pool.published("kenmyer").await, []);
    }
}

//! Leases of addresses, by which a DHCP server that starts again knows what it gave away.

use crate::database::{from_stored, to_stored};
use crate::{Store, StoreError};
use async_trait::async_trait;
use lync_model::lease::{ClientKey, Lease, LeaseChange, LeaseLog, LeaseLogError, LeaseState};
use lync_model::rules::Mac;
use std::collections::BTreeMap;
use std::error::Error;
use std::net::Ipv4Addr;

#[async_trait]
impl LeaseLog for Store {
    /// By address, the lowest first. Ends of leases are kept to the microsecond.
    async fn load(&self) -> Result<Vec<Lease>, LeaseLogError> {
        self.leases().await.map_err(|error| for_the_log(&error))
    }

    async fn write(&self, changes: Vec<LeaseChange>) -> Result<(), LeaseLogError> {
        self.change_leases(&changes).await.map_err(|error| for_the_log(&error))
    }
}

impl Store {
    async fn leases(&self) -> Result<Vec<Lease>, StoreError> {
        let rows = sqlx::query_as!(
            LeaseRow,
            r#"SELECT address, client, mac, expires, declined AS "declined: bool" FROM leases ORDER BY address"#
        )
        .fetch_all(&self.database.read)
        .await?;
        rows.into_iter().map(LeaseRow::read).collect()
    }

    async fn change_leases(&self, changes: &[LeaseChange]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let (put, removed) = outcome(changes);
        let mut tx = self.database.begin().await?;
        sqlx::query!("DELETE FROM leases WHERE address IN (SELECT value FROM json_each(?))", removed)
            .execute(&mut *tx)
            .await?;
        sqlx::query!(
            "INSERT OR REPLACE INTO leases (address, client, mac, expires, declined)
             SELECT value ->> 0, unhex(value ->> 1), unhex(value ->> 2), value ->> 3, value ->> 4 FROM json_each(?)",
            put
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What changes in that order come to: the leases to be put and the addresses to be freed, as JSON arrays.
///
/// Two statements a batch instead of one a change, each of which would be a message to SQLite's thread and one back.
fn outcome(changes: &[LeaseChange]) -> (String, String) {
    let last: BTreeMap<_, _> = changes
        .iter()
        .map(|change| match change {
            LeaseChange::Put(lease) => (lease.address, Some(lease)),
            LeaseChange::Remove(address) => (*address, None),
        })
        .collect();
    let put: Vec<_> = last.values().flatten().map(|lease| row(lease)).collect();
    let removed: Vec<_> = last
        .iter()
        .filter(|(_, lease)| lease.is_none())
        .map(|(address, _)| address.to_bits().to_string())
        .collect();
    (array(&put), array(&removed))
}

fn row(lease: &Lease) -> String {
    array(&[
        lease.address.to_bits().to_string(),
        hex(lease.client.as_bytes()),
        lease.mac.map_or_else(|| "null".to_owned(), |mac| hex(&mac.0)),
        to_stored(lease.expires).to_string(),
        u8::from(lease.state == LeaseState::Declined).to_string(),
    ])
}

fn array(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

/// A JSON string of hex digits: JSON has no bytes.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("\""), |text, byte| text + &format!("{byte:02x}")) + "\""
}

/// A row as it is; whether it makes sense shows when it is [read](LeaseRow::read).
struct LeaseRow {
    address: i64,
    client: Vec<u8>,
    mac: Option<Vec<u8>>,
    expires: i64,
    declined: bool,
}

impl LeaseRow {
    fn read(self) -> Result<Lease, StoreError> {
        let address = u32::try_from(self.address).map_err(|_| StoreError::Corrupt("an address"))?;
        let mac: Option<[u8; 6]> = self
            .mac
            .map(|mac| mac.try_into().map_err(|_| StoreError::Corrupt("a hardware address")))
            .transpose()?;
        Ok(Lease {
            address: Ipv4Addr::from_bits(address),
            client: ClientKey::new(self.client).ok_or(StoreError::Corrupt("a DHCP client's identifier"))?,
            mac: mac.map(Mac),
            expires: from_stored(self.expires)?,
            state: if self.declined { LeaseState::Declined } else { LeaseState::Bound },
        })
    }
}

/// With the cause: queries bind their values, so that SQLite's messages name columns, not contents.
fn for_the_log(error: &StoreError) -> LeaseLogError {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    LeaseLogError(format!("{error}{cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use time::Duration;
    use time::macros::datetime;

    fn lease(last: u8, client: &[u8]) -> Lease {
        Lease {
            address: Ipv4Addr::new(10, 99, 0, last),
            client: ClientKey::new(client).unwrap(),
            mac: Some(Mac([0, 4, 0xf2, 0, 0, last])),
            expires: datetime!(2013-06-01 20:00:00.123456 UTC),
            state: LeaseState::Bound,
        }
    }

    async fn write(pool: &Pool, changes: &[LeaseChange]) {
        pool.store.write(changes.to_vec()).await.unwrap();
    }

    #[tokio::test]
    async fn leases_come_back_as_they_were() {
        let pool = Pool::open().await;
        assert_eq!(pool.store.load().await.unwrap(), []);
        let leases = [
            Lease {
                address: Ipv4Addr::UNSPECIFIED,
                expires: datetime!(1969-12-31 23:00 UTC),
                ..lease(0, &[0])
            },
            lease(1, b"\x01\x00\x04\xf2\x00\x00\x01"),
            Lease { mac: None, client: ClientKey::new([0xff; 255]).unwrap(), ..lease(2, b"-") },
            Lease {
                state: LeaseState::Declined,
                expires: datetime!(9999-12-31 23:59:59 UTC),
                ..lease(3, b"c")
            },
            Lease { address: Ipv4Addr::BROADCAST, ..lease(255, b"d") },
        ];
        // Written backwards: the order of loading is not that of writing.
        write(&pool, &leases.clone().map(LeaseChange::Put).into_iter().rev().collect::<Vec<_>>()).await;
        assert_eq!(pool.store.load().await.unwrap(), leases);
    }

    #[tokio::test]
    async fn the_end_of_a_lease_is_kept_to_the_microsecond() {
        let pool = Pool::open().await;
        let kept = lease(1, b"a");
        let finer = Lease { expires: kept.expires + Duration::nanoseconds(999), ..kept.clone() };
        write(&pool, &[LeaseChange::Put(finer)]).await;
        assert_eq!(pool.store.load().await.unwrap(), [kept]);
    }

    #[tokio::test]
    async fn changes_of_one_write_happen_in_their_order() {
        let pool = Pool::open().await;
        let put = |last, client: &[u8]| LeaseChange::Put(lease(last, client));
        let free = |last| LeaseChange::Remove(lease(last, b"-").address);
        write(&pool, &[put(1, b"first"), put(1, b"second"), put(2, b"gone"), free(2)]).await;
        assert_eq!(pool.store.load().await.unwrap(), [lease(1, b"second")]);
        write(&pool, &[free(1), put(1, b"third"), free(2), put(2, b"back"), free(3)]).await;
        assert_eq!(pool.store.load().await.unwrap(), [lease(1, b"third"), lease(2, b"back")]);
        write(&pool, &[]).await;
        write(&pool, &[free(1), free(2)]).await;
        assert_eq!(pool.store.load().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_write_that_fails_changes_nothing_and_says_why() {
        let pool = Pool::open().await;
        write(&pool, &[LeaseChange::Put(lease(1, b"a"))]).await;
        let refuse = "CREATE TRIGGER full BEFORE INSERT ON leases WHEN NEW.client = x'62'
                      BEGIN SELECT RAISE(ABORT, 'no room'); END";
        let mut tx = pool.store.database.begin().await.unwrap();
        sqlx::query(refuse).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let changes = [LeaseChange::Remove(lease(1, b"a").address), LeaseChange::Put(lease(2, b"b"))];
        let error = pool.store.write(changes.to_vec()).await.unwrap_err();
        assert!(error.0.starts_with("the database failed: ") && error.0.contains("no room"), "{error}");
        assert_eq!(pool.store.load().await.unwrap(), [lease(1, b"a")]);
        // Nor does it stand in the way of the next one.
        write(&pool, &[LeaseChange::Put(lease(2, b"c"))]).await;
        assert_eq!(pool.store.load().await.unwrap(), [lease(1, b"a"), lease(2, b"c")]);
    }

    #[tokio::test]
    async fn what_cannot_be_a_lease_is_not_read_as_one() {
        let pool = Pool::open().await;
        // SQLite accepts it for the column, and no year is so late.
        let late = format!("INSERT INTO leases VALUES (1, x'61', NULL, {}, 0)", i64::MAX);
        let mut tx = pool.store.database.begin().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(late)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let error = pool.store.load().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the leases cannot be kept: the database holds a time that cannot be read"
        );
    }
}

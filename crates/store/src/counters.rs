//! The lockout counters in their table.

use crate::StoreError;
use crate::database::{from_stored, to_stored};
use lync_model::lockout::Counters;
use sqlx::SqliteConnection;

/// A row of `lockouts`, or of a join with it that found none.
#[derive(Default)]
pub(crate) struct CountersRow {
    pub(crate) local_failures: Option<i64>,
    pub(crate) window_started: Option<i64>,
    pub(crate) locked_until: Option<i64>,
    pub(crate) global_failures: Option<i64>,
    pub(crate) locked_by_system: Option<bool>,
    pub(crate) locked_by_admin: Option<bool>,
}

impl CountersRow {
    pub(crate) fn read(&self) -> Result<Counters, StoreError> {
        let count = |count: Option<i64>| {
            u32::try_from(count.unwrap_or(0)).map_err(|_| StoreError::Corrupt("a lockout counter"))
        };
        Ok(Counters {
            local_failures: count(self.local_failures)?,
            window_started: self.window_started.map(from_stored).transpose()?,
            locked_until: self.locked_until.map(from_stored).transpose()?,
            global_failures: count(self.global_failures)?,
            locked_by_system: self.locked_by_system.unwrap_or(false),
            locked_by_admin: self.locked_by_admin.unwrap_or(false),
        })
    }
}

pub(crate) async fn load(connection: &mut SqliteConnection, user_id: i64) -> Result<Counters, StoreError> {
    let row = sqlx::query_as!(
        CountersRow,
        r#"SELECT local_failures, window_started, locked_until, global_failures,
                  locked_by_system AS "locked_by_system: bool", locked_by_admin AS "locked_by_admin: bool"
           FROM lockouts WHERE user_id = ?"#,
        user_id
    )
    .fetch_optional(connection)
    .await?;
    row.unwrap_or_default().read()
}

/// Those of everybody who has any, by the id of the user's row.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<(i64, Counters)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT user_id, local_failures, window_started, locked_until, global_failures,
                  locked_by_system AS "locked_by_system: bool", locked_by_admin AS "locked_by_admin: bool"
           FROM lockouts"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let counters = CountersRow {
                local_failures: Some(row.local_failures),
                window_started: row.window_started,
                locked_until: row.locked_until,
                global_failures: Some(row.global_failures),
                locked_by_system: Some(row.locked_by_system),
                locked_by_admin: Some(row.locked_by_admin),
            };
            Ok((row.user_id, counters.read()?))
        })
        .collect()
}

pub(crate) async fn save(
    connection: &mut SqliteConnection,
    user_id: i64,
    counters: &Counters,
) -> Result<(), StoreError> {
    let (window_started, locked_until) =
        (counters.window_started.map(to_stored), counters.locked_until.map(to_stored));
    sqlx::query!(
        "INSERT OR REPLACE INTO lockouts (user_id, local_failures, window_started, locked_until, global_failures,
                                          locked_by_system, locked_by_admin)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        user_id,
        counters.local_failures,
        window_started,
        locked_until,
        counters.global_failures,
        counters.locked_by_system,
        counters.locked_by_admin
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use time::macros::datetime;

    #[tokio::test]
    async fn counters_come_back_as_they_were_saved() {
        let pool = Pool::open().await;
        pool.add("kenmyer", None).await;
        let mut tx = pool.store.database.begin().await.unwrap();
        let id = crate::users::id(&mut tx, &Pool::sip("kenmyer")).await.unwrap();
        assert_eq!(load(&mut tx, id).await.unwrap(), Counters::default());
        let counters = Counters {
            local_failures: 3,
            window_started: Some(datetime!(2013-06-01 12:00:00.5 UTC)),
            locked_until: Some(datetime!(2013-06-01 13:00 UTC)),
            global_failures: u32::MAX,
            locked_by_system: true,
            locked_by_admin: true,
        };
        for counters in [counters, Counters { locked_by_admin: false, ..counters }, Counters::default()] {
            save(&mut tx, id, &counters).await.unwrap();
            assert_eq!(load(&mut tx, id).await.unwrap(), counters);
        }
    }
}

//! Where the database lies, its connections, and how times are stored in it.

use crate::accounts::names;
use crate::{HashCost, StoreError};
use sqlx::error::DatabaseError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Sqlite, Transaction};
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::time::{interval, timeout};

const READERS: u32 = 4;
/// How long another process is waited for that has the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_INTERVAL: Duration = Duration::from_millis(10);
/// Primary result code of SQLite.
const SQLITE_BUSY: u32 = 5;

/// Where the store lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// In this file, and in two beside it while it is open. The folder has to be there.
    Kept(PathBuf),
    /// In a temporary folder, which is removed when the store is dropped.
    Ephemeral,
}

impl StoreLocation {
    /// What a PIN hash should cost there: full price for a file that can be stolen, next to nothing for one that
    /// dies with the process.
    pub fn hash_cost(&self) -> HashCost {
        match self {
            Self::Kept(_) => HashCost::Owasp,
            Self::Ephemeral => HashCost::Cheapest,
        }
    }
}

/// The connections: one that writes, several that read, and never a wait between the two kinds (WAL).
///
/// A file even where nothing is kept: `sqlite::memory:` disappears with its last connection, and its readers wait
/// for a writer without any timeout.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) read: SqlitePool,
    write: SqlitePool,
    // Dropped last.
    _folder: Option<TempDir>,
}

impl Database {
    pub(crate) async fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        let (path, folder, synchronous) = match location {
            // Full, not Normal: what was answered survives a loss of power too.
            StoreLocation::Kept(path) => (path.clone(), None, SqliteSynchronous::Full),
            StoreLocation::Ephemeral => {
                let folder = temporary_folder()?;
                // Nobody can open it after a crash of the machine.
                (folder.path().join("store.db"), Some(folder), SqliteSynchronous::Off)
            }
        };
        create_private(&path)?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .disable_statement_logging();
        let write = connect(&options).await?;
        bring_up_to_date(&write).await?;
        let read = pool(READERS).connect_lazy_with(options.pragma("query_only", "on"));
        Ok(Self { read, write, _folder: folder })
    }

    /// A transaction that writes.
    ///
    /// It takes the write lock at once: one that begins by reading fails without a wait (SQLITE_BUSY_SNAPSHOT) if
    /// another process writes before it does. Until it ends, no other can begin.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.write.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(crate) async fn close(self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Opens the file. Who turns a new one to WAL has it alone for a moment, and for that SQLite does not wait by itself.
async fn connect(options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let mut again = interval(BUSY_INTERVAL);
    let waited = timeout(BUSY_TIMEOUT, async {
        loop {
            again.tick().await;
            match pool(1).connect_with(options.clone()).await {
                Err(error) if is_busy(&error) => {}
                connected => return connected,
            }
        }
    });
    Ok(waited.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?)
}

fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    // The kinds of being busy are told apart in the higher bits.
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// Makes the tables, all that are missing or none. The processes of a pool in parts may begin at the same moment: the
/// second finds what the first has made.
async fn bring_up_to_date(write: &SqlitePool) -> Result<(), StoreError> {
    let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
    // What `run` does once it has a connection; through `run` itself the future is not Send.
    sqlx::migrate!("../../migrations").run_direct(None, &mut *tx, false).await?;
    names::renew_keys(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        // The database is no server that could have hung up.
        .test_before_acquire(false)
}

fn temporary_folder() -> Result<TempDir, StoreError> {
    tempfile::Builder::new()
        .prefix("lyncmock-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .map_err(|source| StoreError::Create { path: std::env::temp_dir(), source })
}

/// Creates the file so that only its owner can read it; SQLite gives the files beside it the same mode.
fn create_private(path: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|source| StoreError::Create { path: path.to_owned(), source })
}

/// A time as the database has it: microseconds since 1970.
pub(crate) fn to_stored(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1000))
        .expect("the years of the time crate fit i64 microseconds")
}

/// A time from the database.
pub(crate) fn from_stored(micros: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .map_err(|_| StoreError::Corrupt("a time"))
}

#[cfg(test)]
mod earlier_versions;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use lync_model::Clock;
    use std::os::unix::fs::PermissionsExt;
    use time::macros::datetime;

    #[test]
    fn times_are_kept_to_the_microsecond() {
        let cases = [
            (datetime!(2013-06-01 12:00:00.123456789 UTC), datetime!(2013-06-01 12:00:00.123456 UTC)),
            (datetime!(1969-12-31 23:59:59.9999995 UTC), datetime!(1969-12-31 23:59:59.999999 UTC)),
            (datetime!(9999-12-31 23:59:59 UTC), datetime!(9999-12-31 23:59:59 UTC)),
            (datetime!(2013-06-01 12:00 +2), datetime!(2013-06-01 10:00 UTC)),
        ];
        for (time, kept) in cases {
            assert_eq!(from_stored(to_stored(time)).unwrap(), kept);
        }
        assert!(from_stored(i64::MAX).is_err());
    }

    #[tokio::test]
    async fn an_ephemeral_store_leaves_no_folder_behind() {
        let database = Database::open(&StoreLocation::Ephemeral).await.unwrap();
        let folder = database._folder.as_ref().unwrap().path().to_owned();
        assert!(folder.join("store.db").exists());
        drop(database);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_kept_store_and_its_log_are_for_their_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&StoreLocation::Kept(folder.path().join("pool.db"))).await.unwrap();
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
            names.push(entry.file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(names, ["pool.db", "pool.db-shm", "pool.db-wal"]);
        drop(database);
    }

    #[tokio::test]
    async fn what_is_no_store_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("letter.txt");
        let text = "Dear customer, ".repeat(100);
        std::fs::write(&file, &text).unwrap();
        for path in [file.clone(), folder.path().to_owned(), folder.path().join("missing/pool.db")] {
            assert!(Store::open(&StoreLocation::Kept(path), Clock::system()).await.is_err());
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let database = Database::open(&StoreLocation::Ephemeral).await.unwrap();
        let refused = sqlx::query!("DELETE FROM users").execute(&database.read).await;
        assert!(refused.unwrap_err().to_string().contains("readonly"));
    }
}

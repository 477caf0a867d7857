//! Accounts, users, PIN hashes, lockout counters, published certificates and settings in SQLite.
//!
//! [`Store`] implements [`UserPinService`](lync_model::ports::UserPinService); its own methods are what an
//! administrator does. The rules (who may sign in, when a PIN is locked, which PIN is too weak) are lync-model's:
//! this crate fetches, asks, and stores before it answers.
//!
//! # Where what stands
//! | file | holds |
//! |---|---|
//! | `migrations/` | the tables; embedded and applied on opening |
//! | `database` | where the database lies, the connections, how times are stored |
//! | `hasher` | argon2id |
//! | `verify` | a sign-in by PIN and its lockout |
//! | `seed` | what a new store begins with |
//! | `record` | everything of one user, taken down and put back |
//! | `replace` | accounts, users and policies, replaced in one step |
//! | `snapshot` | accounts, users and policies at one moment |
//! | `change` | the states of a user that a scenario asks for |
//! | `events` | what is written to the event log |
//! | `new_user` | a user who is added with account, PIN and password |
//! | `accounts` | accounts of Active Directory; how they become Lync users; the directory that NTLM asks |
//! | `policy` | PIN policies, and which of them holds for whom |
//! | `settings` | what an administrator set while the pool ran |
//! | `users`, `pins`, `certificates` | the rest, by table |
//!
//! # Queries are checked when compiled
//! The macros of sqlx read the types of each query from `.sqlx`, so that a build needs no database. After a change
//! to a query or a migration, run `crates/store/prepare.sh` and commit what it writes.

mod accounts;
mod certificates;
mod change;
mod counters;
mod database;
mod error;
mod events;
mod hasher;
mod leases;
mod new_user;
mod pins;
mod policy;
mod record;
mod replace;
mod seed;
mod service;
mod settings;
mod snapshot;
mod stored;
#[cfg(test)]
mod testing;
mod users;
mod verify;

pub use accounts::{AccountUpdate, StoredAccount};
pub use change::ChangedUser;
pub use database::StoreLocation;
pub use error::StoreError;
pub use hasher::HashCost;
pub use new_user::NewUser;
pub use pins::PinInfo;
pub use record::UserRecord;
pub use replace::Replacement;
pub use seed::{Seed, SeedAccount, SeedLogon, SeedPin, SeedUser};
pub use snapshot::Snapshot;
pub use stored::StoredPin;

use database::Database;
use hasher::Hasher;
use lync_model::Clock;

/// Users, PINs, lockout counters and published certificates.
///
/// Share it by an `Arc`. A method that changes something has stored it when it answers: a process that is killed
/// afterwards finds it again, and where the store is [kept](StoreLocation::Kept) so does a machine that loses power.
#[derive(Debug)]
pub struct Store {
    database: Database,
    hasher: Hasher,
    clock: Clock,
    events: events::Events,
    domain: accounts::names::Domain,
}

impl Store {
    /// Opens the store, creates it if there is none, and brings its tables up to date.
    ///
    /// PINs are hashed at the cost that [suits the location](StoreLocation::hash_cost).
    pub async fn open(location: &StoreLocation, clock: Clock) -> Result<Self, StoreError> {
        Self::open_with_cost(location, clock, location.hash_cost()).await
    }

    /// Opens the store; PINs set from now on are hashed at `cost`.
    pub async fn open_with_cost(
        location: &StoreLocation,
        clock: Clock,
        cost: HashCost,
    ) -> Result<Self, StoreError> {
        let hasher = Hasher::new(cost)?;
        let database = Database::open(location).await?;
        let (events, domain) = (events::Events::default(), accounts::names::Domain::default());
        Ok(Self { database, hasher, clock, events, domain })
    }

    /// Waits for what is under way, and folds the write-ahead log into the database file.
    ///
    /// Nothing is lost without it; it leaves one file instead of three.
    pub async fn close(self) {
        self.database.close().await;
    }
}

//! Connections that are kept for the next request.

use super::connection::Connection;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open at a time, idle ones included. More requests than this wait for one another.
const MAX_CONNECTIONS: usize = 16;

/// Kept no longer than this: well below the 10 s after which the service closes an idle connection, so that a
/// request seldom meets one that is just being closed.
const MAX_IDLE: Duration = Duration::from_secs(5);

/// The idle connections of one client, and the count of all.
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    places: Arc<Semaphore>,
}

struct Idle {
    connection: Connection,
    since: Instant,
    trust: u64,
}

/// The right to one connection.
pub(super) struct Place(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

impl Pool {
    pub(super) fn new() -> Self {
        Self { idle: Mutex::new(Vec::new()), places: Arc::new(Semaphore::new(MAX_CONNECTIONS)) }
    }

    /// Waits for the right to have one connection more in use.
    pub(super) async fn place(&self) -> Place {
        Place(Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed"))
    }

    /// The connection that was used last, if it still serves and was opened under generation `trust` of the trust
    /// store: one that was opened before a root was removed must not outlive it.
    pub(super) async fn take(&self, trust: u64) -> Option<Connection> {
        loop {
            let mut idle = self.lock().pop()?;
            let fresh = idle.since.elapsed() < MAX_IDLE && idle.trust == trust;
            if fresh && idle.connection.is_usable().await {
                return Some(idle.connection);
            }
        }
    }

    /// Keeps a connection whose last answer was read. They are never more than the places: only who has a place and
    /// found none kept opens a new one.
    pub(super) fn put(&self, connection: Connection, trust: u64, _place: &Place) {
        self.lock().push(Idle { connection, since: Instant::now(), trust });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        // Push and pop leave the list whole even behind a panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The one source of time: tickets, certificates, lockout and PIN expiry all ask here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// A clock that tests and administrators can set and advance; every clone shows the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The system's time plus an offset.
    Running(Duration),
    /// Stands still until it is advanced.
    Stopped(OffsetDateTime),
}

impl Clock {
    /// A clock that shows the system's time.
    pub fn system() -> Self {
        Self::new(State::Running(Duration::ZERO))
    }

    /// A clock that stands still at `at` until it is set or advanced.
    pub fn stopped(at: OffsetDateTime) -> Self {
        Self::new(State::Stopped(at))
    }

    /// The present moment, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        match *self.lock() {
            State::Running(offset) => system_now() + offset,
            State::Stopped(at) => at,
        }
    }

    /// Moves the clock by `by`; a negative duration moves it back.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        *state = match *state {
            State::Running(offset) => State::Running(offset + by),
            State::Stopped(at) => State::Stopped(at + by),
        };
    }

    /// Sets the clock to `to`. A running clock goes on from there, a stopped one stays there.
    pub fn set(&self, to: OffsetDateTime) {
        let mut state = self.lock();
        *state = match *state {
            State::Running(_) => State::Running(to - system_now()),
            State::Stopped(_) => State::Stopped(to),
        };
    }

    fn new(state: State) -> Self {
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each update is a single assignment, so the value is whole even behind a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's time comes in")]
fn system_now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_stopped_clock_moves_only_when_told() {
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let same = clock.clone();
        assert_eq!(clock.now(), clock.now());
        same.advance(Duration::hours(8));
        assert_eq!(clock.now(), datetime!(2013-06-01 20:00 UTC));
        same.set(datetime!(2014-01-01 00:00 UTC));
        assert_eq!(clock.now(), datetime!(2014-01-01 00:00 UTC));
    }

    #[test]
    fn a_running_clock_keeps_its_offset() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(Duration::days(180));
        assert!(clock.now() - before >= Duration::days(180));
    }
}

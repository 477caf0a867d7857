//! The one source of time: tickets, certificates, lockout and PIN expiry all ask here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// A clock that tests and administrators can set and advance; every clone shows the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    shown: Arc<Mutex<Shown>>,
}

#[derive(Clone, Copy, Debug)]
struct Shown {
    state: State,
    /// What it was made with.
    first: State,
    /// How often it was set.
    sets: u64,
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
        match self.lock().state {
            State::Running(offset) => system_now() + offset,
            State::Stopped(at) => at,
        }
    }

    /// Moves the clock by `by`; a negative duration moves it back.
    pub fn advance(&self, by: Duration) {
        let mut shown = self.lock();
        shown.state = match shown.state {
            State::Running(offset) => State::Running(offset + by),
            State::Stopped(at) => State::Stopped(at + by),
        };
    }

    /// Sets the clock to `to`. A running clock goes on from there, a stopped one stays there.
    pub fn set(&self, to: OffsetDateTime) {
        let mut shown = self.lock();
        shown.state = match shown.state {
            State::Running(_) => State::Running(to - system_now()),
            State::Stopped(_) => State::Stopped(to),
        };
        shown.sets += 1;
    }

    /// Brings it back to what it was made with: the system's time, or the moment at which it stood still. It counts as
    /// [set](Self::set).
    pub fn reset(&self) {
        let mut shown = self.lock();
        shown.state = shown.first;
        shown.sets += 1;
    }

    /// How often the clock was [set](Self::set) or [reset](Self::reset): whoever moved it before that has nothing left to take back.
    pub fn times_set(&self) -> u64 {
        self.lock().sets
    }

    fn new(state: State) -> Self {
        Self { shown: Arc::new(Mutex::new(Shown { state, first: state, sets: 0 })) }
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        // What is shown changes by a single assignment, so the value is whole even behind a panic.
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!((clock.times_set(), same.times_set()), (1, 1));
    }

    #[test]
    fn a_running_clock_keeps_its_offset() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(Duration::days(180));
        assert!(clock.now() - before >= Duration::days(180));
    }

    #[test]
    fn a_reset_clock_shows_what_it_was_made_with() {
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        clock.set(datetime!(2014-01-01 00:00 UTC));
        clock.advance(Duration::days(3));
        clock.reset();
        assert_eq!((clock.now(), clock.times_set()), (datetime!(2013-06-01 12:00 UTC), 2));
        let running = Clock::system();
        running.set(datetime!(2014-01-01 00:00 UTC));
        running.reset();
        assert!((system_now() - running.now()).abs() < Duration::minutes(1));
    }
}

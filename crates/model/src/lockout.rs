//! When wrong PINs lock a user out: the counters of New-CsPinPolicy's help, without any storage.
//!
//! Two counters grow with each wrong PIN. The local one counts within a window of 30 minutes and, full, locks for
//! an hour; a right PIN empties it. The global one never shrinks and, full, locks until an administrator unlocks.

use crate::PinPolicy;
use time::{Duration, OffsetDateTime};

/// The observation window that the first failure opens.
pub const WINDOW: Duration = Duration::minutes(30);
/// How long a full local counter locks.
pub const LOCAL_LOCKOUT: Duration = Duration::hours(1);

/// How many failures lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Failures in one window that lock for an hour.
    pub local: u32,
    /// Failures since the last unlock that lock for good.
    pub global: u32,
}

/// What is kept of a user's failures and locks. The default is a user who never failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Failures in the present window.
    pub local_failures: u32,
    /// When the present window was opened.
    pub window_started: Option<OffsetDateTime>,
    /// The end of the one-hour lock, past or to come.
    pub locked_until: Option<OffsetDateTime>,
    /// Failures since the last unlock.
    pub global_failures: u32,
    /// The global counter was full; only [`unlock`](Self::unlock) ends this.
    pub locked_by_system: bool,
    /// Lock-CsClientPin was used; only [`unlock`](Self::unlock) ends this.
    pub locked_by_admin: bool,
}

impl Limits {
    /// The limits for a PIN of `length` digits.
    ///
    /// The help has figures for 4 and 5 digits and for more than 6; for 6 those of more than 6 are used (inferred).
    /// MaximumLogonAttempts replaces the local limit and leaves the global one.
    pub fn for_pin(length: usize, policy: &PinPolicy) -> Self {
        let (local, global) = match length {
            0..=4 => (10, 100),
            5 => (25, 1000),
            _ => (25, 5000),
        };
        Self { local: policy.maximum_logon_attempts.map_or(local, u32::from), global }
    }
}

impl Counters {
    /// Whether even the right PIN is refused at `now`.
    ///
    /// Get-CsClientPinInfo's IsLockedOut is taken from here too; that it is True during the one-hour lock is
    /// inferred.
    pub fn is_locked(&self, now: OffsetDateTime) -> bool {
        self.locked_by_admin || self.locked_by_system || self.locked_until.is_some_and(|until| now < until)
    }

    /// Counts a wrong PIN.
    ///
    /// While a user is locked nothing is counted: the PIN is not looked at (inferred; otherwise a phone that repeats
    /// an old PIN would turn each one-hour lock into one for good).
    pub fn after_failure(&mut self, now: OffsetDateTime, limits: Limits) {
        if self.is_locked(now) {
            return;
        }
        // A window that ran out without a lock starts anew (inferred); one that led to a lock is over with it.
        let window_over = self.window_started.is_none_or(|started| now - started >= WINDOW);
        if window_over || self.locked_until.is_some() {
            self.locked_until = None;
            self.local_failures = 0;
            self.window_started = Some(now);
        }
        self.local_failures = self.local_failures.saturating_add(1);
        self.global_failures = self.global_failures.saturating_add(1);
        if self.local_failures >= limits.local {
            self.locked_until = Some(now.saturating_add(LOCAL_LOCKOUT));
        }
        self.locked_by_system = self.global_failures >= limits.global;
    }

    /// Notes a right PIN of a user who is not locked: the local counter is emptied, the global one stays.
    pub fn after_success(&mut self) {
        self.local_failures = 0;
        self.window_started = None;
        self.locked_until = None;
    }

    /// Unlock-CsClientPin: ends every lock and empties both counters.
    pub fn unlock(&mut self) {
        *self = Self::default();
    }

    /// Lock-CsClientPin.
    pub fn lock(&mut self) {
        self.locked_by_admin = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);
    const LIMITS: Limits = Limits { local: 10, global: 100 };

    fn failed(times: u32, at: OffsetDateTime) -> Counters {
        let mut counters = Counters::default();
        for _ in 0..times {
            counters.after_failure(at, LIMITS);
        }
        counters
    }

    #[test]
    fn limits_follow_the_length_and_the_policy() {
        let default = PinPolicy::default();
        let three = PinPolicy { maximum_logon_attempts: Some(3), ..PinPolicy::default() };
        let cases = [
            (4, &default, 10, 100),
            (5, &default, 25, 1000),
            (6, &default, 25, 5000),
            (7, &default, 25, 5000),
            (24, &default, 25, 5000),
            (4, &three, 3, 100),
            (5, &three, 3, 1000),
            (24, &three, 3, 5000),
        ];
        for (length, policy, local, global) in cases {
            assert_eq!(Limits::for_pin(length, policy), Limits { local, global }, "{length} {policy:?}");
        }
    }

    #[test]
    fn the_last_failure_of_the_limit_locks_for_one_hour() {
        assert!(!failed(9, START).is_locked(START));
        let counters = failed(10, START);
        assert!(counters.is_locked(START));
        assert!(counters.is_locked(START + Duration::minutes(60) - Duration::nanoseconds(1)));
        assert!(!counters.is_locked(START + Duration::minutes(60)));
    }

    #[test]
    fn after_the_hour_the_local_counter_starts_at_nothing_and_the_global_one_goes_on() {
        let mut counters = failed(10, START);
        let later = START + Duration::hours(1);
        counters.after_failure(later, LIMITS);
        assert_eq!((counters.local_failures, counters.global_failures), (1, 11));
        assert_eq!(counters.window_started, Some(later));
        assert!(!counters.is_locked(later));
    }

    #[test]
    fn a_lock_that_has_ended_closes_its_window_too() {
        let mut counters = failed(9, START);
        counters.locked_until = Some(START);
        counters.after_failure(START, LIMITS);
        assert_eq!(counters.local_failures, 1);
        assert!(!counters.is_locked(START));
    }

    #[test]
    fn failures_further_apart_than_the_window_do_not_add_up() {
        let cases = [
            (Duration::minutes(30) - Duration::nanoseconds(1), 10, true),
            (Duration::minutes(30), 1, false),
            (Duration::minutes(31), 1, false),
        ];
        for (wait, local, locked) in cases {
            let mut counters = failed(9, START);
            counters.after_failure(START + wait, LIMITS);
            assert_eq!(counters.local_failures, local, "{wait}");
            assert_eq!(counters.global_failures, 10, "{wait}");
            assert_eq!(counters.is_locked(START + wait), locked, "{wait}");
        }
    }

    #[test]
    fn success_empties_the_local_counter_only() {
        let mut counters = failed(9, START);
        counters.after_success();
        assert_eq!(counters, Counters { global_failures: 9, ..Counters::default() });
        counters.after_failure(START, LIMITS);
        assert!(!counters.is_locked(START));
    }

    #[test]
    fn the_global_limit_locks_until_an_administrator_unlocks() {
        let mut counters = Counters::default();
        for attempt in 0..99 {
            counters.after_failure(START + Duration::hours(attempt), LIMITS);
        }
        let end = START + Duration::hours(99);
        assert!(!counters.is_locked(end));
        counters.after_failure(end, LIMITS);
        assert!(counters.locked_by_system);
        assert!(counters.is_locked(end + Duration::days(10_000)));
        counters.unlock();
        assert_eq!(counters, Counters::default());
        assert!(!counters.is_locked(end));
    }

    #[test]
    fn an_administrators_lock_does_not_end_by_itself() {
        let mut counters = failed(3, START);
        counters.lock();
        assert!(counters.is_locked(START + Duration::days(10_000)));
        counters.unlock();
        assert_eq!(counters, Counters::default());
    }

    #[test]
    fn while_locked_nothing_is_counted() {
        for mut counters in [failed(10, START), Counters { locked_by_admin: true, ..Counters::default() }] {
            let before = counters;
            counters.after_failure(START + Duration::minutes(59), LIMITS);
            assert_eq!(counters, before);
        }
    }

    proptest! {
        #[test]
        fn the_global_counter_never_shrinks_and_the_local_one_stays_within_its_limit(
            steps in proptest::collection::vec((any::<bool>(), 0_i64..5400), 1..300),
        ) {
            let (mut counters, mut now, mut global) = (Counters::default(), START, 0);
            for (right, seconds) in steps {
                now += Duration::seconds(seconds);
                if !counters.is_locked(now) {
                    if right { counters.after_success() } else { counters.after_failure(now, LIMITS) }
                }
                prop_assert!(counters.global_failures >= global);
                prop_assert!(counters.local_failures <= LIMITS.local);
                prop_assert_eq!(counters.locked_by_system, counters.global_failures >= LIMITS.global);
                global = counters.global_failures;
            }
        }
    }
}

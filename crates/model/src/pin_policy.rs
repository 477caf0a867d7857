//! The PIN policy.

use crate::{LineUri, Pin};
use time::{Duration, OffsetDateTime};

/// The longest PIN. Public is only that MinPasswordLength ends at 24; that a PIN ends there too is inferred.
const MAX_PIN_LENGTH: usize = 24;
/// From this many consecutive digits on a PIN is a common pattern (help of Set-CsPinPolicy).
const CONSECUTIVE: usize = 4;

/// A PIN policy; names, ranges and defaults are those of Set-CsPinPolicy and Get-CsPinPolicy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinPolicy {
    /// MinPasswordLength, in digits: 4-24.
    pub min_password_length: u8,
    /// PINHistoryCount, 0-20: how many new PINs must come before one may be used again.
    pub pin_history_count: u8,
    /// AllowCommonPatterns: whether 1111, 1234 or the user's own number are allowed.
    pub allow_common_patterns: bool,
    /// PINLifetime, in days: 0-999; 0 means that a PIN never expires.
    pub pin_lifetime_days: u16,
    /// MaximumLogonAttempts, 1-999: replaces the local limit of [`Limits`](crate::lockout::Limits). `None` leaves
    /// the limit to the length of the PIN.
    pub maximum_logon_attempts: Option<u16>,
}

/// A policy that Set-CsPinPolicy does not take. The wording is our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinPolicyError {
    /// MinPasswordLength is out of range.
    #[error("MinPasswordLength is {0}; it must be 4 to 24")]
    MinPasswordLength(u8),
    /// PINHistoryCount is out of range.
    #[error("PINHistoryCount is {0}; it must be 0 to 20")]
    PinHistoryCount(u8),
    /// PINLifetime is out of range.
    #[error("PINLifetime is {0}; it must be 0 to 999 days")]
    PinLifetime(u16),
    /// MaximumLogonAttempts is out of range.
    #[error("MaximumLogonAttempts is {0}; it must be 1 to 999, or absent")]
    MaximumLogonAttempts(u16),
    /// PINs expire, but nothing keeps a user from setting the same one again.
    #[error("a PINLifetime above 0 needs a PINHistoryCount above 0")]
    LifetimeWithoutHistory,
}

/// Why a new PIN is refused. The rules are those of Set-CsPinPolicy's help, the wording is our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinRejected {
    /// Something other than 0-9, or nothing at all.
    #[error("a PIN consists of digits")]
    NotDigits,
    /// Shorter than MinPasswordLength.
    #[error("the PIN is too short; it needs at least {min} digits")]
    TooShort {
        /// MinPasswordLength.
        min: u8,
    },
    /// Longer than any PIN.
    #[error("the PIN is too long; it may have {max} digits")]
    TooLong {
        /// The greatest length.
        max: usize,
    },
    /// Repeating digits, such as 225577 or 222222.
    #[error("the PIN consists of repeating digits")]
    RepeatingDigits,
    /// Four or more consecutive digits, such as 991234.
    #[error("the PIN has four or more consecutive digits")]
    ConsecutiveDigits,
    /// The user's own phone number.
    #[error("the PIN is the user's phone number")]
    PhoneNumber,
    /// The user's own extension.
    #[error("the PIN is the user's extension")]
    Extension,
    /// One of the last PINs; only a change by the user checks this, Set-CsClientPin does not.
    #[error("the PIN is one of the last {history_count} of this user")]
    UsedBefore {
        /// PINHistoryCount.
        history_count: u8,
    },
}

impl PinPolicy {
    /// Whether Set-CsPinPolicy would take this policy.
    pub fn validate(&self) -> Result<(), PinPolicyError> {
        if !(4..=24).contains(&self.min_password_length) {
            return Err(PinPolicyError::MinPasswordLength(self.min_password_length));
        }
        if self.pin_history_count > 20 {
            return Err(PinPolicyError::PinHistoryCount(self.pin_history_count));
        }
        if self.pin_lifetime_days > 999 {
            return Err(PinPolicyError::PinLifetime(self.pin_lifetime_days));
        }
        if let Some(attempts) = self.maximum_logon_attempts.filter(|attempts| !(1..=999).contains(attempts)) {
            return Err(PinPolicyError::MaximumLogonAttempts(attempts));
        }
        if self.pin_lifetime_days > 0 && self.pin_history_count == 0 {
            return Err(PinPolicyError::LifetimeWithoutHistory);
        }
        Ok(())
    }

    /// Whether this may become the PIN of the user with this line. PIN history is the store's to check.
    pub fn check_new_pin(&self, pin: &Pin, line: Option<&LineUri>) -> Result<(), PinRejected> {
        let pin = pin.expose();
        if pin.is_empty() || !pin.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PinRejected::NotDigits);
        }
        if pin.len() < usize::from(self.min_password_length) {
            return Err(PinRejected::TooShort { min: self.min_password_length });
        }
        if pin.len() > MAX_PIN_LENGTH {
            return Err(PinRejected::TooLong { max: MAX_PIN_LENGTH });
        }
        if self.allow_common_patterns { Ok(()) } else { refuse_common_patterns(pin, line) }
    }

    /// When a PIN of this age expires; `None` if PINs do not.
    pub fn pin_expiration(&self, set_at: OffsetDateTime) -> Option<OffsetDateTime> {
        let lifetime = Duration::days(self.pin_lifetime_days.into());
        if lifetime.is_zero() { None } else { set_at.checked_add(lifetime) }
    }

    /// Whether a PIN of this age has expired.
    pub fn is_expired(&self, set_at: OffsetDateTime, now: OffsetDateTime) -> bool {
        self.pin_expiration(set_at).is_some_and(|expiration| expiration <= now)
    }
}

impl Default for PinPolicy {
    /// The global policy of a new deployment.
    fn default() -> Self {
        Self {
            min_password_length: 5,
            pin_history_count: 0,
            allow_common_patterns: false,
            pin_lifetime_days: 0,
            maximum_logon_attempts: None,
        }
    }
}

fn refuse_common_patterns(pin: &str, line: Option<&LineUri>) -> Result<(), PinRejected> {
    if is_repeating(pin.as_bytes()) {
        return Err(PinRejected::RepeatingDigits);
    }
    if has_consecutive(pin.as_bytes()) {
        return Err(PinRejected::ConsecutiveDigits);
    }
    if line.is_some_and(|line| line.digits() == pin) {
        return Err(PinRejected::PhoneNumber);
    }
    if line.and_then(LineUri::extension) == Some(pin) {
        return Err(PinRejected::Extension);
    }
    Ok(())
}

/// Whether every digit stands beside its like. The examples are 225577, 222222 and 11223344; that a PIN with a
/// single pair among other digits is no pattern is inferred.
fn is_repeating(digits: &[u8]) -> bool {
    digits.chunk_by(|a, b| a == b).all(|run| run.len() > 1)
}

/// Whether four digits in a row count up. The examples are 991234 and 123456; that counting down, or on from 9 to
/// 0, is no pattern is inferred.
fn has_consecutive(digits: &[u8]) -> bool {
    digits.chunk_by(|a, b| b.checked_sub(*a) == Some(1)).any(|run| run.len() >= CONSECUTIVE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn check(policy: &PinPolicy, pin: &str) -> Result<(), PinRejected> {
        let line: LineUri = "tel:+14255551219;ext=51219".parse().unwrap();
        policy.check_new_pin(&Pin::new(pin), Some(&line))
    }

    #[test]
    fn each_rule_refuses_what_it_names() {
        let policy = PinPolicy::default();
        let cases = [
            ("", Err(PinRejected::NotDigits)),
            ("12a45", Err(PinRejected::NotDigits)),
            ("٠٧١٢٩", Err(PinRejected::NotDigits)),
            (" 83920", Err(PinRejected::NotDigits)),
            ("0712", Err(PinRejected::TooShort { min: 5 })),
            ("8392017364528391047362518", Err(PinRejected::TooLong { max: 24 })),
            ("839201736452839104736251", Ok(())),
            ("225577", Err(PinRejected::RepeatingDigits)),
            ("222222", Err(PinRejected::RepeatingDigits)),
            ("11223344", Err(PinRejected::RepeatingDigits)),
            ("22255", Err(PinRejected::RepeatingDigits)),
            ("22557", Ok(())),
            ("121212", Ok(())),
            ("991234", Err(PinRejected::ConsecutiveDigits)),
            ("123456", Err(PinRejected::ConsecutiveDigits)),
            ("67890", Err(PinRejected::ConsecutiveDigits)),
            ("12399", Ok(())),
            ("98765", Ok(())),
            ("78901", Ok(())),
            ("14255551219", Err(PinRejected::PhoneNumber)),
            ("51219", Err(PinRejected::Extension)),
            ("83920", Ok(())),
        ];
        for (pin, expected) in cases {
            assert_eq!(check(&policy, pin), expected, "{pin}");
        }
    }

    #[test]
    fn common_patterns_can_be_allowed_and_the_other_rules_stay() {
        let policy =
            PinPolicy { allow_common_patterns: true, min_password_length: 4, ..PinPolicy::default() };
        for pin in ["1111", "1234", "51219", "14255551219", "0712"] {
            assert_eq!(check(&policy, pin), Ok(()), "{pin}");
        }
        assert_eq!(check(&policy, "123"), Err(PinRejected::TooShort { min: 4 }));
        assert_eq!(check(&policy, "123x"), Err(PinRejected::NotDigits));
    }

    #[test]
    fn a_user_without_line_has_no_own_number() {
        assert_eq!(PinPolicy::default().check_new_pin(&Pin::new("51219"), None), Ok(()));
    }

    #[test]
    fn a_policy_is_held_to_its_documented_ranges() {
        let default = PinPolicy::default;
        let cases = [
            (default(), Ok(())),
            (PinPolicy { min_password_length: 3, ..default() }, Err(PinPolicyError::MinPasswordLength(3))),
            (PinPolicy { min_password_length: 4, ..default() }, Ok(())),
            (PinPolicy { min_password_length: 24, ..default() }, Ok(())),
            (PinPolicy { min_password_length: 25, ..default() }, Err(PinPolicyError::MinPasswordLength(25))),
            (PinPolicy { pin_history_count: 20, ..default() }, Ok(())),
            (PinPolicy { pin_history_count: 21, ..default() }, Err(PinPolicyError::PinHistoryCount(21))),
            (PinPolicy { pin_lifetime_days: 999, pin_history_count: 1, ..default() }, Ok(())),
            (
                PinPolicy { pin_lifetime_days: 1000, pin_history_count: 1, ..default() },
                Err(PinPolicyError::PinLifetime(1000)),
            ),
            (PinPolicy { pin_lifetime_days: 1, ..default() }, Err(PinPolicyError::LifetimeWithoutHistory)),
            (PinPolicy { maximum_logon_attempts: Some(1), ..default() }, Ok(())),
            (PinPolicy { maximum_logon_attempts: Some(999), ..default() }, Ok(())),
            (
                PinPolicy { maximum_logon_attempts: Some(0), ..default() },
                Err(PinPolicyError::MaximumLogonAttempts(0)),
            ),
            (
                PinPolicy { maximum_logon_attempts: Some(1000), ..default() },
                Err(PinPolicyError::MaximumLogonAttempts(1000)),
            ),
        ];
        for (policy, expected) in cases {
            assert_eq!(policy.validate(), expected, "{policy:?}");
        }
    }

    #[test]
    fn a_pin_expires_at_the_end_of_its_lifetime_and_never_without_one() {
        let set_at = datetime!(2013-06-01 12:00 UTC);
        let policy = PinPolicy { pin_lifetime_days: 30, pin_history_count: 1, ..PinPolicy::default() };
        assert_eq!(policy.pin_expiration(set_at), Some(datetime!(2013-07-01 12:00 UTC)));
        assert!(!policy.is_expired(set_at, datetime!(2013-07-01 11:59:59 UTC)));
        assert!(policy.is_expired(set_at, datetime!(2013-07-01 12:00 UTC)));
        assert_eq!(PinPolicy::default().pin_expiration(set_at), None);
        assert!(!PinPolicy::default().is_expired(set_at, datetime!(2099-01-01 0:00 UTC)));
    }
}

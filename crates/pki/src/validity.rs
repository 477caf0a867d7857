//! From when to when a certificate is valid, in the whole seconds of X.509.

use crate::PkiError;
use rcgen::CertificateParams;
use time::{Duration, OffsetDateTime, UtcOffset};

/// By how much certificates of authorities and servers are dated back: a phone without NTP may lag.
pub(crate) const DATED_BACK: Duration = Duration::days(1);

/// notBefore and notAfter, both in UTC and without fractions of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
}

impl Validity {
    /// Between two moments, in any order: an expired certificate is somebody's test case.
    pub(crate) fn new(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Result<Self, PkiError> {
        Ok(Self { not_before: whole_second(not_before)?, not_after: whole_second(not_after)? })
    }

    /// `lasting` from `not_before`.
    pub(crate) fn lasting(not_before: OffsetDateTime, lasting: Duration) -> Result<Self, PkiError> {
        let not_after = not_before
            .checked_add(lasting)
            .ok_or_else(|| PkiError::Date(format!("{not_before} and {lasting} on")))?;
        Self::new(not_before, not_after)
    }

    /// `lasting` from `now`, but dated back.
    pub(crate) fn dated_back(now: OffsetDateTime, lasting: Duration) -> Result<Self, PkiError> {
        let not_before = now.checked_sub(DATED_BACK).ok_or_else(|| PkiError::Date(now.to_string()))?;
        Self::lasting(not_before, lasting.saturating_add(DATED_BACK))
    }

    /// As a certificate has it.
    pub(crate) fn of(validity: &x509_parser::certificate::Validity) -> Self {
        Self { not_before: validity.not_before.to_datetime(), not_after: validity.not_after.to_datetime() }
    }

    /// Both ends belong to it, RFC 5280 section 4.1.2.5.
    pub(crate) fn contains(&self, now: OffsetDateTime) -> bool {
        // A certificate that ends at 12:00:00 is valid until the next second begins.
        self.not_before <= now && now < self.not_after.saturating_add(Duration::SECOND)
    }

    pub(crate) fn apply(&self, params: &mut CertificateParams) {
        params.not_before = self.not_before;
        params.not_after = self.not_after;
    }
}

fn whole_second(moment: OffsetDateTime) -> Result<OffsetDateTime, PkiError> {
    moment
        .checked_to_offset(UtcOffset::UTC)
        .and_then(|utc| utc.replace_nanosecond(0).ok())
        // Two-digit years (UTCTime) begin in 1950, four-digit ones end in 9999.
        .filter(|utc| (1950..=9999).contains(&utc.year()))
        .ok_or_else(|| PkiError::Date(moment.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn moments_become_whole_seconds_of_utc() {
        let validity = Validity::lasting(datetime!(2013-06-01 12:00:00.75 +2), Duration::hours(8))
            .expect("years that fit");
        assert_eq!(validity.not_before, datetime!(2013-06-01 10:00 UTC));
        assert_eq!(validity.not_after, datetime!(2013-06-01 18:00 UTC));
    }

    #[test]
    fn both_ends_belong_to_it() {
        let validity =
            Validity::new(datetime!(2013-06-01 10:00 UTC), datetime!(2013-06-01 18:00 UTC)).unwrap();
        assert!(!validity.contains(datetime!(2013-06-01 9:59:59.999 UTC)));
        assert!(validity.contains(datetime!(2013-06-01 10:00 UTC)));
        assert!(validity.contains(datetime!(2013-06-01 18:00:00.999 UTC)));
        assert!(!validity.contains(datetime!(2013-06-01 18:00:01 UTC)));
    }

    #[test]
    fn years_that_no_certificate_can_hold_are_refused() {
        for moment in
            [datetime!(1949-12-31 23:59 UTC), datetime!(9999-12-31 23:59 -1), datetime!(-1-01-01 0:00 UTC)]
        {
            assert!(matches!(Validity::new(moment, moment), Err(PkiError::Date(_))), "{moment}");
        }
        let last = datetime!(9999-12-31 23:59 UTC);
        assert!(matches!(Validity::lasting(last, Duration::MAX), Err(PkiError::Date(_))));
        assert!(matches!(Validity::dated_back(last, Duration::HOUR), Err(PkiError::Date(_))));
    }
}

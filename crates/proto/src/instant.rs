//! Points in time as WCF writes them: `2026-01-01T00:00:00.000Z`.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// UTC with milliseconds, which is how the Lifetime of a captured ticket looks. Finer parts are cut off.
pub fn format_instant(instant: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let utc = instant.checked_to_offset(UtcOffset::UTC).unwrap_or(instant);
    utc.format(&format).expect("every component of the format is one that a date and time has")
}

/// Reads an `xs:dateTime`: any zone, any number of decimals; without a zone it is UTC. The answer is in UTC.
pub fn parse_instant(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    let parsed = OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
        .ok()?;
    parsed.checked_to_offset(UtcOffset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        assert_eq!(format_instant(datetime!(2026-01-01 0:00 UTC)), "2026-01-01T00:00:00.000Z");
        assert_eq!(format_instant(datetime!(2026-06-01 1:02:03.0049 +2)), "2026-05-31T23:02:03.004Z");
    }

    #[test]
    fn every_way_to_write_a_time_is_read() {
        let expected = Some(datetime!(2026-11-21 6:10:44.754 UTC));
        for text in
            ["2026-11-21T06:10:44.754Z", " 2026-11-21T06:10:44.754\r\n", "2026-11-21T08:10:44.7540000+02:00"]
        {
            assert_eq!(parse_instant(text), expected, "{text}");
        }
        assert_eq!(parse_instant("2026-11-21T06:10:44Z"), Some(datetime!(2026-11-21 6:10:44 UTC)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "Z", "2026-11-21", "2026-13-21T06:10:44Z", "tomorrow", "9999-12-31T23:59:59-23:59"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_finer_than_a_millisecond_is_cut_off_and_the_rest_reads_back(millis in -60_000_000_000_000i64..250_000_000_000_000) {
            let instant = OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(millis);
            prop_assert_eq!(parse_instant(&format_instant(instant)), Some(instant));
            let later = instant + time::Duration::nanoseconds(999_999);
            prop_assert_eq!(parse_instant(&format_instant(later)), Some(instant));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = parse_instant(&text);
        }
    }
}

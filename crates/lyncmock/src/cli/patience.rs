//! How long a command waits, as it is typed.

use lync_admin::Span;
use std::time::Duration;

const LONGEST: time::Duration = time::Duration::hours(1);

/// The longest that the admin API waits for an entry.
const LONGEST_FOR_ENTRIES: time::Duration = time::Duration::minutes(10);

/// Reads `500ms`, `5s`, `2m` or `1h`; a number alone is seconds.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    match span(text)? {
        span if span.is_positive() && span <= LONGEST => Ok(span.unsigned_abs()),
        _ => Err("it is outside 1ms to 1h".to_owned()),
    }
}

/// The same for entries of the journal: zero asks whether they are there already.
pub(super) fn patience_for_entries(text: &str) -> Result<Duration, String> {
    match span(text)? {
        span if !span.is_negative() && span <= LONGEST_FOR_ENTRIES => Ok(span.unsigned_abs()),
        _ => Err("it is outside 0s to 10m".to_owned()),
    }
}

fn span(text: &str) -> Result<time::Duration, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let span = if is_number { format!("{text}s").parse() } else { text.parse() };
    let hint = "that is no time to wait; one looks like 500ms, 5s or 2m";
    span.map(|Span(span)| span).map_err(|_| hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_is_read_with_its_unit_or_as_seconds() {
        for (text, expected) in [
            ("500ms", Duration::from_millis(500)),
            ("5s", Duration::from_secs(5)),
            ("2m", Duration::from_secs(120)),
            ("1h", Duration::from_secs(3600)),
            ("60", Duration::from_secs(60)),
        ] {
            assert_eq!(patience(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_waited_is_refused_with_a_hint() {
        for text in ["", "s", "1.5s", "5 s", "soon", "+5", "12345678901"] {
            let error = patience(text).unwrap_err();
            assert!(error.contains("one looks like 500ms, 5s or 2m"), "{text}: {error}");
        }
        for text in ["0", "0s", "-1h", "2h", "3601"] {
            assert_eq!(patience(text), Err("it is outside 1ms to 1h".to_owned()), "{text}");
        }
    }

    #[test]
    fn entries_are_waited_for_as_long_as_the_pool_waits_or_not_at_all() {
        for (text, seconds) in [("0", 0), ("0s", 0), ("0ms", 0), ("5s", 5), ("10m", 600)] {
            assert_eq!(patience_for_entries(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["-1s", "601", "11m", "1h"] {
            assert_eq!(patience_for_entries(text), Err("it is outside 0s to 10m".to_owned()), "{text}");
        }
    }
}

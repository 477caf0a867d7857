//! How long a command waits, as it is typed.

use lync_admin::Span;
use std::time::Duration;

const LONGEST: time::Duration = time::Duration::hours(1);

/// Reads `500ms`, `5s`, `2m` or `1h`; a number alone is seconds.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let span = if is_number { format!("{text}s").parse() } else { text.parse() };
    match span {
        Ok(Span(span)) if span.is_positive() && span <= LONGEST => Ok(span.unsigned_abs()),
        Ok(_) => Err("it is outside 1ms to 1h".to_owned()),
        Err(_) => Err("that is no time to wait; one looks like 500ms, 5s or 2m".to_owned()),
    }
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
}

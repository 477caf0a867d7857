//! Lengths of time as the API writes them: `90s`, `15m`, `8h`, `2d`, `-1h`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use time::Duration;
use utoipa::ToSchema;

/// A length of time, written as a whole number and `ms`, `s`, `m`, `h` or `d`; with a minus it goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^-?[0-9]{1,9}(ms|s|m|h|d)$", example = "8h")]
pub struct Span(pub Duration);

/// A text that is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no length of time; one looks like 90s, 15m, 8h, 2d or -1h")]
pub struct SpanError;

const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (back, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at(digits);
        // Nine digits of days are more than any clock has, and fit.
        if !(1..=9).contains(&number.len()) {
            return Err(SpanError);
        }
        let number: i64 = number.parse().map_err(|_| SpanError)?;
        let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(SpanError)?;
        let total = number.checked_mul(*milliseconds).ok_or(SpanError)?;
        Ok(Self(Duration::milliseconds(if back { -total } else { total })))
    }
}

impl fmt::Display for Span {
    /// In the largest unit that leaves no rest; what is finer than a millisecond is cut off.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.whole_milliseconds();
        let whole = |(_, unit): &&(&str, i64)| total % i128::from(*unit) == 0;
        let (unit, divisor) = match total {
            0 => ("s", 1_000),
            _ => *UNITS.iter().find(whole).unwrap_or(&("ms", 1)),
        };
        write!(f, "{}{unit}", total / i128::from(divisor))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_written() {
        let cases = [
            ("90s", Duration::seconds(90)),
            ("15m", Duration::minutes(15)),
            ("8h", Duration::hours(8)),
            ("2d", Duration::days(2)),
            ("-1h", Duration::hours(-1)),
            ("500ms", Duration::milliseconds(500)),
            ("0s", Duration::ZERO),
            ("999999999d", Duration::days(999_999_999)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), Ok(Span(expected)), "{text}");
            assert_eq!(Span(expected).to_string().parse(), Ok(Span(expected)), "{text}");
        }
        assert_eq!(Span(Duration::hours(48)).to_string(), "2d");
        assert_eq!(Span(Duration::seconds(-90)).to_string(), "-90s");
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in
            ["", "s", "-", "8", "8 h", "+8h", "1.5h", "PT8H", "8H", "1h30m", "--1h", "1234567890s", "٣s"]
        {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text}");
        }
    }
}

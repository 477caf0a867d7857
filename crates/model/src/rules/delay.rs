//! How long a rule waits.

use crate::complaint::shown;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The longest wait; no phone has more patience, and what waits holds a connection.
const MOST: Duration = Duration::from_secs(3600);
/// The widest lognormal; beyond it every draw is nothing or the longest wait.
const MOST_SIGMA: f64 = 10.0;
/// Units in microseconds, from the largest.
const UNITS: [(&str, u64); 5] =
    [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

/// A time to wait, fixed or drawn each time.
///
/// Written `2s`, `150ms`, `1m`, `uniform(100ms, 2s)`, `normal(1s, 200ms)` (mean, standard deviation) or
/// `lognormal(500ms, 0.5)` (median, sigma). Units are `h`, `m`, `s`, `ms` and `us`. What is drawn is never negative and
/// never more than an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Fixed(Duration),
    Uniform { from: Duration, to: Duration },
    Normal { mean: Duration, sd: Duration },
    LogNormal { median: Duration, sigma: f64 },
}

/// Why a text is no delay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelayError {
    /// Neither a duration nor a distribution.
    #[error(
        "{0} is no delay; delays look like 2s, uniform(100ms, 2s), normal(1s, 200ms), lognormal(500ms, 0.5)"
    )]
    Form(String),
    /// A number without a unit, or something else.
    #[error("{0} is no duration; one looks like 150ms, 2s or 1m")]
    Duration(String),
    /// More than an hour.
    #[error("a duration of more than an hour; one hour is the most")]
    TooLong,
    /// The ends are the wrong way round.
    #[error("uniform from {from} to {to}; the smaller stands first")]
    Order {
        /// The first.
        from: String,
        /// The second.
        to: String,
    },
    /// The median of a lognormal is zero.
    #[error("a lognormal around nothing; its median is more than 0s")]
    Median,
    /// Not a number from 0 to 10.
    #[error("{0} is no sigma; one is a number from 0 to 10")]
    Sigma(String),
}

impl Delay {
    /// Always the same; at most an hour.
    pub fn fixed(duration: Duration) -> Self {
        Self(Kind::Fixed(duration.min(MOST)))
    }

    /// How long to wait this time.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> Duration {
        let seconds = match self.0 {
            Kind::Fixed(duration) => return duration,
            Kind::Uniform { from, to } => {
                let part: f64 = rng.random();
                from.as_secs_f64() + (to - from).as_secs_f64() * part
            }
            Kind::Normal { mean, sd } => {
                let z: f64 = rng.sample(StandardNormal);
                mean.as_secs_f64() + sd.as_secs_f64() * z
            }
            Kind::LogNormal { median, sigma } => {
                let z: f64 = rng.sample(StandardNormal);
                median.as_secs_f64() * (sigma * z).exp()
            }
        };
        Duration::try_from_secs_f64(seconds.clamp(0.0, MOST.as_secs_f64())).unwrap_or(MOST)
    }
}

impl FromStr for Delay {
    type Err = DelayError;

    fn from_str(text: &str) -> Result<Self, DelayError> {
        let text = text.trim();
        let Some(open) = text.strip_suffix(')') else {
            return duration(text).map(Kind::Fixed).map(Self);
        };
        let form = || DelayError::Form(shown(text));
        let (name, arguments) = open.split_once('(').ok_or_else(form)?;
        let (first, second) = arguments.split_once(',').ok_or_else(form)?;
        let (first, second) = (duration(first.trim())?, second.trim());
        match name.trim() {
            "uniform" => uniform(first, duration(second)?),
            "normal" => Ok(Kind::Normal { mean: first, sd: duration(second)? }),
            "lognormal" => log_normal(first, second),
            _ => Err(form()),
        }
        .map(Self)
    }
}

fn uniform(from: Duration, to: Duration) -> Result<Kind, DelayError> {
    if from > to {
        return Err(DelayError::Order { from: Written(from).to_string(), to: Written(to).to_string() });
    }
    Ok(Kind::Uniform { from, to })
}

fn log_normal(median: Duration, sigma: &str) -> Result<Kind, DelayError> {
    if median.is_zero() {
        return Err(DelayError::Median);
    }
    match sigma.parse() {
        Ok(sigma) if (0.0..=MOST_SIGMA).contains(&sigma) => Ok(Kind::LogNormal { median, sigma }),
        _ => Err(DelayError::Sigma(shown(sigma))),
    }
}

/// Reads a number and its unit; what is finer than a microsecond is cut off.
fn duration(text: &str) -> Result<Duration, DelayError> {
    let refused = || DelayError::Duration(shown(text));
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(refused)?;
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().map_err(|_| refused())?;
    let (_, micros) = UNITS.iter().find(|(name, _)| *name == unit.trim_start()).ok_or_else(refused)?;
    let unit = Duration::from_micros(*micros).as_secs_f64();
    let exact = Duration::try_from_secs_f64(number * unit).map_err(|_| DelayError::TooLong)?;
    let micros = u64::try_from(exact.as_micros()).map_err(|_| DelayError::TooLong)?;
    let duration = Duration::from_micros(micros);
    if duration > MOST { Err(DelayError::TooLong) } else { Ok(duration) }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Fixed(duration) => write!(f, "{}", Written(duration)),
            Kind::Uniform { from, to } => write!(f, "uniform({}, {})", Written(from), Written(to)),
            Kind::Normal { mean, sd } => write!(f, "normal({}, {})", Written(mean), Written(sd)),
            Kind::LogNormal { median, sigma } => write!(f, "lognormal({}, {sigma})", Written(median)),
        }
    }
}

/// A duration in the largest unit of which it is a whole number.
struct Written(Duration);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        if micros == 0 {
            return f.write_str("0s");
        }
        let whole = |(_, unit): &&(&str, u64)| micros.is_multiple_of(u128::from(*unit));
        let (name, unit) = UNITS.iter().find(whole).unwrap_or(&("us", 1));
        write!(f, "{}{name}", micros / u128::from(*unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn read(text: &str) -> Delay {
        text.parse().unwrap()
    }

    #[test]
    fn durations_are_read_in_every_unit_and_written_in_the_largest() {
        for (text, expected) in [
            ("2s", "2s"),
            ("150ms", "150ms"),
            ("1m", "1m"),
            ("60s", "1m"),
            ("0.5s", "500ms"),
            ("1.1 ms", "1100us"),
            (" 60m ", "1h"),
            ("0ms", "0s"),
            ("uniform( 100ms ,2000ms)", "uniform(100ms, 2s)"),
            ("normal(1s, 200ms)", "normal(1s, 200ms)"),
            ("lognormal(500ms, 0.50)", "lognormal(500ms, 0.5)"),
        ] {
            assert_eq!(read(text).to_string(), expected, "{text}");
        }
        assert_eq!(read("0.3s").draw(&mut ChaCha8Rng::seed_from_u64(1)), Duration::from_millis(300));
    }

    #[test]
    fn what_is_no_delay_is_refused_with_what_one_looks_like() {
        for (text, complaint) in [
            ("", "no duration"),
            ("2", "no duration"),
            ("s", "no duration"),
            ("-1s", "no duration"),
            ("1.2.3s", "no duration"),
            ("2 fortnights", "2 fortnights` is no duration"),
            ("61m", "one hour is the most"),
            ("99999999999999999999999h", "one hour is the most"),
            ("uniform(2s, 1s)", "uniform from 2s to 1s"),
            ("uniform(2s)", "is no delay"),
            ("poisson(2s, 1s)", "is no delay"),
            ("2s)", "is no delay"),
            ("lognormal(0s, 1)", "more than 0s"),
            ("lognormal(1s, nan)", "is no sigma"),
            ("lognormal(1s, -1)", "is no sigma"),
            ("lognormal(1s, 1s)", "is no sigma"),
        ] {
            let error = text.parse::<Delay>().unwrap_err().to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }

    #[test]
    fn draws_spread_as_they_should_and_repeat_with_their_seed() {
        let draws = |text: &str| {
            let (delay, mut rng) = (read(text), ChaCha8Rng::seed_from_u64(7));
            (0..2000).map(|_| delay.draw(&mut rng)).collect::<Vec<_>>()
        };
        let below = |text: &str, limit: u64| {
            draws(text).iter().filter(|drawn| **drawn < Duration::from_millis(limit)).count()
        };
        assert!((900..1100).contains(&below("uniform(1s, 3s)", 2000)));
        assert_eq!((below("uniform(1s, 3s)", 1000), below("uniform(1s, 3s)", 3000)), (0, 2000));
        assert!((900..1100).contains(&below("normal(1s, 200ms)", 1000)));
        assert!((1300..1430).contains(&(below("normal(1s, 200ms)", 1200) - below("normal(1s, 200ms)", 800))));
        assert!((900..1100).contains(&below("lognormal(500ms, 0.5)", 500)));
        assert_eq!(draws("normal(1s, 200ms)"), draws("normal(1s, 200ms)"));
    }

    fn written() -> impl Strategy<Value = Kind> {
        let micros = || (0u64..=3_600_000_000).prop_map(Duration::from_micros);
        prop_oneof![
            micros().prop_map(Kind::Fixed),
            (micros(), micros()).prop_map(|(a, b)| Kind::Uniform { from: a.min(b), to: a.max(b) }),
            (micros(), micros()).prop_map(|(mean, sd)| Kind::Normal { mean, sd }),
            (1u64..=3_600_000_000, 0.0..=10.0f64)
                .prop_map(|(median, sigma)| Kind::LogNormal { median: Duration::from_micros(median), sigma }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(kind in written()) {
            let delay = Delay(kind);
            prop_assert_eq!(delay.to_string().parse::<Delay>(), Ok(delay));
        }

        #[test]
        fn no_draw_is_longer_than_an_hour(kind in written(), seed in any::<u64>()) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            for _ in 0..20 {
                prop_assert!(Delay(kind).draw(&mut rng) <= MOST);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(uniform|normal|lognormal)?\\(?[0-9.msh, a]{0,20}\\)?") {
            let _ = text.parse::<Delay>();
        }
    }
}

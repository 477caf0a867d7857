//! When a rule acts.

use super::WhenSpec;
use super::check::RuleError;
use crate::complaint::{nearest, shown};
use crate::journal::names;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// When a rule acts, checked.
#[derive(Clone, Debug, Default)]
pub(super) struct When {
    pub(super) first: Option<u64>,
    every: Option<u64>,
    pub(super) after: Option<&'static str>,
    pub(super) until: Option<&'static str>,
    from: Option<OffsetDateTime>,
    to: Option<OffsetDateTime>,
    probability: Option<f64>,
}

impl When {
    /// Checks what is written.
    pub(super) fn check(spec: &WhenSpec) -> Result<Self, RuleError> {
        let checked = Self {
            first: more_than_none("when.first", spec.first)?,
            every: more_than_none("when.every", spec.every)?,
            after: event("when.after", spec.after.as_deref())?,
            until: event("when.until", spec.until.as_deref())?,
            from: instant("when.from", spec.from.as_deref())?,
            to: instant("when.to", spec.to.as_deref())?,
            probability: spec.probability,
        };
        if spec.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(RuleError::key("when.probability", "not a number from 0 to 1"));
        }
        match (checked.from, checked.to) {
            (Some(from), Some(to)) if from >= to => Err(RuleError::key("when.to", "not later than `from`")),
            _ => Ok(checked),
        }
    }

    /// Whether the clock is between `from` and `to`.
    pub(super) fn is_on(&self, now: OffsetDateTime) -> bool {
        self.from.is_none_or(|from| from <= now) && self.to.is_none_or(|to| now < to)
    }

    /// Whether it is the turn of the time that is the `met`th, counted from 1.
    pub(super) fn is_turn(&self, met: u64) -> bool {
        self.every.is_none_or(|every| met.is_multiple_of(every))
    }

    /// Whether chance says yes; draws only where there is chance.
    pub(super) fn is_luck(&self, rng: &mut ChaCha8Rng) -> bool {
        self.probability.is_none_or(|probability| rng.random::<f64>() < probability)
    }
}

fn more_than_none(key: &'static str, number: Option<u64>) -> Result<Option<u64>, RuleError> {
    if number == Some(0) { Err(RuleError::key(key, "0; it counts from 1")) } else { Ok(number) }
}

fn event(key: &'static str, name: Option<&str>) -> Result<Option<&'static str>, RuleError> {
    let Some(name) = name else { return Ok(None) };
    match names::ALL.into_iter().find(|known| *known == name) {
        Some(known) => Ok(Some(known)),
        None => Err(RuleError::unknown(key, "name in the journal", name, nearest(name, names::ALL))),
    }
}

fn instant(key: &'static str, text: Option<&str>) -> Result<Option<OffsetDateTime>, RuleError> {
    let Some(text) = text else { return Ok(None) };
    OffsetDateTime::parse(text, &Rfc3339).map(Some).map_err(|_| {
        let problem = format!("{} is no instant; one looks like 2026-01-01T08:00:00Z", shown(text));
        RuleError::key(key, problem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let some = |text: &str| Some(text.to_owned());
        let always = WhenSpec::default;
        for (spec, complaint) in [
            (WhenSpec { first: Some(0), ..always() }, "when.first: 0"),
            (WhenSpec { every: Some(0), ..always() }, "when.every: 0"),
            (WhenSpec { after: some("dhcp.akc"), ..always() }, "`dhcp.akc`; did you mean `dhcp.ack`?"),
            (
                WhenSpec { until: some("restart"), ..always() },
                "when.until: there is no name in the journal `restart`",
            ),
            (WhenSpec { from: some("tomorrow"), ..always() }, "when.from: `tomorrow` is no instant"),
            (WhenSpec { to: some("2026-01-01"), ..always() }, "when.to: "),
            (WhenSpec { probability: Some(1.1), ..always() }, "when.probability: not a number from 0 to 1"),
            (WhenSpec { probability: Some(f64::NAN), ..always() }, "when.probability"),
            (
                WhenSpec {
                    from: some("2026-01-01T01:00:00+01:00"),
                    to: some("2026-01-01T00:00:00Z"),
                    ..always()
                },
                "when.to: not later than `from`",
            ),
        ] {
            let error = When::check(&spec).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }

    #[test]
    fn from_is_within_and_to_is_without() {
        let spec = WhenSpec {
            from: Some("2026-01-01T08:00:00Z".to_owned()),
            to: Some("2026-01-01T10:00:00+01:00".to_owned()),
            ..WhenSpec::default()
        };
        let when = When::check(&spec).unwrap();
        for (now, expected) in [
            (datetime!(2026-01-01 7:59:59 UTC), false),
            (datetime!(2026-01-01 8:00 UTC), true),
            (datetime!(2026-01-01 8:59:59 UTC), true),
            (datetime!(2026-01-01 9:00 UTC), false),
        ] {
            assert_eq!(when.is_on(now), expected, "{now}");
        }
    }
}

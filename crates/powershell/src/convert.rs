//! From a value to the type that a parameter takes, with PowerShell's words where it cannot be done.

use crate::call::ErrorAction;
use crate::compare::{as_double, truth};
use crate::syntax::number;
use crate::text::{text, type_name};
use crate::{ErrorRecord, Kind, Object, Parameter, Value};
use std::sync::Arc;
use time::{Date, Duration, Month, OffsetDateTime, Time};

/// A value on its way to a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub value: Value,
    /// What was typed, where that was a word without quotes: `0712` is the number 712, but the text `0712`.
    pub word: Option<Arc<str>>,
    /// Whether the words were split elsewhere, so that `$true` is a text where a text is asked for.
    pub split: bool,
}

impl Offered {
    pub(crate) fn value(value: Value) -> Self {
        Self { value, word: None, split: false }
    }
}

/// Turns the value into what the parameter takes. A text for a credential stays a text: its password has to be asked.
pub(crate) fn convert(parameter: &Parameter, offered: &Offered) -> Result<Value, ErrorRecord> {
    let value = &offered.value;
    let attempt = Attempt { parameter, value };
    match parameter.kind {
        Kind::Object => Ok(value.clone()),
        Kind::List => Ok(match value {
            Value::Array(items) => Value::Array(items.clone()),
            single => Value::from(vec![single.clone()]),
        }),
        Kind::String => attempt.string(offered),
        Kind::Bool | Kind::Switch => attempt.flag(offered),
        Kind::Int { min, max, nullable } => {
            let null = nullable && (*value == Value::Null || offered.is_split("$null"));
            if null { Ok(Value::Null) } else { attempt.int(min, max) }
        }
        Kind::TimeSpan => attempt.time_span(),
        Kind::Enum(names) => attempt.choice(names),
        Kind::Credential => match value {
            Value::Credential(_) | Value::String(_) => Ok(value.clone()),
            _ => Err(attempt.cannot("System.Management.Automation.PSCredential", "")),
        },
        Kind::ScriptBlock => match value {
            Value::ScriptBlock(_) => Ok(value.clone()),
            _ => Err(attempt.refused(
                "InvalidArgument",
                "CannotConvertArgumentNoMessage",
                format!(
                    "Cannot bind parameter '{}'. Cannot convert the \"{}\" value of type \"{}\" to type \
                     \"System.Management.Automation.ScriptBlock\".",
                    parameter.name,
                    attempt.quoted(),
                    type_name(value)
                ),
            )),
        },
    }
}

impl Offered {
    fn is_split(&self, word: &str) -> bool {
        self.split && matches!(&self.value, Value::String(text) if text.eq_ignore_ascii_case(word))
    }
}

struct Attempt<'a> {
    parameter: &'a Parameter,
    value: &'a Value,
}

impl Attempt<'_> {
    /// The value as an error may show it.
    fn quoted(&self) -> String {
        if self.parameter.secret { "****".to_owned() } else { text(self.value) }
    }

    fn refused(&self, category: &'static str, id: &'static str, message: String) -> ErrorRecord {
        ErrorRecord::new(category, id, message).of("ParameterBindingException")
    }

    fn cannot(&self, kind: &str, error: &str) -> ErrorRecord {
        let error = if error.is_empty() { String::new() } else { format!(" Error: \"{error}\"") };
        let message = format!(
            "Cannot bind parameter '{}'. Cannot convert value \"{}\" to type \"{kind}\".{error}",
            self.parameter.name,
            self.quoted()
        );
        self.refused("InvalidArgument", "CannotConvertArgumentNoMessage", message)
    }

    fn is_null(&self) -> ErrorRecord {
        is_null(self.parameter.name)
    }

    fn string(&self, offered: &Offered) -> Result<Value, ErrorRecord> {
        let name = self.parameter.name;
        // A PIN or a password is what it is, whatever it looks like.
        let null = *self.value == Value::Null || (offered.is_split("$null") && !self.parameter.secret);
        match (self.value, &offered.word) {
            _ if null && self.parameter.mandatory => Err(self.is_null()),
            _ if null => Ok(Value::Null),
            (Value::String(given), _) if given.is_empty() && self.parameter.mandatory => {
                let message =
                    format!("Cannot bind argument to parameter '{name}' because it is an empty string.");
                let id = "ParameterArgumentValidationErrorEmptyStringNotAllowed";
                Err(ErrorRecord::new("InvalidData", id, message).of("ParameterBindingValidationException"))
            }
            (_, Some(word)) => Ok(Value::String(word.clone())),
            (Value::Array(items), None) => match items.as_ref() {
                [only] if !matches!(only, Value::Array(_)) => Ok(Value::from(text(only))),
                _ => {
                    let message = format!(
                        "Cannot convert 'System.Object[]' to the type 'System.String' required by parameter '{name}'. \
                         Specified method is not supported."
                    );
                    Err(self.refused("InvalidArgument", "CannotConvertArgument", message))
                }
            },
            (Value::SecureString(hidden), None) if self.parameter.secret => Ok(Value::from(hidden.expose())),
            (other, None) => Ok(Value::from(text(other))),
        }
    }

    fn flag(&self, offered: &Offered) -> Result<Value, ErrorRecord> {
        match self.value {
            Value::Bool(_) => Ok(self.value.clone()),
            Value::Int(_) | Value::Double(_) => Ok(Value::Bool(truth(self.value))),
            Value::Null => Err(self.is_null()),
            _ if offered.is_split("$true") => Ok(Value::Bool(true)),
            _ if offered.is_split("$false") => Ok(Value::Bool(false)),
            other => {
                let kind = match self.parameter.kind {
                    Kind::Switch => "System.Management.Automation.SwitchParameter",
                    _ => "System.Boolean",
                };
                let message = format!(
                    "Cannot bind parameter '{}'. Cannot convert value \"{}\" to type \"{kind}\". Boolean parameters \
                     accept only Boolean values and numbers, such as $True, $False, 1 or 0.",
                    self.parameter.name,
                    type_name(other)
                );
                Err(self.refused("InvalidArgument", "CannotConvertArgumentNoMessage", message))
            }
        }
    }

    fn int(&self, min: i64, max: i64) -> Result<Value, ErrorRecord> {
        let wide = max > i64::from(i32::MAX) || min < i64::from(i32::MIN);
        let kind = if wide { "System.Int64" } else { "System.Int32" };
        let number = match self.value {
            Value::Null => return Err(self.is_null()),
            Value::Array(_) => return Err(self.cannot(kind, "")),
            Value::String(given) if number(given.trim().trim_start_matches('+')).is_none() => {
                return Err(self.cannot(kind, "Input string was not in a correct format."));
            }
            Value::String(given) => number(given.trim().trim_start_matches('+')),
            other => Some(other.clone()),
        };
        let number = match number {
            Some(Value::Int(number)) => Some(number),
            Some(Value::Bool(value)) => Some(i64::from(value)),
            Some(other) => as_double(&other).and_then(rounded),
            None => None,
        };
        let Some(number) = number else { return Err(self.cannot(kind, "")) };
        if !wide && i32::try_from(number).is_err() {
            return Err(self.cannot(kind, "Value was either too large or too small for an Int32."));
        }
        self.in_range(number, min, max)
    }

    fn in_range(&self, number: i64, min: i64, max: i64) -> Result<Value, ErrorRecord> {
        let shown = if self.parameter.secret { "****".to_owned() } else { number.to_string() };
        let what = if number < min {
            format!(
                "less than the minimum allowed range of {min}. Supply an argument that is greater than or equal to {min}"
            )
        } else if number > max {
            format!(
                "greater than the maximum allowed range of {max}. Supply an argument that is less than or equal to {max}"
            )
        } else {
            return Ok(Value::Int(number));
        };
        let message = format!(
            "Cannot validate argument on parameter '{}'. The {shown} argument is {what} and then try the command again.",
            self.parameter.name
        );
        Err(ErrorRecord::new("InvalidData", "ParameterArgumentValidationError", message)
            .of("ParameterBindingValidationException"))
    }

    fn time_span(&self) -> Result<Value, ErrorRecord> {
        let converted = match self.value {
            Value::Null => return Err(self.is_null()),
            Value::TimeSpan(span) => Some(*span),
            Value::Int(number) => Some(ticks(*number)),
            Value::String(given) => time_span(given),
            _ => None,
        };
        let error = "String was not recognized as a valid TimeSpan.";
        converted.map(Value::TimeSpan).ok_or_else(|| self.cannot("System.TimeSpan", error))
    }

    /// One of the names: in any case, or by a beginning that only one of them has.
    fn choice(&self, names: &[&'static str]) -> Result<Value, ErrorRecord> {
        if *self.value == Value::Null {
            return Err(self.is_null());
        }
        if names == ErrorAction::NAMES {
            let name = self.parameter.name;
            let action = action_preference(self.value);
            return action.map(Value::from).map_err(|error| {
                let message = format!("Cannot bind parameter '{name}'. {error}");
                self.refused("InvalidArgument", "CannotConvertArgumentNoMessage", message)
            });
        }
        choose(self.value, names)
            .map(Value::from)
            .ok_or_else(|| self.cannot(self.parameter.name, &no_choice(&self.quoted(), names)))
    }
}

/// One of the names: in any case, or by a beginning that only one of them has.
fn choose(value: &Value, names: &[&'static str]) -> Option<&'static str> {
    let given = text(value);
    let lower = given.to_ascii_lowercase();
    let mut begin = names.iter().filter(|name| name.to_ascii_lowercase().starts_with(&lower));
    let exact = names.iter().find(|name| name.eq_ignore_ascii_case(&given));
    match (exact, begin.next(), begin.next()) {
        (Some(exact), ..) => Some(*exact),
        (None, Some(only), None) if !given.is_empty() => Some(*only),
        _ => None,
    }
}

/// .NET's words for what is none of the names.
pub(crate) fn no_choice(given: &str, names: &[&str]) -> String {
    format!(
        "Unable to match the identifier name {given} to a valid enumerator name. Specify one of the following \
         enumerator names and try again: {}",
        names.join(", ")
    )
}

/// An ActionPreference, by its name or its number.
///
/// # Errors
/// PowerShell's words for what is none.
pub(crate) fn action_preference(value: &Value) -> Result<&'static str, String> {
    let names = ErrorAction::NAMES;
    let given = text(value);
    let numbered = given.trim().parse::<usize>().ok().and_then(|number| names.get(number)).copied();
    numbered.or_else(|| choose(value, names)).ok_or_else(|| {
        let kind = "System.Management.Automation.ActionPreference";
        let error = no_choice(&given, names);
        format!("Cannot convert value \"{given}\" to type \"{kind}\". Error: \"{error}\"")
    })
}

/// `$null` for a parameter that takes none.
pub(crate) fn is_null(name: &str) -> ErrorRecord {
    let message = format!("Cannot bind argument to parameter '{name}' because it is null.");
    ErrorRecord::new("InvalidData", "ParameterArgumentValidationErrorNullNotAllowed", message)
        .of("ParameterBindingValidationException")
}

/// To the nearest whole number, to the even one of two.
pub(crate) fn rounded(number: f64) -> Option<i64> {
    let rounded = number.round_ties_even();
    format!("{rounded:.0}").parse().ok()
}

/// .NET's unit of time, 100 ns.
pub(crate) fn ticks(ticks: i64) -> Duration {
    let nanoseconds = i32::try_from(ticks % 10_000_000 * 100).unwrap_or_default();
    Duration::new(ticks / 10_000_000, nanoseconds)
}

/// `[-][d.]hh:mm[:ss[.fffffff]]`, or a number of days.
pub(crate) fn time_span(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let small = |part: &str, limit: u32| {
        let digits = !part.is_empty() && part.len() <= 8 && part.chars().all(|c| c.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten().filter(|value| *value < limit)
    };
    let mut parts = text.split(':');
    let (first, minutes) = (parts.next()?, parts.next());
    let (days, hours) = match (first.split_once('.'), minutes) {
        (_, None) => (small(first, 10_675_199)?, 0),
        (Some((days, hours)), _) => (small(days, 10_675_199)?, small(hours, 24)?),
        (None, _) => (0, small(first, 24)?),
    };
    let minutes = minutes.map_or(Some(0), |minutes| small(minutes, 60))?;
    let (seconds, fraction) = match parts.next().map(|last| last.split_once('.').unwrap_or((last, "0"))) {
        None => (0, 0),
        Some((seconds, fraction)) if fraction.len() <= 7 => {
            (small(seconds, 60)?, small(&format!("{fraction:0<7}"), 10_000_000)?)
        }
        Some(_) => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let whole =
        ((i64::from(days) * 24 + i64::from(hours)) * 60 + i64::from(minutes)) * 60 + i64::from(seconds);
    Some((Duration::seconds(whole) + Duration::nanoseconds(i64::from(fraction) * 100)) * sign)
}

/// `9/25/2012 1:35:03 PM`, `9/25/2012`, `2012-09-25`, `2012-09-25 13:35:03`, with or without `T` and `Z`.
pub(crate) fn date_time(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim().trim_end_matches('Z');
    let (date, rest) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let separator = if date.contains('/') { '/' } else { '-' };
    let mut parts = date.split(separator).map(|part| part.parse::<u16>().ok());
    let (first, second, third) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month, day) = if separator == '/' { (third, first, second) } else { (first, second, third) };
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
    let (clock, half) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut time = if clock.is_empty() { Duration::ZERO } else { time_span(clock)? };
    match half.to_ascii_uppercase().as_str() {
        "" => {}
        "AM" | "PM" if time.whole_hours() > 12 => return None,
        "AM" if time.whole_hours() == 12 => time -= Duration::hours(12),
        "PM" if time.whole_hours() < 12 => time += Duration::hours(12),
        "AM" | "PM" => {}
        _ => return None,
    }
    if time.is_negative() || time >= Duration::DAY {
        return None;
    }
    Some(date.with_time(Time::MIDNIGHT).assume_utc() + time)
}

/// The object, if it is one.
pub(crate) fn object(value: &Value) -> Option<&Arc<Object>> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use time::macros::datetime;

    fn offer(kind: Kind, value: impl Into<Value>) -> Result<Value, String> {
        let parameter = Parameter::new("Name", kind, "");
        convert(&parameter, &Offered::value(value.into())).map_err(|error| error.message)
    }

    const INT: Kind = Kind::Int { min: 4, max: 24, nullable: true };

    #[test]
    fn what_can_be_turned_is_turned() {
        assert_eq!(offer(Kind::String, 5), Ok("5".into()));
        assert_eq!(offer(Kind::Bool, 1), Ok(true.into()));
        assert_eq!(offer(INT, "10"), Ok(10.into()));
        assert_eq!(offer(INT, Value::Double(10.5)), Ok(10.into()));
        assert_eq!(offer(INT, Value::Null), Ok(Value::Null));
        assert_eq!(offer(Kind::TimeSpan, "00:30"), Ok(Duration::minutes(30).into()));
        assert_eq!(offer(Kind::Enum(&["None", "NTLM", "Negotiate"]), "nt"), Ok("NTLM".into()));
        assert_eq!(offer(Kind::List, "one"), Ok(vec!["one".into()].into()));
    }

    #[test]
    fn what_cannot_be_turned_is_refused_in_powershells_words() {
        let refused: Vec<String> = [
            offer(INT, "many"),
            offer(INT, 3),
            offer(INT, 25),
            offer(INT, "99999999999"),
            offer(Kind::Bool, "true"),
            offer(Kind::Bool, Value::Null),
            offer(Kind::TimeSpan, "soon"),
            offer(Kind::Enum(&["None", "NTLM", "Negotiate"]), "n"),
            offer(Kind::ScriptBlock, "x"),
            offer(Kind::String, Value::from(vec!["a".into(), "b".into()])),
        ]
        .into_iter()
        .map(|result| result.unwrap_err())
        .collect();
        expect![[r#"
            Cannot bind parameter 'Name'. Cannot convert value "many" to type "System.Int32". Error: "Input string was not in a correct format."
            Cannot validate argument on parameter 'Name'. The 3 argument is less than the minimum allowed range of 4. Supply an argument that is greater than or equal to 4 and then try the command again.
            Cannot validate argument on parameter 'Name'. The 25 argument is greater than the maximum allowed range of 24. Supply an argument that is less than or equal to 24 and then try the command again.
            Cannot bind parameter 'Name'. Cannot convert value "99999999999" to type "System.Int32". Error: "Value was either too large or too small for an Int32."
            Cannot bind parameter 'Name'. Cannot convert value "System.String" to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.
            Cannot bind argument to parameter 'Name' because it is null.
            Cannot bind parameter 'Name'. Cannot convert value "soon" to type "System.TimeSpan". Error: "String was not recognized as a valid TimeSpan."
            Cannot bind parameter 'Name'. Cannot convert value "n" to type "Name". Error: "Unable to match the identifier name n to a valid enumerator name. Specify one of the following enumerator names and try again: None, NTLM, Negotiate"
            Cannot bind parameter 'Name'. Cannot convert the "x" value of type "System.String" to type "System.Management.Automation.ScriptBlock".
            Cannot convert 'System.Object[]' to the type 'System.String' required by parameter 'Name'. Specified method is not supported."#]].assert_eq(&refused.join("\n"));
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let secret = Parameter { secret: true, ..Parameter::new("Pin", INT, "") };
        for value in [Value::from("90817263x"), Value::from(90_817_263)] {
            let error = convert(&secret, &Offered::value(value)).unwrap_err().message;
            assert!(error.contains("****") && !error.contains("9081"), "{error}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_shown() {
        let expected = Some(datetime!(2012-09-25 13:35:03 UTC));
        for text in
            ["9/25/2012 1:35:03 PM", "09/25/2012 13:35:03", "2012-09-25T13:35:03Z", "2012-09-25 13:35:03"]
        {
            assert_eq!(date_time(text), expected, "{text}");
        }
        assert_eq!(date_time("9/25/2012 12:00:00 AM"), Some(datetime!(2012-09-25 00:00 UTC)));
        for text in [
            "",
            "soon",
            "13/25/2012",
            "9/25/2012 25:00",
            "9/25/2012 13:00 PM",
            "9/25/2012 -1:00",
            "99999-1-1",
        ] {
            assert_eq!(date_time(text), None, "{text}");
        }
        for (text, seconds) in [("1", 86_400), ("00:03:00", 180), ("1.00:00:01", 86_401), ("-00:30", -1800)] {
            assert_eq!(time_span(text), Some(Duration::seconds(seconds)), "{text}");
        }
        for text in ["", "1:60", "24:00", "1:2:3:4", "a", "99999999999"] {
            assert_eq!(time_span(text), None, "{text}");
        }
    }
}

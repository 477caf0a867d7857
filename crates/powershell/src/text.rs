//! What a value is as text.

use crate::Value;
use std::fmt::Write as _;
use time::{Duration, OffsetDateTime};

/// Who reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// A program: .NET's invariant culture, as in `"$x"`.
    Program,
    /// A person: en-US, as in a list or a table.
    Person,
}

/// How many elements of an array are shown in a list or a table, where `$FormatEnumerationLimit` is what it is from the
/// beginning.
const SHOWN_ELEMENTS: usize = 4;

/// The longest text that is put together, in bytes.
pub(crate) const MAX_TEXT_LEN: usize = 16 * 1024 * 1024;

/// As in `"$x"`: an array's elements with spaces between, a date as `09/25/2012 13:35:03`.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Array(items) => joined(items, " ", Reader::Program),
        other => single(other, Reader::Program),
    }
}

/// As in a list or a table: `{a, b, c, d...}`, `9/25/2012 1:35:03 PM`.
pub(crate) fn shown(value: &Value) -> String {
    shown_up_to(value, SHOWN_ELEMENTS)
}

/// The same, with at most so many elements of an array.
pub(crate) fn shown_up_to(value: &Value, limit: usize) -> String {
    match value {
        Value::Array(items) => {
            let first = items.get(..limit).unwrap_or(items);
            let more = if items.len() > limit { "..." } else { "" };
            format!("{{{}{more}}}", joined(first, ", ", Reader::Person))
        }
        other => single(other, Reader::Person),
    }
}

fn joined(items: &[Value], between: &str, reader: Reader) -> String {
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        // What lies deeper is named and not unfolded, so that a text cannot grow without bound.
        match item {
            Value::Array(_) => out.push_str("System.Object[]"),
            other => out.push_str(&single(other, reader)),
        }
        if out.len() > MAX_TEXT_LEN {
            return out;
        }
    }
    out
}

fn single(value: &Value, reader: Reader) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => double(*number),
        Value::String(text) => text.to_string(),
        Value::DateTime(time) if reader == Reader::Person => date_shown(*time),
        Value::DateTime(time) => date_invariant(*time),
        Value::TimeSpan(span) => time_span(*span),
        Value::Array(_) => "System.Object[]".to_owned(),
        Value::Object(object) => match &object.text {
            Some(text) => text.to_string(),
            None if is_custom(&object.type_name) => properties(object, reader),
            None => object.type_name.to_string(),
        },
        Value::Credential(_) => "System.Management.Automation.PSCredential".to_owned(),
        Value::SecureString(_) => "System.Security.SecureString".to_owned(),
        Value::ScriptBlock(block) => block.text().to_owned(),
    }
}

/// Whether an object of this type is a bag of properties, which PowerShell writes as `@{Name=Value}`.
pub(crate) fn is_custom(type_name: &str) -> bool {
    type_name == "System.Management.Automation.PSCustomObject" || type_name.starts_with("Selected.")
}

fn properties(object: &crate::Object, reader: Reader) -> String {
    let mut out = String::from("@{");
    for (index, (name, value)) in object.shown().enumerate() {
        let between = if index > 0 { "; " } else { "" };
        let value = match value {
            Value::Object(inner) if is_custom(&inner.type_name) => String::new(),
            other => single(other, reader),
        };
        let _ = write!(out, "{between}{name}={value}");
        if out.len() > MAX_TEXT_LEN {
            break;
        }
    }
    out.push('}');
    out
}

/// .NET's general form with 15 digits: `4.33333333333333`, `1E+15`, `1E-05`.
fn double(number: f64) -> String {
    let rounded = format!("{number:.14e}");
    let Some((mantissa, exponent)) = rounded.split_once('e') else {
        return rounded.replace("inf", "Infinity");
    };
    let exponent = exponent.parse::<i32>().unwrap_or(0);
    if (-4..15).contains(&exponent) {
        return rounded.parse::<f64>().unwrap_or(number).to_string();
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}E{sign}{:02}", exponent.abs())
}

/// `9/25/2012 1:35:03 PM`
pub(crate) fn date_shown(time: OffsetDateTime) -> String {
    let (hour, half) = twelve(time);
    format!(
        "{}/{}/{} {hour}:{:02}:{:02} {half}",
        u8::from(time.month()),
        time.day(),
        time.year(),
        time.minute(),
        time.second()
    )
}

/// `Tuesday, September 25, 2012 1:35:03 PM`, as a date that stands alone is shown.
pub(crate) fn date_long(time: OffsetDateTime) -> String {
    let (hour, half) = twelve(time);
    format!(
        "{}, {} {}, {} {hour}:{:02}:{:02} {half}",
        time.weekday(),
        time.month(),
        time.day(),
        time.year(),
        time.minute(),
        time.second()
    )
}

fn twelve(time: OffsetDateTime) -> (u8, &'static str) {
    let half = if time.hour() < 12 { "AM" } else { "PM" };
    match time.hour() % 12 {
        0 => (12, half),
        hour => (hour, half),
    }
}

fn date_invariant(time: OffsetDateTime) -> String {
    format!(
        "{:02}/{:02}/{:04} {:02}:{:02}:{:02}",
        u8::from(time.month()),
        time.day(),
        time.year(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// `[-][d.]hh:mm:ss[.fffffff]`
pub(crate) fn time_span(span: Duration) -> String {
    let sign = if span.is_negative() { "-" } else { "" };
    let span = span.abs();
    let (seconds, ticks) = (span.whole_seconds(), span.subsec_nanoseconds() / 100);
    let days = match seconds / 86_400 {
        0 => String::new(),
        days => format!("{days}."),
    };
    let fraction = if ticks == 0 { String::new() } else { format!(".{ticks:07}") };
    format!("{sign}{days}{:02}:{:02}:{:02}{fraction}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// The name of a value's .NET type.
pub(crate) fn type_name(value: &Value) -> &str {
    match value {
        Value::Null => "System.Management.Automation.Internal.AutomationNull",
        Value::Bool(_) => "System.Boolean",
        Value::Int(number) if i32::try_from(*number).is_ok() => "System.Int32",
        Value::Int(_) => "System.Int64",
        Value::Double(_) => "System.Double",
        Value::String(_) => "System.String",
        Value::DateTime(_) => "System.DateTime",
        Value::TimeSpan(_) => "System.TimeSpan",
        Value::Array(_) => "System.Object[]",
        Value::Object(object) => &object.type_name,
        Value::Credential(_) => "System.Management.Automation.PSCredential",
        Value::SecureString(_) => "System.Security.SecureString",
        Value::ScriptBlock(_) => "System.Management.Automation.ScriptBlock",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;
    use time::macros::datetime;

    #[test]
    fn dates_are_american_for_people_and_invariant_in_texts() {
        let time = Value::from(datetime!(2012-09-25 13:35:03 UTC));
        assert_eq!(shown(&time), "9/25/2012 1:35:03 PM");
        assert_eq!(text(&time), "09/25/2012 13:35:03");
        assert_eq!(shown(&Value::from(datetime!(2012-01-02 00:05:09 UTC))), "1/2/2012 12:05:09 AM");
        assert_eq!(shown(&Value::from(datetime!(2012-01-02 12:00:00 UTC))), "1/2/2012 12:00:00 PM");
        assert_eq!(date_long(datetime!(2012-09-25 13:35:03 UTC)), "Tuesday, September 25, 2012 1:35:03 PM");
    }

    #[test]
    fn numbers_have_fifteen_digits() {
        for (number, shown) in [
            (13.0 / 3.0, "4.33333333333333"),
            (0.1 + 0.2, "0.3"),
            (-2.5, "-2.5"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1E+15"),
            (1.5e300, "1.5E+300"),
            (0.000_01, "1E-05"),
            (0.000_12, "0.00012"),
            (0.0, "0"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(&Value::Double(number)), shown);
        }
    }

    #[test]
    fn time_spans_have_days_and_ticks_only_where_there_are_some() {
        for (span, text) in [
            (Duration::seconds(180), "00:03:00"),
            (Duration::nanoseconds(6_398_127_600), "00:00:06.3981276"),
            (Duration::hours(25) + Duration::seconds(1), "1.01:00:01"),
            (Duration::minutes(-30), "-00:30:00"),
        ] {
            assert_eq!(time_span(span), text);
        }
    }

    #[test]
    fn arrays_show_four_elements() {
        let array = |count: i64| Value::Array((0..count).map(Value::Int).collect());
        assert_eq!(shown(&array(0)), "{}");
        assert_eq!(shown(&array(4)), "{0, 1, 2, 3}");
        assert_eq!(shown(&array(5)), "{0, 1, 2, 3...}");
        assert_eq!(text(&array(5)), "0 1 2 3 4");
        assert_eq!(text(&Value::from(vec![array(2), Value::Int(3)])), "System.Object[] 3");
    }

    #[test]
    fn an_object_is_its_text_or_its_properties_or_its_type() {
        let plain = Object::new("Some.Type").with("A", 1);
        assert_eq!(text(&plain.clone().into()), "Some.Type");
        assert_eq!(text(&plain.with_text("sip:a@b").into()), "sip:a@b");
        let selected = Object::new("Selected.Some.Type").with("A", 1).with("B", Value::Null);
        assert_eq!(text(&selected.into()), "@{A=1; B=}");
    }
}

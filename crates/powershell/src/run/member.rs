//! What can be asked of a value: `.Name`, `[0]`.

use crate::text::text;
use crate::{ErrorRecord, Value};
use std::sync::Arc;
use time::OffsetDateTime;

/// A property; null where there is none. Of an array it is that of each element.
pub(crate) fn property(value: &Value, name: &str) -> Value {
    if let Some(found) = own(value, name) {
        return found;
    }
    let lower = name.to_ascii_lowercase();
    match value {
        Value::Array(items) => {
            let each = items.iter().filter_map(|item| own(item, name));
            let mut found = Vec::new();
            for value in each {
                match value {
                    Value::Array(inner) => found.extend(inner.iter().cloned()),
                    single => found.push(single),
                }
                if found.len() > super::MAX_OBJECTS {
                    break;
                }
            }
            super::pipeline::unwrapped(found)
        }
        Value::Null if lower == "count" || lower == "length" => Value::Int(0),
        Value::Null => Value::Null,
        _ if lower == "count" || lower == "length" => Value::Int(1),
        _ => Value::Null,
    }
}

/// The object with another value of one of its properties; a table gets one that it has not.
pub(super) fn with_property(of: &Value, name: &str, value: Value) -> Result<Value, ErrorRecord> {
    let mut object = match of {
        Value::Object(object) => object.as_ref().clone(),
        _ => return Err(no_property(name)),
    };
    match object.properties.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, old)) => *old = value,
        None if object.type_name == super::HASHTABLE => object = object.with(name.to_owned(), value),
        None => return Err(no_property(name)),
    }
    let changed = Value::from(object);
    if super::too_deep(&changed) { Err(super::deep()) } else { Ok(changed) }
}

/// How many properties an object has.
pub(super) fn size(of: &Value) -> u64 {
    match of {
        Value::Object(object) => u64::try_from(object.properties.len()).unwrap_or(u64::MAX),
        _ => 0,
    }
}

fn no_property(name: &str) -> ErrorRecord {
    let message = format!(
        "The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
    );
    ErrorRecord::new("InvalidOperation", "PropertyNotFound", message).of("RuntimeException")
}

/// A property of the value itself.
fn own(value: &Value, name: &str) -> Option<Value> {
    let lower = name.to_ascii_lowercase();
    match value {
        Value::Object(object) => object.get(name).cloned().or_else(|| of_table(object, &lower)),
        Value::Array(items) => ["count", "length"].contains(&lower.as_str()).then(|| length(items.len())),
        Value::String(text) => (lower == "length").then(|| length(text.encode_utf16().count())),
        Value::DateTime(time) => part_of_time(*time, &lower),
        Value::TimeSpan(span) => part_of_span(*span, &lower),
        Value::Credential(credential) => match lower.as_str() {
            "username" => Some(Value::from(credential.user_name.as_str())),
            "password" => {
                Some(Value::SecureString(Arc::new(crate::SecureString::new(credential.expose_password()))))
            }
            _ => None,
        },
        _ => None,
    }
}

/// What a table has beside its entries.
fn of_table(object: &crate::Object, name: &str) -> Option<Value> {
    let entries = Some(&object.properties).filter(|_| object.type_name == super::HASHTABLE)?;
    Some(match name {
        "count" => length(entries.len()),
        "keys" => entries.iter().map(|(name, _)| Value::from(name.as_ref())).collect::<Vec<_>>().into(),
        "values" => entries.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>().into(),
        _ => return None,
    })
}

/// The properties of a value that has no object of its own behind it, as they are listed.
pub(crate) fn parts(value: &Value) -> Vec<(&'static str, Value)> {
    let names: &[&'static str] = match value {
        Value::TimeSpan(_) => &[
            "Days",
            "Hours",
            "Minutes",
            "Seconds",
            "Milliseconds",
            "Ticks",
            "TotalDays",
            "TotalHours",
            "TotalMinutes",
            "TotalSeconds",
            "TotalMilliseconds",
        ],
        Value::DateTime(_) => {
            &["Date", "Day", "DayOfWeek", "DayOfYear", "Hour", "Minute", "Month", "Second", "Year"]
        }
        Value::Credential(_) => &["UserName", "Password"],
        Value::String(_) => &["Length"],
        _ => &[],
    };
    names.iter().filter_map(|name| own(value, name).map(|value| (*name, value))).collect()
}

fn length(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn part_of_time(time: OffsetDateTime, name: &str) -> Option<Value> {
    Some(match name {
        "date" => Value::from(time.replace_time(time::Time::MIDNIGHT)),
        "day" => Value::Int(time.day().into()),
        "dayofweek" => Value::from(time.weekday().to_string()),
        "dayofyear" => Value::Int(time.ordinal().into()),
        "hour" => Value::Int(time.hour().into()),
        "minute" => Value::Int(time.minute().into()),
        "month" => Value::Int(u8::from(time.month()).into()),
        "second" => Value::Int(time.second().into()),
        "year" => Value::Int(time.year().into()),
        _ => return None,
    })
}

fn part_of_span(span: time::Duration, name: &str) -> Option<Value> {
    let seconds = span.as_seconds_f64();
    Some(match name {
        "days" => Value::Int(span.whole_days()),
        "hours" => Value::Int(span.whole_hours() % 24),
        "minutes" => Value::Int(span.whole_minutes() % 60),
        "seconds" => Value::Int(span.whole_seconds() % 60),
        "milliseconds" => Value::Int(span.subsec_milliseconds().into()),
        "ticks" => Value::Int(i64::try_from(span.whole_nanoseconds() / 100).ok()?),
        "totaldays" => Value::Double(seconds / 86_400.0),
        "totalhours" => Value::Double(seconds / 3600.0),
        "totalminutes" => Value::Double(seconds / 60.0),
        "totalseconds" => Value::Double(seconds),
        "totalmilliseconds" => Value::Double(seconds * 1000.0),
        _ => return None,
    })
}

/// `$x[0]`, `$x[-1]`, `$x["Name"]`; null beyond the end.
pub(super) fn index(value: &Value, index: &Value) -> Result<Value, ErrorRecord> {
    let at = |length: usize| {
        let Value::Int(number) = index else { return None };
        let number = if *number < 0 { number.checked_add(i64::try_from(length).ok()?)? } else { *number };
        usize::try_from(number).ok()
    };
    if let (Value::Array(items), Value::Array(places)) = (value, index) {
        let place = |place: &Value| match place {
            Value::Int(_) => self::index(&Value::Array(items.clone()), place).ok(),
            _ => None,
        };
        return Ok(places
            .iter()
            .filter_map(place)
            .filter(|found| *found != Value::Null)
            .collect::<Vec<_>>()
            .into());
    }
    Ok(match value {
        Value::Null => {
            let message = "Cannot index into a null array.";
            return Err(ErrorRecord::new("InvalidOperation", "NullArray", message).of("RuntimeException"));
        }
        Value::Array(items) => at(items.len()).and_then(|at| items.get(at)).cloned().unwrap_or(Value::Null),
        Value::String(text) => {
            let found = at(text.chars().count()).and_then(|at| text.chars().nth(at));
            found.map_or(Value::Null, |c| Value::from(c.to_string()))
        }
        Value::Object(object) => object.get(&text(index)).cloned().unwrap_or(Value::Null),
        single => match index {
            Value::Int(0 | -1) => single.clone(),
            _ => Value::Null,
        },
    })
}

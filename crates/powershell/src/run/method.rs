//! Methods: `.ToUpper()`, `.AddDays(1)`.

use crate::compare::as_double;
use crate::convert::rounded;
use crate::text::{MAX_TEXT_LEN, shown, text, type_name};
use crate::{ErrorRecord, Value};
use time::{Duration, OffsetDateTime};

type Done = Result<Value, ErrorRecord>;

/// A method. Objects have their own; texts and times have the few that scripts use most.
pub(super) fn call(value: &Value, name: &str, arguments: &[Value]) -> Done {
    if *value == Value::Null {
        let message = "You cannot call a method on a null-valued expression.";
        return Err(
            ErrorRecord::new("InvalidOperation", "InvokeMethodOnNull", message).of("RuntimeException")
        );
    }
    let lower = name.to_ascii_lowercase();
    if let (Value::Object(object), []) = (value, arguments)
        && let Some(method) = object.method(name)
    {
        return Ok(method.call());
    }
    let found = match value {
        Value::String(own) => of_text(own, &lower, arguments),
        Value::DateTime(time) => of_time(*time, &lower, arguments),
        _ => None,
    };
    match (found, lower.as_str(), arguments) {
        (Some(Ok(Value::Array(parts))), ..) if parts.len() > super::MAX_OBJECTS => {
            Err(super::pipeline::too_many())
        }
        (Some(found), ..) => found.map_err(|message| thrown(name, arguments.len(), message)),
        (None, "tostring", []) => Ok(Value::from(shown(value))),
        _ if is_known(value, &lower) => Err(not_here(name, arguments.len())),
        _ => {
            let kind = type_name(value);
            let message = format!(
                "Method invocation failed because [{kind}] does not contain a method named '{name}'."
            );
            Err(ErrorRecord::new("InvalidOperation", "MethodNotFound", message)
                .of("RuntimeException")
                .about(format!("{name}:String")))
        }
    }
}

/// Whether .NET has the method. Of the objects of Lync only what every object has is known.
fn is_known(value: &Value, name: &str) -> bool {
    const EVERY: [&str; 4] = ["equals", "gethashcode", "gettype", "tostring"];
    let own: &[&str] = match value {
        Value::String(_) => &[
            "clone",
            "compareto",
            "contains",
            "copyto",
            "endswith",
            "getenumerator",
            "gettypecode",
            "indexof",
            "indexofany",
            "insert",
            "isnormalized",
            "lastindexof",
            "lastindexofany",
            "normalize",
            "padleft",
            "padright",
            "remove",
            "replace",
            "split",
            "startswith",
            "substring",
            "tochararray",
            "tolower",
            "tolowerinvariant",
            "toupper",
            "toupperinvariant",
            "trim",
            "trimend",
            "trimstart",
        ],
        Value::DateTime(_) => &[
            "add",
            "adddays",
            "addhours",
            "addmilliseconds",
            "addminutes",
            "addmonths",
            "addseconds",
            "addticks",
            "addyears",
            "compareto",
            "getdatetimeformats",
            "gettypecode",
            "isdaylightsavingtime",
            "subtract",
            "tobinary",
            "tofiletime",
            "tofiletimeutc",
            "tolocaltime",
            "tolongdatestring",
            "tolongtimestring",
            "tooadate",
            "toshortdatestring",
            "toshorttimestring",
            "touniversaltime",
        ],
        Value::TimeSpan(_) => &["add", "compareto", "duration", "negate", "subtract"],
        Value::Bool(_) | Value::Int(_) | Value::Double(_) => &["compareto", "gettypecode"],
        Value::Array(_) => &[
            "add",
            "clear",
            "clone",
            "compareto",
            "contains",
            "copyto",
            "foreach",
            "get",
            "getenumerator",
            "getlength",
            "getlonglength",
            "getlowerbound",
            "getupperbound",
            "getvalue",
            "indexof",
            "initialize",
            "insert",
            "remove",
            "removeat",
            "set",
            "setvalue",
            "where",
        ],
        Value::Object(object) if object.type_name == super::HASHTABLE => &[
            "add",
            "clear",
            "clone",
            "contains",
            "containskey",
            "containsvalue",
            "copyto",
            "getenumerator",
            "remove",
        ],
        Value::Credential(_) => &["getnetworkcredential"],
        Value::SecureString(_) => {
            &["appendchar", "clear", "copy", "dispose", "insertat", "makereadonly", "removeat", "setat"]
        }
        Value::ScriptBlock(_) => &["checkrestrictedlanguage", "getnewclosure", "invoke", "invokereturnasis"],
        Value::Null | Value::Object(_) => &[],
    };
    EVERY.contains(&name) || own.contains(&name)
}

fn not_here(name: &str, arguments: usize) -> ErrorRecord {
    let how = match arguments {
        0 => String::new(),
        1 => " with this argument".to_owned(),
        _ => " with these arguments".to_owned(),
    };
    let message = format!("This shell has no method '{name}'{how}.");
    ErrorRecord::new("NotImplemented", "MethodNotSupported", message).of("RuntimeException")
}

/// What a method of .NET throws.
fn thrown(name: &str, arguments: usize, message: &str) -> ErrorRecord {
    let message = format!("Exception calling \"{name}\" with \"{arguments}\" argument(s): \"{message}\"");
    ErrorRecord::new("NotSpecified", "ArgumentOutOfRangeException", message).of("MethodInvocationException")
}

/// The value, or .NET's message; nothing where the method is not here.
type Found = Option<Result<Value, &'static str>>;

fn of_text(own: &str, name: &str, arguments: &[Value]) -> Found {
    if let Some(found) = by_place(own, name, arguments) {
        return Some(found);
    }
    let arguments: Vec<String> = arguments.iter().map(text).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Some(Ok(match (name, arguments.as_slice()) {
        ("toupper", []) => Value::from(own.to_uppercase()),
        ("tolower", []) => Value::from(own.to_lowercase()),
        ("trim", []) => Value::from(own.trim()),
        ("trimstart", []) => Value::from(own.trim_start()),
        ("trimend", []) => Value::from(own.trim_end()),
        ("trim", [of]) => Value::from(own.trim_matches(|c| of.contains(c))),
        ("trimstart", [of]) => Value::from(own.trim_start_matches(|c| of.contains(c))),
        ("trimend", [of]) => Value::from(own.trim_end_matches(|c| of.contains(c))),
        ("contains", [part]) => Value::Bool(own.contains(part)),
        ("startswith", [part]) => Value::Bool(own.starts_with(part)),
        ("endswith", [part]) => Value::Bool(own.ends_with(part)),
        ("indexof", [part]) => place(own, own.find(part)),
        ("lastindexof", [part]) if !part.is_empty() => place(own, own.rfind(part)),
        ("replace", [old, new])
            if !old.is_empty() && own.len().saturating_mul(new.len() + 1) <= MAX_TEXT_LEN =>
        {
            Value::from(own.replace(old, new))
        }
        ("split", [at]) if !at.is_empty() => own
            .split(|c| at.contains(c))
            .take(super::MAX_OBJECTS + 1)
            .map(Value::from)
            .collect::<Vec<_>>()
            .into(),
        _ => return None,
    }))
}

/// A place as .NET counts it, in units of UTF-16; -1 for none.
fn place(own: &str, at: Option<usize>) -> Value {
    let before = at.and_then(|at| own.get(..at)).map(|before| before.encode_utf16().count());
    Value::Int(before.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1))
}

/// `Substring`, whose arguments are units of UTF-16.
fn by_place(own: &str, name: &str, arguments: &[Value]) -> Found {
    let number = |value: &Value| as_double(value).and_then(rounded);
    let (start, length) = match (name, arguments) {
        ("substring", [start]) => (number(start)?, None),
        ("substring", [start, length]) => (number(start)?, Some(number(length)?)),
        _ => return None,
    };
    let units: Vec<u16> = own.encode_utf16().collect();
    Some(part(&units, start, length).map(|part| Value::from(String::from_utf16_lossy(part))))
}

fn part(units: &[u16], start: i64, length: Option<i64>) -> Result<&[u16], &'static str> {
    let start = usize::try_from(start)
        .map_err(|_| "StartIndex cannot be less than zero.\nParameter name: startIndex")?;
    let rest = units
        .get(start..)
        .ok_or("startIndex cannot be larger than length of string.\nParameter name: startIndex")?;
    let Some(length) = length else { return Ok(rest) };
    let length =
        usize::try_from(length).map_err(|_| "Length cannot be less than zero.\nParameter name: length")?;
    rest.get(..length)
        .ok_or("Index and length must refer to a location within the string.\nParameter name: length")
}

fn of_time(time: OffsetDateTime, name: &str, arguments: &[Value]) -> Found {
    let [argument] = arguments else { return None };
    let seconds = match name {
        "adddays" => 86_400.0,
        "addhours" => 3600.0,
        "addminutes" => 60.0,
        "addseconds" => 1.0,
        _ => return None,
    };
    // .NET rounds to a millisecond.
    let milliseconds = rounded(as_double(argument)? * seconds * 1000.0);
    let moved = milliseconds.and_then(|count| time.checked_add(Duration::milliseconds(count)));
    let moved = moved.filter(|moved| (1..=9999).contains(&moved.year()));
    Some(moved.map(Value::from).ok_or(
        "The added or subtracted value results in an un-representable DateTime.\nParameter name: value",
    ))
}

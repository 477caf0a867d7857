//! Operators on two values.

use crate::compare::{as_double, compare, truth};
use crate::run::MAX_OBJECTS;
use crate::syntax::{Operator, number};
use crate::text::{MAX_TEXT_LEN, text, type_name};
use crate::{ErrorRecord, Value, convert};

type Done = Result<Value, ErrorRecord>;

/// Both sides are evaluated already.
pub(super) fn binary(operator: Operator, left: &Value, right: &Value) -> Done {
    match operator {
        Operator::And => Ok(Value::Bool(truth(left) && truth(right))),
        Operator::Or => Ok(Value::Bool(truth(left) || truth(right))),
        Operator::Xor => Ok(Value::Bool(truth(left) != truth(right))),
        Operator::Add => add(left, right),
        Operator::Multiply => multiply(left, right),
        Operator::Subtract | Operator::Divide | Operator::Remainder => arithmetic(operator, left, right),
        comparison => compare(comparison, left, right).map_err(|error| {
            ErrorRecord::new("InvalidOperation", error.id, error.message).of("RuntimeException")
        }),
    }
}

/// `+`: of numbers, texts, arrays, times.
pub(super) fn add(left: &Value, right: &Value) -> Done {
    match left {
        Value::Null => Ok(right.clone()),
        Value::String(left) => {
            let right = text(right);
            if left.len() + right.len() > MAX_TEXT_LEN {
                return Err(too_long());
            }
            Ok(Value::from(format!("{left}{right}")))
        }
        Value::Array(left) => {
            let mut values = left.to_vec();
            match right {
                Value::Array(right) => values.extend(right.iter().cloned()),
                single => values.push(single.clone()),
            }
            if values.len() > MAX_OBJECTS {
                Err(super::pipeline::too_many())
            } else {
                Ok(Value::from(values))
            }
        }
        _ => arithmetic(Operator::Add, left, right),
    }
}

/// `*`: of numbers, and of texts and arrays, which are repeated.
fn multiply(left: &Value, right: &Value) -> Done {
    let length = match left {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        _ => return arithmetic(Operator::Multiply, left, right),
    };
    let count = match numeric(right) {
        Some(Value::Int(count)) => Some(count),
        Some(Value::Double(count)) => convert::rounded(count),
        _ => None,
    };
    let Some(count) = count else { return Err(no_number(right)) };
    let count = usize::try_from(count).map_err(|_| {
        let message = "Specified argument was out of the range of valid values.\nParameter name: times";
        ErrorRecord::new("OperationStopped", "System.ArgumentOutOfRangeException", message)
            .of("ArgumentOutOfRangeException")
    })?;
    let length = length.saturating_mul(count);
    match left {
        Value::String(_) if length > MAX_TEXT_LEN => Err(too_long()),
        Value::Array(_) if length > MAX_OBJECTS => Err(super::pipeline::too_many()),
        // Nothing can be repeated more often than a computer counts.
        _ if length == 0 => {
            Ok(if matches!(left, Value::Array(_)) { Value::from(Vec::new()) } else { "".into() })
        }
        Value::String(text) => Ok(Value::from(text.repeat(count))),
        Value::Array(items) => Ok(items.iter().cycle().take(length).cloned().collect::<Vec<_>>().into()),
        _ => arithmetic(Operator::Multiply, left, right),
    }
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Done {
    if let Some(done) = times(operator, left, right) {
        return done;
    }
    let (Some(left_number), Some(right_number)) = (numeric(left), numeric(right)) else {
        return Err(no_operator(operator, left, right));
    };
    if let (Value::Int(left), Value::Int(right)) = (&left_number, &right_number) {
        if *right == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
            let message = "Attempted to divide by zero.";
            return Err(ErrorRecord::new("NotSpecified", "RuntimeException", message).of("RuntimeException"));
        }
        let whole = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            Operator::Divide => {
                left.checked_rem(*right).filter(|rest| *rest == 0).and(left.checked_div(*right))
            }
            _ => left.checked_rem(*right),
        };
        if let Some(whole) = whole {
            return Ok(Value::Int(whole));
        }
    }
    let (Some(left), Some(right)) = (as_double(&left_number), as_double(&right_number)) else {
        return Err(no_operator(operator, left, right));
    };
    Ok(Value::Double(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => left % right,
    }))
}

/// Points in time and spans of it.
fn times(operator: Operator, left: &Value, right: &Value) -> Option<Done> {
    let value = match (operator, left, right) {
        (Operator::Subtract, Value::DateTime(left), Value::DateTime(right)) => {
            Some(Value::from(*left - *right))
        }
        (Operator::Add, Value::DateTime(time), Value::TimeSpan(span)) => {
            time.checked_add(*span).map(Value::from)
        }
        (Operator::Subtract, Value::DateTime(time), Value::TimeSpan(span)) => {
            time.checked_sub(*span).map(Value::from)
        }
        (Operator::Add, Value::TimeSpan(left), Value::TimeSpan(right)) => {
            left.checked_add(*right).map(Value::from)
        }
        (Operator::Subtract, Value::TimeSpan(left), Value::TimeSpan(right)) => {
            left.checked_sub(*right).map(Value::from)
        }
        _ => return None,
    };
    Some(value.ok_or_else(|| {
        let message = "The added or subtracted value results in an un-representable DateTime.";
        ErrorRecord::new("NotSpecified", "ArgumentOutOfRangeException", message).of("RuntimeException")
    }))
}

fn numeric(value: &Value) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Int(0)),
        Value::Int(_) | Value::Double(_) => Some(value.clone()),
        Value::Bool(value) => Some(Value::Int(i64::from(*value))),
        Value::String(text) => number(text.trim()),
        _ => None,
    }
}

fn no_operator(operator: Operator, left: &Value, right: &Value) -> ErrorRecord {
    let name = match operator {
        Operator::Add => "op_Addition",
        Operator::Subtract => "op_Subtraction",
        Operator::Multiply => "op_Multiply",
        Operator::Divide => "op_Division",
        _ => "op_Modulus",
    };
    if matches!(left, Value::Int(_) | Value::Double(_) | Value::Null) && matches!(right, Value::String(_)) {
        return no_number(right);
    }
    let message = format!(
        "Method invocation failed because [{}] does not contain a method named '{name}'.",
        type_name(left)
    );
    ErrorRecord::new("InvalidOperation", "MethodNotFound", message)
        .of("RuntimeException")
        .about(format!("{name}:String"))
}

fn no_number(value: &Value) -> ErrorRecord {
    let message = format!(
        "Cannot convert value \"{}\" to type \"System.Int32\". Error: \"Input string was not in a correct format.\"",
        text(value)
    );
    ErrorRecord::new("InvalidArgument", "InvalidCastFromStringToInteger", message).of("RuntimeException")
}

pub(super) fn negative(value: &Value) -> Done {
    arithmetic(Operator::Subtract, &Value::Int(0), value)
}

pub(super) fn too_long() -> ErrorRecord {
    let message = format!("A text would be longer than {MAX_TEXT_LEN} bytes.");
    ErrorRecord::new("LimitsExceeded", "TextTooLong", message)
}

/// How deep objects may lie in each other, and how many may lie in one.
const DEEPEST: usize = 32;
const MOST: usize = 10_000;

/// Whether so much lies in a value that walking through it could exhaust the stack.
pub(crate) fn too_deep(value: &Value) -> bool {
    let mut waiting = vec![(value, 0)];
    let mut seen = 0;
    while let Some((value, depth)) = waiting.pop() {
        seen += 1;
        if depth > DEEPEST || seen > MOST {
            return true;
        }
        match value {
            Value::Array(items) if items.len() <= MOST => {
                waiting.extend(items.iter().filter(|item| has_parts(item)).map(|item| (item, depth + 1)));
            }
            Value::Array(_) => return true,
            Value::Object(object) => {
                let inner = object.properties.iter().map(|(_, value)| value).filter(|value| has_parts(value));
                waiting.extend(inner.map(|value| (value, depth + 1)));
            }
            _ => {}
        }
    }
    false
}

fn has_parts(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

pub(crate) fn deep() -> ErrorRecord {
    let message = format!("An object would hold more than {MOST} others, or lie {DEEPEST} deep.");
    ErrorRecord::new("LimitsExceeded", "ObjectTooDeep", message)
}

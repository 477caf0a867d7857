//! Numbers.

use crate::Value;

/// The number that this text is, in PowerShell's notations: `12`, `-1`, `0x1F`, `2.5`, `1e3`, `64KB`.
pub(crate) fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let (digits, factor) = multiplied(digits);
    let sign = if negative { -1 } else { 1 };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let value = i64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with(['+', '-']))?;
        return value.checked_mul(factor)?.checked_mul(sign).map(Value::Int);
    }
    if digits.chars().all(|c| c.is_ascii_digit()) {
        let value = format!("{}{digits}", if negative { "-" } else { "" }).parse::<i64>().ok()?;
        return value.checked_mul(factor).map(Value::Int);
    }
    let plain = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !plain || factor != 1 {
        return None;
    }
    let value = digits.parse::<f64>().ok().filter(|value| value.is_finite())?;
    Some(Value::Double(if negative { -value } else { value }))
}

fn multiplied(digits: &str) -> (&str, i64) {
    let mut factor = 1024;
    for unit in ["kb", "mb", "gb", "tb", "pb"] {
        let start = digits.len().saturating_sub(2);
        if digits.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(unit))
            && !digits.to_ascii_lowercase().starts_with("0x")
        {
            return (digits.get(..start).unwrap_or_default(), factor);
        }
        factor *= 1024;
    }
    (digits, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_powershell_reads_them() {
        for (text, value) in [
            ("12", Value::Int(12)),
            ("-1", Value::Int(-1)),
            ("-9223372036854775808", Value::Int(i64::MIN)),
            ("0712", Value::Int(712)),
            ("0x1f", Value::Int(31)),
            ("64KB", Value::Int(65_536)),
            ("2.5", Value::Double(2.5)),
            (".5", Value::Double(0.5)),
            ("1e3", Value::Double(1000.0)),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in [
            "",
            "-",
            "+12065551219",
            "1.2.3",
            "12a",
            "0x",
            "0x-1",
            "9223372036854775808",
            "5060/tcp",
            "9999999PB",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}

//! Characters, names and references of XML 1.0 (fifth edition) and Namespaces in XML 1.0.

use crate::Problem;

/// XML 1.0, production 2: `Char`.
pub(crate) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// XML 1.0, production 3: `S`.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// XML 1.0, production 4 (`NameStartChar`) without the colon.
fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
        | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// XML 1.0, production 4a (`NameChar`) without the colon.
fn is_name(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Namespaces in XML 1.0, production 4: `NCName`.
pub(crate) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name)
}

/// Prefix ("" when there is none) and local part of a qualified name (Namespaces in XML 1.0, production 7).
pub(crate) fn split_qname(name: &str) -> Option<(&str, &str)> {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
        Some(_) => return None,
        None => ("", name),
    };
    is_ncname(local).then_some((prefix, local))
}

/// The character that a reference stands for; `reference` is what stands between `&` and `;`.
pub(crate) fn resolve_reference(reference: &str) -> Result<char, Problem> {
    let named = match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    };
    named.or_else(|| numbered(reference.strip_prefix('#')?)).ok_or(Problem::Reference)
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (number, 10),
    };
    // from_str_radix would take a sign.
    let code =
        digits.chars().all(|c| c.is_digit(radix)).then(|| u32::from_str_radix(digits, radix).ok())??;
    char::from_u32(code).filter(|c| is_legal(*c))
}

/// The value of an attribute: references resolved, literal white space normalised to spaces
/// (XML 1.0, sections 2.11 and 3.3.3; without a DTD every attribute is CDATA).
pub(crate) fn attribute_value(raw: &str) -> Result<String, Problem> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, special, tail)) = split_at_special(rest) {
        value.push_str(plain);
        rest = match special {
            '&' => {
                let (reference, tail) = tail.split_once(';').ok_or(Problem::Reference)?;
                value.push(resolve_reference(reference)?);
                tail
            }
            '<' => return Err(Problem::AngleInAttribute),
            space => {
                value.push(' ');
                // A line ending of two characters is one before it becomes a space.
                if space == '\r' { tail.strip_prefix('\n').unwrap_or(tail) } else { tail }
            }
        };
    }
    value.push_str(rest);
    Ok(value)
}

fn split_at_special(text: &str) -> Option<(&str, char, &str)> {
    let (plain, tail) = text.split_at_checked(text.find(['&', '<', '\t', '\n', '\r'])?)?;
    let mut chars = tail.chars();
    Some((plain, chars.next()?, chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_characters_and_five_names() {
        for (reference, c) in [
            ("amp", '&'),
            ("lt", '<'),
            ("gt", '>'),
            ("apos", '\''),
            ("quot", '"'),
            ("#65", 'A'),
            ("#x1F600", '😀'),
        ] {
            assert_eq!(resolve_reference(reference), Ok(c));
        }
        for bad in [
            "nbsp",
            "",
            "#",
            "#x",
            "#+65",
            "#x+41",
            "#X41",
            "#0",
            "#1",
            "#xD800",
            "#x110000",
            "#xFFFE",
            "#99999999999",
        ] {
            assert_eq!(resolve_reference(bad), Err(Problem::Reference), "{bad}");
        }
    }

    #[test]
    fn attribute_values_are_normalised() {
        assert_eq!(attribute_value("a\tb\nc\r\nd\re").as_deref(), Ok("a b c d e"));
        assert_eq!(attribute_value("&#9;&#xA;&#13;&amp;lt;").as_deref(), Ok("\t\n\r&lt;"));
        assert_eq!(attribute_value("a<b"), Err(Problem::AngleInAttribute));
        assert_eq!(attribute_value("a&b"), Err(Problem::Reference));
        assert_eq!(attribute_value("a&b;"), Err(Problem::Reference));
    }

    #[test]
    fn names_have_one_colon_at_most() {
        assert_eq!(split_qname("s:Body"), Some(("s", "Body")));
        assert_eq!(split_qname("Ünter-lage.1"), Some(("", "Ünter-lage.1")));
        for bad in ["", ":", "a:", ":a", "a:b:c", "1a", "-a", "a b", "a/b", "a\"", "s:1"] {
            assert_eq!(split_qname(bad), None, "{bad}");
        }
    }
}

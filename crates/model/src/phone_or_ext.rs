//! What a person typed as phone number or extension.

use crate::LineUri;
use std::fmt;
use std::str::FromStr;

/// The longest text that is looked at; 15 digits with every separator that people write fit in.
const MAX_TYPED: usize = 64;
/// The longest number and the longest extension, as in [`LineUri`].
const MAX_DIGITS: usize = 15;

/// A phone number or an extension, reduced to its digits.
///
/// Read are `1219`, `12065551219`, `+12065551219` and `+12065551219;ext=1219`, the visual separators of RFC 3966
/// section 5.1.1 (`+1 (206) 555-1219`) and a leading `tel:`. The examples of Test-CsPhoneBootstrap have the
/// number with and without its plus; that a phone sends separators is not documented, but a person types them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneOrExt {
    digits: String,
    global: bool,
    extension: Option<String>,
}

/// A text that is neither a phone number nor an extension.
///
/// The text is not repeated: people mistake the fields, and then it is a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is neither a phone number nor an extension; they look like +12065551219 and 1219")]
pub struct PhoneOrExtError;

impl PhoneOrExt {
    /// The number's digits without the plus, or the extension's.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// What followed `;ext=`.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// Whether a user of this line is meant.
    ///
    /// Bare digits mean an extension or a number, with a plus only a number. A number alone finds every user
    /// who shares it; which of them it is, the PIN tells (see [`verdict`](crate::verdict)).
    pub fn matches(&self, line: &LineUri) -> bool {
        let number = line.digits() == self.digits;
        match &self.extension {
            Some(extension) => number && line.extension() == Some(extension),
            None => number || (!self.global && line.extension() == Some(self.digits())),
        }
    }
}

impl FromStr for PhoneOrExt {
    type Err = PhoneOrExtError;

    fn from_str(typed: &str) -> Result<Self, PhoneOrExtError> {
        if typed.len() > MAX_TYPED {
            return Err(PhoneOrExtError);
        }
        let lower = typed.trim().to_ascii_lowercase();
        let rest = lower.strip_prefix("tel:").unwrap_or(&lower);
        let (number, extension) = match rest.split_once(";ext=") {
            Some((number, extension)) => (number, Some(digits(extension)?)),
            None => (rest, None),
        };
        let (number, global) = match number.strip_prefix('+') {
            Some(number) => (number, true),
            None => (number, false),
        };
        Ok(Self { digits: digits(number)?, global, extension })
    }
}

impl fmt::Display for PhoneOrExt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)?;
        match &self.extension {
            Some(extension) => write!(f, ";ext={extension}"),
            None => Ok(()),
        }
    }
}

/// Drops visual separators; anything else that is no digit is refused.
fn digits(text: &str) -> Result<String, PhoneOrExtError> {
    let kept: String = text.chars().filter(|c| !matches!(c, '-' | '.' | '(' | ')' | ' ')).collect();
    let clean = kept.bytes().all(|b| b.is_ascii_digit());
    if clean && (1..=MAX_DIGITS).contains(&kept.len()) { Ok(kept) } else { Err(PhoneOrExtError) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WITH_EXT: &str = "tel:+12065551219;ext=1219";
    const WITHOUT_EXT: &str = "tel:+12065551219";

    #[test]
    fn typed_text_finds_its_line_and_no_other() {
        let cases = [
            ("1219", WITH_EXT, true),
            ("1219", WITHOUT_EXT, false),
            ("219", WITH_EXT, false),
            ("12190", WITH_EXT, false),
            ("+1219", WITH_EXT, false),
            ("12065551219", WITH_EXT, true),
            ("+12065551219", WITH_EXT, true),
            ("+12065551219", WITHOUT_EXT, true),
            ("+12065551219", "tel:12065551219", true),
            ("12065551219", "tel:12065551219", true),
            ("2065551219", WITHOUT_EXT, false),
            ("+12065551219;ext=1219", WITH_EXT, true),
            ("12065551219;ext=1219", WITH_EXT, true),
            ("+12065551219;ext=1220", WITH_EXT, false),
            ("+12065551219;ext=1219", WITHOUT_EXT, false),
            ("1219;ext=1219", WITH_EXT, false),
            (" Tel:+1 (206) 555-1219;EXT=1219 ", WITH_EXT, true),
            ("+1.206.555.1219", WITHOUT_EXT, true),
        ];
        for (typed, line, expected) in cases {
            let phone_or_ext: PhoneOrExt = typed.parse().unwrap();
            assert_eq!(phone_or_ext.matches(&line.parse().unwrap()), expected, "{typed} against {line}");
        }
    }

    #[test]
    fn rubbish_is_refused() {
        let long = "1".repeat(16);
        let huge = " ".repeat(1 << 20);
        let cases = [
            "",
            " ",
            "+",
            "++1219",
            "1+219",
            "tel:",
            "12a19",
            "1219;ext=",
            "1219;ext=x",
            ";ext=1219",
            "1219;ext=1;ext=2",
            "1219;phone-context=a",
            "sip:kenmyer@litwareinc.com",
            "١٢١٩",
            "12\u{0}19",
            "12\n19",
            "*55",
            "1219:0712",
            "-",
            &long,
            &huge,
        ];
        for typed in cases {
            assert_eq!(typed.parse::<PhoneOrExt>(), Err(PhoneOrExtError), "{typed:?}");
        }
    }

    #[test]
    fn display_shows_the_digits_alone() {
        let shown = |typed: &str| typed.parse::<PhoneOrExt>().unwrap().to_string();
        assert_eq!(shown("+1 206 555-1219"), "12065551219");
        assert_eq!(shown("tel:+12065551219;ext=1219"), "12065551219;ext=1219");
    }

    #[test]
    fn an_error_does_not_repeat_what_was_typed() {
        let error = "0712-pin".parse::<PhoneOrExt>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("0712"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in "\\PC{0,80}") {
            if let Ok(phone_or_ext) = typed.parse::<PhoneOrExt>() {
                prop_assert!(phone_or_ext.digits().bytes().all(|b| b.is_ascii_digit()));
            }
        }

        #[test]
        fn each_line_is_found_by_number_by_extension_and_by_both(
            number in "[0-9]{1,15}", plus in any::<bool>(), extension in "[0-9]{1,15}",
        ) {
            let plus = if plus { "+" } else { "" };
            let line: LineUri = format!("tel:{plus}{number};ext={extension}").parse().unwrap();
            let forms = [
                number.clone(), format!("+{number}"), extension.clone(), format!("{number};ext={extension}"),
                line.to_string(),
            ];
            for typed in forms {
                prop_assert!(typed.parse::<PhoneOrExt>().unwrap().matches(&line), "{} against {}", typed, line);
            }
        }
    }
}

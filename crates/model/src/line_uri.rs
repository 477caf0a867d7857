//! A user's LineURI.

use std::fmt;
use std::str::FromStr;

/// `tel:+12065551219;ext=1219`: a global number, and the extension if there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineUri {
    number: String,
    extension: Option<String>,
}

/// A text that is no LineURI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no line URI; one looks like tel:+12065551219;ext=1219")]
pub struct LineUriError(pub String);

impl LineUri {
    /// As it was given, with its plus if it has one: `+12065551219`.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Without its plus: `12065551219`.
    pub fn digits(&self) -> &str {
        self.number.strip_prefix('+').unwrap_or(&self.number)
    }

    /// `1219`.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }
}

impl FromStr for LineUri {
    type Err = LineUriError;

    fn from_str(text: &str) -> Result<Self, LineUriError> {
        let refused = || LineUriError(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let rest = lower.strip_prefix("tel:").ok_or_else(refused)?;
        let (number, extension) = match rest.split_once(";ext=") {
            Some((number, extension)) => (number, Some(extension)),
            None => (rest, None),
        };
        let digits = |text: &str, most: usize| {
            !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit())
        };
        let number_ok = digits(number.strip_prefix('+').unwrap_or(number), 15);
        if number_ok && extension.is_none_or(|extension| digits(extension, 15)) {
            Ok(Self { number: number.to_owned(), extension: extension.map(str::to_owned) })
        } else {
            Err(refused())
        }
    }
}

impl fmt::Display for LineUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tel:{}", self.number)?;
        match &self.extension {
            Some(extension) => write!(f, ";ext={extension}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn number_and_extension_are_told_apart() {
        let cases = [
            ("tel:+12065551219;ext=1219", "+12065551219", "12065551219", Some("1219")),
            ("TEL:+12065551219;EXT=1219", "+12065551219", "12065551219", Some("1219")),
            (" tel:+12065551219 ", "+12065551219", "12065551219", None),
            ("tel:12065551219", "12065551219", "12065551219", None),
            ("tel:1219;ext=0", "1219", "1219", Some("0")),
        ];
        for (text, number, digits, extension) in cases {
            let line: LineUri = text.parse().unwrap();
            assert_eq!(
                (line.number(), line.digits(), line.extension()),
                (number, digits, extension),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_line_uri_is_refused() {
        let long = format!("tel:{}", "1".repeat(16));
        let cases = [
            "",
            "tel:",
            "tel:+",
            "+12065551219",
            "12065551219",
            "sip:+12065551219",
            "tel:++1",
            "tel:+1 206",
            "tel:+1-206",
            "tel:+1;ext=",
            "tel:+1;ext=a",
            "tel:+1;ext=1;ext=2",
            "tel:+1;x=1",
            "tel:;ext=1",
            &long,
        ];
        for text in cases {
            assert_eq!(text.parse::<LineUri>(), Err(LineUriError(text.to_owned())), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(number in "\\+?[0-9]{1,15}", extension in proptest::option::of("[0-9]{1,15}")) {
            let line = LineUri { number, extension };
            prop_assert_eq!(line.to_string().parse::<LineUri>(), Ok(line));
        }
    }
}

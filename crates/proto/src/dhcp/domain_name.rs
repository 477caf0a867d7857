//! A host name that can stand in option 120 and in a certificate.

use std::{fmt, str::FromStr};

/// The most bytes of a name with the dots between its labels (RFC 1035 section 2.3.4: 255 on the wire).
const MAX_NAME: usize = 253;
/// The most bytes of one label (RFC 1035 section 2.3.4).
pub(super) const MAX_LABEL: usize = 63;

/// A fully qualified domain name: labels of 1 to 63 letters, digits, `-` or `_`, together at most 253 bytes.
///
/// Written without the final dot. Keeps the case in which it came; two names that differ in case only are equal to
/// DNS but not to `==`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DomainName(String);

/// Why a text is no domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainNameError {
    /// Nothing, or two dots in a row.
    #[error("a label is empty")]
    EmptyLabel,
    /// A label longer than 63 bytes.
    #[error("a label of {0} bytes; 63 is the most")]
    LongLabel(usize),
    /// A name longer than 253 bytes.
    #[error("a name of {0} bytes; 253 is the most")]
    LongName(usize),
    /// A byte that no host name has.
    #[error("byte {byte:02X} at {offset} is not a letter, a digit, `-` or `_`")]
    Byte {
        /// The byte.
        byte: u8,
        /// Where it stands, in bytes from the start of the name.
        offset: usize,
    },
}

impl DomainName {
    /// The name without a final dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The labels from the host to the top.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    fn from_str(text: &str) -> Result<Self, DomainNameError> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.len() > MAX_NAME {
            return Err(DomainNameError::LongName(name.len()));
        }
        let wrong = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if let Some((offset, byte)) = name.bytes().enumerate().find(|(_, byte)| wrong(byte)) {
            return Err(DomainNameError::Byte { byte, offset });
        }
        for label in name.split('.') {
            match label.len() {
                0 => return Err(DomainNameError::EmptyLabel),
                1..=MAX_LABEL => {}
                long => return Err(DomainNameError::LongLabel(long)),
            }
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_final_dot_is_dropped() {
        let name: DomainName = "atl-cs-001.litwareinc.com.".parse().unwrap();
        assert_eq!(name.to_string(), "atl-cs-001.litwareinc.com");
        assert_eq!(name.labels().collect::<Vec<_>>(), ["atl-cs-001", "litwareinc", "com"]);
    }

    #[test]
    fn each_bound_is_held() {
        let parse = |text: &str| text.parse::<DomainName>();
        let label = "a".repeat(63);
        assert!(parse(&label).is_ok());
        assert_eq!(parse(&format!("{label}a")), Err(DomainNameError::LongLabel(64)));
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert!(parse(&longest).is_ok());
        assert_eq!(parse(&format!("{longest}a")), Err(DomainNameError::LongName(254)));
        assert_eq!(parse(""), Err(DomainNameError::EmptyLabel));
        assert_eq!(parse("a..b"), Err(DomainNameError::EmptyLabel));
        assert_eq!(parse("a b"), Err(DomainNameError::Byte { byte: b' ', offset: 1 }));
    }
}

//! RFC 7234 section 5.5: the HTTP header Warning, as the web services use it.

use super::quoted::{quote, unquote};
use crate::{Documented, Evidence};
use std::fmt;
use std::str::FromStr;

/// One word for why HTTP-level authentication failed: `120 LYNCSERVER.DOMAIN "InvalidPin"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The server's FQDN.
    pub agent: String,
    /// `InvalidPin`, `InvalidToken`: the two that are public.
    pub token: String,
}

/// Why a value is no Warning of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WarningError {
    /// Of another code than 120, for instance a cache's.
    #[error("the warning's code is not 120")]
    OtherCode,
    /// Not `120 agent "text"`.
    #[error("the warning is not of the form 120 agent \"text\"")]
    Malformed,
}

impl Documented for Warning {
    const NAME: &'static str = "Warning";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "blog post \"VVX PIN Authentication Error\", 2017-02-02 (Lync Server \
         2013); skype-docs issue 347";
}

impl Warning {
    /// The header's name.
    pub const HEADER: &'static str = "Warning";
    /// The only code that was captured; RFC 7234 does not define it.
    pub const CODE: u16 = 120;
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let agent: String = self.agent.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        write!(f, "{} {agent} {}", Self::CODE, quote(&self.token))
    }
}

impl FromStr for Warning {
    type Err = WarningError;

    /// Reads one warning; a date behind the text is not accepted, since no Lync Server was seen to write one.
    fn from_str(value: &str) -> Result<Self, WarningError> {
        let (code, rest) = value.trim().split_once(' ').ok_or(WarningError::Malformed)?;
        if code.parse() != Ok(Self::CODE) {
            return Err(WarningError::OtherCode);
        }
        let (agent, text) = rest.trim_start().split_once(' ').ok_or(WarningError::Malformed)?;
        let unquoted = unquote(text, ',').filter(|unquoted| unquoted.rest.is_empty());
        let token = unquoted.ok_or(WarningError::Malformed)?.text;
        Ok(Self { agent: agent.to_owned(), token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_pin_has_the_captured_bytes() {
        let captured = "120 LYNCSERVER.DOMAIN \"InvalidPin\"";
        let warning = Warning { agent: "LYNCSERVER.DOMAIN".to_owned(), token: "InvalidPin".to_owned() };
        assert_eq!(warning.to_string(), captured);
        assert_eq!(captured.parse(), Ok(warning));
    }

    #[test]
    fn a_name_cannot_end_the_header() {
        let warning = Warning { agent: "a\r\nb c".to_owned(), token: "d\n\"e".to_owned() };
        assert_eq!(warning.to_string(), "120 abc \"d \\\"e\"");
    }

    #[test]
    fn other_warnings_are_refused() {
        for (value, error) in [
            ("110 cache \"Response is Stale\"", WarningError::OtherCode),
            ("120", WarningError::Malformed),
            ("120 agent", WarningError::Malformed),
            ("120 agent \"open", WarningError::Malformed),
            ("120 agent \"a\", 110 b \"c\"", WarningError::Malformed),
        ] {
            assert_eq!(value.parse::<Warning>(), Err(error), "{value}");
        }
    }
}

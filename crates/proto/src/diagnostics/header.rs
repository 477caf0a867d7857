//! [MS-OCAUTHWS] section 3.2.4.1: the HTTP header X-Ms-diagnostics.

use super::quoted::{self, Unquoted};
use crate::{Documented, Evidence};
use std::fmt;
use std::str::FromStr;

/// Why HTTP-level authentication failed.
///
/// `28003;source="LYNCSERVER.DOMAIN";reason="The pin is invalid.";faultcode="wsse:FailedAuthentication"` was
/// captured; the specification's grammar leaves the parameters' names out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MsDiagnostics {
    /// The number, from 28000 upwards for the web services.
    pub error_id: u32,
    /// The server's FQDN; empty if the header does not give one.
    pub source: String,
    /// The text of the number; empty if the header does not give one.
    pub reason: String,
    /// A fault code with its customary prefix; answers of `/WebTicket/oauthtoken` have none.
    pub faultcode: Option<String>,
}

/// Why a value is no X-Ms-diagnostics.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MsDiagnosticsError {
    /// It does not begin with a number.
    #[error("X-Ms-diagnostics does not begin with a number")]
    Number,
    /// A parameter is not of the form `name="value"`.
    #[error("a parameter of X-Ms-diagnostics is not name=\"value\"")]
    Parameter,
}

impl Documented for MsDiagnostics {
    const NAME: &'static str = "X-Ms-diagnostics";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "blog post \"VVX PIN Authentication Error\", 2017-02-02 (Lync Server \
         2013); [MS-OCAUTHWS] section 3.2.4.1";
}

impl MsDiagnostics {
    /// The header's name, as the capture spells it.
    pub const HEADER: &'static str = "X-Ms-diagnostics";
}

impl fmt::Display for MsDiagnostics {
    /// The header's value. Control characters, which could end the header, become spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error_id, source, reason, faultcode } = self;
        write!(f, "{error_id};source={};reason={}", quoted::quote(source), quoted::quote(reason))?;
        match faultcode {
            Some(faultcode) => write!(f, ";faultcode={}", quoted::quote(faultcode)),
            None => Ok(()),
        }
    }
}

impl FromStr for MsDiagnostics {
    type Err = MsDiagnosticsError;

    /// Reads the parameters in any order and case, with or without quotes, and passes unknown ones by.
    fn from_str(value: &str) -> Result<Self, MsDiagnosticsError> {
        let (number, mut rest) = value.split_once(';').unwrap_or((value, ""));
        let error_id = number.trim().parse().map_err(|_| MsDiagnosticsError::Number)?;
        let mut parsed = Self { error_id, source: String::new(), reason: String::new(), faultcode: None };
        while !rest.trim().is_empty() {
            let (name, behind) = rest.split_once('=').ok_or(MsDiagnosticsError::Parameter)?;
            let Unquoted { text, rest: behind } =
                quoted::unquote(behind, ';').ok_or(MsDiagnosticsError::Parameter)?;
            match name.trim().to_ascii_lowercase().as_str() {
                "source" => parsed.source = text,
                "reason" => parsed.reason = text,
                "faultcode" => parsed.faultcode = Some(text),
                _ => {}
            }
            rest = behind;
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAPTURED: &str = r#"28003;source="LYNCSERVER.DOMAIN";reason="The pin is invalid.";faultcode="wsse:FailedAuthentication""#;

    fn captured() -> MsDiagnostics {
        MsDiagnostics {
            error_id: 28003,
            source: "LYNCSERVER.DOMAIN".to_owned(),
            reason: "The pin is invalid.".to_owned(),
            faultcode: Some("wsse:FailedAuthentication".to_owned()),
        }
    }

    #[test]
    fn a_wrong_pin_has_the_captured_bytes() {
        assert_eq!(captured().to_string(), CAPTURED);
        assert_eq!(CAPTURED.parse(), Ok(captured()));
    }

    #[test]
    fn parameters_are_read_in_any_order_and_spelling() {
        let value = r#" 28003 ; Reason = "The pin is invalid." ;x="y;z";SOURCE=LYNCSERVER.DOMAIN; "#;
        assert_eq!(value.parse(), Ok(MsDiagnostics { faultcode: None, ..captured() }));
        assert_eq!("28020".parse::<MsDiagnostics>().unwrap().reason, "");
    }

    #[test]
    fn what_is_no_header_of_this_kind_is_refused() {
        for (value, error) in [
            ("", MsDiagnosticsError::Number),
            ("x;source=\"a\"", MsDiagnosticsError::Number),
            ("1;source", MsDiagnosticsError::Parameter),
            ("1;source=\"a", MsDiagnosticsError::Parameter),
            ("1;source=\"a\"b", MsDiagnosticsError::Parameter),
        ] {
            assert_eq!(value.parse::<MsDiagnostics>(), Err(error), "{value}");
        }
    }

    #[test]
    fn a_reason_cannot_end_the_header() {
        let hostile = MsDiagnostics { reason: "a\r\nSet-Cookie: b\"; c=\\".to_owned(), ..captured() };
        let value = hostile.to_string();
        assert!(!value.contains(['\r', '\n']), "{value:?}");
        assert_eq!(value.parse::<MsDiagnostics>().unwrap().reason, "a  Set-Cookie: b\"; c=\\");
    }

    proptest! {
        #[test]
        fn any_text_reads_back(error_id: u32, reason in "[^\\p{Cc}]{0,40}", faultcode in "[^\\p{Cc}]{0,9}") {
            let header = MsDiagnostics { error_id, reason, faultcode: Some(faultcode), ..captured() };
            prop_assert_eq!(header.to_string().parse(), Ok(header));
        }

        #[test]
        fn no_value_makes_it_panic(value in "[0-9]{0,3}[;=\"\\\\ a-z\\PC]{0,40}") {
            let _ = value.parse::<MsDiagnostics>();
        }
    }
}

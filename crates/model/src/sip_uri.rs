//! A user's SIP address.

use std::fmt;
use std::str::FromStr;

/// `sip:user@domain`, in lower case, without parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SipUri(String);

/// A text that is no SIP address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no SIP address; one looks like sip:kenmyer@litwareinc.com")]
pub struct SipUriError(pub String);

impl SipUri {
    /// With the scheme: `sip:kenmyer@litwareinc.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the scheme: `kenmyer@litwareinc.com`, as certificates and `@Entity` carry it.
    pub fn address(&self) -> &str {
        self.0.strip_prefix("sip:").unwrap_or(&self.0)
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for SipUri {
    type Err = SipUriError;

    /// Reads an address with or without `sip:`, in any case.
    fn from_str(text: &str) -> Result<Self, SipUriError> {
        let refused = || SipUriError(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let address = lower.strip_prefix("sip:").unwrap_or(&lower);
        let (user, domain) = address.split_once('@').ok_or_else(refused)?;
        let clean = |part: &str, extra: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || extra.contains(c))
        };
        if clean(user, "-_.!~*'()&=+$,;?/%") && clean(domain, "-.") && address.len() <= 254 {
            Ok(Self(format!("sip:{address}")))
        } else {
            Err(refused())
        }
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_spellings() {
        let uri: SipUri = "Sip:KenMyer@LitwareInc.com".parse().unwrap();
        assert_eq!(uri, "kenmyer@litwareinc.com".parse().unwrap());
        assert_eq!(uri.as_str(), "sip:kenmyer@litwareinc.com");
        assert_eq!(uri.address(), "kenmyer@litwareinc.com");
        assert_eq!(uri.domain(), "litwareinc.com");
    }

    #[test]
    fn refuses_what_is_none() {
        for text in ["", "sip:", "kenmyer", "@litwareinc.com", "ken@", "ken@a@b", "ken myer@a.b", "ken@a<b"] {
            assert!(text.parse::<SipUri>().is_err(), "{text}");
        }
    }
}

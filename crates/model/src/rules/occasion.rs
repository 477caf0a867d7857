//! What is known at the moment at which a rule may act.

use super::Place;
use crate::SipUri;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A moment at which a rule may act, with all that is known of who is there.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The protocol.
    pub place: Place,
    /// One of the place's [operations](Place::operations).
    pub operation: &'a str,
    /// Where it came from.
    pub source: Option<IpAddr>,
    /// The hardware address; only DHCP tells it.
    pub mac: Option<Mac>,
    /// DHCP option 60, as text.
    pub vendor_class: Option<&'a str>,
    /// The User-Agent header.
    pub user_agent: Option<&'a str>,
    /// What was typed as number or extension, before it is known whose it is.
    pub phone_or_ext: Option<&'a str>,
    /// The user, once known or claimed.
    pub user: Option<&'a SipUri>,
}

impl<'a> Occasion<'a> {
    /// An occasion of which nothing is known yet but where it is.
    pub const fn at(place: Place, operation: &'a str) -> Self {
        Self {
            place,
            operation,
            source: None,
            mac: None,
            vendor_class: None,
            user_agent: None,
            phone_or_ext: None,
            user: None,
        }
    }
}

/// Something that the journal noted; `after` and `until` of rules wait for it.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// A name of [`journal::names`](crate::journal::names).
    pub name: &'a str,
    /// Where it came from.
    pub source: Option<IpAddr>,
    /// The hardware address, if known.
    pub mac: Option<Mac>,
    /// The user, if known.
    pub user: Option<&'a SipUri>,
}

/// An Ethernet hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

/// A text that is no hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no hardware address; one looks like 00:04:f2:00:00:01")]
pub struct MacError;

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for Mac {
    type Err = MacError;

    /// Reads pairs of hex digits, with colons, hyphens or nothing between them.
    fn from_str(text: &str) -> Result<Self, MacError> {
        let digits: Vec<u32> = text
            .chars()
            .filter(|c| !matches!(c, ':' | '-'))
            .map(|c| c.to_digit(16))
            .collect::<Option<_>>()
            .ok_or(MacError)?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .filter_map(|pair| match pair {
                [high, low] => u8::try_from(high * 16 + low).ok(),
                _ => None,
            })
            .collect();
        match (digits.len(), <[u8; 6]>::try_from(bytes)) {
            (12, Ok(bytes)) => Ok(Self(bytes)),
            _ => Err(MacError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_addresses_are_read_and_written() {
        for text in ["00:04:f2:00:00:01", "00-04-F2-00-00-01", "0004f2000001"] {
            assert_eq!(text.parse::<Mac>().unwrap().to_string(), "00:04:f2:00:00:01");
        }
        for text in ["", "00:04:f2:00:00", "00:04:f2:00:00:0g", "00:04:f2:00:00:01:02"] {
            assert_eq!(text.parse::<Mac>(), Err(MacError), "{text}");
        }
    }
}

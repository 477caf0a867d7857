//! The names a server certificate is for.

use crate::PkiError;
use rcgen::SanType;
use rcgen::string::Ia5String;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the pool is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolNames {
    /// The pool's FQDN, for instance `atl-cs-001.litwareinc.com`.
    pub fqdn: String,
    /// The SIP domain of its users, for instance `litwareinc.com`.
    pub sip_domain: String,
    /// More DNS names under which it is reached.
    pub extra_dns: Vec<String>,
    /// Addresses under which it is reached without a name.
    pub extra_ips: Vec<IpAddr>,
}

impl PoolNames {
    /// A pool that is reached under its own name alone.
    pub fn new(fqdn: impl Into<String>, sip_domain: impl Into<String>) -> Self {
        Self {
            fqdn: fqdn.into(),
            sip_domain: sip_domain.into(),
            extra_dns: Vec::new(),
            extra_ips: Vec::new(),
        }
    }

    /// The same pool, reached as `localhost`, 127.0.0.1 and ::1 too.
    #[must_use]
    pub fn and_loopback(mut self) -> Self {
        self.extra_dns.push("localhost".to_owned());
        self.extra_ips.extend([IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]);
        self
    }
}

/// The names in one server certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerNames {
    /// The CN of the subject.
    pub common_name: String,
    /// SAN dNSName, in order.
    pub dns: Vec<String>,
    /// SAN iPAddress, in order.
    pub ips: Vec<IpAddr>,
}

impl From<&PoolNames> for ServerNames {
    /// The pool's FQDN, and beside it `sip.` and `ucupdates-r2.` of the SIP domain, which phones look up:
    /// a certificate without one of them is a documented reason of failed sign-ins.
    fn from(pool: &PoolNames) -> Self {
        let domain = &pool.sip_domain;
        let mut dns = vec![pool.fqdn.clone(), format!("sip.{domain}"), format!("ucupdates-r2.{domain}")];
        dns.extend(pool.extra_dns.iter().cloned());
        Self { common_name: pool.fqdn.clone(), dns, ips: pool.extra_ips.clone() }
    }
}

impl ServerNames {
    /// A certificate for one DNS name.
    pub fn dns(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { common_name: name.clone(), dns: vec![name], ips: Vec::new() }
    }

    /// The names as certificates hold them: lower case, each once, in the order given.
    pub(crate) fn to_san(&self) -> Result<Vec<SanType>, PkiError> {
        let mut seen = BTreeSet::new();
        let mut san = Vec::new();
        for name in &self.dns {
            let name = dns_name(name)?;
            if seen.insert(name.clone()) {
                san.push(SanType::DnsName(Ia5String::try_from(name)?));
            }
        }
        for ip in &self.ips {
            if seen.insert(ip.to_string()) {
                san.push(SanType::IpAddress(*ip));
            }
        }
        Ok(san)
    }

    /// The CN as certificates hold it.
    pub(crate) fn to_common_name(&self) -> Result<String, PkiError> {
        dns_name(&self.common_name)
    }
}

/// A name of letters, digits, `-`, `_` and dots; `*` may be its first label.
fn dns_name(name: &str) -> Result<String, PkiError> {
    let refuse = |reason| Err(PkiError::Name { name: name.to_owned(), reason });
    let lower = name.to_ascii_lowercase();
    if lower.is_empty() || lower.len() > 253 {
        return refuse("a DNS name has 1 to 253 characters");
    }
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    if lower.strip_prefix("*.").unwrap_or(&lower).split('.').all(label_fits) {
        Ok(lower)
    } else {
        refuse("a DNS name has labels of 1 to 63 letters, digits, - and _ with dots between them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(san: &[SanType]) -> Vec<String> {
        san.iter()
            .map(|name| match name {
                SanType::DnsName(name) => name.to_string(),
                SanType::IpAddress(ip) => ip.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_pool_is_known_by_every_name_a_phone_uses() {
        let names = PoolNames::new("ATL-CS-001.litwareinc.com", "litwareinc.com").and_loopback();
        let san = ServerNames::from(&names).to_san().unwrap();
        let expected = [
            "atl-cs-001.litwareinc.com",
            "sip.litwareinc.com",
            "ucupdates-r2.litwareinc.com",
            "localhost",
            "127.0.0.1",
            "::1",
        ];
        assert_eq!(text(&san), expected);
    }

    #[test]
    fn each_name_stands_once() {
        let names = PoolNames::new("sip.litwareinc.com", "LitwareInc.com").and_loopback().and_loopback();
        let san = ServerNames::from(&names).to_san().unwrap();
        assert_eq!(san.len(), 5, "{san:?}");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", "a..b", "lync server", "a.b.", "ä.de", "a*.b", "127.0.0.1\n", &"a".repeat(64)] {
            assert!(matches!(ServerNames::dns(name).to_san(), Err(PkiError::Name { .. })), "{name}");
        }
        assert!(ServerNames::dns("*.litwareinc.com").to_san().is_ok());
    }
}

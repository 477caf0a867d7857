//! Who may ask: the members of the pool.

use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The names of which a member's certificate carries one.
///
/// The root that signs the members' certificates also signs those of users and phones, so that a chain to it does
/// not make a member.
#[derive(Clone, Debug)]
pub(super) struct Members(Arc<[String]>);

impl Members {
    pub(super) fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Whether a certificate, which TLS has verified, is a member's: one of its DNS names (SAN) is one of ours.
    /// The common name does not count; a user's holds what an administrator chose.
    pub(super) fn include(&self, certificate: &CertificateDer<'_>) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return false };
        let Ok(Some(names)) = certificate.subject_alternative_name() else { return false };
        names.value.general_names.iter().any(|name| match name {
            GeneralName::DNSName(name) => self.0.iter().any(|ours| ours.eq_ignore_ascii_case(name)),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    fn certificate(common_name: &str, names: Vec<SanType>) -> CertificateDer<'static> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.subject_alt_names = names;
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().into()
    }

    fn dns(name: &str) -> SanType {
        SanType::DnsName(name.try_into().unwrap())
    }

    #[test]
    fn a_member_has_the_pools_name_among_its_dns_names() {
        let members = Members::new(["pool.test", "other.test"]);
        for names in [
            vec![dns("pool.test")],
            vec![dns("fe01.pool.test"), dns("POOL.Test")],
            vec![SanType::URI("sip:a@b".try_into().unwrap()), dns("other.test")],
        ] {
            assert!(members.include(&certificate("x", names.clone())), "{names:?}");
        }
    }

    #[test]
    fn nothing_else_makes_a_member() {
        let members = Members::new(["pool.test"]);
        for names in [
            vec![],
            vec![dns("fe01.pool.test"), dns("pool.test.evil.test"), dns("ool.test"), dns("*.test")],
            vec![
                SanType::URI("pool.test".try_into().unwrap()),
                SanType::Rfc822Name("pool.test".try_into().unwrap()),
                SanType::Rfc822Name("kenmyer@pool.test".try_into().unwrap()),
            ],
        ] {
            assert!(!members.include(&certificate("pool.test", names.clone())), "{names:?}");
        }
        for der in [&b""[..], b"0", &[0x30, 0x82]] {
            assert!(!members.include(&CertificateDer::from(der)), "{der:?}");
        }
        let none = Members::new(Vec::<String>::new());
        assert!(!none.include(&certificate("x", vec![dns("pool.test")])));
    }
}

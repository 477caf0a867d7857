//! Server certificates: the pool's own, and any other that a scenario asks for.

use crate::authorities::{CERTIFICATE, PRIVATE_KEY, expect_blocks, private_key};
use crate::authority::{self, Authority};
use crate::error::FileProblem;
use crate::validity::{DATED_BACK, Validity};
use crate::{PkiError, ServerNames};
use pem::Pem;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PublicKeyData, SanType};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::BTreeSet;
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

/// For how long a server certificate is valid: two years, as an enterprise authority issues web servers' ones.
const LASTS: Duration = Duration::days(730);
/// With less than this ahead of it, a kept certificate is issued anew.
const NEAR_EXPIRY: Duration = Duration::days(30);

/// What a server certificate is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerProfile {
    /// Whom it is for.
    pub names: ServerNames,
    /// From when it is valid.
    pub not_before: OffsetDateTime,
    /// Until when it is valid; may be past, for a certificate that is expired.
    pub not_after: OffsetDateTime,
}

impl ServerProfile {
    /// A certificate that is valid from a day before `now` for two years.
    pub fn new(names: impl Into<ServerNames>, now: OffsetDateTime) -> Self {
        Self {
            names: names.into(),
            not_before: now.saturating_sub(DATED_BACK),
            not_after: now.saturating_add(LASTS),
        }
    }
}

/// A server certificate, its chain and its private key. `Debug` does not show the key.
#[derive(Debug)]
pub struct ServerIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl ServerIdentity {
    /// The certificate and the issuing authority's, as TLS sends them: the root is the client's to know.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// The private key, PKCS#8.
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.clone_key())
    }

    /// A certificate by `issuing` for `key`.
    pub(crate) fn issue(
        issuing: &Authority,
        key: &KeyPair,
        profile: &ServerProfile,
    ) -> Result<Self, PkiError> {
        let certificate = issuing.sign(&params(profile)?, key)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok(Self { chain: vec![certificate, issuing.certificate().clone()], key })
    }

    /// A certificate that `key` signs itself, with no chain above it.
    pub(crate) fn self_signed(key: &KeyPair, profile: &ServerProfile) -> Result<Self, PkiError> {
        let certificate = params(profile)?.self_signed(key)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok(Self { chain: vec![certificate.der().clone()], key })
    }

    /// Certificate, issuing authority, key.
    pub(crate) fn to_pem(&self) -> Vec<Pem> {
        let mut blocks: Vec<_> =
            self.chain.iter().map(|certificate| Pem::new(CERTIFICATE, certificate.as_ref())).collect();
        blocks.push(Pem::new(PRIVATE_KEY, self.key.secret_pkcs8_der()));
        blocks
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote, and checks that `issuing` signed it.
    pub(crate) fn from_pem(blocks: Vec<Pem>, issuing: &Authority) -> Result<Self, FileProblem> {
        let [leaf, above, key] = expect_blocks(blocks, [CERTIFICATE, CERTIFICATE, PRIVATE_KEY])?;
        let key = private_key(key, "server key")?;
        let parsed = authority::parse(&leaf).ok_or(FileProblem::Unreadable("server certificate"))?;
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err(FileProblem::ForeignKey("server"));
        }
        if above != issuing.certificate().as_ref() || !issuing.signed(&parsed) {
            return Err(FileProblem::ForeignIssuer("server"));
        }
        let chain = vec![CertificateDer::from(leaf), CertificateDer::from(above)];
        Ok(Self { chain, key: PrivatePkcs8KeyDer::from(key.serialize_der()) })
    }

    /// Whether it is for exactly these names, valid, and not about to expire.
    pub(crate) fn serves(&self, names: &ServerNames, now: OffsetDateTime) -> Result<bool, PkiError> {
        let (san, common_name) = (names.to_san()?, names.to_common_name()?);
        let Some(certificate) = self.chain.first().and_then(|leaf| authority::parse(leaf)) else {
            return Ok(false);
        };
        let validity = Validity::of(certificate.validity());
        Ok(authority::common_name(&certificate) == Some(common_name.as_str())
            && wanted_names(&san) == held_names(&certificate)
            && validity.contains(now)
            && validity.contains(now.saturating_add(NEAR_EXPIRY)))
    }
}

fn params(profile: &ServerProfile) -> Result<CertificateParams, PkiError> {
    let validity = Validity::new(profile.not_before, profile.not_after)?;
    let mut params = authority::params(&profile.names.to_common_name()?, validity)?;
    params.subject_alt_names = profile.names.to_san()?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    // Members of a pool show each other the same certificate as clients (mutual TLS).
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params)
}

/// Names as text, so that what rcgen wants and what x509-parser finds can be compared.
fn wanted_names(san: &[SanType]) -> BTreeSet<String> {
    san.iter()
        .filter_map(|name| match name {
            SanType::DnsName(name) => Some(name.to_string()),
            SanType::IpAddress(ip) => Some(ip.to_string()),
            _ => None,
        })
        .collect()
}

/// The subject alternative names: DNS names and addresses as people write them.
pub(crate) fn held_names(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    let Ok(Some(san)) = certificate.subject_alternative_name() else {
        return BTreeSet::new();
    };
    san.value
        .general_names
        .iter()
        .map(|name| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(octets) => ip_text(octets),
            other => other.to_string(),
        })
        .collect()
}

fn ip_text(octets: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        IpAddr::from(v4).to_string()
    } else if let Ok(v6) = <[u8; 16]>::try_from(octets) {
        IpAddr::from(v6).to_string()
    } else {
        format!("{octets:02x?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, names, pool};
    use time::macros::datetime;

    fn leaf(identity: &ServerIdentity) -> X509Certificate<'_> {
        authority::parse(&identity.chain()[0]).unwrap()
    }

    #[test]
    fn the_pools_certificate_serves_its_names_at_both_ends_of_tls() {
        let pool = pool();
        let certificate = leaf(pool.server());
        assert_eq!(certificate.subject().to_string(), "CN=atl-cs-001.litwareinc.com");
        assert_eq!(held_names(&certificate), wanted_names(&ServerNames::from(&names()).to_san().unwrap()));
        let eku = certificate.extended_key_usage().unwrap().unwrap().value;
        assert!(eku.server_auth && eku.client_auth);
        assert!(!certificate.is_ca());
        assert_eq!(Validity::of(certificate.validity()), Validity::dated_back(NOW, LASTS).unwrap());
    }

    #[test]
    fn a_profile_may_be_expired_early_or_for_other_names() {
        let pool = pool();
        let mut profile = ServerProfile::new(ServerNames::dns("other.litwareinc.com"), NOW);
        profile.not_before = datetime!(2011-01-01 0:00 UTC);
        profile.not_after = datetime!(2012-01-01 0:00 UTC);
        let expired = pool.issue_server(&profile).unwrap();
        assert_eq!(held_names(&leaf(&expired)), BTreeSet::from(["other.litwareinc.com".to_owned()]));
        assert!(!Validity::of(leaf(&expired).validity()).contains(NOW));
        assert_ne!(leaf(&expired).public_key().raw, leaf(pool.server()).public_key().raw);
        profile.not_before = datetime!(1800-01-01 0:00 UTC);
        assert!(matches!(pool.issue_server(&profile), Err(PkiError::Date(_))));
    }

    #[test]
    fn a_certificate_serves_until_a_month_before_its_end() {
        let pool = pool();
        let names = ServerNames::from(&names());
        let serves = |names: &ServerNames, now| pool.server().serves(names, now).unwrap();
        assert!(serves(&names, NOW));
        assert!(serves(&names, NOW + Duration::days(699)));
        assert!(!serves(&names, NOW + Duration::days(701)));
        assert!(!serves(&names, NOW - Duration::days(2)));
        let more = ServerNames {
            dns: [names.dns.clone(), vec!["more.litwareinc.com".to_owned()]].concat(),
            ..names.clone()
        };
        assert!(!serves(&more, NOW));
        assert!(!serves(&ServerNames { ips: vec![], ..names.clone() }, NOW));
        assert!(!serves(&ServerNames { common_name: "sip.litwareinc.com".to_owned(), ..names }, NOW));
    }

    #[test]
    fn debug_shows_no_key() {
        let pool = pool();
        let shown = format!("{:?}", pool.server());
        assert!(shown.contains("[secret key elided]"), "{shown}");
        let PrivateKeyDer::Pkcs8(key) = pool.server_key() else { panic!("PKCS#8") };
        assert!(!shown.contains(&format!("{:?}", &key.secret_pkcs8_der()[..8])[1..20]));
    }
}

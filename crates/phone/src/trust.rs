//! Trust in the downloaded chain, and in nothing else.

use lync_model::Clock;
use lync_net::tls::{TrustStore, client};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The most certificates of a chain that are looked at.
const MAX_CERTIFICATES: usize = 64;

/// The chain that was downloaded, and the trust in its authorities.
#[derive(Debug)]
pub(crate) struct Roots {
    chain: Vec<Vec<u8>>,
    authorities: Vec<CertificateDer<'static>>,
    store: TrustStore,
}

/// How an issued certificate stands to the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// An authority of the chain signed it.
    Known,
    /// Somebody else did.
    Unknown,
}

impl Roots {
    /// Takes each authority of the chain, root or intermediate, as trusted; a certificate that is none is kept for
    /// show. A server that leaves its intermediate out of the handshake is so understood, as a phone does that has
    /// put the chain into its store.
    pub(crate) fn from_chain(chain: Vec<Vec<u8>>) -> Result<Self, String> {
        let mut authorities = Vec::new();
        for der in chain.iter().take(MAX_CERTIFICATES) {
            let (_, parsed) = X509Certificate::from_der(der)
                .map_err(|error| format!("a certificate cannot be read: {error}"))?;
            // A root of version 1 has no extension that says so.
            let is_authority = parsed.is_ca() || parsed.issuer() == parsed.subject();
            if is_authority {
                authorities.push(CertificateDer::from(der.clone()));
            }
        }
        if authorities.is_empty() {
            return Err("the chain holds no certification authority".to_owned());
        }
        let store = TrustStore::new(authorities.clone()).map_err(|error| error.to_string())?;
        Ok(Self { chain, authorities, store })
    }

    /// Every certificate that was downloaded, DER, in the order of the download.
    pub(crate) fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// How many of them are trusted.
    pub(crate) fn authorities(&self) -> usize {
        self.authorities.len()
    }

    /// TLS that trusts these authorities and checks names and times.
    pub(crate) fn client_config(&self, clock: &Clock) -> Result<Arc<ClientConfig>, String> {
        client(self.store.clone(), None, clock).map_err(|error| error.to_string())
    }

    /// Whether one of them signed this client certificate.
    ///
    /// # Errors
    /// When it is out of date, or cannot be used for something else than its issuer.
    pub(crate) fn issuer_of(&self, certificate: &[u8], now: OffsetDateTime) -> Result<Issuer, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.authorities.iter().cloned());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| error.to_string())?;
        let seconds =
            u64::try_from(now.unix_timestamp()).map_err(|_| "the clock is before 1970".to_owned())?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        match verifier.verify_client_cert(&CertificateDer::from(certificate), &[], now) {
            Ok(_) => Ok(Issuer::Known),
            Err(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            )) => Ok(Issuer::Unknown),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyKind, NewKey};
    use crate::testing::web::{Authority, NOW};

    #[test]
    fn authorities_are_trusted_and_other_certificates_only_kept() {
        let authority = Authority::new("Lab Root");
        let key = NewKey::generate(KeyKind::P256, "kenmyer@litwareinc.com").unwrap();
        let leaf = authority.issue(&key.request, "kenmyer@litwareinc.com", NOW);
        let roots = Roots::from_chain(vec![leaf.clone(), authority.der()]).unwrap();
        assert_eq!((roots.chain().len(), roots.authorities()), (2, 1));
        assert_eq!(Roots::from_chain(vec![leaf]).unwrap_err(), "the chain holds no certification authority");
        assert!(Roots::from_chain(vec![b"rubbish".to_vec()]).unwrap_err().contains("cannot be read"));
        assert!(Roots::from_chain(Vec::new()).is_err());
    }

    #[test]
    fn the_issuer_is_known_foreign_or_the_certificate_out_of_date() {
        let (ours, theirs) = (Authority::new("Lab Root"), Authority::new("Lab Root"));
        let key = NewKey::generate(KeyKind::P256, "kenmyer@litwareinc.com").unwrap();
        let certificate = ours.issue(&key.request, "kenmyer@litwareinc.com", NOW);
        let of = |authority: &Authority| Roots::from_chain(vec![authority.der()]).unwrap();
        assert_eq!(of(&ours).issuer_of(&certificate, NOW), Ok(Issuer::Known));
        assert_eq!(of(&theirs).issuer_of(&certificate, NOW), Ok(Issuer::Unknown));
        let later = NOW + time::Duration::days(181);
        assert!(of(&ours).issuer_of(&certificate, later).unwrap_err().contains("expired"));
    }
}

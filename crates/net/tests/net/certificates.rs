//! Authorities and certificates made for one test.

use lync_net::tls::{Identity, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::OffsetDateTime;

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Two of the same name have different keys.
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn root(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn trust(&self) -> TrustStore {
        TrustStore::new([self.root()]).unwrap()
    }

    pub(crate) fn server(&self, host: &str) -> Identity {
        self.issue(host, |params| params.insert_extended_key_usage(ExtendedKeyUsagePurpose::ServerAuth))
    }

    pub(crate) fn client(&self, name: &str) -> Identity {
        self.issue(name, |params| params.insert_extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth))
    }

    pub(crate) fn valid(&self, host: &str, from: OffsetDateTime, to: OffsetDateTime) -> Identity {
        self.issue(host, |params| {
            params.not_before = from;
            params.not_after = to;
        })
    }

    fn issue(&self, host: &str, set: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        set(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Identity::new(vec![certificate.der().clone()], key)
    }
}

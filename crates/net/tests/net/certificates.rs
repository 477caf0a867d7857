//! Authorities and certificates made for one test.

use lync_net::tls::{Identity, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Two of the same name have different keys.
    pub(crate) fn new(name: &str) -> Self {
        Self::dated(name, datetime!(2000-01-01 00:00 UTC))
    }

    pub(crate) fn dated(name: &str, not_before: OffsetDateTime) -> Self {
        let params = Self::params(name, not_before);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn params(name: &str, not_before: OffsetDateTime) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = not_before;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    /// An authority below this one.
    pub(crate) fn issuing(&self, name: &str, not_before: OffsetDateTime) -> Self {
        let params = Self::params(name, not_before);
        Self(CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.0).unwrap())
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn root(&self) -> CertificateDer<'static> {
        self.certificate()
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

    /// For either end of a connection.
    pub(crate) fn both(&self, host: &str) -> Identity {
        self.issue(host, |_| ())
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

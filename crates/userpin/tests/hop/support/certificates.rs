//! Authorities made for one test.

use super::HOST;
use lync_net::tls::{Identity, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SanType,
};
use rustls::pki_types::PrivateKeyDer;

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Two of the same name have different keys.
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn trust(&self) -> TrustStore {
        TrustStore::new([self.0.der().clone()]).unwrap()
    }

    /// For a server and a client alike, as pool members use theirs: with the pool's name and its own.
    pub(crate) fn issue_member(&self) -> Identity {
        self.issue(&CertificateParams::new(["fe01.pool.test".to_owned(), HOST.to_owned()]).unwrap())
    }

    /// As a phone gets it: for a client, and with its user in place of a DNS name.
    pub(crate) fn issue_phone(&self) -> Identity {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "kenmyer@litwareinc.com");
        params.subject_alt_names = vec![SanType::URI("sip:kenmyer@litwareinc.com".try_into().unwrap())];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params)
    }

    /// A server's that is no member of the pool.
    pub(crate) fn issue_stranger(&self) -> Identity {
        self.issue(&CertificateParams::new(["fe01.other.test".to_owned()]).unwrap())
    }

    fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity::new(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }
}

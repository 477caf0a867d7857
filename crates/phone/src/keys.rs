//! The phone's key pair, its certificate request, and what is checked of the certificate that comes back.

use lync_model::SipUri;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData, RsaKeySize};
use std::fmt;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

/// What kind of key a phone makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on P-256, signed with SHA-256: made in no time.
    #[default]
    P256,
    /// RSA of 2048 bits, signed with SHA-256: what clients of that time make; takes 30 to 160 ms.
    Rsa2048,
}

/// A private key: PKCS #8, DER. Wiped when dropped, and not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(Zeroizing<Vec<u8>>);

impl PrivateKey {
    /// Takes a key, PKCS #8 in DER.
    pub fn from_pkcs8(der: Vec<u8>) -> Self {
        Self(Zeroizing::new(der))
    }

    /// The key itself. Every caller of this is a place where it could leak.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(****)")
    }
}

/// A key pair that was just made, with a request for a certificate over it.
#[derive(Debug)]
pub(crate) struct NewKey {
    pub(crate) private: PrivateKey,
    /// SubjectPublicKeyInfo, DER.
    pub(crate) public: Vec<u8>,
    /// PKCS #10, DER. Its common name is the user's address without scheme, as captured of pidgin-sipe.
    pub(crate) request: Vec<u8>,
}

impl NewKey {
    /// Makes a key and signs the request. Takes its time with RSA: not for an async thread.
    pub(crate) fn generate(kind: KeyKind, common_name: &str) -> Result<Self, rcgen::Error> {
        let pair = match kind {
            KeyKind::P256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?,
            KeyKind::Rsa2048 => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048)?,
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        let request = params.serialize_request(&pair)?.der().to_vec();
        let private = PrivateKey::from_pkcs8(pair.serialize_der());
        Ok(Self { private, public: pair.subject_public_key_info(), request })
    }
}

/// What is read of an issued certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) expires: time::OffsetDateTime,
}

/// Checks that a certificate is over this key and names this user, in its subject or in an alternative name.
pub(crate) fn check(certificate: &[u8], public: &[u8], user: &SipUri) -> Result<Facts, String> {
    let (rest, parsed) =
        X509Certificate::from_der(certificate).map_err(|error| format!("it cannot be read: {error}"))?;
    if !rest.is_empty() {
        return Err(format!("{} bytes follow it", rest.len()));
    }
    if parsed.public_key().raw != public {
        return Err("it is over another key than the one that was made".to_owned());
    }
    if !names(&parsed).any(|name| name.parse::<SipUri>().as_ref() == Ok(user)) {
        return Err(format!("it names {} and not {user}", parsed.subject()));
    }
    Ok(Facts {
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        expires: parsed.validity().not_after.to_datetime(),
    })
}

fn names<'a>(certificate: &'a X509Certificate<'_>) -> impl Iterator<Item = &'a str> {
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let alternative = alternative.into_iter().flat_map(|extension| &extension.value.general_names);
    common.chain(alternative.filter_map(|name| match name {
        GeneralName::URI(name) | GeneralName::RFC822Name(name) => Some(*name),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::web::{Authority, NOW};
    use x509_parser::prelude::X509CertificationRequest;

    fn ken() -> SipUri {
        "sip:kenmyer@litwareinc.com".parse().unwrap()
    }

    #[test]
    fn a_request_names_the_user_and_holds_the_key() {
        for kind in [KeyKind::P256, KeyKind::Rsa2048] {
            let key = NewKey::generate(kind, ken().address()).unwrap();
            let (_, request) = X509CertificationRequest::from_der(&key.request).unwrap();
            let info = &request.certification_request_info;
            assert_eq!(info.subject.to_string(), "CN=kenmyer@litwareinc.com");
            assert_eq!(info.subject_pki.raw, key.public);
        }
    }

    #[test]
    fn a_certificate_is_for_this_key_and_this_user_or_refused() {
        let authority = Authority::new("Lab Root");
        let (key, other) = (KeyKind::P256, KeyKind::P256);
        let key = NewKey::generate(key, "x").unwrap();
        let other = NewKey::generate(other, "x").unwrap();
        for subject in ["kenmyer@litwareinc.com", "sip:KenMyer@litwareinc.com"] {
            let facts = check(&authority.issue(&key.request, subject, NOW), &key.public, &ken()).unwrap();
            assert_eq!(facts.issuer, "CN=Lab Root");
            assert_eq!(facts.expires, NOW + time::Duration::days(180));
        }
        let foreign = authority.issue(&other.request, "kenmyer@litwareinc.com", NOW);
        assert!(check(&foreign, &key.public, &ken()).unwrap_err().contains("another key"));
        let stranger = authority.issue(&key.request, "pilar@litwareinc.com", NOW);
        assert!(check(&stranger, &key.public, &ken()).unwrap_err().contains("pilar@litwareinc.com"));
        assert!(check(b"rubbish", &key.public, &ken()).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn debug_shows_no_key() {
        let key = NewKey::generate(KeyKind::P256, "x").unwrap();
        let shown = format!("{key:?}");
        assert!(shown.contains("PrivateKey(****)"));
    }
}

//! One certification authority: its certificate, and the key that signs others.

use crate::error::FileProblem;
use crate::signature::{self, SignatureProblem};
use crate::validity::Validity;
use crate::{KeyKind, PkiError};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData,
    SerialNumber,
};
use rustls_pki_types::CertificateDer;
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The longest certificate that is read, in bytes.
pub(crate) const MAX_CERTIFICATE_LEN: usize = 16 * 1024;

/// Long enough that no test, lab or advanced clock outlives it.
const ROOT_LASTS: Duration = Duration::days(20 * 365);
const ISSUING_LASTS: Duration = Duration::days(10 * 365);

/// An authority that can sign.
pub(crate) struct Authority {
    certificate: CertificateDer<'static>,
    common_name: String,
    validity: Validity,
    /// SubjectPublicKeyInfo, DER.
    public_key: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A root that signs itself.
    pub(crate) fn root(common_name: &str, key: KeyPair, now: OffsetDateTime) -> Result<Self, PkiError> {
        let validity = Validity::dated_back(now, ROOT_LASTS)?;
        let params = authority_params(common_name, 1, validity)?;
        let certificate = params.self_signed(&key)?;
        Ok(Self::assemble(certificate.into(), params, validity, key))
    }

    /// An authority under this one, which signs end entities.
    pub(crate) fn subordinate(
        &self,
        common_name: &str,
        key: KeyPair,
        now: OffsetDateTime,
    ) -> Result<Self, PkiError> {
        let validity = Validity::dated_back(now, ISSUING_LASTS)?;
        let params = authority_params(common_name, 0, validity)?;
        let certificate = self.sign(&params, &key)?;
        Ok(Self::assemble(certificate, params, validity, key))
    }

    /// An authority that was kept. `what` names it in a problem.
    pub(crate) fn load(certificate: Vec<u8>, key: KeyPair, what: &'static str) -> Result<Self, FileProblem> {
        let certificate = CertificateDer::from(certificate);
        let parsed = parse(&certificate).ok_or(FileProblem::Unreadable(what))?;
        let public_key = key.subject_public_key_info();
        if parsed.public_key().raw != public_key {
            return Err(FileProblem::ForeignKey(what));
        }
        if !parsed.is_ca() {
            return Err(FileProblem::NoAuthority(what));
        }
        let common_name = common_name(&parsed).ok_or(FileProblem::Unreadable(what))?.to_owned();
        let validity = Validity::of(parsed.validity());
        let issuer =
            Issuer::from_ca_cert_der(&certificate, key).map_err(|_| FileProblem::Unreadable(what))?;
        Ok(Self { common_name, validity, public_key, issuer, certificate })
    }

    fn assemble(
        certificate: CertificateDer<'static>,
        params: CertificateParams,
        validity: Validity,
        key: KeyPair,
    ) -> Self {
        Self {
            certificate,
            common_name: params_common_name(&params),
            validity,
            public_key: key.subject_public_key_info(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for `key`, with this authority's key identifier in it.
    pub(crate) fn sign(
        &self,
        params: &CertificateParams,
        key: &impl PublicKeyData,
    ) -> Result<CertificateDer<'static>, PkiError> {
        Ok(params.signed_by(key, &self.issuer)?.into())
    }

    /// Whether this authority signed the certificate.
    pub(crate) fn signed(&self, certificate: &X509Certificate<'_>) -> bool {
        let Some(own) = parse(&self.certificate) else { return false };
        let Ok((_, key)) = SubjectPublicKeyInfo::from_der(&self.public_key) else { return false };
        certificate.issuer().as_raw() == own.subject().as_raw() && self.verify(certificate, &key).is_ok()
    }

    fn verify(
        &self,
        certificate: &X509Certificate<'_>,
        key: &SubjectPublicKeyInfo<'_>,
    ) -> Result<(), SignatureProblem> {
        let signed = certificate.tbs_certificate.as_ref();
        let algorithm = &certificate.signature_algorithm.algorithm;
        signature::verify(algorithm, key, signed, &certificate.signature_value.data)
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn common_name(&self) -> &str {
        &self.common_name
    }

    pub(crate) fn validity(&self) -> Validity {
        self.validity
    }

    pub(crate) fn key(&self) -> &KeyPair {
        self.issuer.key()
    }

    pub(crate) fn key_kind(&self) -> Option<KeyKind> {
        KeyKind::of(self.key())
    }
}

/// Reads one certificate with nothing behind it.
pub(crate) fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    if der.len() > MAX_CERTIFICATE_LEN {
        return None;
    }
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    rest.is_empty().then_some(certificate)
}

/// The first CN of the subject.
pub(crate) fn common_name<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a str> {
    certificate.subject().iter_common_name().next()?.as_str().ok()
}

/// What every certificate of the pool starts from. rcgen's own defaults (1975 to 4096, a name of its own, a serial
/// number that depends on the key) are all replaced.
pub(crate) fn params(common_name: &str, validity: Validity) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.serial_number = Some(serial_number()?);
    params.use_authority_key_identifier_extension = true;
    // Writes the subject's key identifier, too.
    params.is_ca = IsCa::ExplicitNoCa;
    validity.apply(&mut params);
    Ok(params)
}

fn authority_params(common_name: &str, below: u8, validity: Validity) -> Result<CertificateParams, PkiError> {
    let mut params = params(common_name, validity)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn params_common_name(params: &CertificateParams) -> String {
    match params.distinguished_name.get(&DnType::CommonName) {
        Some(rcgen::DnValue::Utf8String(name)) => name.clone(),
        _ => String::new(),
    }
}

/// 16 random bytes, positive and of full length.
fn serial_number() -> Result<SerialNumber, PkiError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| PkiError::Random)?;
    let [first, ..] = &mut bytes;
    *first = (*first & 0x7f) | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

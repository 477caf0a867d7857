//! Certificates of users: issued for a CSR, and checked when somebody shows one.

use crate::PkiError;
use crate::authority::{self, Authority, MAX_CERTIFICATE_LEN};
use crate::csr::RequestedKey;
use crate::validity::Validity;
use lync_model::SipUri;
use lync_model::ports::{
    CertificateRefused, CertificateRequest, CheckedCertificate, CsrError, IssuedCertificate,
};
use rcgen::string::Ia5String;
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose, SanType};
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

/// Signs a certificate that names the user as CN `user@domain` and as SAN `sip:user@domain`.
///
/// Documented (Get-CsClientCertificate): subject or SAN identifies the user. CN without the scheme is what
/// pidgin-sipe expects; the SAN, the EKU clientAuth and the rfc822Name are inferred.
pub(crate) fn issue(
    issuing: &Authority,
    request: &CertificateRequest<'_>,
) -> Result<IssuedCertificate, CsrError> {
    let key = RequestedKey::from_csr(request.csr, &request.key_size)?;
    let validity = validity(issuing, request)?;
    let mut params = authority::params(request.user.address(), validity).map_err(|e| signing(&e))?;
    params.subject_alt_names = subject_alt_names(request.user)?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if key.enciphers() {
        params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
    }
    let der = issuing.sign(&params, &key).map_err(|e| signing(&e))?.to_vec();
    Ok(IssuedCertificate { der, expires: validity.not_after })
}

/// Whom a certificate by `issuing` names, if it is valid at `now`.
pub(crate) fn check(
    issuing: &Authority,
    certificate: &[u8],
    now: OffsetDateTime,
) -> Result<CheckedCertificate, CertificateRefused> {
    if certificate.len() > MAX_CERTIFICATE_LEN {
        let text = format!("it has {} bytes; at most {MAX_CERTIFICATE_LEN} are read", certificate.len());
        return Err(CertificateRefused::Malformed(text));
    }
    let parsed = authority::parse(certificate)
        .ok_or_else(|| CertificateRefused::Malformed("it is no X.509 in DER".to_owned()))?;
    if !issuing.signed(&parsed) {
        return Err(CertificateRefused::ForeignIssuer);
    }
    if !Validity::of(parsed.validity()).contains(now) {
        return Err(CertificateRefused::OutOfDate);
    }
    let user = named_user(&parsed).ok_or(CertificateRefused::NoUser)?;
    Ok(CheckedCertificate { user, public_key: parsed.public_key().raw.to_vec() })
}

/// As asked, but never beyond the issuing authority's own end.
fn validity(issuing: &Authority, request: &CertificateRequest<'_>) -> Result<Validity, CsrError> {
    if !issuing.validity().contains(request.now) {
        return Err(CsrError::Signing("the issuing authority is expired or not yet valid".to_owned()));
    }
    let asked = Validity::lasting(request.now, request.validity).map_err(|e| signing(&e))?;
    Ok(Validity { not_after: asked.not_after.min(issuing.validity().not_after), ..asked })
}

fn subject_alt_names(user: &SipUri) -> Result<Vec<SanType>, CsrError> {
    let ascii = |text: &str| {
        Ia5String::try_from(text)
            .map_err(|_| CsrError::Signing(format!("{user} has characters beyond ascii")))
    };
    Ok(vec![SanType::URI(ascii(user.as_str())?), SanType::Rfc822Name(ascii(user.address())?)])
}

fn named_user(certificate: &X509Certificate<'_>) -> Option<SipUri> {
    let san = certificate.subject_alternative_name().ok()??;
    san.value.general_names.iter().find_map(|name| match name {
        GeneralName::URI(uri) if uri.starts_with("sip:") => uri.parse().ok(),
        _ => None,
    })
}

fn signing(error: &PkiError) -> CsrError {
    CsrError::Signing(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, fixture, names, pool};
    use crate::{Pool, ServerProfile};
    use lync_model::ports::CertificateAuthority;
    use time::Duration;

    fn user() -> SipUri {
        "sip:kenmyer@litwareinc.com".parse().unwrap()
    }

    fn issue_for(
        pool: &Pool,
        user: &SipUri,
        csr: &[u8],
        now: OffsetDateTime,
    ) -> Result<IssuedCertificate, CsrError> {
        pool.issue(&CertificateRequest {
            csr,
            user,
            now,
            validity: Duration::days(180),
            key_size: 1024..=16384,
        })
    }

    fn issued(pool: &Pool) -> IssuedCertificate {
        issue_for(pool, &user(), &fixture("captured-sipe"), NOW).unwrap()
    }

    #[test]
    fn a_certificate_names_the_user_and_not_whom_the_request_names() {
        let certificate = issued(&pool()).der;
        let parsed = authority::parse(&certificate).unwrap();
        assert_eq!(parsed.subject().to_string(), "CN=kenmyer@litwareinc.com");
        let san = parsed.subject_alternative_name().unwrap().unwrap();
        let names = &san.value.general_names;
        let expected = [
            GeneralName::URI("sip:kenmyer@litwareinc.com"),
            GeneralName::RFC822Name("kenmyer@litwareinc.com"),
        ];
        assert_eq!(*names, expected);
    }

    #[test]
    fn a_certificate_is_for_clients_and_no_authority() {
        let pool = pool();
        let certificate = issued(&pool).der;
        let parsed = authority::parse(&certificate).unwrap();
        let eku = parsed.extended_key_usage().unwrap().unwrap().value;
        assert!(eku.client_auth && !eku.server_auth && !eku.any);
        let usage = parsed.key_usage().unwrap().unwrap().value;
        assert!(usage.digital_signature() && usage.key_encipherment() && !usage.key_cert_sign());
        assert!(!parsed.is_ca());
        let elliptic = issue_for(&pool, &user(), &fixture("p256-sha256"), NOW).unwrap().der;
        let usage = *authority::parse(&elliptic).unwrap().key_usage().unwrap().unwrap().value;
        assert!(usage.digital_signature() && !usage.key_encipherment());
    }

    #[test]
    fn it_is_valid_from_now_for_as_long_as_asked() {
        let pool = pool();
        let certificate = issued(&pool);
        let validity = Validity::of(authority::parse(&certificate.der).unwrap().validity());
        assert_eq!(validity.not_before, NOW);
        assert_eq!(validity.not_after, NOW + Duration::days(180));
        assert_eq!(certificate.expires, validity.not_after);
    }

    #[test]
    fn no_certificate_outlives_its_authority() {
        let pool = pool();
        let late = NOW + Duration::days(3649);
        assert_eq!(
            issue_for(&pool, &user(), &fixture("p256-sha256"), late).unwrap().expires,
            NOW + Duration::days(3650)
        );
        let after = issue_for(&pool, &user(), &fixture("p256-sha256"), NOW + Duration::days(3651));
        assert!(matches!(after, Err(CsrError::Signing(text)) if text.contains("authority is expired")));
    }

    #[test]
    fn the_same_request_gets_another_serial_number() {
        let pool = pool();
        let (one, two) = (issued(&pool).der, issued(&pool).der);
        let serial = |der: &[u8]| authority::parse(der).unwrap().raw_serial().to_vec();
        assert_ne!(serial(&one), serial(&two));
        assert_eq!(serial(&one).len(), 16);
    }

    #[test]
    fn a_user_beyond_ascii_is_an_error_and_no_panic() {
        let user: SipUri = "sip:j\u{f6}rg@litwareinc.com".parse().unwrap();
        let error = issue_for(&pool(), &user, &fixture("p256-sha256"), NOW).unwrap_err();
        assert_eq!(
            error,
            CsrError::Signing("sip:j\u{f6}rg@litwareinc.com has characters beyond ascii".to_owned())
        );
    }

    #[test]
    fn a_certificate_of_the_pool_stands_for_its_user_while_it_is_valid() {
        let pool = pool();
        let certificate = issued(&pool);
        let checked = pool.check(&certificate.der, NOW).unwrap();
        assert_eq!(checked.user, user());
        assert_eq!(checked.public_key, authority::parse(&certificate.der).unwrap().public_key().raw);
        assert!(pool.check(&certificate.der, certificate.expires).is_ok());
        for moment in [NOW - Duration::SECOND, certificate.expires + Duration::SECOND] {
            assert_eq!(pool.check(&certificate.der, moment), Err(CertificateRefused::OutOfDate));
        }
    }

    #[test]
    fn certificates_of_others_stand_for_nobody() {
        let pool = pool();
        let same_name = pool.lookalike(&names(), NOW).unwrap();
        let foreign = [issued(&same_name).der, fixture("foreign-certificate"), pool.root_der().to_vec()];
        for certificate in foreign {
            assert_eq!(pool.check(&certificate, NOW), Err(CertificateRefused::ForeignIssuer));
        }
    }

    #[test]
    fn an_altered_certificate_is_refused() {
        let pool = pool();
        let whole = issued(&pool).der;
        for at in (0..whole.len()).step_by(5) {
            let mut altered = whole.clone();
            altered[at] ^= 0x01;
            assert!(pool.check(&altered, NOW).is_err(), "{at}");
        }
    }

    #[test]
    fn a_server_certificate_names_no_user() {
        let pool = pool();
        assert_eq!(pool.check(&pool.server_chain()[0], NOW), Err(CertificateRefused::NoUser));
        let other = pool.issue_server(&ServerProfile::new(&names(), NOW)).unwrap();
        assert_eq!(pool.check(&other.chain()[0], NOW), Err(CertificateRefused::NoUser));
    }

    #[test]
    fn what_is_no_certificate_is_malformed() {
        let (pool, csr) = (pool(), fixture("captured-sipe"));
        for bytes in [&[][..], b"-----BEGIN CERTIFICATE-----", &csr, &[0x30; 16385]] {
            assert!(matches!(pool.check(bytes, NOW), Err(CertificateRefused::Malformed(_))));
        }
    }
}

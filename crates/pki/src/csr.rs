//! A PKCS#10 certificate request: its public key, once it has shown that it owns the private one.
//!
//! RFC 2986, read liberally. Of the request only the key is used, so neither its version number (pidgin-sipe writes
//! 2 where the RFC knows 0), nor its subject, nor its attributes are looked at: an extension nobody knows is no
//! reason to turn a phone away.

use crate::signature::{self, PublicKeyKind, SignatureProblem};
use lync_model::ports::CsrError;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};
use std::ops::RangeInclusive;
use x509_parser::asn1_rs::{Any, BitString, Class, FromDer, Tag};
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// The longest request that is read, in bytes. One with RSA 4096 and a dozen attributes has under 3 KiB.
const MAX_LEN: usize = 16 * 1024;
/// What this authority can check and serve, whatever MinCSRKeySize and MaxCSRKeySize allow.
const RSA_BITS: RangeInclusive<u32> = 1024..=4096;

/// The public key of a request whose signature holds.
#[derive(Debug)]
pub(crate) struct RequestedKey {
    kind: PublicKeyKind,
    /// The content of the subjectPublicKey BIT STRING.
    bits: Vec<u8>,
}

impl RequestedKey {
    /// Whether the key can encrypt: RSA can, ECDSA cannot (RFC 5480 section 3).
    pub(crate) fn enciphers(&self) -> bool {
        matches!(self.kind, PublicKeyKind::Rsa(_))
    }

    /// Reads a PKCS#10 (DER) and checks its signature. RSA keys have to have a size in `key_size`.
    pub(crate) fn from_csr(der: &[u8], key_size: &RangeInclusive<u32>) -> Result<Self, CsrError> {
        let csr = Csr::parse(der)?;
        let kind = PublicKeyKind::of(&csr.key)?;
        if let PublicKeyKind::Rsa(bits) = kind {
            check_size(bits, key_size)?;
        }
        signature::verify(&csr.algorithm.algorithm, &csr.key, csr.signed, &csr.signature.data)?;
        Ok(Self { kind, bits: csr.key.subject_public_key.data.to_vec() })
    }
}

/// So that rcgen puts the key into a certificate as it is, whatever its size.
impl PublicKeyData for RequestedKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.kind {
            // Of the algorithm only the key's OID gets into the certificate; the hash is of no account.
            PublicKeyKind::Rsa(_) => &PKCS_RSA_SHA256,
            PublicKeyKind::P256 => &PKCS_ECDSA_P256_SHA256,
        }
    }
}

impl From<SignatureProblem> for CsrError {
    fn from(problem: SignatureProblem) -> Self {
        match problem {
            SignatureProblem::Algorithm(name) => Self::Algorithm(name),
            SignatureProblem::Mismatch => Self::ProofOfPossession,
        }
    }
}

fn check_size(bits: u32, configured: &RangeInclusive<u32>) -> Result<(), CsrError> {
    let min = *configured.start().max(RSA_BITS.start());
    let max = *configured.end().min(RSA_BITS.end());
    if (min..=max).contains(&bits) { Ok(()) } else { Err(CsrError::KeySize { bits, min, max }) }
}

/// The parts of a request that are looked at.
struct Csr<'a> {
    /// certificationRequestInfo, with tag and length.
    signed: &'a [u8],
    key: SubjectPublicKeyInfo<'a>,
    algorithm: AlgorithmIdentifier<'a>,
    signature: BitString<'a>,
}

impl<'a> Csr<'a> {
    fn parse(der: &'a [u8]) -> Result<Self, CsrError> {
        if der.len() > MAX_LEN {
            return Err(CsrError::Malformed(format!(
                "it has {} bytes; at most {MAX_LEN} are read",
                der.len()
            )));
        }
        let (behind, request) = element(der, Tag::Sequence, "the outer SEQUENCE")?;
        if !behind.is_empty() {
            return Err(CsrError::Malformed(format!("{} bytes follow it", behind.len())));
        }
        let content = request.data;
        let (rest, info) = element(content, Tag::Sequence, "certificationRequestInfo")?;
        let signed =
            content.get(..content.len() - rest.len()).ok_or_else(|| malformed("certificationRequestInfo"))?;
        let (rest, algorithm) =
            AlgorithmIdentifier::from_der(rest).map_err(|_| malformed("signatureAlgorithm"))?;
        let (rest, signature) = BitString::from_der(rest).map_err(|_| malformed("signature"))?;
        if !rest.is_empty() {
            return Err(CsrError::Malformed(format!("{} bytes follow the signature", rest.len())));
        }
        Ok(Self { signed, key: key_of(info.data)?, algorithm, signature })
    }
}

/// subjectPKInfo, behind the version and the subject. The attributes behind it may be missing.
fn key_of(info: &[u8]) -> Result<SubjectPublicKeyInfo<'_>, CsrError> {
    let (rest, _version) = element(info, Tag::Integer, "version")?;
    let (rest, _subject) = element(rest, Tag::Sequence, "subject")?;
    let (_attributes, key) = SubjectPublicKeyInfo::from_der(rest).map_err(|_| malformed("subjectPKInfo"))?;
    Ok(key)
}

fn element<'a>(der: &'a [u8], tag: Tag, what: &'static str) -> Result<(&'a [u8], Any<'a>), CsrError> {
    match Any::from_der(der) {
        Ok((rest, any)) if any.class() == Class::Universal && any.tag() == tag => Ok((rest, any)),
        _ => Err(malformed(what)),
    }
}

fn malformed(what: &str) -> CsrError {
    CsrError::Malformed(format!("{what} is no DER"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::fixture;
    use proptest::prelude::*;

    const ANY_SIZE: RangeInclusive<u32> = 0..=u32::MAX;

    fn read(name: &str) -> Result<RequestedKey, CsrError> {
        RequestedKey::from_csr(&fixture(name), &ANY_SIZE)
    }

    #[test]
    fn every_promised_request_is_accepted() {
        for (name, kind) in [
            ("captured-sipe", PublicKeyKind::Rsa(2048)),
            ("rsa1024-sha1", PublicKeyKind::Rsa(1024)),
            ("rsa1024-sha256", PublicKeyKind::Rsa(1024)),
            ("rsa1024-sha512", PublicKeyKind::Rsa(1024)),
            ("rsa2048-sha1", PublicKeyKind::Rsa(2048)),
            ("rsa2048-sha256", PublicKeyKind::Rsa(2048)),
            ("rsa2048-sha384", PublicKeyKind::Rsa(2048)),
            ("rsa2048-sha512", PublicKeyKind::Rsa(2048)),
            ("rsa4096-sha256", PublicKeyKind::Rsa(4096)),
            ("p256-sha256", PublicKeyKind::P256),
            ("ms-extension-sha1", PublicKeyKind::Rsa(2048)),
            ("version2-number", PublicKeyKind::Rsa(2048)),
            ("no-attributes", PublicKeyKind::Rsa(2048)),
        ] {
            let key = read(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(key.kind, kind, "{name}");
            let der = fixture(name);
            let spki = key.subject_public_key_info();
            assert!(der.windows(spki.len()).any(|part| part == spki), "{name}: the key is taken as it is");
        }
    }

    #[test]
    fn who_does_not_own_the_key_gets_nothing() {
        for name in ["bad-signature", "other-signer"] {
            assert_eq!(read(name).unwrap_err(), CsrError::ProofOfPossession, "{name}");
        }
    }

    #[test]
    fn every_signed_byte_counts() {
        let whole = fixture("rsa1024-sha256");
        let signed = Csr::parse(&whole).unwrap().signed;
        let start = whole.windows(signed.len()).position(|part| part == signed).unwrap();
        for at in start..start + signed.len() {
            let mut altered = whole.clone();
            altered[at] ^= 0x01;
            assert!(RequestedKey::from_csr(&altered, &ANY_SIZE).is_err(), "{at}");
        }
    }

    #[test]
    fn what_is_not_served_is_named() {
        for (name, algorithm) in [
            ("rsa2048-md5", "md5WithRSAEncryption (1.2.840.113549.1.1.4)"),
            ("rsa1024-sha384", "sha384WithRSAEncryption (1.2.840.113549.1.1.12)"),
            ("p384-sha384", "an EC key on secp384r1 (1.3.132.0.34)"),
            ("ed25519", "a key of 1.3.101.112"),
        ] {
            assert_eq!(read(name).unwrap_err(), CsrError::Algorithm(algorithm.to_owned()), "{name}");
        }
    }

    #[test]
    fn rsa_keys_have_to_be_within_the_configured_and_the_served_sizes() {
        let refused = |name, range| RequestedKey::from_csr(&fixture(name), &range).unwrap_err();
        let size = |bits, min, max| CsrError::KeySize { bits, min, max };
        assert_eq!(refused("rsa512-sha1", ANY_SIZE), size(512, 1024, 4096));
        assert_eq!(refused("rsa1024-sha1", 2048..=16384), size(1024, 2048, 4096));
        assert_eq!(refused("rsa4096-sha256", 1024..=2048), size(4096, 1024, 2048));
        assert!(RequestedKey::from_csr(&fixture("rsa2048-sha1"), &(2048..=2048)).is_ok());
        assert!(RequestedKey::from_csr(&fixture("p256-sha256"), &(2048..=4096)).is_ok());
    }

    #[test]
    fn what_is_no_request_is_malformed() {
        let whole = fixture("rsa2048-sha256");
        let malformed = |der: &[u8]| match RequestedKey::from_csr(der, &ANY_SIZE) {
            Err(CsrError::Malformed(text)) => text,
            other => panic!("{other:?}"),
        };
        for name in ["truncated", "garbage", "foreign-certificate"] {
            assert!(malformed(&fixture(name)).ends_with(" is no DER"), "{name}");
        }
        for end in 0..whole.len() {
            malformed(&whole[..end]);
        }
        assert_eq!(malformed(&[&whole[..], b"\n"].concat()), "1 bytes follow it");
        assert_eq!(malformed(&[0x30; 16385]), "it has 16385 bytes; at most 16384 are read");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(RequestedKey::from_csr(&bytes, &ANY_SIZE).is_err());
        }

        #[test]
        fn no_altered_bytes_bring_another_key_in(changes in proptest::collection::vec((0usize..700, any::<u8>()), 1..4)) {
            let whole = fixture("ms-extension-sha1");
            let mut altered = whole.clone();
            for (at, to) in changes {
                if let Some(byte) = altered.get_mut(at) {
                    *byte = to;
                }
            }
            // The algorithm's parameters stand outside what is signed; the key does not.
            if let Ok(key) = RequestedKey::from_csr(&altered, &ANY_SIZE) {
                prop_assert_eq!(key.bits, RequestedKey::from_csr(&whole, &ANY_SIZE).unwrap().bits);
            }
        }
    }
}

//! Checking a signature with the public key that should have made it.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey, VerificationAlgorithm,
};
use std::sync::LazyLock;
use x509_parser::asn1_rs::Oid;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA1WITHRSA,
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SHA1_WITH_RSA,
    OID_SIG_ECDSA_WITH_SHA256, OidRegistry,
};
use x509_parser::x509::SubjectPublicKeyInfo;

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignatureProblem {
    /// The key or the algorithm is not served; its name.
    Algorithm(String),
    /// Another key made it, or for other bytes.
    Mismatch,
}

/// A public key of a kind that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PublicKeyKind {
    /// With the bits of its modulus.
    Rsa(u32),
    /// ECDSA.
    P256,
}

impl PublicKeyKind {
    pub(crate) fn of(key: &SubjectPublicKeyInfo<'_>) -> Result<Self, SignatureProblem> {
        let algorithm = &key.algorithm.algorithm;
        if *algorithm == OID_PKCS1_RSAENCRYPTION {
            return modulus_bits(key).map(Self::Rsa);
        }
        if *algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
            return Err(SignatureProblem::Algorithm(format!("a key of {}", name(algorithm))));
        }
        let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
        match curve {
            Some(curve) if curve == OID_EC_P256 => Ok(Self::P256),
            Some(curve) => Err(SignatureProblem::Algorithm(format!("an EC key on {}", name(&curve)))),
            None => Err(SignatureProblem::Algorithm("an EC key on a curve without a name".to_owned())),
        }
    }
}

/// Whether `key` made `signature` for `message` by the algorithm with this OID.
///
/// Short keys and SHA-1 count: phones of 2010 sign their requests so, and what it proves here is only that they own
/// the key.
pub(crate) fn verify(
    algorithm: &Oid<'_>,
    key: &SubjectPublicKeyInfo<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureProblem> {
    let verification = verification_algorithm(algorithm, PublicKeyKind::of(key)?)
        .ok_or_else(|| SignatureProblem::Algorithm(name(algorithm)))?;
    UnparsedPublicKey::new(verification, &key.subject_public_key.data)
        .verify(message, signature)
        .map_err(|_| SignatureProblem::Mismatch)
}

fn verification_algorithm(
    algorithm: &Oid<'_>,
    key: PublicKeyKind,
) -> Option<&'static dyn VerificationAlgorithm> {
    let is = |oid: &Oid<'_>| algorithm == oid;
    match key {
        PublicKeyKind::P256 if is(&OID_SIG_ECDSA_WITH_SHA256) => Some(&ECDSA_P256_SHA256_ASN1),
        PublicKeyKind::P256 => None,
        PublicKeyKind::Rsa(_) if is(&OID_PKCS1_SHA1WITHRSA) || is(&OID_SHA1_WITH_RSA) => {
            Some(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY)
        }
        PublicKeyKind::Rsa(_) if is(&OID_PKCS1_SHA256WITHRSA) => {
            Some(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY)
        }
        // The library has no SHA-384 for shorter keys, and nobody is known to use it.
        PublicKeyKind::Rsa(2048..) if is(&OID_PKCS1_SHA384WITHRSA) => Some(&RSA_PKCS1_2048_8192_SHA384),
        PublicKeyKind::Rsa(_) if is(&OID_PKCS1_SHA512WITHRSA) => {
            Some(&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY)
        }
        PublicKeyKind::Rsa(_) => None,
    }
}

/// The length of an RSA modulus without leading zeros.
fn modulus_bits(key: &SubjectPublicKeyInfo<'_>) -> Result<u32, SignatureProblem> {
    let Ok(x509_parser::public_key::PublicKey::RSA(rsa)) = key.parsed() else {
        return Err(SignatureProblem::Algorithm("an RSA key that cannot be read".to_owned()));
    };
    let leading: u32 = match rsa.modulus.iter().position(|byte| *byte != 0) {
        Some(zeros) => {
            let first = rsa.modulus.get(zeros).map_or(8, |byte| byte.leading_zeros());
            u32::try_from(zeros * 8).unwrap_or(u32::MAX).saturating_add(first)
        }
        None => return Ok(0),
    };
    Ok(u32::try_from(rsa.modulus.len() * 8).unwrap_or(u32::MAX).saturating_sub(leading))
}

/// The short name of an OID where it has one, and its digits.
fn name(oid: &Oid<'_>) -> String {
    static REGISTRY: LazyLock<OidRegistry<'_>> = LazyLock::new(|| OidRegistry::default().with_all_crypto());
    match REGISTRY.get(oid) {
        Some(entry) => format!("{} ({oid})", entry.sn()),
        None => oid.to_string(),
    }
}

//! The keys. None of them shows itself in a log.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use aws_lc_rs::{hmac, rsa};
use zeroize::Zeroizing;

use super::{DigestAlgorithm, SignatureAlgorithm, SignatureError};

/// A key that makes signatures.
pub enum SigningKey {
    /// A shared secret, as the proof key of a web ticket.
    HmacSha1(Zeroizing<Vec<u8>>),
    /// An RSA key of 2048 to 8192 bits.
    RsaSha256(rsa::KeyPair),
    /// A P-256 key, made for `ECDSA_P256_SHA256_FIXED_SIGNING`.
    EcdsaP256Sha256(EcdsaKeyPair),
}

impl SigningKey {
    /// A shared secret.
    pub fn hmac_sha1(secret: &[u8]) -> Self {
        Self::HmacSha1(Zeroizing::new(secret.to_vec()))
    }

    /// An RSA or P-256 private key in unencrypted PKCS #8, DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, SignatureError> {
        if let Ok(pair) = rsa::KeyPair::from_pkcs8(der) {
            return Ok(Self::RsaSha256(pair));
        }
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
        pair.map(Self::EcdsaP256Sha256).map_err(|_| SignatureError::Key)
    }

    /// The signature method that goes with the key.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        match self {
            Self::HmacSha1(_) => SignatureAlgorithm::HmacSha1,
            Self::RsaSha256(_) => SignatureAlgorithm::RsaSha256,
            Self::EcdsaP256Sha256(_) => SignatureAlgorithm::EcdsaSha256,
        }
    }

    /// The digest method that goes with the key: SHA-1 with a shared secret, as Lync clients have it.
    pub fn digest_algorithm(&self) -> DigestAlgorithm {
        match self {
            Self::HmacSha1(_) => DigestAlgorithm::Sha1,
            Self::RsaSha256(_) | Self::EcdsaP256Sha256(_) => DigestAlgorithm::Sha256,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let random = SystemRandom::new();
        match self {
            Self::HmacSha1(secret) => {
                let key = hmac_key(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret)?;
                Ok(hmac::sign(&key, message).as_ref().to_vec())
            }
            Self::RsaSha256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| SignatureError::Key)?;
                Ok(signature)
            }
            Self::EcdsaP256Sha256(pair) if *pair.algorithm() == ECDSA_P256_SHA256_FIXED_SIGNING => {
                let signature = pair.sign(&random, message).map_err(|_| SignatureError::Key)?;
                Ok(signature.as_ref().to_vec())
            }
            Self::EcdsaP256Sha256(_) => Err(SignatureError::Key),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.signature_algorithm())
    }
}

/// A key that checks signatures.
#[derive(Clone, Copy)]
pub enum VerifyingKey<'a> {
    /// A shared secret.
    Hmac(&'a [u8]),
    /// A SubjectPublicKeyInfo in DER: RSA of 1024 to 8192 bits, or P-256.
    PublicKey(&'a [u8]),
}

impl VerifyingKey<'_> {
    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match self {
            Self::Hmac(secret) => {
                let key = hmac_key(hmac_algorithm(algorithm)?, secret)?;
                hmac::verify(&key, message, signature)
            }
            Self::PublicKey(der) => {
                UnparsedPublicKey::new(public_key_algorithm(algorithm)?, der).verify(message, signature)
            }
        }
        .map_err(|_| SignatureError::Value)
    }
}

impl fmt::Debug for VerifyingKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hmac(_) => "VerifyingKey(Hmac)",
            Self::PublicKey(_) => "VerifyingKey(PublicKey)",
        })
    }
}

/// An empty secret is always a mistake, and one that anybody could sign with.
fn hmac_key(algorithm: hmac::Algorithm, secret: &[u8]) -> Result<hmac::Key, SignatureError> {
    if secret.is_empty() { Err(SignatureError::Key) } else { Ok(hmac::Key::new(algorithm, secret)) }
}

fn hmac_algorithm(algorithm: SignatureAlgorithm) -> Result<hmac::Algorithm, SignatureError> {
    match algorithm {
        SignatureAlgorithm::HmacSha1 => Ok(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        SignatureAlgorithm::HmacSha256 => Ok(hmac::HMAC_SHA256),
        SignatureAlgorithm::RsaSha1 | SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::EcdsaSha256 => {
            Err(SignatureError::WrongKey)
        }
    }
}

fn public_key_algorithm(
    algorithm: SignatureAlgorithm,
) -> Result<&'static dyn VerificationAlgorithm, SignatureError> {
    match algorithm {
        SignatureAlgorithm::RsaSha1 => Ok(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        SignatureAlgorithm::RsaSha256 => Ok(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        SignatureAlgorithm::EcdsaSha256 => Ok(&ECDSA_P256_SHA256_FIXED),
        SignatureAlgorithm::HmacSha1 | SignatureAlgorithm::HmacSha256 => Err(SignatureError::WrongKey),
    }
}

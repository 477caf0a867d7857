//! The algorithms that are accepted, and their identifiers.

use aws_lc_rs::digest;

use super::SignatureError;
use crate::error::excerpt;

/// How a signature value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// HMAC with SHA-1, which Lync clients use with the proof key of a web ticket.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// RSA PKCS #1 v1.5 with SHA-1; verified, never made.
    RsaSha1,
    /// RSA PKCS #1 v1.5 with SHA-256.
    RsaSha256,
    /// ECDSA with SHA-256; the value is r and s, each in 32 bytes (XML Signature 1.1, section 6.4.3).
    EcdsaSha256,
}

impl SignatureAlgorithm {
    const ALL: [Self; 5] =
        [Self::HmacSha1, Self::HmacSha256, Self::RsaSha1, Self::RsaSha256, Self::EcdsaSha256];

    /// The identifier (XML Signature, section 6.1, and RFC 9231).
    pub const fn uri(self) -> &'static str {
        match self {
            Self::HmacSha1 => "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            Self::HmacSha256 => "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            Self::RsaSha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        }
    }

    pub(super) fn from_uri(uri: &str) -> Result<Self, SignatureError> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.uri() == uri);
        found.ok_or_else(|| unsupported("the signature method", uri))
    }
}

/// How a referenced element is digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// SHA-1, which Lync clients use.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl DigestAlgorithm {
    const ALL: [Self; 2] = [Self::Sha1, Self::Sha256];

    /// The identifier (XML Signature, section 6.1).
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        }
    }

    pub(super) fn from_uri(uri: &str) -> Result<Self, SignatureError> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.uri() == uri);
        found.ok_or_else(|| unsupported("the digest method", uri))
    }

    pub(super) fn digest(self, data: &[u8]) -> digest::Digest {
        match self {
            Self::Sha1 => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data),
            Self::Sha256 => digest::digest(&digest::SHA256, data),
        }
    }
}

pub(super) fn unsupported(kind: &'static str, uri: &str) -> SignatureError {
    SignatureError::Unsupported { kind, algorithm: excerpt(uri) }
}

//! The certificates that the front end trusts, those that it has, and those that it gave to devices.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A store of the front end's machine.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CertificateStore {
    /// Trusted Root Certification Authorities.
    Root,
    /// Intermediate Certification Authorities.
    Intermediate,
}

/// A certificate in a store.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Certificate {
    /// The store.
    pub store: CertificateStore,
    /// SHA-1 over the certificate, 40 hex digits in upper case, as Windows names certificates.
    #[schema(pattern = "^[0-9A-F]{40}$", example = "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    pub thumbprint: String,
    /// Its subject.
    pub subject: String,
    /// Its issuer.
    pub issuer: String,
    /// Its serial number, in hex.
    pub serial_number: String,
    /// Its notBefore.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub valid_from: OffsetDateTime,
    /// Its notAfter.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub valid_to: OffsetDateTime,
    /// Whether it is one of the pool's own authorities.
    pub pool: bool,
}

/// A certificate that a device of a user was given, as Get-CsClientCertificate shows one.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientCertificate {
    /// PublicationTime.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub publication_time: OffsetDateTime,
    /// ExpirationTime.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expiration_time: OffsetDateTime,
    /// The id that the device gave itself.
    #[schema(example = "{39c1e8a0-1d3b-5d3e-9d6b-1d9d8e8b8c8a}")]
    pub device_id: String,
    /// SHA-1 over the certificate, 40 hex digits in upper case, as Windows names certificates.
    #[schema(pattern = "^[0-9A-F]{40}$", example = "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    pub thumbprint: String,
}

/// What a certificate of the server is for, as Get-CsCertificate names it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub enum CertificateUse {
    /// The Registrar, and whatever has none of its own.
    Default,
    /// The web services within.
    WebServicesInternal,
    /// The web services for the world without.
    WebServicesExternal,
}

/// A certificate of the server itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssignedCertificate {
    /// Use.
    pub uses: Vec<CertificateUse>,
    /// Issuer.
    pub issuer: String,
    /// Subject.
    pub subject: String,
    /// AlternativeNames: names and addresses beside the subject.
    pub alternative_names: Vec<String>,
    /// NotBefore.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub not_before: OffsetDateTime,
    /// NotAfter.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub not_after: OffsetDateTime,
    /// SerialNumber, in upper-case hex.
    pub serial_number: String,
    /// Thumbprint: SHA-1 over the certificate, 40 hex digits in upper case.
    #[schema(pattern = "^[0-9A-F]{40}$", example = "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    pub thumbprint: String,
}

impl CertificateUse {
    /// The word in JSON, which is Microsoft's.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::WebServicesInternal => "WebServicesInternal",
            Self::WebServicesExternal => "WebServicesExternal",
        }
    }
}

impl CertificateStore {
    /// The word in paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Intermediate => "intermediate",
        }
    }
}

impl fmt::Display for CertificateStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CertificateStore {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Root, Self::Intermediate].into_iter().find(|store| store.as_str() == word).ok_or(())
    }
}

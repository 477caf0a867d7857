//! What the parts promise each other. A part implements one of these or is given one; no part names another part.

use crate::{AccountState, Pin, PublishedCertificate, SipUri};
use async_trait::async_trait;
use lync_ntlm::NtHash;
use std::ops::RangeInclusive;
use time::{Duration, OffsetDateTime};

pub use crate::verdict::PinFailureReason;

/// The user-PIN service: it owns PINs and published certificates.
///
/// The store implements it on SQLite; the client of the service on :444 implements it by asking over mutual TLS.
#[async_trait]
pub trait UserPinService: Send + Sync {
    /// Whose phone number or extension and PIN these are. Counts towards lockout.
    async fn verify_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<SipUri, UserPinError>;

    /// Keeps a certificate; it replaces an earlier one of the same user and device. Durable once it has answered.
    async fn publish_cert(&self, certificate: &PublishedCertificate) -> Result<(), UserPinError>;

    /// The certificates that the user's devices were given and that nobody has revoked.
    async fn get_published_certs(&self, user: &SipUri) -> Result<Vec<PublishedCertificate>, UserPinError>;
}

/// Why the user-PIN service gave no answer, or a refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserPinError {
    /// The PIN does not sign this user in.
    #[error("refused: {0}")]
    Refused(PinFailureReason),
    /// No answer came from the service: it is down, unreachable, or not trusted.
    #[error("the user-PIN service did not answer {request}: {cause}")]
    Unavailable {
        /// The request's name on the wire, for instance `GetEncryptionKeyRequest`.
        request: &'static str,
        /// For the log; never holds a PIN.
        cause: String,
    },
    /// The store behind the service failed.
    #[error("the store failed: {0}")]
    Store(String),
}

/// Whose numbers are whose, as far as may be told without asking for a PIN.
pub trait NumberDirectory: Send + Sync {
    /// Whether a user has this number or extension. What is nobody's may be a PIN in the wrong field.
    fn is_somebodys(&self, phone_or_ext: &str) -> bool;
}

/// The domain's accounts, as a domain controller tells them to a server that checks credentials.
#[async_trait]
pub trait AccountDirectory: Send + Sync {
    /// The account that a client names: SamAccountName with the domain's NetBIOS or DNS name or with none, or a
    /// UserPrincipalName with an empty domain; all in any case. `None` is nobody.
    ///
    /// # Errors
    /// With the cause, when the directory cannot be asked.
    async fn find_account(&self, user: &str, domain: &str) -> Result<Option<FoundAccount>, String>;
}

/// An account as the directory knows it.
#[derive(Clone, Debug)]
pub struct FoundAccount {
    /// Which account it is, whatever it is called: no other ever has this number, not even one that has its names later.
    pub id: i64,
    /// SamAccountName, for the log.
    pub sam_account_name: String,
    /// The hash of its password; without one nobody signs in.
    pub nt_hash: Option<NtHash>,
    /// What stands in the way.
    pub state: AccountState,
    /// The Lync user of this account, if it is one and is Enabled.
    pub user: Option<SipUri>,
    /// Whether it is a Lync user who is not Enabled.
    pub user_disabled: bool,
}

/// The pool's own certification authority, which signs client certificates.
pub trait CertificateAuthority: Send + Sync {
    /// Checks the CSR's proof of possession and signs a certificate that names `user`.
    ///
    /// Subject and SAN are the pool's to choose; of the CSR only the public key is used.
    fn issue(&self, request: &CertificateRequest<'_>) -> Result<IssuedCertificate, CsrError>;

    /// The chain that signed the HTTPS certificate, root first: a degenerate PKCS#7 SignedData, DER.
    fn chain_pkcs7(&self) -> Vec<u8>;

    /// Whether this authority signed the certificate (DER) and `now` lies within its validity.
    ///
    /// Answers with the certificate's SubjectPublicKeyInfo (DER) and the user it names.
    fn check(
        &self,
        certificate: &[u8],
        now: OffsetDateTime,
    ) -> Result<CheckedCertificate, CertificateRefused>;
}

/// What is to be signed.
#[derive(Clone, Debug)]
pub struct CertificateRequest<'a> {
    /// PKCS#10, DER.
    pub csr: &'a [u8],
    /// Whom the certificate will name.
    pub user: &'a SipUri,
    /// notBefore.
    pub now: OffsetDateTime,
    /// From notBefore to notAfter.
    pub validity: Duration,
    /// Accepted sizes of an RSA key, in bits.
    pub key_size: RangeInclusive<u32>,
}

/// A certificate that was just signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// X.509, DER.
    pub der: Vec<u8>,
    /// notAfter.
    pub expires: OffsetDateTime,
}

/// A certificate that this pool signed and that is in date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedCertificate {
    /// The user whom it names.
    pub user: SipUri,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
}

/// Why a CSR got no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// Not a PKCS#10.
    #[error("the certificate request cannot be read: {0}")]
    Malformed(String),
    /// The signature of the CSR is not by the key in it.
    #[error("the certificate request is not signed by its own key")]
    ProofOfPossession,
    /// A key or a signature algorithm that is not served.
    #[error("the certificate request uses an algorithm that is not served: {0}")]
    Algorithm(String),
    /// An RSA key outside MinCSRKeySize and MaxCSRKeySize.
    #[error("the certificate request's key has {bits} bits; {min} to {max} are accepted")]
    KeySize {
        /// The size of the key.
        bits: u32,
        /// MinCSRKeySize.
        min: u32,
        /// MaxCSRKeySize.
        max: u32,
    },
    /// The authority itself failed.
    #[error("the certificate could not be signed: {0}")]
    Signing(String),
}

/// Why a certificate does not stand for a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateRefused {
    /// Not an X.509 certificate.
    #[error("the certificate cannot be read: {0}")]
    Malformed(String),
    /// Another authority signed it.
    #[error("the certificate was not signed by this pool")]
    ForeignIssuer,
    /// `now` is outside notBefore..notAfter.
    #[error("the certificate is expired or not yet valid")]
    OutOfDate,
    /// It names nobody.
    #[error("the certificate names no SIP user")]
    NoUser,
}

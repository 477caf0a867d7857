//! A certificate that the pool issued to a user and keeps, so that it can be looked up at the next sign-in.

use crate::SipUri;
use time::OffsetDateTime;

/// What GetAndPublishCert stores in the home pool. A user has one for each device.
///
/// `publication_time` and `expiration_time` are the properties that Get-CsClientCertificate documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCertificate {
    /// Whom it names.
    pub user: SipUri,
    /// The `DeviceId` of the request, `{uuid}` with braces as the client wrote it.
    pub device_id: String,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// When it was published.
    pub publication_time: OffsetDateTime,
    /// Its notAfter.
    pub expiration_time: OffsetDateTime,
}

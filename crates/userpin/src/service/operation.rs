//! One request, read and ready to be performed.

use super::answer::{Answer, Refusal, note};
use lync_model::SipUri;
use lync_model::journal::{Device, Outcome, names};
use lync_model::ports::PinFailureReason;
use lync_proto::soap::Envelope;
use lync_proto::userpin::{
    GetEncryptionKeyRequest, GetPublishedCertRequest, GetPublishedCertResponse, PublishCertRequest,
    PublishCertResponse, VerifyPinRequest, VerifyPinResponse,
};
use lync_proto::{DecodeError, Documented};
use lync_xml::Limits;
use tracing::debug;

/// One of the four operations, with what is asked.
pub(super) enum Operation {
    GetEncryptionKey,
    VerifyPin(VerifyPinRequest),
    PublishCert(PublishCertRequest),
    GetPublishedCert(GetPublishedCertRequest),
}

impl Operation {
    /// Reads one message.
    pub(super) fn read(message: &[u8]) -> Result<Self, Refusal> {
        let unreadable = |error: DecodeError| Refusal::malformed(error.to_string());
        let envelope = Envelope::parse(message, &Limits::default()).map_err(unreadable)?;
        let request = envelope.body().map_err(unreadable)?;
        let operation = match request.local_name() {
            GetEncryptionKeyRequest::NAME => {
                GetEncryptionKeyRequest::decode(request).map(|_| Self::GetEncryptionKey)
            }
            VerifyPinRequest::NAME => VerifyPinRequest::decode(request).map(Self::VerifyPin),
            PublishCertRequest::NAME => PublishCertRequest::decode(request).map(Self::PublishCert),
            GetPublishedCertRequest::NAME => {
                GetPublishedCertRequest::decode(request).map(Self::GetPublishedCert)
            }
            _ => return Err(Refusal::malformed("the request is none of this service")),
        };
        debug!(request = request.local_name(), "asked");
        operation.map_err(unreadable)
    }

    /// As rules name it: one of the operations of `Place::UserPin`.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::GetEncryptionKey => "get-encryption-key",
            Self::VerifyPin(_) => "verify-pin",
            Self::PublishCert(_) => "publish-cert",
            Self::GetPublishedCert(_) => "get-published-cert",
        }
    }

    /// What was typed as number or extension; it may be nobody's.
    pub(super) fn phone_or_ext(&self) -> Option<&str> {
        match self {
            Self::VerifyPin(request) => Some(&request.phone_or_ext),
            _ => None,
        }
    }

    /// The user whom the request names.
    pub(super) fn user(&self) -> Option<SipUri> {
        match self {
            Self::PublishCert(request) => request.user.parse().ok(),
            Self::GetPublishedCert(request) => request.user.parse().ok(),
            Self::GetEncryptionKey | Self::VerifyPin(_) => None,
        }
    }

    /// Whom it is about, as far as the request itself tells.
    pub(super) fn device(&self) -> Device {
        let device_id = match self {
            Self::PublishCert(request) => Some(request.certificate.device_id.clone()),
            _ => None,
        };
        Device { user: self.user().map(|user| user.to_string()), device_id, ..Device::default() }
    }

    /// The refusal of this operation for this reason; `None` where the operation knows no refusal.
    pub(super) fn refused(&self, reason: PinFailureReason, device: Device) -> Option<Answer> {
        let (name, reason) = (self.name(), reason.name().to_owned());
        let mut note = note(names::USERPIN_REFUSED, Outcome::Refused, device, &format!("{name}: {reason}"));
        note.decoded.insert("reason".to_owned(), reason.clone());
        let body = match self {
            Self::GetEncryptionKey => return None,
            Self::VerifyPin(_) => VerifyPinResponse::Refused { reason }.encode(),
            Self::PublishCert(_) => PublishCertResponse::Refused { reason }.encode(),
            Self::GetPublishedCert(_) => GetPublishedCertResponse::Refused { reason }.encode(),
        };
        Some(Answer { body, note })
    }
}

//! The four operations.

use super::answer::{Answer, Refusal, note};
use super::operation::Operation;
use crate::published;
use lync_model::journal::{Device, Outcome, names};
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::{Pin, SipUri};
use lync_proto::format_instant;
use lync_proto::userpin::{
    GetEncryptionKeyResponse, GetPublishedCertRequest, GetPublishedCertResponse, PinDecryptionKey,
    PublishCertRequest, PublishCertResponse, VerifyPinRequest, VerifyPinResponse,
};
use std::sync::Arc;
use tracing::warn;

/// What requests are performed on.
#[derive(Clone)]
pub(super) struct Operations {
    pub(super) service: Arc<dyn UserPinService>,
    pub(super) key: Arc<PinDecryptionKey>,
}

/// Why an operation has no result: a refusal is an answer, all else is a fault.
enum Failed {
    Refused(PinFailureReason),
    Fault(Refusal),
}

impl Operations {
    /// Answers one request.
    pub(super) async fn perform(&self, operation: &Operation) -> Result<Answer, Refusal> {
        let mut device = operation.device();
        let performed = match operation {
            Operation::GetEncryptionKey => Ok(self.encryption_key()),
            Operation::VerifyPin(request) => self.verify_pin(request, &mut device).await,
            Operation::PublishCert(request) => self.publish(request, &device).await,
            Operation::GetPublishedCert(request) => self.published(request, &device).await,
        };
        performed.or_else(|failed| match failed {
            Failed::Refused(reason) => {
                let refused = operation.refused(reason, device);
                Ok(refused.expect("an operation that can be refused has an answer for it"))
            }
            Failed::Fault(refusal) => Err(refusal.about(device)),
        })
    }

    fn encryption_key(&self) -> Answer {
        let response = GetEncryptionKeyResponse {
            key_id: self.key.id().to_owned(),
            public_key: self.key.public_key().to_vec(),
        };
        let note = note(names::USERPIN_KEY, Outcome::Ok, Device::default(), "encryption key given");
        Answer { body: response.encode(), note }
    }

    async fn verify_pin(&self, request: &VerifyPinRequest, device: &mut Device) -> Result<Answer, Failed> {
        if request.key_id != self.key.id() {
            let summary = "verify-pin: the PIN is sealed under another key";
            let note = note(names::USERPIN_REFUSED, Outcome::Refused, device.clone(), summary);
            return Ok(Answer { body: VerifyPinResponse::UnknownKey.encode(), note });
        }
        let pin = self.key.open(&request.phone_or_ext, &request.encrypted_pin);
        let pin = Pin::new(pin.map_err(|error| malformed(error.to_string()))?.as_str());
        let verified = self.service.verify_pin(&request.phone_or_ext, &pin).await;
        if verified.as_ref().map_or_else(knows_number, |_| true) {
            device.phone_or_ext = Some(request.phone_or_ext.clone());
        }
        let user = verified?;
        device.user = Some(user.to_string());
        let summary = format!("PIN verified: {user}");
        let note = note(names::USERPIN_VERIFIED, Outcome::Ok, device.clone(), &summary);
        Ok(Answer { body: VerifyPinResponse::Verified { user: user.to_string() }.encode(), note })
    }

    async fn publish(&self, request: &PublishCertRequest, device: &Device) -> Result<Answer, Failed> {
        let certificate = published::from_wire(sip_uri(&request.user)?, request.certificate.clone());
        self.service.publish_cert(&certificate).await?;
        let summary = format!("certificate of {} kept", certificate.user);
        let mut note = note(names::USERPIN_PUBLISHED, Outcome::Ok, device.clone(), &summary);
        note.decoded.insert("expiration_time".to_owned(), format_instant(certificate.expiration_time));
        Ok(Answer { body: PublishCertResponse::Published.encode(), note })
    }

    async fn published(&self, request: &GetPublishedCertRequest, device: &Device) -> Result<Answer, Failed> {
        let user = sip_uri(&request.user)?;
        let certificates = self.service.get_published_certs(&user).await?;
        let summary = format!("{} certificates of {user} told", certificates.len());
        let mut note = note(names::USERPIN_CERTIFICATES, Outcome::Ok, device.clone(), &summary);
        note.decoded.insert("certificates".to_owned(), certificates.len().to_string());
        let certificates = certificates.iter().map(published::to_wire).collect();
        Ok(Answer { body: GetPublishedCertResponse::Published { certificates }.encode(), note })
    }
}

impl From<UserPinError> for Failed {
    fn from(error: UserPinError) -> Self {
        match error {
            UserPinError::Refused(reason) => Self::Refused(reason),
            error => {
                warn!(error = %error, "the user-PIN service failed");
                Self::Fault(Refusal::failed())
            }
        }
    }
}

/// Whether who refused found whose number it is. What nobody has as a number may be a PIN in the wrong field, and so
/// may be what nobody could be asked about.
fn knows_number(error: &UserPinError) -> bool {
    matches!(error, UserPinError::Refused(reason) if *reason != PinFailureReason::UserDoesNotExist)
}

fn malformed(text: impl Into<String>) -> Failed {
    Failed::Fault(Refusal::malformed(text))
}

fn sip_uri(user: &str) -> Result<SipUri, Failed> {
    user.parse().map_err(|_| malformed("the user is no SIP URI"))
}

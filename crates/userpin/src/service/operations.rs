//! The four operations.

use super::Refusal;
use crate::published;
use axum::http::StatusCode;
use lync_model::ports::{UserPinError, UserPinService};
use lync_model::{Pin, SipUri};
use lync_proto::soap::{self, Envelope, Version};
use lync_proto::userpin::{
    GetEncryptionKeyRequest, GetEncryptionKeyResponse, GetPublishedCertRequest, GetPublishedCertResponse,
    PinDecryptionKey, PublishCertRequest, PublishCertResponse, VerifyPinRequest, VerifyPinResponse,
};
use lync_proto::{DecodeError, Documented};
use lync_xml::Limits;
use std::sync::Arc;
use tracing::{debug, warn};

/// What requests are performed on.
#[derive(Clone)]
pub(super) struct Operations {
    pub(super) service: Arc<dyn UserPinService>,
    pub(super) key: Arc<PinDecryptionKey>,
}

/// One request, read and ready to be performed.
enum Operation {
    GetEncryptionKey,
    VerifyPin(VerifyPinRequest),
    PublishCert(PublishCertRequest),
    GetPublishedCert(GetPublishedCertRequest),
}

impl Operations {
    /// Answers one message with another.
    pub(super) async fn perform(&self, message: &[u8]) -> Result<String, Refusal> {
        let body = match Operation::read(message)? {
            Operation::GetEncryptionKey => self.encryption_key().encode(),
            Operation::VerifyPin(request) => self.verify_pin(&request).await?.encode(),
            Operation::PublishCert(request) => self.publish(request).await?.encode(),
            Operation::GetPublishedCert(request) => self.published(&request).await?.encode(),
        };
        Ok(soap::wrap(Version::Soap11, "", &body))
    }

    fn encryption_key(&self) -> GetEncryptionKeyResponse {
        GetEncryptionKeyResponse {
            key_id: self.key.id().to_owned(),
            public_key: self.key.public_key().to_vec(),
        }
    }

    async fn verify_pin(&self, request: &VerifyPinRequest) -> Result<VerifyPinResponse, Refusal> {
        if request.key_id != self.key.id() {
            return Ok(VerifyPinResponse::UnknownKey);
        }
        let pin = self.key.open(&request.phone_or_ext, &request.encrypted_pin);
        let pin = Pin::new(pin.map_err(|error| malformed(error.to_string()))?.as_str());
        Ok(match verdict(self.service.verify_pin(&request.phone_or_ext, &pin).await)? {
            Ok(user) => VerifyPinResponse::Verified { user: user.to_string() },
            Err(reason) => VerifyPinResponse::Refused { reason },
        })
    }

    async fn publish(&self, request: PublishCertRequest) -> Result<PublishCertResponse, Refusal> {
        let certificate = published::from_wire(sip_uri(&request.user)?, request.certificate);
        Ok(match verdict(self.service.publish_cert(&certificate).await)? {
            Ok(()) => PublishCertResponse::Published,
            Err(reason) => PublishCertResponse::Refused { reason },
        })
    }

    async fn published(
        &self,
        request: &GetPublishedCertRequest,
    ) -> Result<GetPublishedCertResponse, Refusal> {
        let user = sip_uri(&request.user)?;
        Ok(match verdict(self.service.get_published_certs(&user).await)? {
            Ok(certificates) => GetPublishedCertResponse::Published {
                certificates: certificates.iter().map(published::to_wire).collect(),
            },
            Err(reason) => GetPublishedCertResponse::Refused { reason },
        })
    }
}

impl Operation {
    fn read(message: &[u8]) -> Result<Self, Refusal> {
        let unreadable = |error: DecodeError| malformed(error.to_string());
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
            _ => return Err(malformed("the request is none of this service")),
        };
        debug!(request = request.local_name(), "asked");
        operation.map_err(unreadable)
    }
}

fn sip_uri(user: &str) -> Result<SipUri, Refusal> {
    user.parse().map_err(|_| malformed("the user is no SIP URI"))
}

/// A result, or the reason of a refusal by its name: both are answers. Any other error is a fault of ours.
fn verdict<T>(result: Result<T, UserPinError>) -> Result<Result<T, String>, Refusal> {
    match result {
        Ok(result) => Ok(Ok(result)),
        Err(UserPinError::Refused(reason)) => Ok(Err(reason.name().to_owned())),
        Err(error) => Err(failed(&error)),
    }
}

/// A request that cannot be read.
fn malformed(text: impl Into<String>) -> Refusal {
    Refusal::sender(StatusCode::BAD_REQUEST, text)
}

/// The store's failure. Its text stays in our log: it may tell of files and tables.
fn failed(error: &UserPinError) -> Refusal {
    warn!(error = %error, "the user-PIN service failed");
    Refusal::receiver("the service failed")
}

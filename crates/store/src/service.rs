//! The store as the user-PIN service.

use crate::{Store, StoreError};
use async_trait::async_trait;
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::{Pin, PublishedCertificate, SipUri};

#[async_trait]
impl UserPinService for Store {
    async fn verify_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<SipUri, UserPinError> {
        self.verify(phone_or_ext, pin)
            .await
            .map_err(|e| refused_or_failed(&e))?
            .map_err(UserPinError::Refused)
    }

    async fn publish_cert(&self, certificate: &PublishedCertificate) -> Result<(), UserPinError> {
        self.publish(certificate).await.map_err(|e| refused_or_failed(&e))
    }

    async fn get_published_certs(&self, user: &SipUri) -> Result<Vec<PublishedCertificate>, UserPinError> {
        self.published(user).await.map_err(|e| refused_or_failed(&e))
    }
}

fn refused_or_failed(error: &StoreError) -> UserPinError {
    match error {
        StoreError::NoSuchUser(_) => UserPinError::Refused(PinFailureReason::UserDoesNotExist),
        StoreError::UserDisabled(_) => UserPinError::Refused(PinFailureReason::UserPinAccountDisabled),
        _ => error.for_other_parts(),
    }
}

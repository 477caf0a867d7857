//! Asking a user-PIN service over the real socket.

mod ask;
mod connection;
mod hop;
mod key;
mod pin_check;
mod pool;
pub mod silence;
mod target;

pub use target::{Place, Target, TargetError, Timeouts};

use crate::published;
use ask::{Failed, Question};
use async_trait::async_trait;
use hop::{Hop, Repeat};
use key::KeyCache;
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::{Clock, EventLog, Pin, PublishedCertificate, SipUri};
use lync_net::tls::{self, Identity, TlsError, TrustStore};
use lync_proto::Documented;
use lync_proto::userpin::{
    GetPublishedCertRequest, GetPublishedCertResponse, PublishCertRequest, PublishCertResponse,
};
use pool::Pool;
use std::sync::Arc;
use tracing::debug;

/// The service as its callers in the pool see it. When the service does not answer, event 47067 says so.
pub struct Client {
    hop: Hop,
    key: KeyCache,
    clock: Clock,
    events: Arc<dyn EventLog>,
}

impl Client {
    /// A client that trusts `trust`, proves itself with `identity` and writes to `events`. It connects when it is
    /// first asked.
    pub fn new(
        target: Target,
        trust: TrustStore,
        identity: &Identity,
        clock: Clock,
        events: Arc<dyn EventLog>,
    ) -> Result<Self, TlsError> {
        let tls = tls::client(trust.clone(), Some(identity), &clock)?;
        let hop = Hop { target, tls, trust, timeouts: Timeouts::default(), pool: Pool::new() };
        Ok(Self { hop, key: KeyCache::default(), clock, events })
    }

    /// The same client with other timeouts.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.hop.timeouts = timeouts;
        self
    }

    fn write_event(&self, request: &str) {
        self.events.write(silence::event(&self.hop.target, request, self.clock.now()));
    }

    /// What a failed request that is no PIN check means to the caller; writes its event.
    fn failed(&self, failed: Failed) -> UserPinError {
        if let Failed::Silent(silent) = &failed {
            debug!(request = silent.request, cause = ?silent.cause, "the user-PIN service did not answer");
            self.write_event(silent.request);
        }
        failed.into()
    }
}

#[async_trait]
impl UserPinService for Client {
    async fn verify_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<SipUri, UserPinError> {
        self.check_pin(phone_or_ext, pin).await
    }

    async fn publish_cert(&self, certificate: &PublishedCertificate) -> Result<(), UserPinError> {
        let request = PublishCertRequest {
            user: certificate.user.to_string(),
            certificate: published::to_wire(certificate),
        };
        let question =
            Question { name: PublishCertRequest::NAME, body: request.encode(), repeat: Repeat::Harmless };
        let asked = self.hop.ask(question, PublishCertResponse::decode).await;
        match asked.map_err(|failed| self.failed(failed))? {
            PublishCertResponse::Published => Ok(()),
            PublishCertResponse::Refused { reason } => Err(refused(&reason)),
        }
    }

    async fn get_published_certs(&self, user: &SipUri) -> Result<Vec<PublishedCertificate>, UserPinError> {
        let request = GetPublishedCertRequest { user: user.to_string() };
        match self.ask_published(&request).await.map_err(|failed| self.failed(failed))? {
            GetPublishedCertResponse::Published { certificates } => {
                let certificates = certificates.into_iter();
                Ok(certificates.map(|certificate| published::from_wire(user.clone(), certificate)).collect())
            }
            GetPublishedCertResponse::Refused { reason } => Err(refused(&reason)),
        }
    }
}

/// A refusal as the service names it. A reason that this version does not know is still a refusal.
fn refused(reason: &str) -> UserPinError {
    UserPinError::Refused(PinFailureReason::from_name(reason).unwrap_or(PinFailureReason::Unknown))
}

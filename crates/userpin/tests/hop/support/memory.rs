//! Where the service keeps its PINs and certificates in these tests.

use async_trait::async_trait;
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::{Pin, PublishedCertificate, SipUri};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Answers.
    Works,
    /// Answers no PIN check.
    PinsHang,
    /// Answers nothing but the key.
    Hangs,
    /// Its database is gone.
    Fails,
    /// Refuses whatever concerns certificates.
    Refuses(PinFailureReason),
}

/// Knows extension 1219 with PIN 0712, and for each reason's number an extension that is refused for it.
pub(crate) struct Memory {
    pub(crate) behaviour: Mutex<Behaviour>,
    checks: AtomicUsize,
    calls: AtomicUsize,
    certificates: Mutex<Vec<PublishedCertificate>>,
}

impl Memory {
    pub(crate) fn new() -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            behaviour: Mutex::new(Behaviour::Works),
            checks: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            certificates: Mutex::default(),
        })
    }

    pub(crate) fn set(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    pub(crate) fn checks(&self) -> usize {
        self.checks.load(Ordering::SeqCst)
    }

    /// Calls of any kind.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    async fn behave(&self, hanging: &[Behaviour]) -> Result<(), UserPinError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let behaviour = *self.behaviour.lock().unwrap();
        if hanging.contains(&behaviour) {
            std::future::pending::<()>().await;
        }
        if behaviour == Behaviour::Fails {
            return Err(UserPinError::Store("no such table: pins".to_owned()));
        }
        Ok(())
    }

    fn may_refuse(&self) -> Result<(), UserPinError> {
        match *self.behaviour.lock().unwrap() {
            Behaviour::Refuses(reason) => Err(UserPinError::Refused(reason)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl UserPinService for Memory {
    async fn verify_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<SipUri, UserPinError> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        self.behave(&[Behaviour::Hangs, Behaviour::PinsHang]).await?;
        let refused =
            PinFailureReason::ALL.into_iter().find(|reason| reason.number().to_string() == phone_or_ext);
        match (phone_or_ext, pin.expose(), refused) {
            (_, _, Some(reason)) => Err(UserPinError::Refused(reason)),
            ("1219", "0712", _) => Ok("sip:kenmyer@litwareinc.com".parse().unwrap()),
            ("1219", ..) => Err(UserPinError::Refused(PinFailureReason::IncorrectPin)),
            _ => Err(UserPinError::Refused(PinFailureReason::UserDoesNotExist)),
        }
    }

    async fn publish_cert(&self, certificate: &PublishedCertificate) -> Result<(), UserPinError> {
        self.behave(&[Behaviour::Hangs]).await?;
        self.may_refuse()?;
        self.certificates.lock().unwrap().push(certificate.clone());
        Ok(())
    }

    async fn get_published_certs(&self, user: &SipUri) -> Result<Vec<PublishedCertificate>, UserPinError> {
        self.behave(&[Behaviour::Hangs]).await?;
        self.may_refuse()?;
        Ok(self
            .certificates
            .lock()
            .unwrap()
            .iter()
            .filter(|certificate| certificate.user == *user)
            .cloned()
            .collect())
    }
}

//! What the tests of this crate share.

use crate::{Store, StoreLocation};
use lync_model::ports::{UserPinError, UserPinService};
use lync_model::{Clock, Event, EventLog, Pin, PublishedCertificate, SipUri, User};
use std::sync::Mutex;
use time::Duration;
use time::macros::datetime;

/// An ephemeral store with a clock that stands still.
pub(crate) struct Pool {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
}

/// An event log to look into.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<Event>>);

impl Log {
    /// What was written since it was last asked.
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl EventLog for Log {
    fn write(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Pool {
    pub(crate) async fn open() -> Self {
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let store = Store::open(&StoreLocation::Ephemeral, clock.clone()).await.unwrap();
        Self { store, clock }
    }

    pub(crate) fn sip(name: &str) -> SipUri {
        format!("{name}@litwareinc.com").parse().unwrap()
    }

    pub(crate) fn user(name: &str, line: Option<&str>) -> User {
        User {
            sip_uri: Self::sip(name),
            display_name: name.to_owned(),
            line_uri: line.map(|line| line.parse().unwrap()),
            enabled: true,
            enterprise_voice: true,
            pin_set_at: None,
        }
    }

    pub(crate) async fn add(&self, name: &str, line: Option<&str>) -> SipUri {
        self.store.add_user(&Self::user(name, line)).await.unwrap();
        Self::sip(name)
    }

    /// The number is made of the name's length and the extension, so that users can share the latter alone.
    pub(crate) async fn add_with_pin(&self, name: &str, extension: &str, pin: &str) -> SipUri {
        let line = format!("tel:+1206{:03}{extension};ext={extension}", name.len());
        let user = self.add(name, Some(&line)).await;
        self.store.set_pin(&user, &Pin::new(pin)).await.unwrap();
        user
    }

    pub(crate) async fn sign_in(&self, phone_or_ext: &str, pin: &str) -> Result<SipUri, UserPinError> {
        self.store.verify_pin(phone_or_ext, &Pin::new(pin)).await
    }

    pub(crate) fn certificate(&self, name: &str, device_id: &str, der: &[u8]) -> PublishedCertificate {
        PublishedCertificate {
            user: Self::sip(name),
            device_id: device_id.to_owned(),
            certificate: der.to_vec(),
            publication_time: self.clock.now(),
            expiration_time: self.clock.now() + Duration::days(180),
        }
    }

    pub(crate) async fn publish(&self, name: &str, device_id: &str, der: &[u8]) -> PublishedCertificate {
        let certificate = self.certificate(name, device_id, der);
        self.store.publish_cert(&certificate).await.unwrap();
        certificate
    }

    pub(crate) async fn published(&self, name: &str) -> Vec<PublishedCertificate> {
        self.store.get_published_certs(&Self::sip(name)).await.unwrap()
    }
}

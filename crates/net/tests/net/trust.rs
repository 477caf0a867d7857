//! Authorities of the same name in a trust store: event 47067.

use crate::certificates::Authority;
use crate::running::{Running, who};
use crate::tls::{HOST, ask};
use lync_model::Clock;
use lync_net::Options;
use lync_net::tls::{self, Identity, TrustStore};
use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;
use time::macros::datetime;

const THEN: OffsetDateTime = datetime!(2012-01-01 00:00 UTC);
const EARLIER: OffsetDateTime = datetime!(2011-12-31 23:59:59 UTC);
const LATER: OffsetDateTime = datetime!(2012-01-01 00:00:01 UTC);

/// A pool of one server, which speaks to itself with mutual TLS, as front ends do on :444.
struct Hop {
    identity: Identity,
    /// What the connecting end trusts.
    asking: TrustStore,
    /// What the accepting end trusts.
    answering: TrustStore,
    server: Running,
    client: std::sync::Arc<rustls::ClientConfig>,
}

impl Hop {
    async fn start(root: &Authority, identity: Identity) -> Self {
        let (asking, answering, clock) = (root.trust(), root.trust(), Clock::system());
        let acceptor = tls::server_mutual(&identity, answering.clone(), &clock).unwrap();
        let server = Running::start(Some(acceptor), who(), Options::default()).await;
        let client = tls::client(asking.clone(), Some(&identity), &clock).unwrap();
        Self { identity, asking, answering, server, client }
    }

    async fn works(&self) -> bool {
        ask(&self.server, self.client.clone()).await.is_ok()
    }

    /// Both stores, each of which alone can break the hop.
    fn stores(&self) -> [&TrustStore; 2] {
        [&self.asking, &self.answering]
    }

    /// Whether the hop works with this certificate in each of the stores; taken out again, it must work.
    async fn works_beside(
        &self,
        certificate: &CertificateDer<'static>,
        add: impl Fn(&TrustStore, CertificateDer<'static>) -> bool,
        remove: impl Fn(&TrustStore, &CertificateDer<'static>) -> bool,
    ) -> [bool; 2] {
        let mut works = [false; 2];
        for (store, works) in self.stores().into_iter().zip(&mut works) {
            assert!(self.works().await, "before");
            assert!(add(store, certificate.clone()));
            *works = self.works().await;
            assert!(remove(store, certificate));
            assert!(self.works().await, "after");
        }
        works
    }

    async fn works_beside_root(&self, other: &Authority) -> [bool; 2] {
        let add = |store: &TrustStore, root| store.add(root).unwrap();
        self.works_beside(&other.certificate(), add, |store, root| store.remove(root)).await
    }

    async fn works_beside_intermediate(&self, other: &Authority) -> [bool; 2] {
        let add = |store: &TrustStore, intermediate| store.add_intermediate(intermediate).unwrap();
        let remove = |store: &TrustStore, certificate: &CertificateDer<'static>| {
            store.remove_intermediate(certificate)
        };
        self.works_beside(&other.certificate(), add, remove).await
    }
}

/// A root, an issuing authority, and a hop whose ends send the chain up to the issuing authority.
async fn chain() -> (Authority, Authority, Hop) {
    let root = Authority::dated("Root CA", THEN);
    let issuing = root.issuing("Issuing CA", THEN);
    let hop = Hop::start(&root, issuing.both(HOST).with(&issuing)).await;
    (root, issuing, hop)
}

trait With {
    fn with(&self, authority: &Authority) -> Identity;
}

impl With for Identity {
    /// With this certificate sent after the leaf.
    fn with(&self, authority: &Authority) -> Identity {
        let chain = self.chain().iter().cloned().chain([authority.certificate()]);
        Identity::new(chain.collect(), self.key().clone_key())
    }
}

#[tokio::test]
async fn a_newer_root_of_the_same_name_breaks_the_hop_until_it_is_removed() {
    let (_, _, hop) = chain().await;
    assert_eq!(hop.works_beside_root(&Authority::dated("Root CA", LATER)).await, [false, false]);
}

#[tokio::test]
async fn an_older_root_of_the_same_name_and_a_newer_one_of_another_change_nothing() {
    let (_, _, hop) = chain().await;
    assert_eq!(hop.works_beside_root(&Authority::dated("Root CA", EARLIER)).await, [true, true]);
    assert_eq!(hop.works_beside_root(&Authority::dated("Root CA 2", LATER)).await, [true, true]);
}

#[tokio::test]
async fn of_equally_new_roots_the_last_added_counts() {
    let (root, _, hop) = chain().await;
    let twin = Authority::dated("Root CA", THEN);
    assert_eq!(hop.works_beside_root(&twin).await, [false, false]);
    for store in hop.stores() {
        store.replace([twin.certificate(), root.certificate()]).unwrap();
    }
    assert!(hop.works().await);
}

#[tokio::test]
async fn a_newer_intermediate_of_the_same_name_breaks_the_hop_until_it_is_removed() {
    let (root, _, hop) = chain().await;
    let foreign = Authority::dated("Another Root", THEN).issuing("Issuing CA", LATER);
    assert_eq!(hop.works_beside_intermediate(&foreign).await, [false, false]);
    let other_key = root.issuing("Issuing CA", LATER);
    assert_eq!(hop.works_beside_intermediate(&other_key).await, [false, false]);
}

#[tokio::test]
async fn an_older_intermediate_of_the_same_name_and_a_newer_one_of_another_change_nothing() {
    let (root, _, hop) = chain().await;
    assert_eq!(hop.works_beside_intermediate(&root.issuing("Issuing CA", EARLIER)).await, [true, true]);
    assert_eq!(hop.works_beside_intermediate(&root.issuing("Issuing CA 2", LATER)).await, [true, true]);
}

#[tokio::test]
async fn an_intermediate_of_the_store_stands_in_for_one_that_was_not_sent() {
    let root = Authority::dated("Root CA", THEN);
    let issuing = root.issuing("Issuing CA", THEN);
    let hop = Hop::start(&root, issuing.both(HOST)).await;
    assert_eq!(hop.identity.chain().len(), 1);
    assert!(!hop.works().await);
    for store in hop.stores() {
        assert!(!hop.works().await);
        assert!(store.add_intermediate(issuing.certificate()).unwrap());
        assert!(!store.add_intermediate(issuing.certificate()).unwrap());
        assert_eq!((store.intermediates(), store.generation()), (vec![issuing.certificate()], 1));
    }
    assert!(hop.works().await);
}

#[tokio::test]
async fn among_the_certificates_that_were_sent_the_newest_counts_too() {
    let root = Authority::dated("Root CA", THEN);
    let issuing = root.issuing("Issuing CA", THEN);
    let (older, newer) = (root.issuing("Issuing CA", EARLIER), root.issuing("Issuing CA", LATER));
    let identity = issuing.both(HOST).with(&issuing);
    assert!(Hop::start(&root, identity.with(&older)).await.works().await);
    assert!(!Hop::start(&root, identity.with(&newer)).await.works().await);
}

#[tokio::test]
async fn an_intermediate_is_no_root() {
    let root = Authority::dated("Root CA", THEN);
    let hop = Hop::start(&root, root.both(HOST)).await;
    assert!(hop.works().await);
    for store in hop.stores() {
        store.replace([]).unwrap();
        store.add_intermediate(root.certificate()).unwrap();
    }
    assert!(!hop.works().await);
}

#[test]
fn what_is_no_certificate_becomes_no_intermediate() {
    let trust = Authority::new("root").trust();
    let error = trust.add_intermediate(b"nonsense".to_vec().into()).unwrap_err();
    assert!(error.to_string().starts_with("the certificate cannot be an intermediate: "), "{error}");
    assert_eq!((trust.intermediates(), trust.generation()), (vec![], 0));
    assert!(!trust.remove_intermediate(&Authority::new("root").certificate()));
}

#[test]
fn a_root_that_is_not_tried_must_be_a_root_all_the_same() {
    let newer = Authority::dated("Root CA", LATER);
    let mut broken = Authority::dated("Root CA", EARLIER).certificate().to_vec();
    // The length of the signature, beyond the end.
    let length = broken.len() - 72;
    broken.truncate(length);
    TrustStore::new([newer.certificate(), broken.into()]).unwrap_err();
}

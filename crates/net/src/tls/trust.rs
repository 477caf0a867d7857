//! The root certificates that one end trusts, changeable while it runs.

use super::provider::provider;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use std::sync::{Arc, PoisonError, RwLock};

/// A set of trusted roots; every clone is the same set. A change counts from the next handshake on.
///
/// An empty set trusts nobody.
#[derive(Clone, Debug)]
pub struct TrustStore {
    content: Arc<RwLock<Arc<Content>>>,
}

/// One generation of the store, never changed once built.
#[derive(Debug)]
pub(super) struct Content {
    generation: u64,
    roots: Vec<CertificateDer<'static>>,
    /// `None` in an empty store: webpki builds no verifier without roots.
    pub(super) of_servers: Option<Arc<WebPkiServerVerifier>>,
    pub(super) of_clients: Option<Arc<dyn ClientCertVerifier>>,
}

/// Why a certificate cannot be a root.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the certificate cannot be a trusted root: {0}")]
pub struct TrustError(String);

impl TrustStore {
    /// A store of these roots, each an X.509 certificate in DER.
    pub fn new(roots: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<Self, TrustError> {
        let content = Content::build(0, roots.into_iter().collect())?;
        Ok(Self { content: Arc::new(RwLock::new(Arc::new(content))) })
    }

    /// The roots, in the order in which they came.
    pub fn list(&self) -> Vec<CertificateDer<'static>> {
        self.current().roots.clone()
    }

    /// Adds a root. Answers whether it is new.
    pub fn add(&self, root: CertificateDer<'static>) -> Result<bool, TrustError> {
        self.change(|roots| {
            let new = !roots.contains(&root);
            if new {
                roots.push(root);
            }
            new
        })
    }

    /// Removes the root with exactly these bytes. Answers whether it was there.
    pub fn remove(&self, root: &CertificateDer<'_>) -> bool {
        let removed = self.change(|roots| {
            let before = roots.len();
            roots.retain(|kept| kept != root);
            roots.len() != before
        });
        // Every root that stays was accepted when it came.
        removed.unwrap_or(false)
    }

    /// Replaces all roots at once.
    pub fn replace(&self, new: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<(), TrustError> {
        let new = new.into_iter().collect();
        self.change(|roots| {
            *roots = new;
            true
        })?;
        Ok(())
    }

    /// Counts the changes.
    pub fn generation(&self) -> u64 {
        self.current().generation
    }

    pub(super) fn current(&self) -> Arc<Content> {
        Arc::clone(&self.content.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies `edit`, which says whether it changed anything; an error leaves the store as it was.
    fn change(
        &self,
        edit: impl FnOnce(&mut Vec<CertificateDer<'static>>) -> bool,
    ) -> Result<bool, TrustError> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        let mut roots = content.roots.clone();
        let changed = edit(&mut roots);
        if changed {
            *content = Arc::new(Content::build(content.generation.wrapping_add(1), roots)?);
        }
        Ok(changed)
    }
}

impl Content {
    fn build(generation: u64, roots: Vec<CertificateDer<'static>>) -> Result<Self, TrustError> {
        let mut store = RootCertStore::empty();
        for root in &roots {
            store.add(root.clone()).map_err(|error| TrustError(error.to_string()))?;
        }
        if store.is_empty() {
            return Ok(Self { generation, roots, of_servers: None, of_clients: None });
        }
        let store = Arc::new(store);
        let of_servers = WebPkiServerVerifier::builder_with_provider(Arc::clone(&store), provider())
            .build()
            .map_err(|error| TrustError(error.to_string()))?;
        let of_clients = WebPkiClientVerifier::builder_with_provider(store, provider())
            .build()
            .map_err(|error| TrustError(error.to_string()))?;
        Ok(Self { generation, roots, of_servers: Some(of_servers), of_clients: Some(of_clients) })
    }
}

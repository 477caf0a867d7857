//! The authorities that one end knows, changeable while it runs.

use super::by_name::{Named, newest};
use super::provider::provider;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

/// A machine's two stores: trusted roots, and intermediates that help to reach them. Every clone is the same two
/// stores. A change counts from the next handshake on.
///
/// A chain is built by names, as Windows is seen to do it in Microsoft's article on event 47067: of several roots of
/// one name the newest is taken (latest notBefore, among equals the last that was added) and no other is tried, even
/// if its key does not fit. So it is with intermediates, among those of the store and those that the other end sent;
/// among equals the store's is taken. (That the newest is taken is inferred.)
///
/// Without roots nobody is trusted.
#[derive(Clone, Debug)]
pub struct TrustStore {
    content: Arc<RwLock<Arc<Content>>>,
}

/// One generation of the stores, never changed once built.
#[derive(Debug)]
pub(super) struct Content {
    generation: u64,
    authorities: Authorities,
    /// `None` without roots: webpki builds no verifier then.
    pub(super) of_servers: Option<Arc<WebPkiServerVerifier>>,
    pub(super) of_clients: Option<Arc<dyn ClientCertVerifier>>,
}

/// What the stores hold, in the order in which it came.
#[derive(Clone, Debug, Default)]
struct Authorities {
    roots: Vec<CertificateDer<'static>>,
    intermediates: Vec<CertificateDer<'static>>,
}

/// Why a certificate cannot be in a trust store.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrustError {
    /// It is no root.
    #[error("the certificate cannot be a trusted root: {0}")]
    Root(String),
    /// It is no intermediate.
    #[error("the certificate cannot be an intermediate: {0}")]
    Intermediate(String),
}

impl TrustStore {
    /// A store of these roots, each an X.509 certificate in DER, without intermediates.
    pub fn new(roots: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<Self, TrustError> {
        let authorities = Authorities { roots: roots.into_iter().collect(), intermediates: Vec::new() };
        Ok(Self { content: Arc::new(RwLock::new(Arc::new(Content::build(0, authorities)?))) })
    }

    /// The roots, in the order in which they came.
    pub fn list(&self) -> Vec<CertificateDer<'static>> {
        self.current().authorities.roots.clone()
    }

    /// Adds a root. Answers whether it is new.
    pub fn add(&self, root: CertificateDer<'static>) -> Result<bool, TrustError> {
        self.change(|authorities| push(&mut authorities.roots, root))
    }

    /// Removes the root with exactly these bytes. Answers whether it was there.
    pub fn remove(&self, root: &CertificateDer<'_>) -> bool {
        // Every certificate that stays was accepted when it came.
        self.change(|authorities| take_out(&mut authorities.roots, root)).unwrap_or(false)
    }

    /// Replaces all roots at once; the intermediates stay.
    pub fn replace(&self, new: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<(), TrustError> {
        let new = new.into_iter().collect();
        self.change(|authorities| {
            authorities.roots = new;
            true
        })?;
        Ok(())
    }

    /// The intermediates, in the order in which they came.
    pub fn intermediates(&self) -> Vec<CertificateDer<'static>> {
        self.current().authorities.intermediates.clone()
    }

    /// Adds an intermediate. Answers whether it is new. It is trusted only as far as a root vouches for it.
    pub fn add_intermediate(&self, intermediate: CertificateDer<'static>) -> Result<bool, TrustError> {
        self.change(|authorities| push(&mut authorities.intermediates, intermediate))
    }

    /// Removes the intermediate with exactly these bytes. Answers whether it was there.
    pub fn remove_intermediate(&self, intermediate: &CertificateDer<'_>) -> bool {
        self.change(|authorities| take_out(&mut authorities.intermediates, intermediate)).unwrap_or(false)
    }

    /// Counts the changes of both stores.
    pub fn generation(&self) -> u64 {
        self.current().generation
    }

    pub(super) fn current(&self) -> Arc<Content> {
        Arc::clone(&self.content.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies `edit`, which says whether it changed anything; an error leaves the stores as they were.
    fn change(&self, edit: impl FnOnce(&mut Authorities) -> bool) -> Result<bool, TrustError> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        let mut authorities = content.authorities.clone();
        let changed = edit(&mut authorities);
        if changed {
            *content = Arc::new(Content::build(content.generation.wrapping_add(1), authorities)?);
        }
        Ok(changed)
    }
}

fn push(kept: &mut Vec<CertificateDer<'static>>, certificate: CertificateDer<'static>) -> bool {
    let new = !kept.contains(&certificate);
    if new {
        kept.push(certificate);
    }
    new
}

fn take_out(kept: &mut Vec<CertificateDer<'static>>, certificate: &CertificateDer<'_>) -> bool {
    let before = kept.len();
    kept.retain(|kept| kept != certificate);
    kept.len() != before
}

impl Content {
    fn build(generation: u64, authorities: Authorities) -> Result<Self, TrustError> {
        for intermediate in &authorities.intermediates {
            Named::read(intermediate).map_err(TrustError::Intermediate)?;
        }
        let roots = usable_roots(&authorities.roots)?;
        if roots.is_empty() {
            return Ok(Self { generation, authorities, of_servers: None, of_clients: None });
        }
        let roots = Arc::new(roots);
        let of_servers = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), provider())
            .build()
            .map_err(|error| TrustError::Root(error.to_string()))?;
        let of_clients = WebPkiClientVerifier::builder_with_provider(roots, provider())
            .build()
            .map_err(|error| TrustError::Root(error.to_string()))?;
        Ok(Self { generation, authorities, of_servers: Some(of_servers), of_clients: Some(of_clients) })
    }

    /// The intermediates that a chain is built of, when the other end sent these.
    pub(super) fn intermediates<'a>(
        &'a self,
        sent: &'a [CertificateDer<'a>],
    ) -> Cow<'a, [CertificateDer<'a>]> {
        let ours = &self.authorities.intermediates;
        if ours.is_empty() && sent.len() < 2 {
            return Cow::Borrowed(sent);
        }
        // What cannot be read has no name, so no chain leads over it.
        let all = sent.iter().chain(ours).filter_map(|certificate| Named::read(certificate).ok());
        Cow::Owned(newest(all).iter().map(Named::certificate).collect())
    }
}

/// The roots that are ever tried. Those that are not must be good as well: they may be tried after the next change.
fn usable_roots(all: &[CertificateDer<'static>]) -> Result<RootCertStore, TrustError> {
    let named: Result<Vec<_>, _> =
        all.iter().map(|root| Named::read(root).map_err(TrustError::Root)).collect();
    let newest = newest(named?);
    let mut tried = RootCertStore::empty();
    for root in all {
        let mut one = RootCertStore::empty();
        one.add(root.clone()).map_err(|error| TrustError::Root(error.to_string()))?;
        if newest.iter().any(|newest| newest.is(root)) {
            tried.roots.append(&mut one.roots);
        }
    }
    Ok(tried)
}

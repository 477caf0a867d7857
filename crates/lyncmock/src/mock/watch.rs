//! Seeing what happened, and waiting for it.

use super::LyncMock;
use lync_dhcp::{Counters, LeaseServer};
use lync_journal::{DeviceSession, Filter, Missed};
use lync_model::journal::Entry;
use lync_model::lease::Lease;
use std::sync::Arc;
use std::time::Duration;

/// Longer than anything takes that happens at all.
const PATIENCE: Duration = Duration::from_secs(10);

impl LyncMock {
    /// Everything that happened, on every protocol, the oldest first.
    pub fn received(&self) -> Vec<Arc<Entry>> {
        self.running.journal.entries(&Filter::default())
    }

    /// What happened, as far as the filter lets it through.
    pub fn journal(&self, filter: &Filter) -> Vec<Arc<Entry>> {
        self.running.journal.entries(filter)
    }

    /// What happened, by device.
    pub fn devices(&self) -> Vec<DeviceSession> {
        self.running.journal.devices(&Filter::default())
    }

    /// Waits until the journal has such an entry, ten seconds at the most; it may be there already.
    ///
    /// # Errors
    /// When it does not come: the error tells the nearest miss.
    pub async fn wait_for(&self, filter: &Filter) -> Result<Arc<Entry>, Box<Missed>> {
        self.wait_for_within(filter, PATIENCE).await
    }

    /// Waits as [`wait_for`](Self::wait_for) does, this long at the most.
    ///
    /// # Errors
    /// When it does not come in time.
    ///
    /// # Panics
    /// When the filter names an event that does not exist.
    pub async fn wait_for_within(
        &self,
        filter: &Filter,
        patience: Duration,
    ) -> Result<Arc<Entry>, Box<Missed>> {
        super::expect::must_exist(filter);
        let mut found = self.running.journal.wait(filter, 1, patience).await?;
        Ok(found.swap_remove(0))
    }

    /// The journal as JSON Lines.
    pub fn json_lines(&self) -> String {
        self.running.journal.json_lines(&Filter::default())
    }

    /// The HTTP of the journal as HAR 1.2.
    pub fn har(&self) -> serde_json::Value {
        self.running.journal.har(&Filter::default())
    }

    /// What went over the wire as pcapng; with the keys of its TLS when the pool [keeps](crate::Builder::keep_tls_keys)
    /// them.
    pub fn pcapng(&self) -> Vec<u8> {
        self.running.journal.pcapng(&Filter::default())
    }

    /// The leases, and the addresses that nobody gets for a while, by address; none but in mode `enterprise`.
    pub fn dhcp_leases(&self) -> Vec<Lease> {
        self.running.registrar.leases().map(LeaseServer::leases).unwrap_or_default()
    }

    /// How many datagrams DHCP answered, and dropped for which reason, since the start.
    pub fn dhcp_counters(&self) -> Counters {
        self.running.registrar.counters()
    }

    /// The roots that the front end trusts, DER.
    pub fn trusted_roots(&self) -> Vec<Vec<u8>> {
        self.running.trust.list().iter().map(|root| root.to_vec()).collect()
    }
}

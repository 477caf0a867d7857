//! The store as the domain's directory.

use super::find;
use super::names::Domain;
use crate::{Store, StoreError};
use async_trait::async_trait;
use lync_model::ports::{AccountDirectory, FoundAccount};

impl Store {
    /// Tells the domain of the accounts by its NetBIOS name and its DNS name. Before that, accounts are found by names
    /// without a domain alone.
    #[must_use]
    pub fn with_domain(self, netbios: &str, dns: &str) -> Self {
        Self { domain: Domain::new(netbios, dns), ..self }
    }

    async fn look_up(&self, user: &str, domain: &str) -> Result<Option<FoundAccount>, StoreError> {
        let Some(name) = self.domain.credentials(user, domain) else { return Ok(None) };
        let Some(row) = find(&mut *self.database.read.acquire().await?, name).await? else { return Ok(None) };
        let (id, enabled, is_users) = (row.id, row.is_enabled(), row.is_users());
        let stored = row.read()?;
        let account = stored.account;
        Ok(Some(FoundAccount {
            id,
            sam_account_name: account.sam_account_name,
            nt_hash: stored.nt_hash,
            state: account.state,
            user: account.sip_uri.filter(|_| enabled),
            user_disabled: is_users && !enabled,
        }))
    }
}

#[async_trait]
impl AccountDirectory for Store {
    async fn find_account(&self, user: &str, domain: &str) -> Result<Option<FoundAccount>, String> {
        self.look_up(user, domain).await.map_err(|error| {
            use std::error::Error;
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, cause, "the store failed");
            error.to_string()
        })
    }
}

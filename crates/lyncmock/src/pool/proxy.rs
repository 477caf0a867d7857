//! The settings of Set-CsProxyConfiguration: kept and shown. No SIP is spoken that they could change.

use super::settings::merged;
use lync_model::{ProxyChange, ProxySettings};
use std::sync::{Mutex, PoisonError};

/// What was set of them.
#[derive(Default)]
pub(crate) struct ProxyConfiguration(Mutex<ProxyChange>);

impl ProxyConfiguration {
    /// Every one of them.
    pub(crate) fn shown(&self) -> ProxyChange {
        ProxySettings::default().changed(&self.kept()).shown()
    }

    /// What will have been set when the change is made too.
    pub(super) fn plan(&self, change: &ProxyChange) -> ProxyChange {
        merged(&self.kept(), change)
    }

    pub(super) fn set(&self, kept: ProxyChange) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }

    /// What was set of them while the pool was there.
    pub(super) fn kept(&self) -> ProxyChange {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_shown_and_what_was_set_stays_set() {
        let proxy = ProxyConfiguration::default();
        let no_ntlm =
            ProxyChange { use_ntlm_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
        proxy.set(proxy.plan(&no_ntlm));
        let no_kerberos =
            ProxyChange { use_kerberos_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
        proxy.set(proxy.plan(&no_kerberos));
        let shown = ProxyChange {
            use_certificate_for_client_to_proxy_auth: Some(true),
            use_kerberos_for_client_to_proxy_auth: Some(false),
            use_ntlm_for_client_to_proxy_auth: Some(false),
        };
        assert_eq!(proxy.shown(), shown);
    }
}

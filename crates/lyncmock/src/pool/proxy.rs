//! The settings of Set-CsProxyConfiguration: kept and shown. No SIP is spoken that they could change.

use super::settings::Settings;
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
}

impl Settings for ProxyConfiguration {
    type Change = ProxyChange;

    const NAME: &'static str = "proxy";

    fn kept(&self) -> ProxyChange {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fits(&self, _: &ProxyChange) -> Result<(), String> {
        Ok(())
    }

    fn set(&self, kept: ProxyChange, _: &ProxyChange) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }

    fn reset(&self) {
        self.set(ProxyChange::default(), &ProxyChange::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(proxy: &ProxyConfiguration, change: &ProxyChange) {
        proxy.set(proxy.plan(&proxy.kept(), change).unwrap(), change);
    }

    #[test]
    fn all_is_shown_and_what_was_set_stays_set() {
        let proxy = ProxyConfiguration::default();
        let no_ntlm =
            ProxyChange { use_ntlm_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
        set(&proxy, &no_ntlm);
        let no_kerberos =
            ProxyChange { use_kerberos_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
        set(&proxy, &no_kerberos);
        let shown = ProxyChange {
            use_certificate_for_client_to_proxy_auth: Some(true),
            use_kerberos_for_client_to_proxy_auth: Some(false),
            use_ntlm_for_client_to_proxy_auth: Some(false),
        };
        assert_eq!(proxy.shown(), shown);
    }
}

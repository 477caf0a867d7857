//! Settings that an administrator makes while the pool runs: checked, kept in the store, applied.
//!
//! What was set counts over the configuration, in a pool that is kept also after a restart.

use super::Core;
use lync_model::ProxyChange;
use lync_model::scenario::{RegistrarChange, WebChange};
use lync_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Under which names the store keeps them.
const WEB: &str = "web";
const REGISTRAR: &str = "registrar";
const PROXY: &str = "proxy";

/// Why a setting was not made; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// A value outside its range.
    #[error("{0}")]
    Refused(String),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Core {
    /// Set-CsWebServiceConfiguration.
    pub(crate) async fn change_web(&self, change: &WebChange) -> Result<(), SettingsError> {
        let _turn = self.settings_turn.lock().await;
        self.catch_up_with_web().await?;
        let kept = self.web.plan(change).map_err(SettingsError::Refused)?;
        self.keep(WEB, &kept).await?;
        self.web.set(kept, change);
        Ok(())
    }

    /// Set-CsRegistrarConfiguration.
    pub(crate) async fn change_registrar(&self, change: &RegistrarChange) -> Result<(), SettingsError> {
        let _turn = self.settings_turn.lock().await;
        self.catch_up_with_registrar().await?;
        let kept = self.registrar_settings.plan(change).map_err(SettingsError::Refused)?;
        self.keep(REGISTRAR, &kept).await?;
        self.registrar_settings.set(kept, change);
        Ok(())
    }

    /// Set-CsProxyConfiguration.
    pub(crate) async fn change_proxy(&self, change: &ProxyChange) -> Result<(), SettingsError> {
        let _turn = self.settings_turn.lock().await;
        self.catch_up_with_proxy().await?;
        let kept = self.proxy.plan(change);
        self.keep(PROXY, &kept).await?;
        self.proxy.set(kept);
        Ok(())
    }

    /// Forgets all that was set: the configuration counts again.
    pub(crate) async fn forget_settings(&self) -> Result<(), StoreError> {
        let _turn = self.settings_turn.lock().await;
        for name in [WEB, REGISTRAR, PROXY] {
            self.store.set_setting(name, None).await?;
        }
        self.web.reset();
        self.registrar_settings.reset();
        self.proxy.set(ProxyChange::default());
        Ok(())
    }

    /// Applies what an earlier process of this pool kept.
    ///
    /// What the configuration of today does not go with is left out, and the log says so.
    pub(super) async fn recall_settings(&self) -> Result<(), StoreError> {
        let _turn = self.settings_turn.lock().await;
        let recalled = [
            (WEB, self.catch_up_with_web().await?),
            (REGISTRAR, self.catch_up_with_registrar().await?),
            (PROXY, self.catch_up_with_proxy().await?),
        ];
        let recalled: Vec<_> = recalled.iter().filter(|(_, new)| *new).map(|(name, _)| *name).collect();
        if !recalled.is_empty() {
            let settings = recalled.join(", ");
            tracing::info!(settings, "what an administrator set counts over the configuration");
        }
        Ok(())
    }

    /// Applies what is kept, if it is another than what this process knows; whether it was.
    ///
    /// The other process of a pool in parts may have set something since, which a change would write over.
    async fn catch_up_with_web(&self) -> Result<bool, StoreError> {
        let own = self.web.kept();
        let there = self.kept::<WebChange>(WEB).await?.unwrap_or_default();
        let new = there != own && fits(WEB, self.web.fits(&there));
        if new {
            self.web.set(there.clone(), &news(&own, &there));
        }
        Ok(new)
    }

    async fn catch_up_with_registrar(&self) -> Result<bool, StoreError> {
        let own = self.registrar_settings.kept();
        let there = self.kept::<RegistrarChange>(REGISTRAR).await?.unwrap_or_default();
        let new = there != own && fits(REGISTRAR, self.registrar_settings.fits(&there));
        if new {
            self.registrar_settings.set(there.clone(), &news(&own, &there));
        }
        Ok(new)
    }

    async fn catch_up_with_proxy(&self) -> Result<bool, StoreError> {
        let there = self.kept::<ProxyChange>(PROXY).await?.unwrap_or_default();
        let new = there != self.proxy.kept();
        self.proxy.set(there);
        Ok(new)
    }

    async fn keep(&self, name: &str, kept: &impl Serialize) -> Result<(), StoreError> {
        let json = Value::Object(object(kept)).to_string();
        self.store.set_setting(name, Some(&json)).await
    }

    async fn kept<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, StoreError> {
        let Some(json) = self.store.setting(name).await? else { return Ok(None) };
        match serde_json::from_str(&json) {
            Ok(change) => Ok(Some(change)),
            Err(error) => {
                left_out(name, &error);
                Ok(None)
            }
        }
    }
}

fn fits(settings: &str, checked: Result<(), String>) -> bool {
    checked.inspect_err(|reason| left_out(settings, reason)).is_ok()
}

fn left_out(settings: &str, reason: &dyn std::fmt::Display) {
    tracing::warn!(settings, %reason, "what an administrator set is left out: it does not fit the configuration");
}

/// What was set before, with what is set now. Changes are plain data that leave out what they do not name, so that
/// merging them as JSON needs no line for each setting and can forget none.
pub(super) fn merged<T: Serialize + DeserializeOwned + Clone>(kept: &T, change: &T) -> T {
    let mut all = object(kept);
    all.extend(object(change));
    serde_json::from_value(Value::Object(all)).unwrap_or_else(|_| change.clone())
}

/// What is kept and not known, or known otherwise.
fn news<T: Serialize + DeserializeOwned + Default>(known: &T, kept: &T) -> T {
    let (known, mut news) = (object(known), object(kept));
    news.retain(|name, value| known.get(name) != Some(value));
    serde_json::from_value(Value::Object(news)).unwrap_or_default()
}

/// What is left of a change without the settings that another one names.
pub(super) fn without<T: Serialize + DeserializeOwned + Default>(change: &T, named: &T) -> T {
    let mut rest = object(change);
    for name in object(named).keys() {
        rest.remove(name);
    }
    serde_json::from_value(Value::Object(rest)).unwrap_or_default()
}

fn object(change: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(change) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_last_counts_and_the_rest_stays() {
        let kept =
            WebChange { use_pin_auth: Some(false), min_csr_key_size: Some(2048), ..WebChange::default() };
        let change =
            WebChange { use_pin_auth: Some(true), hsts_max_age_seconds: Some(1), ..WebChange::default() };
        let all = WebChange { use_pin_auth: Some(true), hsts_max_age_seconds: Some(1), ..kept.clone() };
        assert_eq!(merged(&kept, &change), all);
        let rest = WebChange { min_csr_key_size: Some(2048), ..WebChange::default() };
        assert_eq!(without(&kept, &change), rest);
    }
}

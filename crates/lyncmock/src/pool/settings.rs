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

/// Settings of one kind: what was set of them, and what counts.
pub(super) trait Settings {
    /// What an administrator sets at once; it leaves out what it does not name.
    type Change: Clone + Default + PartialEq + Serialize + DeserializeOwned;

    /// Under which name the store keeps them.
    const NAME: &'static str;

    /// What was set of them while the pool was there.
    fn kept(&self) -> Self::Change;

    /// Whether these can be what was set.
    ///
    /// # Errors
    /// When a value is outside its documented range.
    fn fits(&self, kept: &Self::Change) -> Result<(), String>;

    /// Makes this what was set. What `named` names counts, whatever scenarios had made of it: that is how an
    /// administrator mends them.
    fn set(&self, kept: Self::Change, named: &Self::Change);

    /// Forgets what was set, and what scenarios made of it.
    fn reset(&self);

    /// What will have been set when the change is made to this; it changes nothing yet.
    ///
    /// # Errors
    /// When a value is outside its documented range.
    fn plan(&self, kept: &Self::Change, change: &Self::Change) -> Result<Self::Change, String> {
        let planned = merged(kept, change);
        self.fits(&planned).map(|()| planned)
    }
}

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
        self.change(&self.web, change).await
    }

    /// Set-CsRegistrarConfiguration.
    pub(crate) async fn change_registrar(&self, change: &RegistrarChange) -> Result<(), SettingsError> {
        self.change(&self.registrar_settings, change).await
    }

    /// Set-CsProxyConfiguration.
    pub(crate) async fn change_proxy(&self, change: &ProxyChange) -> Result<(), SettingsError> {
        self.change(&self.proxy, change).await
    }

    /// Forgets all that was set: the configuration counts again.
    pub(crate) async fn forget_settings(&self) -> Result<(), StoreError> {
        let _turn = self.settings_turn.lock().await;
        self.forget(&self.web).await?;
        self.forget(&self.registrar_settings).await?;
        self.forget(&self.proxy).await
    }

    /// Applies what an earlier process of this pool kept.
    ///
    /// What the configuration of today does not go with is left out, and the log says so.
    pub(super) async fn recall_settings(&self) -> Result<(), StoreError> {
        let _turn = self.settings_turn.lock().await;
        let recalled = [
            self.recall(&self.web).await?,
            self.recall(&self.registrar_settings).await?,
            self.recall(&self.proxy).await?,
        ];
        let recalled: Vec<_> = recalled.into_iter().flatten().collect();
        if !recalled.is_empty() {
            let settings = recalled.join(", ");
            tracing::info!(settings, "what an administrator set counts over the configuration");
        }
        Ok(())
    }

    /// Makes a change of what is kept, and applies the result.
    ///
    /// What is kept counts, and not what this process knows of it: the other process of a pool in parts may have set
    /// something since.
    async fn change<S: Settings>(&self, settings: &S, change: &S::Change) -> Result<(), SettingsError> {
        let _turn = self.settings_turn.lock().await;
        let own = settings.kept();
        let mut planned = S::Change::default();
        let make = |there: Option<&str>| {
            let kept = usable(settings, there).unwrap_or_else(|| own.clone());
            planned = settings.plan(&kept, change).map_err(SettingsError::Refused)?;
            Ok::<_, SettingsError>(Some(Value::Object(object(&planned)).to_string()))
        };
        self.store.change_setting(S::NAME, make).await?;
        let named = merged(&news(&own, &planned), change);
        settings.set(planned, &named);
        Ok(())
    }

    async fn forget<S: Settings>(&self, settings: &S) -> Result<(), StoreError> {
        self.store.set_setting(S::NAME, None).await?;
        settings.reset();
        Ok(())
    }

    /// Applies what is kept; answers with its name if it is another than what this process knows.
    async fn recall<S: Settings>(&self, settings: &S) -> Result<Option<&'static str>, StoreError> {
        let own = settings.kept();
        let kept = self.store.setting(S::NAME).await?;
        let Some(kept) = usable(settings, kept.as_deref()).filter(|kept| *kept != own) else {
            return Ok(None);
        };
        let news = news(&own, &kept);
        settings.set(kept, &news);
        Ok(Some(S::NAME))
    }
}

/// What is kept as JSON, if it goes with the configuration.
fn usable<S: Settings>(settings: &S, json: Option<&str>) -> Option<S::Change> {
    let Some(json) = json else { return Some(S::Change::default()) };
    let read = serde_json::from_str(json).map_err(|error| error.to_string());
    let fitting = read.and_then(|kept| settings.fits(&kept).map(|()| kept));
    let left_out = |reason: &String| {
        let settings = S::NAME;
        tracing::warn!(
            settings,
            reason,
            "what an administrator set is left out: it does not fit the configuration"
        );
    };
    fitting.inspect_err(left_out).ok()
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

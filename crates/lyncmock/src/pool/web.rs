//! The settings of the web services: as an administrator set them, and what armed scenarios make of them.

use lync_model::scenario::WebChange;
use lync_model::{Live, WebServiceSettings};
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::Duration;

/// The settings, in layers; the handlers read the result.
pub(crate) struct WebConfiguration {
    layers: Mutex<Layers>,
    effective: Live<WebServiceSettings>,
}

struct Layers {
    base: WebServiceSettings,
    /// The changes of scenarios, by their number, in the order of arming.
    scenarios: Vec<(u64, WebChange)>,
}

impl WebConfiguration {
    pub(crate) fn new(settings: WebServiceSettings) -> Self {
        let layers = Mutex::new(Layers { base: settings.clone(), scenarios: Vec::new() });
        Self { layers, effective: Live::new(settings) }
    }

    /// What counts.
    pub(crate) fn effective(&self) -> &Live<WebServiceSettings> {
        &self.effective
    }

    /// What was set, without what scenarios make of it.
    pub(crate) fn base(&self) -> WebServiceSettings {
        self.lock().base.clone()
    }

    /// Set-CsWebServiceConfiguration. What it names counts, whatever scenarios had made of it: that is how an
    /// administrator mends them.
    ///
    /// # Errors
    /// When a value is outside its documented range; nothing is changed then.
    pub(crate) fn set(&self, change: &WebChange) -> Result<(), String> {
        let mut layers = self.lock();
        layers.base = changed(&layers.base, change)?;
        for (_, scenario) in &mut layers.scenarios {
            drop_named(scenario, change);
        }
        self.renew(&layers);
        Ok(())
    }

    /// Whether [`set`](Self::set) would.
    ///
    /// # Errors
    /// When a value is outside its documented range.
    pub(crate) fn check(&self, change: &WebChange) -> Result<(), String> {
        changed(&self.lock().base, change).map(drop)
    }

    /// Adds the change of a scenario.
    pub(crate) fn arm(&self, scenario: u64, change: &WebChange) {
        let mut layers = self.lock();
        layers.scenarios.push((scenario, change.clone()));
        self.renew(&layers);
    }

    /// Takes the changes of a scenario back.
    pub(crate) fn lift(&self, scenario: u64) {
        let mut layers = self.lock();
        layers.scenarios.retain(|(id, _)| *id != scenario);
        self.renew(&layers);
    }

    /// Whether anything of the scenario is left.
    pub(crate) fn holds(&self, scenario: u64) -> bool {
        self.lock().scenarios.iter().any(|(id, change)| *id == scenario && *change != WebChange::default())
    }

    fn renew(&self, layers: &Layers) {
        let mut settings = layers.base.clone();
        layers.scenarios.iter().for_each(|(_, change)| apply(change, &mut settings));
        self.effective.set(settings);
    }

    fn lock(&self) -> MutexGuard<'_, Layers> {
        self.layers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings as the change would write them: every one is there.
pub(crate) fn shown(settings: &WebServiceSettings) -> WebChange {
    WebChange {
        use_pin_auth: Some(settings.use_pin_auth),
        use_certificate_auth: Some(settings.use_certificate_auth),
        enable_cert_chain_download: Some(settings.enable_cert_chain_download),
        default_validity_period_hours: Some(settings.validity.default_hours),
        min_validity_period_hours: Some(settings.validity.min_hours),
        max_validity_period_hours: Some(settings.validity.max_hours),
        min_csr_key_size: Some(settings.csr_key_size.min),
        max_csr_key_size: Some(settings.csr_key_size.max),
        hsts_max_age_seconds: Some(settings.hsts_max_age_seconds),
        ticket_lifetime_seconds: u32::try_from(settings.ticket_lifetime.whole_seconds()).ok(),
    }
}

fn changed(base: &WebServiceSettings, change: &WebChange) -> Result<WebServiceSettings, String> {
    let mut base = base.clone();
    apply(change, &mut base);
    check(&base).map(|()| base)
}

fn apply(change: &WebChange, settings: &mut WebServiceSettings) {
    fn set<T: Copy>(to: &mut T, from: Option<T>) {
        if let Some(value) = from {
            *to = value;
        }
    }
    set(&mut settings.use_pin_auth, change.use_pin_auth);
    set(&mut settings.use_certificate_auth, change.use_certificate_auth);
    set(&mut settings.enable_cert_chain_download, change.enable_cert_chain_download);
    set(&mut settings.validity.default_hours, change.default_validity_period_hours);
    set(&mut settings.validity.min_hours, change.min_validity_period_hours);
    set(&mut settings.validity.max_hours, change.max_validity_period_hours);
    set(&mut settings.csr_key_size.min, change.min_csr_key_size);
    set(&mut settings.csr_key_size.max, change.max_csr_key_size);
    set(&mut settings.hsts_max_age_seconds, change.hsts_max_age_seconds);
    let lifetime = change.ticket_lifetime_seconds.map(|seconds| Duration::seconds(i64::from(seconds)));
    set(&mut settings.ticket_lifetime, lifetime);
}

/// Forgets of `scenario` what `change` names.
fn drop_named(scenario: &mut WebChange, change: &WebChange) {
    fn forget<T: Copy>(of: &mut Option<T>, named: Option<T>) {
        if named.is_some() {
            *of = None;
        }
    }
    forget(&mut scenario.use_pin_auth, change.use_pin_auth);
    forget(&mut scenario.use_certificate_auth, change.use_certificate_auth);
    forget(&mut scenario.enable_cert_chain_download, change.enable_cert_chain_download);
    forget(&mut scenario.default_validity_period_hours, change.default_validity_period_hours);
    forget(&mut scenario.min_validity_period_hours, change.min_validity_period_hours);
    forget(&mut scenario.max_validity_period_hours, change.max_validity_period_hours);
    forget(&mut scenario.min_csr_key_size, change.min_csr_key_size);
    forget(&mut scenario.max_csr_key_size, change.max_csr_key_size);
    forget(&mut scenario.hsts_max_age_seconds, change.hsts_max_age_seconds);
    forget(&mut scenario.ticket_lifetime_seconds, change.ticket_lifetime_seconds);
}

/// The documented ranges of Set-CsWebServiceConfiguration, and a year at most for a ticket.
fn check(settings: &WebServiceSettings) -> Result<(), String> {
    let within = |name: &str, value: u32, min: u32, max: u32| match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(format!("{name}: {value} is outside {min} to {max}")),
    };
    let (validity, size) = (&settings.validity, &settings.csr_key_size);
    within("max_validity_period_hours", validity.max_hours, 8, 8760)?;
    within("min_validity_period_hours", validity.min_hours, 8, validity.max_hours.min(4320))?;
    within("default_validity_period_hours", validity.default_hours, validity.min_hours, validity.max_hours)?;
    within("max_csr_key_size", size.max, 1024, 16384)?;
    within("min_csr_key_size", size.min, 1024, size.max)?;
    let year = 365 * 24 * 3600;
    let lifetime = u32::try_from(settings.ticket_lifetime.whole_seconds()).unwrap_or(u32::MAX);
    within("ticket_lifetime_seconds", lifetime, 0, year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin_auth(on: bool) -> WebChange {
        WebChange { use_pin_auth: Some(on), ..WebChange::default() }
    }

    #[test]
    fn a_setting_is_what_the_last_scenario_that_is_armed_makes_of_it() {
        let web = WebConfiguration::new(WebServiceSettings::default());
        web.arm(1, &pin_auth(false));
        web.arm(2, &pin_auth(false));
        web.lift(1);
        assert!(!web.effective().get().use_pin_auth);
        web.lift(2);
        assert!(web.effective().get().use_pin_auth);
    }

    #[test]
    fn an_administrator_beats_a_scenario() {
        let web = WebConfiguration::new(WebServiceSettings::default());
        web.arm(1, &pin_auth(false));
        web.set(&pin_auth(true)).unwrap();
        assert!(web.effective().get().use_pin_auth && !web.holds(1));
        let too_small = WebChange { min_csr_key_size: Some(512), ..WebChange::default() };
        assert_eq!(web.set(&too_small).unwrap_err(), "min_csr_key_size: 512 is outside 1024 to 16384");
    }
}

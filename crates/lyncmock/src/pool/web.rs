//! The settings of the web services: as an administrator set them, and what armed scenarios make of them.

use super::settings::{Settings, without};
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
    configured: WebServiceSettings,
    /// What an administrator set while the pool was there.
    kept: WebChange,
    /// The configuration with that.
    base: WebServiceSettings,
    /// The changes of scenarios, by their number, in the order of arming.
    scenarios: Vec<(u64, WebChange)>,
}

impl WebConfiguration {
    pub(crate) fn new(settings: WebServiceSettings) -> Self {
        let layers = Layers {
            configured: settings.clone(),
            kept: WebChange::default(),
            base: settings.clone(),
            scenarios: Vec::new(),
        };
        Self { layers: Mutex::new(layers), effective: Live::new(settings) }
    }

    /// What counts.
    pub(crate) fn effective(&self) -> &Live<WebServiceSettings> {
        &self.effective
    }

    /// What was set, without what scenarios make of it.
    pub(crate) fn base(&self) -> WebServiceSettings {
        self.lock().base.clone()
    }

    /// Whether the change would be taken.
    ///
    /// # Errors
    /// When a value is outside its documented range.
    pub(crate) fn check(&self, change: &WebChange) -> Result<(), String> {
        self.plan(&self.kept(), change).map(drop)
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

impl Settings for WebConfiguration {
    type Change = WebChange;

    const NAME: &'static str = "web";

    fn kept(&self) -> WebChange {
        self.lock().kept.clone()
    }

    fn fits(&self, kept: &WebChange) -> Result<(), String> {
        changed(&self.lock().configured, kept).map(drop)
    }

    fn set(&self, kept: WebChange, named: &WebChange) {
        let mut layers = self.lock();
        let mut base = layers.configured.clone();
        apply(&kept, &mut base);
        (layers.kept, layers.base) = (kept, base);
        for (_, scenario) in &mut layers.scenarios {
            *scenario = without(scenario, named);
        }
        self.renew(&layers);
    }

    fn reset(&self) {
        let mut layers = self.lock();
        layers.kept = WebChange::default();
        layers.base = layers.configured.clone();
        layers.scenarios.clear();
        self.renew(&layers);
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
        use_windows_auth: Some(settings.use_windows_auth),
        infer_cert_chain_from_ssl: Some(settings.infer_cert_chain_from_ssl),
        ca_signing_key_length: Some(settings.ca_signing_key_length),
        max_group_size_to_expand: Some(settings.max_group_size_to_expand),
        enable_statistics_in_response: Some(settings.enable_statistics_in_response),
        mobile_preferred_auth_type: Some(settings.mobile_preferred_auth_type),
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
    set(&mut settings.use_windows_auth, change.use_windows_auth);
    set(&mut settings.infer_cert_chain_from_ssl, change.infer_cert_chain_from_ssl);
    set(&mut settings.ca_signing_key_length, change.ca_signing_key_length);
    set(&mut settings.max_group_size_to_expand, change.max_group_size_to_expand);
    set(&mut settings.enable_statistics_in_response, change.enable_statistics_in_response);
    set(&mut settings.mobile_preferred_auth_type, change.mobile_preferred_auth_type);
    let lifetime = change.ticket_lifetime_seconds.map(|seconds| Duration::seconds(i64::from(seconds)));
    set(&mut settings.ticket_lifetime, lifetime);
}

/// The documented ranges of Set-CsWebServiceConfiguration, and a year at most for a ticket. That a least value is not
/// above its greatest one is our own rule.
fn check(settings: &WebServiceSettings) -> Result<(), String> {
    let within = |name: &str, value: u32, min: u32, max: u32| match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(format!("{name}: {value} is outside {min} to {max}")),
    };
    let (validity, size) = (&settings.validity, &settings.csr_key_size);
    within("max_validity_period_hours", validity.max_hours, 8, 8760)?;
    within("min_validity_period_hours", validity.min_hours, 8, validity.max_hours.min(4320))?;
    // The least and the greatest bound the default where a certificate is issued.
    within("default_validity_period_hours", validity.default_hours, 8, 8760)?;
    within("max_csr_key_size", size.max, 1024, 16384)?;
    within("min_csr_key_size", size.min, 1024, size.max)?;
    within("ca_signing_key_length", settings.ca_signing_key_length, 2048, 16384)?;
    let year = 365 * 24 * 3600;
    let lifetime = u32::try_from(settings.ticket_lifetime.whole_seconds()).unwrap_or(u32::MAX);
    within("ticket_lifetime_seconds", lifetime, 0, year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_model::{MobileAuthType, WindowsAuth};

    fn pin_auth(on: bool) -> WebChange {
        WebChange { use_pin_auth: Some(on), ..WebChange::default() }
    }

    fn set(web: &WebConfiguration, change: &WebChange) {
        web.set(web.plan(&web.kept(), change).unwrap(), change);
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
        set(&web, &pin_auth(true));
        assert!(web.effective().get().use_pin_auth && !web.holds(1));
    }

    #[test]
    fn what_is_out_of_range_is_refused_and_changes_nothing() {
        let web = WebConfiguration::new(WebServiceSettings::default());
        set(&web, &WebChange { max_csr_key_size: Some(2048), ..WebChange::default() });
        let before = web.base();
        for (change, complaint) in [
            (
                WebChange { min_csr_key_size: Some(512), ..WebChange::default() },
                "min_csr_key_size: 512 is outside 1024 to 2048",
            ),
            (
                WebChange { ca_signing_key_length: Some(1024), ..WebChange::default() },
                "ca_signing_key_length: 1024 is outside 2048 to 16384",
            ),
        ] {
            assert_eq!(web.check(&change).unwrap_err(), complaint);
            assert_eq!(web.check(&change).unwrap_err(), complaint);
        }
        assert_eq!(web.base(), before);
    }

    #[test]
    fn the_greatest_validity_may_be_below_the_default_one_and_not_below_the_least() {
        let web = WebConfiguration::new(WebServiceSettings::default());
        let greatest = |hours| WebChange { max_validity_period_hours: Some(hours), ..WebChange::default() };
        assert_eq!(web.check(&greatest(16)), Ok(()));
        set(&web, &WebChange { min_validity_period_hours: Some(24), ..WebChange::default() });
        assert_eq!(web.check(&greatest(16)).unwrap_err(), "min_validity_period_hours: 24 is outside 8 to 16");
    }

    #[test]
    fn every_setting_is_shown_and_can_be_set() {
        let web = WebConfiguration::new(WebServiceSettings::default());
        let all = WebChange {
            use_pin_auth: Some(false),
            use_certificate_auth: Some(false),
            enable_cert_chain_download: Some(false),
            default_validity_period_hours: Some(100),
            min_validity_period_hours: Some(10),
            max_validity_period_hours: Some(1000),
            min_csr_key_size: Some(2048),
            max_csr_key_size: Some(4096),
            hsts_max_age_seconds: Some(7),
            ticket_lifetime_seconds: Some(11),
            use_windows_auth: Some(WindowsAuth::Ntlm),
            infer_cert_chain_from_ssl: Some(false),
            ca_signing_key_length: Some(4096),
            max_group_size_to_expand: Some(5),
            enable_statistics_in_response: Some(true),
            mobile_preferred_auth_type: Some(MobileAuthType::WebTicketServicePin),
        };
        set(&web, &all);
        assert_eq!(shown(&web.effective().get()), all);
        web.arm(1, &pin_auth(true));
        web.reset();
        assert_eq!(web.base(), WebServiceSettings::default());
        assert_eq!(*web.effective().get(), WebServiceSettings::default());
    }
}

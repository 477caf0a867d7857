//! The settings of the Registrar: as an administrator set them, and what armed scenarios make of them.

use super::settings::Settings;
use lync_dhcp::Registrar;
use lync_model::RegistrarKept;
use lync_model::scenario::RegistrarChange;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// EnableDHCPServer, in layers, of which the DHCP component reads the result; and the settings that are only kept.
pub(crate) struct RegistrarConfiguration {
    registrar: Arc<Registrar>,
    layers: Mutex<Layers>,
}

struct Layers {
    /// EnableDHCPServer as the pool began.
    configured: bool,
    /// What an administrator set while the pool was there.
    kept: RegistrarChange,
    /// What scenarios made of EnableDHCPServer, by their number, in the order of arming.
    scenarios: Vec<(u64, bool)>,
}

impl Layers {
    fn enabled(&self) -> bool {
        self.kept.enable_dhcp_server.unwrap_or(self.configured)
    }
}

impl RegistrarConfiguration {
    pub(crate) fn new(registrar: &Arc<Registrar>) -> Self {
        let layers = Layers {
            configured: registrar.is_enabled(),
            kept: RegistrarChange::default(),
            scenarios: Vec::new(),
        };
        Self { registrar: Arc::clone(registrar), layers: Mutex::new(layers) }
    }

    /// Whether the Registrar answers DHCP, as it counts.
    pub(crate) fn is_enabled(&self) -> bool {
        self.registrar.is_enabled()
    }

    /// What counts: every setting is there.
    pub(crate) fn shown(&self) -> RegistrarChange {
        RegistrarChange { enable_dhcp_server: Some(self.is_enabled()), ..self.base() }
    }

    /// What was set, without what scenarios make of it: every setting is there.
    pub(crate) fn base(&self) -> RegistrarChange {
        let layers = self.lock();
        let kept = RegistrarKept::default().changed(&layers.kept).unwrap_or_default();
        RegistrarChange { enable_dhcp_server: Some(layers.enabled()), ..kept.shown() }
    }

    /// Whether the change would be taken.
    ///
    /// # Errors
    /// When a value is outside its documented range.
    pub(crate) fn check(&self, change: &RegistrarChange) -> Result<(), String> {
        self.plan(&self.kept(), change).map(drop)
    }

    /// Adds the change of a scenario. Of the settings that change nothing no scenario makes use.
    pub(crate) fn arm(&self, scenario: u64, change: &RegistrarChange) {
        let mut layers = self.lock();
        layers.scenarios.extend(change.enable_dhcp_server.map(|enabled| (scenario, enabled)));
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
        self.lock().scenarios.iter().any(|(id, _)| *id == scenario)
    }

    fn renew(&self, layers: &Layers) {
        let last = layers.scenarios.last();
        self.registrar.set_enabled(last.map_or(layers.enabled(), |(_, enabled)| *enabled));
    }

    fn lock(&self) -> MutexGuard<'_, Layers> {
        self.layers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Settings for RegistrarConfiguration {
    type Change = RegistrarChange;

    const NAME: &'static str = "registrar";

    fn kept(&self) -> RegistrarChange {
        self.lock().kept.clone()
    }

    fn fits(&self, kept: &RegistrarChange) -> Result<(), String> {
        RegistrarKept::default().changed(kept).map(drop)
    }

    fn set(&self, kept: RegistrarChange, named: &RegistrarChange) {
        let mut layers = self.lock();
        layers.kept = kept;
        if named.enable_dhcp_server.is_some() {
            layers.scenarios.clear();
        }
        self.renew(&layers);
    }

    fn reset(&self) {
        let mut layers = self.lock();
        layers.kept = RegistrarChange::default();
        layers.scenarios.clear();
        self.renew(&layers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_dhcp::{RegistrarOptions, RegistrarSettings};
    use lync_proto::dhcp::{DomainName, UcClientOptions};

    fn dhcp(enabled: bool) -> RegistrarChange {
        RegistrarChange { enable_dhcp_server: Some(enabled), ..RegistrarChange::default() }
    }

    fn set(settings: &RegistrarConfiguration, change: &RegistrarChange) {
        settings.set(settings.plan(&settings.kept(), change).unwrap(), change);
    }

    fn settings() -> RegistrarConfiguration {
        let options = RegistrarOptions {
            uc_client: UcClientOptions::for_pool("pool.litwareinc.com", 443).unwrap(),
            sip_servers: "pool.litwareinc.com".parse::<DomainName>().unwrap().into(),
        };
        RegistrarConfiguration::new(&Arc::new(Registrar::new(&options, RegistrarSettings::default())))
    }

    #[test]
    fn scenarios_are_lifted_in_any_order() {
        let settings = settings();
        settings.arm(1, &dhcp(false));
        settings.arm(2, &dhcp(false));
        settings.lift(1);
        assert!(!settings.is_enabled());
        assert_eq!(settings.base().enable_dhcp_server, Some(true));
        assert_eq!(settings.shown().enable_dhcp_server, Some(false));
        settings.lift(2);
        assert!(settings.is_enabled());
    }

    #[test]
    fn an_administrator_beats_a_scenario_and_lifting_leaves_what_was_set() {
        let settings = settings();
        settings.arm(1, &dhcp(false));
        set(&settings, &dhcp(true));
        assert!(settings.is_enabled() && !settings.holds(1));
        set(&settings, &dhcp(false));
        settings.lift(1);
        assert!(!settings.is_enabled());
        settings.reset();
        assert!(settings.is_enabled());
    }

    #[test]
    fn what_does_not_name_dhcp_leaves_a_scenario_armed() {
        let settings = settings();
        settings.arm(1, &dhcp(false));
        let users = RegistrarChange { max_user_count: Some(5000), ..RegistrarChange::default() };
        set(&settings, &users);
        assert!(!settings.is_enabled() && settings.holds(1));
        let base = RegistrarKept { max_user_count: 5000, ..RegistrarKept::default() }.shown();
        assert_eq!(settings.base(), RegistrarChange { enable_dhcp_server: Some(true), ..base });
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let settings = settings();
        let many = RegistrarChange { max_endpoints_per_user: Some(65), ..RegistrarChange::default() };
        assert_eq!(settings.check(&many).unwrap_err(), "max_endpoints_per_user: 65 is outside 1 to 64");
    }
}

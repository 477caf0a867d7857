//! The settings of the Registrar: as an administrator set them, and what armed scenarios make of them.

use lync_dhcp::Registrar;
use lync_model::scenario::RegistrarChange;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// EnableDHCPServer, in layers; the DHCP component reads the result.
pub(crate) struct RegistrarConfiguration {
    registrar: Arc<Registrar>,
    layers: Mutex<Layers>,
}

struct Layers {
    base: bool,
    /// What scenarios set, by their number, in the order of arming.
    scenarios: Vec<(u64, bool)>,
}

impl RegistrarConfiguration {
    pub(crate) fn new(registrar: &Arc<Registrar>) -> Self {
        let layers = Mutex::new(Layers { base: registrar.is_enabled(), scenarios: Vec::new() });
        Self { registrar: Arc::clone(registrar), layers }
    }

    /// What counts.
    pub(crate) fn is_enabled(&self) -> bool {
        self.registrar.is_enabled()
    }

    /// What was set, without what scenarios make of it.
    pub(crate) fn base(&self) -> bool {
        self.lock().base
    }

    /// Set-CsRegistrarConfiguration. It counts, whatever scenarios had made of it: that is how an administrator mends
    /// them.
    pub(crate) fn set(&self, enabled: bool) {
        let mut layers = self.lock();
        layers.base = enabled;
        layers.scenarios.clear();
        self.renew(&layers);
    }

    /// Adds the change of a scenario.
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
        self.registrar.set_enabled(last.map_or(layers.base, |(_, enabled)| *enabled));
    }

    fn lock(&self) -> MutexGuard<'_, Layers> {
        self.layers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_dhcp::{RegistrarOptions, RegistrarSettings};
    use lync_proto::dhcp::{DomainName, UcClientOptions};

    const OFF: RegistrarChange = RegistrarChange { enable_dhcp_server: Some(false) };

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
        settings.arm(1, &OFF);
        settings.arm(2, &OFF);
        settings.lift(1);
        assert!(!settings.is_enabled() && settings.base());
        settings.lift(2);
        assert!(settings.is_enabled());
    }

    #[test]
    fn an_administrator_beats_a_scenario_and_lifting_leaves_what_was_set() {
        let settings = settings();
        settings.arm(1, &OFF);
        settings.set(true);
        assert!(settings.is_enabled() && !settings.holds(1));
        settings.set(false);
        settings.lift(1);
        assert!(!settings.is_enabled());
    }
}

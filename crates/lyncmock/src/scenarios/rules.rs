//! Rules, checked against the users and the diagnostics of this pool.

use crate::pool::Core;
use lync_model::User;
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::rules::{Known, Owner, Place, Rule, RuleError, RuleId, RuleSpec};
use lync_model::scenario::Service;
use std::path::Path;

/// Checks every rule before any is armed. Files that they name are read from `folder`; without one there are none.
pub(crate) fn check_rules(
    rules: &[RuleSpec],
    users: &[User],
    diagnostics: &DiagnosticsTable,
    folder: Option<&Path>,
) -> Result<Vec<Rule>, RuleError> {
    let read = |name: &str| match folder {
        Some(folder) => std::fs::read(folder.join(name)).map_err(|error| error.to_string()),
        None => Err("a file can be named only in a file of rules".to_owned()),
    };
    let known = Known { users, diagnostics, read: &read };
    lync_model::rules::RulesFile { rules: rules.to_vec() }.check(&known)
}

impl Core {
    /// Arms a rule behind those that are armed.
    ///
    /// One that acts on connections meets those that are opened from now on; the kept ones of its listeners are
    /// closed, or the front end would go on with the user-PIN service over one that it has.
    pub(crate) fn arm_rule(&self, rule: Rule, owner: Owner) -> Result<RuleId, RuleError> {
        let place = rule.spec().place.clone();
        let id = self.rules.arm(rule, owner)?;
        for (name, service) in LISTENERS {
            if place == Place::Tls.as_str() || place == format!("{}.{name}", Place::Tls) {
                self.doors.door(service).drop_connections();
            }
        }
        Ok(id)
    }
}

/// The operations of the TLS place, and their listeners.
const LISTENERS: [(&str, Service); 3] =
    [("http", Service::Http), ("https", Service::Https), ("userpin", Service::UserPin)];

/// Users as a rule may name them, for a file that is checked without a pool.
pub(crate) fn known_users(file: &crate::config::UsersFile) -> Vec<User> {
    file.users
        .iter()
        .map(|fixture| User {
            sip_uri: fixture.sip_uri.clone(),
            display_name: fixture.display_name.clone(),
            line_uri: fixture.line_uri.clone(),
            enabled: fixture.enabled,
            enterprise_voice: fixture.enterprise_voice,
            pin_set_at: None,
        })
        .collect()
}

/// The name that was probably meant.
pub(super) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let given = given.to_ascii_lowercase();
    let scored = names.map(|name| (strsim::jaro_winkler(&given, &name.to_ascii_lowercase()), name));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 > 0.7).then(|| best.1.to_owned())
}

//! Rules, checked against the users and the diagnostics of this pool.

use crate::pool::Core;
use lync_model::User;
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::rules::{Known, Owner, Place, Rule, RuleError, RuleId, RuleSpec};
use lync_model::scenario::{Effect, Service};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The longest body of an answer that is read from a file, in bytes: that of the longest rule.
const MAX_BODY: u64 = 1024 * 1024;

/// Checks every rule before any is armed. Files that they name are read from `folder`; without one there are none.
pub(crate) fn check_rules(
    rules: &[RuleSpec],
    users: &[User],
    diagnostics: &DiagnosticsTable,
    folder: Option<&Path>,
) -> Result<Vec<Rule>, RuleError> {
    let read = |name: &str| match folder {
        Some(folder) => read_body(&folder.join(name)),
        None => Err("a file can be named only in a file of rules".to_owned()),
    };
    let known = Known { users, diagnostics, read: &read };
    lync_model::rules::RulesFile { rules: rules.to_vec() }.check(&known)
}

/// Reads the body of an answer, no more than a rule may hold: the file may be a device.
fn read_body(path: &Path) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BODY + 1).read_to_end(&mut body));
    match read {
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= MAX_BODY) => Ok(body),
        Ok(_) => Err(format!("the file has more than {MAX_BODY} bytes")),
        Err(error) => Err(error.to_string()),
    }
}

impl Core {
    /// Arms rules behind those that are armed: all, or none when there is no room for one.
    pub(crate) fn arm_rules(&self, rules: Vec<Rule>, owner: &Owner) -> Result<Vec<RuleId>, RuleError> {
        let mut ids = Vec::new();
        for rule in rules {
            match self.arm_rule(rule, owner.clone()) {
                Ok(id) => ids.push(id),
                Err(error) => {
                    self.rules.disarm_where(|rule| ids.contains(&rule.id));
                    return Err(error);
                }
            }
        }
        Ok(ids)
    }

    /// Arms a rule behind those that are armed.
    ///
    /// One that acts on connections meets those that are opened from now on; the kept ones of its listeners are
    /// closed, or the front end would go on with the user-PIN service over one that it has.
    pub(crate) fn arm_rule(&self, rule: Rule, owner: Owner) -> Result<RuleId, RuleError> {
        let place = rule.spec().place.clone();
        if let Some(problem) = self.in_vain(&place) {
            let rule = rule.spec().name.as_deref().unwrap_or_default();
            tracing::warn!(rule, place, problem, "a rule was armed in vain");
        }
        let id = self.rules.arm(rule, owner)?;
        for (name, service) in LISTENERS {
            if place == Place::Tls.as_str() || place == format!("{}.{name}", Place::Tls) {
                self.doors.door(service).drop_connections();
            }
        }
        Ok(id)
    }
}

impl Core {
    /// Why no rule of this place can act in this process, if that is so.
    fn in_vain(&self, place: &str) -> Option<String> {
        let service = self.config.userpin.service.as_ref().filter(|_| is_at_user_pin(place))?;
        Some(format!("the user-PIN service is on {}; arm it there", service.host))
    }
}

/// Whether an effect is one on the user-PIN service and its listener alone.
pub(super) fn is_of_user_pin(effect: &Effect) -> bool {
    match effect {
        Effect::Rule(spec) => is_at_user_pin(&spec.place),
        Effect::Stop(service) => *service == Service::UserPin,
        _ => false,
    }
}

fn is_at_user_pin(place: &str) -> bool {
    let place = place.trim();
    place.split('.').next() == Some(Place::UserPin.as_str()) || place == "tls.userpin"
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
pub(crate) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let given = given.to_ascii_lowercase();
    let scored = names.map(|name| (strsim::jaro_winkler(&given, &name.to_ascii_lowercase()), name));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 > 0.7).then(|| best.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_user_pin_service_is_known_by_its_name() {
        for (place, expected) in [
            ("userpin", true),
            ("userpin.verify-pin", true),
            ("tls.userpin", true),
            ("tls", false),
            ("tls.https", false),
            ("webticket.pin", false),
        ] {
            assert_eq!(is_at_user_pin(place), expected, "{place}");
        }
    }
}

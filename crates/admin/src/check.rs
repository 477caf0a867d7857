//! Bounds on what is asked: lengths, counts and ranges, as the API's document states them.

mod accounts;

use crate::ApiError;
use crate::dto::{
    ArmScenario, ClockChange, JournalFilter, NamespaceMembers, NewUser, PinText, PinUpdate, RegistrarChange,
    ResetRequest, RuleSpec, State, UserState, UserUpdate, VerifyRequest, WebChange,
};
use crate::scope::Scope;
use lync_model::rules::{ActionSpec, ActionValue};
use std::ops::RangeInclusive;
use time::{OffsetDateTime, UtcOffset};

/// The greatest number that every JSON reader reads exactly.
pub(crate) const MAX_NUMBER: u64 = 9_007_199_254_740_991;
/// The greatest number of 32 bits.
pub(crate) const MAX_SHORT_NUMBER: u64 = 4_294_967_295;
/// The longest SIP address, with its scheme.
const MAX_USER: usize = 258;
/// The longest name of a scenario.
const MAX_SCENARIO: usize = 128;
/// The most rules at a time.
const MAX_RULES: usize = 10_000;

/// The ranges of [`WebChange`], in the order in which it is checked.
pub(crate) const WEB_BOUNDS: [(&str, u64, u64); 9] = [
    ("default_validity_period_hours", 8, 8760),
    ("min_validity_period_hours", 8, 4320),
    ("max_validity_period_hours", 8, 8760),
    ("min_csr_key_size", 1024, 16384),
    ("max_csr_key_size", 1024, 16384),
    ("hsts_max_age_seconds", 0, MAX_SHORT_NUMBER),
    ("ticket_lifetime_seconds", 0, 31_536_000),
    ("ca_signing_key_length", 2048, 16384),
    ("max_group_size_to_expand", 0, MAX_SHORT_NUMBER),
];

/// The ranges of [`RegistrarChange`], in the order in which it is checked. A day at most for the last is our own.
pub(crate) const REGISTRAR_BOUNDS: [(&str, u64, u64); 6] = [
    ("min_endpoint_expiration", 300, 900),
    ("default_endpoint_expiration", 300, 900),
    ("max_endpoint_expiration", 300, 900),
    ("max_endpoints_per_user", 1, 64),
    ("max_user_count", 2000, 100_000),
    ("backup_store_unavailable_threshold", 0, 86_400),
];

/// Something that a client sent, and that has bounds.
pub(crate) trait Check {
    /// Whether it keeps them.
    fn check_bounds(&self) -> Result<(), ApiError>;
}

impl Check for NewUser {
    fn check_bounds(&self) -> Result<(), ApiError> {
        length("sip_address", Some(&self.sip_address), MAX_USER)?;
        length("display_name", self.display_name.as_ref(), 256)?;
        length("line_uri", self.line_uri.as_ref(), 64)?;
        accounts::name("account", self.account.as_ref())?;
        if self.account.is_some() {
            let own = |field: &str| ApiError::invalid(format!("an existing account has its own {field}"));
            if self.password.is_some() {
                return Err(own("password").field("password"));
            }
            if self.display_name.is_some() {
                return Err(own("display name").field("display_name"));
            }
        }
        self.password.iter().try_for_each(Check::check_bounds)?;
        self.pin.iter().try_for_each(Check::check_bounds)
    }
}

impl Check for UserUpdate {
    fn check_bounds(&self) -> Result<(), ApiError> {
        length("display_name", self.display_name.as_ref(), 256)?;
        length("line_uri", self.line_uri.as_ref(), 64)?;
        accounts::name("pin_policy", self.pin_policy.as_ref())
    }
}

impl Check for PinUpdate {
    fn check_bounds(&self) -> Result<(), ApiError> {
        self.pin.check_bounds()
    }
}

impl Check for PinText {
    fn check_bounds(&self) -> Result<(), ApiError> {
        if self.pin().expose().is_empty() {
            return Err(ApiError::invalid("`pin` is empty").field("pin"));
        }
        length("pin", Some(self.pin().expose()), 64)
    }
}

impl Check for NamespaceMembers {
    fn check_bounds(&self) -> Result<(), ApiError> {
        for (field, list) in [("users", &self.users), ("macs", &self.macs), ("sources", &self.sources)] {
            count(field, list.len(), 10_000)?;
            list.iter().try_for_each(|text| length(field, Some(text), MAX_USER))?;
        }
        Ok(())
    }
}

impl Check for WebChange {
    /// The documented ranges of Set-CsWebServiceConfiguration. A ticket lives a year at most (our own bound: the clock
    /// leaves it a year to expire in).
    fn check_bounds(&self) -> Result<(), ApiError> {
        let values = [
            self.default_validity_period_hours,
            self.min_validity_period_hours,
            self.max_validity_period_hours,
            self.min_csr_key_size,
            self.max_csr_key_size,
            self.hsts_max_age_seconds,
            self.ticket_lifetime_seconds,
            self.ca_signing_key_length,
            self.max_group_size_to_expand,
        ];
        ranges(&WEB_BOUNDS, values)
    }
}

impl Check for RegistrarChange {
    /// The documented ranges of Set-CsRegistrarConfiguration.
    fn check_bounds(&self) -> Result<(), ApiError> {
        let values = [
            self.min_endpoint_expiration,
            self.default_endpoint_expiration,
            self.max_endpoint_expiration,
            self.max_endpoints_per_user,
            self.max_user_count,
            self.backup_store_unavailable_threshold,
        ];
        ranges(&REGISTRAR_BOUNDS, values)
    }
}

impl Check for ArmScenario {
    fn check_bounds(&self) -> Result<(), ApiError> {
        length("scenario", Some(&self.scenario), MAX_SCENARIO)?;
        length("user", self.user.as_ref(), MAX_USER)
    }
}

impl Check for RuleSpec {
    /// What a rule may say is the model's to check. A client may not name a file of the pool's machine.
    fn check_bounds(&self) -> Result<(), ApiError> {
        if self.what.iter().chain(&self.then).any(names_file) {
            let what = "a rule names no `body-file` here; give the body itself as `body`";
            return Err(ApiError::invalid(what).field("body-file"));
        }
        let when = &self.when;
        for (field, value) in [("seed", self.seed), ("when.first", when.first), ("when.every", when.every)] {
            range(field, value, 0..=MAX_NUMBER)?;
        }
        Ok(())
    }
}

impl Check for Vec<RuleSpec> {
    fn check_bounds(&self) -> Result<(), ApiError> {
        count("rules", self.len(), MAX_RULES)?;
        self.iter().enumerate().try_for_each(|(at, rule)| {
            rule.check_bounds().map_err(|error| {
                let field = error.field.as_deref().unwrap_or_default();
                ApiError { field: Some(format!("[{at}].{field}")), ..error }
            })
        })
    }
}

impl Check for JournalFilter {
    fn check_bounds(&self) -> Result<(), ApiError> {
        length("event", self.event.as_ref(), 64)?;
        length("user", self.user.as_ref(), MAX_USER)?;
        length("phone_or_ext", self.phone_or_ext.as_ref(), 64)?;
        length("mac", self.mac.as_ref(), 64)?;
        length("source", self.source.as_ref(), 64)?;
        length("scenario", self.scenario.as_ref(), MAX_SCENARIO)?;
        length("rule", self.rule.as_ref(), 256)?;
        range("since", self.since, 0..=MAX_NUMBER)?;
        range("limit", self.limit, 1..=100_000)
    }
}

impl Check for VerifyRequest {
    fn check_bounds(&self) -> Result<(), ApiError> {
        for (field, value) in
            [("exactly", self.exactly), ("at_least", self.at_least), ("at_most", self.at_most)]
        {
            range(field, value, 0..=MAX_NUMBER)?;
        }
        self.filter.iter().chain(self.sequence.iter().flatten()).try_for_each(Check::check_bounds)
    }
}

impl Check for ClockChange {
    fn check_bounds(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

impl Check for ResetRequest {
    fn check_bounds(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

impl Check for State {
    fn check_bounds(&self) -> Result<(), ApiError> {
        self.web.iter().try_for_each(Check::check_bounds)?;
        self.registrar.iter().try_for_each(Check::check_bounds)?;
        accounts::check_state(self)?;
        self.rules.iter().try_for_each(Check::check_bounds)?;
        let armed = self.armed.as_deref().unwrap_or_default();
        count("armed", armed.len(), MAX_RULES)?;
        armed.iter().try_for_each(Check::check_bounds)?;
        for (name, members) in self.namespaces.iter().flatten() {
            Scope::of(name).map_err(|error| ApiError::invalid(error.to_string()).field("namespaces"))?;
            members.check_bounds()?;
        }
        let users = self.users.as_deref().unwrap_or_default();
        count("users", users.len(), 100_000)?;
        for user in users {
            user.instants().into_iter().flatten().try_for_each(written)?;
            length("sip_address", Some(&user.sip_address), MAX_USER)?;
            length("display_name", Some(&user.display_name), 256)?;
            length("line_uri", user.line_uri.as_ref(), 64)?;
            accounts::name("account", user.account.as_ref())?;
            accounts::name("pin_policy", user.pin_policy.as_ref())?;
            if let Some(pin) = &user.pin {
                count("history", pin.history.len(), 64)?;
                range("length", pin.length.map(u64::from), 1..=24)?;
            }
        }
        Ok(())
    }
}

impl UserState {
    fn instants(&self) -> [Option<OffsetDateTime>; 3] {
        let changed = self.pin.as_ref().and_then(|pin| pin.last_pin_change_time);
        let (started, until) =
            self.lockout.map_or((None, None), |lockout| (lockout.window_started, lockout.locked_until));
        [changed, started, until]
    }
}

/// Whether an instant can be written again: with its offset it may lie outside the years that RFC 3339 knows.
fn written(instant: OffsetDateTime) -> Result<(), ApiError> {
    match instant.checked_to_offset(UtcOffset::UTC) {
        Some(utc) if (1..=9999).contains(&utc.year()) => Ok(()),
        _ => Err(ApiError::invalid("a time in it is not of the years 1 to 9999, in UTC").field("users")),
    }
}

/// Whether an action names a file, however deep.
fn names_file(action: &ActionSpec) -> bool {
    let ActionSpec::Table(table) = action else { return false };
    let mut open = vec![table];
    while let Some(table) = open.pop() {
        if table.contains_key("body-file") {
            return true;
        }
        open.extend(table.values().filter_map(|value| match value {
            ActionValue::Table(inner) => Some(inner),
            ActionValue::Word(_) | ActionValue::Number(_) => None,
        }));
    }
    false
}

/// Whether a text has at most `most` characters. The text is not repeated: it may be a PIN.
fn length(field: &str, text: Option<impl AsRef<str>>, most: usize) -> Result<(), ApiError> {
    let found = text.map_or(0, |text| text.as_ref().chars().count());
    if found <= most {
        return Ok(());
    }
    Err(ApiError::invalid(format!("`{field}` has {found} characters; it may have {most}")).field(field))
}

fn count(field: &str, found: usize, most: usize) -> Result<(), ApiError> {
    if found <= most {
        return Ok(());
    }
    Err(ApiError::invalid(format!("`{field}` has {found} items; it may have {most}")).field(field))
}

/// Whether each number is within its bounds.
fn ranges<const COUNT: usize>(
    bounds: &[(&str, u64, u64); COUNT],
    values: [Option<u32>; COUNT],
) -> Result<(), ApiError> {
    bounds
        .iter()
        .zip(values)
        .try_for_each(|((field, least, most), value)| range(field, value.map(u64::from), *least..=*most))
}

/// Whether a number is within its bounds.
pub(crate) fn range(field: &str, value: Option<u64>, bounds: RangeInclusive<u64>) -> Result<(), ApiError> {
    match value {
        Some(value) if !bounds.contains(&value) => {
            let what = format!("`{field}` is {value}; it must be {} to {}", bounds.start(), bounds.end());
            Err(ApiError::invalid(what).field(field))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::PinPolicy;
    use serde::de::DeserializeOwned;

    fn field<T: Check + DeserializeOwned>(text: &str) -> Option<String> {
        let value: T = serde_json::from_str(text).unwrap();
        value.check_bounds().err().and_then(|error| error.field)
    }

    #[test]
    fn a_rule_names_no_file_however_deep() {
        let rule = |what: &str| field::<RuleSpec>(&format!(r#"{{"where":"http","what":{what}}}"#));
        assert_eq!(rule(r#""reset""#), None);
        assert_eq!(rule(r#"{"http":{"status":503,"body":"body-file"}}"#), None);
        let refused = Some("body-file".to_owned());
        assert_eq!(rule(r#"{"http":{"body-file":"/etc/passwd"}}"#), refused);
        assert_eq!(rule(r#"{"body-file":"x"}"#), refused);
        assert_eq!(rule(r#"{"http":{"headers":{"a":{"body-file":"x"}}}}"#), refused);
        let then = r#"[{"where":"http"},{"where":"http","then":["ok",{"http":{"body-file":"x"}}]}]"#;
        assert_eq!(field::<Vec<RuleSpec>>(then).as_deref(), Some("[1].body-file"));
        assert_eq!(field::<State>(&format!(r#"{{"rules":{then}}}"#)).as_deref(), Some("[1].body-file"));
    }

    #[test]
    fn settings_keep_to_their_documented_ranges() {
        for (text, expected) in [
            (r#"{"default_validity_period_hours":8}"#, None),
            (r#"{"default_validity_period_hours":7}"#, Some("default_validity_period_hours")),
            (r#"{"min_validity_period_hours":4321}"#, Some("min_validity_period_hours")),
            (r#"{"max_validity_period_hours":8761}"#, Some("max_validity_period_hours")),
            (r#"{"min_csr_key_size":1023}"#, Some("min_csr_key_size")),
            (r#"{"max_csr_key_size":16385}"#, Some("max_csr_key_size")),
            (r#"{"ticket_lifetime_seconds":0}"#, None),
            (r#"{"ticket_lifetime_seconds":31536001}"#, Some("ticket_lifetime_seconds")),
            (r#"{"ca_signing_key_length":2047}"#, Some("ca_signing_key_length")),
        ] {
            assert_eq!(field::<WebChange>(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            (r#"{"min_endpoint_expiration":300,"max_user_count":2000,"max_endpoints_per_user":64}"#, None),
            (r#"{"default_endpoint_expiration":901}"#, Some("default_endpoint_expiration")),
            (r#"{"max_endpoints_per_user":0}"#, Some("max_endpoints_per_user")),
            (r#"{"max_user_count":100001}"#, Some("max_user_count")),
        ] {
            assert_eq!(field::<RegistrarChange>(text).as_deref(), expected, "{text}");
            let state = format!(r#"{{"registrar":{text}}}"#);
            assert_eq!(field::<State>(&state).as_deref(), expected, "{state}");
        }
        assert_eq!(
            field::<PinPolicy>(r#"{"pin_lifetime_days":1}"#).as_deref(),
            Some("pin_history_count"),
            "a lifetime needs a history"
        );
    }

    #[test]
    fn a_time_that_could_not_be_written_again_is_refused() {
        for (time, refused) in [
            ("0001-01-01T00:00:00Z", false),
            ("9999-12-31T23:59:59+01:00", false),
            ("9999-12-31T23:59:59-01:00", true),
            ("0001-01-01T00:00:00+01:00", true),
        ] {
            for what in [
                format!(r#""pin":{{"hash":null,"last_pin_change_time":"{time}"}}"#),
                format!(r#""lockout":{{"window_started":"{time}"}}"#),
                format!(r#""lockout":{{"locked_until":"{time}"}}"#),
            ] {
                let state = format!(r#"{{"users":[{{"sip_address":"a@b.c","display_name":"A",{what}}}]}}"#);
                assert_eq!(field::<State>(&state).is_some(), refused, "{state}");
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_refused_and_not_repeated() {
        let text = format!(r#"{{"pin":"{}"}}"#, "71290".repeat(13));
        let update: PinUpdate = serde_json::from_str(&text).unwrap();
        let error = update.check_bounds().unwrap_err();
        assert_eq!(error.field.as_deref(), Some("pin"));
        assert!(!error.message.contains("71290"), "{error}");
        // Characters count, not bytes.
        assert_eq!(field::<UserUpdate>(&format!(r#"{{"display_name":"{}"}}"#, "ä".repeat(256))), None);
    }
}

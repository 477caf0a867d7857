//! Bounds on what is asked: lengths, counts and ranges, as the API's document states them.

use crate::ApiError;
use crate::dto::{
    ArmScenario, ClockChange, JournalFilter, NamespaceMembers, NewUser, PinPolicy, PinText, PinUpdate,
    RegistrarChange, ResetRequest, RuleSpec, State, UserState, UserUpdate, VerifyRequest, WebChange,
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
pub(crate) const WEB_BOUNDS: [(&str, u64, u64); 7] = [
    ("default_validity_period_hours", 8, 8760),
    ("min_validity_period_hours", 8, 4320),
    ("max_validity_period_hours", 8, 8760),
    ("min_csr_key_size", 1024, 16384),
    ("max_csr_key_size", 1024, 16384),
    ("hsts_max_age_seconds", 0, MAX_SHORT_NUMBER),
    ("ticket_lifetime_seconds", 0, 31_536_000),
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
        self.pin.iter().try_for_each(Check::check_bounds)
    }
}

impl Check for UserUpdate {
    fn check_bounds(&self) -> Result<(), ApiError> {
        length("display_name", self.display_name.as_ref(), 256)?;
        length("line_uri", self.line_uri.as_ref(), 64)
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

impl Check for PinPolicy {
    fn check_bounds(&self) -> Result<(), ApiError> {
        use lync_model::PinPolicyError as Wrong;
        lync_model::PinPolicy::from(self).validate().map_err(|error| {
            ApiError::invalid(error.to_string()).field(match error {
                Wrong::MinPasswordLength(_) => "min_password_length",
                Wrong::PinHistoryCount(_) | Wrong::LifetimeWithoutHistory => "pin_history_count",
                Wrong::PinLifetime(_) => "pin_lifetime_days",
                Wrong::MaximumLogonAttempts(_) => "maximum_logon_attempts",
            })
        })
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
        ];
        WEB_BOUNDS
            .iter()
            .zip(values)
            .try_for_each(|((field, least, most), value)| range(field, value.map(u64::from), *least..=*most))
    }
}

impl Check for RegistrarChange {
    fn check_bounds(&self) -> Result<(), ApiError> {
        Ok(())
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
        self.pin_policy.iter().try_for_each(Check::check_bounds)?;
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
        ] {
            assert_eq!(field::<WebChange>(text).as_deref(), expected, "{text}");
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

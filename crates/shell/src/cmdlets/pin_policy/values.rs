//! The values of a PIN policy: as parameters, as an object, and back.

use crate::{NamedPinPolicy, refusal};
use lync_model::PinPolicy;
use lync_powershell::{Arguments, ErrorRecord, Kind, Object, Parameter, Value, View};

pub(super) const DESCRIPTION: Parameter =
    Parameter::new("Description", Kind::String, "What the policy is for; $Null takes it away.");
pub(super) const MIN_PASSWORD_LENGTH: Parameter =
    number("MinPasswordLength", 4, 24, "Least number of digits, 4 to 24; default 5.");
pub(super) const PIN_HISTORY_COUNT: Parameter = number(
    "PINHistoryCount",
    0,
    20,
    "New PINs before an old one may come back, 0 to 20; default 0. Set-CsClientPin does not look at it.",
);
pub(super) const ALLOW_COMMON_PATTERNS: Parameter = Parameter::new(
    "AllowCommonPatterns",
    Kind::Bool,
    "Whether repeated or consecutive digits and the user's own number are taken; default False.",
);
pub(super) const PIN_LIFETIME: Parameter = number(
    "PINLifetime",
    0,
    999,
    "Days until a PIN expires, 0 to 999; 0, the default, is never. More than 0 needs a PINHistoryCount above 0.",
);
pub(super) const MAXIMUM_LOGON_ATTEMPTS: Parameter = Parameter::new(
    "MaximumLogonAttempts",
    Kind::Int { min: 1, max: 999, nullable: true },
    "Wrong PINs within 30 minutes that lock for an hour, 1 to 999; $Null, the default, leaves it to the PIN's length.",
);

const fn number(name: &'static str, min: i64, max: i64, help: &'static str) -> Parameter {
    Parameter::new(name, Kind::Int { min, max, nullable: false }, help)
}

/// The policy as Get-CsPinPolicy shows it; the order is documented.
pub(super) fn object(policy: &NamedPinPolicy) -> Object {
    let values = &policy.policy;
    Object::new("Microsoft.Rtc.Management.WritableConfig.Policy.UserPin.UserPolicy")
        .with("Identity", policy.identity.as_str())
        .with("Description", policy.description.clone())
        .with("MinPasswordLength", u32::from(values.min_password_length))
        .with("PINHistoryCount", u32::from(values.pin_history_count))
        .with("AllowCommonPatterns", values.allow_common_patterns)
        .with("PINLifetime", u32::from(values.pin_lifetime_days))
        .with("MaximumLogonAttempts", values.maximum_logon_attempts.map(u32::from))
        .shown_as(View::List)
        .with_text(policy.identity.as_str())
}

/// The policy that an object describes; what it has not is the default.
///
/// # Errors
/// It has no name, or a value that is none.
pub(super) fn of_object(object: &Object) -> Result<NamedPinPolicy, ErrorRecord> {
    let Some(Value::String(identity)) = object.get("Identity") else {
        return Err(refusal::invalid("The instance is no PIN policy."));
    };
    let mut policy =
        NamedPinPolicy { identity: identity.to_string(), description: None, policy: PinPolicy::default() };
    apply(&mut policy, |name| object.get(name))?;
    Ok(policy)
}

/// Changes what the parameters name.
///
/// # Errors
/// The policy would be none that Lync takes; then nothing is changed that outlives the call.
pub(super) fn change(policy: &mut NamedPinPolicy, arguments: &Arguments) -> Result<(), ErrorRecord> {
    apply(policy, |name| arguments.get(name))?;
    policy.policy.validate().map_err(|error| refusal::invalid(refusal::sentence(&error.to_string())))
}

fn apply<'a>(
    policy: &mut NamedPinPolicy,
    value: impl Fn(&str) -> Option<&'a Value>,
) -> Result<(), ErrorRecord> {
    if let Some(given) = value(DESCRIPTION.name) {
        policy.description = match given {
            Value::String(text) if !text.is_empty() => Some(text.to_string()),
            _ => None,
        };
    }
    let values = &mut policy.policy;
    if let Some(number) = value(MIN_PASSWORD_LENGTH.name) {
        values.min_password_length = narrow(MIN_PASSWORD_LENGTH.name, number)?;
    }
    if let Some(number) = value(PIN_HISTORY_COUNT.name) {
        values.pin_history_count = narrow(PIN_HISTORY_COUNT.name, number)?;
    }
    if let Some(number) = value(PIN_LIFETIME.name) {
        values.pin_lifetime_days = narrow(PIN_LIFETIME.name, number)?;
    }
    match value(ALLOW_COMMON_PATTERNS.name) {
        Some(Value::Bool(flag)) => values.allow_common_patterns = *flag,
        Some(_) => return Err(no_value(ALLOW_COMMON_PATTERNS.name)),
        None => {}
    }
    match value(MAXIMUM_LOGON_ATTEMPTS.name) {
        Some(Value::Null) => values.maximum_logon_attempts = None,
        Some(number) => values.maximum_logon_attempts = Some(narrow(MAXIMUM_LOGON_ATTEMPTS.name, number)?),
        None => {}
    }
    Ok(())
}

fn narrow<T: TryFrom<i64>>(name: &str, value: &Value) -> Result<T, ErrorRecord> {
    match value {
        Value::Int(number) => T::try_from(*number).map_err(|_| no_value(name)),
        _ => Err(no_value(name)),
    }
}

fn no_value(name: &str) -> ErrorRecord {
    refusal::invalid(format!("The value of {name} is none that it can have."))
}

//! Settings as the Get- and Set- cmdlets of a configuration have them: one table for both.

use crate::{parameters, refusal};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Object, Value, View, is_like};

/// One setting of a collection.
pub(crate) struct Setting<C: 'static> {
    /// Its property, and its parameter.
    pub(crate) name: &'static str,
    /// Reads it.
    pub(crate) get: fn(&C) -> Value,
    /// Writes it; `false` where the value is not one of its own.
    pub(crate) set: fn(&mut C, &Value) -> bool,
}

/// The collection as an object: Identity, then each setting.
pub(crate) fn object<C>(type_name: &'static str, settings: &[Setting<C>], values: &C) -> Object {
    settings
        .iter()
        .fold(Object::new(type_name).with("Identity", "Global").shown_as(View::List), |object, setting| {
            object.with(setting.name, (setting.get)(values))
        })
}

/// What is to change: everything that the instance holds, and over it what the parameters say.
///
/// # Errors
/// A value of the instance that is none of its setting's, or outside the range of the parameter of its name.
pub(crate) fn change<C: Default>(
    definition: &Definition,
    settings: &[Setting<C>],
    arguments: &Arguments,
) -> Result<C, ErrorRecord> {
    let mut change = C::default();
    if let Some(Value::Object(instance)) = arguments.get("Instance") {
        for setting in settings {
            let Some(value) = instance.get(setting.name) else { continue };
            in_range(definition, setting.name, value)?;
            take(&mut change, setting, value)?;
        }
    }
    for setting in settings {
        let Some(value) = arguments.get(setting.name) else { continue };
        take(&mut change, setting, value)?;
    }
    Ok(change)
}

fn in_range(definition: &Definition, name: &str, value: &Value) -> Result<(), ErrorRecord> {
    let kind = definition.parameters.iter().find(|known| known.name == name).map(|known| known.kind);
    match (kind, value) {
        (Some(Kind::Int { min, max, .. }), Value::Int(number)) if !(min..=max).contains(number) => {
            Err(refusal::invalid(format!("{name} is {number}; it is {min} to {max}.")))
        }
        _ => Ok(()),
    }
}

fn take<C>(change: &mut C, setting: &Setting<C>, value: &Value) -> Result<(), ErrorRecord> {
    if (setting.set)(change, value) {
        return Ok(());
    }
    Err(refusal::invalid(format!("The value of {} is none that it can have.", setting.name)))
}

/// Whether the global collection, the only one of this pool, is asked for by `-Identity` or `-Filter`.
///
/// # Errors
/// Another one is named.
pub(crate) fn global_is_meant(arguments: &Arguments, what: &str) -> Result<bool, ErrorRecord> {
    if let Some(filter) = arguments.text("Filter") {
        return Ok(is_like("Global", filter));
    }
    let named = match arguments.get("Instance") {
        Some(Value::Object(instance)) => match instance.get("Identity") {
            Some(Value::String(identity)) => Some(identity.to_string()),
            _ => None,
        },
        _ => arguments.text("Identity").map(str::to_owned),
    };
    match named {
        Some(identity) if !identity.eq_ignore_ascii_case("global") => Err(refusal::no_such_thing(format!(
            "There are no {what} with the identity \"{identity}\"; this pool has Global alone."
        ))),
        _ => Ok(true),
    }
}

/// `three values in order`, for settings of which one is the least and one the greatest.
///
/// # Errors
/// They are not.
pub(crate) fn in_order(named: [(&str, Option<u32>); 3]) -> Result<(), ErrorRecord> {
    for (lower, higher) in named.iter().zip(named.iter().skip(1)) {
        if let ((low, Some(least)), (high, Some(greatest))) = (lower, higher)
            && least > greatest
        {
            return Err(refusal::invalid(format!("{low} ({least}) is greater than {high} ({greatest}).")));
        }
    }
    Ok(())
}

/// Writes a flag.
pub(crate) fn set_flag(field: &mut Option<bool>, value: &Value) -> bool {
    if let Value::Bool(flag) = value {
        *field = Some(*flag);
    }
    matches!(value, Value::Bool(_))
}

/// Writes a number.
pub(crate) fn set_number(field: &mut Option<u32>, value: &Value) -> bool {
    let Value::Int(number) = value else { return false };
    *field = u32::try_from(*number).ok();
    field.is_some()
}

/// The names of parameters that were given and do nothing.
pub(crate) fn idle(definition: &Definition, arguments: &Arguments) -> impl Iterator<Item = &'static str> {
    let given: Vec<_> = definition
        .parameters
        .iter()
        .filter(|parameter| parameter.help == parameters::TAKEN && arguments.get(parameter.name).is_some())
        .map(|parameter| parameter.name)
        .filter(|name| {
            !matches!(*name, "Force" | "LocalStore" | "Tenant" | "DomainController" | "Credential")
        })
        .collect();
    given.into_iter()
}

//! Collections of settings, and what their Get- and Set- cmdlets have in common: one table for both.

use crate::deployment::Answer;
use crate::{parameters, refusal};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Object, Session, Value, View, is_like};

/// One setting of a collection.
pub(crate) struct Setting<C: 'static> {
    /// Its property, and its parameter.
    pub(crate) name: &'static str,
    /// Reads it.
    pub(crate) get: fn(&C) -> Value,
    /// Writes it; `false` where the value is not one of its own.
    pub(crate) set: fn(&mut C, &Value) -> bool,
}

/// A collection of settings, of which this pool has the global one alone, with what differs from others.
pub(crate) struct Collection<C: 'static> {
    /// What errors call it.
    pub(crate) what: &'static str,
    /// The type of the object that is shown.
    pub(crate) type_name: &'static str,
    /// In the order in which they are shown.
    pub(crate) settings: &'static [Setting<C>],
    /// The cmdlet that changes it.
    pub(crate) set: &'static Definition,
    /// Names of numbers that must be in order, each row for itself: the least first.
    pub(crate) in_order: &'static [&'static [&'static str]],
}

impl<C: Default> Collection<C> {
    /// The Get- cmdlet.
    pub(crate) async fn show(
        &self,
        arguments: &Arguments,
        read: impl Future<Output = Answer<C>>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        if !global_is_meant(arguments, self.what)? {
            return Ok(Vec::new());
        }
        Ok(vec![self.object(&read.await.map_err(refusal::of)?).into()])
    }

    /// The Set- cmdlet as far as what is to be written; `None` where nothing is.
    ///
    /// # Errors
    /// What cannot be.
    pub(crate) async fn to_change(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
        read: impl Future<Output = Answer<C>>,
    ) -> Result<Option<C>, ErrorRecord> {
        global_is_meant(arguments, self.what)?;
        let change = self.change(arguments)?;
        if !self.in_order.is_empty() {
            self.check_order(&change, &read.await.map_err(refusal::of)?)?;
        }
        for name in idle(self.set, arguments) {
            session.warning(&format!("{name} is taken and not kept; it changes nothing here."));
        }
        Ok(session.should_process("Global", self.set.name).await?.then_some(change))
    }

    /// As an object: Identity, then each setting.
    fn object(&self, values: &C) -> Object {
        let empty = Object::new(self.type_name).with("Identity", "Global").shown_as(View::List);
        let with = |object: Object, setting: &Setting<C>| object.with(setting.name, (setting.get)(values));
        self.settings.iter().fold(empty, with)
    }

    /// What is to change: everything that the instance holds, and over it what the parameters say.
    ///
    /// # Errors
    /// A value of the instance that is none of its setting's, or outside the range of the parameter of its name.
    fn change(&self, arguments: &Arguments) -> Result<C, ErrorRecord> {
        let mut change = C::default();
        if let Some(Value::Object(instance)) = arguments.get("Instance") {
            for setting in self.settings {
                let Some(value) = instance.get(setting.name) else { continue };
                in_range(self.set, setting.name, value)?;
                take(&mut change, setting, value)?;
            }
        }
        for setting in self.settings {
            let Some(value) = arguments.get(setting.name) else { continue };
            take(&mut change, setting, value)?;
        }
        Ok(change)
    }

    /// Whether the numbers will be in order.
    ///
    /// # Errors
    /// They are not.
    fn check_order(&self, change: &C, before: &C) -> Result<(), ErrorRecord> {
        for names in self.in_order {
            for (low, high) in names.iter().zip(names.iter().skip(1)) {
                if let (Some(least), Some(greatest)) =
                    (self.number(low, change, before), self.number(high, change, before))
                    && least > greatest
                {
                    let told = format!("{low} ({least}) is greater than {high} ({greatest}).");
                    return Err(refusal::invalid(told));
                }
            }
        }
        Ok(())
    }

    /// The number that a setting will be.
    fn number(&self, name: &str, change: &C, before: &C) -> Option<i64> {
        let setting = self.settings.iter().find(|setting| setting.name == name)?;
        [change, before].into_iter().find_map(|values| match (setting.get)(values) {
            Value::Int(number) => Some(number),
            _ => None,
        })
    }
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

//! Preference variables: what a command does where its parameters do not say it.

use super::evaluate::STEP;
use crate::call::{Call, ErrorAction};
use crate::compare::truth;
use crate::convert::{action_preference, no_choice};
use crate::state::State;
use crate::text::{shown_up_to, text};
use crate::{ErrorRecord, Object, Value};
use std::sync::Arc;

const LIMIT: &str = "FormatEnumerationLimit";

/// A variable that a shell has from the beginning.
struct Preference {
    name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// An ActionPreference of these; the others are not here.
    Action {
        default: &'static str,
        here: &'static [&'static str],
    },
    /// An ActionPreference for a stream that nothing writes to.
    Silent(&'static str),
    WhatIf,
    Confirm,
    Limit,
    /// One that would change nothing.
    Missing,
}

const fn missing(name: &'static str) -> Preference {
    Preference { name, kind: Kind::Missing }
}

const fn action(name: &'static str, default: &'static str, here: &'static [&'static str]) -> Preference {
    Preference { name, kind: Kind::Action { default, here } }
}

/// about_Preference_Variables of Windows PowerShell 5.1.
static ALL: [Preference; 31] = [
    action("ErrorActionPreference", "Continue", &["SilentlyContinue", "Stop", "Continue"]),
    action("VerbosePreference", "SilentlyContinue", &["SilentlyContinue", "Continue"]),
    action("WarningPreference", "Continue", &["SilentlyContinue", "Continue"]),
    Preference { name: "DebugPreference", kind: Kind::Silent("SilentlyContinue") },
    Preference { name: "InformationPreference", kind: Kind::Silent("SilentlyContinue") },
    Preference { name: "ProgressPreference", kind: Kind::Silent("Continue") },
    Preference { name: "WhatIfPreference", kind: Kind::WhatIf },
    Preference { name: "ConfirmPreference", kind: Kind::Confirm },
    Preference { name: LIMIT, kind: Kind::Limit },
    missing("LogCommandHealthEvent"),
    missing("LogCommandLifecycleEvent"),
    missing("LogEngineHealthEvent"),
    missing("LogEngineLifecycleEvent"),
    missing("LogProviderHealthEvent"),
    missing("LogProviderLifecycleEvent"),
    missing("MaximumAliasCount"),
    missing("MaximumDriveCount"),
    missing("MaximumErrorCount"),
    missing("MaximumFunctionCount"),
    missing("MaximumHistoryCount"),
    missing("MaximumVariableCount"),
    missing("OFS"),
    missing("OutputEncoding"),
    missing("PSDefaultParameterValues"),
    missing("PSEmailServer"),
    missing("PSModuleAutoLoadingPreference"),
    missing("PSSessionApplicationName"),
    missing("PSSessionConfigurationName"),
    missing("PSSessionOption"),
    missing("Transcript"),
    missing("ErrorView"),
];

/// From which impact of a cmdlet on somebody is asked, the first for the least.
const IMPACTS: [&str; 4] = ["None", "Low", "Medium", "High"];

fn find(name: &str) -> Option<&'static Preference> {
    ALL.iter().find(|known| known.name.eq_ignore_ascii_case(name))
}

/// What a preference variable is that nobody has set.
pub(crate) fn default(name: &str) -> Option<Value> {
    match find(name)?.kind {
        Kind::Action { default, .. } | Kind::Silent(default) => Some(Value::from(default)),
        Kind::WhatIf => Some(Value::Bool(false)),
        Kind::Confirm => Some(Value::from("High")),
        Kind::Limit => Some(Value::Int(4)),
        Kind::Missing => None,
    }
}

/// The value as the variable of this name keeps it; every value, where it is no preference variable.
///
/// # Errors
/// It is no value of the variable, or one that would have no effect here.
pub(super) fn checked(name: &str, value: Value) -> Result<Value, ErrorRecord> {
    let Some(Preference { name, kind }) = find(name) else { return Ok(value) };
    match *kind {
        Kind::Action { here, .. } => match action_preference(&value).map_err(no_value)? {
            action if here.contains(&action) => Ok(Value::from(action)),
            action => Err(not_here(&format!("${name} = {action}"))),
        },
        Kind::Silent(_) => action_preference(&value).map(Value::from).map_err(no_value),
        Kind::WhatIf => Ok(Value::Bool(truth(&value))),
        Kind::Confirm => impact(&value).map(Value::from),
        Kind::Limit => match value {
            Value::Int(_) => Ok(value),
            _ => Err(not_here(&format!("${name} but whole numbers"))),
        },
        Kind::Missing => Err(not_here(&format!("${name}"))),
    }
}

fn impact(value: &Value) -> Result<&'static str, ErrorRecord> {
    let given = text(value);
    let place = match value {
        Value::Int(number) => usize::try_from(*number).ok(),
        _ => IMPACTS.iter().position(|name| name.eq_ignore_ascii_case(&given)),
    };
    place.and_then(|place| IMPACTS.get(place)).copied().ok_or_else(|| {
        let kind = "System.Management.Automation.ConfirmImpact";
        let error = no_choice(&given, &IMPACTS);
        no_value(format!("Cannot convert value \"{given}\" to type \"{kind}\". Error: \"{error}\""))
    })
}

fn no_value(message: String) -> ErrorRecord {
    ErrorRecord::new("MetadataError", "RuntimeException", message)
        .of("ArgumentTransformationMetadataException")
}

fn not_here(what: &str) -> ErrorRecord {
    ErrorRecord::new("NotImplemented", "PreferenceNotSupported", format!("This shell has no {what}."))
}

impl State {
    /// What the variables say of a command whose parameters do not say it.
    pub(super) fn prefer(&self, call: &mut Call) {
        let is = |name, value: &str| text(&self.preference(name)) == value;
        call.verbose.get_or_insert_with(|| is("VerbosePreference", "Continue"));
        call.quiet_warnings.get_or_insert_with(|| is("WarningPreference", "SilentlyContinue"));
        call.what_if.get_or_insert_with(|| truth(&self.preference("WhatIfPreference")));
        // A cmdlet's impact is Medium where it does not say another; that Lync's say none is inferred.
        call.confirm
            .get_or_insert_with(|| is("ConfirmPreference", "Low") || is("ConfirmPreference", "Medium"));
    }

    /// `$ErrorActionPreference`
    pub(super) fn error_preference(&self) -> ErrorAction {
        ErrorAction::named(&text(&self.preference("ErrorActionPreference"))).unwrap_or_default()
    }

    /// What is shown of a value in a list or a table.
    pub(crate) fn limited(&mut self, value: Value) -> Value {
        match value {
            Value::Object(object) => Value::Object(self.limited_object(object)),
            other => other,
        }
    }

    /// The object with no more elements of its arrays than `$FormatEnumerationLimit` says; below 0 it is all of them.
    pub(crate) fn limited_object(&mut self, object: Arc<Object>) -> Arc<Object> {
        let limit = match self.variables.get(LIMIT) {
            Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(usize::MAX),
            _ => return object,
        };
        let mut limited = object.as_ref().clone();
        for (_, part) in &mut limited.properties {
            if matches!(part, Value::Array(_)) {
                let text = shown_up_to(part, limit);
                // Few steps could fill the memory otherwise.
                self.steps = self.steps.saturating_sub(u64::try_from(text.len()).unwrap_or(u64::MAX) / STEP);
                *part = Value::from(text);
            }
        }
        Arc::new(limited)
    }

    fn preference(&self, name: &str) -> Value {
        self.variables.get(name).cloned().or_else(|| default(name)).unwrap_or(Value::Null)
    }
}

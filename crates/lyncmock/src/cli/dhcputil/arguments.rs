//! The arguments of DHCPUtil, bound as PowerShell binds those of a cmdlet: names in any case, unambiguous prefixes,
//! `-Name value` and `-Name:value`, switches. The error texts are PowerShell's own.

use std::collections::BTreeMap;

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// As Microsoft writes it, without the dash.
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) kind: Kind,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    String,
    /// Nothing, or `:$true` and `:$false`.
    Switch,
}

/// Why a command line was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BindError {
    /// No parameter has this name.
    #[error("A parameter cannot be found that matches parameter name '{0}'.")]
    Unknown(String),
    /// A prefix of several names.
    #[error(
        "Parameter cannot be processed because the parameter name '{given}' is ambiguous. \
         Possible matches include: {candidates}."
    )]
    Ambiguous {
        /// What was typed.
        given: String,
        /// The names that begin so.
        candidates: String,
    },
    /// A name without its value.
    #[error(
        "Missing an argument for parameter '{0}'. Specify a parameter of type 'System.{1}' and try again."
    )]
    NoValue(&'static str, &'static str),
    /// The same name twice.
    #[error(
        "Cannot bind parameter because parameter '{0}' is specified more than once. To provide multiple values to \
         parameters that can accept multiple values, use the array syntax. For example, \
         \"-parameter value1,value2,value3\"."
    )]
    Twice(&'static str),
    /// A value that belongs to no parameter. It is not repeated: it may be a PIN.
    #[error("A positional parameter cannot be found that accepts the argument at position {0}.")]
    NoPosition(usize),
}

/// The values that were bound, by the parameter's name.
#[derive(Clone, Default)]
pub(super) struct Bound {
    values: BTreeMap<&'static str, String>,
}

impl Bound {
    /// The value of the parameter; a switch that is on has the value `true`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }
}

/// Binds `arguments` to `parameters`.
///
/// # Errors
/// With PowerShell's text for the first thing that is wrong.
pub(super) fn bind(parameters: &[Parameter], arguments: &[String]) -> Result<Bound, BindError> {
    let mut bound = Bound::default();
    let mut rest = arguments.iter().enumerate();
    while let Some((index, argument)) = rest.next() {
        let Some(name) = parameter_name(argument) else {
            return Err(BindError::NoPosition(index + 1));
        };
        let (name, attached) = match name.split_once(':') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (name, None),
        };
        let parameter = find(parameters, name)?;
        let value = match (parameter.kind, attached) {
            (Kind::Switch, None) => "true".to_owned(),
            (Kind::Switch, Some(value)) => (!value.eq_ignore_ascii_case("$false")).to_string(),
            (_, Some(value)) => value,
            (kind, None) => rest
                .next()
                .map(|(_, value)| value.clone())
                .ok_or(BindError::NoValue(parameter.name, type_name(kind)))?,
        };
        if bound.values.insert(parameter.name, value).is_some() {
            return Err(BindError::Twice(parameter.name));
        }
    }
    Ok(bound)
}

/// The name, if the argument is one: a dash and then a letter, so that `-1` is a value. Two dashes are lyncmock's own.
fn parameter_name(argument: &str) -> Option<&str> {
    let name = argument.strip_prefix('-')?;
    let first = name.trim_start_matches('-').chars().next()?;
    first.is_alphabetic().then_some(name)
}

fn find<'p>(parameters: &'p [Parameter], given: &str) -> Result<&'p Parameter, BindError> {
    let lower = given.to_ascii_lowercase();
    if let Some(exact) = parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(given)) {
        return Ok(exact);
    }
    let begins = |parameter: &&Parameter| parameter.name.to_ascii_lowercase().starts_with(&lower);
    let candidates: Vec<&Parameter> = parameters.iter().filter(begins).collect();
    match candidates.as_slice() {
        [only] => Ok(only),
        [] => {
            // What follows an equals sign, as in -Pin=0712, is a value: it is not repeated.
            let name = given.chars().take_while(|c| c.is_alphabetic() || *c == '-').collect();
            Err(BindError::Unknown(name))
        }
        several => {
            let names: Vec<String> = several.iter().map(|parameter| format!("-{}", parameter.name)).collect();
            Err(BindError::Ambiguous { given: given.to_owned(), candidates: names.join(" ") })
        }
    }
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "String",
        Kind::Switch => "Management.Automation.SwitchParameter",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[Parameter] = &[
        Parameter { name: "SipServer", kind: Kind::String },
        Parameter { name: "SipService", kind: Kind::String },
        Parameter { name: "EmulateClient", kind: Kind::Switch },
    ];

    fn bound(line: &str) -> Result<Bound, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        bind(PARAMETERS, &arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn any_case_prefixes_and_colons() {
        let bound = bound("-sipserver pool -SIPSERVICE:5061 -Emul").unwrap();
        assert_eq!((bound.get("SipServer"), bound.get("SipService")), (Some("pool"), Some("5061")));
        assert!(bound.is_on("EmulateClient"));
        assert!(!self::bound("-Emulate:$false").unwrap().is_on("EmulateClient"));
    }

    #[test]
    fn mistakes_are_told_in_powershells_words() {
        for (line, text) in [
            ("-Pool 1", "A parameter cannot be found that matches parameter name 'Pool'."),
            (
                "-Sip 1",
                "the parameter name 'Sip' is ambiguous. Possible matches include: -SipServer -SipService.",
            ),
            ("-SipServer", "Missing an argument for parameter 'SipServer'."),
            ("-SipServer 1 -sipserver 2", "parameter 'SipServer' is specified more than once"),
            ("-Pin=90817263", "A parameter cannot be found that matches parameter name 'Pin'."),
            (
                "-Emul 90817263",
                "A positional parameter cannot be found that accepts the argument at position 2.",
            ),
        ] {
            let error = bound(line).err().unwrap();
            assert!(error.contains(text), "{error}");
            assert!(!error.contains("90817263"), "{error}");
        }
    }
}

//! The arguments of a cmdlet, bound as PowerShell binds them.
//!
//! Names in any case, aliases, unambiguous prefixes, `-Name value` and `-Name:value`, switches, positions. The error
//! texts are PowerShell's own.

use std::collections::BTreeMap;

/// A parameter that a cmdlet takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    /// As Microsoft writes it, without the dash.
    pub name: &'static str,
    /// Its aliases.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub kind: Kind,
    /// Its place among values without a name, if it has one.
    pub(crate) position: Option<u8>,
    /// Whether the cmdlet needs it.
    pub mandatory: bool,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    String,
    /// A 32-bit number.
    Int32,
    /// Nothing, or `:$true` and `:$false`.
    Switch,
}

/// Why a command line was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BindError {
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
    /// A value of the wrong type.
    #[error(
        "Cannot bind parameter '{name}'. Cannot convert value \"{value}\" to type \"System.Int32\". \
         Error: \"Input string was not in a correct format.\""
    )]
    NotANumber {
        /// The parameter.
        name: &'static str,
        /// What was typed.
        value: String,
    },
    /// A value that belongs to no parameter. It is not repeated: it may be a PIN.
    #[error("A positional parameter cannot be found that accepts the argument at position {0}.")]
    NoPosition(usize),
    /// What the cmdlet needs and did not get.
    #[error("Cannot process command because of one or more missing mandatory parameters: {0}.")]
    Missing(String),
}

/// The values that were bound, by the parameter's name.
#[derive(Clone, Default)]
pub(crate) struct Bound {
    values: BTreeMap<&'static str, String>,
}

impl Bound {
    /// The value of the parameter; a switch that is on has the value `true`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }
}

/// Binds `arguments` to `parameters`.
///
/// # Errors
/// With PowerShell's text for the first thing that is wrong.
pub(crate) fn bind(parameters: &[Parameter], arguments: &[String]) -> Result<Bound, BindError> {
    let mut bound = Bound::default();
    let mut unnamed = Vec::new();
    let mut rest = arguments.iter().enumerate();
    while let Some((index, argument)) = rest.next() {
        let Some(name) = parameter_name(argument) else {
            unnamed.push((index + 1, argument.clone()));
            continue;
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
        if parameter.kind == Kind::Int32 && value.parse::<i32>().is_err() {
            return Err(BindError::NotANumber { name: parameter.name, value });
        }
        if bound.values.insert(parameter.name, value).is_some() {
            return Err(BindError::Twice(parameter.name));
        }
    }
    bind_positions(parameters, unnamed, &mut bound)?;
    let missing = |parameter: &&Parameter| parameter.mandatory && !bound.values.contains_key(parameter.name);
    let missing: Vec<&str> = parameters.iter().filter(missing).map(|parameter| parameter.name).collect();
    if missing.is_empty() { Ok(bound) } else { Err(BindError::Missing(missing.join(" "))) }
}

/// Values without a name go to the parameters that have a position and no value yet, in the order of the positions.
fn bind_positions(
    parameters: &[Parameter],
    unnamed: Vec<(usize, String)>,
    bound: &mut Bound,
) -> Result<(), BindError> {
    let mut open: Vec<&Parameter> = parameters
        .iter()
        .filter(|known| known.position.is_some() && bound.get(known.name).is_none())
        .collect();
    open.sort_by_key(|parameter| parameter.position);
    let mut open = open.into_iter();
    for (place, value) in unnamed {
        let parameter = open.next().ok_or(BindError::NoPosition(place))?;
        bound.values.insert(parameter.name, value);
    }
    Ok(())
}

/// The name, if the argument is one: a dash and then a letter, so that `-1` is a value. Two dashes are lyncmock's own.
fn parameter_name(argument: &str) -> Option<&str> {
    let name = argument.strip_prefix('-')?;
    let first = name.trim_start_matches('-').chars().next()?;
    first.is_alphabetic().then_some(name)
}

fn find<'p>(parameters: &'p [Parameter], given: &str) -> Result<&'p Parameter, BindError> {
    let lower = given.to_ascii_lowercase();
    let names = |parameter: &Parameter| {
        let mut names = vec![parameter.name.to_ascii_lowercase()];
        names.extend(parameter.aliases.iter().map(|alias| alias.to_ascii_lowercase()));
        names
    };
    if let Some(exact) = parameters.iter().find(|parameter| names(parameter).contains(&lower)) {
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
        Kind::Int32 => "Int32",
        Kind::Switch => "Management.Automation.SwitchParameter",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[Parameter] = &[
        Parameter {
            name: "PhoneOrExt",
            aliases: &["ph"],
            kind: Kind::String,
            position: None,
            mandatory: true,
        },
        Parameter { name: "PIN", aliases: &[], kind: Kind::String, position: None, mandatory: true },
        Parameter {
            name: "TargetFqdn",
            aliases: &["t"],
            kind: Kind::String,
            position: Some(2),
            mandatory: false,
        },
        Parameter {
            name: "TargetUri",
            aliases: &["twsu"],
            kind: Kind::String,
            position: None,
            mandatory: false,
        },
        Parameter {
            name: "RegistrarPort",
            aliases: &["rp"],
            kind: Kind::Int32,
            position: None,
            mandatory: false,
        },
        Parameter { name: "Verbose", aliases: &[], kind: Kind::Switch, position: None, mandatory: false },
    ];

    fn bound(line: &str) -> Result<Bound, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        bind(PARAMETERS, &arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn any_case_aliases_prefixes_and_colons() {
        let bound =
            bound("-phoneorext +12065551219 -Pin 0712 -T pool -targetu https://pool -Verb -rp:5061").unwrap();
        assert_eq!(bound.get("PhoneOrExt"), Some("+12065551219"));
        assert_eq!(bound.get("PIN"), Some("0712"));
        assert_eq!(bound.get("TargetFqdn"), Some("pool"));
        assert_eq!(bound.get("TargetUri"), Some("https://pool"));
        assert_eq!(bound.get("RegistrarPort"), Some("5061"));
        assert!(bound.is_on("Verbose"));
        assert_eq!(self::bound("pool -ph 1 -pin 2").unwrap().get("TargetFqdn"), Some("pool"));
        assert!(!self::bound("-Verbose:$false -ph 1 -pin 2").unwrap().is_on("Verbose"));
    }

    #[test]
    fn mistakes_are_told_in_powershells_words() {
        for (line, text) in [
            ("-Phones 1", "A parameter cannot be found that matches parameter name 'Phones'."),
            ("-P 1", "the parameter name 'P' is ambiguous. Possible matches include: -PhoneOrExt -PIN."),
            ("-Pin", "Missing an argument for parameter 'PIN'."),
            ("-rp many -ph 1 -pin 2", "Cannot bind parameter 'RegistrarPort'. Cannot convert value \"many\""),
            ("-pin 1 -PIN 2", "parameter 'PIN' is specified more than once"),
            ("-Pin=90817263", "A parameter cannot be found that matches parameter name 'Pin'."),
            ("-ph 1", "missing mandatory parameters: PIN."),
            (
                "-ph 1 pool 90817263",
                "A positional parameter cannot be found that accepts the argument at position 4.",
            ),
        ] {
            let error = bound(line).err().unwrap();
            assert!(error.contains(text), "{error}");
            assert!(!error.contains("90817263"), "{error}");
        }
    }
}

//! Which value goes to which parameter.
//!
//! Names in any case, aliases, unambiguous prefixes, `-Name value` and `-Name:value`, switches, positions, and what
//! an object in the pipeline brings.

use crate::call::{Call, ErrorAction, Keep};
use crate::convert::{Offered, convert, object};
use crate::run::secrets;
use crate::syntax::Span;
use crate::{Arguments, Definition, ErrorRecord, Kind, Parameter, Pipeline, Value};

/// An argument whose value is known.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// Of the name with its dash, or of the value.
    pub span: Span,
    pub kind: GivenKind,
}

#[derive(Clone, Debug)]
pub(crate) enum GivenKind {
    /// `-Name`, or `-Name:value`.
    Name(String, Option<Offered>),
    Value(Offered),
}

/// What is wrong, and where; nowhere in particular means the whole command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub span: Option<Span>,
    pub record: Box<ErrorRecord>,
}

/// A command line that was bound. The pipeline may bring more.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    pub arguments: Arguments,
    pub call: Call,
    /// `-?`
    pub wants_help: bool,
}

const fn common(
    name: &'static str,
    aliases: &'static [&'static str],
    kind: Kind,
    help: &'static str,
) -> Parameter {
    Parameter { aliases, ..Parameter::new(name, kind, help) }
}

/// What every command takes.
pub(crate) static COMMON: [Parameter; 11] = [
    common("Verbose", &["vb"], Kind::Switch, "Tells what is done."),
    common("Debug", &["db"], Kind::Switch, "Taken, and without effect."),
    common(
        "ErrorAction",
        &["ea"],
        Kind::Enum(ErrorAction::NAMES),
        "What becomes of an error: Continue, Stop, SilentlyContinue, Ignore, or its number. There is no Inquire.",
    ),
    common(
        "WarningAction",
        &["wa"],
        Kind::Enum(ErrorAction::NAMES),
        "Continue writes warnings, SilentlyContinue and Ignore do not. There is no Stop and no Inquire.",
    ),
    common(
        "ErrorVariable",
        &["ev"],
        Kind::String,
        "The variable that takes the errors, without $; +name adds them.",
    ),
    common(
        "WarningVariable",
        &["wv"],
        Kind::String,
        "The variable that takes the warnings, without $; +name adds them.",
    ),
    common(
        "OutVariable",
        &["ov"],
        Kind::String,
        "The variable that takes the output, without $; +name adds it.",
    ),
    common("OutBuffer", &["ob"], Kind::Object, "Taken, and without effect."),
    common("InformationAction", &["infa"], Kind::Enum(ErrorAction::NAMES), "Taken, and without effect."),
    common("InformationVariable", &["iv"], Kind::String, "Refused: there is no information stream."),
    common(
        "PipelineVariable",
        &["pv"],
        Kind::String,
        "The variable that holds the object on its way to the commands behind, without $.",
    ),
];

/// What a command takes that changes something.
pub(crate) static SHOULD_PROCESS: [Parameter; 2] = [
    common("WhatIf", &["wi"], Kind::Switch, "Tells what would be done, and does nothing."),
    common("Confirm", &["cf"], Kind::Switch, "Asks before it is done."),
];

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resolved<'p> {
    Own(&'p Parameter),
    Common(&'p Parameter),
}

impl<'p> Resolved<'p> {
    pub(crate) fn parameter(self) -> &'p Parameter {
        match self {
            Self::Own(parameter) | Self::Common(parameter) => parameter,
        }
    }
}

/// All parameters of a command, its own first.
pub(crate) fn parameters(definition: &'static Definition) -> impl Iterator<Item = Resolved<'static>> {
    let changes = if definition.should_process { SHOULD_PROCESS.as_slice() } else { &[] };
    let common = COMMON.iter().chain(changes).map(Resolved::Common);
    definition.parameters.iter().map(Resolved::Own).chain(common)
}

/// The parameter of this name: exact, by alias, or by a beginning that only one has. Own ones win over common ones.
pub(crate) fn resolve(
    definition: &'static Definition,
    given: &str,
) -> Result<Resolved<'static>, ErrorRecord> {
    let lower = given.to_lowercase();
    let names = |parameter: &Parameter| {
        std::iter::once(parameter.name).chain(parameter.aliases.iter().copied()).collect::<Vec<_>>()
    };
    let exact =
        |known: &Resolved<'_>| names(known.parameter()).iter().any(|name| name.to_lowercase() == lower);
    if let Some(found) = parameters(definition).find(exact) {
        return Ok(found);
    }
    let begins = |known: &Resolved<'_>| {
        names(known.parameter()).iter().any(|name| name.to_lowercase().starts_with(&lower))
    };
    let candidates: Vec<Resolved<'static>> = parameters(definition).filter(begins).collect();
    let own: Vec<_> = candidates.iter().filter(|known| matches!(known, Resolved::Own(_))).collect();
    match (candidates.as_slice(), own.as_slice()) {
        ([only], _) => Ok(*only),
        (_, [only]) => Ok(**only),
        ([], _) => {
            // What follows an equals sign, as in -Pin=0712, is a value: it is not repeated.
            let name = given.get(..secrets::value_in_name(given).unwrap_or(given.len())).unwrap_or_default();
            let name: String = name.chars().take_while(|c| c.is_alphabetic()).collect();
            let message = format!("A parameter cannot be found that matches parameter name '{name}'.");
            Err(binding("NamedParameterNotFound", message))
        }
        _ => {
            let names: Vec<String> =
                candidates.iter().map(|known| format!("-{}", known.parameter().name)).collect();
            let message = format!(
                "Parameter cannot be processed because the parameter name '{given}' is ambiguous. Possible matches \
                 include: {}.",
                names.join(" ")
            );
            Err(binding("AmbiguousParameter", message))
        }
    }
}

fn binding(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new("InvalidArgument", id, message).of("ParameterBindingException")
}

/// Binds what was typed.
pub(crate) fn bind(definition: &'static Definition, given: Vec<Given>) -> Result<Bound, Fault> {
    let mut bound = Bound::default();
    let mut unnamed = Vec::new();
    let mut rest = given.into_iter().peekable();
    while let Some(Given { span, kind }) = rest.next() {
        let (name, attached) = match kind {
            GivenKind::Value(value) => {
                unnamed.push((span, value));
                continue;
            }
            GivenKind::Name(name, attached) => (name, attached),
        };
        if name == "?" {
            bound.wants_help = true;
            continue;
        }
        let at = |record| Fault { span: Some(span), record: Box::new(record) };
        let resolved = resolve(definition, &name).map_err(at)?;
        let parameter = resolved.parameter();
        let (value, value_span) = match (parameter.kind, attached) {
            (_, Some(value)) => (value, span),
            (Kind::Switch, None) => (Offered::value(Value::Bool(true)), span),
            (kind, None) => match rest.next_if(|next| matches!(next.kind, GivenKind::Value(_))) {
                Some(Given { span, kind: GivenKind::Value(value) }) => (value, span),
                _ => return Err(at(no_value(parameter.name, kind))),
            },
        };
        if bound.arguments.get(parameter.name).is_some() {
            return Err(at(twice(parameter.name)));
        }
        let value = convert(parameter, &value)
            .map_err(|record| Fault { span: Some(value_span), record: Box::new(record) })?;
        if let Resolved::Common(_) = resolved {
            set_common(&mut bound.call, parameter.name, &value)
                .map_err(|record| Fault { span: Some(value_span), record: Box::new(record) })?;
        }
        bound.arguments.set(parameter.name, value);
    }
    bind_positions(definition, unnamed, &mut bound.arguments)?;
    Ok(bound)
}

/// Values without a name go to the parameters that have a position and no value yet, in the order of the positions.
fn bind_positions(
    definition: &'static Definition,
    unnamed: Vec<(Span, Offered)>,
    arguments: &mut Arguments,
) -> Result<(), Fault> {
    let own = definition.parameters.iter();
    let mut open: Vec<&'static Parameter> =
        own.filter(|known| known.position.is_some() && arguments.get(known.name).is_none()).collect();
    open.sort_by_key(|parameter| parameter.position);
    let mut open = open.into_iter();
    let mut unnamed = unnamed.into_iter();
    while let Some((span, value)) = unnamed.next() {
        let at = |record| Fault { span: Some(span), record: Box::new(record) };
        let parameter = open.next().ok_or_else(|| at(no_position(definition, arguments, &value)))?;
        let value = if parameter.rest { together(value, &mut unnamed) } else { value };
        arguments.set(parameter.name, convert(parameter, &value).map_err(at)?);
    }
    Ok(())
}

/// A value and all that follow it, as one list; one that nothing follows stays what it is.
fn together(first: Offered, rest: &mut impl Iterator<Item = (Span, Offered)>) -> Offered {
    let rest: Vec<Value> = rest.map(|(_, offered)| offered.value).collect();
    if rest.is_empty() {
        return first;
    }
    let mut all = Vec::new();
    for value in std::iter::once(first.value).chain(rest) {
        match value {
            Value::Array(items) => all.extend(items.iter().cloned()),
            single => all.push(single),
        }
    }
    Offered::value(Value::from(all))
}

fn set_common(call: &mut Call, name: &str, value: &Value) -> Result<(), ErrorRecord> {
    let on = Some(*value == Value::Bool(true));
    let given = match value {
        Value::String(text) => text.as_ref(),
        _ => "",
    };
    match name {
        "Verbose" => call.verbose = on,
        "WhatIf" => call.what_if = on,
        "Confirm" => call.confirm = on,
        "ErrorAction" => {
            let action = ErrorAction::named(given).ok_or_else(|| not_here(name, given))?;
            call.error_action = Some(action);
        }
        "WarningAction" => match ErrorAction::named(given) {
            Some(ErrorAction::Stop) | None => return Err(not_here(name, given)),
            Some(action) => call.quiet_warnings = Some(action.is_silent()),
        },
        "ErrorVariable" => call.error_variable = keep(given),
        "WarningVariable" => call.warning_variable = keep(given),
        "OutVariable" => call.out_variable = keep(given),
        "PipelineVariable" => call.pipeline_variable = keep(given).map(|keep| keep.name),
        "InformationVariable" => return Err(not_here(name, "")),
        _ => {}
    }
    Ok(())
}

/// `name`, or `+name`; nothing for `$null`.
fn keep(given: &str) -> Option<Keep> {
    let append = given.starts_with('+');
    let name = given.trim_start_matches(['$', '+']).to_owned();
    (!name.is_empty()).then_some(Keep { name, append })
}

/// What PowerShell has of a common parameter, and this shell has not.
fn not_here(name: &str, value: &str) -> ErrorRecord {
    let message = format!("This shell has no -{name} {value}");
    ErrorRecord::new("NotImplemented", "ParameterNotSupported", format!("{}.", message.trim_end()))
}

fn no_value(name: &str, kind: Kind) -> ErrorRecord {
    let kind = match kind {
        Kind::String | Kind::Enum(_) => "System.String",
        Kind::Bool => "System.Boolean",
        Kind::Switch => "System.Management.Automation.SwitchParameter",
        Kind::Int { max, .. } if max > i64::from(i32::MAX) => "System.Int64",
        Kind::Int { .. } => "System.Int32",
        Kind::TimeSpan => "System.TimeSpan",
        Kind::Credential => "System.Management.Automation.PSCredential",
        Kind::ScriptBlock => "System.Management.Automation.ScriptBlock",
        Kind::List => "System.Object[]",
        Kind::Object => "System.Object",
    };
    let message = format!(
        "Missing an argument for parameter '{name}'. Specify a parameter of type '{kind}' and try again."
    );
    binding("MissingArgument", message)
}

fn twice(name: &str) -> ErrorRecord {
    let message = format!(
        "Cannot bind parameter because parameter '{name}' is specified more than once. To provide multiple values to \
         parameters that can accept multiple values, use the array syntax. For example, \"-parameter \
         value1,value2,value3\"."
    );
    binding("ParameterAlreadyBound", message)
}

fn no_position(definition: &Definition, arguments: &Arguments, offered: &Offered) -> ErrorRecord {
    let text = offered.word.as_ref().map_or_else(|| crate::text::text(&offered.value), ToString::to_string);
    let is_secret = secrets::may_be_secret(definition, &text, |name| arguments.get(name).is_some());
    let shown = if is_secret { "****" } else { text.as_str() };
    let message = format!("A positional parameter cannot be found that accepts argument '{shown}'.");
    binding("PositionalParameterNotFound", message)
}

/// The parameters that are mandatory and have no value.
pub(crate) fn missing(definition: &'static Definition, arguments: &Arguments) -> Vec<&'static Parameter> {
    let own = definition.parameters.iter();
    own.filter(|known| known.mandatory && arguments.get(known.name).is_none()).collect()
}

/// Adds what the object brings for the parameters that have no value.
pub(crate) fn bind_input(
    definition: &'static Definition,
    arguments: &mut Arguments,
    input: &Value,
) -> Result<(), ErrorRecord> {
    let mut any = false;
    let mut refused = None;
    let open: Vec<&'static Parameter> =
        definition.parameters.iter().filter(|known| arguments.get(known.name).is_none()).collect();
    for parameter in open {
        let offered = match parameter.pipeline {
            Pipeline::No => None,
            Pipeline::Value => whole(parameter, input),
            Pipeline::Property => property(parameter, input),
        };
        let Some(offered) = offered else { continue };
        match convert(parameter, &Offered::value(offered)) {
            Ok(value) => {
                arguments.set(parameter.name, value);
                any = true;
            }
            Err(record) => refused = Some(record),
        }
    }
    arguments.input = Some(input.clone());
    match refused {
        _ if any => Ok(()),
        Some(record) => Err(record),
        None => {
            let message = "The input object cannot be bound to any parameters for the command either because the \
                           command does not take pipeline input or the input and its properties do not match any of \
                           the parameters that take pipeline input.";
            Err(binding("InputObjectNotBound", message.to_owned()))
        }
    }
}

/// An object has a text only where it says so.
fn whole(parameter: &Parameter, input: &Value) -> Option<Value> {
    let as_text = matches!(parameter.kind, Kind::String | Kind::Enum(_));
    let nameless = object(input).is_some_and(|object| object.text.is_none());
    (!(as_text && nameless)).then(|| input.clone())
}

fn property(parameter: &Parameter, input: &Value) -> Option<Value> {
    match input {
        Value::Object(object) => {
            let names = std::iter::once(&parameter.name).chain(parameter.aliases);
            names.filter_map(|name| object.get(name)).next().cloned()
        }
        Value::String(_) => Some(input.clone()),
        // Refused where the cmdlet needs a value. Elsewhere it would mean that nothing was given, and so all objects.
        Value::Null if parameter.mandatory => Some(Value::Null),
        _ => None,
    }
}

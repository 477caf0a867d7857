//! What can stand at a place of a line.

use crate::bind::{parameters, resolve};
use crate::state::State;
use crate::syntax::is_dash;
use crate::{Definition, Kind};

/// What can replace a part of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the part begins, in bytes.
    pub start: usize,
    /// Where it ends: the cursor.
    pub end: usize,
    /// The texts, in order.
    pub candidates: Vec<String>,
}

/// The most texts that are offered.
const MAX_CANDIDATES: usize = 200;

/// What takes the name of a command.
const NAMES_COMMANDS: [&str; 2] = ["Get-Command", "Get-Help"];

pub(crate) fn complete(state: &State, line: &str, cursor: usize) -> Completions {
    let end = (0..=cursor.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    let before = line.get(..end).unwrap_or_default();
    let words = words(before);
    let Some((word, start)) = words.last().cloned() else { return Completions::default() };
    let earlier: Vec<&str> =
        words.get(..words.len() - 1).unwrap_or_default().iter().map(|(word, _)| word.as_str()).collect();
    let mut candidates = candidates(state, &earlier, &word);
    candidates.sort_by_key(|candidate| candidate.to_lowercase());
    candidates.dedup();
    candidates.truncate(MAX_CANDIDATES);
    Completions { start, end, candidates }
}

fn candidates(state: &State, earlier: &[&str], word: &str) -> Vec<String> {
    if let Some(name) = word.strip_prefix('$') {
        return variables(state, name);
    }
    let Some(command) = earlier.first() else { return commands(state, word) };
    let Some(found) = state.commands.find(command, state.allowed.as_ref()) else { return Vec::new() };
    let definition = found.definition();
    if let Some(name) = word.strip_prefix(is_dash) {
        let names = parameters(definition).map(|known| known.parameter().name);
        return names.filter(|known| begins(known, name)).map(|known| format!("-{known}")).collect();
    }
    values(state, definition, earlier, word)
}

fn commands(state: &State, typed: &str) -> Vec<String> {
    let all = state.commands.all(state.allowed.as_ref());
    let names = all.iter().map(|known| known.definition().name);
    names.filter(|name| begins(name, typed)).map(str::to_owned).collect()
}

fn variables(state: &State, name: &str) -> Vec<String> {
    let known = state.variables.iter().map(|(name, _)| name);
    let all = known.chain(["true", "false", "null", "_"]);
    all.filter(|known| begins(known, name)).map(|known| format!("${known}")).collect()
}

/// The values of the parameter that the word belongs to.
fn values(state: &State, definition: &'static Definition, earlier: &[&str], word: &str) -> Vec<String> {
    let named = earlier.last().filter(|_| earlier.len() > 1).and_then(|last| last.strip_prefix(is_dash));
    let parameter = match named.map(|name| resolve(definition, name)) {
        Some(Ok(resolved)) if resolved.parameter().kind != Kind::Switch => Some(resolved.parameter()),
        Some(Err(_)) => None,
        _ => definition.parameters.iter().find(|known| known.position == Some(0)),
    };
    let Some(parameter) = parameter else { return Vec::new() };
    let open = word.trim_start_matches(['"', '\'']);
    let own: Vec<String> = match parameter.kind {
        Kind::Enum(names) => names.iter().map(|name| (*name).to_owned()).collect(),
        Kind::Bool => vec!["$true".to_owned(), "$false".to_owned()],
        _ if parameter.name == "Name" && NAMES_COMMANDS.contains(&definition.name) => commands(state, open),
        _ => Vec::new(),
    };
    let told = match &state.values {
        Some(values) if !parameter.secret => values(definition.name, parameter.name, open),
        _ => Vec::new(),
    };
    let all = own.into_iter().chain(told).filter(|value| begins(value, open));
    all.map(|value| quoted(&value, word)).collect()
}

/// A value with something in it that ends a word goes into quotes; so does one whose quote is open.
fn quoted(value: &str, word: &str) -> String {
    let quote = word.chars().next().filter(|c| matches!(c, '"' | '\''));
    let plain =
        value.starts_with('$') || value.chars().all(|c| c.is_alphanumeric() || "-_.:+@\\/=".contains(c));
    match quote {
        None if plain => value.to_owned(),
        Some('"') if !value.contains(['$', '`', '"']) => format!("\"{value}\""),
        _ => format!("'{}'", value.replace('\'', "''")),
    }
}

fn begins(name: &str, typed: &str) -> bool {
    name.to_lowercase().starts_with(&typed.to_lowercase())
}

/// The words of the command that the text ends in, each with its place; the last may be empty.
fn words(text: &str) -> Vec<(String, usize)> {
    let mut words = Vec::new();
    let mut word: Option<(String, usize)> = None;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                if let Some((word, _)) = &mut word {
                    word.push(c);
                }
            }
            None if matches!(c, '|' | ';' | '(' | '{' | '=' | '\n') => {
                words.clear();
                word = None;
            }
            None if c.is_whitespace() || c == ',' => words.extend(word.take()),
            None => {
                if matches!(c, '"' | '\'') {
                    quote = Some(c);
                }
                word.get_or_insert_with(|| (String::new(), at)).0.push(c);
            }
        }
    }
    words.push(word.unwrap_or((String::new(), text.len())));
    words
}

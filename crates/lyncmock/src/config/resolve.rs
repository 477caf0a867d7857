//! Which value of a key counts, and where it came from.

use super::{ConfigError, Options};
use clap::ArgMatches;
use clap::parser::ValueSource;
use serde_json::{Map, Value};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag on the command line.
    Flag,
    /// An environment variable.
    Environment,
    /// The configuration file.
    File(PathBuf),
    /// Built in.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment => f.write_str("environment"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The options with every layer applied, and the origin of each.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// What counts.
    pub options: Options,
    /// `(key, origin)` of every key that has a value, in the order of [`Options`].
    pub origins: Vec<(String, Origin)>,
}

/// Applies the layers: `given` (flags and environment, told apart by `matches`), the file, the defaults.
///
/// # Errors
/// When the file cannot be read, or has a key or a value that the configuration does not know.
pub(crate) fn resolve(
    given: &Options,
    matches: &ArgMatches,
    file: Option<&Path>,
) -> Result<Resolved, ConfigError> {
    let from_file = match file {
        Some(path) => {
            let text = super::read(path)?;
            toml::from_str(&text).map_err(|problem| super::in_file(path, &problem))?
        }
        None => Options::default(),
    };
    super::readable_paths(given)?;
    let mut origins = Vec::new();
    let given_keys = keys(given);
    let file_keys = keys(&from_file);
    for key in keys(&given.clone().or(&from_file).or(&Options::defaults())) {
        let origin = if given_keys.contains(&key) {
            match matches.value_source(&key) {
                Some(ValueSource::EnvVariable) => Origin::Environment,
                _ => Origin::Flag,
            }
        } else if let (true, Some(path)) = (file_keys.contains(&key), file) {
            Origin::File(path.to_owned())
        } else {
            Origin::Default
        };
        origins.push((key, origin));
    }
    Ok(Resolved { options: given.clone().or(&from_file).or(&Options::defaults()), origins })
}

impl Options {
    /// These options, with those of `weaker` where none is given here.
    #[must_use]
    pub fn or(self, weaker: &Self) -> Self {
        // Both are plain data, so merging them as JSON needs no line for each key and can forget none.
        let mut merged = object(weaker);
        overlay(&mut merged, object(&self));
        serde_json::from_value(Value::Object(merged)).expect("both halves were options")
    }
}

/// The dotted names of the keys that have a value.
fn keys(options: &Options) -> Vec<String> {
    let mut found = Vec::new();
    collect(&object(options), "", &mut found);
    found
}

fn collect(object: &Map<String, Value>, prefix: &str, found: &mut Vec<String>) {
    for (name, value) in object {
        match value {
            Value::Object(section) => collect(section, &format!("{prefix}{name}."), found),
            Value::Null => {}
            _ => found.push(format!("{prefix}{name}")),
        }
    }
}

/// The options as JSON. Paths that are not UTF-8, the only thing in the way, are refused before.
fn object(options: &Options) -> Map<String, Value> {
    match serde_json::to_value(options) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn overlay(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (_, Value::Null) => {}
            (Some(Value::Object(under)), Value::Object(over)) => overlay(under, over),
            (_, value) => {
                under.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, Command, FromArgMatches};

    fn command() -> Command {
        Options::augment_args(Command::new("lyncmock"))
    }

    fn all_keys() -> Vec<String> {
        fn walk(value: &Map<String, Value>, prefix: &str, found: &mut Vec<String>) {
            for (name, value) in value {
                match value {
                    Value::Object(section) => walk(section, &format!("{prefix}{name}."), found),
                    _ => found.push(format!("{prefix}{name}")),
                }
            }
        }
        let mut found = Vec::new();
        walk(&object(&Options::default()), "", &mut found);
        found
    }

    #[test]
    fn every_key_is_a_flag_and_an_environment_variable() {
        let command = command();
        for key in all_keys() {
            let arg = command.get_arguments().find(|arg| arg.get_id().as_str() == key);
            let arg = arg.unwrap_or_else(|| panic!("{key} is no argument"));
            assert!(
                arg.get_long().is_some_and(|flag| !flag.contains('_')),
                "{key} has no flag, or an odd one"
            );
            let variable = format!("LYNCMOCK_{}", key.replace('.', "_").to_uppercase());
            assert_eq!(arg.get_env().and_then(|name| name.to_str()), Some(variable.as_str()), "{key}");
        }
    }

    #[test]
    fn a_flag_beats_the_file_which_beats_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lab.toml");
        std::fs::write(&file, "fqdn = \"pool.lab.test\"\n[listen]\nhttp = \"127.0.0.1:8080\"\n").unwrap();
        let matches = command().get_matches_from(["lyncmock", "--listen-http", "127.0.0.1:0"]);
        let given = Options::from_arg_matches(&matches).unwrap();
        let resolved = resolve(&given, &matches, Some(&file)).unwrap();
        let origin = |key: &str| {
            let found = resolved.origins.iter().find(|(name, _)| name == key);
            found.map(|(_, origin)| origin.to_string()).unwrap()
        };
        assert_eq!(resolved.options.fqdn.as_deref(), Some("pool.lab.test"));
        assert_eq!(resolved.options.listen.http, Some("127.0.0.1:0".parse().unwrap()));
        assert_eq!(origin("listen.http"), "flag");
        assert_eq!(origin("fqdn"), file.display().to_string());
        assert_eq!(origin("listen.https"), "default");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lab.toml");
        std::fs::write(&file, "fqdn = \"pool.lab.test\"\n\n[listen]\nhtpp = \"127.0.0.1:8080\"\n").unwrap();
        let matches = command().get_matches_from(["lyncmock"]);
        let error = resolve(&Options::default(), &matches, Some(&file)).unwrap_err().to_string();
        assert!(error.contains("lab.toml") && error.contains("line 4"), "{error}");
        assert!(
            error.contains("unknown field `htpp`, expected one of `http`, `https`, `userpin`"),
            "{error}"
        );
    }
}

//! What `--help` says of defaults, and which environment variables there are: both from the one list of options.

use crate::config::Options;
use clap::builder::Resettable;
use clap::{Arg, Command};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use toml::Value;

/// The command with the default of each key behind its help.
pub(super) fn shown(command: Command) -> Command {
    let mut defaults = BTreeMap::new();
    if let Ok(Value::Table(table)) = Value::try_from(Options::defaults()) {
        collect(&table, "", &mut defaults);
    }
    with(command, &defaults)
}

fn with(command: Command, defaults: &BTreeMap<String, String>) -> Command {
    let add = |arg: Arg| match (defaults.get(arg.get_id().as_str()), arg.get_help()) {
        (Some(default), Some(help)) => {
            let help = format!("{help} [default: {default}]");
            arg.help(help)
        }
        _ => arg,
    };
    command.mut_args(add).mut_subcommands(|own| with(own, defaults))
}

fn collect(table: &toml::Table, prefix: &str, defaults: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        match value {
            Value::Table(section) => collect(section, &format!("{prefix}{name}."), defaults),
            Value::Array(values) => {
                let texts: Vec<String> = values.iter().map(plain).collect();
                let text = if texts.is_empty() { "none".to_owned() } else { texts.join(",") };
                defaults.insert(format!("{prefix}{name}"), text);
            }
            value => {
                defaults.insert(format!("{prefix}{name}"), plain(value));
            }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The command as if no variable were empty: a file of a composition passes `${X:-}`, which is to say nothing. clap would
/// take the empty text for a value.
pub(super) fn without_empty_variables(command: Command) -> Command {
    without_variables(command, &|name| std::env::var_os(name).is_some_and(|value| value.is_empty()))
}

fn without_variables(command: Command, leave_out: &dyn Fn(&OsStr) -> bool) -> Command {
    let bare = |arg: Arg| match arg.get_env().is_some_and(leave_out) {
        true => arg.env(Resettable::Reset),
        false => arg,
    };
    command.mut_args(bare).mut_subcommands(|own| without_variables(own, leave_out))
}

/// Variables of `docker-compose.yml`, which may be set for every command of a shell.
const OF_COMPOSE: [&str; 8] = [
    "LYNCMOCK_IMAGE",
    "LYNCMOCK_PHONE_EXT",
    "LYNCMOCK_PHONE_PIN",
    "LYNCMOCK_LAB_INTERFACE",
    "LYNCMOCK_LAB_ADDRESS",
    "LYNCMOCK_LAB_RANGES",
    "LYNCMOCK_LAB_DNS",
    "LYNCMOCK_LAB_ADMIN_PORT",
];

/// Variables that begin like ours and are none: a name that was misspelled.
pub(super) fn unknown_variables(command: &Command, names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = BTreeSet::new();
    variables(command, &mut known);
    known.extend(OF_COMPOSE.map(str::to_owned));
    names.filter(|name| name.starts_with("LYNCMOCK_") && !known.contains(name)).collect()
}

fn variables(command: &Command, known: &mut BTreeSet<String>) {
    known.extend(command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned())));
    command.get_subcommands().for_each(|own| variables(own, known));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    #[test]
    fn help_shows_the_defaults() {
        let mut command = shown(Options::augment_args(Command::new("lyncmock")));
        let help = command.render_long_help().to_string();
        for text in ["[default: 127.0.0.1:10443]", "[default: none]", "[default: atl-cs-001.litwareinc.com]"]
        {
            assert!(help.contains(text), "{text}\n{help}");
        }
    }

    #[test]
    fn a_variable_that_is_left_out_is_read_nowhere() {
        let own = Options::augment_args(Command::new("serve"));
        let command = Options::augment_args(Command::new("lyncmock")).subcommand(own);
        let command = without_variables(command, &|name| name == "LYNCMOCK_DATA_DIR");
        let mut known = BTreeSet::new();
        variables(&command, &mut known);
        assert!(!known.contains("LYNCMOCK_DATA_DIR") && known.contains("LYNCMOCK_USERS_FILE"));
    }

    #[test]
    fn a_misspelled_variable_is_found() {
        let command = Options::augment_args(Command::new("lyncmock"));
        let names = ["LYNCMOCK_LISTEN_HTTP", "LYNCMOCK_LISTEN_HTPP", "HOME"].map(str::to_owned);
        assert_eq!(unknown_variables(&command, names.into_iter()), ["LYNCMOCK_LISTEN_HTPP"]);
    }
    #[test]
    fn the_variables_of_the_composition_are_no_misspelled_ones() {
        let command = Options::augment_args(Command::new("lyncmock"));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docker-compose.yml");
        let file = std::fs::read_to_string(path).unwrap();
        let names = file.split("${").skip(1).map(|rest| rest.split([':', '}']).next().unwrap().to_owned());
        let names: BTreeSet<String> = names.collect();
        for name in OF_COMPOSE {
            assert!(names.contains(name), "{name} is not in docker-compose.yml");
        }
        let unknown = unknown_variables(&command, names.into_iter());
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

//! `lyncmock config check|show`.

use super::ConfigSource;
use super::output::{print, warn};
use crate::config::{CertificateKey, Config, Options, Origin};
use clap::{ArgMatches, Args, Subcommand};
use std::process::ExitCode;

/// `lyncmock config …`
#[derive(Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say whether the configuration can be used, and what is wrong with it
    Check(ConfigSource),
    /// Print every key with its value and where that came from
    Show(ConfigSource),
}

pub(super) fn run(arguments: &ConfigArgs, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let matches = matches.subcommand().map_or(matches, |(_, own)| own);
    match &arguments.command {
        ConfigCommand::Check(source) => {
            warn(&Config::from_options(source.resolve(matches)?.options)?);
            print("The configuration is good.\n")?;
        }
        ConfigCommand::Show(source) => {
            let resolved = source.resolve(matches)?;
            let config = Config::from_options(resolved.options.clone())?;
            print(table(&resolved.options, &resolved.origins)? + &derived(&config, &resolved.options))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The options as TOML, with the origin of each value behind it.
fn table(options: &Options, origins: &[(String, Origin)]) -> anyhow::Result<String> {
    let mut section = String::new();
    let mut printed = String::new();
    for line in toml::to_string(options)?.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
        }
        let key = line.split(" = ").next().map(|name| format!("{section}{name}"));
        let origin = origins.iter().find(|(known, _)| Some(known) == key.as_ref());
        match origin {
            Some((_, origin)) => printed.push_str(&format!("{line:<50} # {origin}\n")),
            None => printed.push_str(&format!("{line}\n")),
        }
    }
    Ok(printed)
}

/// What follows from the rest, and which keys have no value.
fn derived(config: &Config, options: &Options) -> String {
    let listen: Vec<String> = config.dhcp.listen.iter().map(|place| format!("\"{place}\"")).collect();
    let key = if config.pki.key == CertificateKey::Rsa2048 { "rsa2048" } else { "p256" };
    let mut text = format!(
        "\n# Derived:\n# sip_domain = \"{}\"\n# dhcp.listen = [{}]\n# pki.key = \"{key}\"\n",
        config.sip_domain,
        listen.join(", ")
    );
    let paths = [
        ("data_dir", &options.data_dir),
        ("users.file", &options.users.file),
        ("diagnostics.file", &options.diagnostics.file),
        ("rules.file", &options.rules.file),
        ("admin.token_file", &options.admin.token_file),
    ];
    let unset: Vec<&str> = paths.iter().filter(|(_, path)| path.is_none()).map(|(key, _)| *key).collect();
    if !unset.is_empty() {
        text.push_str(&format!("# Not set: {}\n", unset.join(", ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_shows_where_it_came_from() {
        let mut options = Options { fqdn: Some("pool.lab.test".to_owned()), ..Options::default() };
        options.dhcp.enabled = Some(false);
        let origins =
            [("fqdn".to_owned(), Origin::Flag), ("dhcp.enabled".to_owned(), Origin::File("lab.toml".into()))];
        let shown = table(&options, &origins).unwrap();
        assert!(shown.contains("fqdn = \"pool.lab.test\""), "{shown}");
        assert!(shown.contains("# flag\n") && shown.contains("enabled = false"), "{shown}");
        assert!(shown.contains("# lab.toml\n"), "{shown}");
    }
}

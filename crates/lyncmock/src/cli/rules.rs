//! `lyncmock rules`: failures of one's own making.

use super::output::print;
use super::server::ServerArgs;
use crate::config::UsersFile;
use crate::scenarios::{check_rules, known_users};
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::Client;
use lync_admin::dto::ArmedRule;
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::rules::{ActionSpec, ActionValue, RuleSpec, RulesFile};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `lyncmock rules …`
#[derive(Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Subcommand)]
enum RulesCommand {
    /// Say whether a file of rules can be used, and what is wrong with it
    Check {
        /// The file
        file: PathBuf,
        /// Users that the rules may name [default: the built-in ones]
        #[arg(long, value_name = "FILE")]
        users_file: Option<PathBuf>,
        /// Entries that replace those of the built-in table of diagnostics
        #[arg(long, value_name = "FILE")]
        diagnostics_file: Option<PathBuf>,
    },
    /// Arm the rules of a file on a running pool, behind those that are armed
    Arm {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List the rules that are armed on a running pool, the first to match first
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Disarm a rule on a running pool
    Disarm {
        /// Its number
        id: u64,
        #[command(flatten)]
        server: ServerArgs,
    },
}

pub(super) async fn run(arguments: RulesArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        RulesCommand::Check { file, users_file, diagnostics_file } => {
            let rules = parsed(&file)?;
            let users = match users_file {
                Some(path) => UsersFile::parse(&read(&path)?).map_err(|problem| named(&path, &problem))?,
                None => UsersFile::built_in(),
            };
            let mut table = DiagnosticsTable::built_in();
            if let Some(path) = diagnostics_file {
                table = table.overridden_by(&read(&path)?).map_err(|problem| named(&path, &problem))?;
            }
            let folder = file.parent().unwrap_or(Path::new("."));
            let checked = check_rules(&rules, &known_users(&users), &table, Some(folder));
            let checked = checked.map_err(|problem| named(&file, &problem))?;
            print(format!("The rules are good: {} of them.\n", checked.len()))?;
        }
        RulesCommand::Arm { file, server } => {
            for rule in arm(&server.client()?, &file).await? {
                print(format!("armed: {}\n", line(&rule)))?;
            }
        }
        RulesCommand::List { json, server } => {
            let rules = server.client()?.rules().await?;
            print(if json {
                format!("{}\n", serde_json::to_string(&rules)?)
            } else {
                rules.iter().map(|rule| format!("{}\n", line(rule))).collect()
            })?;
        }
        RulesCommand::Disarm { id, server } => {
            server.client()?.remove_rule(id).await?;
            print(format!("disarmed: {id}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Arms all rules of the file, or none.
async fn arm(client: &Client, file: &Path) -> anyhow::Result<Vec<ArmedRule>> {
    let mut armed: Vec<ArmedRule> = Vec::new();
    let folder = file.parent().unwrap_or(Path::new("."));
    let rules = parsed(file)?.into_iter().map(|rule| with_bodies(rule, folder));
    for rule in rules.collect::<anyhow::Result<Vec<_>>>()? {
        match client.add_rule(&rule).await {
            Ok(rule) => armed.push(rule),
            Err(error) => {
                let number = armed.len() + 1;
                for rule in &armed {
                    client.remove_rule(rule.id).await?;
                }
                return Err(error).with_context(|| format!("{}: rule {number}", file.display()));
            }
        }
    }
    Ok(armed)
}

fn parsed(path: &Path) -> anyhow::Result<Vec<RuleSpec>> {
    Ok(RulesFile::parse(&read(path)?).map_err(|problem| named(path, &problem))?.rules)
}

/// The rule with what its files hold in place of their names: the pool reads no file of ours.
fn with_bodies(mut rule: RuleSpec, folder: &Path) -> anyhow::Result<RuleSpec> {
    for action in rule.what.iter_mut().chain(&mut rule.then) {
        let ActionSpec::Table(table) = action else { continue };
        let Some(ActionValue::Table(answer)) = table.get_mut("http") else { continue };
        if let Some(ActionValue::Word(name)) = answer.remove("body-file") {
            answer.insert("body".to_owned(), ActionValue::Word(read(&folder.join(name))?));
        }
    }
    Ok(rule)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn named(path: &Path, problem: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{}: {problem}", path.display())
}

fn line(rule: &ArmedRule) -> String {
    let spent = if rule.spent { ", spent" } else { "" };
    let scenario = rule.scenario.as_ref().map_or_else(String::new, |name| format!(" (scenario {name})"));
    format!("{} {} at {}{scenario}, acted {} times{spent}", rule.id, rule.name, rule.rule.place, rule.fired)
}

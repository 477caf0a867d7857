//! `lyncmock scenarios`: every known failure by name.

mod markdown;

use super::output::{note, print};
use super::server::ServerArgs;
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::dto::{ArmScenario, ArmedScenario};
use lync_model::scenario::{Catalogue, Scenario};
use serde_json::json;
use std::fmt::Write;
use std::process::ExitCode;

/// `lyncmock scenarios …`
#[derive(Args)]
pub(super) struct ScenariosArgs {
    #[command(subcommand)]
    command: ScenariosCommand,
}

#[derive(Subcommand)]
enum ScenariosCommand {
    /// List the catalogue
    List {
        /// Print one JSON array, with every text
        #[arg(long, conflicts_with = "markdown")]
        json: bool,
        /// Print the page of the documentation
        #[arg(long)]
        markdown: bool,
    },
    /// Tell all that is known of one: cause, wire, phone, event, fix, source, evidence
    Explain {
        /// Its name
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Arm one on a running pool
    Arm {
        /// NAME for everybody, NAME@USER for one user
        #[arg(value_name = "NAME[@USER]", value_parser = crate::config::failures::scenario)]
        call: crate::config::ScenarioCall,
        /// Print one JSON object, with the number
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List what is armed on a running pool
    Armed {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Lift one that is armed on a running pool: what it changed is as before
    Lift {
        /// As it was armed; or its number, where that is armed more than once
        #[arg(value_name = "NAME[@USER]|NUMBER")]
        which: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}

pub(super) async fn run(arguments: ScenariosArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        ScenariosCommand::List { json, markdown } => print(match (json, markdown) {
            (true, _) => {
                let all: Vec<_> = Catalogue::built_in().iter().map(as_json).collect();
                format!("{}\n", serde_json::Value::Array(all))
            }
            (_, true) => markdown::page(Catalogue::built_in()),
            _ => as_table(Catalogue::built_in()),
        })?,
        ScenariosCommand::Explain { name, json } => {
            let scenario = match Catalogue::built_in().get(&name) {
                Ok(scenario) => scenario,
                Err(unknown) => {
                    note(format!("error: {unknown}\n"));
                    return Ok(ExitCode::from(super::WRONG_USAGE));
                }
            };
            print(if json { format!("{}\n", as_json(scenario)) } else { explained(scenario) })?;
        }
        ScenariosCommand::Arm { call, json, server } => {
            let wish = ArmScenario { scenario: call.name, user: call.user };
            let armed = server.client()?.arm(&wish).await?;
            print(match json {
                true => format!("{}\n", serde_json::to_string(&armed)?),
                false => format!("armed: {}\n", line(&armed)),
            })?;
        }
        ScenariosCommand::Armed { json, server } => {
            let armed = server.client()?.armed().await?;
            print(if json {
                format!("{}\n", serde_json::to_string(&armed)?)
            } else {
                armed.iter().map(|armed| format!("{}\n", line(armed))).collect()
            })?;
        }
        ScenariosCommand::Lift { which, server } => lift(&which, &server).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn lift(which: &str, server: &ServerArgs) -> anyhow::Result<()> {
    let client = server.client()?;
    let armed = client.armed().await?;
    let meant: Vec<&ArmedScenario> = armed.iter().filter(|armed| is_meant(armed, which)).collect();
    match meant.as_slice() {
        [] => anyhow::bail!("`{which}` is not armed"),
        [one] => {
            client.lift(one.id).await.with_context(|| one.scenario.clone())?;
            print(format!("lifted: {}\n", line(one)))
        }
        several => {
            let numbers: Vec<String> = several.iter().map(|armed| line(armed)).collect();
            anyhow::bail!("`{which}` is armed more than once; give the number: {}", numbers.join("; "))
        }
    }
}

fn is_meant(armed: &ArmedScenario, which: &str) -> bool {
    let (name, user) = match which.split_once('@') {
        Some((name, user)) => (name, Some(user)),
        None => (which, None),
    };
    let is_for = |user: &str| {
        let address = armed.user.as_deref().unwrap_or_default().trim_start_matches("sip:");
        let user = user.trim_start_matches("sip:");
        address.eq_ignore_ascii_case(user) || address.split('@').next().is_some_and(|name| name == user)
    };
    armed.id.to_string() == which || (armed.scenario == name && user.is_none_or(is_for))
}

fn line(armed: &ArmedScenario) -> String {
    let everybody = match &armed.namespace {
        Some(namespace) => format!("everybody of the namespace {namespace}"),
        None => "everybody".to_owned(),
    };
    let whom = armed.user.as_ref().unwrap_or(&everybody);
    let cured = if armed.cured { ", cured" } else { "" };
    format!("{} {} for {whom}{cured}", armed.id, armed.scenario)
}

fn as_table(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    let mut chapter = "";
    for scenario in catalogue.iter() {
        if scenario.chapter != chapter {
            chapter = &scenario.chapter;
            let _ = writeln!(text, "\n{}", markdown::heading(chapter));
        }
        let _ = writeln!(text, "  {:<38} {:<11} {}", scenario.name, scenario.evidence, scenario.title);
    }
    text.push_str(NEXT);
    text
}

const NEXT: &str = "
lyncmock scenarios explain NAME tells all that is known of one.
lyncmock serve --scenario NAME[@USER] arms one at the start, lyncmock scenarios arm NAME[@USER] on a running pool.
";

fn as_json(scenario: &Scenario) -> serde_json::Value {
    json!({
        "name": scenario.name,
        "title": scenario.title,
        "chapter": scenario.chapter,
        "cause": scenario.cause,
        "wire": scenario.wire,
        "phone": scenario.phone,
        "event": scenario.event,
        "fix": scenario.fix,
        "source": scenario.source,
        "evidence": scenario.evidence.as_str(),
        "effects": scenario.effects,
    })
}

fn explained(scenario: &Scenario) -> String {
    let mut text = format!("{}: {}\n\n", scenario.name, scenario.title);
    let event = scenario.event.as_deref().unwrap_or("none is known");
    let source = format!("{} ({})", scenario.source, scenario.evidence);
    for (name, told) in [
        ("Cause", scenario.cause.as_str()),
        ("Wire", &scenario.wire),
        ("Phone", &scenario.phone),
        ("Event log", event),
        ("Fix", &scenario.fix),
        ("Source", &source),
    ] {
        let _ = writeln!(text, "{name:<10} {}", wrapped(told));
    }
    let _ = writeln!(text, "\nTry it:    lyncmock serve --scenario {}", scenario.name);
    text
}

/// The text in lines of a terminal's width, under each other.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 88;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|line| !line.is_empty() && line.len() + word.len() >= WIDTH);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n           ")
}

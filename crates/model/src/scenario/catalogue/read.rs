//! Reads one chapter, and checks what serde cannot.

use super::{CatalogueError, Scenario};
use crate::complaint::{TomlProblem, nearest};
use crate::diagnostics::DiagnosticsTable;
use crate::rules::{Known, RuleError};
use crate::scenario::{Effect, Proof};
use serde::Deserialize;
use std::sync::LazyLock;

/// The steps of a sign-in at which a proof can see a failure.
const STEPS: [&str; 6] =
    ["discovery", "root_chain", "certprov_metadata", "webticket_metadata", "web_ticket", "certificate"];
/// The kinds of failure that a proof can see.
const SYMPTOMS: [&str; 13] = [
    "no-dhcp-answer",
    "broken-option",
    "name-not-resolved",
    "refused",
    "tls",
    "no-answer",
    "interrupted",
    "status",
    "fault",
    "error-info",
    "undecodable",
    "url",
    "certificate",
];

static DIAGNOSTICS: LazyLock<DiagnosticsTable> = LazyLock::new(DiagnosticsTable::built_in);

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    scenario: Vec<WireScenario>,
}

/// What is absent is empty, so that the refusal can name the entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireScenario {
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    wire: String,
    #[serde(default)]
    phone: String,
    event: Option<String>,
    #[serde(default)]
    fix: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    effects: Vec<Effect>,
    proof: Option<Proof>,
}

/// Reads a chapter behind those that were read before.
pub(super) fn chapter(
    chapter: &str,
    text: &str,
    scenarios: &mut Vec<Scenario>,
) -> Result<(), CatalogueError> {
    let wire: Wire = toml::from_str(text).map_err(|error| {
        let TomlProblem { line, column, problem } = TomlProblem::new(text, &error);
        CatalogueError::Syntax { chapter: chapter.to_owned(), line, column, problem }
    })?;
    for (index, entry) in wire.scenario.into_iter().enumerate() {
        let name = entry.name.clone();
        let checked = checked(entry, chapter, scenarios).map_err(|problem| CatalogueError::Entry {
            chapter: chapter.to_owned(),
            number: index + 1,
            name,
            problem,
        })?;
        scenarios.push(checked);
    }
    Ok(())
}

fn checked(entry: WireScenario, chapter: &str, others: &[Scenario]) -> Result<Scenario, String> {
    expect_texts(&entry)?;
    expect_name(&entry.name, others)?;
    let evidence = entry.evidence.parse().map_err(|error| format!("{error}"))?;
    expect_effects(&entry.effects)?;
    let proof = entry.proof.ok_or("`proof` is missing")?;
    expect_proof(&proof).map_err(|error| error.to_string())?;
    Ok(Scenario {
        name: entry.name,
        title: entry.title,
        chapter: chapter.to_owned(),
        cause: entry.cause,
        wire: entry.wire,
        phone: entry.phone,
        event: entry.event,
        fix: entry.fix,
        source: entry.source,
        evidence,
        effects: entry.effects,
        proof,
    })
}

fn expect_texts(entry: &WireScenario) -> Result<(), String> {
    let texts = [
        ("name", Some(&entry.name)),
        ("title", Some(&entry.title)),
        ("cause", Some(&entry.cause)),
        ("wire", Some(&entry.wire)),
        ("phone", Some(&entry.phone)),
        ("event", entry.event.as_ref()),
        ("fix", Some(&entry.fix)),
        ("source", Some(&entry.source)),
        ("evidence", Some(&entry.evidence)),
    ];
    match texts.iter().find(|(_, text)| text.is_some_and(|text| text.trim().is_empty())) {
        Some((key, _)) => Err(format!("`{key}` is empty")),
        None => Ok(()),
    }
}

fn expect_name(name: &str, others: &[Scenario]) -> Result<(), String> {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !name.split('-').all(word) {
        return Err("the name is not in kebab-case".to_owned());
    }
    match others.iter().find(|other| other.name == name) {
        Some(other) => Err(format!("the name is taken by a scenario of {}", other.chapter)),
        None => Ok(()),
    }
}

/// Rules are checked without users: whom they meet is said when the scenario is armed.
fn expect_effects(effects: &[Effect]) -> Result<(), String> {
    if effects.is_empty() {
        return Err("`effects` is empty".to_owned());
    }
    let read = |_: &str| Err("a scenario's body stands in the catalogue".to_owned());
    let known = Known { users: &[], diagnostics: &DIAGNOSTICS, read: &read };
    for (index, effect) in effects.iter().enumerate() {
        if let Effect::Rule(rule) = effect {
            rule.check(&known).map_err(|error| format!("effects.{}: {error}", index + 1))?;
        }
    }
    Ok(())
}

fn expect_proof(proof: &Proof) -> Result<(), RuleError> {
    for (key, what, found, words) in [
        ("proof.fails-at", "step", proof.fails_at.as_str(), STEPS.as_slice()),
        ("proof.symptom", "symptom", proof.symptom.as_str(), SYMPTOMS.as_slice()),
    ] {
        if !words.contains(&found) {
            return Err(RuleError::Unknown {
                key: key.to_owned(),
                what: what.to_owned(),
                found: found.to_owned(),
                nearest: nearest(found, words.iter().copied()).map(str::to_owned),
            });
        }
    }
    match proof.status {
        Some(status) if !(100..=599).contains(&status) => Err(RuleError::Key {
            key: "proof.status".to_owned(),
            problem: format!("{status} is no HTTP status"),
        }),
        _ => Ok(()),
    }
}

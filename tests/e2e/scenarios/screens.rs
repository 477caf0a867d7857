//! What docs/troubleshooting.md says of the screens, and what lync-phone says of them, are the same.

use super::{KEN, is_personal, phone, pool_for};
use lync_phone::{Model, Screen, screens};
use lync_proto::Evidence;
use lyncmock::{Catalogue, Scenario};
use std::collections::BTreeMap;

const PIN_AGAIN: &str = "[The phone asks for the PIN again.]";
const NOT_OFFERED: &str = "[The sign-in menu does not offer PIN Authentication.]";

/// Some of "the other `user-pin-…`, and every state of PIN and user": all of them are one answer to the phone.
const REFUSED: [&str; 4] = ["pin-wrong", "pin-locked", "pin-not-set", "user-pin-port-closed"];

/// A row of the table whose screen has words.
struct Row {
    model: Model,
    words: String,
    evidence: Evidence,
    scenarios: Vec<String>,
}

/// What a phone can tell apart: where it stopped and how, and what it shows then.
type Seen = (&'static str, String, String, String);

#[tokio::test]
async fn the_screens_are_those_of_the_docs() {
    let mut weakest: BTreeMap<Seen, (Evidence, Vec<Screen>)> = BTreeMap::new();
    for row in rows() {
        for name in &row.scenarios {
            let scenario = Catalogue::built_in().get(name).unwrap();
            let screen = last_screen(scenario, row.model).await;
            assert_eq!(screen.text, row.words, "{name}");
            let proof = &scenario.proof;
            let seen = (row.model.title(), row.words.clone(), proof.fails_at.clone(), proof.symptom.clone());
            let known = weakest.entry(seen).or_insert_with(|| (row.evidence, Vec::new()));
            known.0 = known.0.max(row.evidence);
            known.1.push(screen);
        }
    }
    // So many kinds of failure does the table quote a screen of.
    assert_eq!(weakest.len(), 9, "{weakest:?}");
    for (seen, (evidence, screens)) in weakest {
        for screen in screens {
            assert_eq!(screen.evidence, evidence, "{seen:?}");
        }
    }
}

/// What the screen shows in the end, while the scenario is armed.
async fn last_screen(scenario: &Scenario, model: Model) -> Screen {
    let pool = pool_for(scenario).await;
    let armed = pool.scenario(&scenario.name);
    let armed = if is_personal(scenario) { armed.for_user(KEN) } else { armed };
    armed.arm().await.unwrap();
    let report = phone(&pool, scenario, None).run().await;
    screens(&report, model).pop().unwrap()
}

/// The table, as far as it quotes a screen or says what lync-phone says in brackets.
fn rows() -> Vec<Row> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/troubleshooting.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page.split("## What the phone shows").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for line in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [shown, evidence, named] = cells[..] else { panic!("{line}") };
        let screen = match shown {
            "the same" => rows.last().map(|row| (row.model, row.words.clone())),
            shown => screen(shown),
        };
        let Some((model, words)) = screen else { continue };
        rows.push(Row { model, words, evidence: level(evidence), scenarios: scenarios(named) });
    }
    rows
}

/// Of which phone a first cell is, and what that shows. VVX stands there; the others are Lync Phone Edition.
fn screen(shown: &str) -> Option<(Model, String)> {
    let model = if shown.contains("(VVX)") { Model::Vvx } else { Model::LyncPhoneEdition };
    match shown {
        "no PIN sign-in in the menu" => Some((Model::Vvx, NOT_OFFERED.to_owned())),
        "stays at \"Connecting to Lync Server\"" => None, // Of a step that lync-phone does not take.
        shown if shown.starts_with("asks for the PIN again") => Some((model, PIN_AGAIN.to_owned())),
        shown => Some((model, shown.split('"').nth(1)?.to_owned())),
    }
}

fn level(word: &str) -> Evidence {
    let all = [Evidence::Captured, Evidence::Specified, Evidence::Documented, Evidence::Inferred];
    all.into_iter().find(|level| level.as_str() == word).unwrap()
}

fn scenarios(named: &str) -> Vec<String> {
    if named.contains('…') {
        return REFUSED.map(str::to_owned).to_vec();
    }
    named.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

//! The catalogue as a page of the documentation.

use lync_model::scenario::{Catalogue, Scenario};
use std::fmt::Write;

/// What the page says of itself.
const HEAD: &str = "\
# Scenarios

Every known failure that lyncmock can show, by name. This page is made from the catalogue (`fixtures/scenarios`) by
`lyncmock scenarios list --markdown`; a test holds it to that.

Arm one at the start with `lyncmock serve --scenario NAME[@USER]`, on a running pool with
`lyncmock scenarios arm NAME[@USER]`, in a test with `pool.scenario(\"NAME\").for_user(\"USER\").arm().await`.
`lyncmock scenarios explain NAME` tells cause, wire, phone, event, fix and source.

**Evidence** says how well it is known that a Lync Server and its phones behave so: *captured* from real ones,
*specified*, *documented* elsewhere, or *inferred*. Each scenario has a test of its own, which arms it, sees a phone
fail with that symptom, lifts it, and sees the phone sign in.
";

/// The whole page.
pub(super) fn page(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    let mut chapter = "";
    for scenario in catalogue.iter() {
        if scenario.chapter != chapter {
            chapter = &scenario.chapter;
            let _ = write!(text, "\n## {}\n\n{COLUMNS}", heading(chapter));
        }
        row(&mut text, scenario);
    }
    text
}

const COLUMNS: &str = "\
| Scenario | What is wrong | What the phone shows | Fix | Evidence | Test |
|---|---|---|---|---|---|
";

fn row(text: &mut String, scenario: &Scenario) {
    let test = scenario.name.replace('-', "_");
    let _ = writeln!(
        text,
        "| `{}` | {} | {} | {} | {} | `scenarios::{test}` |",
        scenario.name,
        cell(&scenario.title),
        cell(&scenario.phone),
        cell(&scenario.fix),
        scenario.evidence
    );
}

/// A text without what would end a cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A chapter's heading.
pub(super) fn heading(chapter: &str) -> &str {
    match chapter {
        "dhcp" => "DHCP",
        "pin" => "PIN and user",
        "policy" => "Settings and certificates of the phone",
        "web" => "Web services",
        "hop" => "The hop to the user-PIN service",
        "tls" => "TLS",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_page_of_the_documentation_is_that_of_the_catalogue() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios.md");
        let page = page(Catalogue::built_in());
        if std::env::var_os("LYNCMOCK_BLESS").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == page, "docs/scenarios.md is old; LYNCMOCK_BLESS=1 cargo test writes it anew");
    }
}

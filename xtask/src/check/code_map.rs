//! ARCHITECTURE.md lists exactly the crates that there are, in their tiers and folders, with a section for each.

use super::{Check, tiers::TIERS};
use crate::repository::Repository;
use crate::workspace::Workspace;
use std::collections::BTreeSet;

const DOCUMENT: &str = "ARCHITECTURE.md";
const COLUMNS: [&str; 3] = ["Tier", "Crate", "Folder"];

pub(super) const CHECK: Check = Check {
    name: "code map",
    remedy: "bring the table `Tier | Crate | Folder` of ARCHITECTURE.md and the sections below it up to date",
    find: |repository: &Repository| {
        let Some(document) = repository.text(DOCUMENT) else {
            return Ok(vec![format!("{DOCUMENT} is missing")]);
        };
        Ok(find(document, repository.workspace()?))
    },
};

fn find(document: &str, workspace: &Workspace) -> Vec<String> {
    let listed = rows(document);
    let real: BTreeSet<[String; 3]> = workspace
        .members()
        .map(|member| [tier_of(member.name), member.name, member.folder].map(str::to_owned))
        .collect();
    let mut found = Vec::new();
    found.extend(real.difference(&listed).map(|row| format!("not in the table: {}", row.join(" | "))));
    found
        .extend(listed.difference(&real).map(|row| format!("in the table, but not so: {}", row.join(" | "))));
    for member in workspace.members() {
        let heading = format!("### {}", member.name);
        if !document.lines().any(|line| plain(line) == heading) {
            found.push(format!("no section `{heading}`"));
        }
    }
    found
}

fn tier_of(name: &str) -> &'static str {
    TIERS.iter().find(|tier| tier.crates.contains(&name)).map_or("(no tier)", |tier| tier.name)
}

/// The first three cells of each row of the table.
fn rows(document: &str) -> BTreeSet<[String; 3]> {
    document
        .lines()
        .skip_while(|line| cells(line).is_none_or(|cells| cells != COLUMNS))
        .skip(2) // The header and the rule under it.
        .map_while(cells)
        .collect()
}

fn cells(line: &str) -> Option<[String; 3]> {
    let mut cells = line.trim().strip_prefix('|')?.split('|').map(plain);
    Some([cells.next()?, cells.next()?, cells.next()?])
}

/// Text without the marks of code, and a link as its text.
fn plain(text: &str) -> String {
    let text = text.trim().replace('`', "");
    match text.strip_prefix('[').and_then(|rest| rest.split_once("](")) {
        Some((shown, _)) => shown.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::of;

    const DOCUMENT: &str = "\
# Architecture
| If you look for | it is in |
|---|---|
| option 43 | somewhere |

| Tier | Crate | Folder | Holds |
|---|---|---|---|
| foundations | `lync-xml` | [`crates/xml`](crates/xml) | a tree |
| messages | `lync-proto` | [`crates/proto`](crates/proto) | messages |

### `lync-xml`
### lync-proto
";

    #[test]
    fn a_table_that_tells_the_truth_is_fine() {
        let workspace = of(&[("lync-xml", "crates/xml"), ("lync-proto", "crates/proto")], &[]);
        assert_eq!(find(DOCUMENT, &workspace), Vec::<String>::new());
    }

    #[test]
    fn a_crate_that_is_not_listed_is_found() {
        let members =
            [("lync-xml", "crates/xml"), ("lync-proto", "crates/proto"), ("lync-web", "crates/web")];
        assert_eq!(
            find(DOCUMENT, &of(&members, &[])),
            ["not in the table: parts | lync-web | crates/web", "no section `### lync-web`"]
        );
    }

    #[test]
    fn a_stale_row_is_found() {
        assert_eq!(
            find(DOCUMENT, &of(&[("lync-xml", "crates/xml")], &[])),
            ["in the table, but not so: messages | lync-proto | crates/proto"]
        );
    }

    #[test]
    fn a_wrong_folder_is_found() {
        let found = find(DOCUMENT, &of(&[("lync-xml", "crates/tree"), ("lync-proto", "crates/proto")], &[]));
        assert_eq!(
            found,
            [
                "not in the table: foundations | lync-xml | crates/tree",
                "in the table, but not so: foundations | lync-xml | crates/xml"
            ]
        );
    }

    #[test]
    fn a_document_without_the_table_lists_nothing() {
        let found = find("### lync-xml", &of(&[("lync-xml", "crates/xml")], &[]));
        assert_eq!(found, ["not in the table: foundations | lync-xml | crates/xml"]);
    }
}

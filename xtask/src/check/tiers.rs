//! A crate uses only crates of the tiers to its left, and the first tiers do no I/O.

use super::Check;
use crate::workspace::{Member, Workspace};

/// One tier. Its crates do not know each other.
pub(super) struct Tier {
    /// As ARCHITECTURE.md calls it.
    pub(super) name: &'static str,
    pub(super) crates: &'static [&'static str],
    /// Whether it may come to depend on a crate of [`IO`].
    io: bool,
}

/// The tiers, left to right. This is the one list; ARCHITECTURE.md is checked against it.
pub(super) const TIERS: [Tier; 8] = [
    Tier { name: "foundations", crates: &["lync-xml", "lync-ntlm", "lync-powershell"], io: false },
    Tier { name: "messages", crates: &["lync-proto"], io: false },
    Tier { name: "rules", crates: &["lync-model"], io: false },
    Tier { name: "serving", crates: &["lync-net"], io: true },
    Tier {
        name: "parts",
        crates: &[
            "lync-store",
            "lync-pki",
            "lync-dhcp",
            "lync-userpin",
            "lync-web",
            "lync-phone",
            "lync-journal",
            "lync-admin",
            "lync-shell",
        ],
        io: true,
    },
    Tier { name: "whole", crates: &["lyncmock"], io: true },
    Tier { name: "tests", crates: &["lync-tests"], io: true },
    Tier { name: "tools", crates: &["xtask"], io: true },
];

/// What a tier without I/O does not depend on, however indirectly.
const IO: [&str; 5] = ["tokio", "axum", "sqlx", "hyper", "rustls"];

pub(super) const CHECK: Check = Check {
    name: "tiers",
    remedy: "move the code to the tier it belongs to, or put a port (a trait in lync-model) between the two crates; \
             a new crate gets its place in xtask/src/check/tiers.rs and in ARCHITECTURE.md",
    find: |repository| Ok(find(repository.workspace()?)),
};

fn find(workspace: &Workspace) -> Vec<String> {
    let mut found = Vec::new();
    for member in workspace.members() {
        let Some(rank) = rank(member.name) else {
            found.push(format!("{} is in no tier", member.name));
            continue;
        };
        found.extend(to_the_right(workspace, &member, rank));
        found.extend(io_below(workspace, &member, rank));
    }
    for name in TIERS.iter().flat_map(|tier| tier.crates) {
        if !workspace.members().any(|member| member.name == *name) {
            found.push(format!("{name} has a tier but is no crate of the workspace"));
        }
    }
    found
}

fn rank(name: &str) -> Option<usize> {
    TIERS.iter().position(|tier| tier.crates.contains(&name))
}

/// Dev-dependencies count: a test that needs another part belongs in tests/.
fn to_the_right(workspace: &Workspace, member: &Member<'_>, own: usize) -> Vec<String> {
    let wrong =
        workspace.named_by(member).into_iter().filter(|name| rank(name).is_none_or(|other| other >= own));
    wrong.map(|name| format!("{} depends on {name}, which is not to its left", member.name)).collect()
}

fn io_below(workspace: &Workspace, member: &Member<'_>, own: usize) -> Vec<String> {
    if TIERS.get(own).is_none_or(|tier| tier.io) {
        return Vec::new();
    }
    let ways = IO.iter().filter_map(|name| workspace.way(member, name));
    ways.map(|way| format!("{} does no I/O, but: {}", member.name, way.join(" -> "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::of;

    fn all() -> Vec<(&'static str, &'static str)> {
        TIERS.iter().flat_map(|tier| tier.crates).map(|name| (*name, "anywhere")).collect()
    }

    #[test]
    fn edges_to_the_left_are_fine() {
        let edges = [
            ("lync-proto", "lync-xml", None),
            ("lync-web", "lync-net", None),
            ("lync-net", "tokio", None),
            ("lyncmock", "lync-store", None),
            ("lync-tests", "lyncmock", None),
        ];
        assert_eq!(find(&of(&all(), &edges)), Vec::<String>::new());
    }

    #[test]
    fn a_part_that_names_another_part_is_found_even_in_its_tests() {
        for kind in [None, Some("dev")] {
            let found = find(&of(&all(), &[("lync-web", "lync-store", kind)]));
            assert_eq!(found, ["lync-web depends on lync-store, which is not to its left"]);
        }
    }

    #[test]
    fn an_edge_to_the_right_is_found() {
        let found = find(&of(&all(), &[("lync-xml", "lync-proto", None)]));
        assert_eq!(found, ["lync-xml depends on lync-proto, which is not to its left"]);
    }

    #[test]
    fn io_behind_a_library_is_found_with_the_way_to_it() {
        let found = find(&of(&all(), &[("lync-model", "helper", None), ("helper", "tokio", None)]));
        assert_eq!(found, ["lync-model does no I/O, but: lync-model -> helper -> tokio"]);
    }

    #[test]
    fn io_in_a_test_is_fine() {
        assert_eq!(find(&of(&all(), &[("lync-model", "tokio", Some("dev"))])), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_tier_and_a_tier_without_its_crate_are_found() {
        let mut members = all();
        members.retain(|(name, _)| *name != "lync-phone");
        members.push(("lync-new", "crates/new"));
        let found = find(&of(&members, &[]));
        assert_eq!(
            found,
            ["lync-new is in no tier", "lync-phone has a tier but is no crate of the workspace"]
        );
    }
}

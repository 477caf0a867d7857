//! The lock file is there and agrees with the manifests.

use super::Check;
use crate::repository::Repository;

pub(super) const CHECK: Check = Check {
    name: "lock file",
    remedy: "run `cargo metadata` once and commit Cargo.lock, so that everybody builds the same",
    find,
};

fn find(repository: &Repository) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    if repository.text("Cargo.lock").is_none() {
        found.push("Cargo.lock is missing, or ignored".to_owned());
    }
    if let Err(error) = &repository.workspace {
        found.push(format!("{error:#}"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::of;

    #[test]
    fn a_missing_lock_file_and_an_unreadable_workspace_are_found() {
        assert_eq!(find(&of(&[])).unwrap(), ["Cargo.lock is missing, or ignored", "this test has no crates"]);
    }

    #[test]
    fn a_lock_file_that_agrees_is_fine() {
        let mut repository = of(&[("Cargo.lock", "")]);
        repository.workspace = Ok(crate::workspace::tests::of(&[], &[]));
        assert!(find(&repository).unwrap().is_empty());
    }
}

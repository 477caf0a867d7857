//! The files that the checks read.

use crate::workspace::Workspace;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the checks look at.
pub(crate) struct Repository {
    /// Every file that git knows or would take in, by path.
    pub(crate) files: Vec<File>,
    /// The crates, or why cargo could not tell them.
    pub(crate) workspace: anyhow::Result<Workspace>,
}

/// One file.
pub(crate) struct File {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    /// Its text; empty where it is not UTF-8.
    pub(crate) text: String,
}

impl Repository {
    /// The repository around the current directory.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let root = crate::output_of(Command::new("git").args(["rev-parse", "--show-toplevel"]))
            .context("the checks read the list of files from git")?;
        let root = PathBuf::from(root.trim_end());
        Ok(Self { files: files(&root)?, workspace: Workspace::load(&root) })
    }

    /// The text of the file at `path`.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// Whether `path` is a file, or a folder with files in it.
    pub(crate) fn contains(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// The crates; an error that points at the check which shows the cause where cargo could not tell them.
    pub(crate) fn workspace(&self) -> anyhow::Result<&Workspace> {
        self.workspace
            .as_ref()
            .map_err(|_| anyhow::anyhow!("the crates are not known; see the check `lock file`"))
    }
}

/// New files count too, so that a mistake shows before it is committed; ignored ones do not.
fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let listed = crate::output_of(Command::new("git").current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        let full = root.join(path);
        if !full.is_file() {
            continue; // Deleted and not yet committed, or a submodule.
        }
        let bytes = std::fs::read(&full).with_context(|| format!("{path} cannot be read"))?;
        files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
    }
    Ok(files)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A repository of these files, without crates.
    pub(crate) fn of(files: &[(&str, &str)]) -> Repository {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        let workspace = Err(anyhow::anyhow!("this test has no crates"));
        Repository { files: files.iter().map(file).collect(), workspace }
    }

    #[test]
    fn a_folder_exists_where_a_file_lies_in_it() {
        let repository = of(&[("crates/xml/src/lib.rs", "")]);
        assert!(repository.contains("crates/xml"));
        assert!(repository.contains("crates/xml/"));
        assert!(repository.contains("crates/xml/src/lib.rs"));
        assert!(!repository.contains("crates/x"));
    }
}

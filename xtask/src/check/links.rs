//! A link from one document to a file of the repository leads somewhere.

use super::Check;
use crate::repository::Repository;

pub(super) const CHECK: Check =
    Check { name: "links", remedy: "correct the link, or add the file that it names", find: |r| Ok(find(r)) };

fn find(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for file in repository.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (number, target) in targets(&file.text) {
            let Some(path) = resolve(&file.path, target) else { continue };
            if !repository.contains(&path) {
                found.push(format!("{}:{number}: no such file: {target}", file.path));
            }
        }
    }
    found
}

/// Line numbers and targets of all links outside of code.
fn targets(document: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut targets = Vec::new();
    for (index, line) in document.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            targets.extend(inline(line).into_iter().chain(reference(line)).map(|target| (index + 1, target)));
        }
    }
    targets
}

/// `[text](target)`, where the bracket is not itself inside code.
fn inline(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (at, mark) in line.match_indices("](") {
        let (before, after) = line.split_at(at);
        let inside_code = before.matches('`').count() % 2 == 1;
        let target = after.get(mark.len()..).and_then(|rest| rest.split([')', ' ']).next());
        targets.extend(target.filter(|_| !inside_code));
    }
    targets
}

/// `[name]: target`
fn reference(line: &str) -> Option<&str> {
    let (name, target) = line.strip_prefix('[')?.split_once("]: ")?;
    if name.contains(']') { None } else { target.split_whitespace().next() }
}

/// The path from the root of the repository; `None` where the link leads out of it or stays on the page.
fn resolve(document: &str, target: &str) -> Option<String> {
    let path = target.split('#').next().filter(|path| !path.is_empty())?;
    if path.contains("://") || path.starts_with("mailto:") {
        return None;
    }
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::of;

    fn found(document: &str) -> Vec<String> {
        find(&of(&[("docs/page.md", document), ("crates/web/src/lib.rs", ""), ("README.md", "")]))
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        let document =
            "[a](../README.md) [b](../crates/web) [c](../crates/web/src/lib.rs#L1)\n[d]: ../README.md";
        assert_eq!(found(document), Vec::<String>::new());
    }

    #[test]
    fn dead_links_are_found_with_their_line() {
        assert_eq!(
            found("fine\n[a](../README.txt) and [b](gone.md)\n[c]: ./gone/\n"),
            [
                "docs/page.md:2: no such file: ../README.txt",
                "docs/page.md:2: no such file: gone.md",
                "docs/page.md:3: no such file: ./gone/",
            ]
        );
    }

    #[test]
    fn what_is_no_local_link_is_left_alone() {
        let document =
            "[a](https://example.org/x) [b](#here) [c](mailto:a@b)\n`[d](gone.md)`\n```\n[e](gone.md)\n```";
        assert_eq!(found(document), Vec::<String>::new());
    }

    #[test]
    fn code_inside_the_text_of_a_link_does_not_hide_it() {
        assert_eq!(found("[`lync-web`](gone)"), ["docs/page.md:1: no such file: gone"]);
    }
}

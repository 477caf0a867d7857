//! No test waits for a while and hopes: it waits for a condition.

use super::Check;
use crate::repository::Repository;

/// Written so that this file does not hold it. Clippy looks after the unit tests; this also reads the other languages.
const CALL: &str = concat!("sleep", "(");

pub(super) const CHECK: Check = Check {
    name: "sleeps",
    remedy: "wait on the condition itself: an answer, a line, a channel, a file; with a deadline",
    find: |repository| Ok(find(repository)),
};

fn find(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for file in repository.files.iter().filter(|file| is_test(&file.path)) {
        let shell = file.path.ends_with(".sh");
        for (index, line) in file.text.lines().enumerate() {
            if line.contains(CALL) || shell && line.split_whitespace().any(|word| word == "sleep") {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    found
}

/// Files under a folder `tests`, wherever it is, in a language that can sleep.
fn is_test(path: &str) -> bool {
    let in_tests = path.starts_with("tests/") || path.contains("/tests/");
    in_tests && [".rs", ".py", ".sh"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::of;

    #[test]
    fn a_sleep_in_a_test_is_found() {
        let rust = concat!("tokio::time::sleep", "(SECOND).await;");
        let python = concat!("time.sleep", "(1)");
        let files = [
            ("tests/end/sign_in.rs", rust),
            ("crates/web/tests/a.rs", rust),
            ("tests/crosscheck/wsdl.py", python),
            ("tests/crosscheck/xmlsec.sh", "  sleep 1"),
        ];
        assert_eq!(find(&of(&files)).len(), files.len());
    }

    #[test]
    fn elsewhere_and_in_prose_it_is_fine() {
        let files = [
            ("crates/web/src/lib.rs", concat!("sleep", "(1)")),
            ("tests/a.rs", "// tests never sleep"),
            ("tests/README.md", concat!("no sleep", "() here")),
        ];
        assert_eq!(find(&of(&files)), Vec::<String>::new());
    }
}

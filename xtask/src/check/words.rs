//! Words that no file of the repository holds.

use super::Check;
use crate::repository::Repository;

/// Each word, written so that this file does not hold it, and why not.
const WORDS: [(&str, &str); 7] = [
    (concat!("todo", "!("), "no stub is called done"),
    (concat!("unimplemented", "!("), "no stub is called done"),
    (concat!("#[", "ignore"), "a test that does not run is no test"),
    (concat!("FIX", "ME"), "mend it, or say in plain words what is missing"),
    (concat!("/wo", "rk/"), "a path of one machine means nothing on another"),
    (concat!("../sha", "red"), "a path of one machine means nothing on another"),
    (concat!("sub", "agent"), "the repository speaks of the product alone"),
];

pub(super) const CHECK: Check =
    Check { name: "words", remedy: "finish or delete what the line speaks of", find: |r| Ok(find(r)) };

fn find(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for file in repository.files.iter().filter(|file| file.path != "Cargo.lock") {
        for (index, line) in file.text.lines().enumerate() {
            for (word, why) in WORDS.iter().filter(|(word, _)| line.contains(word)) {
                found.push(format!("{}:{}: `{word}`: {why}", file.path, index + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::of;

    #[test]
    fn each_word_is_found() {
        for (word, why) in WORDS {
            let found = find(&of(&[("src/a.rs", &format!("fine\n    {word}"))]));
            assert_eq!(found, [format!("src/a.rs:2: `{word}`: {why}")]);
        }
    }

    #[test]
    fn other_words_and_the_lock_file_are_fine() {
        let files =
            [("src/a.rs", "// to do: nothing\nfn ignore() {}"), ("Cargo.lock", concat!("sub", "agent"))];
        assert_eq!(find(&of(&files)), Vec::<String>::new());
    }
}

//! A type with `encode` in lync-proto is a message, and says where it comes from and how well it is known.

use super::Check;
use crate::repository::Repository;

const MESSAGES: &str = "crates/proto/src/";

pub(super) const CHECK: Check = Check {
    name: "evidence",
    remedy: "implement `Documented` for the type, in its file",
    find: |repository| Ok(find(repository)),
};

fn find(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for file in &repository.files {
        if !file.path.starts_with(MESSAGES) || !file.path.ends_with(".rs") {
            continue;
        }
        let code = file.text.split("\nmod tests {").next().unwrap_or_default();
        for message in messages(code) {
            if !code.lines().any(|line| documents(line, message)) {
                found.push(format!("{}: {message} is not Documented", file.path));
            }
        }
    }
    found
}

/// Types with an inherent `pub fn encode`; one that can only be decoded is a part of a message.
///
/// rustfmt sees to it that an `impl` block ends with a brace in the first column and indents its functions by four.
fn messages(code: &str) -> Vec<&str> {
    let mut messages = Vec::new();
    let mut block = None;
    for line in code.lines() {
        if let Some(head) = line.strip_prefix("impl") {
            block = (!head.contains(" for ")).then(|| name(head));
        } else if line.starts_with('}') {
            block = None;
        } else if let Some(name) = block.filter(|_| encodes(line)) {
            messages.push(name);
            block = None;
        }
    }
    messages.dedup();
    messages
}

fn encodes(line: &str) -> bool {
    line.strip_prefix("    pub fn encode").is_some_and(|rest| rest.starts_with(['(', '<']))
}

fn documents(line: &str, message: &str) -> bool {
    line.starts_with("impl") && line.split_once(" Documented for ").is_some_and(|(_, of)| name(of) == message)
}

/// `Message` of ` Message {`, `<'a> Message<'a> {` and `Message<'_> {`.
fn name(head: &str) -> &str {
    let head = match head.strip_prefix('<') {
        Some(generics) => generics.split_once("> ").map_or("", |(_, rest)| rest),
        None => head,
    };
    head.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::of;

    fn found(code: &str) -> Vec<String> {
        find(&of(&[("crates/proto/src/a.rs", code), ("crates/web/src/b.rs", UNDOCUMENTED)]))
    }

    const UNDOCUMENTED: &str = "impl<'a> Message<'a> {\n    pub fn encode<T>(&self, to: T) {\n    }\n}\n";

    #[test]
    fn a_message_without_its_source_is_found() {
        assert_eq!(found(UNDOCUMENTED), ["crates/proto/src/a.rs: Message is not Documented"]);
        let other = format!("{UNDOCUMENTED}impl Documented for Messages {{\n}}\n");
        assert_eq!(found(&other).len(), 1);
    }

    #[test]
    fn a_message_with_its_source_is_fine() {
        for documented in
            ["impl Documented for Message<'_> {\n}\n", "impl<'a> Documented for Message<'a> {\n}\n"]
        {
            assert_eq!(found(&format!("{UNDOCUMENTED}{documented}")), Vec::<String>::new());
        }
    }

    #[test]
    fn helpers_and_tests_are_no_messages() {
        let helper = "impl Helper {\n    pub(crate) fn encode(&self) {}\n    pub fn encoded(&self) {}\n    pub fn decode() {}\n}\n";
        let of_a_trait = "impl Codec for Helper {\n    pub fn encode(&self) {}\n}\n";
        let test = format!("#[cfg(test)]\nmod tests {{\n{UNDOCUMENTED}}}\n");
        assert_eq!(found(&format!("{helper}{of_a_trait}{test}")), Vec::<String>::new());
    }
}

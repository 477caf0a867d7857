//! Where a PIN stands in a line.

use super::base64;

/// What was found in `line`, each as `PIN number N ...`, where N is the PIN's place in `pins`.
pub(super) fn found_in(line: &str, pins: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, pin) in pins.iter().enumerate() {
        let how = [
            ("in clear", in_clear(line, pin)),
            ("as a list of bytes", as_bytes(line, pin)),
            ("as Basic credentials", as_credentials(line, pin)),
        ];
        let how = how.into_iter().filter(|(_, found)| *found);
        found.extend(how.map(|(how, _)| format!("PIN number {} {how}", index + 1)));
    }
    found
}

/// The PIN stands alone, or behind a name and a colon.
///
/// Inside a longer run it is part of something else: a uuid, a time, a hash, an address, a path.
fn in_clear(line: &str, pin: &str) -> bool {
    line.match_indices(pin).any(|(at, _)| {
        let (before, after) = line.split_at(at);
        let after = after.get(pin.len()..).unwrap_or_default();
        let left = before.rsplit(|c| !in_run(c)).next().unwrap_or_default();
        let right = after.split(|c| !in_run(c)).next().unwrap_or_default();
        let alone =
            left.trim_start_matches(PUNCTUATION).is_empty() && right.trim_end_matches(PUNCTUATION).is_empty();
        let named = left
            .strip_suffix(':')
            .is_some_and(|name| !name.is_empty() && name.chars().all(char::is_alphanumeric))
            && right.trim_end_matches(PUNCTUATION).is_empty();
        (alone || named) && !is_count(before, after)
    })
}

const PUNCTUATION: [char; 4] = ['-', '.', ':', '/'];

fn in_run(c: char) -> bool {
    c.is_alphanumeric() || PUNCTUATION.contains(&c)
}

/// Fields whose numbers are no PINs, by the end of their names.
const COUNTS: [&str; 5] = ["len", "length", "size", "bytes", "connection"];

/// The same digits may well count something: `flushed 1357 bytes`, `content-length: 1357`, `connection=1357`.
fn is_count(before: &str, after: &str) -> bool {
    let name = before.trim_end_matches(['=', ':', ' ', '"']).to_ascii_lowercase();
    let counted = name.len() < before.len() && COUNTS.iter().any(|end| name.ends_with(end));
    counted || after.starts_with(" byte")
}

/// `[48, 55, 49, 50]`, as `Debug` shows a slice.
fn as_bytes(line: &str, pin: &str) -> bool {
    let list = pin.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    line.match_indices(&list).any(|(at, _)| {
        let (before, after) = line.split_at(at);
        let after = after.get(list.len()..).unwrap_or_default();
        !before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// A token that decodes to `user:PIN`.
fn as_credentials(line: &str, pin: &str) -> bool {
    let tokens = line.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c)));
    let ending = format!(":{pin}");
    tokens
        .filter_map(base64::decode)
        .any(|bytes| bytes.len() > ending.len() && bytes.ends_with(ending.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(line: &str) -> bool {
        !found_in(line, &["0712"]).is_empty()
    }

    #[test]
    fn a_pin_that_stands_alone_is_found() {
        for line in [
            "0712",
            "pin=0712",
            "pin: 0712, user: 1219",
            r#"{"pin":"0712"}"#,
            "<Pin>0712</Pin>",
            "Pin(0712)",
            "the pin is 0712.",
            "tried 0712: refused",
            "sent 0712 for 1219",
        ] {
            assert!(leaks(line), "{line}");
        }
    }

    #[test]
    fn a_pin_behind_its_user_is_found() {
        for line in ["1219:0712", r#"b"1219:0712""#, "user kenmyer:0712 refused", "pin:0712"] {
            assert!(leaks(line), "{line}");
        }
    }

    #[test]
    fn digits_inside_something_longer_are_fine() {
        for line in [
            "d2719f2e-0712-4c1e-8b1a-0712aa550712",
            "at 2013-07-12T07:12:00.0712Z",
            "sha256:ab0712cd",
            "+12065550712",
            "from 127.0.0.1:0712",
            "took 3.0712ms",
            "GET /a/0712/b",
            "20712 07123",
            "",
        ] {
            assert!(!leaks(line), "{line}");
        }
    }

    #[test]
    fn a_number_of_bytes_is_fine() {
        for line in ["flushed 0712 bytes", "content-length: 0712", r#""content-length": "0712""#, "len=0712"]
        {
            assert!(!leaks(line), "{line}");
        }
        assert!(leaks("silent 0712")); // The name must be set off from the number by a sign.
    }

    #[test]
    fn basic_credentials_are_found() {
        // 1219:0712, and user:0712 in the other alphabet's form without padding.
        assert_eq!(
            found_in("Authorization: Basic MTIxOTowNzEy", &["0712"]),
            ["PIN number 1 as Basic credentials"]
        );
        assert!(leaks(r#""authorization": "Basic dXNlcjowNzEy""#));
        assert!(!leaks("Authorization: Basic MTIxOTowNzEz"));
        assert!(!leaks("token MDcxMg")); // 0712 alone is four letters of anything.
    }

    #[test]
    fn a_list_of_bytes_is_found() {
        assert!(leaks("body [60, 48, 55, 49, 50, 62]"));
        assert!(!leaks("body [148, 55, 49, 50]"));
        assert!(!leaks("body [48, 55, 49, 500]"));
    }

    #[test]
    fn a_leak_says_which_pin() {
        assert_eq!(found_in("pin=1357", &["0712", "1357"]), ["PIN number 2 in clear"]);
    }
}

//! Where a PIN or a password stands in a line.

use super::base64;
use lync_ntlm::NtHash;

/// What is looked for: PINs and passwords, with the other forms that they have.
pub(super) struct Secrets<'a>(Vec<Secret<'a>>);

struct Secret<'a> {
    text: &'a str,
    /// As `Debug` shows its bytes, and those of its UTF-16.
    lists: [String; 2],
    /// Of a password, what Windows keeps: in hex, and as `Debug` shows it. Nobody hashes a PIN so.
    nt_hash: Option<[String; 2]>,
}

impl<'a> Secrets<'a> {
    pub(super) fn new(secrets: &[&'a str]) -> Self {
        let secret = |&text: &&'a str| {
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let is_pin = text.bytes().all(|byte| byte.is_ascii_digit());
            let nt_hash = (!is_pin).then(|| {
                let hash = NtHash::of_password(text);
                let hex = hash.expose().iter().map(|byte| format!("{byte:02x}")).collect();
                [hex, listed(hash.expose())]
            });
            Secret { text, lists: [listed(text.as_bytes()), listed(&utf16)], nt_hash }
        };
        Self(secrets.iter().map(secret).collect())
    }

    /// What was found in `line`, each as `PIN number N ...`, where N is its place among those looked for.
    pub(super) fn found_in(&self, line: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (index, secret) in self.0.iter().enumerate() {
            let how = [
                ("in clear", in_clear(line, secret.text)),
                ("as a list of bytes", secret.lists.iter().any(|list| holds_list(line, list))),
                ("as Basic credentials", as_credentials(line, secret.text)),
                ("as an NT hash", secret.nt_hash.as_ref().is_some_and(|hash| holds_hash(line, hash))),
            ];
            let how = how.into_iter().filter(|(_, found)| *found);
            found.extend(how.map(|(how, _)| format!("PIN number {} {how}", index + 1)));
        }
        found
    }
}

fn holds_hash(line: &str, [hex, list]: &[String; 2]) -> bool {
    line.contains(hex.as_str()) || line.contains(&hex.to_ascii_uppercase()) || holds_list(line, list)
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

/// Fields whose numbers are no PINs, by the end of their names. `order_seed` is a random number in rustls' ClientHello.
const COUNTS: [&str; 6] = ["len", "length", "size", "bytes", "connection", "order_seed"];

/// The same digits may well count something: `flushed 1357 bytes`, `content-length: 1357`, `connection=1357`.
fn is_count(before: &str, after: &str) -> bool {
    let name = before.trim_end_matches(['=', ':', ' ', '"']).to_ascii_lowercase();
    let counted = name.len() < before.len() && COUNTS.iter().any(|end| name.ends_with(end));
    counted || after.starts_with(" byte")
}

/// `48, 55, 49, 50`, as `Debug` shows a slice.
fn listed(bytes: &[u8]) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn holds_list(line: &str, list: &str) -> bool {
    line.match_indices(list).any(|(at, _)| {
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

    fn found_in(line: &str, secrets: &[&str]) -> Vec<String> {
        Secrets::new(secrets).found_in(line)
    }

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
        for line in [
            "flushed 0712 bytes",
            "content-length: 0712",
            r#""content-length": "0712""#,
            "len=0712",
            "order_seed: 0712,",
        ] {
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
    fn a_password_is_found_in_each_of_its_forms() {
        // The hash of the example in [MS-NLMP] 4.2.2.1.2.
        for (line, how) in [
            ("password=Password", "in clear"),
            ("authorization: Basic a2VuOlBhc3N3b3Jk", "as Basic credentials"),
            ("body [80, 0, 97, 0, 115, 0, 115, 0, 119, 0, 111, 0, 114, 0, 100, 0]", "as a list of bytes"),
            ("hash a4f49c406510bdcab6824ee7c30fd852", "as an NT hash"),
            ("hash A4F49C406510BDCAB6824EE7C30FD852", "as an NT hash"),
            ("[164, 244, 156, 64, 101, 16, 189, 202, 182, 130, 78, 231, 195, 15, 216, 82]", "as an NT hash"),
        ] {
            assert_eq!(found_in(line, &["Password"]), [format!("PIN number 1 {how}")], "{line}");
        }
        assert_eq!(found_in("Passwords, OtherPassword", &["Password"]), [""; 0]);
    }

    #[test]
    fn a_leak_says_which_pin() {
        assert_eq!(found_in("pin=1357", &["0712", "1357"]), ["PIN number 2 in clear"]);
    }
}

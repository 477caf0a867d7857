//! Scripts as they are saved: UTF-8, or UTF-16 with a byte order mark, as Notepad and the ISE write them.

use anyhow::Context;
use std::io::Read;
use std::path::Path;

/// The longest script that is read, in bytes, which is the longest that is run.
const MAX_SCRIPT: u64 = 1024 * 1024;

/// The script in this file.
///
/// # Errors
/// When it cannot be read, is too long, or is in an encoding that only its author knows.
pub(crate) fn script_in(path: &Path) -> anyhow::Result<String> {
    let name = || path.display().to_string();
    script_of(std::fs::File::open(path).with_context(name)?).with_context(name)
}

/// The script that is read from here.
///
/// # Errors
/// As of [`script_in`].
pub(crate) fn script_of(source: impl Read) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    source.take(MAX_SCRIPT + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(u64::try_from(bytes.len())? <= MAX_SCRIPT, "a script has at most {MAX_SCRIPT} bytes");
    decoded(&bytes)
}

fn decoded(bytes: &[u8]) -> anyhow::Result<String> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf_8(rest),
        plain => utf_8(plain),
    }
}

fn utf_8(bytes: &[u8]) -> anyhow::Result<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            anyhow::bail!(
                "line {line} is not UTF-8, so it is not known which letters are meant; save the script as UTF-8, or as \
                 UTF-16 with a byte order mark (\"Unicode\" in Notepad)"
            )
        }
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> anyhow::Result<String> {
    let (pairs, rest) = bytes.as_chunks();
    anyhow::ensure!(
        rest.is_empty(),
        "the script has a byte order mark of UTF-16, and half a character at its end"
    );
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.context("the script has a byte order mark of UTF-16, and is none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_tells_the_encoding() {
        let text = "Get-CsUser \"Bj\u{f6}rn \u{1f600}\"\r\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            [&[0xff, 0xfe], &little[..]].concat(),
            [&[0xfe, 0xff], &big[..]].concat(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            text.as_bytes().to_vec(),
        ] {
            assert_eq!(decoded(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_a_way_out() {
        let error = decoded(b"Get-CsUser\nGet-CsUser \"Bj\xf6rn\"\n").unwrap_err().to_string();
        assert!(error.starts_with("line 2 is not UTF-8") && error.contains("save"), "{error}");
        assert!(decoded(b"\xff\xfeG").is_err(), "half a character");
        assert!(decoded(b"\xff\xfe\x00\xd8").is_err(), "half a pair");
    }

    #[test]
    fn a_script_that_is_too_long_is_refused() {
        assert!(script_of(std::io::repeat(b' ')).is_err());
    }
}

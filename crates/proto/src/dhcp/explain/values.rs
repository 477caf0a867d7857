//! What a value looks like, whatever it was meant to be.

/// The most characters of a value that are shown.
const MAX_SHOWN: usize = 80;
/// The most items of one kind that are listed.
pub(super) const MAX_LISTED: usize = 32;

/// How the characters of a value are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// ASCII, as it should be.
    Plain,
    /// ASCII and a byte 00 behind it.
    NulTerminated,
    /// Two bytes a character, the second one 00, or the first.
    Utf16,
    /// None of these.
    Binary,
}

/// The layout of a value, and its characters where it has some.
pub(super) fn read(value: &[u8]) -> (Layout, String) {
    let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
    if is_text(value) {
        return (Layout::Plain, text(value));
    }
    if let Some((0, before)) = value.split_last()
        && is_text(before)
    {
        return (Layout::NulTerminated, text(before));
    }
    match utf16(value) {
        Some(characters) => (Layout::Utf16, text(&characters)),
        None => (Layout::Binary, String::new()),
    }
}

/// One or more printable ASCII characters; a blank is one, since it is typed easily and seen badly.
pub(super) fn is_text(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The characters of UTF-16 that is ASCII, of either byte order, with a NUL at its end or not.
fn utf16(value: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = value.as_chunks::<2>();
    let one_of = |high: fn([u8; 2]) -> u8, low: fn([u8; 2]) -> u8| {
        let mut characters: Vec<u8> = pairs.iter().map(|&pair| low(pair)).collect();
        if characters.last() == Some(&0) {
            characters.pop();
        }
        (pairs.iter().all(|&pair| high(pair) == 0) && is_text(&characters)).then_some(characters)
    };
    if !rest.is_empty() {
        return None;
    }
    one_of(|[_, high]| high, |[low, _]| low).or_else(|| one_of(|[high, _]| high, |[_, low]| low))
}

/// The bytes that a text of hex digits stands for, if it is one.
pub(super) fn hex_digits(payload: &[u8]) -> Option<Vec<u8>> {
    let digits = payload.strip_prefix(b"0x").or_else(|| payload.strip_prefix(b"0X")).unwrap_or(payload);
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    pairs.iter().map(|&[high, low]| Some(value(high)? << 4 | value(low)?)).collect()
}

/// Bytes as they can be printed: ASCII as it is, everything else by its number, cut where it is long.
pub(super) fn excerpt(value: &[u8]) -> String {
    let mut shown = String::new();
    for &byte in value.iter().take(MAX_SHOWN) {
        match byte {
            b' '..=b'~' => shown.push(char::from(byte)),
            _ => shown.push_str(&format!("\\x{byte:02X}")),
        }
    }
    if value.len() > MAX_SHOWN {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layout_is_told_from_the_others() {
        for (value, layout, text) in [
            (&b"https"[..], Layout::Plain, "https"),
            (b"https\0", Layout::NulTerminated, "https"),
            (b"h\0t\0", Layout::Utf16, "ht"),
            (b"\0h\0t", Layout::Utf16, "ht"),
            (b"h\0t\0\0\0", Layout::Utf16, "ht"),
            (b"\x01\xbb", Layout::Binary, ""),
            (b"", Layout::Binary, ""),
            (b"\0", Layout::Binary, ""),
        ] {
            assert_eq!(read(value), (layout, text.to_owned()), "{value:?}");
        }
    }

    #[test]
    fn hex_digits_are_read_with_and_without_their_mark() {
        assert_eq!(hex_digits(b"010C4d"), Some(vec![1, 12, 77]));
        assert_eq!(hex_digits(b"0x010C"), Some(vec![1, 12]));
        for other in [&b""[..], b"0x", b"010", b"010G", b"http"] {
            assert_eq!(hex_digits(other), None);
        }
    }

    #[test]
    fn an_excerpt_is_printable_and_short() {
        assert_eq!(excerpt(b"a\x1b[31m\xff"), "a\\x1B[31m\\xFF");
        assert!(excerpt(&[0xff; 1000]).len() < 400);
    }
}

//! As much DER as SPNEGO needs: definite lengths, one-byte tags.

/// OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(crate) const OID: u8 = 0x06;
/// ENUMERATED.
pub(crate) const ENUMERATED: u8 = 0x0a;
/// SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;
/// \[APPLICATION 0\], around the first token (RFC 2743 section 3.1).
pub(crate) const APPLICATION_0: u8 = 0x60;

/// `[n]`, constructed.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The first element: its tag, its contents and what follows it.
pub(crate) fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Tokens are bounded before they come here, so two bytes of length are enough.
        0x81 | 0x82 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// The contents of the first element, if it has this tag, and what follows it.
pub(crate) fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, contents, rest) = element(bytes)?;
    (found == tag).then_some((contents, rest))
}

/// An element.
pub(crate) fn write(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = contents.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    match length.get(zeros..).unwrap_or_default() {
        [] => bytes.push(0),
        [short @ 0..=0x7f] => bytes.push(*short),
        // The length has eight bytes at most.
        long => {
            bytes.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            bytes.extend_from_slice(long);
        }
    }
    bytes.extend_from_slice(contents);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_every_length_come_back() {
        for length in [0, 1, 127, 128, 255, 256, 5000] {
            let contents = vec![7; length];
            let mut bytes = write(SEQUENCE, &contents);
            bytes.push(9);
            assert_eq!(expect(SEQUENCE, &bytes), Some((&contents[..], &[9][..])), "{length}");
            assert_eq!(expect(OID, &bytes), None);
        }
    }

    #[test]
    fn a_length_without_end_or_beyond_the_bytes_is_none() {
        for bytes in
            [&b""[..], b"\x30", b"\x30\x80\0\0", b"\x30\x05abcd", b"\x30\x83\0\0\x01a", b"\x30\x82\x01"]
        {
            assert_eq!(element(bytes), None);
        }
    }
}

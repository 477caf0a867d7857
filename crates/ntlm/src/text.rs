//! Names as they travel.

use crate::NtlmError;
use crate::bytes::Message;
use zeroize::Zeroizing;

/// The longest name of a user, domain or computer that is read, in bytes: a UPN has at most 1024 characters.
const MAX_NAME_LEN: usize = 2048;

/// UTF-16LE.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// UTF-16LE of a secret: wiped, and long enough from the start never to be moved.
pub(crate) fn secret_utf16(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len()));
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

/// A name in a message: UTF-16LE, or in the OEM character set. Which set that is nobody says; ASCII is common to all,
/// and beyond it UTF-8 is taken, which is what clients that are no Windows send.
pub(crate) fn decode(bytes: &[u8], unicode: bool, of: &Message<'_>) -> Result<String, NtlmError> {
    if bytes.len() > MAX_NAME_LEN {
        return Err(of.error("a name is too long"));
    }
    let text = if unicode {
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(of.error("a name has half a character"));
        }
        let units: Vec<u16> = pairs.iter().copied().map(u16::from_le_bytes).collect();
        String::from_utf16(&units).map_err(|_| of.error("a name is no UTF-16"))?
    } else {
        String::from_utf8(bytes.to_vec()).map_err(|_| of.error("a name is no UTF-8"))?
    };
    if text.chars().any(char::is_control) {
        return Err(of.error("a name holds a control character"));
    }
    Ok(text)
}

/// A name to write.
pub(crate) fn encode(text: &str, unicode: bool) -> Vec<u8> {
    if unicode { utf16(text) } else { text.as_bytes().to_vec() }
}

/// A name in capitals as Windows has it: character for character, whatever stands beside it, so that nothing grows (`ß`
/// stays). Two names are the same in any case if they are the same in capitals.
pub fn upper(text: &str) -> String {
    let one = |c: char| {
        let mut upper = c.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(only), None) => only,
            _ => c,
        }
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Message<'_> = Message { name: "test", bytes: &[] };

    #[test]
    fn names_come_back_in_both_character_sets() {
        for unicode in [true, false] {
            assert_eq!(decode(&encode("jürgen@lab", unicode), unicode, &OF).unwrap(), "jürgen@lab");
        }
        assert_eq!(upper("jürgen ß"), "JÜRGEN ß");
    }

    #[test]
    fn a_name_that_could_mislead_a_log_is_refused() {
        assert!(decode(&utf16("a\nb"), true, &OF).is_err());
        assert!(decode(&[0x61], true, &OF).is_err());
        assert!(decode(&[0x00, 0xd8], true, &OF).is_err());
        assert!(decode(&[0xff], false, &OF).is_err());
        assert!(decode(&vec![b'a'; MAX_NAME_LEN + 1], false, &OF).is_err());
    }
}

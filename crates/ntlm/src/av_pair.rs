//! AV_PAIR: [MS-NLMP] 2.2.2.1, what the ends tell each other of themselves.

use crate::NtlmError;
use crate::bytes::Message;

/// The most pairs that are read: eleven kinds are known.
const MAX_PAIRS: usize = 64;

const EOL: u16 = 0;

/// One pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AvPair {
    pub(crate) id: u16,
    pub(crate) value: Vec<u8>,
}

impl AvPair {
    pub(crate) const NB_COMPUTER_NAME: u16 = 1;
    pub(crate) const NB_DOMAIN_NAME: u16 = 2;
    pub(crate) const DNS_COMPUTER_NAME: u16 = 3;
    pub(crate) const DNS_DOMAIN_NAME: u16 = 4;
    pub(crate) const FLAGS: u16 = 6;
    pub(crate) const TIMESTAMP: u16 = 7;

    pub(crate) fn new(id: u16, value: impl Into<Vec<u8>>) -> Self {
        Self { id, value: value.into() }
    }
}

/// The value of the first pair of this kind.
pub(crate) fn find(pairs: &[AvPair], id: u16) -> Option<&[u8]> {
    pairs.iter().find(|pair| pair.id == id).map(|pair| pair.value.as_slice())
}

/// MsvAvFlags; 0 when there is none.
pub(crate) fn flags(pairs: &[AvPair]) -> u32 {
    let value = find(pairs, AvPair::FLAGS).and_then(|value| value.try_into().ok());
    value.map_or(0, u32::from_le_bytes)
}

/// The pairs up to MsvAvEOL, which must be there. What follows it is for the caller.
pub(crate) fn decode(mut bytes: &[u8], of: &Message<'_>) -> Result<Vec<AvPair>, NtlmError> {
    let mut pairs = Vec::new();
    let end = of.error("its target information has no end");
    loop {
        let (header, rest) = bytes.split_first_chunk::<4>().ok_or(end)?;
        let [id_low, id_high, length_low, length_high] = *header;
        let id = u16::from_le_bytes([id_low, id_high]);
        let length = usize::from(u16::from_le_bytes([length_low, length_high]));
        if id == EOL {
            return Ok(pairs);
        }
        let (value, rest) = rest.split_at_checked(length).ok_or(end)?;
        if pairs.len() == MAX_PAIRS {
            return Err(of.error("its target information has too many entries"));
        }
        pairs.push(AvPair::new(id, value));
        bytes = rest;
    }
}

/// The pairs and MsvAvEOL.
///
/// # Errors
/// When a value is longer than its length can say.
pub(crate) fn encode(pairs: &[AvPair]) -> Result<Vec<u8>, NtlmError> {
    let mut bytes = Vec::new();
    for AvPair { id, value } in pairs {
        let length = u16::try_from(value.len())
            .map_err(|_| NtlmError::malformed("message of this end", "a name is too long"))?;
        bytes.extend(id.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(value);
    }
    bytes.extend([0; 4]);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Message<'_> = Message { name: "test", bytes: &[] };

    #[test]
    fn pairs_come_back_and_what_follows_their_end_is_left() {
        let pairs = [AvPair::new(2, *b"L\0"), AvPair::new(AvPair::FLAGS, [2, 0, 0, 0])];
        let mut bytes = encode(&pairs).unwrap();
        assert_eq!(bytes, b"\x02\0\x02\0L\0\x06\0\x04\0\x02\0\0\0\0\0\0\0");
        bytes.extend([0; 4]);
        assert_eq!(decode(&bytes, &OF).unwrap(), pairs);
        assert_eq!(flags(&pairs), 2);
    }

    #[test]
    fn pairs_without_end_or_without_number_are_refused() {
        assert!(decode(b"", &OF).is_err());
        assert!(decode(b"\x02\0\x05\0L\0", &OF).is_err());
        let many = vec![AvPair::new(9, []); MAX_PAIRS + 1];
        assert!(decode(&encode(&many).unwrap(), &OF).is_err());
    }
}

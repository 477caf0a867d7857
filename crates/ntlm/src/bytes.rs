//! Little-endian fields at fixed places, and payloads that they point to.

use crate::NtlmError;

/// What every message begins with.
pub(crate) const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

/// A message that is read; `name` is for its errors.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    pub(crate) name: &'static str,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Checks signature and kind.
    pub(crate) fn new(name: &'static str, kind: u32, bytes: &'a [u8]) -> Result<Self, NtlmError> {
        let message = Self { name, bytes };
        if kind_of(bytes) == Some(kind) { Ok(message) } else { Err(message.error("its signature or type")) }
    }

    pub(crate) fn error(&self, reason: &'static str) -> NtlmError {
        NtlmError::malformed(self.name, reason)
    }

    pub(crate) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], NtlmError> {
        self.bytes.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or(self.error("it is cut off"))
    }

    pub(crate) fn u32(&self, at: usize) -> Result<u32, NtlmError> {
        self.array(at).map(u32::from_le_bytes)
    }

    /// The payload that the length and offset at `at` point to. An empty one may point anywhere.
    pub(crate) fn payload(&self, at: usize) -> Result<&'a [u8], NtlmError> {
        let length = usize::from(u16::from_le_bytes(self.array(at)?));
        let offset = usize::try_from(self.u32(at + 4)?).unwrap_or(usize::MAX);
        if length == 0 {
            return Ok(&[]);
        }
        let end = offset.checked_add(length).ok_or(self.error("a payload lies outside"))?;
        self.bytes.get(offset..end).ok_or(self.error("a payload lies outside"))
    }

    /// Where the first payload begins, or the end of the message.
    pub(crate) fn first_payload(&self, fields: &[usize]) -> Result<usize, NtlmError> {
        let mut first = self.bytes.len();
        for &at in fields {
            if u16::from_le_bytes(self.array(at)?) > 0 {
                first = first.min(usize::try_from(self.u32(at + 4)?).unwrap_or(usize::MAX));
            }
        }
        Ok(first)
    }
}

/// MessageType of an NTLM message; `None` for anything else.
pub(crate) fn kind_of(bytes: &[u8]) -> Option<u32> {
    let kind = bytes.strip_prefix(SIGNATURE)?.first_chunk()?;
    Some(u32::from_le_bytes(*kind))
}

/// A message that is written: fixed fields first, then the payloads in the order in which they are added.
pub(crate) struct Writer {
    fixed: Vec<u8>,
    payload: Vec<u8>,
    fixed_len: usize,
}

impl Writer {
    /// A message of this kind whose fixed part has this many bytes.
    pub(crate) fn new(kind: u32, fixed_len: usize) -> Self {
        let mut fixed = SIGNATURE.to_vec();
        fixed.extend(kind.to_le_bytes());
        Self { fixed, payload: Vec::new(), fixed_len }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.fixed.extend_from_slice(bytes);
    }

    /// Length, maximum length and offset of a payload, and the payload.
    ///
    /// # Errors
    /// When it is longer than the field can say.
    pub(crate) fn payload(&mut self, bytes: &[u8]) -> Result<(), NtlmError> {
        let too_long = NtlmError::malformed("message of this end", "a payload is too long");
        let length = u16::try_from(bytes.len()).map_err(|_| too_long)?;
        let offset = u32::try_from(self.fixed_len + self.payload.len()).map_err(|_| too_long)?;
        self.put(&length.to_le_bytes());
        self.put(&length.to_le_bytes());
        self.put(&offset.to_le_bytes());
        self.payload.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        debug_assert_eq!(self.fixed.len(), self.fixed_len, "offsets were made for this length");
        self.fixed.append(&mut self.payload);
        self.fixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_come_back_and_none_reaches_outside() {
        let mut writer = Writer::new(9, 28);
        writer.payload(b"first").unwrap();
        writer.payload(b"").unwrap();
        let bytes = writer.finish();
        let message = Message::new("test", 9, &bytes).unwrap();
        assert_eq!((message.payload(12).unwrap(), message.payload(20).unwrap()), (&b"first"[..], &b""[..]));
        assert_eq!(message.first_payload(&[12, 20]).unwrap(), 28);
        let cut = Message::new("test", 9, &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(cut.payload(12), Err(NtlmError::malformed("test", "a payload lies outside")));
        assert_eq!(cut.payload(20), Ok(&b""[..]), "an empty one may point anywhere");
        assert!(Message::new("test", 8, &bytes).is_err());
        assert_eq!(kind_of(b"NTLMSSP\0\x01\0\0"), None);
    }
}

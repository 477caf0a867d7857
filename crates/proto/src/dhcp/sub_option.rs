//! The frame of option 43: sub-options of code, length and value (RFC 2132 section 8.4).

/// Ends the sub-options; what follows is not looked at.
const END: u8 = 255;
/// Fills space between sub-options; has no length byte.
const PAD: u8 = 0;

/// One sub-option of an option 43.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubOption<'a> {
    /// Its code; what it means depends on the vendor class.
    pub code: u8,
    /// Where the code byte stands, counted in bytes from the start of the payload.
    pub offset: usize,
    /// Its value; 0 to 255 bytes.
    pub value: &'a [u8],
}

/// Walks the sub-options of a payload in the order in which they stand. Ends after the first error.
///
/// An end mark (FF) is accepted and not needed: dnsmasq writes one, DHCPUtil.exe does not.
#[derive(Clone, Debug)]
pub struct SubOptions<'a> {
    rest: &'a [u8],
    offset: usize,
}

/// Why a payload cannot be divided into sub-options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubOptionError {
    /// The payload ends after a code.
    #[error("sub-option {code} at {offset}: no length byte")]
    NoLength {
        /// The code.
        code: u8,
        /// Where the code stands, in bytes from the start of the payload.
        offset: usize,
    },
    /// The payload ends within a value.
    #[error("sub-option {code} at {offset}: length {length} but {left} bytes left")]
    Cut {
        /// The code.
        code: u8,
        /// Where the code stands, in bytes from the start of the payload.
        offset: usize,
        /// What the length byte says.
        length: u8,
        /// How many bytes follow the length byte.
        left: usize,
    },
}

impl<'a> SubOptions<'a> {
    /// The sub-options of `payload`, which is an option 43 without its code and length.
    pub const fn new(payload: &'a [u8]) -> Self {
        Self { rest: payload, offset: 0 }
    }

    fn take(&mut self, code: u8, after_code: &'a [u8]) -> Result<SubOption<'a>, SubOptionError> {
        let offset = self.offset;
        let Some((&length, after_length)) = after_code.split_first() else {
            return Err(SubOptionError::NoLength { code, offset });
        };
        let Some((value, rest)) = after_length.split_at_checked(usize::from(length)) else {
            return Err(SubOptionError::Cut { code, offset, length, left: after_length.len() });
        };
        self.rest = rest;
        self.offset += 2 + value.len();
        Ok(SubOption { code, offset, value })
    }
}

impl<'a> Iterator for SubOptions<'a> {
    type Item = Result<SubOption<'a>, SubOptionError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((&PAD, rest)) = self.rest.split_first() {
            self.rest = rest;
            self.offset += 1;
        }
        let (&code, after_code) = self.rest.split_first()?;
        if code == END {
            self.rest = &[];
            return None;
        }
        let item = self.take(code, after_code);
        if item.is_err() {
            self.rest = &[];
        }
        Some(item)
    }
}

/// Appends a sub-option. The caller has made sure that the value has at most 255 bytes.
pub(super) fn push(payload: &mut Vec<u8>, code: u8, value: &[u8]) {
    let length = u8::try_from(value.len()).expect("the type that owns the value bounds it to 255 bytes");
    payload.extend_from_slice(&[code, length]);
    payload.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(payload: &[u8]) -> Result<Vec<SubOption<'_>>, SubOptionError> {
        SubOptions::new(payload).collect()
    }

    #[test]
    fn pads_are_skipped_and_the_end_mark_ends() {
        let found = read(&[0, 7, 1, 9, 0, 0, 8, 0, 255, 3, 200]).unwrap();
        let sub = |code, offset, value| SubOption { code, offset, value };
        assert_eq!(found, [sub(7, 1, &[9]), sub(8, 6, &[])]);
    }

    #[test]
    fn a_cut_sub_option_is_named_with_its_offset() {
        assert_eq!(read(&[1, 1, 65, 5]).unwrap_err().to_string(), "sub-option 5 at 3: no length byte");
        let cut = read(&[1, 1, 65, 5, 4, 1, 2]).unwrap_err();
        assert_eq!(cut.to_string(), "sub-option 5 at 3: length 4 but 2 bytes left");
    }

    #[test]
    fn an_error_is_the_last_item() {
        let mut walk = SubOptions::new(&[5, 4, 1]);
        assert!(walk.next().unwrap().is_err());
        assert_eq!(walk.next(), None);
    }

    proptest! {
        #[test]
        fn what_is_pushed_reads_back(
            items in proptest::collection::vec((1u8..255, proptest::collection::vec(any::<u8>(), 0..256)), 0..8),
        ) {
            let mut payload = Vec::new();
            for (code, value) in &items {
                push(&mut payload, *code, value);
            }
            let back: Vec<_> = read(&payload).unwrap().iter().map(|sub| (sub.code, sub.value.to_vec())).collect();
            prop_assert_eq!(back, items);
        }

        #[test]
        fn any_bytes_are_walked_without_a_panic(payload in proptest::collection::vec(any::<u8>(), 0..600)) {
            prop_assert!(SubOptions::new(&payload).count() <= payload.len());
        }
    }
}

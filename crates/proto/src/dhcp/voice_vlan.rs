//! Option 43 for class CPE-OCPHONE: the VLAN on which a phone is to speak.

use super::sub_option::{self, SubOptionError, SubOptions};
use crate::{Documented, Evidence};

/// Code of the sub-option that holds the VLAN id (TechNet gg412828).
const VLAN_ID: u8 = 10;

/// The payload of option 43 for class CPE-OCPHONE: sub-option 10 and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceVlan {
    id: u16,
    width: VlanWidth,
}

/// How the VLAN id is written. Public sources differ, so a sender has to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VlanWidth {
    /// Two bytes, the high one first: Windows DHCP's type Word, which Lync's own instructions use.
    #[default]
    U16,
    /// Four bytes, the high one first: Windows DHCP's type Long.
    U32,
    /// Decimal digits: AudioCodes' phones list the value as ASCII (LTRT-09960).
    Ascii,
}

/// Why a payload names no VLAN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoiceVlanError {
    /// The payload cannot be divided into sub-options.
    #[error(transparent)]
    Layout(#[from] SubOptionError),
    /// No sub-option 10.
    #[error("sub-option 10 (VLAN id) is missing")]
    Missing,
    /// A value that is neither two bytes, four bytes nor digits.
    #[error("sub-option 10 at {offset}: {length} bytes that are no VLAN id in binary or ASCII")]
    Width {
        /// Where the code stands, in bytes from the start of the payload.
        offset: usize,
        /// Length of the value.
        length: usize,
    },
    /// A number that no VLAN has.
    #[error("sub-option 10 at {offset}: VLAN id {id} is not from 1 to 4094")]
    Range {
        /// Where the code stands, in bytes from the start of the payload; 0 for a value that was not read.
        offset: usize,
        /// The number.
        id: u32,
    },
}

impl VoiceVlan {
    /// The VLAN `id`, 1 to 4094 (IEEE 802.1Q), to be written in `width`.
    pub fn new(id: u16, width: VlanWidth) -> Result<Self, VoiceVlanError> {
        Self::checked(u32::from(id), width, 0)
    }

    /// The VLAN id, 1 to 4094.
    pub const fn id(&self) -> u16 {
        self.id
    }

    /// How the id is, or was, written.
    pub const fn width(&self) -> VlanWidth {
        self.width
    }

    /// The payload, without the option's code and length.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        match self.width {
            VlanWidth::U16 => sub_option::push(&mut payload, VLAN_ID, &self.id.to_be_bytes()),
            VlanWidth::U32 => sub_option::push(&mut payload, VLAN_ID, &u32::from(self.id).to_be_bytes()),
            VlanWidth::Ascii => sub_option::push(&mut payload, VLAN_ID, self.id.to_string().as_bytes()),
        }
        payload
    }

    /// Reads a payload in any of the three widths. The first sub-option 10 counts; others are passed over.
    ///
    /// The widths cannot be confused: two or four ASCII digits read as a binary number lie far above 4094.
    pub fn decode(payload: &[u8]) -> Result<Self, VoiceVlanError> {
        for item in SubOptions::new(payload) {
            let sub = item?;
            if sub.code == VLAN_ID {
                let (id, width) = read(sub.value)
                    .ok_or(VoiceVlanError::Width { offset: sub.offset, length: sub.value.len() })?;
                return Self::checked(id, width, sub.offset);
            }
        }
        Err(VoiceVlanError::Missing)
    }

    fn checked(number: u32, width: VlanWidth, offset: usize) -> Result<Self, VoiceVlanError> {
        match u16::try_from(number) {
            Ok(id @ 1..=4094) => Ok(Self { id, width }),
            _ => Err(VoiceVlanError::Range { offset, id: number }),
        }
    }
}

impl Documented for VoiceVlan {
    const NAME: &'static str = "DHCP option 43, class CPE-OCPHONE";
    // Class and code are documented; that the id has two bytes is not.
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "TechNet gg412828 and gg398088; AudioCodes LTRT-09960";
}

fn read(value: &[u8]) -> Option<(u32, VlanWidth)> {
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        let number = std::str::from_utf8(value).ok()?.parse().ok()?;
        return Some((number, VlanWidth::Ascii));
    }
    match *value {
        [a, b] => Some((u32::from(u16::from_be_bytes([a, b])), VlanWidth::U16)),
        [a, b, c, d] => Some((u32::from_be_bytes([a, b, c, d]), VlanWidth::U32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_width_has_its_bytes() {
        let bytes = |width| VoiceVlan::new(100, width).unwrap().encode();
        assert_eq!(bytes(VlanWidth::U16), [0x0A, 2, 0, 0x64]);
        assert_eq!(bytes(VlanWidth::U32), [0x0A, 4, 0, 0, 0, 0x64]);
        assert_eq!(bytes(VlanWidth::Ascii), *b"\x0A\x03100");
    }

    #[test]
    fn every_vlan_reads_back_in_every_width() {
        for id in 1..=4094 {
            for width in [VlanWidth::U16, VlanWidth::U32, VlanWidth::Ascii] {
                let vlan = VoiceVlan::new(id, width).unwrap();
                assert_eq!(VoiceVlan::decode(&vlan.encode()), Ok(vlan));
            }
        }
    }

    #[test]
    fn an_end_mark_and_other_sub_options_are_passed_over() {
        let vlan = VoiceVlan::decode(&[1, 1, 65, 10, 2, 0, 100, 255]).unwrap();
        assert_eq!(vlan.id(), 100);
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let fault = |payload: &[u8]| VoiceVlan::decode(payload).unwrap_err().to_string();
        assert_eq!(fault(&[]), "sub-option 10 (VLAN id) is missing");
        assert_eq!(fault(&[1, 1, 65, 10, 2, 0]), "sub-option 10 at 3: length 2 but 1 bytes left");
        let width = "sub-option 10 at 0: 1 bytes that are no VLAN id in binary or ASCII";
        assert_eq!(fault(&[10, 1, 200]), width);
        assert_eq!(fault(&[10, 0]), width.replace("1 bytes", "0 bytes"));
        assert_eq!(fault(&[10, 2, 0x0F, 0xFF]), "sub-option 10 at 0: VLAN id 4095 is not from 1 to 4094");
        assert_eq!(fault(b"\x0A\x010"), "sub-option 10 at 0: VLAN id 0 is not from 1 to 4094");
        assert!(VoiceVlan::new(0, VlanWidth::U16).is_err());
        assert!(VoiceVlan::new(4095, VlanWidth::U16).is_err());
    }
}

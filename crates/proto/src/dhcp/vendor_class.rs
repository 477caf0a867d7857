//! The vendor class identifier (option 60) that says which option 43 a phone wants.

/// The class of a request, and with it the layout of the option 43 that answers it.
///
/// A phone asks twice: for its VLAN before it has an address to keep, and for certificate provisioning afterwards
/// (TechNet gg412828).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorClass {
    /// `MS-UC-Client`: where to get a certificate. Answered with [`UcClientOptions`](super::UcClientOptions).
    UcClient,
    /// `CPE-OCPHONE`: the VLAN for voice. Answered with [`VoiceVlan`](super::VoiceVlan).
    OcPhone,
}

impl VendorClass {
    /// The class that the payload of an option 60 names, if it is one of Lync's.
    ///
    /// `MS-UC-Client` is documented as case-sensitive (gg412828). The other class is written `CPE-OCPHONE` in Lync's
    /// documentation and `CPE-OCPhone` in that of Phone Edition for Communications Server 2007: both are taken.
    pub fn of(payload: &[u8]) -> Option<Self> {
        match payload {
            b"MS-UC-Client" => Some(Self::UcClient),
            b"CPE-OCPHONE" | b"CPE-OCPhone" => Some(Self::OcPhone),
            _ => None,
        }
    }

    /// The payload of option 60, as Lync's own documentation spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UcClient => "MS-UC-Client",
            Self::OcPhone => "CPE-OCPHONE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_vlan_class_are_read() {
        assert_eq!(VendorClass::of(b"CPE-OCPHONE"), Some(VendorClass::OcPhone));
        assert_eq!(VendorClass::of(b"CPE-OCPhone"), Some(VendorClass::OcPhone));
    }

    #[test]
    fn the_class_of_certificate_provisioning_is_case_sensitive_and_whole() {
        assert_eq!(VendorClass::of(b"MS-UC-Client"), Some(VendorClass::UcClient));
        for wrong in [&b"ms-uc-client"[..], b"MS-UC-Client\0", b"foo-MS-UC-Client-X", b"MS-UC-Clien", b""] {
            assert_eq!(VendorClass::of(wrong), None);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for class in [VendorClass::UcClient, VendorClass::OcPhone] {
            assert_eq!(VendorClass::of(class.as_str().as_bytes()), Some(class));
        }
    }
}

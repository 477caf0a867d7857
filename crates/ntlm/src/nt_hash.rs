//! What Windows keeps of a password.

use crate::{crypto, text};
use std::fmt;
use zeroize::Zeroizing;

/// MD4 of the password in UTF-16LE: [MS-NLMP] 3.3.1, NTOWFv1. As good as the password itself; shown by nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct NtHash(Zeroizing<[u8; 16]>);

impl NtHash {
    /// The hash of a password.
    pub fn of_password(password: &str) -> Self {
        Self(crypto::md4(&text::secret_utf16(password)))
    }

    /// A hash that was kept.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The hash itself. Every caller of this is a place where it could leak.
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for NtHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NtHash(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_the_specifications_password_is_the_specifications() {
        // [MS-NLMP] 4.2.2.1.2: the password is `Password`.
        let expected = 0xa4f4_9c40_6510_bdca_b682_4ee7_c30f_d852_u128.to_be_bytes();
        assert_eq!(NtHash::of_password("Password").expose(), &expected);
        assert_eq!(format!("{:?}", NtHash::of_password("Password")), "NtHash(****)");
    }
}

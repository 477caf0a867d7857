//! The keys of the web tickets: one that signs them, one under which they carry their proof key.

use crate::PkiError;
use rcgen::{KeyPair, PublicKeyData};
use std::fmt;
use zeroize::Zeroizing;

/// Length of the wrapping key: AES-256.
pub(crate) const WRAPPING_LEN: usize = 32;

/// Both keys. They have no certificate: only the pool itself verifies tickets.
pub(crate) struct TicketKeys {
    signing: KeyPair,
    public_key: Vec<u8>,
    wrapping: Zeroizing<[u8; WRAPPING_LEN]>,
}

impl TicketKeys {
    /// A new wrapping key beside this signing key.
    pub(crate) fn generate(signing: KeyPair) -> Result<Self, PkiError> {
        let mut wrapping = Zeroizing::new([0; WRAPPING_LEN]);
        aws_lc_rs::rand::fill(wrapping.as_mut_slice()).map_err(|_| PkiError::Random)?;
        Ok(Self::new(signing, wrapping))
    }

    pub(crate) fn new(signing: KeyPair, wrapping: Zeroizing<[u8; WRAPPING_LEN]>) -> Self {
        Self { public_key: signing.subject_public_key_info(), signing, wrapping }
    }

    /// PKCS#8, DER.
    pub(crate) fn signing_pkcs8(&self) -> &[u8] {
        self.signing.serialized_der()
    }

    /// SubjectPublicKeyInfo, DER.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    pub(crate) fn wrapping(&self) -> &[u8; WRAPPING_LEN] {
        &self.wrapping
    }
}

impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKeys(****)")
    }
}

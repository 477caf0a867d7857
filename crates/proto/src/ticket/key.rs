//! The pool's key for web tickets.

use super::TicketError;
use crate::Secret;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded as _};
use lync_xml::dsig::{SigningKey, VerifyingKey};
use std::fmt;

/// Bytes by which AES-KWP makes a key longer at most: eight of header, seven of padding.
const WRAP_OVERHEAD: usize = 15;

/// What makes a ticket this pool's: it signs tickets, and encrypts proof keys to itself so that no ticket
/// need be kept.
pub struct TicketKey {
    signing: SigningKey,
    public_key: Vec<u8>,
    wrapping: Secret,
}

impl TicketKey {
    /// From an RSA or P-256 private key (PKCS #8, DER), its public half (SubjectPublicKeyInfo, DER) and an
    /// AES-256 key.
    ///
    /// # Errors
    /// When the private key is of neither kind.
    pub fn new(pkcs8_der: &[u8], spki_der: Vec<u8>, wrapping: [u8; 32]) -> Result<Self, TicketError> {
        let signing = SigningKey::from_pkcs8(pkcs8_der).map_err(|_| TicketError::PoolKey)?;
        Ok(Self { signing, public_key: spki_der, wrapping: Secret::from(wrapping.to_vec()) })
    }

    /// Encrypts a proof key for [`Confirmation::HolderOfKey`](super::Confirmation::HolderOfKey): AES-KWP (RFC
    /// 5649).
    ///
    /// # Errors
    /// When the key is empty or longer than AES-KWP takes.
    pub fn wrap_proof_key(&self, proof_key: &[u8]) -> Result<Vec<u8>, TicketError> {
        let mut output = vec![0; proof_key.len() + WRAP_OVERHEAD];
        let wrapped = self.kek()?.wrap_with_padding(proof_key, &mut output);
        Ok(wrapped.map_err(|_| TicketError::ProofKey)?.to_vec())
    }

    /// Decrypts what [`wrap_proof_key`](Self::wrap_proof_key) made.
    ///
    /// # Errors
    /// When another key made it, or it was altered.
    pub fn unwrap_proof_key(&self, wrapped: &[u8]) -> Result<Secret, TicketError> {
        let mut output = zeroize::Zeroizing::new(vec![0; wrapped.len()]);
        let key = self.kek()?.unwrap_with_padding(wrapped, &mut output);
        Ok(Secret::from(key.map_err(|_| TicketError::ProofKey)?.to_vec()))
    }

    pub(super) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    pub(super) fn verifying(&self) -> VerifyingKey<'_> {
        VerifyingKey::PublicKey(&self.public_key)
    }

    fn kek(&self) -> Result<AesKek, TicketError> {
        AesKek::new(&AES_256, &self.wrapping).map_err(|_| TicketError::PoolKey)
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketKey({:?})", self.signing.signature_algorithm())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::ticket_key;
    use proptest::prelude::*;

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", ticket_key(1)), "TicketKey(EcdsaSha256)");
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        assert_eq!(TicketKey::new(b"no key", vec![], [0; 32]).unwrap_err(), TicketError::PoolKey);
    }

    #[test]
    fn another_pool_cannot_unwrap() {
        let wrapped = ticket_key(1).wrap_proof_key(&[7; 32]).unwrap();
        assert_eq!(ticket_key(2).unwrap_proof_key(&wrapped), Err(TicketError::ProofKey));
    }

    #[test]
    fn empty_and_cut_keys_are_refused() {
        let key = ticket_key(1);
        assert_eq!(key.wrap_proof_key(&[]), Err(TicketError::ProofKey));
        assert_eq!(key.unwrap_proof_key(&[]), Err(TicketError::ProofKey));
        let wrapped = key.wrap_proof_key(&[7; 32]).unwrap();
        assert_eq!(key.unwrap_proof_key(&wrapped[..32]), Err(TicketError::ProofKey));
    }

    proptest! {
        #[test]
        fn keys_of_any_length_come_back(proof_key in proptest::collection::vec(any::<u8>(), 1..200)) {
            let key = ticket_key(1);
            let wrapped = key.wrap_proof_key(&proof_key).unwrap();
            prop_assert_eq!(&*key.unwrap_proof_key(&wrapped).unwrap(), &proof_key[..]);
        }

        #[test]
        fn no_altered_byte_is_accepted(at in 0usize..40, flip in 1u8..) {
            let key = ticket_key(1);
            let mut wrapped = key.wrap_proof_key(&[7; 32]).unwrap();
            wrapped[at] ^= flip;
            prop_assert_eq!(key.unwrap_proof_key(&wrapped), Err(TicketError::ProofKey));
        }
    }
}

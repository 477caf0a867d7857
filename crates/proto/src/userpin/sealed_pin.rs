//! A PIN on its way to the user-PIN service: X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869), AES-256-GCM.
//!
//! lyncmock's own, in the manner of HPKE (RFC 9180): an ephemeral key of the sender is agreed with the
//! service's key, so that a recorded message cannot be read even by another member of the pool. The number
//! and the key's name are bound in, so that a sealed PIN is of no use for another number.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey, X25519};
use aws_lc_rs::{digest, hkdf};
use std::fmt;
use zeroize::Zeroizing;

/// The longest PIN that can be sealed, in bytes. A policy allows 24 digits at most; what is longer is wrong
/// anyhow.
pub const MAX_PIN_LEN: usize = 63;

/// A length byte, the PIN and zeros: so that the message's length does not tell the PIN's.
const PADDED_LEN: usize = MAX_PIN_LEN + 1;

/// Bytes of an X25519 public key.
const PUBLIC_KEY_LEN: usize = 32;

/// Separates this use of the agreed secret from any other.
const PURPOSE: &[u8] = b"lyncmock user-pin-service 1 VerifyPin";

/// Why a PIN could not be sealed or opened. Deliberately says no more: which step failed is nobody's
/// business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Longer than [`MAX_PIN_LEN`].
    #[error("the PIN is longer than {MAX_PIN_LEN} bytes")]
    TooLong,
    /// The public key is none.
    #[error("the service's public key cannot be used")]
    Key,
    /// Sealed for another key or number, or altered.
    #[error("the PIN cannot be decrypted")]
    Open,
}

/// The service's half of the encryption: made at its start, never stored, replaced whenever it likes.
pub struct PinDecryptionKey {
    private: PrivateKey,
    public: Vec<u8>,
    id: String,
}

impl PinDecryptionKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, SealError> {
        let private = PrivateKey::generate(&X25519).map_err(|_| SealError::Key)?;
        let public = private.compute_public_key().map_err(|_| SealError::Key)?.as_ref().to_vec();
        let id = digest::digest(&digest::SHA256, &public)
            .as_ref()
            .iter()
            .take(16)
            .map(|b| format!("{b:02x}"))
            .collect();
        Ok(Self { private, public, id })
    }

    /// Its name: the beginning of its SHA-256, in hexadecimal.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half: 32 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// The PIN that [`seal_pin`] sealed for this key and this number or extension.
    ///
    /// # Errors
    /// When it was not, or was altered.
    pub fn open(&self, phone_or_ext: &str, sealed: &[u8]) -> Result<Zeroizing<String>, SealError> {
        let (ephemeral, ciphertext) = sealed.split_at_checked(PUBLIC_KEY_LEN).ok_or(SealError::Open)?;
        let salt = [ephemeral, &self.public].concat();
        let key = message_key(&self.private, ephemeral, &salt).map_err(|_| SealError::Open)?;
        let mut padded = Zeroizing::new(ciphertext.to_vec());
        let aad = Aad::from(associated_data(&self.id, phone_or_ext));
        let padded = key.open_in_place(nonce(), aad, &mut padded).map_err(|_| SealError::Open)?;
        unpad(padded).ok_or(SealError::Open)
    }
}

impl fmt::Debug for PinDecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinDecryptionKey({})", self.id)
    }
}

/// Encrypts `pin` under the service's public key, for this number or extension only.
///
/// The result is the sender's ephemeral public key, the ciphertext and its tag: 112 bytes whatever the PIN.
///
/// # Errors
/// When the PIN is longer than [`MAX_PIN_LEN`], or the public key is none.
pub fn seal_pin(
    public_key: &[u8],
    key_id: &str,
    phone_or_ext: &str,
    pin: &str,
) -> Result<Vec<u8>, SealError> {
    let mut padded = pad(pin)?;
    let private = PrivateKey::generate(&X25519).map_err(|_| SealError::Key)?;
    let ephemeral = private.compute_public_key().map_err(|_| SealError::Key)?;
    let key = message_key(&private, public_key, &[ephemeral.as_ref(), public_key].concat())?;
    let aad = Aad::from(associated_data(key_id, phone_or_ext));
    let tag = key.seal_in_place_separate_tag(nonce(), aad, &mut padded).map_err(|_| SealError::Key)?;
    Ok([ephemeral.as_ref(), &padded, tag.as_ref()].concat())
}

/// The AES key of one message, from one's own private and the peer's public key. The salt is both public
/// keys, the sender's first.
fn message_key(private: &PrivateKey, peer: &[u8], salt: &[u8]) -> Result<LessSafeKey, SealError> {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, salt);
    agreement::agree(private, UnparsedPublicKey::new(&X25519, peer), SealError::Key, |secret| {
        let prk = salt.extract(secret);
        let okm = prk.expand(&[PURPOSE], &AES_256_GCM).map_err(|_| SealError::Key)?;
        Ok(LessSafeKey::new(UnboundKey::from(okm)))
    })
}

/// Zero: each key seals one message.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Unambiguous, since the key's name holds no zero byte.
fn associated_data(key_id: &str, phone_or_ext: &str) -> Vec<u8> {
    [key_id.as_bytes(), &[0], phone_or_ext.as_bytes()].concat()
}

fn pad(pin: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let length =
        u8::try_from(pin.len()).ok().filter(|_| pin.len() <= MAX_PIN_LEN).ok_or(SealError::TooLong)?;
    let mut padded = Zeroizing::new(Vec::with_capacity(PADDED_LEN));
    padded.push(length);
    padded.extend_from_slice(pin.as_bytes());
    padded.resize(PADDED_LEN, 0);
    Ok(padded)
}

fn unpad(padded: &[u8]) -> Option<Zeroizing<String>> {
    let (length, rest) = padded.split_first()?;
    let pin = rest.get(..usize::from(*length))?;
    Some(Zeroizing::new(std::str::from_utf8(pin).ok()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> PinDecryptionKey {
        PinDecryptionKey::generate().unwrap()
    }

    fn seal(key: &PinDecryptionKey, number: &str, pin: &str) -> Vec<u8> {
        seal_pin(key.public_key(), key.id(), number, pin).unwrap()
    }

    #[test]
    fn a_sealed_pin_is_random_and_tells_no_length() {
        let key = key();
        let (short, long) = (seal(&key, "1219", "0712"), seal(&key, "1219", &"1".repeat(MAX_PIN_LEN)));
        assert_eq!((short.len(), long.len()), (112, 112));
        assert_ne!(short, seal(&key, "1219", "0712"));
        assert!(!short.windows(4).any(|window| window == b"0712"));
    }

    #[test]
    fn a_sealed_pin_opens_for_its_key_and_number_only() {
        let key = key();
        let sealed = seal(&key, "1219", "0712");
        assert_eq!(key.open("1219", &sealed).unwrap().as_str(), "0712");
        assert_eq!(key.open("1220", &sealed).unwrap_err(), SealError::Open);
        assert_eq!(self::key().open("1219", &sealed).unwrap_err(), SealError::Open);
        let misnamed = seal_pin(key.public_key(), "other", "1219", "0712").unwrap();
        assert_eq!(key.open("1219", &misnamed).unwrap_err(), SealError::Open);
    }

    #[test]
    fn bad_keys_and_long_pins_are_refused() {
        assert_eq!(seal_pin(&[0; 32], "id", "1", "0712"), Err(SealError::Key));
        assert_eq!(seal_pin(&[9; 31], "id", "1", "0712"), Err(SealError::Key));
        assert_eq!(seal_pin(key().public_key(), "id", "1", &"1".repeat(64)), Err(SealError::TooLong));
        assert_eq!(key().open("1", &[0; 112]).unwrap_err(), SealError::Open);
    }

    #[test]
    fn debug_shows_the_name_only() {
        let key = key();
        assert_eq!(key.id().len(), 32);
        assert_eq!(format!("{key:?}"), format!("PinDecryptionKey({})", key.id()));
    }

    proptest! {
        #[test]
        fn every_pin_comes_back(number in "\\PC{0,20}", pin in "\\PC{0,15}") {
            let key = key();
            let opened = key.open(&number, &seal(&key, &number, &pin)).unwrap();
            prop_assert_eq!(opened.as_str(), pin);
        }

        #[test]
        fn no_altered_byte_is_accepted(at in 0usize..112, flip in 1u8..) {
            let key = key();
            let mut sealed = seal(&key, "1219", "0712");
            sealed[at] ^= flip;
            // The top bit of an X25519 key is ignored by the agreement; the salt has it all the same.
            prop_assert_eq!(key.open("1219", &sealed).unwrap_err(), SealError::Open);
            prop_assert!(key.open("1219", &sealed[..at]).is_err());
        }
    }
}

//! Key pairs: their kinds, and many made at once.

use crate::PkiError;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use std::fmt;
use std::str::FromStr;

/// The kind of all keys of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA on P-256: made in microseconds, but unknown to the oldest phones.
    #[default]
    P256,
    /// RSA with 2048 bits, the default of CASigningKeyLength; each key takes some 70 ms to make.
    Rsa2048,
}

/// A word that is no kind of key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of key (p256, rsa2048)")]
pub struct UnknownKeyKind(pub String);

impl KeyKind {
    /// The word that configuration files and messages use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::Rsa2048 => "rsa2048",
        }
    }

    /// The kind of this key, if it is one of them.
    pub(crate) fn of(key: &KeyPair) -> Option<Self> {
        if key.algorithm() == &PKCS_ECDSA_P256_SHA256 {
            Some(Self::P256)
        } else if key.algorithm() == &PKCS_RSA_SHA256 {
            Some(Self::Rsa2048)
        } else {
            None
        }
    }

    /// One new key.
    pub(crate) fn generate(self) -> Result<KeyPair, PkiError> {
        Ok(match self {
            Self::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
            Self::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
        })
    }

    /// Several new keys; slow ones are made side by side, one thread each.
    pub(crate) fn generate_many<const N: usize>(self) -> Result<[KeyPair; N], PkiError> {
        let keys: Result<Vec<_>, _> = match self {
            // A thread costs more than a key.
            Self::P256 => (0..N).map(|_| self.generate()).collect(),
            Self::Rsa2048 => std::thread::scope(|scope| {
                let threads: Vec<_> = (0..N).map(|_| scope.spawn(move || self.generate())).collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().expect("making a key does not panic"))
                    .collect()
            }),
        };
        Ok(<[KeyPair; N]>::try_from(keys?).expect("N keys were made"))
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyKind {
    type Err = UnknownKeyKind;

    fn from_str(word: &str) -> Result<Self, UnknownKeyKind> {
        [Self::P256, Self::Rsa2048]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownKeyKind(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for kind in [KeyKind::P256, KeyKind::Rsa2048] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!("rsa1024".parse::<KeyKind>(), Err(UnknownKeyKind("rsa1024".to_owned())));
    }

    #[test]
    fn keys_are_of_their_kind_and_differ() {
        for kind in [KeyKind::P256, KeyKind::Rsa2048] {
            let [one, two] = kind.generate_many::<2>().unwrap();
            assert_eq!((KeyKind::of(&one), KeyKind::of(&two)), (Some(kind), Some(kind)));
            assert_ne!(one.public_key_raw(), two.public_key_raw());
        }
    }
}

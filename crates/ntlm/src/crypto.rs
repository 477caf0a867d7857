//! The primitives that NTLMv2 is made of.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md4::Digest as _;
use rc4::{Rc4, StreamCipher as _};
use zeroize::Zeroizing;

/// A key, a hash of a password: wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 16]>;

fn mac(key: &[u8; 16], parts: &[&[u8]]) -> Hmac<md5::Md5> {
    let mut mac = Hmac::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

/// HMAC_MD5 over the parts, one after the other.
pub(crate) fn hmac_md5(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 16] {
    mac(key, parts).finalize().into_bytes().into()
}

/// Whether this is the HMAC_MD5 over the parts; takes the same time wherever they differ.
pub(crate) fn is_hmac_md5(key: &[u8; 16], parts: &[&[u8]], expected: &[u8; 16]) -> bool {
    mac(key, parts).verify_slice(expected).is_ok()
}

/// MD4.
pub(crate) fn md4(bytes: &[u8]) -> Key {
    Zeroizing::new(md4::Md4::digest(bytes).into())
}

/// MD5 over the parts, one after the other.
pub(crate) fn md5(parts: &[&[u8]]) -> Key {
    let mut digest = md5::Md5::new();
    for part in parts {
        digest.update(part);
    }
    Zeroizing::new(digest.finalize().into())
}

/// RC4K: [MS-NLMP] 3.4.5.1 seals the session key with it.
pub(crate) fn rc4(key: &[u8; 16], sealed: &[u8; 16]) -> Key {
    let mut opened = Zeroizing::new(*sealed);
    rc4_in_place(key, opened.as_mut_slice());
    opened
}

/// RC4 from the beginning of its stream; it opens what it has sealed.
pub(crate) fn rc4_in_place(key: &[u8; 16], bytes: &mut [u8]) {
    let mut stream = Rc4::new_from_slice(key).expect("RC4 takes a key of 16 bytes");
    stream.apply_keystream(bytes);
}

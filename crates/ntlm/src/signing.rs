//! Signatures of an established context: [MS-NLMP] 3.4.4. Over HTTP nothing is signed but SPNEGO's list of mechanisms,
//! so only the first signature of each end is made.

use crate::crypto::{self, Key};
use crate::flags;

/// Who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// NTLMSSP_MESSAGE_SIGNATURE.
pub(crate) type Signature = [u8; 16];

/// Version 1 and nothing more: what Windows gives where ALWAYS_SIGN was agreed on without SIGN, as pyspnego reports it
/// (inferred).
const DUMMY: Signature = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The first signature of this end over `message`; `None` where none was agreed on, or without extended session
/// security: NTLMv2's clients have it.
pub(crate) fn first_signature(session_key: &Key, flags: u32, by: Side, message: &[u8]) -> Option<Signature> {
    if flags & flags::SIGN == 0 {
        return (flags & flags::ALWAYS_SIGN != 0).then_some(DUMMY);
    }
    if flags & flags::EXTENDED_SESSION_SECURITY == 0 {
        return None;
    }
    // SeqNum of the first message.
    let number = [0; 4];
    let code = crypto::hmac_md5(&sign_key(session_key, by), &[&number, message]);
    let [mut checksum @ .., _, _, _, _, _, _, _, _] = code;
    if flags & flags::KEY_EXCHANGE != 0 {
        crypto::rc4_in_place(&seal_key(session_key, flags, by), &mut checksum);
    }
    let mut signature = DUMMY;
    if let Some(place) = signature.get_mut(4..12) {
        place.copy_from_slice(&checksum);
    }
    Some(signature)
}

/// SIGNKEY: [MS-NLMP] 3.4.5.2.
fn sign_key(session_key: &Key, by: Side) -> Key {
    crypto::md5(&[
        session_key.as_slice(),
        match by {
            Side::Client => b"session key to client-to-server signing key magic constant\0",
            Side::Server => b"session key to server-to-client signing key magic constant\0",
        },
    ])
}

/// SEALKEY with extended session security: [MS-NLMP] 3.4.5.3.
fn seal_key(session_key: &Key, flags: u32, by: Side) -> Key {
    let length = match () {
        () if flags & flags::KEY_128 != 0 => 16,
        () if flags & flags::KEY_56 != 0 => 7,
        () => 5,
    };
    crypto::md5(&[
        session_key.get(..length).unwrap_or_default(),
        match by {
            Side::Client => b"session key to client-to-server sealing key magic constant\0",
            Side::Server => b"session key to server-to-client sealing key magic constant\0",
        },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    /// [MS-NLMP] 4.2.4: NTLMv2 with an exported session key of 0x55.
    const AGREED: u32 = 0xe28a_8233;

    fn key() -> Key {
        Zeroizing::new([0x55; 16])
    }

    #[test]
    fn the_specifications_keys_and_signature_come_out() {
        let bytes = |hex: u128| hex.to_be_bytes();
        let (sign, seal) = (sign_key(&key(), Side::Client), seal_key(&key(), AGREED, Side::Client));
        assert_eq!(*seal, bytes(0x59f6_0097_3cc4_960a_2548_0a7c_196e_4c58));
        assert_eq!(*sign, bytes(0x4788_dc86_1b47_82f3_5d43_fd98_fe1a_2d39));
        // The example seals "Plaintext" first with the same stream; its checksum before RC4 is what is left to compare.
        let plaintext: Vec<u8> = "Plaintext".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut stream = [0; 26];
        crypto::rc4_in_place(&seal, &mut stream);
        let signature = first_signature(&key(), AGREED, Side::Client, &plaintext).unwrap();
        let at_its_place: Vec<u8> =
            (0..8).map(|index| signature[4 + index] ^ stream[index] ^ stream[18 + index]).collect();
        assert_eq!(at_its_place, 0x7fb3_8ec5_c55d_4976_u64.to_be_bytes());
    }

    #[test]
    fn what_was_agreed_on_decides() {
        let sign = |flags, by| first_signature(&key(), flags, by, b"list");
        assert_ne!(sign(AGREED, Side::Client), sign(AGREED, Side::Server));
        assert_ne!(sign(AGREED, Side::Client), sign(AGREED & !flags::KEY_EXCHANGE, Side::Client));
        assert_ne!(sign(AGREED, Side::Client), sign(AGREED & !flags::KEY_128, Side::Client));
        assert_eq!(sign(AGREED & !flags::SIGN, Side::Server), Some(DUMMY));
        assert_eq!(sign(AGREED & !(flags::SIGN | flags::ALWAYS_SIGN), Side::Server), None);
        assert_eq!(sign(AGREED & !flags::EXTENDED_SESSION_SECURITY, Side::Server), None);
    }
}

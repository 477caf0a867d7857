//! Messages of NTLM by hand: those that no honest client sends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The fixed part of an AUTHENTICATE_MESSAGE with version and message integrity code, in bytes.
const FIXED: usize = 88;

/// UNICODE, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, TARGET_INFO, VERSION.
const FLAGS: u32 = 0x0288_8201;

/// A NEGOTIATE_MESSAGE, as the value of Authorization.
pub fn negotiate() -> String {
    let mut message = b"NTLMSSP\0\x01\0\0\0".to_vec();
    message.extend(FLAGS.to_le_bytes());
    message.extend([0; 24]);
    format!("NTLM {}", STANDARD.encode(message))
}

/// An AUTHENTICATE_MESSAGE with these responses and no integrity code, as the value of Authorization.
pub fn authenticate(user: &str, lm: &[u8], nt: &[u8]) -> String {
    let user: Vec<u8> = user.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut message = b"NTLMSSP\0\x03\0\0\0".to_vec();
    let mut payload = Vec::new();
    for field in [lm, nt, &[], &user, &[], &[]] {
        let length = u16::try_from(field.len()).unwrap().to_le_bytes();
        message.extend(length);
        message.extend(length);
        message.extend(u32::try_from(FIXED + payload.len()).unwrap().to_le_bytes());
        payload.extend_from_slice(field);
    }
    message.extend(FLAGS.to_le_bytes());
    message.resize(FIXED, 0);
    message.extend(payload);
    format!("NTLM {}", STANDARD.encode(message))
}

/// An NTLMv2 response to the challenge in a value of WWW-Authenticate, whose proof is made up. All that a client need
/// not know the password for is right: the time and the target's names are the challenge's own.
pub fn made_up_response(www_authenticate: &str) -> Vec<u8> {
    let token = www_authenticate.split(' ').nth(1).unwrap();
    let challenge = STANDARD.decode(token).unwrap();
    let at = |offset: usize| {
        let bytes = challenge[offset..offset + 4].try_into().unwrap();
        usize::try_from(u32::from_le_bytes(bytes)).unwrap()
    };
    let length = usize::from(u16::from_le_bytes([challenge[40], challenge[41]]));
    let target_info = &challenge[at(44)..at(44) + length];
    // MsvAvTimestamp is the pair 7, and the last before the end.
    let time = &target_info[target_info.len() - 12..target_info.len() - 4];
    let mut response = vec![0x5a; 16];
    response.extend([1, 1, 0, 0, 0, 0, 0, 0]);
    response.extend_from_slice(time);
    response.extend([7; 8]);
    response.extend([0; 4]);
    response.extend_from_slice(target_info);
    response.extend([0; 4]);
    response
}

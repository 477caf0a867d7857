//! WS-Trust 1.3 section 4.4.4, RFC 2246 section 5: P_SHA1, which makes the proof key.

use aws_lc_rs::hmac;

/// Bytes that HMAC-SHA1 gives at a time.
const BLOCK: usize = 20;

/// `length` bytes of P_SHA1. For a web ticket `secret` is the client's entropy, `seed` the server's, and
/// `length` the client's entropy's length.
pub fn p_sha1(secret: &[u8], seed: &[u8], length: usize) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let mut output = Vec::with_capacity(length.next_multiple_of(BLOCK));
    let mut a = hmac::sign(&key, seed);
    while output.len() < length {
        let mut context = hmac::Context::with_key(&key);
        context.update(a.as_ref());
        context.update(seed);
        output.extend_from_slice(context.sign().as_ref());
        a = hmac::sign(&key, a.as_ref());
    }
    output.truncate(length);
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{hex, vector};
    use crate::read::decode_base64;

    #[test]
    fn the_key_of_a_captured_session_is_reproduced() {
        let entropy = |name| decode_base64(&vector("wstrust_psha1", name), "entropy").unwrap();
        let key = p_sha1(&entropy("entropy_request_b64"), &entropy("entropy_response_b64"), 32);
        assert_eq!(hex(&key), vector("wstrust_psha1", "proof_key_hex"));
    }

    #[test]
    fn the_key_of_counting_entropy_is_this() {
        let bytes: Vec<u8> = (0..0x40).collect();
        let (client, server) = bytes.split_at(0x20);
        let expected = "df59132c2af6d230e4337732076a14561694be12838cc00203d63c816653d75b";
        assert_eq!(hex(&p_sha1(client, server, 32)), expected);
        assert_eq!(hex(&p_sha1(client, server, 21)), expected[..42]);
        assert!(p_sha1(client, server, 0).is_empty());
    }
}

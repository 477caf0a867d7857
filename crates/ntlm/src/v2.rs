//! NTLMv2: [MS-NLMP] 3.3.2.

use crate::av_pair::{self, AvPair};
use crate::bytes::Message;
use crate::crypto::{self, Key};
use crate::{NtHash, NtlmError, text};
use zeroize::Zeroizing;

/// NTLMv2_CLIENT_CHALLENGE before its AV pairs: two versions, six reserved bytes, time, challenge, four reserved.
const BEFORE_PAIRS: usize = 28;

/// An NTLMv2_RESPONSE: a proof, and over what it was made.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Response {
    /// NTProofStr.
    pub(crate) proof: [u8; 16],
    /// `temp` of the specification, byte for byte.
    pub(crate) temp: Vec<u8>,
    /// The AV pairs in it.
    pub(crate) pairs: Vec<AvPair>,
}

impl Response {
    pub(crate) fn decode(bytes: &[u8], of: &Message<'_>) -> Result<Self, NtlmError> {
        let short = of.error("its NTLMv2 response is cut off");
        let (proof, temp) = bytes.split_first_chunk().ok_or(short)?;
        let pairs = temp.get(BEFORE_PAIRS..).ok_or(short)?;
        if !temp.starts_with(&[1, 1]) {
            return Err(of.error("its NTLMv2 response has another version"));
        }
        Ok(Self { proof: *proof, temp: temp.to_vec(), pairs: av_pair::decode(pairs, of)? })
    }

    /// A response to this challenge. `time` is a FILETIME.
    pub(crate) fn new(
        key: &ResponseKey,
        server_challenge: &[u8; 8],
        client_challenge: &[u8; 8],
        time: [u8; 8],
        pairs: Vec<AvPair>,
    ) -> Result<Self, NtlmError> {
        let mut temp = vec![1, 1, 0, 0, 0, 0, 0, 0];
        temp.extend(time);
        temp.extend(client_challenge);
        temp.extend([0; 4]);
        temp.extend(av_pair::encode(&pairs)?);
        temp.extend([0; 4]);
        Ok(Self { proof: crypto::hmac_md5(&key.0, &[server_challenge, &temp]), temp, pairs })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.proof[..], &self.temp].concat()
    }
}

/// NTOWFv2: the password's hash, bound to user and domain.
pub(crate) struct ResponseKey(Key);

impl ResponseKey {
    /// User and domain as the client names them: that may be a UPN and no domain at all.
    pub(crate) fn new(hash: &NtHash, user: &str, domain: &str) -> Self {
        let (user, domain) = (text::utf16(&text::upper(user)), text::utf16(domain));
        Self(Zeroizing::new(crypto::hmac_md5(hash.expose(), &[&user, &domain])))
    }

    /// Whether the response was made with this key for this challenge; in constant time.
    pub(crate) fn has_made(&self, response: &Response, server_challenge: &[u8; 8]) -> bool {
        crypto::is_hmac_md5(&self.0, &[server_challenge, &response.temp], &response.proof)
    }

    /// SessionBaseKey, which for NTLMv2 is the KeyExchangeKey too ([MS-NLMP] 3.4.5.1).
    pub(crate) fn session_base_key(&self, response: &Response) -> Key {
        Zeroizing::new(crypto::hmac_md5(&self.0, &[&response.proof]))
    }

    /// LMv2_RESPONSE, which a client sends beside the other where the server gave no time.
    pub(crate) fn lm_v2(&self, server_challenge: &[u8; 8], client_challenge: &[u8; 8]) -> Vec<u8> {
        let proof = crypto::hmac_md5(&self.0, &[server_challenge, client_challenge]);
        [&proof[..], client_challenge].concat()
    }
}

/// The recorded exchange of pidgin-sipe: fixtures/captures, requests 05 and 06.
#[cfg(test)]
pub(crate) mod golden {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn vector(name: &str) -> String {
        let file = include_str!("../../../fixtures/captures/vectors.json");
        let vectors: serde_json::Value = serde_json::from_str(file).unwrap();
        vectors["ntlmv2_http"][name].as_str().unwrap().to_owned()
    }

    pub(crate) fn text(name: &str) -> String {
        vector(name)
    }

    pub(crate) fn hex<const N: usize>(name: &str) -> [u8; N] {
        let text = vector(name);
        let byte = |index: usize| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).unwrap();
        assert_eq!(text.len(), 2 * N);
        std::array::from_fn(byte)
    }

    fn base64(name: &str) -> Vec<u8> {
        STANDARD.decode(vector(name)).unwrap()
    }

    pub(crate) fn type1() -> Vec<u8> {
        base64("type1_b64")
    }

    pub(crate) fn type2() -> Vec<u8> {
        base64("type2_b64")
    }

    pub(crate) fn type3() -> Vec<u8> {
        base64("type3_b64")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Message<'_> = Message { name: "test", bytes: &[] };

    fn recorded() -> (ResponseKey, Response) {
        let hash = NtHash::of_password(&golden::text("password"));
        let key = ResponseKey::new(&hash, &golden::text("user"), &golden::text("domain"));
        // Length and offset of NtChallengeResponse in the recorded message: 0xa0 at 0x88.
        (key, Response::decode(&golden::type3()[0x88..0x88 + 0xa0], &OF).unwrap())
    }

    #[test]
    fn the_recorded_response_is_the_passwords() {
        let (key, response) = recorded();
        assert_eq!(*key.0, golden::hex("ntowfv2_hex"));
        assert_eq!(response.proof, golden::hex("nt_proof_hex"));
        let challenge = golden::hex("server_challenge_hex");
        assert!(key.has_made(&response, &challenge));
        assert!(!key.has_made(&response, &[0; 8]));
        assert_eq!(key.lm_v2(&challenge, &client_challenge(&response)), golden::type3()[0x70..0x88]);
    }

    /// [MS-NLMP] 4.2.4.
    #[test]
    fn the_specifications_example_comes_out() {
        let bytes = |hex: u128| hex.to_be_bytes();
        let key = ResponseKey::new(&NtHash::of_password("Password"), "User", "Domain");
        assert_eq!(*key.0, bytes(0x0c86_8a40_3bfd_7a93_a300_1ef2_2ef0_2e3f));
        let (server, client) = (0x0123_4567_89ab_cdef_u64.to_be_bytes(), [0xaa; 8]);
        assert_eq!(key.lm_v2(&server, &client)[..16], bytes(0x86c3_5097_ac9c_ec10_2554_764a_57cc_cc19));
        let pairs = vec![
            AvPair::new(AvPair::NB_DOMAIN_NAME, text::utf16("Domain")),
            AvPair::new(AvPair::NB_COMPUTER_NAME, text::utf16("Server")),
        ];
        let response = Response::new(&key, &server, &client, [0; 8], pairs).unwrap();
        assert_eq!(response.proof, bytes(0x68cd_0ab8_51e5_1c96_aabc_927b_ebef_6a1c));
        let base = key.session_base_key(&response);
        assert_eq!(*base, bytes(0x8de4_0cca_dbc1_4a82_f15c_b0ad_0de9_5ca3));
        let sealed = bytes(0xc5da_d254_4fc9_7990_94ce_1ce9_0bc9_d03e);
        assert_eq!(*crypto::rc4(&base, &sealed), [0x55; 16]);
    }

    fn client_challenge(response: &Response) -> [u8; 8] {
        response.temp[16..24].try_into().unwrap()
    }

    #[test]
    fn the_recorded_response_is_written_again_byte_for_byte() {
        let (key, recorded) = recorded();
        let time = recorded.temp[8..16].try_into().unwrap();
        let client = client_challenge(&recorded);
        let challenge = golden::hex("server_challenge_hex");
        let written = Response::new(&key, &challenge, &client, time, recorded.pairs.clone()).unwrap();
        assert_eq!(written.encode(), recorded.encode());
    }

    #[test]
    fn a_response_that_is_cut_off_or_of_another_version_is_refused() {
        let (_, recorded) = recorded();
        let bytes = recorded.encode();
        assert!(Response::decode(&bytes[..43], &OF).is_err());
        assert!(Response::decode(&bytes[..50], &OF).is_err());
        let mut other = bytes.clone();
        other[16] = 2;
        assert!(Response::decode(&other, &OF).is_err());
    }
}

//! What is accepted, and what is refused.

use super::*;
use crate::Initiator;
use crate::v2::{Response, golden};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-15 12:00 UTC);
const SERVER: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const CLIENT: [u8; 8] = [9; 8];
const REPEATED: Verified = Verified { repeats_target: true, www_authenticate: None };

fn target() -> Arc<Target> {
    Arc::new(Target {
        netbios_domain: "CONTOSO".to_owned(),
        netbios_computer: "LYNC".to_owned(),
        dns_domain: "contoso.test".to_owned(),
        dns_computer: "lync.contoso.test".to_owned(),
    })
}

/// An acceptor that has made the recorded challenge.
fn recorded() -> Acceptor {
    let challenge_bytes = golden::type2();
    let challenge = Challenge::decode(&challenge_bytes).unwrap();
    let exchange =
        Exchange { negotiate: golden::type1(), challenge_bytes, challenge, offer: None, end: None };
    Acceptor { target: target(), state: State::Challenged(Box::new(exchange)) }
}

fn recorded_answer() -> String {
    format!("NTLM {}", golden::text("type3_b64"))
}

fn hash() -> NtHash {
    NtHash::of_password("Passw0rd!")
}

fn alice(scheme: Scheme) -> Initiator {
    Initiator::new(scheme, "Alice", "CONTOSO", "VM", "Passw0rd!")
}

fn challenge_of(acceptor: &mut Acceptor, value: &str) -> String {
    match acceptor.step(value, SERVER, NOW) {
        Ok(Step::Challenge { www_authenticate }) => www_authenticate,
        other => panic!("{other:?}"),
    }
}

fn response_of(acceptor: &mut Acceptor, value: &str) -> Box<Authenticate> {
    match acceptor.step(value, SERVER, NOW) {
        Ok(Step::Authenticate(response)) => response,
        other => panic!("{other:?}"),
    }
}

/// Both rounds; the acceptor waits to verify.
fn rounds(acceptor: &mut Acceptor, mut client: Initiator) -> Box<Authenticate> {
    let challenge = challenge_of(acceptor, &client.negotiate().unwrap());
    let answer = client.authenticate(&challenge, CLIENT, NOW).unwrap();
    response_of(acceptor, &answer)
}

/// An AUTHENTICATE_MESSAGE of the client, changed on its way.
fn altered(change: impl FnOnce(&mut Vec<u8>)) -> Result<(), NtlmError> {
    let (mut acceptor, mut client) = (Acceptor::new(target()), alice(Scheme::Ntlm));
    let challenge = challenge_of(&mut acceptor, &client.negotiate().unwrap());
    let answer = client.authenticate(&challenge, CLIENT, NOW).unwrap();
    let (_, mut message) = header::decode(&answer).unwrap();
    change(&mut message);
    let value = header::encode(Scheme::Ntlm, &message);
    match acceptor.step(&value, SERVER, NOW)? {
        Step::Authenticate(response) => acceptor.verify(&response, &hash()).map(|_| ()),
        Step::Challenge { .. } => panic!("a response"),
    }
}

/// Verifies a response that is made by hand: the pairs, and whether the message has a right MIC.
fn answered_with(pairs: impl FnOnce(Vec<AvPair>) -> Vec<AvPair>) -> Result<Verified, NtlmError> {
    let mut acceptor = Acceptor::new(target());
    challenge_of(&mut acceptor, &alice(Scheme::Ntlm).negotiate().unwrap());
    let State::Challenged(exchange) = &acceptor.state else { panic!("challenged") };
    let key = ResponseKey::new(&hash(), "alice", "CONTOSO");
    let pairs = pairs(exchange.challenge.target_info.clone());
    let response = Response::new(&key, &SERVER, &CLIENT, [0; 8], pairs).unwrap();
    let message = Authenticate::encode(("alice", "CONTOSO", ""), &response, &[], flags::UNICODE).unwrap();
    let response = response_of(&mut acceptor, &header::encode(Scheme::Ntlm, &message));
    acceptor.verify(&response, &hash())
}

#[test]
fn the_recorded_response_is_accepted_once() {
    let mut acceptor = recorded();
    let response = response_of(&mut acceptor, &recorded_answer());
    assert_eq!(response.user, "alice@contoso.test");
    assert_eq!(acceptor.verify(&response, &hash()), Ok(REPEATED));
    assert_eq!(acceptor.verify(&response, &hash()), Err(NtlmError::NoChallenge));
    assert_eq!(acceptor.step(&recorded_answer(), SERVER, NOW), Err(NtlmError::NoChallenge));
}

#[test]
fn a_client_gets_its_challenge_in_the_scheme_and_wrapping_it_used() {
    let cases = [
        (alice(Scheme::Ntlm), "NTLM TlRMTVNTUAAC"),
        (alice(Scheme::Negotiate), "Negotiate TlRMTVNTUAAC"),
        (alice(Scheme::Negotiate).in_spnego(), "Negotiate oY"),
        (alice(Scheme::Ntlm).in_spnego(), "NTLM TlRMTVNTUAAC"),
    ];
    for (mut client, head) in cases {
        let mut acceptor = Acceptor::new(target());
        let challenge = challenge_of(&mut acceptor, &client.negotiate().unwrap());
        assert!(challenge.starts_with(head), "{challenge}");
        let answer = client.authenticate(&challenge, CLIENT, NOW).unwrap();
        let response = response_of(&mut acceptor, &answer);
        assert_eq!((response.user.as_str(), response.domain.as_str()), ("Alice", "CONTOSO"));
        assert!(matches!(response.mic, Mic::Given(_)));
        assert!(acceptor.verify(&response, &hash()).unwrap().repeats_target);
    }
}

#[test]
fn a_user_in_another_case_is_the_same_and_in_another_domain_is_not() {
    for (user, domain, expected) in [
        ("ALICE", "CONTOSO", Ok(REPEATED)),
        ("alice", "CONTOSO", Ok(REPEATED)),
        ("alice@contoso.test", "", Ok(REPEATED)),
        ("bob", "CONTOSO", Ok(REPEATED)),
    ] {
        let mut acceptor = Acceptor::new(target());
        let client = Initiator::new(Scheme::Ntlm, user, domain, "", "Passw0rd!");
        let response = rounds(&mut acceptor, client);
        assert_eq!(acceptor.verify(&response, &hash()), expected, "{user}");
    }
    // The names are part of the proof: nobody can put another's over it.
    let mut acceptor = Acceptor::new(target());
    let mut response = rounds(&mut acceptor, alice(Scheme::Ntlm));
    response.user = "bob".to_owned();
    assert_eq!(acceptor.verify(&response, &hash()), Err(NtlmError::WrongProof));
}

#[test]
fn a_wrong_password_is_refused_and_spends_the_challenge() {
    let mut acceptor = Acceptor::new(target());
    let response = rounds(&mut acceptor, alice(Scheme::Ntlm));
    assert_eq!(acceptor.verify(&response, &NtHash::of_password("passw0rd!")), Err(NtlmError::WrongProof));
    assert_eq!(acceptor.verify(&response, &hash()), Err(NtlmError::NoChallenge));
}

#[test]
fn a_response_without_challenge_or_to_another_is_refused() {
    let mut fresh = Acceptor::new(target());
    assert_eq!(fresh.step(&recorded_answer(), SERVER, NOW), Err(NtlmError::NoChallenge));

    // A response that was overheard on another connection.
    challenge_of(&mut fresh, &alice(Scheme::Ntlm).negotiate().unwrap());
    let response = response_of(&mut fresh, &recorded_answer());
    assert_eq!(fresh.verify(&response, &hash()), Err(NtlmError::WrongProof));

    // Two in a row to one challenge: the second has none.
    let mut acceptor = recorded();
    response_of(&mut acceptor, &recorded_answer());
    assert_eq!(acceptor.step(&recorded_answer(), SERVER, NOW), Err(NtlmError::NoChallenge));
}

#[test]
fn a_challenge_does_not_outlive_rubbish() {
    for rubbish in ["NTLM ????", "Basic YWJj", "NTLM AAAA"] {
        let mut acceptor = recorded();
        assert!(acceptor.step(rubbish, SERVER, NOW).is_err());
        assert_eq!(acceptor.step(&recorded_answer(), SERVER, NOW), Err(NtlmError::NoChallenge), "{rubbish}");
    }
}

#[test]
fn a_random_response_without_code_is_refused() {
    // As an acceptor must that checks the proof, and not the integrity code alone.
    let forged = altered(|message| {
        let at = usize::try_from(u32::from_le_bytes(message[24..28].try_into().unwrap())).unwrap();
        let length = usize::from(u16::from_le_bytes(message[20..22].try_into().unwrap()));
        for byte in &mut message[at..at + 16] {
            *byte = 0x55;
        }
        // MsvAvFlags of the response and its end: no code is announced any more.
        let flags = message[at..at + length].windows(4).position(|window| window == [6, 0, 4, 0]).unwrap();
        message[at + flags + 4] = 0;
    });
    assert_eq!(forged, Err(NtlmError::WrongProof));
}

#[test]
fn a_code_that_is_wrong_or_left_out_is_refused() {
    assert_eq!(altered(|_| ()), Ok(()));
    assert_eq!(altered(|message| message[72] ^= 1), Err(NtlmError::WrongMic));
    // The code covers the whole message: here the workstation's length, which the proof does not cover.
    assert_eq!(altered(|message| message[44] = 0), Err(NtlmError::WrongMic));
    // The room for version and code taken out, and every offset moved with it.
    let left_out = altered(|message| {
        message.drain(72..88);
        for field in [12, 20, 28, 36, 44, 52] {
            message[field + 4] -= 16;
        }
    });
    assert_eq!(left_out, Err(NtlmError::MissingMic));
}

#[test]
fn a_code_over_other_first_messages_is_refused() {
    let (mut acceptor, mut client) = (Acceptor::new(target()), alice(Scheme::Ntlm));
    let first = client.negotiate().unwrap();
    let (_, mut downgraded) = header::decode(&first).unwrap();
    // Somebody between takes 128-bit keys out of the client's offer.
    downgraded[15] &= !0x20;
    let challenge = challenge_of(&mut acceptor, &header::encode(Scheme::Ntlm, &downgraded));
    let response = response_of(&mut acceptor, &client.authenticate(&challenge, CLIENT, NOW).unwrap());
    assert_eq!(acceptor.verify(&response, &hash()), Err(NtlmError::WrongMic));
}

#[test]
fn a_response_that_does_not_repeat_names_and_time_is_taken_and_told() {
    assert_eq!(answered_with(|pairs| pairs), Ok(REPEATED));
    // What a client adds is its own: here the service's name.
    let added = |mut pairs: Vec<AvPair>| {
        pairs.push(AvPair::new(9, text::utf16("http/lync.contoso.test")));
        pairs
    };
    assert_eq!(answered_with(added), Ok(REPEATED));
    let other = Verified { repeats_target: false, ..REPEATED };
    assert_eq!(answered_with(|_| Vec::new()), Ok(other.clone()));
    for index in 0..5 {
        let changed = |mut pairs: Vec<AvPair>| {
            pairs[index].value[0] ^= 1;
            pairs
        };
        assert_eq!(answered_with(changed), Ok(other.clone()), "{index}");
    }
}

#[test]
fn a_code_under_a_key_of_the_clients_own_is_checked_with_it() {
    let (mut acceptor, mut client) = (Acceptor::new(target()), alice(Scheme::Ntlm));
    let challenge = challenge_of(&mut acceptor, &client.negotiate().unwrap());
    let mut response = response_of(&mut acceptor, &client.authenticate(&challenge, CLIENT, NOW).unwrap());
    let State::Answered(exchange) = &acceptor.state else { panic!("answered") };
    let key = ResponseKey::new(&hash(), "Alice", "CONTOSO");
    let own = [0x42; 16];
    // RC4 with one key seals and opens alike.
    response.session_key = Some(*crypto::rc4(&key.session_base_key(&response.response), &own));
    response.flags |= flags::KEY_EXCHANGE;
    let messages = [&exchange.negotiate[..], &exchange.challenge_bytes, &response.bytes];
    response.mic = Mic::Given(crypto::hmac_md5(&own, &messages));
    assert_eq!(acceptor.clone().verify(&response, &hash()), Ok(REPEATED));
    response.flags &= !flags::KEY_EXCHANGE;
    assert_eq!(acceptor.verify(&response, &hash()), Err(NtlmError::WrongMic));
}

#[test]
fn a_client_that_prefers_kerberos_is_asked_and_then_signs_in() {
    // NegTokenInit of Kerberos and NTLM with a Kerberos token in it.
    let offer = "YDMGBisGAQUFAqApMCegGTAXBgkqhkiG9xIBAgIGCisGAQQBgjcCAgqiCgQIbm90IE5UTE0=";
    let mut acceptor = Acceptor::new(target());
    let asked = challenge_of(&mut acceptor, &format!("Negotiate {offer}"));
    // Codes are asked for: RFC 4178 section 5.
    assert_eq!(asked, "Negotiate oRUwE6ADCgEDoQwGCisGAQQBgjcCAgo=");
    let mut client = alice(Scheme::Negotiate);
    let (_, first) = header::decode(&client.negotiate().unwrap()).unwrap();
    let wrapped = header::encode(Scheme::Negotiate, &spnego::wrap_response(&first));
    let challenge = challenge_of(&mut acceptor, &wrapped);
    let answer = client.authenticate(&challenge, CLIENT, NOW).unwrap();
    let (_, answer) = header::decode(&answer).unwrap();
    let wrapped = header::encode(Scheme::Negotiate, &spnego::wrap_response(&answer));
    let response = response_of(&mut acceptor, &wrapped);
    // This client gives none and is borne; it gets one, and here that of a context which does not sign.
    let mut code = [0; 16];
    code[0] = 1;
    assert_eq!(acceptor.verify(&response, &hash()), Ok(ended_with(Some(&code))));
}

/// What ends SPNEGO.
fn ended_with(mech_list_mic: Option<&[u8]>) -> Verified {
    let token = spnego::wrap_completed(mech_list_mic);
    Verified { www_authenticate: Some(header::encode(Scheme::Negotiate, &token)), ..REPEATED }
}

#[test]
fn spnego_is_ended_and_raw_ntlm_has_no_end() {
    for (client, expected) in [
        (alice(Scheme::Negotiate).in_spnego(), ended_with(None)),
        (alice(Scheme::Negotiate), REPEATED),
        (alice(Scheme::Ntlm), REPEATED),
    ] {
        let mut acceptor = Acceptor::new(target());
        let response = rounds(&mut acceptor, client);
        assert_eq!(acceptor.verify(&response, &hash()), Ok(expected));
    }
    let token = ended_with(None).www_authenticate.unwrap();
    assert_eq!(token, "Negotiate oQcwBaADCgEA");
}

#[test]
fn a_clients_code_over_the_mechanisms_is_checked_and_answered() {
    for agreed in [flags::SIGN, flags::SIGN | flags::KEY_EXCHANGE] {
        let mut acceptor = Acceptor::new(target());
        let mut response = rounds(&mut acceptor, alice(Scheme::Negotiate).in_spnego());
        response.flags |= agreed;
        // The code of the message would be made under the client's own key; here there is none.
        response.mic = Mic::None;
        let key = ResponseKey::new(&hash(), "Alice", "CONTOSO").session_base_key(&response.response);
        // MechTypeList with NTLM alone.
        let list = [0x30, 12, 6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];
        let sign = |by| signing::first_signature(&key, response.flags, by, &list).unwrap();
        let with = |code: [u8; 16]| {
            let mut acceptor = acceptor.clone();
            let State::Answered(exchange) = &mut acceptor.state else { panic!("answered") };
            exchange.end = Some(End { scheme: Scheme::Negotiate, mech_list_mic: Some(code.to_vec()) });
            acceptor.verify(&response, &hash())
        };
        assert_eq!(with(sign(Side::Client)), Ok(ended_with(Some(&sign(Side::Server)))));
        assert_eq!(with(sign(Side::Server)), Err(NtlmError::WrongMechListMic));
    }
}

#[test]
fn a_challenge_is_no_answer_and_spnego_is_not_for_the_scheme_ntlm() {
    let mut acceptor = Acceptor::new(target());
    let challenge = format!("NTLM {}", golden::text("type2_b64"));
    assert_eq!(acceptor.step(&challenge, SERVER, NOW), Err(NtlmError::Unexpected));
    let wrapped = STANDARD.encode(spnego::wrap_init(&golden::type1()));
    assert!(acceptor.step(&format!("NTLM {wrapped}"), SERVER, NOW).is_err());
    assert!(acceptor.step(&format!("Negotiate {wrapped}"), SERVER, NOW).is_ok());
}

#[test]
fn nothing_that_is_shown_holds_a_response() {
    let mut acceptor = Acceptor::new(target());
    let response = rounds(&mut acceptor, alice(Scheme::Ntlm));
    let shown = format!("{:?} {acceptor:?}", Step::Authenticate(response.clone()));
    let proof = format!("{:?}", &response.response.proof[..4]);
    assert!(shown.contains("Alice") && !shown.contains(proof.trim_matches(['[', ']'])));
}

proptest! {
    #[test]
    fn whatever_comes_is_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for scheme in [Scheme::Negotiate, Scheme::Ntlm] {
            let mut acceptor = recorded();
            let result = acceptor.step(&header::encode(scheme, &bytes), SERVER, NOW);
            prop_assert!(result.is_err());
        }
    }

    #[test]
    fn a_right_response_with_any_byte_changed_is_refused_or_says_the_same(at in 0_usize..296, to in any::<u8>()) {
        let mut message = golden::type3();
        message[at] = to;
        let mut acceptor = recorded();
        let value = header::encode(Scheme::Ntlm, &message);
        if let Ok(Step::Authenticate(response)) = acceptor.step(&value, SERVER, NOW)
            && acceptor.verify(&response, &hash()).is_ok()
        {
            prop_assert_eq!(text::upper(&response.user), "ALICE@CONTOSO.TEST");
            prop_assert_eq!(&response.domain, "");
        }
    }

    #[test]
    fn rubbish_in_spnego_is_read_without_harm(
        kind in 1_u32..5,
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut message = [&b"NTLMSSP\0"[..], &kind.to_le_bytes()].concat();
        message.extend(bytes);
        for token in [spnego::wrap_init(&message), spnego::wrap_response(&message)] {
            let mut acceptor = recorded();
            let value = header::encode(Scheme::Negotiate, &token);
            if let Ok(Step::Authenticate(response)) = acceptor.step(&value, SERVER, NOW) {
                prop_assert!(acceptor.verify(&response, &hash()).is_err());
            }
        }
    }

    #[test]
    fn a_client_survives_any_challenge(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut message = b"NTLMSSP\0\x02\0\0\0".to_vec();
        message.extend(bytes);
        let mut client = alice(Scheme::Ntlm);
        client.negotiate().unwrap();
        let _ = client.authenticate(&header::encode(Scheme::Ntlm, &message), CLIENT, NOW);
    }
}

//! Whatever comes in, no decoder panics: arbitrary bytes, and real messages with a part altered, cut out or doubled.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml lets tests do so, but helpers beside them do not count as tests"
)]

use lync_proto::certprov::{
    ErrorInfo, GetAndPublishCertRequest, GetAndPublishCertResponse, GetRootCertChains,
    GetRootCertChainsResponse,
};
use lync_proto::mex::{CertProvMetadata, GetRequest, ServiceMetadata, WebTicketMetadata, get_response};
use lync_proto::soap::{Addressing, Envelope, Fault, Version, wrap};
use lync_proto::ticket::{CertificateHeader, TicketHeader, TicketKey, WebTicket};
use lync_proto::userpin::{
    GetEncryptionKeyRequest, GetEncryptionKeyResponse, GetPublishedCertRequest, GetPublishedCertResponse,
    PublishCertRequest, PublishCertResponse, VerifyPinRequest, VerifyPinResponse,
};
use lync_proto::wstrust::{IssueTokenRequest, IssueTokenResponse, Proof, TrustNamespace};
use lync_xml::{Element, Limits};
use proptest::prelude::*;
use std::sync::LazyLock;
use time::macros::datetime;

static KEY: LazyLock<TicketKey> = LazyLock::new(|| {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    TicketKey::new(pair.to_pkcs8v1().unwrap().as_ref(), public.as_ref().to_vec(), [1; 32]).unwrap()
});

static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut samples = captured();
    samples.extend(written().into_iter().map(String::into_bytes));
    samples
});

fn captured() -> Vec<Vec<u8>> {
    let requests: [&[u8]; 2] = [
        include_bytes!("../../../fixtures/captures/04-web-post-WebTicket_WebTicketService_svc.txt"),
        include_bytes!(
            "../../../fixtures/captures/07-web-post-CertProv_CertProvisioningService_svc_WebTicket_Proof_SHA1.txt"
        ),
    ];
    let body =
        |request: &[u8]| request[request.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4..].to_vec();
    requests.into_iter().map(body).collect()
}

/// What lyncmock itself sends, the answers above all.
fn written() -> Vec<String> {
    let url = "https://a/b.svc".to_owned();
    let cert_prov = CertProvMetadata {
        cert_prov_url: url.clone(),
        cert_prov_anon_url: url.clone(),
        web_ticket_url: url.clone(),
    };
    let error = ErrorInfo { response_code: "a".to_owned(), message: "b".to_owned() };
    let failed = GetAndPublishCertResponse {
        device_id: "{1}".to_owned(),
        entity: "a@b".to_owned(),
        request_id: None,
        outcome: Err(error),
    };
    let issued = GetAndPublishCertResponse {
        request_id: Some("r".to_owned()),
        outcome: Ok(vec![0; 99]),
        ..failed.clone()
    };
    let body = |xml: String| wrap(Version::Soap11, "", &xml);
    vec![
        body(ticket_response().encode()),
        body(failed.encode()),
        body(issued.encode()),
        body(GetRootCertChainsResponse { chains: vec![vec![0; 99]; 2] }.encode()),
        body(VerifyPinResponse::Refused { reason: "IncorrectPin".to_owned() }.encode()),
        Fault::diagnostics("wsse:FailedAuthentication", 28020, "No valid security token.")
            .encode(Version::Soap11),
        Fault::action_not_supported("x").encode(Version::Soap12),
        GetRequest { to: Some(url.clone()), message_id: Some("m".to_owned()) }.encode(),
        get_response(Version::Soap12, &WebTicketMetadata { web_ticket_url: url }.to_wsdl(), Some("m")),
        cert_prov.to_wsdl(),
    ]
}

fn ticket_response() -> IssueTokenResponse {
    use lync_proto::ticket::{AuthenticationMethod, Confirmation};
    let (created, expires) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-01-01 8:00 UTC));
    let ticket = WebTicket {
        assertion_id: "1".to_owned(),
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        user: "sip:a@b".to_owned(),
        issued: created,
        expires,
        confirmation: Confirmation::HolderOfKey { wrapped_key: KEY.wrap_proof_key(&[7; 32]).unwrap() },
        authentication_method: AuthenticationMethod::Password,
    };
    IssueTokenResponse {
        namespace: TrustNamespace::Plain,
        context: None,
        assertion: ticket.sign(&KEY).unwrap(),
        assertion_id: "SamlSecurityToken-1".to_owned(),
        proof: Proof::Computed { server_entropy: vec![1; 32].into() },
        created,
        expires,
        applies_to: Some("a".to_owned()),
    }
}

/// Everything that reads anything.
fn decode_all(bytes: &[u8]) {
    let _ = ServiceMetadata::parse(bytes, &Limits::default());
    let Ok(envelope) = Envelope::parse(bytes, &Limits::default()) else {
        return;
    };
    let _ = GetRequest::decode(&envelope);
    let _ = Addressing::decode(envelope.header());
    envelope.mandatory_headers().for_each(|header| drop(Fault::must_understand(header)));
    if let Ok(Some(header)) = CertificateHeader::find(&envelope) {
        let _ = header.verify(&[]);
    }
    if let Ok(Some(header)) = TicketHeader::find(&envelope) {
        let _ = header.verify_proof(&[7; 32]);
        let _ = WebTicket::verify(header.assertion, &KEY);
    }
    if let Some(body) = envelope.body_child() {
        decode_body(body);
        body.descendants().filter(|e| e.local_name() == "Assertion").for_each(|assertion| {
            let _ = WebTicket::verify(assertion, &KEY);
        });
    }
}

fn decode_body(body: Element<'_>) {
    let _ = Fault::decode(body);
    let _ = IssueTokenRequest::decode(body);
    let _ = IssueTokenResponse::decode(body);
    let _ = GetRootCertChains::decode(body);
    let _ = GetRootCertChainsResponse::decode(body);
    let _ = GetAndPublishCertRequest::decode(body).map(|request| request.lifetime_hours());
    let _ = GetAndPublishCertResponse::decode(body);
    let _ = GetEncryptionKeyRequest::decode(body);
    let _ = GetEncryptionKeyResponse::decode(body);
    let _ = VerifyPinRequest::decode(body);
    let _ = VerifyPinResponse::decode(body);
    let _ = PublishCertRequest::decode(body);
    let _ = PublishCertResponse::decode(body);
    let _ = GetPublishedCertRequest::decode(body);
    let _ = GetPublishedCertResponse::decode(body);
}

#[test]
fn unaltered_samples_are_read() {
    for sample in SAMPLES.iter() {
        let envelope = Envelope::parse(sample, &Limits::default()).is_ok();
        let metadata = ServiceMetadata::parse(sample, &Limits::default()).is_ok();
        assert!(envelope || metadata, "{}", String::from_utf8_lossy(sample));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        decode_all(&bytes);
    }

    #[test]
    fn an_altered_byte(sample: prop::sample::Index, at: prop::sample::Index, byte: u8) {
        let mut bytes = sample.get(&SAMPLES).clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        decode_all(&bytes);
    }

    #[test]
    fn a_missing_or_doubled_part(
        sample: prop::sample::Index,
        start: prop::sample::Index,
        length in 1usize..400,
        doubled: bool,
    ) {
        let bytes = sample.get(&SAMPLES);
        let start = start.index(bytes.len());
        let end = bytes.len().min(start + length);
        let part = if doubled { bytes[start..end].repeat(2) } else { Vec::new() };
        decode_all(&[&bytes[..start], &part, &bytes[end..]].concat());
    }

    /// Stays well-formed, so that it gets past the parser: the text of one element becomes something else.
    #[test]
    fn a_changed_text(sample: prop::sample::Index, which: prop::sample::Index, text in "[^<&]{0,40}") {
        let bytes = String::from_utf8(sample.get(&SAMPLES).clone()).unwrap();
        let texts: Vec<usize> =
            bytes.match_indices('>').map(|(at, _)| at + 1).filter(|at| !bytes[*at..].starts_with('<')).collect();
        prop_assume!(!texts.is_empty());
        let start = *which.get(&texts);
        let end = bytes[start..].find('<').map_or(bytes.len(), |length| start + length);
        decode_all([&bytes[..start], &text, &bytes[end..]].concat().as_bytes());
    }

    /// Stays well-formed as well: one name becomes another everywhere.
    #[test]
    fn a_renamed_element(sample: prop::sample::Index, which: prop::sample::Index) {
        let bytes = String::from_utf8(sample.get(&SAMPLES).clone()).unwrap();
        let names: Vec<&str> = bytes
            .split('<')
            .filter_map(|tag| tag.split([' ', '>', '/']).next())
            .filter(|name| !name.is_empty() && !name.starts_with(['?', '!']))
            .collect();
        let name = *which.get(&names);
        let changed = bytes.replace(&format!("<{name}"), "<x").replace(&format!("</{name}"), "</x");
        decode_all(changed.as_bytes());
    }
}

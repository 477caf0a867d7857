//! What the tests of several messages share: the captured requests, the vectors and keys.

use crate::ticket::{AuthenticationMethod, Confirmation, TicketKey, WebTicket};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use std::sync::LazyLock;
use time::macros::datetime;

/// IssueToken requests of a real client: before, within and after the NTLM rounds.
pub(crate) const ISSUE_TOKEN: [&[u8]; 3] = [
    include_bytes!("../../../fixtures/captures/04-web-post-WebTicket_WebTicketService_svc.txt"),
    include_bytes!("../../../fixtures/captures/05-web-post-WebTicket_WebTicketService_svc.txt"),
    include_bytes!("../../../fixtures/captures/06-web-post-WebTicket_WebTicketService_svc.txt"),
];

/// GetAndPublishCert request of a real client.
pub(crate) const GET_AND_PUBLISH_CERT: &[u8] = include_bytes!(
    "../../../fixtures/captures/07-web-post-CertProv_CertProvisioningService_svc_WebTicket_Proof_SHA1.txt"
);

/// What stands behind the headers of a captured HTTP request.
pub(crate) fn body(request: &[u8]) -> &[u8] {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    &request[end + 4..]
}

/// A value of fixtures/captures/vectors.json.
pub(crate) fn vector(group: &str, name: &str) -> String {
    static VECTORS: LazyLock<serde_json::Value> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../fixtures/captures/vectors.json")).unwrap()
    });
    VECTORS[group][name].as_str().unwrap_or_else(|| panic!("no vector {group}.{name}")).to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hex_bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// A fresh P-256 key: PKCS #8 and SubjectPublicKeyInfo.
pub(crate) fn p256() -> (Vec<u8>, Vec<u8>) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    (pair.to_pkcs8v1().unwrap().as_ref().to_vec(), public.as_ref().to_vec())
}

/// The ticket key of pool 0, 1 or 2; the same for all of a test run.
pub(crate) fn ticket_key(pool: u8) -> TicketKey {
    static KEYS: LazyLock<[(Vec<u8>, Vec<u8>); 3]> = LazyLock::new(|| [p256(), p256(), p256()]);
    let (private, public) = &KEYS[usize::from(pool)];
    TicketKey::new(private, public.clone(), [pool; 32]).unwrap()
}

pub(crate) fn bearer_ticket() -> WebTicket {
    WebTicket {
        assertion_id: "539af23a-5703-4757-a8ba-e4d788e810fa".to_owned(),
        issuer: "https://atl-cs-001.litwareinc.com/WebTicket/WebTicketService.svc".to_owned(),
        audience: "https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc/WebTicket_Bearer"
            .to_owned(),
        user: "sip:kenmyer@litwareinc.com".to_owned(),
        issued: datetime!(2026-01-01 0:00 UTC),
        expires: datetime!(2026-01-01 8:00 UTC),
        confirmation: Confirmation::Bearer,
        authentication_method: AuthenticationMethod::Password,
    }
}

pub(crate) fn proof_ticket(key: &TicketKey, proof_key: &[u8]) -> WebTicket {
    let wrapped_key = key.wrap_proof_key(proof_key).unwrap();
    WebTicket { confirmation: Confirmation::HolderOfKey { wrapped_key }, ..bearer_ticket() }
}

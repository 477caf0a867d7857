//! Web tickets that are not good: altered, expired, replayed elsewhere, for another service, not proved.

use crate::messages;
use lync_proto::certprov::{GetAndPublishCertRequest, GetAndPublishCertResponse};
use lync_proto::ns;
use lync_proto::soap::{self, Envelope, Version};
use lync_proto::ticket::{CertificateHeader, PresentedTicket, TicketHeader, p_sha1};
use lync_proto::wstrust::{IssueTokenResponse, Proof, ReceivedToken};
use lync_tests::{pool, raw};
use lync_xml::Limits;
use lyncmock::LyncMock;
use time::Duration;

pub(crate) const AUDIENCE: &str =
    "https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1";
pub(crate) const SYMMETRIC: &str = "<Entropy><BinarySecret>AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=</BinarySecret></Entropy>\
     <KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey</KeyType>";
const BEARER: &str = "<KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer</KeyType>";

/// A ticket for Ken Myer as a client holds it.
pub(crate) struct Ticket {
    pub(crate) received: ReceivedToken,
    pub(crate) proof_key: Option<Vec<u8>>,
}

pub(crate) async fn ticket(pool: &LyncMock, audience: &str, key: &str) -> Ticket {
    let action = format!("\"{}\"", ns::ACTION_ISSUE_TOKEN);
    let authorization = raw::basic("1219", "0712");
    let headers = [("SOAPAction", action.as_str()), ("Authorization", &authorization)];
    let body = messages::issue_token_for(audience, key);
    let request = raw::post("/WebTicket/WebTicketService.svc/pin", &headers, &body);
    let response = raw::over_tls(pool, &request).await;
    assert_eq!(response.status(), 200, "{}", response.text());
    held(&response)
}

/// The ticket in an answer to a client whose entropy was 00..1f.
pub(crate) fn held(response: &raw::RawResponse) -> Ticket {
    let envelope = Envelope::parse(&response.body, &Limits::default()).unwrap();
    let received = IssueTokenResponse::decode(envelope.body().unwrap()).unwrap();
    let client_entropy: Vec<u8> = (0..32).collect();
    let proof_key = match &received.response.proof {
        Proof::Computed { server_entropy } => Some(p_sha1(&client_entropy, server_entropy, 32)),
        Proof::Secret(key) => Some(key.to_vec()),
        Proof::None => None,
    };
    Ticket { received, proof_key }
}

impl Ticket {
    /// The Security header by which the client presents it.
    pub(crate) fn header(&self) -> String {
        let presented = PresentedTicket {
            lifetime_xml: &self.received.lifetime_xml,
            assertion_xml: &self.received.response.assertion,
            assertion_id: &self.received.response.assertion_id,
        };
        TicketHeader::encode(&presented, self.proof_key.as_deref()).unwrap()
    }
}

/// GetAndPublishCert with the captured client's CSR.
pub(crate) async fn publish(pool: &LyncMock, port: &str, header: &str, entity: &str) -> raw::RawResponse {
    let request = GetAndPublishCertRequest {
        device_id: "{0e324752-e1ab-56eb-8f4a-267c85a97459}".to_owned(),
        entity: entity.to_owned(),
        csr: captured_csr(),
        request_id: None,
        lifetime: None,
    };
    let body = soap::wrap(Version::Soap11, header, &request.encode());
    let action = format!("\"{}\"", ns::ACTION_GET_AND_PUBLISH_CERT);
    let path = format!("/CertProv/CertProvisioningService.svc/{port}");
    raw::over_tls(pool, &raw::post(&path, &[("SOAPAction", &action)], &body)).await
}

fn captured_csr() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/csr/captured-sipe.pem");
    let pem = lync_tests::command::read(std::path::Path::new(path));
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap()
}

const PROOF: &str = "WebTicket_Proof_SHA1";
const KEN: &str = "kenmyer@litwareinc.com";

pub(crate) fn outcome(response: &raw::RawResponse) -> Result<Vec<u8>, String> {
    assert_eq!(response.status(), 200, "{}", response.text());
    let envelope = Envelope::parse(&response.body, &Limits::default()).unwrap();
    let response = GetAndPublishCertResponse::decode(envelope.body().unwrap()).unwrap();
    response.outcome.map_err(|error| error.message)
}

fn assert_fault(response: &raw::RawResponse, error_id: u32) {
    assert_eq!(response.status(), 500, "{}", response.text());
    assert!(response.text().contains(&format!("<ErrorId>{error_id}</ErrorId>")), "{}", response.text());
}

#[tokio::test]
async fn a_good_ticket_is_good_at_every_port_that_fits_it_and_as_often_as_it_is_shown() {
    let pool = pool().await;
    let proof = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    for port in [PROOF, PROOF, "WebTicket_Proof", "webticket_proof_sha1"] {
        outcome(&publish(&pool, port, &proof.header(), KEN).await).unwrap();
    }
    let bearer = ticket(&pool, AUDIENCE, BEARER).await;
    outcome(&publish(&pool, "WebTicket_Bearer", &bearer.header(), "sip:KenMyer@litwareinc.com").await)
        .unwrap();
    // Without entropy of the client the server makes the key, and sends it.
    let server_made = ticket(&pool, AUDIENCE, "").await;
    outcome(&publish(&pool, PROOF, &server_made.header(), KEN).await).unwrap();
}

#[tokio::test]
async fn a_ticket_of_the_wrong_kind_for_the_port_is_refused() {
    let pool = pool().await;
    let proof = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let bearer = ticket(&pool, AUDIENCE, BEARER).await;
    assert_fault(&publish(&pool, "WebTicket_Bearer", &proof.header(), KEN).await, 28032);
    assert_fault(&publish(&pool, PROOF, &bearer.header(), KEN).await, 28032);
}

#[tokio::test]
async fn an_altered_ticket_is_refused() {
    let pool = pool().await;
    let good = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let header = good.header();
    let expires = lync_proto::format_instant(good.received.response.expires);
    for (what, altered) in [
        ("the user", header.replace("sip:kenmyer@", "sip:disabled@")),
        (
            "the end",
            header
                .replace(&format!("NotOnOrAfter=\"{expires}\""), "NotOnOrAfter=\"2099-01-01T00:00:00.000Z\""),
        ),
        ("the timestamp", header.replacen(&expires, "2099-01-01T00:00:00.000Z", 1)),
        ("no signature of the assertion", without_enveloped_signature(&header)),
    ] {
        assert_ne!(altered, header, "{what}");
        assert_fault(&publish(&pool, PROOF, &altered, KEN).await, 28032);
    }
    // And with the proof of somebody who does not have the key.
    let forged = Ticket { proof_key: Some(vec![7; 32]), ..ticket(&pool, AUDIENCE, SYMMETRIC).await };
    assert_fault(&publish(&pool, PROOF, &forged.header(), KEN).await, 28032);
}

fn without_enveloped_signature(header: &str) -> String {
    let (start, end) = (header.find("<Signature").unwrap(), header.find("</Signature>").unwrap());
    format!("{}{}", &header[..start], &header[end + "</Signature>".len()..])
}

#[tokio::test]
async fn an_expired_ticket_is_refused_and_not_a_minute_before() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    pool.clock().advance(Duration::minutes(479));
    outcome(&publish(&pool, PROOF, &ticket.header(), KEN).await).unwrap();
    pool.clock().advance(Duration::minutes(2));
    assert_fault(&publish(&pool, PROOF, &ticket.header(), KEN).await, 28033);
}

#[tokio::test]
async fn a_ticket_for_another_service_is_refused() {
    let pool = pool().await;
    for audience in [
        "https://elsewhere.litwareinc.com/CertProv/CertProvisioningService.svc",
        "https://atl-cs-001.litwareinc.com/groupexpansion/service.svc",
    ] {
        let ticket = ticket(&pool, audience, SYMMETRIC).await;
        assert_fault(&publish(&pool, PROOF, &ticket.header(), KEN).await, 28077);
    }
}

#[tokio::test]
async fn a_ticket_replayed_at_another_pool_is_refused() {
    let (pool, other) = (pool().await, pool().await);
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    assert_fault(&publish(&other, PROOF, &ticket.header(), KEN).await, 28072);
}

#[tokio::test]
async fn a_request_for_somebody_else_is_an_error_info_and_no_fault() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let refused = outcome(&publish(&pool, PROOF, &ticket.header(), "disabled@litwareinc.com").await);
    assert_eq!(refused.unwrap_err(), "the web ticket is for another user than the request");
}

#[tokio::test]
async fn a_certificate_request_that_is_none_is_an_error_info_and_no_fault() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    for csr in [&b"\x30\x03\x02\x01\x00"[..], b"hello"] {
        let request = GetAndPublishCertRequest {
            device_id: "{d}".to_owned(),
            entity: KEN.to_owned(),
            csr: csr.to_vec(),
            request_id: None,
            lifetime: None,
        };
        let body = soap::wrap(Version::Soap11, &ticket.header(), &request.encode());
        let action = format!("\"{}\"", ns::ACTION_GET_AND_PUBLISH_CERT);
        let path = format!("/CertProv/CertProvisioningService.svc/{PROOF}");
        let response = raw::over_tls(&pool, &raw::post(&path, &[("SOAPAction", &action)], &body)).await;
        assert!(outcome(&response).unwrap_err().contains("certificate request"), "{}", response.text());
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_read_whole_is_an_error_info_and_repeats_what_could_be() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let body = soap::wrap(
        Version::Soap11,
        &ticket.header(),
        &format!(
            "<GetAndPublishCert xmlns=\"{}\" DeviceId=\"{{d}}\" Entity=\"{KEN}\"/>",
            ns::AUTH_WEB_SERVICES
        ),
    );
    let action = format!("\"{}\"", ns::ACTION_GET_AND_PUBLISH_CERT);
    let path = format!("/CertProv/CertProvisioningService.svc/{PROOF}");
    let response = raw::over_tls(&pool, &raw::post(&path, &[("SOAPAction", &action)], &body)).await;
    assert!(outcome(&response).is_err(), "{}", response.text());
    assert!(response.text().contains("DeviceId=\"{d}\""), "{}", response.text());
}

#[tokio::test]
async fn a_ticket_for_the_bearer_port_is_one_whatever_key_was_asked_for() {
    // pidgin-sipe asks for a symmetric key and shows the ticket without proof where the policy has it so.
    let pool = pool().await;
    let audience = AUDIENCE.replace(PROOF, "WebTicket_Bearer");
    let ticket = Ticket { proof_key: None, ..ticket(&pool, &audience, SYMMETRIC).await };
    outcome(&publish(&pool, "WebTicket_Bearer", &ticket.header(), KEN).await).unwrap();
}

#[tokio::test]
async fn an_anonymous_ticket_gets_no_certificate() {
    let pool = pool().await;
    let action = format!("\"{}\"", ns::ACTION_ISSUE_TOKEN);
    let body = messages::issue_token_for(AUDIENCE, SYMMETRIC);
    let request = raw::post("/WebTicket/WebTicketService.svc/Anon", &[("SOAPAction", &action)], &body);
    let response = raw::over_tls(&pool, &request).await;
    assert_eq!(response.status(), 200, "{}", response.text());
    let anonymous = held(&response);
    let lifetime = anonymous.received.response.expires - anonymous.received.response.created;
    assert_eq!(lifetime, Duration::hours(1));
    let entity = "anonymous@atl-cs-001.litwareinc.com";
    assert_fault(&publish(&pool, PROOF, &anonymous.header(), entity).await, 28032);
}

#[tokio::test]
async fn the_answers_reference_is_the_tickets_name() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let response = &ticket.received.response;
    assert!(response.assertion.contains(&format!("AssertionID=\"{}\"", response.assertion_id)));
    assert!(response.assertion_id.starts_with("SamlSecurityToken-"));
}

#[tokio::test]
async fn a_key_that_no_client_could_use_is_refused() {
    let pool = pool().await;
    let action = format!("\"{}\"", ns::ACTION_ISSUE_TOKEN);
    let authorization = raw::basic("1219", "0712");
    let headers = [("SOAPAction", action.as_str()), ("Authorization", &authorization)];
    let body = messages::issue_token_for(AUDIENCE, "<KeyType>urn:odd</KeyType>");
    let request = raw::post("/WebTicket/WebTicketService.svc/pin", &headers, &body);
    assert_eq!(raw::over_tls(&pool, &request).await.status(), 500);
}

/// A request to the port for certificates, signed by the phone's key at some moment.
fn signed_request(signed_in: &lync_phone::SignedIn, created: time::OffsetDateTime) -> Vec<u8> {
    let key = lync_xml::dsig::SigningKey::from_pkcs8(signed_in.key.expose()).unwrap();
    let lifetime = lync_proto::wstrust::Lifetime { created, expires: created + Duration::days(3650) };
    let header = CertificateHeader::encode(&signed_in.certificate, &key, &lifetime).unwrap();
    let body = messages::issue_token_for(AUDIENCE, SYMMETRIC);
    let body = body.replace("<s:Body>", &format!("<s:Header>{header}</s:Header><s:Body>"));
    let action = format!("\"{}\"", ns::ACTION_ISSUE_TOKEN);
    raw::post("/WebTicket/WebTicketService.svc/cert", &[("SOAPAction", &action)], &body)
}

#[tokio::test]
async fn what_a_certificate_has_signed_is_good_for_minutes() {
    let pool = pool().await;
    let signed_in = pool.phone("1219", "0712").run().await.outcome.unwrap();
    let now = pool.clock().now();
    let request = signed_request(&signed_in, now);
    assert_eq!(raw::over_tls(&pool, &request).await.status(), 200);
    pool.clock().advance(Duration::minutes(11));
    let late = raw::over_tls(&pool, &request).await;
    assert_eq!(late.status(), 401);
    // For certificates the diagnosis is specified to be in the headers.
    let diagnostics = late.header("X-Ms-diagnostics").unwrap();
    assert!(diagnostics.starts_with("28020;source=\"atl-cs-001.litwareinc.com\""), "{diagnostics}");
    assert_eq!(late.header("WWW-Authenticate"), None);
    let early = signed_request(&signed_in, now + Duration::days(1));
    assert_eq!(raw::over_tls(&pool, &early).await.status(), 401);
}

#[tokio::test]
async fn a_ticket_can_be_asked_to_be_short() {
    let pool = pool().await;
    let now = pool.clock().now();
    let asked = format!(
        "<Lifetime><Created xmlns=\"{0}\">{1}</Created><Expires xmlns=\"{0}\">{2}</Expires></Lifetime>{SYMMETRIC}",
        ns::WSU,
        lync_proto::format_instant(now),
        lync_proto::format_instant(now + Duration::minutes(15))
    );
    let ticket = ticket(&pool, AUDIENCE, &asked).await;
    let response = &ticket.received.response;
    assert_eq!(response.expires - response.created, Duration::minutes(15));
}

//! Requests that no client of ours sends.

use crate::support::{Asker, Authority, HOST, Memory, Service, pin};
use lync_model::Clock;
use lync_model::ports::UserPinService;
use lync_model::rules::RuleBook;
use lync_net::tls::{self, Identity};
use lync_net::{CancellationToken, Limits, serve};
use lync_proto::Documented;
use lync_proto::soap::{Version, wrap};
use lync_proto::userpin::{
    GetEncryptionKeyRequest, GetPublishedCertRequest, PinDecryptionKey, PublishCertRequest, PublishedCert,
    VerifyPinRequest,
};
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

pub(crate) const PATH: &str = "/LiveServer/UserPinService";

/// Sends bytes over mutual TLS and reads until the service closes.
pub(crate) async fn send(
    addr: SocketAddr,
    ours: &Authority,
    identity: Option<&Identity>,
    bytes: &[u8],
) -> io::Result<String> {
    let config = tls::client(ours.trust(), identity, &Clock::system()).unwrap();
    let socket = TcpStream::connect(addr).await?;
    let mut stream = TlsConnector::from(config).connect(ServerName::try_from(HOST).unwrap(), socket).await?;
    stream.write_all(bytes).await?;
    let mut answer = Vec::new();
    // The service may cut the connection once it has answered.
    let read = stream.read_to_end(&mut answer).await;
    if answer.is_empty() {
        read?;
    }
    Ok(String::from_utf8(answer).unwrap())
}

pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into()
}

async fn start() -> (Authority, Arc<Memory>, Service) {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    (authority, memory, service)
}

fn key_request() -> String {
    wrap(Version::Soap11, "", &GetEncryptionKeyRequest.encode())
}

#[tokio::test]
async fn the_path_is_read_without_regard_to_case() {
    let (authority, _, service) = start().await;
    let member = authority.issue_member();
    for path in [PATH, "/liveserver/userpinservice", "/LIVESERVER/USERPINSERVICE"] {
        let answer =
            send(service.addr, &authority, Some(&member), &post(path, &key_request())).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("GetEncryptionKeyResponse"), "{answer}");
    }
}

#[tokio::test]
async fn who_shows_no_certificate_is_not_served() {
    let (authority, _, service) = start().await;
    send(service.addr, &authority, None, &post(PATH, &key_request())).await.unwrap_err();
    assert!(service.connections.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_listener_that_asks_for_no_certificate_serves_nobody() {
    let authority = Authority::new("root");
    let key = Arc::new(PinDecryptionKey::generate().unwrap());
    let rules = Arc::new(RuleBook::new(Clock::system()));
    let app = lync_userpin::router(Memory::new(), key, [HOST], rules);
    let acceptor = tls::server(&authority.issue_member(), &Clock::system()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Some(acceptor), app, Limits::default(), CancellationToken::new()));
    let answer = send(addr, &authority, None, &post(PATH, &key_request())).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn a_certificate_of_the_same_root_that_is_no_members_is_not_served() {
    let (authority, memory, service) = start().await;
    let get = format!("GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n").into_bytes();
    let requests = every_request().map(|body| post(PATH, &wrap(Version::Soap11, "", &body)));
    for identity in [authority.issue_phone(), authority.issue_stranger()] {
        for request in requests.iter().chain([&get, &post("/", "")]) {
            let answer = send(service.addr, &authority, Some(&identity), request).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
            assert!(answer.contains("s:Fault>") && answer.contains("s:Client"), "{answer}");
            assert!(answer.contains("the client certificate is not of a member of the pool"), "{answer}");
        }
    }
    assert_eq!(memory.calls(), 0);
    // The same messages from a member reach the store, but for the PIN, which is sealed under no key.
    for request in &requests {
        send(service.addr, &authority, Some(&authority.issue_member()), request).await.unwrap();
    }
    assert_eq!(memory.calls(), 2);
}

/// One of each of the four.
fn every_request() -> [String; 4] {
    let user = "sip:kenmyer@litwareinc.com".to_owned();
    let now = OffsetDateTime::UNIX_EPOCH;
    let certificate = PublishedCert {
        device_id: "{1}".to_owned(),
        certificate: vec![1],
        publication_time: now,
        expiration_time: now,
    };
    let pin = VerifyPinRequest {
        phone_or_ext: "1219".to_owned(),
        key_id: "k".to_owned(),
        encrypted_pin: vec![1; 112],
    };
    [
        GetEncryptionKeyRequest.encode(),
        pin.encode(),
        PublishCertRequest { user: user.clone(), certificate }.encode(),
        GetPublishedCertRequest { user }.encode(),
    ]
}

#[tokio::test]
async fn each_bad_request_gets_its_fault_and_the_next_good_one_its_answer() {
    let (authority, memory, service) = start().await;
    let member = authority.issue_member();
    let asker = Asker::new(service.addr, &authority, &authority);
    let soap = |body: &str| wrap(Version::Soap11, "", body);
    let key = send(service.addr, &authority, Some(&member), &post(PATH, &key_request())).await.unwrap();
    let key_id = key.split("<KeyId>").nth(1).unwrap().split('<').next().unwrap();
    let sealed_badly = VerifyPinRequest {
        phone_or_ext: "1219".to_owned(),
        key_id: key_id.to_owned(),
        encrypted_pin: vec![1; 112],
    };
    let nobody = GetPublishedCertRequest { user: "nobody".to_owned() };
    let mut get = post(PATH, "");
    get.splice(..4, *b"GET");
    for (request, status) in [
        (get, "405"),
        (post("/", &key_request()), "404"),
        (post("/LiveServer/UserPinService/x", &key_request()), "404"),
        (post(PATH, ""), "400"),
        (post(PATH, "<a"), "400"),
        (post(PATH, "<a/>"), "400"),
        (post(PATH, &soap("")), "400"),
        (post(PATH, &soap("<VerifyPinRequest/>")), "400"),
        (post(PATH, &soap("<SetPinRequest xmlns='urn:x'/>")), "400"),
        (post(PATH, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "400"),
        (post(PATH, &soap(&"<a>".repeat(10_000))), "400"),
        (post(PATH, &soap(&sealed_badly.encode())), "400"),
        (post(PATH, &soap(&nobody.encode())), "400"),
        (post(PATH, &" ".repeat(256 * 1024 + 1)), "413"),
    ] {
        let shown = String::from_utf8_lossy(&request[..request.len().min(300)]).into_owned();
        let answer = send(service.addr, &authority, Some(&member), &request).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{shown}\n{answer}");
        assert!(answer.contains("s:Fault>") && answer.contains("s:Client"), "{shown}\n{answer}");
    }
    assert_eq!(memory.checks(), 0);
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
}

#[tokio::test]
async fn a_body_that_claims_to_be_endless_is_refused_before_it_is_read() {
    let (authority, _, service) = start().await;
    let member = authority.issue_member();
    let endless = format!("POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 100000000\r\n\r\n<a>");
    let answer = send(service.addr, &authority, Some(&member), endless.as_bytes()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn the_two_documented_names_are_the_articles() {
    assert_eq!(GetEncryptionKeyRequest::NAME, "GetEncryptionKeyRequest");
    assert_eq!(GetPublishedCertRequest::NAME, "GetPublishedCertRequest");
}

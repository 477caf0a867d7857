//! The hop fails: what the caller gets, and what the event log says.

use crate::support::{Asker, Authority, BOTH, Behaviour, Memory, Service, pin};
use lync_model::ports::{UserPinError, UserPinService};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

fn unavailable<T>(result: Result<T, UserPinError>) -> (&'static str, String) {
    match result {
        Err(UserPinError::Unavailable { request, cause }) => (request, cause),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was answered"),
    }
}

async fn closed_port() -> std::net::SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_service_that_is_down_leaves_the_two_events_of_the_article() {
    let authority = Authority::new("root");
    let asker = Asker::new(closed_port().await, &authority, &authority);
    for _ in 0..2 {
        let (request, cause) = unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
        assert_eq!(request, "GetEncryptionKeyRequest");
        assert!(cause.contains("refused"), "{cause}");
        assert_eq!(asker.events.take(), BOTH);
    }
}

#[tokio::test]
async fn other_requests_that_fail_leave_one_event_each() {
    let authority = Authority::new("root");
    let asker = Asker::new(closed_port().await, &authority, &authority);
    let user = "sip:kenmyer@litwareinc.com".parse().unwrap();
    let (request, _) = unavailable(asker.client.get_published_certs(&user).await);
    assert_eq!(request, "GetPublishedCertRequest");
    assert_eq!(asker.events.take(), ["GetPublishedCertRequest documented"]);
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let certificate = lync_model::PublishedCertificate {
        user,
        device_id: "{}".to_owned(),
        certificate: vec![1],
        publication_time: now,
        expiration_time: now,
    };
    assert_eq!(unavailable(asker.client.publish_cert(&certificate).await).0, "PublishCertRequest");
    assert_eq!(asker.events.take(), ["PublishCertRequest inferred"]);
}

#[tokio::test]
async fn a_port_that_accepts_and_says_nothing_is_given_up_in_time() {
    let authority = Authority::new("root");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let asker = Asker::new(silent.local_addr().unwrap(), &authority, &authority).impatient();
    let begin = Instant::now();
    let (request, cause) = unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!((request, cause.as_str()), ("GetEncryptionKeyRequest", "no connection in time"));
    assert_eq!(asker.events.take(), BOTH);
}

#[tokio::test]
async fn a_pin_check_that_hangs_is_not_sent_again_and_its_event_names_it() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority).impatient();
    memory.set(Behaviour::PinsHang);
    let (request, cause) = unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
    assert_eq!((request, cause.as_str()), ("VerifyPinRequest", "no answer in time"));
    assert_eq!(memory.checks(), 1);
    assert_eq!(asker.events.take(), ["VerifyPinRequest inferred"]);
    memory.set(Behaviour::Works);
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
}

#[tokio::test]
async fn a_service_that_is_gone_after_the_key_was_fetched_leaves_the_two_events_as_well() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
    service.kill().await;
    unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
    assert_eq!(asker.events.take(), BOTH);
    assert_eq!(memory.checks(), 1);
}

#[tokio::test]
async fn a_root_of_the_same_name_with_another_key_is_not_trusted() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let namesake = Authority::new("root");
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &namesake, &authority);
    let (request, cause) = unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
    assert_eq!(request, "GetEncryptionKeyRequest");
    assert!(cause.starts_with("TLS handshake failed: invalid peer certificate"), "{cause}");
    assert_eq!(asker.events.take(), BOTH);
    assert!(service.connections.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_client_of_another_root_is_not_served() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let foreign = Authority::new("root");
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &foreign);
    unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
    assert_eq!(asker.events.take(), BOTH);
    assert!(service.connections.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_change_of_trust_counts_at_once_although_a_connection_is_open() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let namesake = Authority::new("root");
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
    asker.trust.replace(namesake.trust().list()).unwrap();
    unavailable(asker.client.verify_pin("1219", &pin("0712")).await);
    assert_eq!(asker.events.take(), BOTH);
    asker.trust.replace(authority.trust().list()).unwrap();
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
    assert_eq!(memory.checks(), 2);
}

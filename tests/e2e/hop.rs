//! The hop from the front end to the user-PIN service: when it fails, and who may take it.

use lync_net::tls::{self, Identity, TrustStore};
use lync_phone::{FailureKind, SignedIn, StepName};
use lync_proto::soap::{Version, wrap};
use lync_proto::userpin::{
    GetEncryptionKeyRequest, GetPublishedCertRequest, PublishCertRequest, PublishedCert, VerifyPinRequest,
};
use lync_tests::pool;
use lync_tests::raw::{self, RawResponse};
use lyncmock::{Clock, Level, LyncMock};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Past notAfter of the server certificate: the two ends of the hop no longer trust each other, while a phone with
/// the right time still trusts the web services.
const AGES: Duration = Duration::days(3 * 365);

#[tokio::test]
async fn a_failed_hop_is_event_47067_twice_and_the_pin_prompt_again() {
    let pool = pool().await;
    let right = |clock: &Clock| pool.phone("1219", "0712").clock(clock.clone());
    let system = Clock::system();
    pool.clock().advance(AGES);
    let failure = right(&system).run().await.outcome.unwrap_err();
    assert_eq!(failure.step, StepName::WebTicket);
    let FailureKind::Status { head } = &failure.kind else { panic!("{failure}") };
    // To the phone it looks like a wrong PIN.
    assert_eq!(head.header("WWW-Authenticate").as_deref(), Some("Basic realm =\"LYNC\""));

    let events = pool.events();
    let port = raw::address(&pool.endpoints().userpin).port();
    let requests = ["GetEncryptionKeyRequest", "GetPublishedCertRequest"];
    assert_eq!(events.len(), requests.len(), "{events:?}");
    for request in requests {
        let event = events.iter().find(|event| event.description.contains(request)).unwrap();
        assert_eq!(
            (event.source, event.id, event.task_category),
            ("LS UserPin Service", Some(47067), Some(1044))
        );
        assert_eq!(event.level, Level::Error);
        let expected = format!(
            "A server did not respond to HTTP request\n\
             Server atl-cs-001.litwareinc.com did not respond to HTTP request {request} targeted at \
             https://atl-cs-001.litwareinc.com:{port}/LiveServer/UserPinService\n\
             Cause:\nServer might be down or the network path between servers might not be properly configured.\n\
             Resolution:\nPlease ensure that the server can be connected on the target port using telnet and then re-try."
        );
        assert_eq!(event.description, expected);
    }

    // Nothing else is wrong: when the certificates are good again, so is the PIN.
    pool.clock().advance(-AGES);
    assert!(right(&system).run().await.outcome.is_ok());
    assert_eq!(pool.events().len(), requests.len());
}

/// Asks the user-PIN service with the certificate that a phone was given.
async fn ask_as(pool: &LyncMock, phone: &SignedIn, request: &[u8]) -> RawResponse {
    // From the issuing authority up to the root, behind the phone's own.
    let mut chain = vec![CertificateDer::from(phone.certificate.clone())];
    chain.extend(phone.chain.iter().rev().cloned().map(CertificateDer::from));
    let root = phone.chain.first().unwrap().clone();
    let identity = Identity::new(chain, PrivateKeyDer::Pkcs8(phone.key.expose().to_vec().into()));
    let trust = TrustStore::new([CertificateDer::from(root)]).unwrap();
    let config = tls::client(trust, Some(&identity), pool.clock()).unwrap();
    let socket = TcpStream::connect(raw::address(&pool.endpoints().userpin)).await.unwrap();
    let name = ServerName::try_from(pool.endpoints().fqdn.clone()).unwrap();
    let stream = TlsConnector::from(config).connect(name, socket).await.unwrap();
    raw::exchange(stream, request).await
}

#[tokio::test]
async fn a_phones_certificate_does_not_open_the_user_pin_service() {
    let pool = pool().await;
    let phone = pool.phone("1219", "0712").run().await.outcome.unwrap();
    let user = phone.user.to_string();
    let kept = PublishedCert {
        device_id: "{1}".to_owned(),
        certificate: phone.certificate.clone(),
        publication_time: pool.clock().now(),
        expiration_time: phone.certificate_expires,
    };
    let guess = VerifyPinRequest {
        phone_or_ext: "1219".to_owned(),
        key_id: "k".to_owned(),
        encrypted_pin: vec![1; 112],
    };
    let path = "/LiveServer/UserPinService";
    let mut requests: Vec<Vec<u8>> = [
        GetEncryptionKeyRequest.encode(),
        guess.encode(),
        PublishCertRequest { user: user.clone(), certificate: kept }.encode(),
        GetPublishedCertRequest { user }.encode(),
    ]
    .iter()
    .map(|body| raw::post(path, &[], &wrap(Version::Soap11, "", body)))
    .collect();
    requests.push(raw::post("/", &[], ""));
    requests.push(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", pool.endpoints().fqdn).into_bytes());
    for request in requests {
        let answer = ask_as(&pool, &phone, &request).await;
        assert_eq!(answer.status(), 403, "{answer:?}");
        assert!(
            answer.text().contains("the client certificate is not of a member of the pool"),
            "{answer:?}"
        );
    }
    // The front end, which is a member, is served as before.
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
    assert!(pool.events().is_empty());
}

#[tokio::test]
async fn pins_too_long_for_the_hop_are_counted_like_any_wrong_pin() {
    let pool = pool().await;
    for length in 60..70 {
        let failure = pool.phone("1219", &"1".repeat(length)).run().await.outcome.unwrap_err();
        assert_eq!(failure.step, StepName::WebTicket, "{length}");
    }
    // Ten wrong ones lock a PIN of four digits.
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    pool.clock().advance(Duration::minutes(61));
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
}

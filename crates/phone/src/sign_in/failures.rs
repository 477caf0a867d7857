//! Each way to fail, against servers that fail in that way.

use super::*;
use crate::testing::dhcp::{DhcpServer, rows};
use crate::testing::pool::{Pool, USER};
use crate::testing::web::{Authority, NOW, POOL, WebServer, response, xml};
use crate::{ConnectFailure, Dialect, FailureKind, TaskOutput, TlsFailure, Verdict};
use lync_proto::certprov::{ErrorInfo, GetAndPublishCertResponse};
use lync_proto::soap::{Fault, Version, wrap};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;

const PIN: &str = "POST /WebTicket";
const CERTIFICATE: &str = "POST /CertProv/CertProvisioningService.svc/";
const METADATA: &str = "GET /CertProv";
const CHAIN: &str = "POST /CertProv/CertProvisioningService.svc HTTP";

/// The failure of a phone whose requests that begin with `at` are answered with `bytes`.
async fn answered(at: &'static str, bytes: Vec<u8>) -> Failure {
    let pool = Pool::altered(move |request, answer| {
        Some(if request.starts_with(at) { bytes.clone() } else { answer })
    });
    failure(&pool.await.phone("0712")).await
}

async fn failure(phone: &SignIn) -> Failure {
    let report = phone.run().await;
    let failure = report.outcome.unwrap_err();
    assert_eq!(report.steps.last().unwrap().name, failure.step);
    failure
}

/// A phone that waits for a second and no longer.
fn impatient(phone: SignIn) -> SignIn {
    phone.timeouts(Timeouts { request: Duration::from_secs(1), ..Timeouts::default() })
}

#[tokio::test]
async fn a_wrong_pin_is_a_status_with_the_whole_head_and_reads_as_captured() {
    let pool = Pool::start().await;
    let report = pool.phone("9999").target_fqdn("LYNCSERVER.DOMAIN").run().await;
    let failure = report.outcome.as_ref().unwrap_err();
    assert_eq!(failure.step, StepName::WebTicket);
    let head = failure.response().unwrap();
    assert_eq!((head.status, head.headers.len()), (401, 12));
    assert_eq!(head.warning().unwrap().token, "InvalidPin");
    assert_eq!(head.diagnostics().unwrap().reason, "The pin is invalid.");
    assert_eq!(report.verdict(), Verdict::Failed);
    let output = TaskOutput::new(&report).render(Dialect::Console);
    let (_, printed) = output.split_once("Error Message : ").unwrap();
    assert_eq!(
        printed,
        "No response received for Web-Ticket service.\n \
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Basic'. The \
         authentication header received from the server was 'Basic realm =\"LYNC\"'.\n \
         Inner Exception:The remote server returned an error: (401) Unauthorized.\n\n\
         Diagnosis     :\n \
         Inner Diagnosis:Warning : 120 LYNCSERVER.DOMAIN \"InvalidPin\"\n \
         X-Ms-diagnostics : 28003;source=\"LYNCSERVER.DOMAIN\";reason=\"The pin is invalid.\";\
         faultcode=\"wsse:FailedAuthentication\"\n \
         X-MS-Server-Fqdn : LYNCSERVER.DOMAIN\n \
         Strict-Transport-Security : max-age=31536000; includeSubDomains\n \
         X-Content-Type-Options : nosniff\n \
         Content-Length : 6\n \
         Cache-Control : private\n \
         Content-Type : text/html; charset=utf-8\n \
         Date : Thu, 02 Feb 2017 01:20:52 GMT\n \
         Server : Microsoft-IIS/8.0\n \
         WWW-Authenticate : Basic realm =\"LYNC\"\n \
         X-Powered-By : ASP.NET\n"
    );
}

/// The failure of a phone to which DHCP gives a recorded pair of options, at a pool where every host of them is.
async fn led_by(row: &str, pool: &Pool) -> Failure {
    let row = rows().into_iter().find(|known| known.name == row).unwrap();
    let dhcp = DhcpServer::start(row.option_43, row.option_120).await;
    let mut resolve = Resolve::new();
    for host in ["atl-cs-001.litwareinc.com", "webint.litwareinc.com", "10.99.0.1"] {
        resolve =
            resolve.with_address(host, 443, pool.https.address).with_address(host, 80, pool.http.address);
    }
    let phone = SignIn::new("1219", Pin::new("0712")).dhcp(DhcpDiscovery::unicast(dhcp.address));
    failure(&phone.resolve(resolve).clock(Clock::stopped(NOW))).await
}

#[tokio::test]
async fn options_that_can_be_read_and_are_wrong_fail_where_they_lead() {
    let pool = Pool::start().await;
    for row in ["bad-43-ip", "bad-43-wrong-host"] {
        let failed = led_by(row, &pool).await;
        assert_eq!(failed.step, StepName::CertProvMetadata, "{row}");
        let wrong_name =
            matches!(&failed.kind, FailureKind::Tls { problem: TlsFailure::WrongName { .. }, .. });
        assert!(wrong_name, "{row}: {failed}");
    }
    let strict = Pool::altered(|request, answer| {
        let known = request.starts_with(CHAIN);
        Some(if known { answer } else { response("404 Not Found", &[], "<html>") })
    });
    let failed = led_by("bad-43-path-typo", &strict.await).await;
    assert_eq!((failed.step, failed.response().unwrap().status), (StepName::RootChain, 404));
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let uri = format!("https://127.0.0.1:{}/x", closed.port());
    let report = SignIn::new("1219", Pin::new("0712")).target_uri(uri).http_port(closed.port()).run().await;
    assert_eq!(report.verdict(), Verdict::Unreachable);
    let failure = report.outcome.unwrap_err();
    assert_eq!(failure.step, StepName::RootChain);
    assert_eq!(failure.kind, FailureKind::Unreachable { address: closed, reason: ConnectFailure::Refused });
}

#[tokio::test]
async fn an_unknown_host_is_unreachable() {
    let report = SignIn::new("1219", Pin::new("0712")).target_fqdn("no-such-pool.invalid").run().await;
    assert_eq!(report.verdict(), Verdict::Unreachable);
    assert!(matches!(report.outcome.unwrap_err().kind, FailureKind::NameNotResolved { .. }));
}

#[tokio::test]
async fn silence_and_half_an_answer_are_no_answer() {
    for (at, step, bytes) in [
        (PIN, StepName::WebTicket, &b""[..]),
        (CHAIN, StepName::RootChain, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    ] {
        let alter =
            move |request: &str, answer| Some(if request.starts_with(at) { bytes.to_vec() } else { answer });
        let failed = failure(&impatient(Pool::altered(alter).await.phone("0712"))).await;
        let expected = FailureKind::NoAnswer { host: POOL.to_owned(), after: Duration::from_secs(1) };
        assert_eq!((failed.step, failed.kind), (step, expected));
    }
}

#[tokio::test]
async fn hanging_up_and_noise_are_told_apart() {
    let pool = Pool::altered(|request, answer| (!request.starts_with(PIN)).then_some(answer)).await;
    let hung_up = failure(&pool.phone("0712")).await;
    assert!(matches!(hung_up.kind, FailureKind::Interrupted { .. }), "{hung_up}");

    let noise = answered(CHAIN, b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()).await;
    assert!(matches!(noise.kind, FailureKind::NotHttp { .. }), "{noise}");
    let head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(128 * 1024)).into_bytes();
    let head = answered(CHAIN, head).await;
    assert!(matches!(head.kind, FailureKind::NotHttp { .. }), "{head}");
}

#[tokio::test]
async fn a_body_without_end_is_not_read_on() {
    let long = answered(METADATA, response("200 OK", &[], vec![b'x'; 1024 * 1024 + 1])).await;
    assert!(matches!(long.kind, FailureKind::TooLong { limit: 1_048_576, .. }), "{long}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved = answered(METADATA, response("302 Found", &["Location: https://elsewhere/"], "")).await;
    assert_eq!(moved.response().unwrap().header("location").unwrap(), "https://elsewhere/");
    assert!(matches!(moved.kind, FailureKind::Status { head } if head.status == 302));
}

#[tokio::test]
async fn a_stopped_application_pool_is_told_by_its_status() {
    let stopped = answered(PIN, response("503 Service Unavailable", &[], "<html>down</html>")).await;
    assert_eq!((stopped.step, stopped.response().unwrap().status), (StepName::WebTicket, 503));
}

#[tokio::test]
async fn a_fault_is_decoded() {
    let fault = Fault::diagnostics("wsse:FailedAuthentication", 28032, "The web ticket is invalid.")
        .encode(Version::Soap11);
    let failed =
        answered(CERTIFICATE, response("500 Internal Server Error", &["X-MS-Correlation-Id: 7"], fault))
            .await;
    assert_eq!(failed.step, StepName::Certificate);
    assert_eq!(failed.response().unwrap().header("x-ms-correlation-id").unwrap(), "7");
    assert!(
        matches!(failed.kind, FailureKind::Fault { fault, .. } if fault.string == "The web ticket is invalid.")
    );
}

#[tokio::test]
async fn an_error_info_is_decoded() {
    let refused = GetAndPublishCertResponse {
        device_id: "{x}".to_owned(),
        entity: "kenmyer@litwareinc.com".to_owned(),
        request_id: None,
        outcome: Err(ErrorInfo {
            response_code: "Own".to_owned(),
            message: "data store unavailable".to_owned(),
        }),
    };
    let body = xml(&wrap(Version::Soap11, "", &refused.encode()));
    let failed = answered(CERTIFICATE, body).await;
    let FailureKind::ErrorInfo { code, message, .. } = failed.kind else { panic!("{failed}") };
    assert_eq!((code.as_str(), message.as_str()), ("Own", "data store unavailable"));
}

#[tokio::test]
async fn answers_that_make_no_sense_are_told_for_each_step() {
    let steps = [
        (CHAIN, StepName::RootChain),
        (METADATA, StepName::CertProvMetadata),
        ("GET /WebTicket", StepName::WebTicketMetadata),
        (PIN, StepName::WebTicket),
        (CERTIFICATE, StepName::Certificate),
    ];
    for (at, step) in steps {
        for body in
            ["", "<html/>", "<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>", &wrap(Version::Soap11, "", "<a/>")]
        {
            let failed = answered(at, xml(body)).await;
            assert_eq!(failed.step, step, "{body}");
            assert!(matches!(failed.kind, FailureKind::Undecodable { .. }), "{failed}");
        }
    }
}

#[tokio::test]
async fn a_chain_without_an_authority_is_no_chain() {
    let empty = lync_proto::pkcs7::CertificateBag::default().encode();
    for chain in [empty, b"rubbish".to_vec()] {
        let response = lync_proto::certprov::GetRootCertChainsResponse { chains: vec![chain] };
        let failed = answered(CHAIN, xml(&wrap(Version::Soap11, "", &response.encode()))).await;
        assert!(matches!(failed.kind, FailureKind::Undecodable { .. }), "{failed}");
    }
}

#[tokio::test]
async fn a_ticket_for_somebody_else_is_a_failure() {
    let pool = Pool::start().await;
    let failed = failure(&pool.phone("0712").user_sip_address("pilar@litwareinc.com".parse().unwrap())).await;
    let expected = "sip:pilar@litwareinc.com".to_owned();
    assert_eq!(failed.kind, FailureKind::OtherUser { expected, found: USER.to_owned() });
    let claim = pool.https.seen().requests.pop().unwrap();
    assert!(claim.contains("sip:pilar@litwareinc.com"), "the claim was sent");
}

#[tokio::test]
async fn a_certificate_of_a_foreign_issuer_is_told_and_refused_only_on_demand() {
    let foreign = |request: &str, answer: Vec<u8>| {
        if !request.starts_with(CERTIFICATE) {
            return Some(answer);
        }
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let envelope = lync_proto::soap::Envelope::parse(body.as_bytes(), &crate::soap::limits()).unwrap();
        let asked = lync_proto::certprov::GetAndPublishCertRequest::decode(envelope.body().unwrap()).unwrap();
        let response = GetAndPublishCertResponse {
            outcome: Ok(Authority::new("Elsewhere").issue(&asked.csr, &asked.entity, NOW)),
            device_id: asked.device_id,
            entity: asked.entity,
            request_id: None,
        };
        Some(xml(&wrap(Version::Soap11, "", &response.encode())))
    };
    let pool = Pool::altered(foreign).await;
    let signed_in = pool.phone("0712").run().await.outcome.unwrap();
    assert!(!signed_in.issuer_in_chain);
    let failed = failure(&pool.phone("0712").require_pool_issuer(true)).await;
    assert!(matches!(failed.kind, FailureKind::Certificate(reason) if reason.contains("Elsewhere")));
}

#[tokio::test]
async fn a_number_that_basic_cannot_carry_is_not_sent() {
    let pool = Pool::start().await;
    let failed = failure(&pool.settle(SignIn::new("sip:ken", Pin::new("0712")))).await;
    assert_eq!(failed.kind, FailureKind::PhoneOrExt);
}

/// The TLS failure of a phone that finds `https` behind the pool's HTTPS address.
async fn tls_with(pool: &Pool, https: SocketAddr) -> TlsFailure {
    let resolve = Resolve::new().with_address(POOL, 443, https).with_address(POOL, 80, pool.http.address);
    let failed = failure(&pool.phone("0712").resolve(resolve)).await;
    assert_eq!(failed.step, StepName::CertProvMetadata);
    match failed.kind {
        FailureKind::Tls { host, problem } if host == POOL => problem,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_server_that_another_authority_vouches_for_is_not_trusted() {
    let pool = Pool::start().await;
    // The same name, another key: only the downloaded chain counts.
    let other = WebServer::https(Authority::new("Lab Root").identity(POOL, NOW), |_| None).await;
    let problem = tls_with(&pool, other.address).await;
    assert_eq!(problem, TlsFailure::UnknownIssuer);
    let other = WebServer::https(Authority::new("Other Root").identity(POOL, NOW), |_| None).await;
    assert_eq!(tls_with(&pool, other.address).await, TlsFailure::UnknownIssuer);
    assert_eq!(other.seen().requests.len(), 0);
}

#[tokio::test]
async fn names_and_times_are_checked_by_the_given_clock() {
    let pool = Pool::start().await;
    let address = pool.https.address;
    let wrong = Resolve::new().with_ip("elsewhere.lab.test", address.ip());
    let uri = format!("https://elsewhere.lab.test:{}/CertProv/CertProvisioningService.svc", address.port());
    let phone = pool.phone("0712").target_uri(uri).resolve(wrong).http_port(pool.http.address.port());
    let failed = failure(&phone).await;
    assert!(
        matches!(&failed.kind, FailureKind::Tls { problem: TlsFailure::WrongName { presented }, .. }
            if presented.iter().any(|name| name.contains(POOL))),
        "{failed}"
    );
    for (days, expected) in [(365, TlsFailure::Expired), (-365, TlsFailure::NotYetValid)] {
        let clock = Clock::stopped(NOW + time::Duration::days(days));
        let failed = failure(&pool.phone("0712").clock(clock)).await;
        assert_eq!(failed.kind, FailureKind::Tls { host: POOL.to_owned(), problem: expected });
    }
}

#[tokio::test]
async fn what_does_not_speak_tls_is_told() {
    let pool = Pool::start().await;
    let plain = WebServer::raw(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    assert_eq!(tls_with(&pool, plain.address).await, TlsFailure::NotTls);
    let closing = WebServer::raw(b"").await;
    assert_eq!(tls_with(&pool, closing.address).await, TlsFailure::Closed);
    // An alert record: fatal, handshake_failure.
    let alert = WebServer::raw(&[21, 3, 3, 0, 2, 2, 40]).await;
    assert_eq!(tls_with(&pool, alert.address).await, TlsFailure::Alert("handshake_failure".to_owned()));
}

#[tokio::test]
async fn a_handshake_without_end_is_given_up() {
    let pool = Pool::start().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let resolve = Resolve::new().with_address(POOL, 443, address).with_address(POOL, 80, pool.http.address);
    let failed = failure(&impatient(pool.phone("0712").resolve(resolve))).await;
    let problem = TlsFailure::TimedOut(Duration::from_secs(1));
    assert_eq!(failed.kind, FailureKind::Tls { host: POOL.to_owned(), problem });
}

//! What stands on the wire, byte for byte, beside the captures.

use crate::messages;
use lync_tests::pool;
use lync_tests::raw::{self, RawResponse};

const PIN_PATH: &str = "/WebTicket/WebTicketService.svc/pin";

/// The headers of the one public capture of a refused PIN (2017-02-02), with this pool's name in place of the
/// anonymised one. The length is that of its page.
const CAPTURED: &[(&str, &str)] = &[
    ("Warning", "120 atl-cs-001.litwareinc.com \"InvalidPin\""),
    (
        "X-Ms-diagnostics",
        "28003;source=\"atl-cs-001.litwareinc.com\";reason=\"The pin is invalid.\";faultcode=\"wsse:FailedAuthentication\"",
    ),
    ("X-MS-Server-Fqdn", "atl-cs-001.litwareinc.com"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Length", "4897"),
    ("Cache-Control", "private"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Server", "Microsoft-IIS/8.0"),
    ("WWW-Authenticate", "Basic realm =\"LYNC\""),
    ("X-Powered-By", "ASP.NET"),
];

fn issue(authorization: &str) -> Vec<u8> {
    let action = format!("\"{}\"", lync_proto::ns::ACTION_ISSUE_TOKEN);
    let headers = [("SOAPAction", action.as_str()), ("Authorization", authorization)];
    raw::post(PIN_PATH, &headers, &messages::issue_token())
}

#[tokio::test]
async fn a_wrong_pin_is_answered_exactly_as_captured() {
    let pool = pool().await;
    let response = raw::over_tls(&pool, &issue(&raw::basic("+12065551219", "9999"))).await;
    assert_eq!(response.head.lines().next(), Some("HTTP/1.1 401 Unauthorized"));
    for (name, value) in CAPTURED {
        assert_eq!(response.header(name), Some(*value), "{name}");
    }
    // Those and the date, and no other.
    let mut expected: Vec<&str> = CAPTURED.iter().map(|(name, _)| *name).chain(["Date"]).collect();
    let mut seen: Vec<&str> = response.headers().into_iter().map(|(name, _)| name).collect();
    expected.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, expected);
    assert!(response.header("Date").is_some_and(|date| date.ends_with(" GMT") && date.len() == 29));
    assert_eq!(response.body.len(), 4897);
    assert!(!response.text().contains("9999"));
}

#[tokio::test]
async fn custom_headers_stand_in_the_captured_order() {
    let pool = pool().await;
    let response = raw::over_tls(&pool, &issue(&raw::basic("1219", "9999"))).await;
    let order: Vec<&str> = response.headers().into_iter().map(|(name, _)| name).collect();
    let custom: Vec<&str> = CAPTURED.iter().take(5).map(|(name, _)| *name).collect();
    let seen: Vec<&str> = order.into_iter().filter(|name| custom.contains(name)).collect();
    assert_eq!(seen, custom);
}

#[tokio::test]
async fn a_request_without_credentials_is_challenged_without_a_diagnosis() {
    let pool = pool().await;
    let action = format!("\"{}\"", lync_proto::ns::ACTION_ISSUE_TOKEN);
    let request = raw::post(PIN_PATH, &[("SOAPAction", &action)], &messages::issue_token());
    let response = raw::over_tls(&pool, &request).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.header("WWW-Authenticate"), Some("Basic realm =\"LYNC\""));
    assert_eq!((response.header("X-Ms-diagnostics"), response.header("Warning")), (None, None));
}

#[tokio::test]
async fn the_right_pin_gets_a_ticket_with_the_headers_of_a_front_end() {
    let pool = pool().await;
    let response = raw::over_tls(&pool, &issue(&raw::basic("+12065551219", "0712"))).await;
    assert_eq!(response.status(), 200, "{}", response.text());
    for (name, value) in [
        ("Cache-Control", "private"),
        ("Content-Type", "text/xml; charset=utf-8"),
        ("Vary", "Accept-Encoding"),
        ("Server", "Microsoft-IIS/8.0"),
        ("X-MS-Server-Fqdn", "atl-cs-001.litwareinc.com"),
        ("X-Powered-By", "ASP.NET"),
    ] {
        assert_eq!(response.header(name), Some(value), "{name}");
    }
    let correlation: u64 = response.header("X-MS-Correlation-Id").unwrap().parse().unwrap();
    assert!(correlation >= 1 << 31);
    assert_eq!(response.header("client-request-id").unwrap().len(), 36);
}

#[tokio::test]
async fn a_valid_request_without_soap_action_is_authenticated_and_then_not_supported() {
    let pool = pool().await;
    let authorization = raw::basic("+12065551219", "0712");
    let without = raw::post(PIN_PATH, &[("Authorization", &authorization)], &messages::issue_token());
    let response = raw::over_tls(&pool, &without).await;
    assert_eq!(response.status(), 500);
    assert!(response.text().contains("ActionNotSupported"), "{}", response.text());

    let wrong = raw::basic("+12065551219", "9999");
    let without = raw::post(PIN_PATH, &[("Authorization", &wrong)], &messages::issue_token());
    assert_eq!(raw::over_tls(&pool, &without).await.status(), 401);
}

#[tokio::test]
async fn paths_are_taken_in_any_case_and_host_with_or_without_port() {
    let pool = pool().await;
    for path in ["/certprov/certprovisioningservice.svc/mex", "/CertProv/CertprovisioningService.svc/MEX"] {
        for host in ["atl-cs-001.litwareinc.com", "atl-cs-001.litwareinc.com:443"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let response = raw::over_tls(&pool, request.as_bytes()).await;
            assert_eq!(response.status(), 200, "{path} {host}");
            // Addresses come from the configuration, not from the request.
            assert!(response.text().contains("https://atl-cs-001.litwareinc.com:"), "{}", response.text());
        }
    }
}

#[tokio::test]
async fn the_port_for_windows_credentials_answers_as_captured() {
    let pool = pool().await;
    let request = raw::post("/WebTicket/WebTicketService.svc", &[], &messages::issue_token());
    let response = raw::over_tls(&pool, &request).await;
    assert_eq!(response.status(), 401);
    // `NTLM` is captured; Microsoft's article on mobile users shows `Negotiate,NTLM`.
    let challenges = response.headers().into_iter().filter(|(name, _)| *name == "WWW-Authenticate");
    assert_eq!(challenges.map(|(_, value)| value).collect::<Vec<_>>(), ["Negotiate", "NTLM"]);
    assert!(response.text().contains("401 - Unauthorized: Access is denied due to invalid credentials."));
    assert_eq!(response.header("X-Ms-diagnostics"), None);
}

#[tokio::test]
async fn plain_http_has_the_root_chain_and_nothing_that_needs_a_secret() {
    let pool = pool().await;
    let http = &pool.endpoints().http;
    let response = raw::over_tcp(http, &messages::root_chains("/CertProv/CertProvisioningService.svc")).await;
    assert_eq!(response.status(), 200);
    assert!(response.text().contains("RootCertChain"));
    assert_eq!(response.header("Strict-Transport-Security"), None);
    let secret = raw::post(PIN_PATH, &[("Authorization", &raw::basic("1219", "0712"))], "");
    let refused: RawResponse = raw::over_tcp(http, &secret).await;
    assert_eq!(refused.status(), 403);
}

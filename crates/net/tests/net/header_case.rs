//! Header names as raw bytes on the socket.

use crate::running::{GET, Running, exchange};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use lync_net::header_case::HeaderCaseError;
use lync_net::{HeaderCase, Options};

const NAMES: [&str; 9] = [
    "X-MS-Server-Fqdn",
    "X-Ms-diagnostics",
    "WWW-Authenticate",
    "Strict-Transport-Security",
    "X-AspNet-Version",
    "Date",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
];

fn challenge() -> impl IntoResponse {
    let lines = [
        ("www-authenticate", "Negotiate"),
        ("x-ms-server-fqdn", "pool.test"),
        ("x-ms-diagnostics", "28003"),
        ("www-authenticate", "NTLM"),
        ("x-powered-by", "ASP.NET"),
        ("strict-transport-security", "max-age=1"),
    ];
    let lines = lines.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    (StatusCode::UNAUTHORIZED, AppendHeaders(lines), "no")
}

#[tokio::test]
async fn names_are_written_as_given_and_in_order_of_insertion() {
    let header_case = Some(HeaderCase::new(NAMES).await.unwrap());
    let options = Options { header_case, ..Options::default() };
    let server = Running::start(None, Router::new().fallback(async || challenge()), options).await;
    let mut client = server.connect().await;
    for _ in 0..2 {
        let answer = exchange(&mut client, GET).await.unwrap();
        let names: Vec<_> =
            answer.lines().skip(1).map_while(|line| line.split_once(": ")).map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "Content-Type",
                "WWW-Authenticate",
                "WWW-Authenticate",
                "X-MS-Server-Fqdn",
                "X-Ms-diagnostics",
                "X-Powered-By",
                "Strict-Transport-Security",
                "Content-Length",
                "Date",
            ],
            "{answer}"
        );
        assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_name_is_refused() {
    for name in ["", "X: Y", "X\r\nY", "Ü"] {
        assert!(matches!(HeaderCase::new([name]).await, Err(HeaderCaseError::Name(_))), "{name:?}");
    }
    HeaderCase::new([]).await.unwrap();
}

#[tokio::test]
async fn a_long_list_can_be_learned() {
    let names: Vec<String> = (0..100).map(|i| format!("X-MS-{}-{i}", "Long".repeat(50))).collect();
    HeaderCase::new(names.iter().map(String::as_str)).await.unwrap();
}

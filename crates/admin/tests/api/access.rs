//! Who gets in.

use crate::served::{Served, TOKEN};
use lync_admin::{Client, Kind, SecretToken};

#[tokio::test]
async fn without_the_token_nothing_but_health_is_told() {
    let served = Served::with_token().await;
    for (path, body) in [("/health", "ok"), ("/ready", "ready")] {
        let answer = served.ask("GET", path).await;
        assert_eq!((answer.status, String::from_utf8(answer.body).unwrap().as_str()), (200, body), "{path}");
    }
    for (method, path) in
        [("GET", "/v1/users"), ("GET", "/v1/openapi.json"), ("GET", "/nowhere"), ("TRACE", "/v1/users")]
    {
        let wrong = format!("Bearer {TOKEN}x");
        for headers in [vec![], vec![("Authorization", wrong.as_str())]] {
            let answer = served.send(method, path, &headers, b"").await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            answer.problem();
        }
    }
    assert!(served.pool.asked().is_empty(), "the pool was asked");
    let right = format!("Bearer {TOKEN}");
    let headers = [("Authorization", right.as_str()), ("Host", "pool.example")];
    assert_eq!(served.send("GET", "/v1/users", &headers, b"").await.status, 200);
}

#[tokio::test]
async fn the_client_shows_its_token() {
    let served = Served::with_token().await;
    let url = format!("http://{}", served.addr);
    let ask = async |token: Option<&str>| {
        let token = token.map(|token| SecretToken::new(token).unwrap());
        Client::new(&url, token, None).unwrap().users().await
    };
    assert_eq!(ask(Some(TOKEN)).await.unwrap().len(), 1);
    for token in [None, Some("another-token-than-that")] {
        assert_eq!(ask(token).await.unwrap_err().kind(), Some(Kind::Unauthorized));
    }
}

#[tokio::test]
async fn a_page_in_a_browser_and_a_name_that_points_here_do_not_get_in() {
    let served = Served::on_loopback().await;
    let port = served.addr.port();
    let localhost = format!("localhost:{port}");
    let cases: [(&[(&str, &str)], u16); 6] = [
        (&[("Host", localhost.as_str())], 200),
        (&[("Origin", "http://127.0.0.1:3000")], 200),
        (&[("Host", "rebound.example")], 403),
        (&[("Origin", "https://evil.example")], 403),
        (&[("Origin", "null")], 403),
        (&[("Sec-Fetch-Site", "cross-site")], 403),
    ];
    for (headers, status) in cases {
        let answer = served.send("POST", "/v1/services/web/restart", headers, b"").await;
        let expected = if status == 200 { 204 } else { status };
        assert_eq!(answer.status, expected, "{headers:?}");
        if status == 403 {
            assert!(served.pool.asked().is_empty(), "{headers:?}");
            assert_eq!(answer.problem()["field"], headers[0].0);
        } else {
            assert_eq!(served.pool.asked(), ["everything: restart_web"]);
        }
    }
}

#[tokio::test]
async fn a_pool_that_is_not_ready_says_so_and_serves_on() {
    let served = Served::on_loopback().await;
    served.pool.broken.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(served.ask("GET", "/health").await.status, 200);
    let answer = served.ask("GET", "/ready").await;
    assert_eq!((answer.status, answer.problem()["kind"].as_str()), (503, Some("unavailable")));
    assert_eq!(served.ask("GET", "/v1/users").await.problem()["status"], 503);
}

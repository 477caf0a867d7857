//! Every refusal is a problem, whoever refuses.

use crate::double::KEN;
use crate::served::Served;

/// Method, path, headers, body; status and kind of the refusal.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);

#[tokio::test]
async fn what_axum_refuses_is_a_problem_too() {
    let served = Served::on_loopback().await;
    let json = [("Content-Type", "application/json")];
    let deep = "[".repeat(100_000);
    let cases: [Case<'_>; 18] = [
        ("GET", "/", &[], b"", 404, "not-found"),
        ("GET", "/v1/users/", &[], b"", 404, "not-found"),
        ("GET", "/v1/users/a/b", &[], b"", 404, "not-found"),
        ("GET", "//v1/users", &[], b"", 404, "not-found"),
        ("DELETE", "/v1/users", &[], b"", 405, "method-not-allowed"),
        ("BREW", "/health", &[], b"", 405, "method-not-allowed"),
        ("GET", "/v1/users?all=1", &[], b"", 400, "malformed"),
        ("GET", "/v1/users/%ff", &[], b"", 400, "malformed"),
        ("GET", "/v1/journal/first", &[], b"", 400, "malformed"),
        ("DELETE", "/v1/armed/99999999999999999999", &[], b"", 400, "malformed"),
        ("GET", "/v1/users", &[("X-Lyncmock-Namespace", "a b")], b"", 400, "malformed"),
        ("POST", "/v1/users", &json, b"{", 400, "malformed"),
        ("POST", "/v1/users", &json, deep.as_bytes(), 400, "malformed"),
        ("POST", "/v1/users", &json, b"{}", 422, "invalid"),
        ("POST", "/v1/users", &json, br#"{"sip_address":"a@b.c","x":1}"#, 422, "invalid"),
        ("POST", "/v1/users", &[], b"{}", 415, "unsupported-media-type"),
        ("POST", "/v1/users", &[("Content-Type", "text/plain")], b"{}", 415, "unsupported-media-type"),
        ("POST", "/v1/certificates/root", &json, b"{}", 415, "unsupported-media-type"),
    ];
    for (method, path, headers, body, status, kind) in cases {
        let answer = served.send(method, path, headers, body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.problem()["kind"], kind, "{method} {path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert!(served.pool.asked().is_empty(), "the pool was asked");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let served = Served::on_loopback().await;
    let body = |bytes: usize| format!(r#"{{"users":["{}"]}}"#, "x".repeat(bytes));
    let json = [("Content-Type", "application/json")];
    let answer = served.send("PUT", "/v1/namespaces/a", &json, body(2 << 20).as_bytes()).await;
    assert_eq!((answer.status, answer.problem()["kind"].as_str()), (413, Some("too-large")));
    // A state may be larger, and then fails for what is in it.
    let answer = served.send("PUT", "/v1/state", &json, body(2 << 20).as_bytes()).await;
    assert_eq!(answer.status, 422);
    let answer = served.send("PUT", "/v1/state", &json, body(17 << 20).as_bytes()).await;
    assert_eq!(answer.problem()["status"], 413);
}

#[tokio::test]
async fn what_the_pool_refuses_is_a_problem_with_field_and_nearest() {
    let served = Served::on_loopback().await;
    let problem = served.ask("GET", "/v1/users/kenmyr").await.problem();
    assert_eq!(problem["detail"], "there is no user `kenmyr`");
    assert_eq!((&problem["field"], &problem["nearest"]), (&"user".into(), &"kenmyer".into()));
    let body = format!(r#"{{"sip_address":"{KEN}"}}"#);
    let problem = served.ask_json("POST", "/v1/users", &body).await.problem();
    assert_eq!((&problem["status"], &problem["title"]), (&409.into(), &"Conflict".into()));
    assert_eq!(problem.get("nearest"), None);
}

#[tokio::test]
async fn what_cannot_be_meant_does_not_reach_the_pool() {
    let served = Served::on_loopback().await;
    let file = r#"{"where":"http","what":{"http":{"status":200,"body-file":"/etc/passwd"}}}"#;
    for (method, path, body, field) in [
        ("POST", "/v1/rules", file.to_owned(), "body-file"),
        ("PUT", "/v1/rules", format!("[{file}]"), "[0].body-file"),
        ("PUT", "/v1/state", format!(r#"{{"rules":[{file}]}}"#), "[0].body-file"),
        ("PUT", "/v1/policies/pin", r#"{"min_password_length":3}"#.to_owned(), "min_password_length"),
        ("PATCH", "/v1/settings/web", r#"{"min_csr_key_size":1}"#.to_owned(), "min_csr_key_size"),
        ("POST", "/v1/verify", "{}".to_owned(), "filter"),
        ("PUT", "/v1/users/kenmyer/pin", r#"{"pin":""}"#.to_owned(), "pin"),
        ("PUT", "/v1/users/kenmyer/pin", r#"{"pin":71290}"#.to_owned(), "pin"),
        ("PUT", "/v1/accounts/kenmyer/password", r#"{"password":71290}"#.to_owned(), "password"),
        ("PUT", "/v1/accounts/kenmyer/password", r#"{"password":""}"#.to_owned(), "password"),
        ("POST", "/v1/accounts", r#"{"sam_account_name":"a","password":["71290"]}"#.to_owned(), "password"),
        ("POST", "/v1/accounts", r#"{"sam_account_name":""}"#.to_owned(), "sam_account_name"),
        ("POST", "/v1/accounts", r#"{"sam_account_name":"a","stat":"good"}"#.to_owned(), "stat"),
        ("PUT", "/v1/accounts/kenmyer", r#"{"state":"gone"}"#.to_owned(), "state"),
        ("POST", "/v1/users", r#"{"sip_address":"a@b","account":"a","password":"71290"}"#.to_owned(), "password"),
        ("POST", "/v1/users", r#"{"sip_address":"a@b","account":"a","display_name":"A"}"#.to_owned(), "display_name"),
        (
            "POST",
            "/v1/pin-policies",
            r#"{"identity":"tag:a","policy":{"pin_history_count":21}}"#.to_owned(),
            "policy.pin_history_count",
        ),
        ("PUT", "/v1/pin-policies/Global", r#"{"min_length":4}"#.to_owned(), "min_length"),
        ("PUT", "/v1/users/kenmyer/pin-policy", r#"{"identity":""}"#.to_owned(), "identity"),
        ("PATCH", "/v1/settings/web", r#"{"use_windows_auth":"Kerberos"}"#.to_owned(), "use_windows_auth"),
        ("PATCH", "/v1/settings/registrar", r#"{"max_user_count":1}"#.to_owned(), "max_user_count"),
        ("PATCH", "/v1/settings/proxy", r#"{"use_ntlm":true}"#.to_owned(), "use_ntlm"),
        (
            "PUT",
            "/v1/state",
            r#"{"accounts":[{"sam_account_name":"a","user_principal_name":"a@b","display_name":"A","password":{"nt_hash":"71290"}}]}"#
                .to_owned(),
            "accounts[0].nt_hash",
        ),
    ] {
        let problem = served.ask_json(method, path, &body).await.problem();
        assert_eq!((&problem["status"], &problem["field"]), (&422.into(), &field.into()), "{body}");
        assert!(!problem.to_string().contains("71290"), "{problem}");
    }
    let answer = served.ask_json("POST", "/v1/clock", r#"{"advance":"999999999d"}"#).await;
    assert_eq!(answer.problem()["field"], "advance");
    assert_eq!(served.pool.asked(), ["everything: change_clock"]);
}

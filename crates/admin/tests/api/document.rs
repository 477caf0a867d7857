//! The document tells the truth: each operation is there, and answers as it says.

use crate::served::{Answer, Served};
use lync_admin::openapi;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

fn paths() -> Map<String, Value> {
    let document: Value = serde_json::from_str(&openapi().to_json().unwrap()).unwrap();
    document["paths"].as_object().unwrap().clone()
}

/// A path with its variable pieces filled in.
fn filled(path: &str) -> String {
    path.replace("{user}", "kenmyer")
        .replace("{account}", "kenmyer")
        .replace("{identity}", "tag%3AA")
        .replace("{name}", "a")
        .replace("{id}", "7")
        .replace("{seq}", "1")
        .replace("{address}", "10.99.0.1")
        .replace("{store}", "root")
        .replace("{thumbprint}", "A9993E364706816ABA3E25717850C26C9CD0D89D")
}

/// A body that each operation takes.
fn body(method: &str, path: &str) -> &'static str {
    match (method, path) {
        ("post", "/v1/users") => r#"{"sip_address":"toni@litwareinc.com","pin":"83920"}"#,
        ("post", "/v1/accounts") => r#"{"sam_account_name":"pilar","password":"x"}"#,
        ("put", "/v1/accounts/{account}/password") => r#"{"password":"x"}"#,
        ("put", "/v1/users/{user}/address") => r#"{"sip_address":"ken.myer@litwareinc.com"}"#,
        ("put", "/v1/users/{user}/pin-policy") => r#"{"identity":"tag:A"}"#,
        ("post", "/v1/pin-policies") => r#"{"identity":"tag:A"}"#,
        ("put", "/v1/users/{user}/pin") => r#"{"pin":"83920"}"#,
        ("put", "/v1/namespaces/{name}") => r#"{"users":["kenmyer"]}"#,
        ("post", "/v1/armed") => r#"{"scenario":"pin-locked"}"#,
        ("post", "/v1/rules") => r#"{"where":"dhcp","what":{"dhcp":"silence"}}"#,
        ("put", "/v1/rules") => r#"[{"where":"dhcp","what":{"dhcp":"silence"}}]"#,
        ("post", "/v1/verify") => r#"{"filter":{}}"#,
        ("post", "/v1/clock") => r#"{"advance":"8h"}"#,
        ("post", "/v1/reset") => r#"{"what":"journal"}"#,
        _ => "{}",
    }
}

fn query(path: &str) -> &'static str {
    match path {
        "/v1/wait" => "?timeout=0s",
        "/v1/journal/export" => "?format=pcapng",
        _ => "",
    }
}

async fn ask(served: &Served, method: &str, path: &str, operation: &Value) -> Answer {
    let target = format!("{}{}", filled(path), query(path));
    let content_type = operation["requestBody"]["content"].as_object().and_then(|types| types.keys().next());
    let headers: Vec<(&str, &str)> =
        content_type.iter().map(|content_type| ("Content-Type", content_type.as_str())).collect();
    let body = if content_type.is_some() { body(method, path) } else { "" };
    served.send(&method.to_uppercase(), &target, &headers, body.as_bytes()).await
}

#[tokio::test]
async fn each_operation_routes_and_answers_as_documented() {
    let served = Served::on_loopback().await;
    for (path, item) in paths() {
        for (method, operation) in item.as_object().unwrap() {
            let answer = ask(&served, method, &path, operation).await;
            let expected = if path == "/v1/wait" { "408" } else { "2" };
            assert!(answer.status.to_string().starts_with(expected), "{method} {path}: {answer:?}");
            let documented = &operation["responses"][answer.status.to_string()];
            assert!(documented.is_object(), "{method} {path}: {} is not documented", answer.status);
            match documented["content"].as_object() {
                None => assert!(answer.body.is_empty(), "{method} {path}"),
                Some(types) => {
                    let content_type = answer.header("content-type").unwrap().split(';').next().unwrap();
                    assert!(types.contains_key(content_type), "{method} {path}: {content_type}");
                }
            }
            let location = documented["headers"]["Location"].is_object();
            assert_eq!(answer.header("location").is_some(), location, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn each_path_has_the_documented_methods_and_no_others() {
    let served = Served::on_loopback().await;
    for (path, item) in paths() {
        let answer = served.ask("TRACE", &filled(&path)).await;
        assert_eq!(answer.problem()["status"], 405, "{path}");
        let allowed = answer.header("allow").unwrap().split(',').map(|method| method.trim().to_lowercase());
        let allowed: BTreeSet<String> = allowed.filter(|method| method != "head").collect();
        let documented: BTreeSet<String> = METHODS
            .iter()
            .filter(|method| item[*method].is_object())
            .map(|&method| method.to_owned())
            .collect();
        assert_eq!(allowed, documented, "{path}");
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let served = Served::on_loopback().await;
    let served_document = served.ask("GET", "/v1/openapi.json").await.json();
    let document: Value = serde_json::from_str(&openapi().to_json().unwrap()).unwrap();
    assert_eq!(served_document, document);
}

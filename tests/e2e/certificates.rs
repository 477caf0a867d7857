//! The certificate stores of the front end, as an administrator sees and changes them.

use lync_tests::keyboard::Keyboard;
use lync_tests::{logs, pool, tool};
use lyncmock::{Clock, LyncMock};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use time::Duration;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

fn keyboard(pool: &LyncMock) -> Keyboard<'_> {
    Keyboard::new(BINARY, pool.endpoints().admin.as_deref())
}

async fn signs_in(pool: &LyncMock) -> bool {
    pool.phone("1219", "0712").run().await.outcome.is_ok()
}

async fn listed(keyboard: &Keyboard<'_>, store: &str) -> Vec<Value> {
    let all = keyboard.json(&["certificates", "list", "--store", store]).await;
    all.as_array().unwrap().clone()
}

fn field<'a>(certificate: &'a Value, name: &str) -> &'a str {
    certificate[name].as_str().unwrap_or_else(|| panic!("no {name}: {certificate}"))
}

/// Makes a self-signed root with the name of the pool's and a key of its own, valid from today on.
fn root_of_the_same_name(folder: &Path, pool: &LyncMock) -> PathBuf {
    let path = |name: &str| folder.join(name);
    std::fs::write(path("pool.pem"), pool.ca_pem()).unwrap();
    let pool_pem = path("pool.pem");
    let subject = ["x509", "-noout", "-subject", "-nameopt", "compat", "-in", tool::path(&pool_pem)];
    let subject = tool::run("openssl", &subject);
    let subject = subject.trim().strip_prefix("subject=").unwrap().replace(", ", "/");
    let subject = format!("/{}", subject.trim_start_matches('/'));
    let (key, out) = (path("key.pem"), path("other.pem"));
    let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", &subject];
    let files = ["-keyout", tool::path(&key), "-out", tool::path(&out)];
    tool::run("openssl", &[&request[..], &files, &["-days", "3650"]].concat());
    out
}

#[tokio::test]
async fn the_stores_are_listed_as_the_console_shows_them() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let (roots, intermediates) = (listed(&keyboard, "root").await, listed(&keyboard, "intermediate").await);
    assert_eq!((roots.len(), intermediates.len()), (1, 1));
    assert_eq!(field(&roots[0], "subject"), field(&roots[0], "issuer"));
    assert_eq!(field(&intermediates[0], "issuer"), field(&roots[0], "subject"));
    // Two programs give one answer.
    let folder = TempDir::new().unwrap();
    let pem = folder.path().join("ca.pem");
    std::fs::write(&pem, pool.ca_pem()).unwrap();
    let shown = tool::run(
        "openssl",
        &["x509", "-noout", "-serial", "-fingerprint", "-sha1", "-in", tool::path(&pem)],
    );
    let shown = shown.replace(':', "");
    assert!(
        shown.to_lowercase().contains(&format!("serial={}", field(&roots[0], "serial_number"))),
        "{shown}"
    );
    assert!(shown.contains(&format!("={}", field(&roots[0], "thumbprint"))), "{shown}");
    let text = keyboard.prints(&["certificates", "list"]).await;
    for name in ["Issued to     : ", "Issued by     : ", "Serial number : ", "Valid from    : "] {
        assert_eq!(text.matches(name).count(), 2, "{text}");
    }
    // The chain of the assigned certificate is these two.
    let assigned = keyboard.json(&["certificates", "assigned"]).await;
    assert_eq!(assigned.as_array().unwrap(), &[roots, intermediates].concat());
}

#[tokio::test]
async fn a_certificate_is_exported_as_der_and_nothing_is_overwritten() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let roots = listed(&keyboard, "root").await;
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("root.cer");
    let out = tool::path(&out);
    // In any spelling.
    let thumbprint = field(&roots[0], "thumbprint").to_lowercase();
    let export = ["certificates", "export", &thumbprint, "--out", out];
    keyboard.prints(&export).await;
    let pem = tool::run("openssl", &["x509", "-inform", "DER", "-in", out]);
    assert_eq!(pem.trim().replace('\r', ""), pool.ca_pem().trim().replace('\r', ""));
    let refused = keyboard.fails(&export).await;
    assert!(refused.contains("File exists"), "{refused}");
    let unknown = keyboard.fails(&["certificates", "export", "00ff00", "--out", out]).await;
    assert!(unknown.contains("no certificate has the number 00ff00"), "{unknown}");
}

#[tokio::test]
async fn an_older_root_of_the_same_name_changes_nothing_and_a_newer_one_does() {
    logs::start();
    let folder = TempDir::new().unwrap();
    // openssl knows today only; it is the pool that was made later or earlier.
    for (made, works) in [(Duration::days(300), true), (Duration::days(-300), false)] {
        let clock = Clock::system();
        clock.advance(made);
        let pool = LyncMock::builder().clock(clock).start().await.unwrap();
        // A day on which both are valid.
        pool.clock().advance(made.max(Duration::ZERO) - made + Duration::days(1));
        let keyboard = keyboard(&pool);
        let other = root_of_the_same_name(folder.path(), &pool);
        let said = keyboard.prints(&["certificates", "import", tool::path(&other)]).await;
        assert!(said.starts_with("imported: "), "{said}");
        let roots = listed(&keyboard, "root").await;
        let [own, foreign] = [true, false].map(|own| roots.iter().find(|root| root["pool"] == own));
        let (own, foreign) = (own.unwrap(), foreign.unwrap());
        assert_eq!(field(own, "issuer"), field(foreign, "issuer"));
        assert_eq!(field(own, "valid_from") > field(foreign, "valid_from"), works);
        assert_eq!(signs_in(&pool).await, works, "{roots:?}");
        keyboard.prints(&["certificates", "delete", field(foreign, "serial_number")]).await;
        assert!(signs_in(&pool).await);
    }
}

#[tokio::test]
async fn what_is_no_certificate_or_is_there_already_is_not_imported() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    let import = async |content: &[u8]| {
        std::fs::write(&file, content).unwrap();
        keyboard.fails(&["certificates", "import", tool::path(&file)]).await
    };
    for garbage in
        [&b"garbage"[..], b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &[0x30; 40]]
    {
        let error = import(garbage).await;
        assert!(error.starts_with("error: ") && error.lines().count() == 1, "{error}");
    }
    let error = import(pool.ca_pem().as_bytes()).await;
    assert!(error.contains("the store has this certificate already"), "{error}");
    assert_eq!(listed(&keyboard, "root").await.len(), 1);
    assert!(signs_in(&pool).await);
}

#[tokio::test]
async fn without_the_pools_root_the_hop_fails_until_it_is_back() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let roots = listed(&keyboard, "root").await;
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("root.cer");
    let thumbprint = field(&roots[0], "thumbprint");
    keyboard.prints(&["certificates", "export", thumbprint, "--out", tool::path(&copy)]).await;
    keyboard.prints(&["certificates", "delete", thumbprint]).await;
    assert_eq!(listed(&keyboard, "root").await, Vec::<Value>::new());
    assert!(!signs_in(&pool).await);
    assert!(pool.events().iter().any(|event| event.id == Some(47067)));
    keyboard.prints(&["certificates", "import", tool::path(&copy)]).await;
    assert!(signs_in(&pool).await);
    assert_eq!(listed(&keyboard, "root").await, roots);
}

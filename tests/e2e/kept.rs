//! A pool with a data directory: what it keeps, and what nobody can read in it.

mod settings;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lync_tests::command::Served;
use lync_tests::logs;
use lyncmock::{CertificateKey, LyncMock, Options, User};
use std::path::Path;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

fn kept(dir: &Path) -> Options {
    Options { data_dir: Some(dir.to_owned()), ..Options::default() }
}

async fn start(dir: &Path) -> LyncMock {
    logs::start();
    LyncMock::builder().options(kept(dir)).start().await.unwrap()
}

/// The content of every file of the database.
fn database(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let of_database =
        |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("lyncmock.db");
    let files: Vec<_> = files.filter(of_database).collect();
    assert!(!files.is_empty());
    files.iter().flat_map(|path| std::fs::read(path).unwrap()).collect()
}

/// Every private key in the PEM files of a folder, DER.
fn keys_under(folder: &Path) -> Vec<Vec<u8>> {
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| lync_tests::command::read(&entry.unwrap().path()));
    let mut keys = Vec::new();
    for text in files {
        for block in text.split("-----BEGIN ").filter(|block| block.contains("PRIVATE KEY-----")) {
            let base64: String =
                block.lines().skip(1).take_while(|line| !line.starts_with("-----")).collect();
            keys.push(STANDARD.decode(base64).unwrap());
        }
    }
    assert!(keys.len() >= 3, "the pool's keys are not where they were looked for");
    keys
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn users_pins_certificates_and_authority_survive_a_restart() {
    let dir = TempDir::new().unwrap();
    let ken = "sip:kenmyer@litwareinc.com".parse().unwrap();
    let first = start(dir.path()).await;
    first.set_pin(&ken, "593186").await.unwrap();
    let signed_in = first.phone("1219", "593186").run().await.outcome.unwrap();
    let authority = first.ca_pem();
    first.stop().await;

    let second = start(dir.path()).await;
    assert_eq!(second.ca_pem(), authority);
    assert!(second.phone("1219", "0712").run().await.outcome.is_err());
    // Another phone of the user: the same one would get another certificate in place of its own.
    let other = second.phone("1219", "593186").hardware_address([0x02, 0, 0, 0, 0, 2]);
    assert!(other.run().await.outcome.is_ok());
    // The certificate of before is still published.
    let renewal = lync_phone::SignIn::renew(signed_in.certificate, signed_in.key);
    assert_eq!(second.aim(renewal).run().await.outcome.unwrap().user, ken);
}

#[tokio::test]
async fn what_was_set_under_a_scenario_is_there_after_an_orderly_stop() {
    let dir = TempDir::new().unwrap();
    let pool = start(dir.path()).await;
    pool.scenario("pin-expired").for_user("kenmyer").arm().await.unwrap();
    pool.set_pin(&"sip:kenmyer@litwareinc.com".parse().unwrap(), "593186").await.unwrap();
    pool.scenario("pin-locked").for_user("duplicate-other-pin-a").arm().await.unwrap();
    let users = pool.users().await.unwrap();
    let other = users.into_iter().find(|user| user.sip_uri.as_str().contains("other-pin-a")).unwrap();
    let line_uri = Some("tel:+12065551777;ext=1777".parse().unwrap());
    pool.update_user(&User { line_uri, ..other }).await.unwrap();
    pool.stop().await;

    let pool = start(dir.path()).await;
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    assert!(pool.phone("1219", "593186").run().await.outcome.is_ok(), "the new PIN is gone");
    assert!(
        pool.phone("1777", "5937").run().await.outcome.is_ok(),
        "still locked, or the new number is gone"
    );
}

#[tokio::test]
async fn an_opened_database_shows_no_pin_and_no_key() {
    let dir = TempDir::new().unwrap();
    let pool = start(dir.path()).await;
    let ken = "sip:kenmyer@litwareinc.com".parse().unwrap();
    pool.set_pin(&ken, "84029175").await.unwrap();
    let signed_in = pool.phone("1219", "84029175").run().await.outcome.unwrap();

    let bytes = database(dir.path());
    assert!(contains(&bytes, b"sip:kenmyer@litwareinc.com"), "the database is not what was read");
    assert!(contains(&bytes, &signed_in.certificate), "the certificate is not in the database");
    assert!(contains(&bytes, b"$argon2id$"));
    assert!(!contains(&bytes, b"84029175"), "a PIN in clear");
    assert!(!contains(&bytes, b"PRIVATE KEY"), "a key in clear");
    assert!(!contains(&bytes, signed_in.key.expose()), "the phone's key");
    for key in keys_under(&dir.path().join("pki")) {
        assert!(!contains(&bytes, &key), "a key of the pool");
    }
}

#[tokio::test]
async fn wrong_pins_are_still_counted_after_a_kill() {
    let dir = TempDir::new().unwrap();
    let mut served = Served::start(BINARY, &["--data-dir", dir.path().to_str().unwrap()]).await;
    let ready = served.ready_file.to_str().unwrap().to_owned();
    for _ in 0..7 {
        let wrong = ["phone", "--ext", "1219", "--pin", "9999", "--ready-file", &ready];
        assert_eq!(lync_tests::command::finish(BINARY, &wrong).await.code, Some(1));
    }
    served.kill().await;
    let pool = start(dir.path()).await;
    for _ in 0..3 {
        assert!(pool.phone("1219", "9999").run().await.outcome.is_err());
    }
    assert!(
        pool.phone("1219", "0712").run().await.outcome.is_err(),
        "ten wrong PINs lock one of four digits"
    );
    pool.unlock_pin(&"sip:kenmyer@litwareinc.com".parse().unwrap()).await.unwrap();
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
}

#[tokio::test]
async fn a_killed_process_has_lost_nothing_that_it_had_answered() {
    let dir = TempDir::new().unwrap();
    let data_dir = dir.path().to_str().unwrap();
    let mut served = Served::start(BINARY, &["--data-dir", data_dir]).await;
    let ready = served.ready_file.to_str().unwrap().to_owned();
    let mut certificates = Vec::new();
    for number in 0..5 {
        let out = dir.path().join(format!("phone{number}.pem"));
        let arguments = [
            "phone",
            "--ext",
            "1219",
            "--pin",
            "0712",
            "--ready-file",
            &ready,
            "--out",
            out.to_str().unwrap(),
        ];
        let finished = lync_tests::command::finish(BINARY, &arguments).await;
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        certificates.push(lync_tests::command::read(&out));
    }
    served.kill().await;

    let bytes = database(dir.path());
    for pem in certificates {
        let leaf: String = pem.lines().skip(1).take_while(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(leaf).unwrap();
        assert!(contains(&bytes, &der), "a certificate that a phone holds is not in the store");
    }
    // And it starts again on what is there.
    let pool = start(dir.path()).await;
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
}

#[tokio::test]
async fn an_orderly_end_takes_back_what_scenarios_made_of_kept_users() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let start = || LyncMock::builder().data_dir(dir.path()).certificate_key(CertificateKey::P256).start();
    let pool = start().await.unwrap();
    for name in ["web-ticket-invalid", "user-not-found"] {
        pool.scenario(name).for_user("kenmyer").arm().await.unwrap();
    }
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    assert!(dir.path().join("armed").is_file(), "nothing would tell of them after a crash");
    pool.stop().await;
    assert!(!dir.path().join("armed").exists());
    let pool = start().await.unwrap();
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
}

#[tokio::test]
async fn a_pool_that_was_killed_says_what_was_armed() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap(), "--scenario", "pin-locked@kenmyer"];
    let mut served = Served::start(BINARY, &arguments).await;
    served.kill().await;
    assert_eq!(
        std::fs::read_to_string(dir.path().join("armed")).unwrap(),
        "pin-locked@kenmyer@litwareinc.com\n"
    );
    // The next one tells it once, in its log, and begins anew.
    let _served = Served::start(BINARY, &arguments[..2]).await;
    assert!(!dir.path().join("armed").exists());
}

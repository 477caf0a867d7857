//! What an administrator set is there after a restart: settings, accounts, policies.

use super::{BINARY, contains, database, start};
use lync_admin::Client;
use lync_admin::dto::{ProxyChange, RegistrarChange, Reset, WebChange, WindowsAuth};
use lync_tests::command::{self, Served};
use lync_tests::logs;
use lyncmock::LyncMock;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const PASSWORD: &str = "Korrekt-Pferd-17";

const USERS: &str = r#"
    [[pin_policy]]
    identity = "tag:Lobby"
    min_password_length = 8

    [[user]]
    sip_uri = "sip:kenmyer@litwareinc.com"
    line_uri = "tel:+12065551219;ext=1219"
    pin = "84029175"
    pin_policy = "tag:lobby"
    sam_account_name = "kmyer"
    password = "Korrekt-Pferd-17"
"#;

fn client(base: Option<&String>) -> Client {
    Client::new(base.unwrap(), None, None).unwrap()
}

fn of(pool: &LyncMock) -> Client {
    client(pool.endpoints().admin.as_ref())
}

fn dhcp(enabled: bool) -> RegistrarChange {
    RegistrarChange { enable_dhcp_server: Some(enabled), ..RegistrarChange::default() }
}

async fn served(dir: &Path, more: &[&str]) -> Served {
    Served::start(BINARY, &[&["--data-dir", dir.to_str().unwrap()], more].concat()).await
}

#[tokio::test]
async fn what_was_set_counts_after_a_kill_over_the_configuration() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let mut first = served(dir.path(), &[]).await;
    let admin = client(first.endpoints.admin.as_ref());
    admin.change_registrar_settings(&dhcp(false)).await.unwrap();
    let users = RegistrarChange { max_user_count: Some(5000), ..RegistrarChange::default() };
    admin.change_registrar_settings(&users).await.unwrap();
    let web = WebChange {
        use_pin_auth: Some(false),
        use_windows_auth: Some(WindowsAuth::Ntlm),
        ..WebChange::default()
    };
    admin.change_web_settings(&web).await.unwrap();
    let proxy = ProxyChange { use_ntlm_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
    let proxy = admin.change_proxy_settings(&proxy).await.unwrap();
    let (web, registrar) = (admin.web_settings().await.unwrap(), admin.registrar_settings().await.unwrap());
    assert!(!registrar.enable_dhcp_server && !web.use_pin_auth);
    first.kill().await;

    // What nobody set follows the configuration of today.
    let mut second = served(dir.path(), &["--hsts-max-age-in-seconds", "7", "--use-pin-auth", "true"]).await;
    let admin = client(second.endpoints.admin.as_ref());
    assert_eq!(admin.registrar_settings().await.unwrap(), registrar);
    assert_eq!(admin.proxy_settings().await.unwrap(), proxy);
    let after = admin.web_settings().await.unwrap();
    assert_eq!(after.hsts_max_age_seconds, 7);
    assert!(!after.use_pin_auth);
    assert_eq!(after.use_windows_auth, WindowsAuth::Ntlm);
    let log = command::read(&second.log);
    assert!(
        log.contains("what an administrator set counts over the configuration"),
        "the log does not say so"
    );

    admin.reset(Reset::All).await.unwrap();
    second.kill().await;
    let third = served(dir.path(), &[]).await;
    let admin = client(third.endpoints.admin.as_ref());
    assert!(admin.registrar_settings().await.unwrap().enable_dhcp_server, "a reset forgets it for good");
    assert!(admin.web_settings().await.unwrap().use_pin_auth);
}

#[tokio::test]
async fn what_does_not_fit_the_configuration_of_today_is_left_out_and_the_log_says_so() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let first = start(dir.path()).await;
    let small = WebChange { max_csr_key_size: Some(2048), ..WebChange::default() };
    of(&first).change_web_settings(&small).await.unwrap();
    of(&first).change_registrar_settings(&dhcp(false)).await.unwrap();
    first.stop().await;
    let second = served(dir.path(), &["--min-csr-key-size", "4096"]).await;
    let admin = client(second.endpoints.admin.as_ref());
    assert_eq!(admin.web_settings().await.unwrap().max_csr_key_size, 16384);
    assert!(!admin.registrar_settings().await.unwrap().enable_dhcp_server, "the others still count");
    let log = command::read(&second.log);
    assert!(log.contains("min_csr_key_size: 4096 is outside 1024 to 2048"), "the log does not say why");
}

#[tokio::test]
async fn accounts_and_policies_of_a_users_file_are_kept_and_no_password_is() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let (file, data) = (dir.path().join("users.toml"), dir.path().join("data"));
    std::fs::write(&file, USERS).unwrap();
    let mut first = served(&data, &["--users-file", file.to_str().unwrap()]).await;
    first.kill().await;
    let pool = start(&data).await;
    let admin = of(&pool);
    let account = admin.account("kmyer").await.unwrap();
    assert_eq!(account.user_principal_name, "kenmyer@litwareinc.com");
    assert!(account.has_password);
    let ken = admin.user("kenmyer").await.unwrap();
    assert_eq!((ken.sam_account_name.as_str(), ken.pin_policy.as_deref()), ("kmyer", Some("tag:Lobby")));
    assert!(pool.phone("1219", "84029175").run().await.outcome.is_ok());
    assert!(pool.set_pin(&"sip:kenmyer@litwareinc.com".parse().unwrap(), "5931864").await.is_err());

    let bytes = database(&data);
    let utf16: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(contains(&bytes, b"kmyer"), "the database is not what was read");
    assert!(!contains(&bytes, PASSWORD.as_bytes()) && !contains(&bytes, &utf16), "a password in clear");
    for entry in std::fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("lyncmock.db") {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        }
    }
}

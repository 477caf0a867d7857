//! The client: each method reaches its operation, in the client's namespace.

use crate::double::{KEN, NOW};
use crate::served::Served;
use lync_admin::client::ClientError;
use lync_admin::dto::*;
use lync_admin::{Kind, Span};
use lync_model::Pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn rule() -> RuleSpec {
    serde_json::from_str(r#"{"where":"dhcp","what":{"dhcp":"silence"}}"#).unwrap()
}

#[tokio::test]
async fn users_and_pins() {
    let served = Served::on_loopback().await;
    let client = served.client(Some("a"));
    let update = PinUpdate { pin: PinText::new(Pin::new("83920")), history: true };
    let toni = serde_json::from_str::<NewUser>(r#"{"sip_address":"toni@litwareinc.com"}"#).unwrap();
    let replaced = serde_json::from_str::<UserUpdate>(r#"{"display_name":"Ken"}"#).unwrap();
    assert_eq!(client.users().await.unwrap().len(), 1);
    client.add_user(&toni).await.unwrap();
    assert_eq!(client.user("kenmyer").await.unwrap().sip_address, KEN);
    client.update_user(KEN, &replaced).await.unwrap();
    client.remove_user(KEN).await.unwrap();
    client.disable_user(KEN).await.unwrap();
    client.rename_user(KEN, "ken@litwareinc.com").await.unwrap();
    client.grant_pin_policy(KEN, "tag:A").await.unwrap();
    client.ungrant_pin_policy(KEN).await.unwrap();
    assert_eq!(client.user_certificates(KEN).await.unwrap()[0].device_id, "{a}");
    assert!(client.pin_info(KEN).await.unwrap().is_pin_set);
    client.set_pin(KEN, &update).await.unwrap();
    client.clear_pin(KEN).await.unwrap();
    client.lock_pin(KEN).await.unwrap();
    client.unlock_pin(KEN).await.unwrap();
    assert_eq!(client.revoke_certificates(KEN).await.unwrap(), 2);
    let expected = [
        "a: users".to_owned(),
        "a: add_user \"toni@litwareinc.com\"".to_owned(),
        "a: user (\"kenmyer\", ())".to_owned(),
        format!("a: update_user ({KEN:?}, Some(\"Ken\"))"),
        format!("a: remove_user ({KEN:?}, ())"),
        format!("a: disable_user ({KEN:?}, ())"),
        format!("a: rename_user ({KEN:?}, \"ken@litwareinc.com\")"),
        format!("a: grant_pin_policy ({KEN:?}, Some(\"tag:A\"))"),
        format!("a: grant_pin_policy ({KEN:?}, None)"),
        format!("a: user_certificates ({KEN:?}, ())"),
        format!("a: pin_info ({KEN:?}, ())"),
        format!("a: set_pin ({KEN:?}, (5, true))"),
        format!("a: clear_pin ({KEN:?}, ())"),
        format!("a: lock_pin ({KEN:?}, ())"),
        format!("a: unlock_pin ({KEN:?}, ())"),
        format!("a: revoke_certificates ({KEN:?}, ())"),
    ];
    assert_eq!(served.pool.asked(), expected);
}

#[tokio::test]
async fn accounts_and_their_passwords() {
    let served = Served::on_loopback().await;
    let client = served.client(Some("a"));
    let pilar: NewAccount =
        serde_json::from_str(r#"{"sam_account_name":"pilar","password":"71290"}"#).unwrap();
    let expired = AccountUpdate { state: AccountState::PasswordExpired, ..AccountUpdate::default() };
    assert_eq!(client.accounts().await.unwrap()[0].sip_address.as_deref(), Some(KEN));
    client.add_account(&pilar).await.unwrap();
    assert!(client.account(r"LITWAREINC\kenmyer").await.unwrap().has_password);
    client.update_account("kenmyer@litwareinc.com", &expired).await.unwrap();
    client.remove_account("kenmyer").await.unwrap();
    client.set_password("kenmyer", &PasswordText::new("71290")).await.unwrap();
    client.clear_password("kenmyer").await.unwrap();
    let expected = [
        r#"a: accounts"#,
        r#"a: add_account ("pilar", Some(PasswordText(****)))"#,
        r#"a: account "LITWAREINC\\kenmyer""#,
        r#"a: update_account ("kenmyer@litwareinc.com", PasswordExpired)"#,
        r#"a: remove_account "kenmyer""#,
        r#"a: set_password ("kenmyer", Some(5))"#,
        r#"a: set_password ("kenmyer", None)"#,
    ];
    assert_eq!(served.pool.asked(), expected);
}

#[tokio::test]
async fn pin_policies() {
    let served = Served::on_loopback().await;
    let client = served.client(None);
    let policy = NamedPinPolicy { identity: "tag:Ä b".to_owned(), policy: PinPolicy::default() };
    assert_eq!(client.pin_policies().await.unwrap()[0].identity, "Global");
    assert_eq!(client.add_pin_policy(&policy).await.unwrap(), policy);
    assert_eq!(client.named_pin_policy("tag:Ä b").await.unwrap(), policy);
    assert_eq!(client.put_pin_policy("tag:Ä b", &policy.policy).await.unwrap(), policy);
    client.remove_pin_policy("tag:Ä b").await.unwrap();
    let expected = [
        r#"pin_policies"#,
        r#"add_pin_policy "tag:Ä b""#,
        r#"named_pin_policy "tag:Ä b""#,
        r#"put_pin_policy ("tag:Ä b", 5)"#,
        r#"remove_pin_policy "tag:Ä b""#,
    ];
    assert_eq!(served.pool.asked(), expected.map(|call| format!("everything: {call}")));
}

#[tokio::test]
async fn the_pool_and_its_settings() {
    let served = Served::on_loopback().await;
    let client = served.client(None);
    client.health().await.unwrap();
    client.ready().await.unwrap();
    assert_eq!(client.endpoints().await.unwrap().fqdn, "pool.test");
    assert_eq!(client.topology().await.unwrap().windows_domain, "X");
    assert!(client.ca_pem().await.unwrap().starts_with(b"-----BEGIN"));
    assert!(client.openapi().await.unwrap().starts_with(b"{"));
    assert!(client.diagnostics().await.unwrap().iter().any(|entry| entry.name == "pin-wrong"));
    client.namespaces().await.unwrap();
    let members = NamespaceMembers { users: vec![KEN.to_owned()], ..NamespaceMembers::default() };
    assert_eq!(client.set_namespace("a", &members).await.unwrap().users, [KEN]);
    client.remove_namespace("a").await.unwrap();
    let policy = client.pin_policy().await.unwrap();
    assert_eq!(client.set_pin_policy(&policy).await.unwrap(), policy);
    assert!(client.web_settings().await.unwrap().use_pin_auth);
    let change = WebChange { use_pin_auth: Some(false), ..WebChange::default() };
    client.change_web_settings(&change).await.unwrap();
    client.registrar_settings().await.unwrap();
    let change = RegistrarChange { enable_dhcp_server: Some(false), ..RegistrarChange::default() };
    client.change_registrar_settings(&change).await.unwrap();
    assert!(client.proxy_settings().await.unwrap().use_ntlm_for_client_to_proxy_auth);
    let change = ProxyChange { use_ntlm_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
    client.change_proxy_settings(&change).await.unwrap();
    assert_eq!(client.events().await.unwrap(), []);
    assert_eq!(client.events_xml().await.unwrap(), b"<Events/>");
    assert_eq!(client.clock().await.unwrap(), NOW);
    let hours = ClockChange::Advance(Span(time::Duration::hours(8)));
    assert_eq!(client.change_clock(hours).await.unwrap(), NOW + time::Duration::hours(8));
    assert_eq!(client.change_clock(ClockChange::Set(NOW)).await.unwrap(), NOW);
    assert_eq!(client.change_clock(ClockChange::Reset(True)).await.unwrap(), NOW);
    client.restart_web().await.unwrap();
    let expected = [
        "endpoints",
        "topology",
        "ca_pem",
        "diagnostics",
        "namespaces",
        r#"set_namespace ("a", ["sip:kenmyer@litwareinc.com"])"#,
        r#"remove_namespace "a""#,
        "pin_policy",
        "set_pin_policy 5",
        "web_settings",
        "change_web_settings Some(false)",
        "registrar_settings",
        "change_registrar_settings Some(false)",
        "proxy_settings",
        "change_proxy_settings Some(false)",
        "events",
        "events_xml",
        "clock",
        "change_clock",
        "change_clock",
        "change_clock",
        "restart_web",
    ];
    assert_eq!(served.pool.asked(), expected.map(|call| format!("everything: {call}")));
}

#[tokio::test]
async fn scenarios_rules_journal_and_state() {
    let served = Served::on_loopback().await;
    let (client, filter) = (served.client(Some("a")), JournalFilter::event("dhcp.ack"));
    client.scenarios().await.unwrap();
    client.scenario("pin-locked").await.unwrap();
    client.armed().await.unwrap();
    let wish = ArmScenario { scenario: "pin-locked".to_owned(), user: Some("kenmyer".to_owned()) };
    assert_eq!(client.arm(&wish).await.unwrap().id, 7);
    client.lift(7).await.unwrap();
    client.rules().await.unwrap();
    assert_eq!(client.add_rule(&rule()).await.unwrap().rule, rule());
    assert_eq!(client.replace_rules(&[rule(), rule()]).await.unwrap().len(), 2);
    client.remove_rule(7).await.unwrap();
    assert_eq!(client.journal(&filter).await.unwrap().last_seq, 1);
    assert_eq!(client.journal_entry(3).await.unwrap().seq, 3);
    assert_eq!(client.devices().await.unwrap()[0].entries, [1]);
    for format in [ExportFormat::Jsonl, ExportFormat::Har, ExportFormat::Pcapng] {
        assert_eq!(client.export(format, &filter).await.unwrap(), b"{}\n");
    }
    client.reset(Reset::Scenarios).await.unwrap();
    let state = client.state(true).await.unwrap();
    client.load_state(&state).await.unwrap();
    let expected = [
        "everything: scenarios",
        r#"everything: scenario "pin-locked""#,
        "a: armed",
        r#"a: arm ("pin-locked", Some("kenmyer"))"#,
        "a: lift 7",
        "a: rules",
        r#"a: add_rule "dhcp""#,
        "a: replace_rules 2",
        "a: remove_rule 7",
        r#"a: journal Some("dhcp.ack")"#,
        "a: journal_entry 3",
        "a: devices",
        r#"a: export (Jsonl, Some("dhcp.ack"))"#,
        r#"a: export (Har, Some("dhcp.ack"))"#,
        r#"a: export (Pcapng, Some("dhcp.ack"))"#,
        "a: reset Scenarios",
        "a: state true",
        "a: load_state None",
    ];
    assert_eq!(served.pool.asked(), expected);
}

#[tokio::test]
async fn certificates_as_der_and_as_pem() {
    let served = Served::on_loopback().await;
    let (client, root) = (served.client(None), CertificateStore::Root);
    let thumbprint = "A9993E364706816ABA3E25717850C26C9CD0D89D";
    assert_eq!(client.assigned_certificates().await.unwrap()[0].thumbprint, thumbprint);
    assert_eq!(client.certificates(None).await.unwrap()[0].thumbprint, thumbprint);
    client.certificates(Some(CertificateStore::Intermediate)).await.unwrap();
    assert_eq!(client.certificate(root, &thumbprint.to_lowercase()).await.unwrap(), [0x30]);
    client.add_certificate(root, &[0x30, 0]).await.unwrap();
    let pem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    client.add_certificate(root, pem.as_bytes()).await.unwrap();
    client.remove_certificate(root, thumbprint).await.unwrap();
    let expected = [
        "assigned_certificates".to_owned(),
        "certificates None".to_owned(),
        "certificates Some(Intermediate)".to_owned(),
        format!("certificate (Root, {thumbprint:?})"),
        "add_certificate (Root, [48, 0])".to_owned(),
        "add_certificate (Root, [48, 0])".to_owned(),
        format!("remove_certificate (Root, {thumbprint:?})"),
    ];
    assert_eq!(served.pool.asked(), expected.map(|call| format!("everything: {call}")));
    for wrong in ["-----BEGIN CERTIFICATE-----\nMAA=", &pem.replace("CERTIFICATE", "PRIVATE KEY")] {
        let error = client.add_certificate(root, wrong.as_bytes()).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Invalid));
    }
}

#[tokio::test]
async fn dhcp_is_the_whole_pools_and_leases_come_page_by_page() {
    let served = Served::on_loopback().await;
    let client = served.client(Some("a"));
    assert_eq!(client.dhcp().await.unwrap().counters.dropped["too_short"], 2);
    let addresses: Vec<_> =
        client.dhcp_leases().await.unwrap().iter().map(|lease| lease.address.to_string()).collect();
    assert_eq!(addresses, ["10.99.0.1", "10.99.0.2"]);
    client.forget_dhcp_lease("10.99.0.1".parse().unwrap()).await.unwrap();
    let error = client.forget_dhcp_lease("10.99.0.3".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::NotFound));
    let expected = [
        "dhcp",
        "dhcp_leases (None, 10000)",
        "dhcp_leases (Some(10.99.0.1), 10000)",
        "forget_dhcp_lease 10.99.0.1",
        "forget_dhcp_lease 10.99.0.3",
    ];
    assert_eq!(served.pool.asked(), expected.map(|call| format!("everything: {call}")));
}

#[tokio::test]
async fn a_lease_that_cannot_be_meant_does_not_reach_the_pool() {
    let served = Served::on_loopback().await;
    for (method, path, status, field) in [
        ("GET", "/v1/dhcp/leases?limit=0", 422, "limit"),
        ("GET", "/v1/dhcp/leases?limit=10001", 422, "limit"),
        ("GET", "/v1/dhcp/leases?after=10.99.0", 400, "after"),
        ("GET", "/v1/dhcp?limit=1", 400, "limit"),
        ("DELETE", "/v1/dhcp/leases/010.99.0.1", 404, "address"),
        ("DELETE", "/v1/dhcp/leases/10.99.0.1%2F24", 404, "address"),
    ] {
        let problem = served.ask(method, path).await.problem();
        assert_eq!((&problem["status"], &problem["field"]), (&status.into(), &field.into()), "{path}");
    }
    assert_eq!(served.pool.asked(), [""; 0]);
}

#[tokio::test]
async fn an_error_says_what_the_pool_says() {
    let served = Served::on_loopback().await;
    let error = served.client(None).user("kenmyr/x").await.unwrap_err();
    let expected = "there is no user `kenmyr/x` (field `user`); the nearest is `kenmyer`";
    assert_eq!((error.kind(), error.to_string().as_str()), (Some(Kind::NotFound), expected));
}

#[tokio::test]
async fn who_is_no_admin_api_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = lync_admin::Client::new(&url, None, None).unwrap();
    let serving = tokio::spawn(async move {
        for answer in
            ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 404 Not Found\r\n\r\n", "", "no"]
        {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = socket.read(&mut request).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    for status in [200, 404] {
        let error = client.users().await.unwrap_err();
        assert!(
            matches!(error, ClientError::Undecodable { status: found, .. } if found == status),
            "{error}"
        );
    }
    for _ in 0..2 {
        let error = client.users().await.unwrap_err();
        assert!(matches!(error, ClientError::Broken { .. }), "{error}");
    }
    serving.await.unwrap();
    let error = client.users().await.unwrap_err();
    assert!(matches!(error, ClientError::Connect { .. }), "{error}");
    assert_eq!(error.kind(), None);
}

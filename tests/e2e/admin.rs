//! The admin API: a running pool is seen and changed, and what is changed counts at once.

mod accounts;
mod policies;
mod settings;

use lync_admin::dto::{
    ArmScenario, ClockChange, NewUser, PinPolicy, PinText, PinUpdate, RegistrarChange, Reset, State,
    UserUpdate, WebChange,
};
use lync_admin::{Client, Kind, SecretToken, Span};
use lync_phone::{DhcpDiscovery, Failure, FailureKind, ResponseHead, SignIn, StepName};
use lync_tests::keyboard::Keyboard;
use lync_tests::raw::{self, RawResponse};
use lync_tests::{logs, pool};
use lyncmock::{LyncMock, Options, Pin};
use std::net::SocketAddr;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");
const JANE: &str = "sip:jane@litwareinc.com";

fn admin(pool: &LyncMock) -> &str {
    pool.endpoints().admin.as_deref().unwrap()
}

fn client(pool: &LyncMock) -> Client {
    Client::new(admin(pool), None, None).unwrap()
}

async fn get(pool: &LyncMock, path: &str, headers: &str) -> RawResponse {
    let request = format!("GET {path} HTTP/1.1\r\n{headers}\r\n");
    raw::over_tcp(admin(pool), request.as_bytes()).await
}

async fn signs_in_as(pool: &LyncMock, phone_or_ext: &str, pin: &str) -> bool {
    pool.phone(phone_or_ext, pin).run().await.outcome.is_ok()
}

async fn ken_signs_in(pool: &LyncMock) -> bool {
    signs_in_as(pool, "1219", "0712").await
}

async fn refused(pool: &LyncMock, phone_or_ext: &str, pin: &str) -> Failure {
    let report = pool.phone(phone_or_ext, pin).run().await;
    report.outcome.err().unwrap_or_else(|| panic!("{phone_or_ext} signed in"))
}

fn pin(pin: &str) -> PinUpdate {
    PinUpdate { pin: PinText::new(Pin::new(pin)), history: false }
}

fn jane(pin: Option<&str>) -> NewUser {
    NewUser {
        sip_address: "jane@litwareinc.com".to_owned(),
        display_name: None,
        line_uri: Some("tel:+12065551777;ext=1777".to_owned()),
        enabled: true,
        enterprise_voice_enabled: true,
        pin: pin.map(|pin| PinText::new(Pin::new(pin))),
        account: None,
        password: None,
    }
}

#[tokio::test]
async fn whoever_starts_a_pool_learns_that_it_is_ready_and_where_it_listens() {
    let pool = pool().await;
    let local = "Host: localhost\r\n";
    for (path, text) in [("/health", "ok"), ("/ready", "ready")] {
        let answer = get(&pool, path, local).await;
        assert_eq!((answer.status(), answer.text().as_str()), (200, text), "{path}");
    }
    let endpoints = get(&pool, "/v1/endpoints", local).await;
    let told: lyncmock::Endpoints = serde_json::from_slice(&endpoints.body).unwrap();
    assert_eq!(&told, pool.endpoints());
    let root = get(&pool, "/v1/ca.pem", local).await;
    assert_eq!((root.status(), root.text()), (200, pool.ca_pem()));
    let nowhere = get(&pool, "/v1/nowhere", local).await;
    assert_eq!((nowhere.status(), nowhere.header("content-type")), (404, Some("application/problem+json")));
}

#[tokio::test]
async fn a_user_is_made_shown_changed_and_removed() {
    let pool = pool().await;
    let client = client(&pool);
    let made = client.add_user(&jane(None)).await.unwrap();
    assert_eq!((made.sip_address.as_str(), made.display_name.as_str()), (JANE, "jane@litwareinc.com"));
    assert_eq!(client.add_user(&jane(None)).await.unwrap_err().kind(), Some(Kind::Conflict));
    assert!(!client.pin_info("jane").await.unwrap().is_pin_set);
    client.set_pin("jane", &pin("270418")).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "270418").await);
    // The same names with and without scheme and domain.
    for name in ["jane", JANE, "jane@litwareinc.com", "JANE"] {
        assert_eq!(client.user(name).await.unwrap(), made, "{name}");
    }
    let moved = UserUpdate {
        display_name: Some("Jane Dow".to_owned()),
        line_uri: Some("tel:+12065551788;ext=1788".to_owned()),
        enabled: true,
        enterprise_voice_enabled: true,
        pin_policy: None,
    };
    client.update_user("jane", &moved).await.unwrap();
    assert!(!signs_in_as(&pool, "1777", "270418").await && signs_in_as(&pool, "1788", "270418").await);
    client.remove_user("jane").await.unwrap();
    assert!(!signs_in_as(&pool, "1788", "270418").await);
    let gone = client.user("jane").await.unwrap_err();
    assert_eq!(gone.kind(), Some(Kind::NotFound), "{gone}");
    let nearest = client.user("kenmeyer").await.unwrap_err().to_string();
    assert!(nearest.contains("did you mean `kenmyer`?"), "{nearest}");
}

#[tokio::test]
async fn a_pin_is_set_locked_unlocked_and_taken_away() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_user(&jane(Some("2468"))).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "2468").await);
    client.lock_pin("jane").await.unwrap();
    assert!(
        client.pin_info("jane").await.unwrap().is_locked_out && !signs_in_as(&pool, "1777", "2468").await
    );
    client.unlock_pin("jane").await.unwrap();
    assert!(signs_in_as(&pool, "1777", "2468").await);
    assert!(client.revoke_certificates("jane").await.unwrap() > 0);
    client.clear_pin("jane").await.unwrap();
    assert!(!signs_in_as(&pool, "1777", "2468").await);
    // The policy holds, and the answer does not repeat what was typed.
    for bad in ["27", "27a418"] {
        let error = client.set_pin("jane", &pin(bad)).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Invalid), "{error}");
        assert!(!error.to_string().contains(bad), "{error}");
    }
}

#[tokio::test]
async fn the_pin_policy_counts_at_once() {
    let pool = pool().await;
    let client = client(&pool);
    let before = client.pin_policy().await.unwrap();
    let policy = PinPolicy { min_password_length: 6, maximum_logon_attempts: Some(2), ..before.clone() };
    client.set_pin_policy(&policy).await.unwrap();
    assert_eq!(client.set_pin("kenmyer", &pin("27041")).await.unwrap_err().kind(), Some(Kind::Invalid));
    for _ in 0..2 {
        refused(&pool, "1219", "9999").await;
    }
    assert!(client.pin_info("kenmyer").await.unwrap().is_locked_out);
    let impossible = PinPolicy { min_password_length: 3, ..before };
    let error = client.set_pin_policy(&impossible).await.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Invalid), "{error}");
    assert_eq!(client.pin_policy().await.unwrap(), policy);
}

#[tokio::test]
async fn settings_of_the_web_services_count_at_once_and_beat_a_scenario() {
    let pool = pool().await;
    let client = client(&pool);
    let use_pin_auth = |on| WebChange { use_pin_auth: Some(on), ..WebChange::default() };
    client.change_web_settings(&use_pin_auth(false)).await.unwrap();
    let failure = refused(&pool, "1219", "0712").await;
    let found = failure.response().and_then(ResponseHead::diagnostics).unwrap();
    assert_eq!((failure.step, found.error_id), (StepName::WebTicket, 28029));
    client.change_web_settings(&use_pin_auth(true)).await.unwrap();
    assert!(ken_signs_in(&pool).await);

    // Of a scenario it is the cure: what an administrator sets is what counts.
    let scenario = ArmScenario { scenario: "use-pin-auth-off".to_owned(), user: None };
    let armed = client.arm(&scenario).await.unwrap();
    assert!(!client.web_settings().await.unwrap().use_pin_auth && !ken_signs_in(&pool).await);
    client.change_web_settings(&use_pin_auth(true)).await.unwrap();
    assert!(ken_signs_in(&pool).await);
    assert!(client.armed().await.unwrap()[0].cured);
    client.lift(armed.id).await.unwrap();
    assert!(client.web_settings().await.unwrap().use_pin_auth);

    let wrong = WebChange { min_validity_period_hours: Some(1), ..WebChange::default() };
    assert_eq!(client.change_web_settings(&wrong).await.unwrap_err().kind(), Some(Kind::Invalid));
}

#[tokio::test]
async fn a_registrar_with_dhcp_off_does_not_answer_and_on_again_it_does() {
    let pool = pool().await;
    let client = client(&pool);
    let enable = |on| RegistrarChange { enable_dhcp_server: Some(on), ..RegistrarChange::default() };
    let hasty = || {
        let Some(SocketAddr::V4(server)) = pool.endpoints().dhcp else { panic!("the pool has no DHCP") };
        let first_wait = std::time::Duration::from_millis(20);
        pool.phone("1219", "0712").dhcp(DhcpDiscovery { first_wait, ..DhcpDiscovery::unicast(server) })
    };
    client.change_registrar_settings(&enable(false)).await.unwrap();
    let failure = hasty().run().await.outcome.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::NoDhcpAnswer { .. }), "{failure}");
    client.change_registrar_settings(&enable(true)).await.unwrap();
    assert!(hasty().run().await.outcome.is_ok());
    let armed = client.arm(&ArmScenario { scenario: "dhcp-off".to_owned(), user: None }).await.unwrap();
    assert!(!client.registrar_settings().await.unwrap().enable_dhcp_server);
    client.change_registrar_settings(&enable(true)).await.unwrap();
    assert!(hasty().run().await.outcome.is_ok() && client.armed().await.unwrap()[0].cured);
    client.lift(armed.id).await.unwrap();
    assert!(client.registrar_settings().await.unwrap().enable_dhcp_server);
}

#[tokio::test]
async fn a_state_that_was_dumped_with_secrets_is_brought_back_whole() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_user(&jane(None)).await.unwrap();
    client.set_pin("jane", &pin("270418")).await.unwrap();
    client.set_pin("kenmyer", &pin("270419")).await.unwrap();
    client
        .change_web_settings(&WebChange { ticket_lifetime_seconds: Some(600), ..WebChange::default() })
        .await
        .unwrap();
    client
        .arm(&ArmScenario {
            scenario: "certificate-publish-refused".to_owned(),
            user: Some("jane".to_owned()),
        })
        .await
        .unwrap();
    let state = client.state(true).await.unwrap();

    client.reset(Reset::All).await.unwrap();
    assert!(ken_signs_in(&pool).await);
    assert_eq!(client.user("jane").await.unwrap_err().kind(), Some(Kind::NotFound));
    assert_eq!(client.web_settings().await.unwrap().ticket_lifetime_seconds, 8 * 60 * 60);
    assert!(client.armed().await.unwrap().is_empty());

    client.load_state(&state).await.unwrap();
    assert!(signs_in_as(&pool, "1219", "270419").await && !ken_signs_in(&pool).await);
    assert_eq!(client.web_settings().await.unwrap().ticket_lifetime_seconds, 600);
    assert!(!signs_in_as(&pool, "1777", "270418").await);
    let armed = client.armed().await.unwrap();
    assert_eq!(
        armed.iter().map(|armed| armed.scenario.as_str()).collect::<Vec<_>>(),
        ["certificate-publish-refused"]
    );
    client.lift(armed[0].id).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "270418").await);
}

#[tokio::test]
async fn a_state_without_secrets_has_no_hash_and_what_cannot_be_loaded_changes_nothing() {
    let pool = pool().await;
    let client = client(&pool);
    let text = |state: &State| serde_json::to_string(state).unwrap();
    let (open, secret) = (client.state(false).await.unwrap(), client.state(true).await.unwrap());
    assert!(text(&secret).contains("$argon2") && !text(&open).contains("$argon2"));
    assert!(!text(&open).contains("hash"));
    // Without a hash everybody keeps the PIN.
    client.load_state(&open).await.unwrap();
    assert!(ken_signs_in(&pool).await);
    let mut wrong = State { users: Some(Vec::new()), ..State::default() };
    wrong.armed = Some(vec![ArmScenario { scenario: "pin-loked".to_owned(), user: None }]);
    let error = client.load_state(&wrong).await.unwrap_err();
    assert!(error.kind() == Some(Kind::Invalid) && error.to_string().contains("`pin-locked`"), "{error}");
    assert!(ken_signs_in(&pool).await);
    assert_eq!(text(&client.state(true).await.unwrap()), text(&secret));
}

#[tokio::test]
async fn beyond_loopback_the_api_needs_a_token() {
    const TOKEN: &str = "correct-horse-battery";
    logs::start();
    let mut options = Options::default();
    options.listen.admin = Some("0.0.0.0:0".parse().unwrap());
    let error = LyncMock::builder().options(options.clone()).start().await.err().unwrap().to_string();
    assert!(error.contains("beyond loopback the admin API needs admin.token_file"), "{error}");

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    options.admin.token_file = Some(file.clone());
    let pool = LyncMock::builder().options(options).start().await.unwrap();
    for (headers, status) in [
        (String::new(), 401),
        ("Authorization: Bearer correct-horse-batterx\r\n".to_owned(), 401),
        (format!("Authorization: Bearer {TOKEN}\r\n"), 200),
    ] {
        let headers = format!("Host: pool.example\r\n{headers}");
        assert_eq!(get(&pool, "/v1/users", &headers).await.status(), status, "{headers}");
        // Whether it runs is no secret.
        assert_eq!(get(&pool, "/ready", &headers).await.status(), 200);
    }
    let with = Client::new(admin(&pool), Some(SecretToken::new(TOKEN).unwrap()), None).unwrap();
    assert!(with.users().await.is_ok());
    assert_eq!(client(&pool).users().await.unwrap_err().kind(), Some(Kind::Unauthorized));
    let keyboard = Keyboard::new(BINARY, Some(admin(&pool)));
    keyboard.prints(&["clock", "show", "--token-file", file.to_str().unwrap()]).await;
    assert!(keyboard.fails(&["clock", "show"]).await.contains("Authorization"));
}

#[tokio::test]
async fn on_loopback_a_page_of_a_stranger_gets_nothing() {
    let pool = pool().await;
    for (headers, status) in [
        ("Host: 127.0.0.1\r\n", 200),
        ("Host: localhost:10088\r\n", 200),
        ("Host: stranger.example\r\n", 403),
        ("Host: localhost\r\nOrigin: http://stranger.example\r\n", 403),
        ("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403),
    ] {
        assert_eq!(get(&pool, "/v1/state?secrets=true", headers).await.status(), status, "{headers}");
    }
}

#[tokio::test]
async fn what_runs_out_runs_out_on_the_clock_of_the_api() {
    let pool = pool().await;
    let client = client(&pool);
    let advance = |by| ClockChange::Advance(Span(by));
    for _ in 0..10 {
        refused(&pool, "1219", "9999").await;
    }
    assert!(!ken_signs_in(&pool).await);
    client.change_clock(advance(Duration::minutes(61))).await.unwrap();
    let phone = pool.phone("1219", "0712").run().await.outcome.unwrap();
    // A certificate gets the next one, until it has expired.
    let renewal = || pool.aim(SignIn::renew(phone.certificate.clone(), phone.key.clone()));
    assert!(renewal().run().await.outcome.is_ok());
    let before = client.clock().await.unwrap();
    let after = client.change_clock(advance(Duration::days(181))).await.unwrap();
    assert!(after - before >= Duration::days(181));
    assert_eq!(renewal().run().await.outcome.unwrap_err().step, StepName::WebTicket);
    client.change_clock(ClockChange::Set(before)).await.unwrap();
    assert!(renewal().run().await.outcome.is_ok());
    let far = ClockChange::Set(OffsetDateTime::from_unix_timestamp(-1).unwrap());
    assert_eq!(client.change_clock(far).await.unwrap_err().kind(), Some(Kind::Invalid));
}

#[tokio::test]
async fn the_event_log_is_told_as_json_and_as_windows_exports_it() {
    let pool = pool().await;
    let client = client(&pool);
    assert!(client.events().await.unwrap().is_empty());
    client.arm(&ArmScenario { scenario: "user-pin-port-closed".to_owned(), user: None }).await.unwrap();
    refused(&pool, "1219", "0712").await;
    let events = client.events().await.unwrap();
    let told: Vec<_> =
        events.iter().map(|event| (event.id, event.source.as_str(), event.level.as_str())).collect();
    assert_eq!(told.first(), Some(&(Some(47067), "LS UserPin Service", "Error")));
    let xml = String::from_utf8(client.events_xml().await.unwrap()).unwrap();
    let document = lync_xml::Document::parse(xml.trim().as_bytes(), &lync_xml::Limits::default());
    assert!(document.is_ok(), "{xml}");
    for text in
        ["<EventID>47067</EventID>", "<EventRecordID>1</EventRecordID>", "<Channel>Lync Server</Channel>"]
    {
        assert!(xml.contains(text), "{text}: {xml}");
    }
    assert_eq!(xml.matches("<Event ").count(), events.len(), "{xml}");
}

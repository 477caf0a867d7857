//! The journal: a sign-in is in it, in order, without its secrets, and can be exported.

use crate::messages;
use lync_model::journal::{Entry, Raw};
use lync_phone::DhcpDiscovery;
use lync_tests::command::finish;
use lync_tests::keyboard::Keyboard;
use lync_tests::{logs, pool, raw};
use lyncmock::{Filter, LyncMock};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");
const KEN: &str = "sip:kenmyer@litwareinc.com";

/// The type of pcapng's Decryption Secrets Block, little-endian, and the secrets' type, a TLS key log.
const DECRYPTION_SECRETS: [u8; 4] = [10, 0, 0, 0];
const TLS_KEY_LOG: &[u8] = b"KSLT";

async fn signs_in(pool: &LyncMock, phone_or_ext: &str, pin: &str) -> bool {
    pool.phone(phone_or_ext, pin).run().await.outcome.is_ok()
}

/// A pool at which Ken Myer has signed in.
async fn used_pool() -> LyncMock {
    let pool = pool().await;
    assert!(signs_in(&pool, "1219", "0712").await);
    pool
}

/// The names of the entries but for connections, which end when they like.
fn events(entries: &[Arc<Entry>]) -> Vec<&str> {
    entries.iter().map(|entry| entry.event.as_str()).filter(|event| *event != "connection").collect()
}

fn only<'a>(entries: &'a [Arc<Entry>], event: &str) -> &'a Entry {
    let mut found = entries.iter().filter(|entry| entry.event == event);
    let first = found.next().unwrap_or_else(|| panic!("no {event}"));
    assert!(found.next().is_none(), "more than one {event}");
    first
}

#[tokio::test]
async fn a_sign_in_is_in_the_journal_step_by_step() {
    let pool = used_pool().await;
    assert_eq!(
        events(&pool.received()),
        [
            "dhcp.ack",
            "certprov.roots",
            "metadata",
            "metadata",
            "webticket.challenged",
            "userpin.key",
            "userpin.verified",
            "webticket.issued",
            "userpin.published",
            "certprov.published",
        ]
    );
    let numbers: Vec<u64> = pool.received().iter().map(|entry| entry.seq).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}

#[tokio::test]
async fn all_that_a_phone_did_is_one_device_and_two_phones_are_two() {
    let pool = used_pool().await;
    let Some(SocketAddr::V4(dhcp)) = pool.endpoints().dhcp else { panic!("the pool has no DHCP") };
    let dhcp = DhcpDiscovery { hardware_address: [0, 4, 0xf2, 0, 0, 2], ..DhcpDiscovery::unicast(dhcp) };
    let other = pool.phone("1400", "9999").dhcp(dhcp).user_agent("PolycomVVX-VVX_310-UA/5.5.1");
    assert!(other.run().await.outcome.is_err());
    let devices = pool.devices();
    let verdicts: Vec<&str> = devices.iter().map(|device| device.verdict.as_str()).collect();
    assert_eq!(devices.len(), 2, "{verdicts:?}");
    assert_eq!(devices[0].users, [KEN]);
    assert_eq!(devices[0].stopped_at, None);
    assert!(devices[0].verdict.ends_with("it has its certificate"), "{verdicts:?}");
    assert_eq!(
        (&devices[1].phone_or_ext[..], &devices[1].macs[..]),
        (&["1400".to_owned()][..], &["00:04:f2:00:00:02".to_owned()][..])
    );
    assert!(devices[1].verdict.ends_with("The pin is invalid. (28003)"), "{verdicts:?}");
    let stopped = devices[1].stopped_at.unwrap();
    assert_eq!(pool.received().iter().find(|entry| entry.seq == stopped).unwrap().event, "webticket.refused");
    // Every request to the front end belongs to one of them, and to no more than one.
    let all: Vec<u64> = devices.iter().flat_map(|device| device.entries.clone()).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}

#[tokio::test]
async fn the_web_ticket_links_the_ticket_and_the_certificate() {
    let pool = used_pool().await;
    let entries = pool.received();
    let (issued, published) = (only(&entries, "webticket.issued"), only(&entries, "certprov.published"));
    assert!(issued.device.ticket.is_some(), "{issued:?}");
    assert_eq!(issued.device.ticket, published.device.ticket);
    assert_eq!(issued.device.user.as_deref(), Some(KEN));
    assert!(published.device.device_id.is_some(), "{published:?}");
}

#[tokio::test]
async fn an_answer_is_found_again_by_its_correlation_id() {
    let pool = used_pool().await;
    let action = format!("\"{}\"", lync_proto::ns::ACTION_ISSUE_TOKEN);
    let authorization = raw::basic("1219", "0712");
    let headers = [("SOAPAction", action.as_str()), ("Authorization", &authorization)];
    let request = raw::post("/WebTicket/WebTicketService.svc/pin", &headers, &messages::issue_token());
    let answer = raw::over_tls(&pool, &request).await;
    let id = answer.header("X-MS-Correlation-Id").unwrap().to_owned();
    let entries = pool.received();
    let found: Vec<_> = entries.iter().filter(|entry| entry.correlation.as_ref() == Some(&id)).collect();
    assert_eq!(found.iter().map(|entry| entry.event.as_str()).collect::<Vec<_>>(), ["webticket.issued"]);
    let Some(Raw::Http(http)) = &found[0].raw else { panic!("{:?}", found[0]) };
    assert_eq!(http.status, Some(200));
}

/// What must be in no export: the PIN, and user name and PIN as HTTP Basic writes them.
fn secrets() -> [String; 4] {
    let basic = |number: &str| raw::basic(number, "0712").replace("Basic ", "");
    [":0712".to_owned(), "1219:0712".to_owned(), basic("1219"), basic("+12065551219")]
}

#[tokio::test]
async fn no_export_shows_a_pin() {
    let pool = pool().await;
    // By number and by extension, right and wrong; and PINs where they do not belong.
    for (number, pin) in
        [("1219", "0712"), ("+12065551219", "0712"), ("1219", "90817263"), ("90817263", "1219")]
    {
        pool.phone(number, pin).run().await.outcome.ok();
    }
    let refused = pool.journal(&Filter::event("webticket.refused"));
    assert_eq!(refused.len(), 2);
    // The exports have what they should hide: the requests with credentials, masked.
    let (lines, har, capture) = (pool.json_lines(), pool.har().to_string(), pool.pcapng());
    assert!(lines.contains("****") && har.contains("****"));
    assert_eq!(lines.lines().count(), pool.received().len());
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let texts =
        [lines, har, String::from_utf8_lossy(&capture).into_owned(), format!("{:?}", pool.received())];
    for (number, text) in texts.iter().enumerate() {
        for secret in secrets().iter().chain(["90817263".to_owned(), raw::basic("90817263", "1219")].iter()) {
            assert!(!text.contains(secret.as_str()), "{secret} in export {number}");
        }
        // As a word of its own: four digits stand in many numbers.
        assert!(
            !text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "0712"),
            "export {number}"
        );
    }
}

#[tokio::test]
async fn the_archive_has_the_requests_of_a_sign_in() {
    let pool = used_pool().await;
    let har = pool.har();
    assert_eq!(har["log"]["version"], "1.2");
    let told: Vec<String> = har["log"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let url = entry["request"]["url"].as_str().unwrap();
            let path = url.splitn(4, '/').nth(3).unwrap();
            format!("{} {path} {}", entry["request"]["method"].as_str().unwrap(), entry["response"]["status"])
        })
        .collect();
    expect_test::expect![[r#"
        POST CertProv/CertProvisioningService.svc 200
        GET CertProv/CertProvisioningService.svc/mex 200
        GET WebTicket/WebTicketService.svc/mex 200
        POST WebTicket/WebTicketService.svc/pin 401
        POST LiveServer/UserPinService 200
        POST LiveServer/UserPinService 200
        POST WebTicket/WebTicketService.svc/pin 200
        POST LiveServer/UserPinService 200
        POST CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1 200
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}

#[tokio::test]
async fn a_capture_has_keys_only_where_they_are_kept() {
    logs::start();
    let has_keys = |capture: &[u8]| {
        let magic = capture.get(..4) == Some(&[0x0a, 0x0d, 0x0d, 0x0a]);
        assert!(magic, "no pcapng");
        capture
            .windows(12)
            .any(|window| window.starts_with(&DECRYPTION_SECRETS) && window.ends_with(TLS_KEY_LOG))
    };
    let closed = used_pool().await;
    assert!(!has_keys(&closed.pcapng()));
    assert!(!String::from_utf8_lossy(&closed.pcapng()).contains("CLIENT_RANDOM"));
    let open = LyncMock::builder().keep_tls_keys().start().await.unwrap();
    assert!(signs_in(&open, "1219", "0712").await);
    open.wait_for(&Filter::event("connection")).await.unwrap();
    assert!(has_keys(&open.pcapng()));
}

#[tokio::test]
async fn a_journal_of_five_entries_keeps_the_last_five() {
    logs::start();
    let mut options = lyncmock::Options::default();
    options.journal.entries = Some(5);
    let pool = LyncMock::builder().options(options).start().await.unwrap();
    for _ in 0..3 {
        assert!(signs_in(&pool, "1219", "0712").await);
    }
    let kept = pool.received();
    assert_eq!(kept.len(), 5);
    assert!(kept[0].seq > 20, "{}", kept[0].seq);
    let numbers: Vec<u64> = kept.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (kept[0].seq..kept[0].seq + 5).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_phone_of_the_command_line_is_one_device_each_time_and_others_are_others() {
    let pool = pool().await;
    let Some(dhcp) = pool.endpoints().dhcp else { panic!("the pool has no DHCP") };
    let http = raw::address(&pool.endpoints().http).port();
    let (dhcp, http) = (dhcp.to_string(), http.to_string());
    let signs_in = async |more: &[&str]| {
        let way = ["phone", "--ext", "1219", "--pin", "0712", "--dhcp", &dhcp, "--http-port", &http];
        let finished = finish(BINARY, &[&way, more].concat()).await;
        assert_eq!(finished.code, Some(0), "{}", finished.stdout);
    };
    for _ in 0..2 {
        signs_in(&[]).await;
    }
    let devices = pool.devices();
    assert_eq!(devices.len(), 1, "{devices:?}");
    assert_eq!((devices[0].macs.len(), devices[0].device_ids.len()), (1, 1), "{devices:?}");

    signs_in(&["--mac", "00:04:f2:00:00:07", "--device-id", "{d}"]).await;
    let devices = pool.devices();
    assert_eq!(devices.len(), 2, "{devices:?}");
    assert_eq!(devices[1].macs, ["00:04:f2:00:00:07"]);
    assert_eq!(devices[1].device_ids, ["{d}"]);

    // The phone of the pages is one that there may be.
    let mac = "02:4c:8e:01:c7:52";
    signs_in(&["--mac", mac]).await;
    let named = format!("{mac}, {}", pool.devices()[2].device_ids[0]);
    for page in ["journal", "troubleshooting"] {
        let file = format!("{}/../docs/{page}.md", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains(&named), "{page}: {named}");
    }
}

#[tokio::test]
async fn a_wrong_pin_is_of_the_phone_that_typed_it_and_not_of_the_last_one_of_its_user() {
    let pool = pool().await;
    let dhcp = pool.endpoints().dhcp.unwrap().to_string();
    let http = raw::address(&pool.endpoints().http).port().to_string();
    let macs = ["02:00:00:00:00:0a", "02:00:00:00:00:0b"];
    for (mac, pin, code) in [(macs[0], "0712", 0), (macs[1], "0712", 0), (macs[0], "9999", 1)] {
        let way =
            ["phone", "--ext", "1219", "--pin", pin, "--dhcp", &dhcp, "--http-port", &http, "--mac", mac];
        assert_eq!(finish(BINARY, &way).await.code == Some(0), code == 0);
    }
    let devices = pool.devices();
    assert_eq!(devices.len(), 2, "{devices:?}");
    assert_eq!([&devices[0].macs[..], &devices[1].macs[..]], macs.each_ref().map(std::slice::from_ref));
    assert!(devices[0].verdict.ends_with("The pin is invalid. (28003)"), "{devices:?}");
    assert!(devices[1].verdict.ends_with("it has its certificate"), "{devices:?}");
}

#[tokio::test]
async fn the_journal_of_a_running_pool_is_listed_and_waited_for() {
    let pool = used_pool().await;
    let keyboard = Keyboard::new(BINARY, pool.endpoints().admin.as_deref());
    let listed = keyboard.prints(&["journal", "list", "--event", "webticket.*"]).await;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].contains("webticket.challenged") && lines[1].contains("webticket.issued"), "{listed}");
    let page = keyboard.json(&["journal", "list", "--user", "kenmyer", "--limit", "1"]).await;
    assert_eq!(page["entries"][0]["event"], "certprov.published");
    assert_eq!(page["entries"].as_array().unwrap().len(), 1);

    let devices = keyboard.prints(&["journal", "devices"]).await;
    assert!(devices.contains(KEN) && devices.contains("it has its certificate"), "{devices}");
    assert_eq!(keyboard.json(&["journal", "devices"]).await.as_array().unwrap().len(), 1);

    // What is there is found at once, what is to come is waited for, what does not come is an error with a hint.
    let found =
        keyboard.json(&["journal", "wait", "--event", "certprov.published", "--user", "kenmyer"]).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    let at_once = ["journal", "wait", "--event", "certprov.published", "--timeout", "0s"];
    assert_eq!(keyboard.json(&at_once).await.as_array().unwrap().len(), 1);
    let since = page["last_seq"].to_string();
    let wait = ["journal", "wait", "--event", "webticket.issued", "--since", &since, "--timeout", "20s"];
    let (waited, again) = tokio::join!(keyboard.prints(&wait), signs_in(&pool, "1400", "5937"));
    assert!(again && waited.contains("webticket.issued"), "{waited}");
    let missed = keyboard.fails(&[
        "journal",
        "wait",
        "--event",
        "certprov.refused",
        "--user",
        "kenmyer",
        "--timeout",
        "1ms",
    ]);
    let missed = missed.await;
    assert!(missed.starts_with("error: no certprov.refused for kenmyer within 1 ms; nearest: "), "{missed}");

    for (arguments, nearest) in [
        (["journal", "list", "--event", "certprov.publishd"], "certprov.published"),
        (["journal", "list", "--source", "10.0.0.0/33"], "neither an address nor a network"),
    ] {
        let error = keyboard.fails(&arguments).await;
        assert!(error.contains(nearest), "{error}");
    }
}

#[tokio::test]
async fn the_journal_of_a_running_pool_is_exported() {
    let pool = used_pool().await;
    // The phone's two connections have ended: nothing else happens.
    let first = pool.wait_for(&Filter::event("connection")).await.unwrap();
    pool.wait_for(&Filter::event("connection").since(first.seq)).await.unwrap();
    let keyboard = Keyboard::new(BINARY, pool.endpoints().admin.as_deref());
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let export = async |format: &str, out: &Path| {
        let said =
            keyboard.prints(&["journal", "export", "--format", format, "--out", out.to_str().unwrap()]).await;
        assert_eq!(said, "");
        std::fs::read(out).unwrap()
    };
    let har: Value = serde_json::from_slice(&export("har", &file("a.har")).await).unwrap();
    assert_eq!(har, pool.har());
    let lines = String::from_utf8(export("jsonl", &file("a.jsonl")).await).unwrap();
    assert_eq!(lines, pool.json_lines());
    let capture = export("pcapng", &file("a.pcapng")).await;
    assert_eq!(capture, pool.pcapng());
    // On standard output, as far as the filter lets it through.
    let one = keyboard.prints(&["journal", "export", "--format", "jsonl", "--event", "dhcp.ack"]).await;
    assert_eq!(one.lines().count(), 1);
    let entry: Entry = serde_json::from_str(&one).unwrap();
    assert_eq!(entry.event, "dhcp.ack");
}

#[tokio::test]
async fn a_pin_in_the_wrong_field_is_nowhere_even_where_a_rule_refuses_for_the_service() {
    let pool = pool().await;
    pool.rules("[[rule]]\nwhere = \"userpin.verify-pin\"\nwhat = { userpin = \"IncorrectPin\" }")
        .await
        .unwrap();
    // Number and PIN are mixed up.
    assert!(!signs_in(&pool, "0712", "1219").await);
    let text = pool.json_lines();
    assert!(text.contains("webticket.refused") && !text.contains("0712"), "{text}");
}

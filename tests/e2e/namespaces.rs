//! Two test suites on one served pool: what one does, the other does not see.

use lync_admin::dto::{
    ArmScenario, JournalFilter, NamespaceMembers, NewUser, PinText, PinUpdate, Reset, RuleSpec,
};
use lync_admin::{Client, Kind};
use lync_tests::command::Served;
use lync_tests::logs;
use lync_tests::raw::address;
use lyncmock::Pin;
use lyncmock::phone::{DhcpDiscovery, Resolve, SignIn};
use std::net::SocketAddr;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

/// The namespaces, each with a user whom it makes: address, extension, PIN. The PINs are those of the fixture.
const ALICE: (&str, &str, &str) = ("sip:alice@litwareinc.com", "1711", "2468");
const BOB: (&str, &str, &str) = ("sip:bob@litwareinc.com", "1722", "3691");

fn client(served: &Served, namespace: Option<&str>) -> Client {
    Client::new(served.endpoints.admin.as_deref().unwrap(), None, namespace).unwrap()
}

/// A phone for a pool in another process.
fn phone(served: &Served, phone_or_ext: &str, pin: &str) -> SignIn {
    let endpoints = &served.endpoints;
    let Some(SocketAddr::V4(dhcp)) = endpoints.dhcp else { panic!("the pool has no DHCP") };
    SignIn::new(phone_or_ext, Pin::new(pin))
        .dhcp(DhcpDiscovery::unicast(dhcp))
        .http_port(address(&endpoints.http).port())
        .resolve(Resolve::new().with_ip(&endpoints.fqdn, address(&endpoints.https).ip()))
}

async fn signs_in(served: &Served, (_, extension, pin): (&str, &str, &str)) -> bool {
    phone(served, extension, pin).run().await.outcome.is_ok()
}

async fn add(client: &Client, (sip, extension, pin): (&str, &str, &str)) {
    let user = NewUser {
        sip_address: sip.to_owned(),
        display_name: None,
        line_uri: Some(format!("tel:+1206555{extension};ext={extension}")),
        enabled: true,
        enterprise_voice_enabled: true,
        pin: None,
        account: None,
        password: None,
    };
    client.add_user(&user).await.unwrap();
    client.set_pin(sip, &PinUpdate { pin: PinText::new(Pin::new(pin)), history: false }).await.unwrap();
}

/// A served pool with the namespaces `a` and `b`, each with its user.
async fn two() -> (Served, Client, Client) {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let (a, b) = (client(&served, Some("a")), client(&served, Some("b")));
    add(&a, ALICE).await;
    add(&b, BOB).await;
    (served, a, b)
}

fn scenario(name: &str, user: Option<&str>) -> ArmScenario {
    ArmScenario { scenario: name.to_owned(), user: user.map(str::to_owned) }
}

#[tokio::test]
async fn a_namespace_sees_its_own_users_and_no_others() {
    let (served, a, b) = two().await;
    let users = a.users().await.unwrap();
    assert_eq!(users.iter().map(|user| user.sip_address.as_str()).collect::<Vec<_>>(), [ALICE.0]);
    assert_eq!(users[0].namespace.as_deref(), Some("a"));
    for stranger in ["bob", BOB.0, "kenmyer"] {
        assert_eq!(a.user(stranger).await.unwrap_err().kind(), Some(Kind::NotFound), "{stranger}");
        assert_eq!(a.lock_pin(stranger).await.unwrap_err().kind(), Some(Kind::NotFound), "{stranger}");
        assert_eq!(a.remove_user(stranger).await.unwrap_err().kind(), Some(Kind::NotFound), "{stranger}");
        let error = a.arm(&scenario("pin-locked", Some(stranger))).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::NotFound), "{stranger}");
        assert!(!error.to_string().contains("did you mean"), "{error}");
    }
    assert_eq!(b.users().await.unwrap().len(), 1);
    // Whoever sees everything sees all of them, and whose they are.
    let everything = client(&served, None);
    let all = everything.users().await.unwrap();
    assert!(all.len() > 10);
    assert_eq!(everything.user("bob").await.unwrap().namespace.as_deref(), Some("b"));
    let names: Vec<String> =
        everything.namespaces().await.unwrap().into_iter().map(|each| each.name).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(signs_in(&served, ALICE).await && signs_in(&served, BOB).await);
}

#[tokio::test]
async fn one_scenario_armed_in_one_namespace_does_not_touch_the_other() {
    let (served, a, b) = two().await;
    // A change of users, and a rule; each for everybody whom the namespace has.
    for name in ["pin-locked", "pin-wrong"] {
        let armed = a.arm(&scenario(name, None)).await.unwrap();
        assert_eq!(armed.namespace.as_deref(), Some("a"));
        assert!(!signs_in(&served, ALICE).await, "{name}");
        assert!(signs_in(&served, BOB).await, "{name}");
        assert!(b.armed().await.unwrap().is_empty() && b.rules().await.unwrap().is_empty());
        // Neither can it be lifted from there.
        assert_eq!(b.lift(armed.id).await.unwrap_err().kind(), Some(Kind::NotFound));
        a.lift(armed.id).await.unwrap();
        assert!(signs_in(&served, ALICE).await, "{name}");
    }
    // The same one in both, at the same time.
    let (everybody, bob) = (scenario("pin-locked", None), scenario("pin-locked", Some("bob")));
    let (of_a, of_b) = tokio::join!(a.arm(&everybody), b.arm(&bob));
    assert!(!signs_in(&served, ALICE).await && !signs_in(&served, BOB).await);
    a.lift(of_a.unwrap().id).await.unwrap();
    assert!(signs_in(&served, ALICE).await && !signs_in(&served, BOB).await);
    b.lift(of_b.unwrap().id).await.unwrap();
    assert!(signs_in(&served, BOB).await);
}

#[tokio::test]
async fn rules_of_a_namespace_meet_its_devices_alone() {
    let (served, a, b) = two().await;
    let rule: RuleSpec =
        serde_json::from_str(r#"{"name":"mine","where":"webticket.pin","what":"pin-wrong"}"#).unwrap();
    let armed = a.add_rule(&rule).await.unwrap();
    assert!(!signs_in(&served, ALICE).await && signs_in(&served, BOB).await);
    assert!(signs_in(&served, ("", "1219", "0712")).await);
    assert_eq!(b.remove_rule(armed.id).await.unwrap_err().kind(), Some(Kind::NotFound));
    assert_eq!(a.rules().await.unwrap()[0].fired, 1);
    b.replace_rules(&[]).await.unwrap();
    assert_eq!(a.rules().await.unwrap().len(), 1);
    a.replace_rules(&[]).await.unwrap();
    assert!(signs_in(&served, ALICE).await);
}

#[tokio::test]
async fn the_journal_and_a_reset_are_a_namespaces_own() {
    let (served, a, b) = two().await;
    assert!(signs_in(&served, ALICE).await && signs_in(&served, BOB).await);
    let published =
        JournalFilter { event: Some("certprov.published".to_owned()), ..JournalFilter::default() };
    let users = async |client: &Client| {
        let page = client.journal(&published).await.unwrap();
        page.entries.into_iter().filter_map(|entry| entry.device.user).collect::<Vec<_>>()
    };
    let everything = client(&served, None);
    assert_eq!((users(&a).await, users(&b).await), (vec![ALICE.0.to_owned()], vec![BOB.0.to_owned()]));
    assert_eq!(users(&everything).await.len(), 2);
    let of_b = b.journal(&JournalFilter::default()).await.unwrap().entries;
    let seq = of_b.last().unwrap().seq;
    assert_eq!(a.journal_entry(seq).await.unwrap_err().kind(), Some(Kind::NotFound));
    assert_eq!(b.journal_entry(seq).await.unwrap().seq, seq);
    assert_eq!(
        b.devices().await.unwrap().iter().map(|device| device.users.concat()).collect::<Vec<_>>(),
        [BOB.0]
    );

    a.arm(&scenario("pin-locked", None)).await.unwrap();
    b.arm(&scenario("pin-locked", None)).await.unwrap();
    a.reset(Reset::Scenarios).await.unwrap();
    assert!(signs_in(&served, ALICE).await && !signs_in(&served, BOB).await);
    a.reset(Reset::Journal).await.unwrap();
    assert!(users(&a).await.is_empty() && users(&b).await.len() == 1);
    // All of it: the users of the namespace go, those of the others and of the pool stay.
    a.reset(Reset::All).await.unwrap();
    assert!(!signs_in(&served, ALICE).await);
    assert_eq!(everything.user("alice").await.unwrap_err().kind(), Some(Kind::NotFound));
    assert!(everything.user("bob").await.is_ok() && signs_in(&served, ("", "1219", "0712")).await);
    assert_eq!(b.armed().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_belongs_to_one_namespace_cannot_be_claimed_by_another() {
    let (served, _, _) = two().await;
    let everything = client(&served, None);
    let members = |users: &[&str], macs: &[&str]| NamespaceMembers {
        users: users.iter().map(|user| (*user).to_owned()).collect(),
        macs: macs.iter().map(|mac| (*mac).to_owned()).collect(),
        sources: Vec::new(),
    };
    let taken = everything.set_namespace("c", &members(&["bob"], &[])).await.unwrap_err();
    assert_eq!(taken.kind(), Some(Kind::Conflict), "{taken}");
    let unknown = everything.set_namespace("c", &members(&["nobody"], &[])).await.unwrap_err();
    assert_eq!(unknown.kind(), Some(Kind::Invalid), "{unknown}");
    assert_eq!(everything.namespaces().await.unwrap().len(), 2);
    // By hardware address: DHCP knows nothing else.
    everything.set_namespace("c", &members(&["kenmyer"], &["02:4c:59:4e:43:01"])).await.unwrap();
    let c = client(&served, Some("c"));
    assert!(signs_in(&served, ("", "1219", "0712")).await);
    let events = c.journal(&JournalFilter::default()).await.unwrap().entries;
    assert_eq!(events.first().unwrap().event, "dhcp.ack");
    everything.remove_namespace("c").await.unwrap();
    assert_eq!(everything.user("kenmyer").await.unwrap().namespace, None);
}

#[tokio::test]
async fn what_changes_the_whole_pool_is_armed_without_a_namespace() {
    let (served, a, _) = two().await;
    for name in ["use-pin-auth-off", "user-pin-root-mismatch", "web-service-stopped", "dhcp-off"] {
        let refused = a.arm(&scenario(name, None)).await.unwrap_err();
        assert_eq!(refused.kind(), Some(Kind::Conflict), "{name}: {refused}");
    }
    assert!(signs_in(&served, BOB).await);
}

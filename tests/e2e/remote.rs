//! The commands of the command line that see and change a running pool.

use lync_tests::command::finish;
use lync_tests::keyboard::Keyboard;
use lync_tests::{pool, raw};
use lyncmock::{Filter, LyncMock};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");
const JANE: &str = "sip:jane@litwareinc.com";

fn keyboard(pool: &LyncMock) -> Keyboard<'_> {
    Keyboard::new(BINARY, pool.endpoints().admin.as_deref())
}

async fn signs_in_as(pool: &LyncMock, phone_or_ext: &str, pin: &str) -> bool {
    pool.phone(phone_or_ext, pin).run().await.outcome.is_ok()
}

async fn ken_signs_in(pool: &LyncMock) -> bool {
    signs_in_as(pool, "1219", "0712").await
}

#[tokio::test]
async fn users_of_a_running_pool_are_kept_by_command() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let line = "tel:+12065551777;ext=1777";
    let add = ["user", "add", JANE, "--line-uri", line, "--display-name", "Jane Dow", "--pin", "270420"];
    assert_eq!(keyboard.prints(&add).await, format!("added {JANE}\n"));
    assert!(signs_in_as(&pool, "1777", "270420").await);
    assert!(keyboard.fails(&add).await.starts_with(&format!("error: there is a user {JANE} already")));
    let listed = keyboard.json(&["user", "list"]).await;
    let jane = listed.as_array().unwrap().iter().find(|user| user["sip_uri"] == JANE).unwrap();
    assert_eq!((&jane["display_name"], &jane["line_uri"]), (&"Jane Dow".into(), &line.into()));
    assert!(!listed.to_string().contains("270420"));

    keyboard.prints(&["user", "set-pin", JANE, "--pin", "270421"]).await;
    assert!(!signs_in_as(&pool, "1777", "270420").await && signs_in_as(&pool, "1777", "270421").await);
    keyboard.prints(&["user", "lock", JANE]).await;
    assert!(!signs_in_as(&pool, "1777", "270421").await);
    keyboard.prints(&["user", "unlock", JANE]).await;
    assert!(signs_in_as(&pool, "1777", "270421").await);
    let refused = keyboard.fails(&["user", "set-pin", JANE, "--pin", "27"]).await;
    assert!(!refused.contains("27"), "{refused}");
    keyboard.prints(&["user", "remove", JANE]).await;
    assert!(!signs_in_as(&pool, "1777", "270421").await);
    let unknown = keyboard.fails(&["user", "lock", "sip:kenmeyer@litwareinc.com"]).await;
    assert!(unknown.contains("there is no user `sip:kenmeyer@litwareinc.com`"), "{unknown}");
}

#[tokio::test]
async fn scenarios_of_a_running_pool_are_armed_listed_and_lifted_by_name() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let armed = keyboard.prints(&["scenarios", "arm", "pin-locked@kenmyer"]).await;
    assert_eq!(armed, "armed: 1 pin-locked for sip:kenmyer@litwareinc.com\n");
    assert!(!ken_signs_in(&pool).await);
    keyboard.prints(&["scenarios", "arm", "pin-locked@duplicate-other-pin-a"]).await;
    assert_eq!(keyboard.prints(&["scenarios", "armed"]).await.lines().count(), 2);
    // One name, two of them: which is meant?
    let several = keyboard.fails(&["scenarios", "lift", "pin-locked"]).await;
    assert!(several.contains("armed more than once; give the number: 1 pin-locked"), "{several}");
    assert!(!ken_signs_in(&pool).await);
    keyboard.prints(&["scenarios", "lift", "1"]).await;
    assert!(ken_signs_in(&pool).await);
    keyboard.prints(&["scenarios", "lift", "pin-locked"]).await;
    assert!(signs_in_as(&pool, "1400", "5937").await);
    assert_eq!(keyboard.prints(&["scenarios", "armed"]).await, "");
    assert!(keyboard.fails(&["scenarios", "lift", "pin-locked"]).await.contains("`pin-locked` is not armed"));

    for (call, code, complaint) in [
        ("pin-loked", 2, "did you mean `pin-locked`?"),
        ("pin-locked@kenmeyer", 1, "did you mean `kenmyer`?"),
        ("user-pin-root-mismatch@kenmyer", 1, "arm it without a user"),
    ] {
        let finished = keyboard.run(&["scenarios", "arm", call]).await;
        assert_eq!(finished.code, Some(code), "{call}: {}", finished.stderr);
        assert!(finished.stderr.contains(complaint), "{}", finished.stderr);
    }
    let unknown = finish(BINARY, &["scenarios", "explain", "pin-loked"]).await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `pin-locked`?"), "{}", unknown.stderr);
}

#[tokio::test]
async fn rules_of_a_running_pool_are_armed_listed_and_disarmed() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rules.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    let arm = ["rules", "arm", file.to_str().unwrap()];
    write("[[rule]]\nname = \"busy\"\nwhere = \"webticket.pin\"\nwhat = { http = { status = 503 } }\n");
    assert_eq!(keyboard.prints(&arm).await, "armed: 1 busy at webticket.pin, acted 0 times\n");
    assert!(!ken_signs_in(&pool).await);
    // A phone sends its request once without and once with the PIN.
    let listed = keyboard.prints(&["rules", "list"]).await;
    assert!(
        listed.starts_with("1 busy at webticket.pin, acted ") && !listed.contains(" 0 times"),
        "{listed}"
    );
    assert_eq!(keyboard.json(&["rules", "list"]).await[0]["rule"]["where"], "webticket.pin");
    keyboard.prints(&["rules", "disarm", "1"]).await;
    assert!(ken_signs_in(&pool).await);
    assert!(keyboard.fails(&["rules", "disarm", "1"]).await.contains("no rule with the number 1 is armed"));
    // All of a file or nothing; and it is told which rule is wrong.
    write(
        "[[rule]]\nwhere = \"dhcp\"\nwhat = { dhcp = \"silence\" }\n[[rule]]\nwhere = \"dhpc\"\nwhat = \"ok\"\n",
    );
    let error = keyboard.fails(&arm).await.replace(file.to_str().unwrap(), "FILE");
    assert_eq!(error, "error: FILE: rule 2: where: there is no place `dhpc`; did you mean `dhcp`?\n");
    assert_eq!(keyboard.prints(&["rules", "list"]).await, "");
}

#[tokio::test]
async fn clock_state_and_reset_of_a_running_pool_are_commands() {
    let pool = pool().await;
    let keyboard = keyboard(&pool);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("state.json");
    keyboard.prints(&["user", "set-pin", "sip:kenmyer@litwareinc.com", "--pin", "270422"]).await;
    let state = keyboard.prints(&["state", "dump", "--secrets"]).await;
    std::fs::write(&file, state).unwrap();
    keyboard.prints(&["reset"]).await;
    assert!(ken_signs_in(&pool).await);
    keyboard.prints(&["state", "load", file.to_str().unwrap()]).await;
    assert!(signs_in_as(&pool, "1219", "270422").await);
    std::fs::write(&file, "{\"user\": []}").unwrap();
    let error = keyboard.fails(&["state", "load", file.to_str().unwrap()]).await;
    assert!(error.contains("is no state") && error.contains("`user`"), "{error}");

    keyboard.prints(&["reset", "journal"]).await;
    assert!(pool.received().is_empty());
    keyboard.prints(&["scenarios", "arm", "pin-locked"]).await;
    keyboard.prints(&["reset", "scenarios"]).await;
    assert!(signs_in_as(&pool, "1219", "270422").await);

    assert_eq!(
        keyboard.prints(&["clock", "set", "2033-05-18T03:33:20Z"]).await,
        "2033-05-18T03:33:20.000Z\n"
    );
    assert!(keyboard.prints(&["clock", "advance", "-2d"]).await.starts_with("2033-05-16T03:33:2"));
    assert!(keyboard.prints(&["clock", "show"]).await.starts_with("2033-05-16T03:33:2"));
    assert!(!keyboard.prints(&["clock", "reset"]).await.starts_with("2033"));
    assert_eq!(pool.journal(&Filter::event("clock.changed")).len(), 3);
    assert_eq!(keyboard.run(&["clock", "advance", "2 days"]).await.code, Some(2));
}

#[tokio::test]
async fn a_pool_that_is_not_there_is_told_with_its_address() {
    let pool = pool().await;
    let url = pool.endpoints().admin.clone().unwrap();
    pool.stop().await;
    let keyboard = Keyboard::new(BINARY, Some(&url));
    let error = keyboard.fails(&["clock", "show"]).await;
    let address = raw::address(&url).to_string();
    assert!(error.starts_with(&format!("error: cannot connect to the admin API at {address}: ")), "{error}");
    let wrong = Keyboard::new(BINARY, Some("https://127.0.0.1:1")).run(&["clock", "show"]).await;
    assert!(wrong.stderr.contains("is no URL of an admin API"), "{}", wrong.stderr);
    assert_eq!(wrong.code, Some(2));
}

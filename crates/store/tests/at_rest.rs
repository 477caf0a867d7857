//! What a thief of the database file gets.

#![expect(clippy::unwrap_used, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::ports::UserPinService;
use lync_model::{Clock, NtHash, Pin, PinPolicy, SipUri, User};
use lync_store::{HashCost, Store, StoreLocation};
use std::path::Path;
use time::macros::datetime;

// Long enough not to occur by chance.
const FIRST: &str = "8402917365";
const SECOND: &str = "9173058264";
const WRONG: &str = "6058371924";
const PASSWORD: &str = "Korrekt-Pferd-17";

/// The database file and those beside it, one after the other.
fn bytes_in(folder: &Path) -> (Vec<String>, Vec<u8>) {
    let mut names = Vec::new();
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        names.push(entry.file_name().into_string().unwrap());
        bytes.extend(std::fs::read(entry.path()).unwrap());
    }
    names.sort();
    (names, bytes)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_pin_and_no_password_stands_in_the_files_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::Kept(folder.path().join("pool.db"));
    let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
    let store = Store::open_with_cost(&location, clock, HashCost::Cheapest).await.unwrap();
    let user: SipUri = "sip:kenmyer@litwareinc.com".parse().unwrap();
    let ken = User {
        sip_uri: user.clone(),
        display_name: "Ken Myer".to_owned(),
        line_uri: Some("tel:+12065551219;ext=1219".parse().unwrap()),
        enabled: true,
        enterprise_voice: true,
        pin_set_at: None,
    };
    store.add_user(&ken).await.unwrap();
    store.set_policy(&PinPolicy { pin_history_count: 5, ..PinPolicy::default() }).await.unwrap();
    store.set_pin(&user, &Pin::new(FIRST)).await.unwrap();
    store.change_pin(&user, &Pin::new(SECOND)).await.unwrap();
    assert_eq!(store.verify_pin("1219", &Pin::new(SECOND)).await, Ok(user.clone()));
    assert!(store.verify_pin("1219", &Pin::new(WRONG)).await.is_err());

    store.set_password("kenmyer", Some(PASSWORD)).await.unwrap();
    let utf16: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_le_bytes).collect();

    let look = |expected_names: &[&str]| {
        let (names, bytes) = bytes_in(folder.path());
        assert_eq!(names, expected_names);
        assert!(holds(&bytes, "sip:kenmyer@litwareinc.com"), "these are the bytes of the right files");
        assert!(holds(&bytes, "$argon2id$v=19$"), "the hashes are in them");
        let hash = NtHash::of_password(PASSWORD);
        assert!(bytes.windows(16).any(|window| window == hash.expose()), "the NT hash is in them");
        assert!(
            !bytes.windows(utf16.len()).any(|window| window == utf16),
            "the password stands in {names:?}"
        );
        for pin in [FIRST, SECOND, WRONG, PASSWORD] {
            assert!(!holds(&bytes, pin), "{pin} stands in clear in {names:?}");
        }
    };
    look(&["pool.db", "pool.db-shm", "pool.db-wal"]);
    store.close().await;
    look(&["pool.db"]);
}

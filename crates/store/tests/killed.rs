//! A process that is killed loses nothing that it has answered.

#![expect(clippy::unwrap_used, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::ports::{AccountDirectory, PinFailureReason, UserPinError, UserPinService};
use lync_model::{Clock, NamedPolicy, NtHash, Pin, PinPolicy, PublishedCertificate, SipUri, User};
use lync_store::{HashCost, Store, StoreLocation};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);
/// Tells the test, run again as a process of its own, to be the one that is killed.
const VICTIM: &str = "LYNC_STORE_TEST_VICTIM";
const TEST: &str = "what_was_answered_before_the_kill_is_there_after_it";
/// For how many acknowledgements the victim may live, each time in a new store.
const LIVES: [usize; 6] = [1, 3, 10, 31, 77, 150];

async fn open(path: PathBuf) -> Store {
    Store::open_with_cost(&StoreLocation::Kept(path), Clock::stopped(NOW), HashCost::Cheapest).await.unwrap()
}

fn user(n: usize) -> SipUri {
    format!("sip:user{n}@litwareinc.com").parse().unwrap()
}

fn pin(n: usize) -> Pin {
    Pin::new(format!("{:05}", 7 * n + 3))
}

fn certificate(n: usize) -> PublishedCertificate {
    PublishedCertificate {
        user: user(n),
        device_id: format!("{{device-{n}}}"),
        certificate: format!("certificate {n}").repeat(50).into_bytes(),
        publication_time: NOW,
        expiration_time: NOW + Duration::days(180),
    }
}

fn sam(n: usize) -> String {
    format!("user{n}")
}

fn password(n: usize) -> String {
    format!("Passw0rd!{n}")
}

fn policy(n: usize) -> NamedPolicy {
    let policy = PinPolicy { allow_common_patterns: true, ..PinPolicy::default() };
    NamedPolicy { identity: format!("tag:{n}"), description: None, policy }
}

/// Does one thing after the other and says so after each, until it is killed.
async fn be_the_victim(path: PathBuf) {
    let store = open(path).await;
    store.set_policy(&PinPolicy { allow_common_patterns: true, ..PinPolicy::default() }).await.unwrap();
    let say = |what: &str, n: usize| {
        // Not println!, which the test harness may keep to itself.
        let mut out = std::io::stdout().lock();
        writeln!(out, "done {what} {n}").and_then(|()| out.flush()).unwrap();
    };
    for n in 0.. {
        let new = User {
            sip_uri: user(n),
            display_name: format!("User {n}"),
            line_uri: Some(format!("tel:+1206{n:07};ext={n:07}").parse().unwrap()),
            enabled: true,
            enterprise_voice: true,
            pin_set_at: None,
        };
        store.add_user(&new).await.unwrap();
        store.set_pin(&user(n), &pin(n)).await.unwrap();
        say("pin", n);
        store.publish_cert(&certificate(n)).await.unwrap();
        say("certificate", n);
        store.set_password(&sam(n), Some(&password(n))).await.unwrap();
        say("password", n);
        store.add_pin_policy(&policy(n)).await.unwrap();
        store.grant_pin_policy(&user(n), Some(&policy(n).identity)).await.unwrap();
        say("policy", n);
        store.set_setting("web", Some(&n.to_string())).await.unwrap();
        say("setting", n);
        store.lock_pin(&user(n)).await.unwrap();
        say("lock", n);
    }
}

/// Starts a victim, kills it after so many acknowledgements, and answers with all that it had sent.
fn kill_after(acknowledgements: usize, path: &Path) -> Vec<(String, usize)> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut done = Vec::new();
    for line in lines {
        // Of the harness's own lines one can stand before the first of ours, without an end.
        if let Some((_, words)) = line.unwrap().split_once("done ") {
            let (what, n) = words.split_once(' ').unwrap();
            done.push((what.to_owned(), n.parse().unwrap()));
        }
        if done.len() == acknowledgements {
            victim.kill().unwrap(); // SIGKILL; what the pipe still holds is read on.
        }
    }
    victim.wait().unwrap();
    done
}

#[tokio::test]
async fn what_was_answered_before_the_kill_is_there_after_it() {
    if let Some(path) = std::env::var_os(VICTIM) {
        return be_the_victim(path.into()).await;
    }
    for acknowledgements in LIVES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pool.db");
        let done = kill_after(acknowledgements, &path);
        assert!(done.len() >= acknowledgements, "the victim stopped by itself: {done:?}");
        let store = open(path).await;
        let all = |what: &'static str| done.iter().filter(move |(done, _)| done == what).map(|(_, n)| *n);
        for n in all("lock") {
            let locked = Err(UserPinError::Refused(PinFailureReason::UserPinAccountLocked));
            assert_eq!(store.verify_pin(&format!("{n:07}"), &pin(n)).await, locked);
        }
        for n in all("certificate") {
            assert_eq!(store.get_published_certs(&user(n)).await, Ok(vec![certificate(n)]));
        }
        for n in all("password") {
            let account = store.find_account(&sam(n), "").await.unwrap().unwrap();
            assert_eq!(account.nt_hash, Some(NtHash::of_password(&password(n))));
            assert_eq!(account.user, Some(user(n)));
        }
        for n in all("policy") {
            assert_eq!(store.granted_pin_policy(&user(n)).await.unwrap(), Some(policy(n).identity));
        }
        if let Some(n) = all("setting").next_back() {
            // The next one may have been stored, and its acknowledgement lost.
            let kept: usize = store.setting("web").await.unwrap().unwrap().parse().unwrap();
            assert!(kept == n || kept == n + 1, "{kept} instead of {n}");
        }
        for n in all("pin") {
            // The lock that comes later may have been stored, acknowledged or not.
            store.unlock_pin(&user(n)).await.unwrap();
            assert_eq!(store.verify_pin(&format!("{n:07}"), &pin(n)).await, Ok(user(n)));
        }
    }
}

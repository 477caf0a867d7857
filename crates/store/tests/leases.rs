//! Leases outlive the process: many of them, and a process that is killed.

#![expect(clippy::unwrap_used, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::Clock;
use lync_model::lease::{ClientKey, Lease, LeaseChange, LeaseLog, LeaseState};
use lync_model::rules::Mac;
use lync_store::{HashCost, Store, StoreLocation};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);
/// Tells the test, run again as a process of its own, to be the one that is killed.
const VICTIM: &str = "LYNC_STORE_TEST_LEASES_VICTIM";
const TEST: &str = "no_lease_that_was_answered_is_lost_in_a_kill_and_none_is_there_twice";
/// For how many acknowledgements the victim may live, each time in a new store.
const LIVES: [u32; 6] = [1, 2, 7, 20, 51, 100];
/// So many clients go from address to address, all of them in each write.
const CLIENTS: u32 = 40;
const ADDRESSES: u32 = 997;

async fn open(path: PathBuf) -> Store {
    Store::open_with_cost(&StoreLocation::Kept(path), Clock::stopped(NOW), HashCost::Cheapest).await.unwrap()
}

fn address(n: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 99, 0, 0).to_bits() + n)
}

fn lease(client: u32, address: Ipv4Addr, round: u32) -> Lease {
    let [a, b, c, d] = client.to_be_bytes();
    Lease {
        address,
        client: ClientKey::new([1, 0, 4, a, b, c, d]).unwrap(),
        mac: Some(Mac([0, 4, a, b, c, d])),
        expires: NOW + Duration::seconds(i64::from(round)),
        state: LeaseState::Bound,
    }
}

/// Where a client is after so many rounds; two are never at one address in the same round.
fn place(client: u32, round: u32) -> Ipv4Addr {
    address((client * 7 + round * 13) % ADDRESSES)
}

/// A round: each client leaves its address for another, which may be one that a later client is still to leave.
fn changes(round: u32) -> Vec<LeaseChange> {
    let leave =
        (0..CLIENTS).filter(|_| round > 0).map(|client| LeaseChange::Remove(place(client, round - 1)));
    let take = (0..CLIENTS).map(|client| LeaseChange::Put(lease(client, place(client, round), round)));
    leave.chain(take).collect()
}

fn after(round: u32) -> Vec<Lease> {
    let leases = (0..CLIENTS).map(|client| lease(client, place(client, round), round));
    leases.map(|lease| (lease.address, lease)).collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Writes one round after the other and says so after each, until it is killed.
async fn be_the_victim(path: PathBuf) {
    let store = open(path).await;
    for round in 0.. {
        store.write(changes(round)).await.unwrap();
        // Not println!, which the test harness may keep to itself.
        let mut out = std::io::stdout().lock();
        writeln!(out, "done {round}").and_then(|()| out.flush()).unwrap();
    }
}

/// Starts a victim, kills it after so many acknowledgements, and answers with the last round that it acknowledged.
fn kill_after(acknowledgements: u32, path: &Path) -> u32 {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut last = None;
    for line in BufReader::new(victim.stdout.take().unwrap()).lines() {
        // Of the harness's own lines one can stand before the first of ours, without an end.
        if let Some((_, round)) = line.unwrap().split_once("done ") {
            last = Some(round.parse().unwrap());
        }
        if last == Some(acknowledgements - 1) {
            victim.kill().unwrap(); // SIGKILL; what the pipe still holds is read on.
        }
    }
    victim.wait().unwrap();
    last.unwrap()
}

#[tokio::test]
async fn no_lease_that_was_answered_is_lost_in_a_kill_and_none_is_there_twice() {
    if let Some(path) = std::env::var_os(VICTIM) {
        return be_the_victim(path.into()).await;
    }
    for acknowledgements in LIVES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pool.db");
        let acknowledged = kill_after(acknowledgements, &path);
        assert!(acknowledged + 1 >= acknowledgements, "the victim stopped by itself after {acknowledged}");
        let leases = open(path).await.load().await.unwrap();
        // The round that was under way may be stored too, but then it is all there.
        let kept = [acknowledged, acknowledged + 1].map(after);
        assert!(kept.contains(&leases), "after {acknowledged}: {leases:?}");
        let addresses: BTreeSet<_> = leases.iter().map(|lease| lease.address).collect();
        let clients: BTreeSet<_> = leases.iter().map(|lease| lease.client.clone()).collect();
        assert_eq!((addresses.len(), clients.len()), (leases.len(), leases.len()));
    }
}

#[tokio::test]
async fn many_leases_in_batches_of_any_size_are_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pool.db");
    let leases: Vec<_> = (0..50_000).map(|n| lease(n, address(n), n)).collect();
    let store = open(path.clone()).await;
    let mut rest = leases.as_slice();
    let mut size = 1;
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(size.min(rest.len()));
        store.write(batch.iter().cloned().map(LeaseChange::Put).collect()).await.unwrap();
        (rest, size) = (later, size % 256 + 1);
    }
    store.close().await;
    let loaded = open(path).await.load().await.unwrap();
    assert!(loaded == leases, "{} leases were written, {} read", leases.len(), loaded.len());
}

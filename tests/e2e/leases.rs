//! Who has which address, and what DHCP answered and dropped: by the API, by the command, in the library.

use expect_test::expect;
use lync_admin::Client;
use lync_admin::dto::{DhcpLeaseState, DhcpMode, JournalFilter};
use lync_tests::command::{Finished, Served, finish};
use lync_tests::logs;
use lyncmock::{DhcpDropReason, DhcpMode as Configured, DhcpOptions, LeaseState, LyncMock, Options};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::UdpSocket;
use tokio::time::timeout;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");
const RANGE: &str = "10.99.0.100-10.99.0.109";
/// A relay in the subnet of the range: by it the pool knows where the clients are.
const RELAY: [u8; 4] = [10, 99, 0, 1];
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

const DISCOVER: u8 = 1;
const REQUEST: u8 = 3;
const DECLINE: u8 = 4;

/// A client on loopback. From any port but 67 the answers come back to where the questions came from.
struct Guest {
    socket: UdpSocket,
    server: SocketAddr,
    mac: [u8; 6],
}

impl Guest {
    async fn new(server: Option<SocketAddr>, last: u8) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        Self { socket, server: server.unwrap(), mac: [0, 4, 0xf2, 0, 0, last] }
    }

    async fn send(&self, kind: u8, options: &[(u8, [u8; 4])]) {
        let (numbers, names) = ([0; 20], [0; 202]);
        let mut message = [&[1, 1, 6, 0][..], &numbers, &RELAY, &self.mac, &names, &COOKIE].concat();
        message.extend([53, 1, kind]);
        for (code, value) in options {
            message.extend([*code, 4]);
            message.extend(value);
        }
        message.push(255);
        self.socket.send_to(&message, self.server).await.unwrap();
    }

    /// The address in the next answer: yiaddr.
    async fn told(&self) -> [u8; 4] {
        let mut answer = [0; 1500];
        timeout(PATIENCE, self.socket.recv(&mut answer)).await.expect("an answer").unwrap();
        answer.get(16..20).unwrap().try_into().unwrap()
    }

    /// Asks for an address and takes the one that is offered.
    async fn lease(&self) -> Ipv4Addr {
        self.send(DISCOVER, &[]).await;
        let offered = self.told().await;
        self.send(REQUEST, &[(50, offered), (54, [127, 0, 0, 1])]).await;
        let granted = self.told().await;
        assert_eq!(granted, offered);
        granted.into()
    }
}

async fn serve(dir: &TempDir) -> Served {
    let dir = dir.path().to_str().unwrap();
    Served::start(BINARY, &["--data-dir", dir, "--dhcp-mode", "enterprise", "--dhcp-ranges", RANGE]).await
}

fn client(served: &Served) -> Client {
    Client::new(served.endpoints.admin.as_ref().unwrap(), None, None).unwrap()
}

async fn dhcp(served: &Served, arguments: &[&str]) -> Finished {
    let ready = ["--ready-file", served.ready_file.to_str().unwrap()];
    finish(BINARY, &[&["dhcp"], arguments, &ready].concat()).await
}

/// What a command prints that works, with dates and ports masked.
async fn shown(served: &Served, arguments: &[&str]) -> String {
    let finished = dhcp(served, arguments).await;
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    let mask = |word: &str| match word {
        date if date.len() == 24 && date.ends_with('Z') => format!("{:<24}", "<date>"),
        place if place.starts_with("127.0.0.1:") => "127.0.0.1:<port>/udp".to_owned(),
        other => other.to_owned(),
    };
    let lines = finished.stdout.lines();
    lines.map(|line| line.split(' ').map(mask).collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[tokio::test]
async fn a_lease_is_listed_and_forgotten_and_stays_so_after_a_restart() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let mut first = serve(&dir).await;
    assert_eq!(shown(&first, &["leases"]).await, "No leases.\n");
    assert_eq!(Guest::new(first.endpoints.dhcp, 1).await.lease().await, Ipv4Addr::new(10, 99, 0, 100));
    let second = Guest::new(first.endpoints.dhcp, 2).await;
    assert_eq!(second.lease().await, Ipv4Addr::new(10, 99, 0, 101));
    second.send(DECLINE, &[(50, [10, 99, 0, 101]), (54, [127, 0, 0, 1])]).await;
    client(&first).wait(&JournalFilter::event("dhcp.declined"), 1, PATIENCE).await.unwrap();
    assert_eq!(Guest::new(first.endpoints.dhcp, 3).await.lease().await, Ipv4Addr::new(10, 99, 0, 102));
    expect![[r#"
        ADDRESS         STATE    EXPIRES                  MAC               CLIENT
        10.99.0.100     bound    <date>                   00:04:f2:00:00:01 010004f2000001
        10.99.0.101     declined <date>                   00:04:f2:00:00:02 010004f2000002
        10.99.0.102     bound    <date>                   00:04:f2:00:00:03 010004f2000003
    "#]]
    .assert_eq(&shown(&first, &["leases"]).await);

    assert_eq!(shown(&first, &["forget", "10.99.0.100"]).await, "forgotten: 10.99.0.100\n");
    let again = dhcp(&first, &["forget", "10.99.0.100"]).await;
    assert_eq!((again.code, again.stdout.as_str()), (Some(1), ""));
    assert_eq!(again.stderr, "error: there is no lease of 10.99.0.100 (field `address`)\n");
    first.kill().await;

    let second = serve(&dir).await;
    let kept = client(&second).dhcp_leases().await.unwrap();
    let kept: Vec<_> = kept.iter().map(|lease| (lease.address.octets()[3], lease.state)).collect();
    assert_eq!(kept, [(101, DhcpLeaseState::Declined), (102, DhcpLeaseState::Bound)]);
    client(&second).forget_dhcp_lease(Ipv4Addr::new(10, 99, 0, 101)).await.unwrap();
    let listed: serde_json::Value =
        serde_json::from_str(&dhcp(&second, &["leases", "--json"]).await.stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["mac"], "00:04:f2:00:00:03");
}

#[tokio::test]
async fn a_status_tells_what_was_dropped_for_which_reason() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let served = serve(&dir).await;
    let before = client(&served).dhcp().await.unwrap();
    assert_eq!((before.mode, before.enabled, before.counters.received), (DhcpMode::Enterprise, true, 0));
    assert_eq!(before.counters.dropped.len(), DhcpDropReason::ALL.len());

    let guest = Guest::new(served.endpoints.dhcp, 1).await;
    guest.socket.send_to(b"no DHCP at all", guest.server).await.unwrap();
    // Datagrams of one sender are handled in order: with this answer the one before is counted.
    guest.lease().await;
    let after = client(&served).dhcp().await.unwrap().counters;
    assert_eq!((after.dropped["too_short"], after.dropped["magic_cookie"]), (1, 0));
    expect![[r#"
        Mode       : enterprise
        Enabled    : yes
        Listens    : 127.0.0.1:<port>/udp
        Received   : 3       datagrams
        Answered   : 2
        Not sent   : 0       the system refused to send the answer
        Given back : 0       DHCPRELEASE and DHCPDECLINE, which have no answer
        In use     : 0       addresses that answered a ping, and were put aside
        Dropped    : 1
          too_short                1       shorter than a header and the magic cookie, 240 bytes
    "#]]
    .assert_eq(&shown(&served, &["status"]).await);
    let json = dhcp(&served, &["status", "--json"]).await.stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["counters"]["dropped"]["too_short"], 1);
}

#[tokio::test]
async fn a_pool_that_gives_no_leases_says_so() {
    logs::start();
    for (mode, enabled) in [("registrar", true), ("off", false)] {
        let served = Served::start(BINARY, &["--dhcp-mode", mode]).await;
        let expected = format!("This pool gives no leases: its DHCP mode is {mode}.\n");
        assert_eq!(shown(&served, &["leases"]).await, expected);
        assert_eq!(shown(&served, &["leases", "--json"]).await, "[]\n");
        let status = client(&served).dhcp().await.unwrap();
        assert_eq!((status.mode.as_str(), status.enabled), (mode, enabled));
        assert_eq!(status.listens.is_empty(), mode == "off");
        assert_eq!(dhcp(&served, &["forget", "10.99.0.100"]).await.code, Some(1));
    }
    let wrong = finish(BINARY, &["dhcp", "forget", "10.99.0"]).await;
    assert_eq!(wrong.code, Some(2));
}

#[tokio::test]
async fn a_lease_that_has_ended_is_neither_listed_nor_there_to_be_forgotten() {
    logs::start();
    let options = Options {
        dhcp: DhcpOptions {
            mode: Some(Configured::Enterprise),
            ranges: Some(vec![RANGE.to_owned()]),
            lease_seconds: Some(3600),
            ..DhcpOptions::default()
        },
        ..Options::default()
    };
    let pool = LyncMock::builder().options(options).start().await.unwrap();
    let address = Guest::new(pool.endpoints().dhcp, 7).await.lease().await;
    let [lease] = &pool.dhcp_leases()[..] else { panic!("one lease: {:?}", pool.dhcp_leases()) };
    assert_eq!((lease.address, lease.state), (address, LeaseState::Bound));
    assert_eq!(lease.mac.unwrap().to_string(), "00:04:f2:00:00:07");
    assert_eq!(pool.dhcp_counters().answered(), 2);

    pool.clock().advance(time::Duration::hours(1));
    assert_eq!(pool.dhcp_leases(), []);
    let admin = Client::new(pool.endpoints().admin.as_ref().unwrap(), None, None).unwrap();
    assert_eq!(admin.dhcp_leases().await.unwrap(), []);
    let error = admin.forget_dhcp_lease(address).await.unwrap_err();
    assert_eq!(error.kind(), Some(lync_admin::Kind::NotFound));
}

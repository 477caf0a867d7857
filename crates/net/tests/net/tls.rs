//! Handshakes: versions, the clock, and who trusts whom.

use crate::certificates::Authority;
use crate::running::{GET, Running, exchange, until_close, who};
use lync_model::Clock;
use lync_net::Options;
use lync_net::tls::{self, Identity, TrustStore};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, KeyLog, SupportedProtocolVersion};
use std::io;
use std::sync::{Arc, Mutex};
use time::macros::datetime;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsConnector;

pub(crate) const HOST: &str = "pool.test";

/// One request over a fresh connection; an error is a handshake that one of the two ends refused.
pub(crate) async fn ask(server: &Running, config: Arc<ClientConfig>) -> io::Result<String> {
    let host = ServerName::try_from(HOST).unwrap();
    let mut stream = TlsConnector::from(config).connect(host, server.connect().await).await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    exchange(&mut stream, GET).await
}

/// A client that knows only one version and, where asked, post-quantum groups first.
fn one_version(authority: &Authority, version: &'static SupportedProtocolVersion) -> Arc<ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.root()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let server = Running::start(Some(acceptor), who(), Options::default()).await;
    for (version, shown) in
        [(&rustls::version::TLS12, "TLSv1_2 TLS_ECDHE_"), (&rustls::version::TLS13, "TLSv1_3 TLS13_")]
    {
        let answer = ask(&server, one_version(&authority, version)).await.unwrap();
        assert!(answer.contains(shown), "{answer}");
        assert!(answer.contains("Some(\"pool.test\") false"), "{answer}");
    }
}

#[tokio::test]
async fn a_resumed_session_is_served_like_a_full_one() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let server = Running::start(Some(acceptor), who(), Options::default()).await;
    let config = one_version(&authority, &rustls::version::TLS13);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let host = ServerName::try_from(HOST).unwrap();
        let connector = TlsConnector::from(Arc::clone(&config));
        let mut stream = connector.connect(host, server.connect().await).await.unwrap();
        assert!(exchange(&mut stream, GET).await.unwrap().contains("TLSv1_3"));
        kinds.push(stream.get_ref().1.handshake_kind());
    }
    assert_eq!(kinds, [Some(rustls::HandshakeKind::Full), Some(rustls::HandshakeKind::Resumed)]);
}

#[tokio::test]
async fn tls_1_1_is_refused_with_a_fatal_alert() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let server = Running::start(Some(acceptor), who(), Options::default()).await;
    // ClientHello of TLS 1.1, which knows no signature_algorithms: rustls says handshake_failure (40) to that. With TLS_RSA_WITH_AES_128_CBC_SHA and no extension.
    let mut hello = vec![3, 2];
    hello.extend([7; 32]); // random
    hello.extend([0, 0, 2, 0x00, 0x2f, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);
    let mut old = server.connect().await;
    old.write_all(&record).await.unwrap();
    let answer = until_close(&mut old).await;
    assert!(matches!(answer[..], [0x15, 3, _, 0, 2, 2, 40 | 70]), "{answer:02x?}");
}

async fn mutual(trust: TrustStore, identity: &Identity) -> Running {
    let acceptor = tls::server_mutual(identity, trust, &Clock::system()).unwrap();
    Running::start(Some(acceptor), who(), Options::default()).await
}

#[tokio::test]
async fn mutual_tls_takes_its_own_clients_only() {
    let ours = Authority::new("root");
    let foreign = Authority::new("another root");
    let namesake = Authority::new("root");
    let server = mutual(ours.trust(), &ours.server(HOST)).await;
    let client = |identity: Option<&Identity>| tls::client(ours.trust(), identity, &Clock::system()).unwrap();

    let answer = ask(&server, client(Some(&ours.client("fe01")))).await.unwrap();
    assert!(answer.ends_with("Some(\"pool.test\") true"), "{answer}");
    ask(&server, client(None)).await.unwrap_err();
    ask(&server, client(Some(&foreign.client("fe01")))).await.unwrap_err();
    ask(&server, client(Some(&namesake.client("fe01")))).await.unwrap_err();
    ask(&server, client(Some(&ours.client("fe02")))).await.unwrap();
}

#[tokio::test]
async fn a_change_of_the_servers_trust_counts_for_the_next_handshake() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let trust = old.trust();
    let server = mutual(trust.clone(), &old.server(HOST)).await;
    let of_old = tls::client(old.trust(), Some(&old.client("fe01")), &Clock::system()).unwrap();
    let of_new = tls::client(old.trust(), Some(&new.client("fe01")), &Clock::system()).unwrap();

    ask(&server, Arc::clone(&of_old)).await.unwrap();
    ask(&server, Arc::clone(&of_new)).await.unwrap_err();
    assert!(trust.add(new.root()).unwrap());
    assert!(trust.remove(&old.root()));
    assert_eq!((trust.generation(), trust.list()), (2, vec![new.root()]));
    ask(&server, of_old).await.unwrap_err();
    ask(&server, Arc::clone(&of_new)).await.unwrap();
    assert!(trust.remove(&new.root()));
    ask(&server, of_new).await.unwrap_err();
}

#[tokio::test]
async fn a_change_of_the_clients_trust_counts_for_the_next_handshake() {
    let authority = Authority::new("root");
    let namesake = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let server = Running::start(Some(acceptor), who(), Options::default()).await;
    let trust = TrustStore::new([]).unwrap();
    let client = tls::client(trust.clone(), None, &Clock::system()).unwrap();

    ask(&server, Arc::clone(&client)).await.unwrap_err();
    trust.add(authority.root()).unwrap();
    ask(&server, Arc::clone(&client)).await.unwrap();
    trust.replace([namesake.root()]).unwrap();
    ask(&server, client).await.unwrap_err();
}

#[tokio::test]
async fn a_certificate_expires_by_the_models_clock_at_either_end() {
    let authority = Authority::new("root");
    let (from, to) = (datetime!(2013-01-01 00:00 UTC), datetime!(2014-01-01 00:00 UTC));
    let identity = authority.valid(HOST, from, to);
    for (servers, clients, fine) in [
        (datetime!(2013-06-01 00:00 UTC), datetime!(2013-06-01 00:00 UTC), true),
        (datetime!(2014-06-01 00:00 UTC), datetime!(2013-06-01 00:00 UTC), false),
        (datetime!(2013-06-01 00:00 UTC), datetime!(2014-06-01 00:00 UTC), false),
        (datetime!(2013-06-01 00:00 UTC), datetime!(2012-06-01 00:00 UTC), false),
    ] {
        let acceptor = tls::server_mutual(&identity, authority.trust(), &Clock::stopped(servers)).unwrap();
        let server = Running::start(Some(acceptor), who(), Options::default()).await;
        let clock = Clock::stopped(clients);
        let client = tls::client(authority.trust(), Some(&identity), &clock).unwrap();
        assert_eq!(ask(&server, Arc::clone(&client)).await.is_ok(), fine, "{servers} {clients}");
        clock.set(datetime!(2013-06-01 00:00 UTC));
        assert_eq!(
            ask(&server, client).await.is_ok(),
            servers.year() == 2013,
            "after the clock was set right"
        );
    }
}

#[test]
fn what_is_no_certificate_becomes_no_root_and_leaves_the_store_as_it_was() {
    let authority = Authority::new("root");
    let trust = authority.trust();
    trust.add(b"nonsense".to_vec().into()).unwrap_err();
    trust.replace([vec![0x30, 0x00].into()]).unwrap_err();
    TrustStore::new([vec![].into()]).unwrap_err();
    assert_eq!((trust.generation(), trust.list()), (0, vec![authority.root()]));
    assert!(!trust.add(authority.root()).unwrap());
    assert!(!trust.remove(&Authority::new("root").root()));
    assert_eq!(trust.generation(), 0);
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let authority = Authority::new("root");
    let (a, b) = (authority.server(HOST), authority.server(HOST));
    let mixed = Identity::new(a.chain().to_vec(), b.key().clone_key());
    tls::server(&mixed, &Clock::system()).unwrap_err();
    tls::client(authority.trust(), Some(&mixed), &Clock::system()).unwrap_err();
}

#[test]
fn debug_shows_no_key() {
    let identity = Authority::new("root").server(HOST);
    assert_eq!(format!("{identity:?}"), "Identity { certificates: 1, .. }");
}

/// Keeps the labels of what it is told.
#[derive(Debug, Default)]
struct Labels(Mutex<Vec<String>>);

impl KeyLog for Labels {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        assert!(client_random.len() == 32 && !secret.is_empty());
        self.0.lock().unwrap().push(label.to_owned());
    }
}

#[tokio::test]
async fn the_secrets_of_a_session_go_to_the_key_log_of_its_acceptor_alone() {
    let authority = Authority::new("root");
    let acceptor = tls::server(&authority.server(HOST), &Clock::system()).unwrap();
    let log = Arc::new(Labels::default());
    let logged = Running::start(Some(acceptor.with_key_log(log.clone())), who(), Options::default()).await;
    let silent = Running::start(Some(acceptor), who(), Options::default()).await;
    let client = one_version(&authority, &rustls::version::TLS13);
    ask(&silent, Arc::clone(&client)).await.unwrap();
    assert_eq!(*log.0.lock().unwrap(), [""; 0]);
    ask(&logged, client).await.unwrap();
    ask(&logged, one_version(&authority, &rustls::version::TLS12)).await.unwrap();
    let labels = log.0.lock().unwrap();
    for label in ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "CLIENT_RANDOM"] {
        assert!(labels.iter().any(|told| told == label), "{label}: {labels:?}");
    }
}

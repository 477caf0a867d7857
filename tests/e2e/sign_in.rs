//! The whole way of a phone, and what it leaves with.

use lync_phone::{KeyKind, SignIn, SignedIn, StepName};
use lync_tests::{logs, pool, tool};
use lyncmock::{CertificateKey, LyncMock, UserFixture};
use std::path::Path;
use tempfile::TempDir;
use time::Duration;

/// Writes what the phone has as DER and PEM files, and answers with the folder.
fn files_of(signed_in: &SignedIn) -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("leaf.der"), &signed_in.certificate).unwrap();
    std::fs::write(path("key.der"), signed_in.key.expose()).unwrap();
    let mut chain = String::new();
    for (number, certificate) in signed_in.chain.iter().enumerate() {
        let der = path(&format!("ca{number}.der"));
        std::fs::write(&der, certificate).unwrap();
        chain.push_str(&tool::run("openssl", &["x509", "-inform", "der", "-in", tool::path(&der)]));
    }
    std::fs::write(path("chain.pem"), chain).unwrap();
    tool::run(
        "openssl",
        &[
            "x509",
            "-inform",
            "der",
            "-in",
            tool::path(&path("leaf.der")),
            "-out",
            tool::path(&path("leaf.pem")),
        ],
    );
    folder
}

fn openssl_verifies(folder: &Path) {
    let (chain, leaf) = (folder.join("chain.pem"), folder.join("leaf.pem"));
    let said = tool::run(
        "openssl",
        &["verify", "-purpose", "sslclient", "-CAfile", tool::path(&chain), tool::path(&leaf)],
    );
    assert!(said.contains("leaf.pem: OK"), "{said}");
}

#[tokio::test]
async fn a_phone_goes_from_dhcp_to_a_certificate_that_openssl_verifies() {
    let pool = pool().await;
    let report = pool.phone("+12065551219", "0712").run().await;
    let steps: Vec<StepName> = report.steps.iter().map(|step| step.name).collect();
    assert_eq!(
        steps,
        [
            StepName::Discovery,
            StepName::RootChain,
            StepName::CertProvMetadata,
            StepName::WebTicketMetadata,
            StepName::WebTicket,
            StepName::Certificate,
        ]
    );
    let signed_in = report.outcome.unwrap();
    assert_eq!(signed_in.user.as_str(), "sip:kenmyer@litwareinc.com");
    assert!(signed_in.issuer_in_chain);

    let folder = files_of(&signed_in);
    openssl_verifies(folder.path());
    let leaf = folder.path().join("leaf.pem");
    let shown = tool::run("openssl", &["x509", "-noout", "-text", "-in", tool::path(&leaf)]);
    assert!(shown.contains("CN = kenmyer@litwareinc.com"), "{shown}");
    assert!(shown.contains("URI:sip:kenmyer@litwareinc.com"), "{shown}");
    assert!(shown.contains("TLS Web Client Authentication"), "{shown}");
    // 180 days, as DefaultValidityPeriodHours says.
    let validity = signed_in.certificate_expires - pool.clock().now();
    assert!((Duration::days(180) - validity).abs() < Duration::minutes(5), "{validity}");
    // The key is the certificate's.
    let key = folder.path().join("key.der");
    let of_key = tool::run("openssl", &["pkey", "-inform", "der", "-in", tool::path(&key), "-pubout"]);
    let of_leaf = tool::run("openssl", &["x509", "-in", tool::path(&leaf), "-noout", "-pubkey"]);
    assert_eq!(of_key, of_leaf);
}

#[tokio::test]
async fn a_number_an_extension_and_a_number_without_plus_find_the_same_user() {
    let pool = pool().await;
    for typed in ["+12065551219", "12065551219", "1219"] {
        let report = pool.phone(typed, "0712").run().await;
        assert_eq!(report.outcome.unwrap().user.as_str(), "sip:kenmyer@litwareinc.com", "{typed}");
    }
}

#[tokio::test]
async fn rsa_all_the_way() {
    logs::start();
    let pool = LyncMock::builder().certificate_key(CertificateKey::Rsa2048).start().await.unwrap();
    let report = pool.phone("1219", "0712").key_kind(KeyKind::Rsa2048).run().await;
    openssl_verifies(files_of(&report.outcome.unwrap()).path());
}

#[tokio::test]
async fn a_certificate_gets_the_next_one_without_a_pin_until_it_has_expired() {
    let pool = pool().await;
    let first = pool.phone("1219", "0712").run().await.outcome.unwrap();
    let renewal = |known: &SignedIn| {
        SignIn::renew(known.certificate.clone(), known.key.clone()).clock(pool.clock().clone())
    };
    let at_this_pool = |renewal: SignIn| pool.aim(renewal);
    let second = at_this_pool(renewal(&first)).run().await.outcome.unwrap();
    assert_eq!(second.user, first.user);
    assert_ne!(second.certificate, first.certificate);

    pool.clock().advance(Duration::days(181));
    let late = at_this_pool(renewal(&second)).run().await;
    assert_eq!(late.outcome.unwrap_err().step, StepName::WebTicket);
}

#[tokio::test]
async fn a_revoked_certificate_gets_nothing() {
    let pool = pool().await;
    let signed_in = pool.phone("1219", "0712").run().await.outcome.unwrap();
    pool.revoke_certificates(&signed_in.user).await.unwrap();
    let renewal = SignIn::renew(signed_in.certificate, signed_in.key).clock(pool.clock().clone());
    let refused = pool.aim(renewal).run().await.outcome.unwrap_err();
    assert_eq!(refused.step, StepName::WebTicket);
}

#[tokio::test]
async fn a_sip_address_that_does_not_own_the_pin_fails() {
    let pool = pool().await;
    let other = "sip:pin-locked@litwareinc.com".parse().unwrap();
    let report = pool.phone("1219", "0712").user_sip_address(other).run().await;
    assert_eq!(report.outcome.unwrap_err().step, StepName::WebTicket);
    let own = "sip:kenmyer@litwareinc.com".parse().unwrap();
    assert!(pool.phone("1219", "0712").user_sip_address(own).run().await.outcome.is_ok());
}

#[tokio::test]
async fn a_pool_can_be_built_with_its_own_user_name_and_port() {
    logs::start();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let jane = UserFixture::new("sip:jane@lab.example", "tel:+12065551777;ext=1777", "258036").unwrap();
    let pool =
        LyncMock::builder().fqdn("pool01.lab.example").https_port(free).user(jane).start().await.unwrap();
    let report = pool.phone("1777", "258036").run().await;
    let uri = format!("https://pool01.lab.example:{free}/CertProv/CertProvisioningService.svc");
    assert_eq!(report.target_uri.as_deref(), Some(uri.as_str()));
    assert_eq!(report.outcome.unwrap().user.as_str(), "sip:jane@lab.example");
}

#[tokio::test]
async fn pools_run_side_by_side_and_do_not_know_each_other() {
    logs::start();
    let (a, b) = tokio::join!(LyncMock::start(), LyncMock::start());
    assert_ne!(a.ca_pem(), b.ca_pem());
    a.set_pin(&"sip:kenmyer@litwareinc.com".parse().unwrap(), "5319").await.unwrap();
    assert!(a.phone("1219", "5319").run().await.outcome.is_ok());
    assert!(b.phone("1219", "5319").run().await.outcome.is_err());
    assert!(b.phone("1219", "0712").run().await.outcome.is_ok());
}

#[tokio::test]
async fn a_pool_that_is_stopped_leaves_nothing_behind() {
    let pool = pool().await;
    let endpoints = pool.endpoints().clone();
    assert!(endpoints.ca_pem.is_file());
    pool.stop().await;
    for url in [&endpoints.http, &endpoints.https, &endpoints.userpin] {
        let address = lync_tests::raw::address(url);
        assert!(tokio::net::TcpStream::connect(address).await.is_err(), "{url} still listens");
    }
    assert!(!endpoints.ca_pem.exists());
}

/// Waits until nobody listens there any more.
async fn is_closed(url: &str) {
    let address = lync_tests::raw::address(url);
    let closed = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(lync_tests::raw::PATIENCE, closed)
        .await
        .unwrap_or_else(|_| panic!("{url} still listens"));
}

#[tokio::test]
async fn a_pool_stops_when_it_is_dropped() {
    let pool = pool().await;
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
    let endpoints = pool.endpoints().clone();
    drop(pool);
    for url in [&endpoints.http, &endpoints.https, &endpoints.userpin] {
        is_closed(url).await;
    }
    assert!(!endpoints.ca_pem.exists());
}

#[test]
fn a_pool_outlives_its_runtime_without_harm() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pool = runtime.block_on(pool());
    let ca = pool.endpoints().ca_pem.clone();
    drop(runtime);
    drop(pool);
    assert!(!ca.exists());
}

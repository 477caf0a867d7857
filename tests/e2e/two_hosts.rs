//! A pool of two processes: a front end, and the host whose user-PIN service it asks, over one data directory.

use lync_admin::Client;
use lync_admin::dto::{RegistrarChange, WebChange};
use lync_phone::StepName;
use lync_tests::{logs, raw};
use lyncmock::{BuildError, Catalogue, Filter, LyncMock, Options, StartError};
use std::path::Path;
use tempfile::TempDir;

async fn host(dir: &Path) -> LyncMock {
    logs::start();
    let options = Options { data_dir: Some(dir.to_owned()), ..Options::default() };
    LyncMock::builder().options(options).start().await.unwrap()
}

/// A front end that knows the other host by its name.
async fn front_end_of(dir: &Path, host: &LyncMock) -> Result<LyncMock, BuildError> {
    let mut options = Options { data_dir: Some(dir.to_owned()), ..Options::default() };
    let port = raw::address(&host.endpoints().userpin).port();
    options.userpin.service = Some(format!("localhost:{port}"));
    LyncMock::builder().options(options).start().await
}

#[tokio::test]
async fn a_front_end_asks_the_user_pin_service_of_another_host() {
    let dir = TempDir::new().unwrap();
    let host = host(dir.path()).await;
    let front_end = front_end_of(dir.path(), &host).await.unwrap();
    assert_eq!(front_end.ca_pem(), host.ca_pem());
    let service = &front_end.endpoints().userpin;
    assert!(service.starts_with("https://localhost:"), "{service}");

    front_end.set_pin(&"sip:kenmyer@litwareinc.com".parse().unwrap(), "593186").await.unwrap();
    assert!(front_end.phone("1219", "0712").run().await.outcome.is_err());
    assert!(front_end.phone("1219", "593186").run().await.outcome.is_ok());
    for (pool, verified, issued) in [(&host, 1, 0), (&front_end, 0, 1)] {
        let seen = |event| pool.journal(&Filter::event(event)).len();
        assert_eq!(
            (seen("userpin.verified"), seen("webticket.issued")),
            (verified, issued),
            "{:?}",
            pool.endpoints()
        );
    }
}

#[tokio::test]
async fn a_front_end_without_its_other_host_writes_47067_and_asks_for_the_pin_again() {
    let dir = TempDir::new().unwrap();
    let host = host(dir.path()).await;
    let front_end = front_end_of(dir.path(), &host).await.unwrap();
    host.stop().await;
    let failure = front_end.phone("1219", "0712").run().await.outcome.unwrap_err();
    assert_eq!(failure.step, StepName::WebTicket);
    let numbers: Vec<_> = front_end.events().iter().map(|event| event.id).collect();
    assert_eq!(numbers, [Some(47067), Some(47067)]);
}

/// Whatever the catalogue says about the hop fails where it can be armed, and is refused where it cannot act.
#[tokio::test]
async fn what_fails_the_hop_is_armed_on_the_host_that_it_is_about() {
    let dir = TempDir::new().unwrap();
    let host = host(dir.path()).await;
    let front_end = front_end_of(dir.path(), &host).await.unwrap();
    let mut refused = 0;
    for scenario in Catalogue::built_in().iter().filter(|scenario| scenario.chapter == "hop") {
        match front_end.scenario(&scenario.name).arm().await {
            Ok(armed) => {
                assert!(front_end.phone("1219", "0712").run().await.outcome.is_err(), "{}", scenario.name);
                armed.lift().await.unwrap();
            }
            Err(error) => {
                let told = format!(
                    "{} acts where the user-PIN service is; arm it there, on localhost",
                    scenario.name
                );
                assert_eq!(error.to_string(), told);
                // What takes seconds to fail is left to its own test.
                host.scenario(&scenario.name).arm().await.unwrap().lift().await.unwrap();
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 16);
    let armed = host.scenario("user-pin-service-error").arm().await.unwrap();
    assert!(front_end.phone("1219", "0712").run().await.outcome.is_err());
    armed.lift().await.unwrap();
    assert!(front_end.phone("1219", "0712").run().await.outcome.is_ok());
}

#[tokio::test]
async fn a_data_directory_has_one_front_end_and_one_host_and_no_more() {
    let dir = TempDir::new().unwrap();
    let host = host(dir.path()).await;
    let _front_end = front_end_of(dir.path(), &host).await.unwrap();
    let second = front_end_of(dir.path(), &host).await.err();
    assert!(matches!(second, Some(BuildError::Start(StartError::InUse { .. }))), "{second:?}");
}

#[tokio::test]
async fn neither_process_writes_over_what_the_other_has_set() {
    let dir = TempDir::new().unwrap();
    let host = host(dir.path()).await;
    let front_end = front_end_of(dir.path(), &host).await.unwrap();
    let of = |pool: &LyncMock| Client::new(pool.endpoints().admin.as_ref().unwrap(), None, None).unwrap();
    let web =
        |use_pin_auth| WebChange { use_pin_auth, hsts_max_age_seconds: Some(7), ..WebChange::default() };
    of(&front_end).change_web_settings(&web(Some(false))).await.unwrap();
    let users = RegistrarChange { max_user_count: Some(5000), ..RegistrarChange::default() };
    of(&front_end).change_registrar_settings(&users).await.unwrap();

    let told = of(&host).change_web_settings(&web(None)).await.unwrap();
    assert!(!told.use_pin_auth);
    let endpoints = RegistrarChange { max_endpoints_per_user: Some(9), ..RegistrarChange::default() };
    of(&host).change_registrar_settings(&endpoints).await.unwrap();
    front_end.stop().await;
    let front_end = front_end_of(dir.path(), &host).await.unwrap();
    assert_eq!(of(&front_end).web_settings().await.unwrap(), told);
    let registrar = of(&front_end).registrar_settings().await.unwrap();
    assert_eq!((registrar.max_user_count, registrar.max_endpoints_per_user), (5000, 9));
}

#[tokio::test]
async fn what_both_processes_set_at_once_is_kept_of_both() {
    let dir = TempDir::new().unwrap();
    let host = host(dir.path()).await;
    let front_end = front_end_of(dir.path(), &host).await.unwrap();
    let of = |pool: &LyncMock| Client::new(pool.endpoints().admin.as_ref().unwrap(), None, None).unwrap();
    let (host, front_end) = (of(&host), of(&front_end));
    for n in 1..=20 {
        let users = RegistrarChange { max_user_count: Some(5000 + n), ..RegistrarChange::default() };
        let endpoints = RegistrarChange { max_endpoints_per_user: Some(n), ..RegistrarChange::default() };
        let (one, other) = tokio::join!(
            host.change_registrar_settings(&users),
            front_end.change_registrar_settings(&endpoints)
        );
        one.unwrap();
        other.unwrap();
        // Whoever sets something hears what is kept.
        let kept = host.change_registrar_settings(&users).await.unwrap();
        assert_eq!((kept.max_user_count, kept.max_endpoints_per_user), (5000 + n, n));
    }
}

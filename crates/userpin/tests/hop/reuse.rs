//! Connections are kept, and a service that comes back is found again.

use crate::support::{Asker, Authority, Memory, Service, pin};
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    for _ in 0..20 {
        asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
    }
    assert_eq!(service.connections.lock().unwrap().len(), 1);
    assert_eq!(memory.checks(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_a_time_share_a_bounded_number_of_connections() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Arc::new(Asker::new(service.addr, &authority, &authority));
    let mut phones = JoinSet::new();
    for _ in 0..200 {
        let asker = Arc::clone(&asker);
        phones.spawn(async move { asker.client.verify_pin("1219", &pin("0712")).await });
    }
    for verdict in phones.join_all().await {
        verdict.unwrap();
    }
    let connections = service.connections.lock().unwrap().len();
    assert!((1..=16).contains(&connections), "{connections}");
}

#[tokio::test]
async fn a_service_that_was_killed_and_started_again_is_asked_again_with_its_new_key() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let mut service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    for round in 1..=5 {
        asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
        let addr = service.kill().await;
        service = Service::start_at(addr, &authority, &memory).await;
        let wrong = asker.client.verify_pin("1219", &pin("9999")).await;
        assert_eq!(wrong, Err(UserPinError::Refused(PinFailureReason::IncorrectPin)));
        assert_eq!(memory.checks(), 2 * round, "each check was counted once");
    }
    assert!(asker.events.take().is_empty());
}

//! The hop from the front end to the user-PIN service, when it fails.

use lync_phone::{FailureKind, StepName};
use lync_tests::pool;
use lyncmock::{Clock, Level};
use time::Duration;

/// Past notAfter of the server certificate: the two ends of the hop no longer trust each other, while a phone with
/// the right time still trusts the web services.
const AGES: Duration = Duration::days(3 * 365);

#[tokio::test]
async fn a_failed_hop_is_event_47067_twice_and_the_pin_prompt_again() {
    let pool = pool().await;
    let right = |clock: &Clock| pool.phone("1219", "0712").clock(clock.clone());
    let system = Clock::system();
    pool.clock().advance(AGES);
    let failure = right(&system).run().await.outcome.unwrap_err();
    assert_eq!(failure.step, StepName::WebTicket);
    let FailureKind::Status { head } = &failure.kind else { panic!("{failure}") };
    // To the phone it looks like a wrong PIN.
    assert_eq!(head.header("WWW-Authenticate").as_deref(), Some("Basic realm =\"LYNC\""));

    let events = pool.events();
    let port = lync_tests::raw::address(&pool.endpoints().userpin).port();
    let requests = ["GetEncryptionKeyRequest", "GetPublishedCertRequest"];
    assert_eq!(events.len(), requests.len(), "{events:?}");
    for request in requests {
        let event = events.iter().find(|event| event.description.contains(request)).unwrap();
        assert_eq!(
            (event.source, event.id, event.task_category),
            ("LS UserPin Service", Some(47067), Some(1044))
        );
        assert_eq!(event.level, Level::Error);
        let expected = format!(
            "A server did not respond to HTTP request\n\
             Server atl-cs-001.litwareinc.com did not respond to HTTP request {request} targeted at \
             https://atl-cs-001.litwareinc.com:{port}/LiveServer/UserPinService\n\
             Cause:\nServer might be down or the network path between servers might not be properly configured.\n\
             Resolution:\nPlease ensure that the server can be connected on the target port using telnet and then re-try."
        );
        assert_eq!(event.description, expected);
    }

    // Nothing else is wrong: when the certificates are good again, so is the PIN.
    pool.clock().advance(-AGES);
    assert!(right(&system).run().await.outcome.is_ok());
    assert_eq!(pool.events().len(), requests.len());
}

//! Rules: each action, and whom it meets.

use crate::support::{Asker, Authority, BOTH, Memory, Service, pin};
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::{PublishedCertificate, SipUri};
use std::sync::Arc;
use time::OffsetDateTime;

const WRONG: Result<SipUri, UserPinError> = Err(UserPinError::Refused(PinFailureReason::IncorrectPin));

struct Hop {
    service: Service,
    asker: Asker,
    memory: Arc<Memory>,
}

impl Hop {
    async fn start(rules: &str) -> Self {
        let (authority, memory) = (Authority::new("root"), Memory::new());
        let service = Service::start(&authority, &memory).await;
        service.arm(rules);
        let asker = Asker::new(service.addr, &authority, &authority);
        Self { service, asker, memory }
    }

    async fn verify(&self, phone_or_ext: &str) -> Result<SipUri, UserPinError> {
        self.asker.client.verify_pin(phone_or_ext, &pin("0712")).await
    }
}

fn rule(operation: &str, what: &str) -> String {
    format!("[[rule]]\nname = \"ours\"\nwhere = \"userpin.{operation}\"\n{what}\n")
}

fn user() -> SipUri {
    "sip:kenmyer@litwareinc.com".parse().unwrap()
}

fn certificate_of(user: SipUri) -> PublishedCertificate {
    let now = OffsetDateTime::UNIX_EPOCH;
    PublishedCertificate {
        user,
        device_id: "{1}".to_owned(),
        certificate: vec![1],
        publication_time: now,
        expiration_time: now,
    }
}

#[tokio::test]
async fn wrong_wrong_ok_is_counted_per_number() {
    let hop = Hop::start(&rule(
        "verify-pin",
        "then = [{ userpin = \"IncorrectPin\" }, { userpin = \"IncorrectPin\" }, \"ok\"]",
    ))
    .await;
    assert_eq!(hop.verify("1219").await, WRONG);
    assert_eq!(hop.verify("10").await, WRONG, "another number is counted by itself");
    assert_eq!(hop.verify("1219").await, WRONG);
    assert_eq!(hop.memory.checks(), 0, "the store was not asked");
    assert_eq!(hop.verify("1219").await, Ok(user()));
    assert_eq!(hop.verify("1219").await, Ok(user()));
    let fired: Vec<_> = hop.service.noted().into_iter().filter(|note| note.event != "userpin.key").collect();
    let fired: Vec<_> = fired.iter().map(|note| (note.event, note.rule.is_some())).collect();
    let (refused, verified) = ("userpin.refused", "userpin.verified");
    assert_eq!(
        fired,
        [(refused, true), (refused, true), (refused, true), (verified, true), (verified, false)]
    );
}

#[tokio::test]
async fn every_reason_can_be_that_of_every_operation_that_refuses() {
    for reason in PinFailureReason::ALL {
        let hop = Hop::start(&rule("verify-pin", &format!("what = {{ userpin = \"{reason}\" }}"))).await;
        let refused = UserPinError::Refused(reason);
        assert_eq!(hop.verify("1219").await, Err(refused.clone()));
        let note = hop.service.noted().pop().unwrap();
        assert_eq!((note.event, note.decoded["reason"].as_str()), ("userpin.refused", reason.name()));
        assert_eq!(note.rule.unwrap().name, "ours");
        hop.service.arm(&rule("publish-cert", &format!("what = {{ userpin = \"{reason}\" }}")));
        assert_eq!(hop.asker.client.publish_cert(&certificate_of(user())).await, Err(refused.clone()));
        hop.service.arm(&rule("get-published-cert", &format!("what = {{ userpin = \"{reason}\" }}")));
        assert_eq!(hop.asker.client.get_published_certs(&user()).await, Err(refused));
        assert_eq!(hop.memory.calls(), 0);
        assert!(hop.asker.events.take().is_empty());
    }
}

#[tokio::test]
async fn a_rule_for_one_user_meets_no_other() {
    let hop = Hop::start(
        "[[rule]]\nwhere = \"userpin\"\nwho = { user = \"kenmyer\" }\nwhat = { userpin = \"PinExpired\" }",
    )
    .await;
    let expired = UserPinError::Refused(PinFailureReason::PinExpired);
    assert_eq!(hop.verify("1219").await, Err(expired.clone()));
    let note = hop.service.noted().pop().unwrap();
    assert_eq!(note.device.phone_or_ext.as_deref(), Some("1219"), "the rule knows whose it is");
    assert_eq!(hop.verify("15").await, WRONG);
    assert_eq!(hop.asker.client.publish_cert(&certificate_of(user())).await, Err(expired));
    let other: SipUri = "sip:other@litwareinc.com".parse().unwrap();
    assert_eq!(hop.asker.client.publish_cert(&certificate_of(other)).await, Ok(()));
}

#[tokio::test]
async fn a_number_is_noted_only_where_the_rule_knows_it() {
    let hop = Hop::start(&rule("verify-pin", "what = { userpin = \"IncorrectPin\" }")).await;
    assert_eq!(hop.verify("5831").await, WRONG);
    let note = hop.service.noted().pop().unwrap();
    assert!(note.rule.is_some() && !format!("{note:?}").contains("5831"), "{note:?}");
}

#[tokio::test]
async fn a_fault_looks_like_a_store_that_failed() {
    let hop = Hop::start(&rule("verify-pin", "what = { userpin = \"fault\" }")).await;
    let failed = hop.verify("1219").await.unwrap_err();
    assert!(matches!(&failed, UserPinError::Store(text) if text.contains("the service failed")), "{failed}");
    let note = hop.service.noted().pop().unwrap();
    assert_eq!((note.event, note.outcome.as_str(), hop.memory.checks()), ("userpin.refused", "failed", 0));
    assert!(hop.asker.events.take().is_empty(), "it did answer");
}

#[tokio::test]
async fn an_http_answer_is_as_it_is_written() {
    let body = "body = \"<html/>\", headers = { Content-Type = \"text/html\" }";
    let hop =
        Hop::start(&rule("get-encryption-key", &format!("what = {{ http = {{ status = 503, {body} }} }}")))
            .await;
    let failed = hop.verify("1219").await.unwrap_err();
    let UserPinError::Unavailable { request, cause } = &failed else { panic!("{failed}") };
    assert_eq!(*request, "GetEncryptionKeyRequest");
    assert!(cause.contains("503"), "{cause}");
    let note = hop.service.noted().swap_remove(0);
    assert_eq!((note.event, note.outcome.as_str()), ("userpin.refused", "refused"));
    assert_eq!(hop.asker.events.take(), ["GetEncryptionKeyRequest documented"]);
}

#[tokio::test]
async fn a_connection_that_ends_is_no_answer() {
    for (word, outcome) in [("reset", "failed"), ("close", "failed"), ("close-half-way", "failed")] {
        let hop = Hop::start(&rule("get-encryption-key", &format!("what = \"{word}\""))).await;
        let failed = hop.verify("1219").await.unwrap_err();
        assert!(
            matches!(failed, UserPinError::Unavailable { request: "GetEncryptionKeyRequest", .. }),
            "{word}: {failed}"
        );
        assert_eq!(hop.asker.events.take(), ["GetEncryptionKeyRequest documented"]);
        let note = hop.service.noted().swap_remove(0);
        assert_eq!((note.outcome.as_str(), note.rule.unwrap().name.as_str()), (outcome, "ours"), "{word}");
        hop.service.rules.disarm_where(|_| true);
        assert_eq!(hop.verify("1219").await, Ok(user()), "{word}");
    }
}

#[tokio::test]
async fn a_stalled_request_is_given_up_by_the_client() {
    let mut hop = Hop::start(&rule("verify-pin", "what = \"stall\"")).await;
    hop.asker = hop.asker.impatient();
    let failed = hop.verify("1219").await.unwrap_err();
    assert!(matches!(failed, UserPinError::Unavailable { request: "VerifyPinRequest", .. }), "{failed}");
    assert_eq!(
        (hop.memory.checks(), hop.asker.events.take()),
        (0, vec!["VerifyPinRequest inferred".to_owned()])
    );
}

#[tokio::test]
async fn a_delay_comes_first() {
    let hop = Hop::start(&rule("get-encryption-key", "delay = \"50ms\"")).await;
    let begin = std::time::Instant::now();
    assert_eq!(hop.verify("1219").await, Ok(user()));
    assert!(begin.elapsed().as_millis() >= 50);
    let note = hop.service.noted().swap_remove(0);
    assert_eq!((note.event, note.rule.unwrap().name.as_str()), ("userpin.key", "ours"));
}

#[tokio::test]
async fn kept_connections_die_with_the_door_of_their_service() {
    let hop = Hop::start("").await;
    assert_eq!(hop.verify("1219").await, Ok(user()));
    hop.service.door.close();
    for _ in 0..2 {
        let failed = hop.verify("1219").await.unwrap_err();
        assert!(matches!(failed, UserPinError::Unavailable { .. }), "{failed}");
        assert_eq!(hop.asker.events.take(), BOTH);
    }
    hop.service.door.open().unwrap();
    assert_eq!(hop.verify("1219").await, Ok(user()));
    assert_eq!((hop.memory.checks(), hop.asker.events.take().len()), (2, 0));
}

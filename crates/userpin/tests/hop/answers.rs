//! What the client gets is what the service said.

use crate::support::{Asker, Authority, Behaviour, Memory, Service, pin};
use lync_model::PublishedCertificate;
use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use time::macros::datetime;

#[tokio::test]
async fn a_right_pin_names_its_user_and_a_wrong_one_is_refused() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    let user = asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
    assert_eq!(user.to_string(), "sip:kenmyer@litwareinc.com");
    let wrong = asker.client.verify_pin("1219", &pin("1234")).await;
    assert_eq!(wrong, Err(UserPinError::Refused(PinFailureReason::IncorrectPin)));
    assert_eq!(memory.checks(), 2);
    assert!(asker.events.take().is_empty());
}

#[tokio::test]
async fn every_reason_of_a_refusal_comes_through() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    for reason in PinFailureReason::ALL {
        let verdict = asker.client.verify_pin(&reason.number().to_string(), &pin("0712")).await;
        assert_eq!(verdict, Err(UserPinError::Refused(reason)));
    }
}

fn certificate() -> PublishedCertificate {
    PublishedCertificate {
        user: "sip:kenmyer@litwareinc.com".parse().unwrap(),
        device_id: "{B1A3C6F0-0000-1000-8000-0004F2000001}".to_owned(),
        certificate: (0..=255).collect(),
        publication_time: datetime!(2013-06-01 12:00 UTC),
        expiration_time: datetime!(2013-11-28 12:00 UTC),
    }
}

#[tokio::test]
async fn published_certificates_come_back_to_their_user_only() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    let certificate = certificate();
    let user = certificate.user.clone();
    asker.client.publish_cert(&certificate).await.unwrap();
    assert_eq!(asker.client.get_published_certs(&user).await.unwrap(), [certificate]);
    let other = "sip:other@litwareinc.com".parse().unwrap();
    assert_eq!(asker.client.get_published_certs(&other).await.unwrap(), []);
}

#[tokio::test]
async fn a_refused_certificate_comes_through_with_its_reason() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    let certificate = certificate();
    for reason in PinFailureReason::ALL {
        memory.set(Behaviour::Refuses(reason));
        let refused = UserPinError::Refused(reason);
        assert_eq!(asker.client.publish_cert(&certificate).await, Err(refused.clone()));
        assert_eq!(asker.client.get_published_certs(&certificate.user).await, Err(refused));
    }
    assert!(asker.events.take().is_empty());
    memory.set(Behaviour::Works);
    assert_eq!(asker.client.get_published_certs(&certificate.user).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_store_that_fails_is_no_silence_and_its_words_stay_at_home() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    memory.set(Behaviour::Fails);
    let failed = asker.client.verify_pin("1219", &pin("0712")).await;
    assert!(matches!(&failed, Err(UserPinError::Store(text)) if !text.contains("table")), "{failed:?}");
    assert_eq!(memory.checks(), 1);
    assert!(asker.events.take().is_empty());
    memory.set(Behaviour::Works);
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
}

#[tokio::test]
async fn a_number_that_no_message_can_carry_is_nobodys() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    for number in ["", "  ", "12\u{0}19", "12\n19", "\u{fffe}", &"1".repeat(513)] {
        let verdict = asker.client.verify_pin(number, &pin("0712")).await;
        assert_eq!(verdict, Err(UserPinError::Refused(PinFailureReason::UserDoesNotExist)), "{number:?}");
    }
    assert_eq!(memory.checks(), 0);
    for number in ["<&>\"'", "é ü", &"1".repeat(512)] {
        let verdict = asker.client.verify_pin(number, &pin("0712")).await;
        assert_eq!(verdict, Err(UserPinError::Refused(PinFailureReason::UserDoesNotExist)), "{number:?}");
    }
    assert_eq!(memory.checks(), 3);
    asker.client.verify_pin(" 1219\t", &pin("0712")).await.unwrap();
}

#[tokio::test]
async fn a_pin_of_any_length_and_letters_gets_an_answer() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    for wrong in ["", " 0712", "\u{0}", "é", &"1".repeat(63), &"1".repeat(64), &"1".repeat(1_000_000)] {
        let verdict = asker.client.verify_pin("1219", &pin(wrong)).await;
        assert_eq!(verdict, Err(UserPinError::Refused(PinFailureReason::IncorrectPin)), "{}", wrong.len());
    }
    assert_eq!(memory.checks(), 7, "each of them counts");
    let verdict = asker.client.verify_pin("1218", &pin(&"1".repeat(64))).await;
    assert_eq!(verdict, Err(UserPinError::Refused(PinFailureReason::UserDoesNotExist)));
}

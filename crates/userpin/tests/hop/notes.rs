//! What every answer tells the journal.

use crate::abuse::{PATH, post, send};
use crate::support::{Asker, Authority, Behaviour, Memory, Service, pin};
use lync_model::PublishedCertificate;
use lync_model::journal::{Note, Protocol};
use lync_model::ports::{PinFailureReason, UserPinService};
use time::macros::datetime;

const USER: &str = "sip:kenmyer@litwareinc.com";
const DEVICE: &str = "{B1A3C6F0-0000-1000-8000-0004F2000001}";

fn short(note: &Note) -> (&str, &str) {
    assert_eq!(note.protocol, Protocol::UserPin);
    assert!(!format!("{note:?}").contains("0712"), "{note:?}");
    (note.event, note.outcome.as_str())
}

fn decoded<'a>(note: &'a Note, name: &str) -> &'a str {
    note.decoded.get(name).map_or("", String::as_str)
}

fn certificate() -> PublishedCertificate {
    PublishedCertificate {
        user: USER.parse().unwrap(),
        device_id: DEVICE.to_owned(),
        certificate: vec![1],
        publication_time: datetime!(2013-06-01 12:00 UTC),
        expiration_time: datetime!(2013-11-28 12:00 UTC),
    }
}

#[tokio::test]
async fn each_operation_leaves_its_note() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    asker.client.verify_pin("1219", &pin("0712")).await.unwrap();
    let notes = service.noted();
    let [key, verified] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!((short(key), short(verified)), (("userpin.key", "ok"), ("userpin.verified", "ok")));
    let device = &verified.device;
    assert_eq!((device.phone_or_ext.as_deref(), device.user.as_deref()), (Some("1219"), Some(USER)));

    asker.client.publish_cert(&certificate()).await.unwrap();
    asker.client.get_published_certs(&USER.parse().unwrap()).await.unwrap();
    let notes = service.noted();
    let [published, told] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!(
        (short(published), short(told)),
        (("userpin.published", "ok"), ("userpin.certificates", "ok"))
    );
    let device = &published.device;
    assert_eq!((device.device_id.as_deref(), device.user.as_deref()), (Some(DEVICE), Some(USER)));
    assert_eq!((told.device.user.as_deref(), decoded(told, "certificates")), (Some(USER), "1"));
}

#[tokio::test]
async fn a_refusal_is_noted_with_its_reason() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    for reason in PinFailureReason::ALL {
        let extension = reason.number().to_string();
        asker.client.verify_pin(&extension, &pin("0712")).await.unwrap_err();
        memory.set(Behaviour::Refuses(reason));
        asker.client.publish_cert(&certificate()).await.unwrap_err();
        asker.client.get_published_certs(&USER.parse().unwrap()).await.unwrap_err();
        memory.set(Behaviour::Works);
        let notes: Vec<Note> =
            service.noted().into_iter().filter(|note| note.event != "userpin.key").collect();
        assert_eq!(notes.len(), 3, "{notes:?}");
        for note in &notes {
            assert_eq!(
                (short(note), decoded(note, "reason")),
                (("userpin.refused", "refused"), reason.name())
            );
            assert!(note.summary.contains(reason.name()), "{}", note.summary);
        }
        let known = (reason != PinFailureReason::UserDoesNotExist).then_some(extension);
        assert_eq!(notes.first().unwrap().device.phone_or_ext, known);
    }
}

#[tokio::test]
async fn a_number_that_nobody_has_is_in_no_note() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    asker.client.verify_pin("0712", &pin("1219")).await.unwrap_err();
    let notes = service.noted();
    assert_eq!(short(notes.last().unwrap()), ("userpin.refused", "refused"));
}

#[tokio::test]
async fn a_store_that_fails_is_a_failure_and_no_refusal() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority);
    memory.set(Behaviour::Fails);
    asker.client.publish_cert(&certificate()).await.unwrap_err();
    let notes = service.noted();
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!((short(note), decoded(note, "reason")), (("userpin.refused", "failed"), "the service failed"));
    assert_eq!(note.device.user.as_deref(), Some(USER));
    asker.client.verify_pin("0712", &pin("1219")).await.unwrap_err();
    for note in service.noted() {
        assert_eq!(note.device.phone_or_ext, None, "nobody could say whose it is");
        short(&note);
    }
}

#[tokio::test]
async fn what_is_no_request_is_noted_too() {
    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    for (request, identity) in [
        (post("/", ""), authority.issue_member()),
        (post(PATH, "<a"), authority.issue_member()),
        (post(PATH, ""), authority.issue_phone()),
    ] {
        send(service.addr, &authority, Some(&identity), &request).await.unwrap();
        let notes = service.noted();
        let [note] = notes.as_slice() else { panic!("{notes:?}") };
        assert_eq!(short(note), ("userpin.refused", "refused"));
        assert_eq!(decoded(note, "reason"), note.summary);
    }
}

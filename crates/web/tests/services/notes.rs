//! What every answer tells the journal.

use crate::pool::{Got, Pool, USER};
use crate::requests::{AGENT, Ask, get_and_publish, issue_token, of_each_operation, pin, publish, roots};
use lync_model::journal::Protocol;
use lync_model::ports::PinFailureReason;
use lync_model::rules::Place;
use lync_web::{CERT_PROV_PATH, WEB_TICKET_PATH};

const DEVICE: &str = "{0e324752-e1ab-56eb-8f4a-267c85a97459}";

/// No PIN of these tests, in clear or in Base64, is anywhere in a note; a ticket or a key would be far longer than
/// anything that is.
fn is_discreet(got: &Got) {
    let all = format!("{:?}", got.note);
    for secret in ["0712", "9999", "MTIxOTowNzEy", "Assertion"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(got.note.decoded.values().all(|value| value.len() < 200), "{all}");
}

#[tokio::test]
async fn a_sign_in_leaves_its_notes() {
    let pool = Pool::start();
    let got = pool.send(roots().plain()).await;
    assert_eq!((got.note.protocol, got.noted()), (Protocol::CertProv, ("certprov.roots", "ok")));
    assert_eq!(got.note.device.user_agent.as_deref(), Some(AGENT));

    let got = pool.send(pin()).await;
    assert_eq!((got.note.protocol, got.noted()), (Protocol::WebTicket, ("webticket.challenged", "ok")));
    assert_eq!((got.note.correlation.as_deref(), got.status.as_u16()), (None, 401));

    let ticket = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!(ticket.noted(), ("webticket.issued", "ok"));
    let device = ticket.note.device.clone();
    assert_eq!((device.phone_or_ext.as_deref(), device.user.as_deref()), (Some("1219"), Some(USER)));
    assert_eq!(ticket.note.correlation.as_deref(), Some(ticket.header("x-ms-correlation-id")));
    assert_eq!(ticket.decoded("lifetime_seconds"), "28800");
    assert!(ticket.decoded("applies_to").ends_with("/WebTicket_Bearer"), "{:?}", ticket.note);
    assert!(ticket.decoded("token_type").ends_with("#SAMLV1.1"), "{:?}", ticket.note);
    let id = device.ticket.unwrap();
    assert!(ticket.body.contains(&format!("SamlSecurityToken-{id}\"")), "{}", ticket.body);

    let got = pool.send(get_and_publish(&ticket.body, USER, b"csr")).await;
    assert_eq!((got.note.protocol, got.noted()), (Protocol::CertProv, ("certprov.published", "ok")));
    let device = &got.note.device;
    assert_eq!((device.user.as_deref(), device.ticket.as_ref()), (Some(USER), Some(&id)));
    assert_eq!((device.device_id.as_deref(), got.decoded("device_id")), (Some(DEVICE), DEVICE));
    assert_eq!((got.decoded("entity"), got.decoded("serial")), (USER, "17:ab"));
    assert_eq!(got.decoded("not_after"), "2013-11-28T12:00:00.000Z");
    assert_eq!(got.note.correlation.as_deref(), Some(got.header("x-ms-correlation-id")));
    for got in [&ticket, &got] {
        is_discreet(got);
        assert_eq!(got.rule(), None);
    }
}

#[tokio::test]
async fn a_refused_pin_is_named_in_ucmas_words() {
    let pool = Pool::start();
    for reason in PinFailureReason::ALL {
        let extension = reason.number().to_string();
        let got = pool.send(pin().basic(&extension, "9999")).await;
        assert_eq!(got.noted(), ("webticket.refused", "refused"));
        assert!(got.note.summary.contains(reason.name()), "{}", got.note.summary);
        assert!(got.decoded("reason").contains(reason.name()), "{:?}", got.note);
        let diagnostic = got.note.diagnostic.as_ref().unwrap();
        assert_eq!((diagnostic.code, diagnostic.reason.as_str()), (Some(28003), "The pin is invalid."));
        let captured = diagnostic.name == "pin-wrong";
        assert_eq!(
            (diagnostic.evidence == "captured", reason == PinFailureReason::IncorrectPin),
            (captured, captured)
        );
        let known = (reason != PinFailureReason::UserDoesNotExist).then_some(extension);
        assert_eq!(got.note.device.phone_or_ext, known, "{reason}");
        is_discreet(&got);
    }
}

#[tokio::test]
async fn a_number_that_nobody_has_is_in_no_note() {
    let pool = Pool::start();
    let got = pool.send(pin().basic("0712", "1219")).await;
    assert_eq!(got.noted(), ("webticket.refused", "refused"));
    is_discreet(&got);
}

#[tokio::test]
async fn a_silent_user_pin_service_is_told_apart_from_a_wrong_pin() {
    let pool = Pool::start();
    let got = pool.send(pin().basic("444", "9999")).await;
    assert_eq!(got.note.diagnostic.as_ref().unwrap().name, "user-pin-service-unavailable");
    assert!(got.note.summary.contains("did not answer VerifyPinRequest"), "{}", got.note.summary);
    assert!(got.note.summary.ends_with("a number of 3 characters"), "{}", got.note.summary);
    assert_eq!(got.note.device.phone_or_ext, None, "nobody could say whose it is");
    is_discreet(&got);
}

#[tokio::test]
async fn a_refusal_at_certprov_has_its_cause() {
    let pool = Pool::start();
    let got = pool.send(publish("", USER, b"csr")).await;
    assert_eq!(got.noted(), ("certprov.refused", "refused"));
    assert_eq!(got.note.diagnostic.as_ref().unwrap().name, "web-ticket-missing");
    assert_eq!(got.decoded("reason"), "there is no Security header");
    assert_eq!(got.note.device.user, None, "nothing was shown for it");

    let ticket = pool.send(pin().basic("1219", "0712")).await;
    let got = pool.send(get_and_publish(&ticket.body, USER, b"none")).await;
    assert_eq!((got.status.as_u16(), got.noted()), (200, ("certprov.refused", "refused")));
    assert_eq!(got.decoded("response_code"), "InvalidRequest");
    assert!(got.decoded("reason").contains("not signed by its own key"), "{:?}", got.note);
    assert_eq!(got.note.device.ticket, ticket.note.device.ticket);

    let got = pool.send(get_and_publish(&ticket.body, "sip:other@litwareinc.com", b"csr")).await;
    assert_eq!((got.decoded("response_code"), got.decoded("serial")), ("InvalidEntity", ""));
}

#[tokio::test]
async fn every_other_answer_has_a_note_too() {
    let pool = Pool::start();
    for (ask, event, outcome, protocol) in [
        (Ask::get("/"), "http", "refused", Protocol::Http),
        (Ask::get("/").plain(), "http", "refused", Protocol::Http),
        (Ask::get(CERT_PROV_PATH), "http", "refused", Protocol::CertProv),
        (Ask::get(&format!("{WEB_TICKET_PATH}/MEX/")), "metadata", "ok", Protocol::WebTicket),
        (Ask::get(&format!("{CERT_PROV_PATH}/mex")).plain(), "metadata", "ok", Protocol::CertProv),
        (roots().with_body("<a/>"), "certprov.refused", "refused", Protocol::CertProv),
        (roots().with_body(&" ".repeat(300_000)), "http", "refused", Protocol::CertProv),
        (issue_token("/anon"), "webticket.issued", "ok", Protocol::WebTicket),
        (issue_token("/anon").with_body("<a/>"), "webticket.refused", "refused", Protocol::WebTicket),
        (issue_token("/cert"), "webticket.refused", "refused", Protocol::WebTicket),
        (issue_token(""), "webticket.challenged", "ok", Protocol::WebTicket),
        (
            issue_token("").with("authorization", "NTLM a"),
            "webticket.challenged",
            "refused",
            Protocol::WebTicket,
        ),
        (pin().with("authorization", "NTLM a"), "webticket.challenged", "refused", Protocol::WebTicket),
    ] {
        let got = pool.send(ask).await;
        assert_eq!((got.noted(), got.note.protocol), ((event, outcome), protocol), "{:?}", got.note);
        assert_eq!(got.note.device.user_agent.as_deref(), Some(AGENT));
        assert_eq!(got.note.device.user, None, "an anonymous ticket is nobody's");
        is_discreet(&got);
    }
}

#[tokio::test]
async fn a_note_is_one_line_however_the_peer_spells() {
    let pool = Pool::start();
    let body = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
                <a xmlns='b&#10;forged'/></s:Body></s:Envelope>";
    let got = pool.send(roots().with_body(body)).await;
    assert!(got.note.summary.contains("forged") && !got.note.summary.contains('\n'), "{:?}", got.note);
}

#[test]
fn the_requests_of_these_tests_are_to_every_operation() {
    for place in [Place::CertProv, Place::WebTicket] {
        for operation in place.operations() {
            assert!(of_each_operation().iter().any(|(at, name, _)| (at, name) == (&place, operation)));
        }
    }
}

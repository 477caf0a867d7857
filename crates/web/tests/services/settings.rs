//! Settings that change while the services run.

use crate::pool::{Pool, USER};
use crate::requests::{get_and_publish, pin, roots};
use time::Duration;

#[tokio::test]
async fn a_setting_counts_from_the_next_request_on() {
    let pool = Pool::start();
    assert_eq!(pool.send(pin().basic("1219", "0712")).await.status, 200);
    assert_eq!(
        pool.send(roots()).await.header("strict-transport-security"),
        "max-age=31536000; includeSubDomains"
    );
    pool.settings.update(|settings| {
        settings.use_pin_auth = false;
        settings.enable_cert_chain_download = false;
        settings.hsts_max_age_seconds = 1;
    });
    let got = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!((got.status.as_u16(), got.note.diagnostic.unwrap().code), (403, Some(28029)));
    let got = pool.send(roots()).await;
    assert_eq!(got.noted(), ("certprov.refused", "refused"));
    assert_eq!(got.header("strict-transport-security"), "max-age=1; includeSubDomains");
    pool.settings.update(|settings| settings.use_pin_auth = true);
    assert_eq!(pool.send(pin().basic("1219", "0712")).await.status, 200);
}

#[tokio::test]
async fn a_lifetime_of_nothing_makes_tickets_that_have_expired_when_they_arrive() {
    let pool = Pool::start();
    pool.settings.update(|settings| settings.ticket_lifetime = Duration::ZERO);
    let ticket = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!((ticket.noted(), ticket.decoded("lifetime_seconds")), (("webticket.issued", "ok"), "0"));
    for wait in [Duration::ZERO, Duration::SECOND] {
        pool.clock.advance(wait);
        let got = pool.send(get_and_publish(&ticket.body, USER, b"csr")).await;
        let diagnostic = got.note.diagnostic.as_ref().unwrap();
        assert_eq!((diagnostic.name.as_str(), diagnostic.code), ("web-ticket-expired", Some(28033)));
        assert!(got.body.contains("28033"), "{}", got.body);
        assert_eq!(got.note.device.user.as_deref(), Some(USER));
        assert_eq!(got.note.device.ticket, ticket.note.device.ticket);
    }
}

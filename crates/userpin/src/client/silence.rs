//! Event 47067: the user-PIN service did not answer.

use super::Target;
use lync_model::{Event, Evidence, Level};
use time::OffsetDateTime;

/// The number of the event.
pub const EVENT_ID: u32 = 47067;

/// Its source.
pub const SOURCE: &str = "LS UserPin Service";

/// Its task category; the article shows the number only, in parentheses.
pub const TASK_CATEGORY: u32 = 1044;

/// The two requests that the article shows. For other names the event is a guess.
const DOCUMENTED: [&str; 2] = ["GetEncryptionKeyRequest", "GetPublishedCertRequest"];

/// The entry that says that `request` got no answer.
///
/// Source, number, category, level and text are those of Microsoft's article "Authentication fails during Lync
/// Phone Edition PIN sign-in". Of its two samples one has a full stop behind the URL; this has none.
pub(super) fn event(target: &Target, request: &str, time: OffsetDateTime) -> Event {
    let evidence = if DOCUMENTED.contains(&request) { Evidence::Documented } else { Evidence::Inferred };
    let description = format!(
        "A server did not respond to HTTP request\n\
         Server {pool} did not respond to HTTP request {request} targeted at {url}\n\
         Cause:\n\
         Server might be down or the network path between servers might not be properly configured.\n\
         Resolution:\n\
         Please ensure that the server can be connected on the target port using telnet and then re-try.",
        pool = target.pool(),
        url = target.url(),
    );
    Event {
        time,
        source: SOURCE,
        id: Some(EVENT_ID),
        task_category: Some(TASK_CATEGORY),
        level: Level::Error,
        description,
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_event_reads_as_in_the_article() {
        let addr = std::net::SocketAddr::from(([127, 0, 0, 1], 444));
        let target = Target::new("https://Pool1.contoso.com:444/LiveServer/UserPinService", addr).unwrap();
        let now = datetime!(2013-06-01 12:00 UTC);
        let event = event(&target, "GetEncryptionKeyRequest", now);
        assert_eq!(
            event,
            Event {
                time: now,
                source: "LS UserPin Service",
                id: Some(47067),
                task_category: Some(1044),
                level: Level::Error,
                description: "A server did not respond to HTTP request\n\
                    Server Pool1.contoso.com did not respond to HTTP request GetEncryptionKeyRequest targeted at \
                    https://Pool1.contoso.com:444/LiveServer/UserPinService\n\
                    Cause:\nServer might be down or the network path between servers might not be properly \
                    configured.\nResolution:\nPlease ensure that the server can be connected on the target port \
                    using telnet and then re-try."
                    .to_owned(),
                evidence: Evidence::Documented,
            }
        );
    }

    #[test]
    fn an_event_for_a_request_that_the_article_does_not_show_is_a_guess() {
        let addr = std::net::SocketAddr::from(([127, 0, 0, 1], 444));
        let target = Target::new("https://pool.test:444/LiveServer/UserPinService", addr).unwrap();
        let evidence = |request| event(&target, request, OffsetDateTime::UNIX_EPOCH).evidence;
        assert_eq!(evidence("GetPublishedCertRequest"), Evidence::Documented);
        assert_eq!(evidence("PublishCertRequest"), Evidence::Inferred);
    }
}

//! What rules do to an HTTP request, at whichever service: the parts of their rule steps that are the same.

use crate::Fate;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName};
use lync_model::journal::{Note, Outcome};
use lync_model::rules::{Fired, Occasion, RuleBook};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How long a connection is held for nothing: longer than any client waits, and no leak.
pub(crate) const STALL: Duration = Duration::from_secs(600);

/// Lets the rule's delay pass. One that has no end is waited for all the same.
pub async fn wait(delay: Option<Duration>) {
    let Some(delay) = delay else { return };
    match Instant::now().checked_add(delay) {
        Some(then) => sleep_until(then).await,
        None => std::future::pending().await,
    }
}

/// Holds a request for nothing, for ten minutes at most: the peer has left by then, or is gone without a word.
pub async fn stall() {
    wait(Some(STALL)).await;
}

/// Whether what was typed is known to be somebody's number, although nobody was asked: the rule that acts is for it or
/// for its user, or it belongs to a namespace. `dialled` is an occasion of which it alone is known.
pub fn is_somebodys(rules: &RuleBook, fired: &Fired, dialled: &Occasion<'_>) -> bool {
    fired.names_somebody || rules.namespaces().get().of(dialled).is_some()
}

/// Puts the rule's headers in the place of those of the same name. They were checked with the rule.
pub fn replace(headers: &mut HeaderMap, written: &[(String, String)]) {
    for (name, value) in written {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            headers.insert(name, value);
        }
    }
}

/// No answer but this note: the listener ends the connection as `fate` says.
pub fn cut_off(fate: Fate, note: Note) -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(note);
    response.extensions_mut().insert(fate);
    response
}

/// The same answer, of which the listener sends one half.
#[must_use]
pub fn half_way(mut response: Response) -> Response {
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.outcome = Outcome::Failed;
    }
    response.extensions_mut().insert(Fate::CloseHalfWay);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_model::journal::{Protocol, names};

    #[test]
    fn a_rules_header_takes_the_place_of_all_of_its_name() {
        let mut headers = HeaderMap::new();
        headers.append("server", "a".parse().unwrap());
        headers.append("server", "b".parse().unwrap());
        let written = [("Server", "c"), ("X-New", "d"), ("no name", "e"), ("bad-value", "\n")];
        replace(&mut headers, &written.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let left: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        assert_eq!(left, [("server", b"c".as_slice()), ("x-new", b"d")]);
    }

    #[test]
    fn half_of_an_answer_is_noted_as_a_failure() {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Note::new(Protocol::Http, names::HTTP, Outcome::Ok, ""));
        let response = half_way(response);
        assert_eq!(response.extensions().get::<Note>().unwrap().outcome, Outcome::Failed);
        assert_eq!(response.extensions().get::<Fate>(), Some(&Fate::CloseHalfWay));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_lasts_for_ten_minutes() {
        let began = Instant::now();
        stall().await;
        assert_eq!(began.elapsed().as_secs(), 600);
    }
}

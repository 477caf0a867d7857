//! What a rule does to a request at the web services.

use super::{Step, Stop};
use crate::answer::{Answer, correlation_id};
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::web_ticket::windows;
use axum::body::Body;
use axum::middleware::Next;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, StatusCode};
use lync_model::journal::{Note, Outcome, RuleFired, names};
use lync_model::rules::{Action, Fired, HttpAnswer, Place};
use lync_net::{Fate, rules};

impl Step {
    /// Does what `fired` says.
    pub(super) async fn act(&self, fired: Fired, exchange: Exchange, next: Next) -> Response {
        let rule = RuleFired::from(&fired);
        let response = match fired.action {
            Action::Ok => next.run(exchange.into_request()).await,
            Action::Answer(name) => match self.refusal(&name) {
                Some(refusal) => self.refused(refusal, &rule, &exchange),
                None => self.misfit(&rule, exchange, next).await,
            },
            Action::Http(answer) => self.written(&answer, &rule, &exchange),
            Action::Reset => cut_off(Fate::Reset, "connection reset", &rule, &exchange),
            Action::Close => cut_off(Fate::Close, "connection closed", &rule, &exchange),
            Action::CloseHalfWay => rules::half_way(next.run(exchange.into_request()).await),
            // Held until the peer leaves; the note was left before.
            Action::Stall => {
                rules::stall().await;
                cut_off(Fate::Close, "connection closed after a long wait", &rule, &exchange)
            }
            Action::UserPin(_) | Action::Tls(_) | Action::Dhcp(_) => self.misfit(&rule, exchange, next).await,
        };
        remembering(rule, response)
    }

    fn refused(&self, refusal: Refusal, rule: &RuleFired, exchange: &Exchange) -> Response {
        windows::forget_whom_others_replace(exchange);
        refusal
            .because(format!("the rule {:?}", rule.name))
            .into_answer(&self.front_end, exchange)
            .into_response(&self.front_end, exchange)
    }

    /// The diagnostic of this name, in the form of this port.
    fn refusal(&self, name: &str) -> Option<Refusal> {
        let diagnostic = self.front_end.diagnostics().get(name)?;
        match self.stop {
            _ if self.is_pin_port() => Some(Refusal::at_pin_port(diagnostic)),
            Stop { place: Place::WebTicket, .. } => Some(Refusal::in_headers(diagnostic)),
            Stop { place: Place::CertProv, .. } => Some(Refusal::in_fault(diagnostic)),
            Stop { .. } => None,
        }
    }

    /// An action for another place. A rule with one is refused when it is armed.
    async fn misfit(&self, rule: &RuleFired, exchange: Exchange, next: Next) -> Response {
        let Stop { place, operation } = self.stop;
        tracing::warn!(rule = %rule.name, %place, operation, "a rule's action does not fit its place");
        next.run(exchange.into_request()).await
    }

    /// The answer as the rule has it, within the headers of every front end.
    fn written(&self, answer: &HttpAnswer, rule: &RuleFired, exchange: &Exchange) -> Response {
        windows::forget_whom_others_replace(exchange);
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let summary = format!("{status} by the rule {:?}", rule.name);
        let refused = status.is_client_error() || status.is_server_error();
        let note = match refused {
            true => exchange.note(exchange.refused_event(), Outcome::Refused, &summary),
            false => exchange.note(names::HTTP, Outcome::Ok, &summary),
        };
        let mut response = Answer::html(status, "").noted(note).into_response(&self.front_end, exchange);
        let headers = response.headers_mut();
        rules::replace(headers, &answer.headers);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
        *response.body_mut() = Body::from(answer.body.clone());
        response
    }
}

/// No answer: the listener ends the connection as `fate` says.
fn cut_off(fate: Fate, what: &str, rule: &RuleFired, exchange: &Exchange) -> Response {
    let summary = format!("{what} by the rule {:?}", rule.name);
    rules::cut_off(fate, exchange.note(names::HTTP, Outcome::Failed, &summary))
}

/// With the rule in its note. Where a rule acts at the route and another at the listener, the note has the former.
fn remembering(rule: RuleFired, mut response: Response) -> Response {
    let correlation = correlation_id(response.headers());
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.correlation = correlation;
        note.rule.get_or_insert(rule);
    }
    response
}

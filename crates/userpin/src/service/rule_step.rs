//! The rules: one step between a request that was read and the operation that it asks for.
//!
//! No operation knows of them. As long as no rule is armed the step is a look at one number.

use super::answer::{Refusal, note, respond};
use super::operation::Operation;
use super::{Asker, ServiceState};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use lync_model::journal::{Device, Note, Outcome, RuleFired, names};
use lync_model::rules::{Action, Fired, HttpAnswer, Occasion, Place, RuleBook};
use lync_net::{Fate, rules};
use tracing::{info, warn};

/// Asks the rules, and does what they say in place of the operation, or to its answer.
pub(super) async fn pass(state: &ServiceState, asker: &Asker, operation: Operation) -> Response {
    match decide(&state.rules, asker, &operation) {
        Some(fired) => {
            let device = device(&state.rules, &fired, &operation);
            announce(asker, &fired, device.clone());
            rules::wait(fired.delay).await;
            act(state, fired, operation, device).await
        }
        None => respond(state.operations.perform(&operation).await),
    }
}

fn decide(rules: &RuleBook, asker: &Asker, operation: &Operation) -> Option<Fired> {
    if rules.is_empty_at(Place::UserPin) {
        return None;
    }
    let user = operation.user();
    let fired = rules.decide(&Occasion {
        source: asker.source,
        user_agent: asker.user_agent.as_deref(),
        phone_or_ext: operation.phone_or_ext(),
        user: user.as_ref(),
        ..Occasion::at(Place::UserPin, operation.name())
    })?;
    info!(rule = %fired.rule, place = %Place::UserPin, operation = operation.name(), "a rule acts");
    Some(fired)
}

/// Leaves a note for the case that the asker has gone before there is an answer.
fn announce(asker: &Asker, fired: &Fired, device: Device) {
    if let Some(slot) = &asker.note_slot {
        let summary = format!("the rule {:?} let it wait until the asker left", fired.rule);
        let mut note = note(names::HTTP, Outcome::Failed, device, &summary);
        note.rule = Some(RuleFired::from(fired));
        slot.leave(note);
    }
}

async fn act(state: &ServiceState, fired: Fired, operation: Operation, device: Device) -> Response {
    let rule = RuleFired::from(&fired);
    let mut response = match fired.action {
        Action::Ok => respond(state.operations.perform(&operation).await),
        Action::UserPin(Some(reason)) => match operation.refused(reason, device) {
            Some(answer) => respond(Ok(answer)),
            None => misfit(state, &rule, &operation).await,
        },
        Action::UserPin(None) => respond(Err(Refusal::failed().about(device))),
        Action::Http(answer) => written(answer, device, &rule),
        Action::Reset => cut_off(Fate::Reset, "connection reset", device, &rule),
        Action::Close => cut_off(Fate::Close, "connection closed", device, &rule),
        Action::CloseHalfWay => rules::half_way(respond(state.operations.perform(&operation).await)),
        // Held until the asker leaves; the note was left before.
        Action::Stall => {
            rules::stall().await;
            cut_off(Fate::Close, "connection closed after a long wait", device, &rule)
        }
        Action::Answer(_) | Action::Tls(_) | Action::Dhcp(_) => misfit(state, &rule, &operation).await,
    };
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.rule = Some(rule);
    }
    response
}

/// Whom it is about. What was typed is part of it only if it is known to be somebody's.
fn device(rules: &RuleBook, fired: &Fired, operation: &Operation) -> Device {
    let mut device = operation.device();
    if let Some(typed) = operation.phone_or_ext() {
        let dialled =
            Occasion { phone_or_ext: Some(typed), ..Occasion::at(Place::UserPin, operation.name()) };
        let somebodys = rules::is_somebodys(rules, fired, &dialled);
        device.phone_or_ext = somebodys.then(|| typed.to_owned());
    }
    device
}

/// An action for another place or operation. A rule with one is refused when it is armed.
async fn misfit(state: &ServiceState, rule: &RuleFired, operation: &Operation) -> Response {
    warn!(rule = %rule.name, operation = operation.name(), "a rule's action does not fit its place");
    respond(state.operations.perform(operation).await)
}

/// The answer as the rule has it.
fn written(answer: HttpAnswer, device: Device, rule: &RuleFired) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let refused = status.is_client_error() || status.is_server_error();
    let (event, outcome) =
        if refused { (names::USERPIN_REFUSED, Outcome::Refused) } else { (names::HTTP, Outcome::Ok) };
    let summary = format!("{status} by the rule {:?}", rule.name);
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    rules::replace(response.headers_mut(), &answer.headers);
    response.extensions_mut().insert(note(event, outcome, device, &summary));
    response
}

/// No answer: the listener ends the connection as `fate` says.
fn cut_off(fate: Fate, what: &str, device: Device, rule: &RuleFired) -> Response {
    let summary = format!("{what} by the rule {:?}", rule.name);
    rules::cut_off(fate, note(names::HTTP, Outcome::Failed, device, &summary))
}

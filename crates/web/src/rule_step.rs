//! The rules: one step in the way of a request, around each route and once more around each listener.
//!
//! No handler knows of them. As long as no rule is armed the step is a look at one number.

mod act;

use crate::FrontEnd;
use crate::basic::Credentials;
use crate::cert_prov::publish;
use crate::exchange::Exchange;
use crate::web_ticket::{certificate, windows};
use axum::extract::{FromRequest, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use lync_model::SipUri;
use lync_model::journal::{Outcome, RuleFired, names};
use lync_model::rules::{Fired, Occasion, Place};
use lync_net::rules;
use std::sync::Arc;

/// Where a request is on its way; an extension of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// Which service was asked; [`Place::Http`] as long as it is none.
    pub(crate) place: Place,
    /// One of its operations.
    operation: &'static str,
}

/// The step at one stop.
#[derive(Clone)]
pub(crate) struct Step {
    front_end: Arc<FrontEnd>,
    stop: Stop,
}

impl Step {
    pub(crate) fn new(front_end: Arc<FrontEnd>, place: Place, operation: &'static str) -> Self {
        Self { front_end, stop: Stop { place, operation } }
    }
}

/// The middleware: asks the rules, and does what they say in place of, or to, what comes next.
pub(crate) async fn pass(State(step): State<Step>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(step.stop);
    if step.front_end.rules().is_empty_at(step.stop.place) {
        return next.run(request).await;
    }
    let mut exchange = match Exchange::from_request(request, &step.front_end).await {
        Ok(exchange) => exchange,
        Err(refused) => return refused,
    };
    match step.decide(&mut exchange).await {
        Some(fired) => {
            step.announce(&fired, &exchange);
            rules::wait(fired.delay).await;
            step.act(fired, exchange, next).await
        }
        None => next.run(exchange.into_request()).await,
    }
}

impl Step {
    /// What the rules say to this request.
    ///
    /// The first request of a sign-in with a PIN comes without credentials and is told how to authenticate. That is
    /// no occasion: a rule for the PIN port meets the request that brings number and PIN.
    async fn decide(&self, exchange: &mut Exchange) -> Option<Fired> {
        let typed = Credentials::from_header(exchange.authorization()).ok();
        if self.is_pin_port() && typed.is_none() {
            return None;
        }
        let user = self.claimed_user(exchange).await;
        let phone_or_ext = typed.as_ref().map(|typed| typed.phone_or_ext.as_str());
        let Stop { place, operation } = self.stop;
        let fired = self.front_end.rules().decide(&Occasion {
            source: exchange.connection().map(|known| known.peer.ip().to_canonical()),
            user_agent: exchange.user_agent(),
            phone_or_ext,
            user: user.as_ref(),
            ..Occasion::at(place, operation)
        })?;
        tracing::info!(peer = %exchange.peer, rule = %fired.rule, %place, operation, "a rule acts");
        if let Some(user) = &user {
            exchange.learned.user(user);
        }
        if let Some(typed) = phone_or_ext.filter(|typed| self.is_somebodys(typed, &fired)) {
            exchange.learned.phone_or_ext(typed);
        }
        Some(fired)
    }

    /// Leaves a note for the case that the peer has gone before there is an answer.
    fn announce(&self, fired: &Fired, exchange: &Exchange) {
        if let Some(slot) = exchange.note_slot() {
            let summary = format!("the rule {:?} let it wait until the peer left", fired.rule);
            let mut note = exchange.note(names::HTTP, Outcome::Failed, &summary);
            note.rule = Some(RuleFired::from(fired));
            slot.leave(note);
        }
    }

    fn is_pin_port(&self) -> bool {
        self.stop.place == Place::WebTicket && self.stop.operation == "pin"
    }

    /// Who says to be there. It is not checked: a rule is to meet a bad ticket's user too.
    async fn claimed_user(&self, exchange: &Exchange) -> Option<SipUri> {
        match (self.stop.place, self.stop.operation) {
            (Place::CertProv, "get-and-publish-cert") => publish::claimed_user(exchange),
            (Place::WebTicket, "cert") => certificate::claimed_user(&self.front_end, exchange),
            (Place::WebTicket, "win-negotiate") => windows::claimed_user(&self.front_end, exchange).await,
            (Place::Http, _) => publish::claimed_user(exchange)
                .or_else(|| certificate::claimed_user(&self.front_end, exchange)),
            _ => None,
        }
    }

    fn is_somebodys(&self, typed: &str, fired: &Fired) -> bool {
        let dialled = Occasion { phone_or_ext: Some(typed), ..Occasion::at(Place::WebTicket, "pin") };
        rules::is_somebodys(self.front_end.rules(), fired, &dialled)
    }
}

//! WebTicketServicePin: extension and PIN by HTTP Basic, a web ticket back.

use super::issue::{self, Subject};
use crate::FrontEnd;
use crate::answer::Answer;
use crate::basic::{Credentials, NoCredentials};
use crate::exchange::Exchange;
use crate::refusal::{Refusal, respond};
use axum::extract::State;
use axum::response::Response;
use lync_model::SipUri;
use lync_model::diagnostics::names;
use lync_model::ports::{PinFailureReason, UserPinError};
use lync_model::rules::Place;
use lync_net::excerpt;
use lync_proto::ticket::AuthenticationMethod;
use std::sync::Arc;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, mut exchange: Exchange) -> Response {
    let outcome = sign_in(&front_end, &mut exchange).await;
    respond(outcome, &front_end, &exchange)
}

async fn sign_in(front_end: &FrontEnd, exchange: &mut Exchange) -> Result<Answer, Refusal> {
    // HTTP authentication comes before the SOAP layer sees anything: a wrong PIN is refused whatever the body says.
    let user = authenticate(front_end, exchange).await?;
    exchange.learned.user(&user);
    let subject = Subject::user(&user, AuthenticationMethod::Password, &exchange.settings);
    issue::issue_token(front_end, exchange, &subject)
}

async fn authenticate(front_end: &FrontEnd, exchange: &mut Exchange) -> Result<SipUri, Refusal> {
    let diagnostics = front_end.diagnostics();
    if !exchange.settings.use_pin_auth {
        return Err(Refusal::at_pin_port(diagnostics.known(names::AUTH_TYPE_NOT_ALLOWED)));
    }
    let credentials =
        Credentials::from_header(exchange.authorization()).map_err(|problem| match problem {
            NoCredentials::Absent => Refusal::pin_challenge(),
            _ => Refusal::pin_challenge().because(problem.to_string()),
        })?;
    let verified = front_end.user_pin().verify_pin(&credentials.phone_or_ext, &credentials.pin).await;
    // A rule may have refused for the service, without looking whose number it is.
    let asked = !front_end.rules().may_answer_anybody(Place::UserPin);
    let is_somebodys = front_end.numbers().is_somebodys(&credentials.phone_or_ext);
    let is_known = |error: &UserPinError| is_somebodys || (asked && knows_number(error));
    if verified.as_ref().map_or_else(is_known, |_| true) {
        exchange.learned.phone_or_ext(&credentials.phone_or_ext);
    }
    verified.map_err(|error| {
        let diagnostic = match error {
            UserPinError::Refused(reason) => diagnostics.for_pin_failure(reason),
            // To the phone a front end that cannot ask looks like a wrong PIN: it prompts again.
            UserPinError::Unavailable { .. } | UserPinError::Store(_) => {
                diagnostics.known(names::USER_PIN_SERVICE_UNAVAILABLE)
            }
        };
        let known = is_known(&error);
        Refusal::at_pin_port(diagnostic).because(reason(&credentials.phone_or_ext, &error, known))
    })
}

/// Whether who refused found whose number it is. What nobody has as a number may be a PIN in the wrong field, and so
/// may be what nobody could be asked about.
fn knows_number(error: &UserPinError) -> bool {
    matches!(error, UserPinError::Refused(reason) if *reason != PinFailureReason::UserDoesNotExist)
}

/// Why, and of whom as far as that may be said.
fn reason(phone_or_ext: &str, error: &UserPinError, known: bool) -> String {
    if known {
        format!("{error}: {:?}", excerpt(phone_or_ext))
    } else {
        format!("{error}: a number of {} characters", phone_or_ext.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_repeats_no_number_of_which_nobody_could_say_whose_it_is() {
        let unknown = UserPinError::Refused(PinFailureReason::UserDoesNotExist);
        assert_eq!(
            reason("0712", &unknown, knows_number(&unknown)),
            "refused: UserDoesNotExist: a number of 4 characters"
        );
        let store = UserPinError::Store("it is locked".to_owned());
        assert_eq!(
            reason("0712", &store, knows_number(&store)),
            "the store failed: it is locked: a number of 4 characters"
        );
        let wrong = UserPinError::Refused(PinFailureReason::IncorrectPin);
        assert_eq!(reason("12\n19", &wrong, knows_number(&wrong)), "refused: IncorrectPin: \"12\\n19\"");
    }
}

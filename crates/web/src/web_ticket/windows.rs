//! WebTicketServiceWinNegotiate: a ticket for who shows the password of a Windows account, by NTLM.
//!
//! Rounds of one connection, and what they come to. HTTP authentication comes before the SOAP layer sees anything: the
//! body is repeated in each round, and may be left out until the last.

mod rounds;

use super::issue::{self, Subject};
use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::{Exchange, limits};
use crate::operation::body;
use crate::refusal::Refusal;
use axum::extract::State;
use axum::response::Response;
use http::header::WWW_AUTHENTICATE;
use lync_model::diagnostics::names;
use lync_model::ports::FoundAccount;
use lync_model::{SipUri, WindowsAuth};
use lync_proto::soap::Envelope;
use lync_proto::ticket::AuthenticationMethod;
use lync_proto::wstrust::IssueTokenRequest;
use rounds::Rounds;
use std::sync::Arc;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, mut exchange: Exchange) -> Response {
    let (account, closing) = authenticate(&front_end, &mut exchange).await;
    let outcome = account.and_then(|account| sign_in(&front_end, &mut exchange, account));
    let answer = outcome.unwrap_or_else(|refusal| refusal.into_answer(&front_end, &exchange));
    let answer = match closing {
        Some(www_authenticate) => answer.with(WWW_AUTHENTICATE, www_authenticate),
        None => answer,
    };
    answer.into_response(&front_end, &exchange)
}

/// Who says to be there: the user whom the request expects to be, else the one of the account that its third message
/// names. It is not checked: rules are to meet a user with a wrong password too.
pub(crate) async fn claimed_user(front_end: &FrontEnd, exchange: &Exchange) -> Option<SipUri> {
    if let Some(claimed) = expected_user(exchange) {
        return Some(claimed);
    }
    let keep = exchange.keep()?;
    let rounds: Rounds = keep.take()?;
    let (user, domain) = rounds.named(exchange.authorization(), front_end.now()).unzip();
    keep.put(rounds);
    front_end.accounts().find_account(&user?, &domain?).await.ok()??.user
}

/// Other credentials than those of before have come, and a rule answers in place of this port: whoever the connection
/// was is not the one who asks now.
pub(crate) fn forget_whom_others_replace(exchange: &Exchange) {
    let Some(keep) = exchange.keep().filter(|_| exchange.authorization().is_some()) else { return };
    if let Some(mut rounds) = keep.take::<Rounds>() {
        rounds.forget_account();
        keep.put(rounds);
    }
}

fn expected_user(exchange: &Exchange) -> Option<SipUri> {
    let envelope = Envelope::parse(&exchange.body, &limits()).ok()?;
    IssueTokenRequest::decode(body(&envelope).ok()?).ok()?.claim_uri?.parse().ok()
}

fn sign_in(front_end: &FrontEnd, exchange: &mut Exchange, account: FoundAccount) -> Result<Answer, Refusal> {
    let user = lync_user(front_end, account)?;
    // That such a ticket says `password` is inferred: NTLM proves one.
    let subject = Subject::user(&user, AuthenticationMethod::Password, &exchange.settings);
    issue::issue_token(front_end, exchange, &subject)
}

/// Who asks, and the end of SPNEGO if it is there: whatever is answered to a client that is authenticated tells it.
async fn authenticate(
    front_end: &FrontEnd,
    exchange: &mut Exchange,
) -> (Result<FoundAccount, Refusal>, Option<String>) {
    let keep = exchange.keep().cloned().unwrap_or_default();
    if exchange.settings.use_windows_auth == WindowsAuth::None {
        drop(keep.take::<Rounds>());
        let refusal = Refusal::in_headers(front_end.diagnostics().known(names::AUTH_TYPE_NOT_ALLOWED));
        return (Err(refusal), None);
    }
    let mut rounds = keep.take().unwrap_or_else(|| Rounds::new(front_end.windows()));
    let account = rounds.next(front_end, exchange).await;
    let closing = rounds.take_closing();
    keep.put(rounds);
    (account, closing)
}

fn lync_user(front_end: &FrontEnd, account: FoundAccount) -> Result<SipUri, Refusal> {
    account.user.ok_or_else(|| {
        let (name, reason) = match account.user_disabled {
            true => (names::WINDOWS_USER_DISABLED, "the Lync user of the account is disabled"),
            false => (names::USER_NOT_SIP_ENABLED, "the account is not enabled for Lync"),
        };
        let reason = format!("{reason}: {}", account.sam_account_name);
        Refusal::in_headers(front_end.diagnostics().known(name)).because(reason)
    })
}

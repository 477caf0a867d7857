//! What one connection has agreed on: NTLM authenticates connections, not requests.
//!
//! A connection that has been authenticated stays so: requests without Authorization are those of the same account, as
//! IIS has it unless authPersistSingleRequest is set (documented). Whether the account is a Lync user is looked up each
//! time; whether it may log on is Windows' question and was asked once (inferred). Another account that has the name
//! later is somebody else.

use crate::FrontEnd;
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use aws_lc_rs::rand;
use lync_model::diagnostics::names;
use lync_model::ports::FoundAccount;
use lync_model::{AccountState, WindowsAuth};
use lync_ntlm::{Acceptor, Authenticate, NtHash, NtlmError, Step, Target};
use lync_proto::soap::Fault;
use std::sync::Arc;
use time::OffsetDateTime;

/// Schemes as IIS lists them, each in a header of its own.
const NEGOTIATE_AND_NTLM: &[&str] = &["Negotiate", "NTLM"];
const NTLM: &[&str] = &["NTLM"];

/// The rounds of one connection.
pub(super) struct Rounds {
    acceptor: Acceptor,
    /// Who has shown the right password.
    account: Option<Known>,
    /// Whether the last answer offered Negotiate to a request without credentials.
    offered: bool,
    /// The end of SPNEGO, to be told with the answer to this request.
    closing: Option<String>,
}

/// An account that has authenticated the connection.
struct Known {
    id: i64,
    sam_account_name: String,
}

impl Rounds {
    pub(super) fn new(target: Arc<Target>) -> Self {
        Self { acceptor: Acceptor::new(target), account: None, offered: false, closing: None }
    }

    /// One request: the account that it comes from, or what is answered to it.
    pub(super) async fn next(
        &mut self,
        front_end: &FrontEnd,
        exchange: &mut Exchange,
    ) -> Result<FoundAccount, Refusal> {
        let Some(value) = exchange.authorization().map(|value| String::from_utf8_lossy(value).into_owned())
        else {
            // It comes back if it is found: who has the name later is somebody else.
            let Some(known) = self.account.take() else { return Err(self.bare(exchange)) };
            let Some(account) = persisted(&known, front_end, exchange).await? else {
                let reason = "another account has the name of this connection's now";
                return Err(self.bare(exchange).because(reason));
            };
            self.account = Some(known);
            return Ok(account);
        };
        self.account = None;
        self.offered = false;
        let offer = offer(exchange);
        let scheme = value.split_whitespace().next().unwrap_or_default();
        if !offer.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
            return Err(Refusal::windows_challenge(offer).because("a scheme that is not offered here"));
        }
        let mut challenge = [0; 8];
        rand::fill(&mut challenge).map_err(|error| no_random(&error))?;
        match self.acceptor.step(&value, challenge, front_end.now()) {
            Ok(Step::Challenge { www_authenticate }) => {
                exchange.learned.says("step", "challenge");
                Err(Refusal::ntlm_challenge(www_authenticate))
            }
            Ok(Step::Authenticate(response)) => self.judge(&response, front_end, exchange).await,
            Err(error) => Err(Refusal::windows_challenge(offer).because(error.to_string())),
        }
    }

    /// The end of SPNEGO, as the value of WWW-Authenticate, if this request has come to it.
    pub(super) fn take_closing(&mut self) -> Option<String> {
        self.closing.take()
    }

    /// Forgets who was there before; a challenge that is out stays good.
    pub(super) fn forget_account(&mut self) {
        self.account = None;
    }

    /// Account name and domain that a request names, if it is the third of its rounds or comes after them.
    pub(super) fn named(&self, value: Option<&[u8]>, now: OffsetDateTime) -> Option<(String, String)> {
        let Some(value) = value else {
            return Some((self.account.as_ref()?.sam_account_name.clone(), String::new()));
        };
        // A copy: the real step is still to come.
        match self.acceptor.clone().step(std::str::from_utf8(value).ok()?, [0; 8], now) {
            Ok(Step::Authenticate(response)) => Some((response.user, response.domain)),
            Ok(Step::Challenge { .. }) | Err(_) => None,
        }
    }

    /// The answer to a request without credentials.
    ///
    /// Who was offered Negotiate and comes again with nothing has no Kerberos ticket to show. A second list with
    /// Negotiate in it, which is what IIS would send, has curl end there; NTLM alone has it go on. This is ours.
    fn bare(&mut self, exchange: &Exchange) -> Refusal {
        let offer = if self.offered { NTLM } else { offer(exchange) };
        self.offered = true;
        Refusal::windows_challenge(offer)
    }

    /// What the third message of NTLM is worth. Its challenge is spent, whatever comes out.
    async fn judge(
        &mut self,
        response: &Authenticate,
        front_end: &FrontEnd,
        exchange: &mut Exchange,
    ) -> Result<FoundAccount, Refusal> {
        let found = front_end.accounts().find_account(&response.user, &response.domain).await;
        // For who is nobody or has no password a hash that fits nothing: it takes as long, and it does not count.
        let hash = found.as_ref().ok().and_then(|found| found.as_ref()?.nt_hash.clone());
        let verified = self.acceptor.verify(response, &hash.clone().unwrap_or_else(no_hash));
        let account = match found.map_err(|cause| unavailable(front_end, cause))? {
            None => return Err(wrong(exchange, nobody(response))),
            Some(account) => account,
        };
        learn(&account, exchange);
        if hash.is_none() {
            return Err(wrong(
                exchange,
                format!("the account has no password: {}", account.sam_account_name),
            ));
        }
        let disproved = |error: NtlmError| format!("{error}: {}", account.sam_account_name);
        let verified = verified.map_err(|error| wrong(exchange, disproved(error)))?;
        exchange.learned.says("step", "password verified");
        if !verified.repeats_target {
            exchange.learned.says("target", "the response does not repeat the challenge's names and time");
        }
        may_log_on(&account, front_end)?;
        self.closing = verified.www_authenticate;
        self.account = Some(Known { id: account.id, sam_account_name: account.sam_account_name.clone() });
        Ok(account)
    }
}

/// Who has authenticated this connection before; `None` where another account has the name by now.
async fn persisted(
    known: &Known,
    front_end: &FrontEnd,
    exchange: &mut Exchange,
) -> Result<Option<FoundAccount>, Refusal> {
    let found = front_end.accounts().find_account(&known.sam_account_name, "").await;
    let found = found.map_err(|cause| unavailable(front_end, cause))?;
    let account = found.ok_or_else(|| {
        let diagnostic = front_end.diagnostics().known(names::WINDOWS_ACCOUNT_GONE);
        Refusal::in_headers(diagnostic).because("the account of this connection is there no longer")
    })?;
    if account.id != known.id {
        return Ok(None);
    }
    learn(&account, exchange);
    exchange.learned.says("step", "connection authenticated before");
    Ok(Some(account))
}

fn learn(account: &FoundAccount, exchange: &mut Exchange) {
    exchange.learned.says("account", &account.sam_account_name);
    if let Some(user) = &account.user {
        exchange.learned.user(user);
    }
}

/// The right password is not enough.
fn may_log_on(account: &FoundAccount, front_end: &FrontEnd) -> Result<(), Refusal> {
    let (name, reason) = match account.state {
        AccountState::Good => return Ok(()),
        AccountState::LockedOut => (names::WINDOWS_ACCOUNT_LOCKED, "the account is locked out"),
        AccountState::Disabled => (names::WINDOWS_ACCOUNT_DISABLED, "the account is disabled"),
        AccountState::PasswordExpired => (names::WINDOWS_PASSWORD_EXPIRED, "the password has expired"),
    };
    let reason = format!("{reason}: {}", account.sam_account_name);
    Err(Refusal::in_headers(front_end.diagnostics().known(name)).because(reason))
}

/// What this port offers.
fn offer(exchange: &Exchange) -> &'static [&'static str] {
    match exchange.settings.use_windows_auth {
        WindowsAuth::Negotiate => NEGOTIATE_AND_NTLM,
        WindowsAuth::Ntlm | WindowsAuth::None => NTLM,
    }
}

fn wrong(exchange: &Exchange, reason: String) -> Refusal {
    Refusal::windows_credentials_wrong(offer(exchange)).because(reason)
}

/// A name that nobody has may be a password in the wrong field, so it is not repeated.
fn nobody(response: &Authenticate) -> String {
    format!("nobody has this account name of {} characters", response.user.chars().count())
}

fn unavailable(front_end: &FrontEnd, cause: String) -> Refusal {
    Refusal::in_headers(front_end.diagnostics().known(names::WINDOWS_AUTH_INTERNAL_ERROR)).because(cause)
}

fn no_hash() -> NtHash {
    NtHash::from_bytes([0; 16])
}

fn no_random(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "no challenge could be made");
    Fault::receiver("the request could not be authenticated").into()
}

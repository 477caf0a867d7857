//! A request under an account of Windows: NTLM, in the rounds of .NET.

use crate::http::{Answer, Client, Outgoing};
use crate::step::Running;
use crate::{FailureKind, ResponseHead, soap};
use http::HeaderValue;
use lync_model::Password;
use lync_ntlm::{Initiator, NtlmError, Scheme};
use time::OffsetDateTime;

/// Whose request it is.
pub(super) struct Account<'a> {
    pub(super) user_name: &'a str,
    pub(super) password: &'a Password,
}

/// The detail of the step that says which scheme was taken, in .NET's words for it.
pub(crate) const SCHEME: &str = "scheme";

/// The request goes out bare; when it is challenged it goes out again with the first message and, on the same
/// connection, with the second, the body each time.
///
/// Whatever else comes is the answer: 200 at once, another status, or a refusal of the second message.
pub(super) async fn send(
    client: &mut Client,
    call: Outgoing,
    account: &Account<'_>,
    now: OffsetDateTime,
    step: &mut Running,
) -> Result<Answer, FailureKind> {
    let bare = client.send(&call).await?;
    let Some(scheme) = offered(&bare.head).filter(|_| bare.head.status == 401) else { return Ok(bare) };
    step.detail("challenge", bare.head.header("WWW-Authenticate").unwrap_or_default());
    step.detail(SCHEME, name(scheme));

    let (domain, user) = names(account.user_name);
    let mut initiator = Initiator::new(scheme, user, domain, "", account.password.expose());
    let call = call.authorized(header(initiator.negotiate())?);
    let challenged = client.send(&call).await?;
    let Some(challenge) = token(&challenged.head, scheme).filter(|_| challenged.head.status == 401) else {
        return Ok(challenged);
    };
    let answer = initiator.authenticate(&challenge, random()?, now);
    let answer = answer.map_err(|error| soap::undecodable(&challenged, error))?;
    client.send(&call.authorized(header(Ok(answer))?).continuing()).await
}

/// The scheme to take of those that are offered: NTLM where there is a choice, as the synthetic transaction did whose
/// failure is documented ("scheme 'Ntlm'" against 'Negotiate,NTLM').
fn offered(head: &ResponseHead) -> Option<Scheme> {
    let schemes: Vec<Scheme> = challenges(head).filter_map(|challenge| Scheme::of(&challenge)).collect();
    [Scheme::Ntlm, Scheme::Negotiate].into_iter().find(|scheme| schemes.contains(scheme))
}

/// The challenge of this scheme that has a token.
fn token(head: &ResponseHead, scheme: Scheme) -> Option<String> {
    challenges(head).find(|challenge| {
        Scheme::of(challenge) == Some(scheme) && challenge.trim().len() > scheme.as_str().len()
    })
}

/// Each challenge for itself. Neither scheme has commas in its token.
fn challenges(head: &ResponseHead) -> impl Iterator<Item = String> {
    let all = head.header("WWW-Authenticate").unwrap_or_default();
    all.split(',').map(|challenge| challenge.trim().to_owned()).collect::<Vec<_>>().into_iter()
}

/// The scheme in the words of System.Net's AuthenticationSchemes.
const fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Negotiate => "Negotiate",
        Scheme::Ntlm => "Ntlm",
    }
}

/// Domain and user of `DOMAIN\user`; a UPN is a user without a domain.
fn names(user_name: &str) -> (&str, &str) {
    user_name.trim().split_once('\\').unwrap_or(("", user_name.trim()))
}

fn header(value: Result<String, NtlmError>) -> Result<HeaderValue, FailureKind> {
    let value = value.map_err(|error| FailureKind::Local(error.to_string()))?;
    HeaderValue::from_str(&value).map_err(|error| FailureKind::Local(error.to_string()))
}

fn random() -> Result<[u8; 8], FailureKind> {
    let mut bytes = [0; 8];
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    filled.map_err(|_| FailureKind::Local("no random numbers".to_owned()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(values: &[&str]) -> ResponseHead {
        let headers =
            values.iter().map(|value| ("WWW-Authenticate".to_owned(), (*value).to_owned())).collect();
        ResponseHead { status: 401, reason: String::new(), headers }
    }

    #[test]
    fn ntlm_is_taken_where_there_is_a_choice() {
        assert_eq!(offered(&head(&["Negotiate", "NTLM"])), Some(Scheme::Ntlm));
        assert_eq!(offered(&head(&["Basic realm=\"a, b\", negotiate"])), Some(Scheme::Negotiate));
        assert_eq!(offered(&head(&["Basic realm =\"LYNC\""])), None);
        assert_eq!(offered(&head(&[])), None);
    }

    #[test]
    fn a_challenge_without_token_is_none() {
        assert_eq!(token(&head(&["Negotiate", "NTLM"]), Scheme::Ntlm), None);
        assert_eq!(token(&head(&["Negotiate, NTLM YWJj"]), Scheme::Ntlm).unwrap(), "NTLM YWJj");
        assert_eq!(token(&head(&["Negotiate YWJj"]), Scheme::Ntlm), None);
    }

    #[test]
    fn an_account_is_named_in_three_ways() {
        assert_eq!(names("litwareinc\\kenmyer "), ("litwareinc", "kenmyer"));
        assert_eq!(names("kenmyer@litwareinc.com"), ("", "kenmyer@litwareinc.com"));
        assert_eq!(names("kenmyer"), ("", "kenmyer"));
    }
}

//! The users, accounts and PIN policies that a new store starts with.

mod wire;

use lync_model::{
    Account, AccountState, LineUri, LineUriError, NamedPolicy, Password, Pin, PinPolicy, PolicyIdentity,
    SipUri, SipUriError,
};
use serde::Deserialize;
use std::collections::HashSet;
use wire::{WireAccount, WireFile, WireNamedPolicy, WirePolicy, WireUser};

const BUILT_IN: &str = include_str!("../../../../fixtures/users.toml");

/// A users file, checked.
#[derive(Clone, Debug)]
pub struct UsersFile {
    /// The global PIN policy.
    pub policy: PinPolicy,
    /// The PIN policies of the site and of those to whom they are granted.
    pub policies: Vec<NamedPolicy>,
    /// The users.
    pub users: Vec<UserFixture>,
    /// The accounts that are no Lync users.
    pub accounts: Vec<AccountFixture>,
}

/// A user to begin with.
#[derive(Clone, Debug)]
pub struct UserFixture {
    /// SipAddress.
    pub sip_uri: SipUri,
    /// DisplayName.
    pub display_name: String,
    /// LineURI.
    pub line_uri: Option<LineUri>,
    /// The PIN; `None` sets none.
    pub pin: Option<Pin>,
    /// Enabled.
    pub enabled: bool,
    /// EnterpriseVoiceEnabled.
    pub enterprise_voice: bool,
    /// What happens to the PIN after it was set.
    pub state: UserState,
    /// SamAccountName; `None` makes it of the address.
    pub sam_account_name: Option<String>,
    /// The Windows password; `None` sets none.
    pub password: Option<Password>,
    /// What stands in the way of that password.
    pub account_state: AccountState,
    /// The PIN policy that is granted, for instance `tag:Lobby`.
    pub pin_policy: Option<String>,
}

/// An account to begin with that is no Lync user.
#[derive(Clone, Debug)]
pub struct AccountFixture {
    /// The account.
    pub account: Account,
    /// The Windows password; `None` sets none.
    pub password: Option<Password>,
}

/// What happens to a user's PIN after it was set.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum UserState {
    /// Nothing.
    #[default]
    Good,
    /// An administrator locks it.
    Locked,
    /// It was set longer ago than PINLifetime.
    Expired,
}

impl UserFixture {
    /// An enabled user with a PIN, for instance `sip:jane@litwareinc.com`, `tel:+12065551777;ext=1777` and `2580`.
    ///
    /// # Errors
    /// When one of the addresses is none.
    pub fn new(sip_uri: &str, line_uri: &str, pin: &str) -> Result<Self, UserError> {
        let sip_uri: SipUri = sip_uri.parse()?;
        Ok(Self {
            display_name: sip_uri.address().to_owned(),
            sip_uri,
            line_uri: Some(line_uri.parse()?),
            pin: Some(Pin::new(pin)),
            enabled: true,
            enterprise_voice: true,
            state: UserState::Good,
            sam_account_name: None,
            password: None,
            account_state: AccountState::Good,
            pin_policy: None,
        })
    }

    /// The same user with a Windows password.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        Self { password: Some(Password::new(password)), ..self }
    }
}

/// Why a user cannot be.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The SIP address.
    #[error(transparent)]
    SipUri(#[from] SipUriError),
    /// The line URI.
    #[error(transparent)]
    LineUri(#[from] LineUriError),
}

impl UsersFile {
    /// Ken Myer, and one user for each PIN state.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the built-in users are checked by a test")
    }

    /// Reads a users file.
    ///
    /// # Errors
    /// A text that names the line, or the user whose entry cannot be meant. It never holds a PIN.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wire: WireFile = toml::from_str(text).map_err(|error| without_source(&error, text))?;
        let mut file = Self {
            policy: policy(&wire.policy, "policy")?,
            policies: Vec::with_capacity(wire.pin_policy.len()),
            users: Vec::with_capacity(wire.user.len()),
            accounts: Vec::with_capacity(wire.account.len()),
        };
        for entry in wire.pin_policy {
            let named = named_policy(entry)?;
            file.policies.push(named);
        }
        for entry in wire.account {
            let named = entry.sam_account_name.clone();
            let account = account(entry).map_err(|problem| format!("account {named}: {problem}"))?;
            file.accounts.push(account);
        }
        for entry in wire.user {
            let named = entry.sip_uri.clone();
            let user = user(entry, &file).map_err(|problem| format!("user {named}: {problem}"))?;
            file.users.push(user);
        }
        file.check_names()?;
        Ok(file)
    }

    /// Whether each user's state can be, and every name is given once.
    ///
    /// # Errors
    /// A text that names the user.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.check_names()?;
        self.users.iter().try_for_each(|user| {
            check_state(user.state, user.pin.is_some(), self.policy_of(user.pin_policy.as_deref()))
                .map_err(|problem| format!("user {}: {problem}", user.sip_uri))
        })
    }

    /// The policy that holds for who has this one granted.
    pub(crate) fn policy_of(&self, granted: Option<&str>) -> &PinPolicy {
        let key = |identity: &str| identity.parse::<PolicyIdentity>().map(|identity| identity.key()).ok();
        let granted = granted
            .and_then(|granted| self.policies.iter().find(|named| key(&named.identity) == key(granted)));
        let site = || {
            let is_site =
                |named: &&NamedPolicy| matches!(named.identity.parse(), Ok(PolicyIdentity::Site(_)));
            self.policies.iter().find(is_site)
        };
        granted.or_else(site).map_or(&self.policy, |named| &named.policy)
    }

    /// Every name of a user, an account or a policy is given once.
    fn check_names(&self) -> Result<(), String> {
        let mut taken = HashSet::new();
        let mut claim =
            |kind: &str, name: &str, of: &str| match taken.insert((kind.to_owned(), Account::key(name))) {
                true => Ok(()),
                false => Err(format!("{of}: {kind} {name} stands twice in the file")),
            };
        for AccountFixture { account, .. } in &self.accounts {
            let of = format!("account {}", account.sam_account_name);
            claim("SamAccountName", &account.sam_account_name, &of)?;
            claim("UserPrincipalName", &account.user_principal_name, &of)?;
        }
        let mut addresses = HashSet::new();
        for user in &self.users {
            let of = format!("user {}", user.sip_uri);
            if !addresses.insert(&user.sip_uri) {
                return Err(format!("{of}: stands twice in the file"));
            }
            if let Some(name) = &user.sam_account_name {
                claim("SamAccountName", name, &of)?;
            }
        }
        let mut sites = 0;
        for NamedPolicy { identity, .. } in &self.policies {
            claim("policy", identity, &format!("policy {identity}"))?;
            sites += usize::from(matches!(identity.parse(), Ok(PolicyIdentity::Site(_))));
        }
        if sites > 1 {
            Err("a pool is in one site: there is one policy of a site".to_owned())
        } else {
            Ok(())
        }
    }
}

fn check_state(state: UserState, has_pin: bool, policy: &PinPolicy) -> Result<(), String> {
    match state {
        UserState::Good => Ok(()),
        _ if !has_pin => Err("a state needs a PIN that is in it".to_owned()),
        UserState::Expired if policy.pin_lifetime_days == 0 => {
            Err("no PIN expires while policy.pin_lifetime_days is 0".to_owned())
        }
        _ => Ok(()),
    }
}

/// The parser's message and line, without the source line that it quotes: a PIN may stand there.
fn without_source(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    line.map_or_else(|| error.message().to_owned(), |line| format!("line {line}: {}", error.message()))
}

fn policy(wire: &WirePolicy, of: &str) -> Result<PinPolicy, String> {
    let default = PinPolicy::default();
    let policy = PinPolicy {
        min_password_length: wire.min_password_length.unwrap_or(default.min_password_length),
        pin_history_count: wire.pin_history_count.unwrap_or(default.pin_history_count),
        allow_common_patterns: wire.allow_common_patterns.unwrap_or(default.allow_common_patterns),
        pin_lifetime_days: wire.pin_lifetime_days.unwrap_or(default.pin_lifetime_days),
        maximum_logon_attempts: wire.maximum_logon_attempts.or(default.maximum_logon_attempts),
    };
    policy.validate().map_err(|problem| format!("{of}: {problem}"))?;
    Ok(policy)
}

fn named_policy(wire: WireNamedPolicy) -> Result<NamedPolicy, String> {
    let of = format!("policy {}", wire.identity);
    let values = wire.values();
    let named =
        NamedPolicy { policy: policy(&values, &of)?, identity: wire.identity, description: wire.description };
    match named.validate().map_err(|problem| format!("{of}: {problem}"))? {
        PolicyIdentity::Global => Err("the global PIN policy is written as [policy]".to_owned()),
        identity => Ok(NamedPolicy { identity: identity.to_string(), ..named }),
    }
}

fn account(wire: WireAccount) -> Result<AccountFixture, String> {
    let account = Account {
        display_name: wire.display_name.unwrap_or_else(|| wire.sam_account_name.clone()),
        sam_account_name: wire.sam_account_name,
        user_principal_name: wire.user_principal_name,
        state: account_state(wire.state.as_deref())?,
        has_password: wire.password.is_some(),
        sip_uri: None,
    };
    account.validate().map_err(|problem| problem.to_string())?;
    Ok(AccountFixture { account, password: checked_password(wire.password)? })
}

fn account_state(name: Option<&str>) -> Result<AccountState, String> {
    let Some(name) = name else { return Ok(AccountState::Good) };
    AccountState::from_name(name).ok_or_else(|| {
        let names = AccountState::ALL.map(AccountState::as_str).join(", ");
        format!("`{name}` is no state of an account; they are {names}")
    })
}

fn checked_password(password: Option<Password>) -> Result<Option<Password>, String> {
    if let Some(password) = &password {
        Password::check(password.expose()).map_err(|problem| problem.to_string())?;
    }
    Ok(password)
}

/// A user whose PIN the policy of `file` takes; policies come before users.
fn user(wire: WireUser, file: &UsersFile) -> Result<UserFixture, String> {
    let sip_uri: SipUri = wire.sip_uri.parse().map_err(|error| format!("{error}"))?;
    let line_uri =
        wire.line_uri.map(|line| line.parse::<LineUri>()).transpose().map_err(|error| error.to_string())?;
    let display_name = wire.display_name.unwrap_or_else(|| sip_uri.address().to_owned());
    check_display_name(&display_name)?;
    check_granted(wire.pin_policy.as_deref(), &file.policies)?;
    check_sam_account_name(wire.sam_account_name.as_deref(), &sip_uri)?;
    let policy = file.policy_of(wire.pin_policy.as_deref());
    if let Some(pin) = &wire.pin {
        policy.check_new_pin(pin, line_uri.as_ref()).map_err(|problem| problem.to_string())?;
    }
    check_state(wire.state, wire.pin.is_some(), policy)?;
    Ok(UserFixture {
        display_name,
        sip_uri,
        line_uri,
        pin: wire.pin,
        enabled: wire.enabled,
        enterprise_voice: wire.enterprise_voice,
        state: wire.state,
        sam_account_name: wire.sam_account_name,
        password: checked_password(wire.password)?,
        account_state: account_state(wire.account_state.as_deref())?,
        pin_policy: wire.pin_policy,
    })
}

fn check_sam_account_name(name: Option<&str>, user: &SipUri) -> Result<(), String> {
    let Some(name) = name else { return Ok(()) };
    let account = Account {
        sam_account_name: name.to_owned(),
        user_principal_name: user.address().to_owned(),
        display_name: String::new(),
        state: AccountState::Good,
        has_password: false,
        sip_uri: None,
    };
    account.validate().map_err(|problem| problem.to_string())
}

/// A policy with a tag that stands in the same file.
fn check_granted(identity: Option<&str>, policies: &[NamedPolicy]) -> Result<(), String> {
    let Some(text) = identity else { return Ok(()) };
    let identity: PolicyIdentity = text.parse().map_err(|problem| format!("{problem}"))?;
    let is_it = |named: &NamedPolicy| {
        named.identity.parse().is_ok_and(|other: PolicyIdentity| other.key() == identity.key())
    };
    match identity {
        PolicyIdentity::Tag(_) if policies.iter().any(is_it) => Ok(()),
        PolicyIdentity::Tag(_) => Err(format!("there is no [[pin_policy]] {text} in the file")),
        _ => Err(format!("{text} is granted to nobody: only `tag:` policies are")),
    }
}

/// A name that a list can show.
///
/// # Errors
/// When it is long, or holds control characters.
pub(crate) fn check_display_name(name: &str) -> Result<(), String> {
    if name.chars().count() > 256 || name.chars().any(char::is_control) {
        return Err("a display name has at most 256 characters and no control characters".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests;

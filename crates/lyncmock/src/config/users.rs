//! The users and the PIN policy that a new store starts with.

use lync_model::{LineUri, LineUriError, Pin, PinPolicy, SipUri, SipUriError};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

const BUILT_IN: &str = include_str!("../../../../fixtures/users.toml");

/// A users file, checked.
#[derive(Clone, Debug)]
pub struct UsersFile {
    /// The global PIN policy.
    pub policy: PinPolicy,
    /// The users.
    pub users: Vec<UserFixture>,
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
        })
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFile {
    #[serde(default)]
    policy: WirePolicy,
    #[serde(default)]
    user: Vec<WireUser>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WirePolicy {
    min_password_length: Option<u8>,
    pin_history_count: Option<u8>,
    allow_common_patterns: Option<bool>,
    pin_lifetime_days: Option<u16>,
    maximum_logon_attempts: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireUser {
    sip_uri: String,
    display_name: Option<String>,
    line_uri: Option<String>,
    #[serde(default, deserialize_with = "quoted_pin")]
    pin: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default = "yes")]
    enterprise_voice: bool,
    #[serde(default)]
    state: UserState,
}

/// A PIN is text: `0712` without quotes would be a number that has lost its zero. Whatever stands there instead is not
/// repeated, as the message of a derived reader would.
fn quoted_pin<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    match toml::Value::deserialize(value) {
        Ok(toml::Value::String(pin)) => Ok(Some(pin)),
        _ => Err(D::Error::custom("a PIN is written in quotes")),
    }
}

fn yes() -> bool {
    true
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
        let policy = policy(&wire.policy)?;
        let mut users: Vec<UserFixture> = Vec::with_capacity(wire.user.len());
        for entry in wire.user {
            let named = entry.sip_uri.clone();
            let user = user(entry, &policy).map_err(|problem| format!("user {named}: {problem}"))?;
            if users.iter().any(|known| known.sip_uri == user.sip_uri) {
                return Err(format!("user {named}: stands twice in the file"));
            }
            users.push(user);
        }
        Ok(Self { policy, users })
    }
}

impl UsersFile {
    /// Whether each user's state can be.
    ///
    /// # Errors
    /// A text that names the user.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.users.iter().try_for_each(|user| {
            check_state(user.state, user.pin.is_some(), &self.policy)
                .map_err(|problem| format!("user {}: {problem}", user.sip_uri))
        })
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

fn policy(wire: &WirePolicy) -> Result<PinPolicy, String> {
    let default = PinPolicy::default();
    let policy = PinPolicy {
        min_password_length: wire.min_password_length.unwrap_or(default.min_password_length),
        pin_history_count: wire.pin_history_count.unwrap_or(default.pin_history_count),
        allow_common_patterns: wire.allow_common_patterns.unwrap_or(default.allow_common_patterns),
        pin_lifetime_days: wire.pin_lifetime_days.unwrap_or(default.pin_lifetime_days),
        maximum_logon_attempts: wire.maximum_logon_attempts.or(default.maximum_logon_attempts),
    };
    policy.validate().map_err(|problem| format!("policy: {problem}"))?;
    Ok(policy)
}

fn user(wire: WireUser, policy: &PinPolicy) -> Result<UserFixture, String> {
    let sip_uri: SipUri = wire.sip_uri.parse().map_err(|error| format!("{error}"))?;
    let line_uri =
        wire.line_uri.map(|line| line.parse::<LineUri>()).transpose().map_err(|error| error.to_string())?;
    let display_name = wire.display_name.unwrap_or_else(|| sip_uri.address().to_owned());
    check_display_name(&display_name)?;
    let pin = wire.pin.map(Pin::new);
    if let Some(pin) = &pin {
        policy.check_new_pin(pin, line_uri.as_ref()).map_err(|problem| problem.to_string())?;
    }
    check_state(wire.state, pin.is_some(), policy)?;
    Ok(UserFixture {
        display_name,
        sip_uri,
        line_uri,
        pin,
        enabled: wire.enabled,
        enterprise_voice: wire.enterprise_voice,
        state: wire.state,
    })
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
mod tests {
    use super::*;

    #[test]
    fn the_built_in_users_are_ken_myer_and_one_for_each_state() {
        let file = UsersFile::built_in();
        assert_eq!(file.policy.min_password_length, 4);
        let ken = file.users.first().unwrap();
        assert_eq!(ken.sip_uri.as_str(), "sip:kenmyer@litwareinc.com");
        assert_eq!(ken.line_uri.as_ref().unwrap().to_string(), "tel:+12065551219;ext=1219");
        assert_eq!(ken.pin.as_ref().unwrap().expose(), "0712");
        assert!(file.users.iter().any(|user| user.state == UserState::Locked));
        assert!(file.users.iter().any(|user| user.state == UserState::Expired));
        assert!(file.users.iter().any(|user| !user.enabled));
    }

    #[test]
    fn errors_name_the_place_and_no_pin() {
        let file = "[[user]]\nsip_uri = \"sip:ken@a.test\"\npin = \"90817263\"\n";
        for (extra, complaint) in [
            ("color = \"red\"\n", "line 4: unknown field `color`"),
            ("state = \"sleepy\"\n", "line 4: unknown variant `sleepy`"),
            ("line_uri = \"1219\"\n", "user sip:ken@a.test: `1219` is no line URI"),
            ("[[user]]\nsip_uri = \"ken@a.test\"\n", "user ken@a.test: stands twice"),
            ("state = \"expired\"\n", "no PIN expires"),
            ("[[user]]\nsip_uri = \"a@a.test\"\npin = 90817263\n", "line 6: a PIN is written in quotes"),
            ("display_name = \"a\\nb\"\n", "user sip:ken@a.test: a display name"),
            ("[policy]\nmin_password_length = 9\n", "user sip:ken@a.test: "),
        ] {
            let error = UsersFile::parse(&format!("{file}{extra}")).unwrap_err();
            assert!(error.contains(complaint), "{error}");
            assert!(!error.contains("90817263"), "{error}");
        }
    }
}

//! Reads what a rule does.

use super::{Known, RuleError};
use crate::complaint::{list, nearest, shown};
use crate::rules::{
    Action, ActionSpec, ActionValue, DhcpFault, HttpAnswer, Payload43, Payload120, Place, TlsFault,
};
use crate::verdict::PinFailureReason;
use lync_proto::dhcp::broken::{Broken43, Broken120};
use lync_proto::dhcp::{DEFAULT_PORT, UcClientOptions};
use std::collections::BTreeMap;

/// The longest payload of one DHCP option.
const MAX_PAYLOAD: usize = 255;
/// The most headers of an answer; clients stop reading at about a hundred.
const MAX_HEADERS: usize = 64;
/// The longest header, name and value.
const MAX_HEADER: usize = 8 * 1024;
/// Headers that say how the body is sent; the server writes them itself, and a wrong one would break its connection.
const FRAMING: [&str; 4] = ["content-length", "transfer-encoding", "connection", "upgrade"];

/// Actions that are a word, with what they are.
const WORDS: [(&str, Action); 5] = [
    ("ok", Action::Ok),
    ("reset", Action::Reset),
    ("close", Action::Close),
    ("stall", Action::Stall),
    ("close-half-way", Action::CloseHalfWay),
];
/// Actions that are a table.
const TABLES: [&str; 5] = ["answer", "userpin", "http", "tls", "dhcp"];

type Table = BTreeMap<String, ActionValue>;

/// Reads an action; `key` is where it is written.
pub(super) fn check(
    spec: &ActionSpec,
    key: &str,
    place: Place,
    known: &Known<'_>,
) -> Result<Action, RuleError> {
    match spec {
        ActionSpec::Word(word) => self::word(word, key, place, known),
        ActionSpec::Table(table) => {
            let mut entries = table.iter();
            match (entries.next(), entries.next()) {
                (Some((kind, value)), None) => self::table(kind, value, key, place, known),
                _ => Err(RuleError::key(key, format!("{} keys; an action has one", table.len()))),
            }
        }
    }
}

/// Whether the action can be done at this operation of a place at which it can be done at all.
pub(super) fn can_be_done(action: &Action, operation: &str) -> bool {
    match action {
        // The plain listener has no handshake.
        Action::Tls(_) => operation != "http",
        // The answer with the key has no form for a reason.
        Action::UserPin(Some(_)) => operation != "get-encryption-key",
        _ => true,
    }
}

/// The words and the keys of tables that can be done at a place.
const fn possible(place: Place) -> &'static [&'static str] {
    match place {
        Place::Dhcp => &["ok", "dhcp"],
        Place::Tls => &["ok", "reset", "close", "stall", "tls"],
        Place::Http => &["ok", "reset", "close", "stall", "close-half-way", "http"],
        Place::CertProv | Place::WebTicket => {
            &["ok", "reset", "close", "stall", "close-half-way", "http", "answer"]
        }
        Place::UserPin => &["ok", "reset", "close", "stall", "close-half-way", "http", "userpin"],
    }
}

fn expect_possible(kind: &str, key: &str, place: Place) -> Result<(), RuleError> {
    let possible = possible(place);
    if possible.contains(&kind) {
        return Ok(());
    }
    let offered = list(possible.iter().copied());
    Err(RuleError::key(key, format!("`{kind}` cannot be done at {place}; possible are {offered}")))
}

fn word(word: &str, key: &str, place: Place, known: &Known<'_>) -> Result<Action, RuleError> {
    if let Some((_, action)) = WORDS.iter().find(|(known, _)| *known == word) {
        expect_possible(word, key, place)?;
        return Ok(action.clone());
    }
    let diagnostics = known.diagnostics.iter().map(|entry| entry.name.as_str());
    if possible(place).contains(&"answer") {
        let words = WORDS.iter().map(|(word, _)| *word);
        return diagnostic(word, key, known, words);
    }
    if known.diagnostics.get(word).is_some() {
        let problem = format!("a diagnostic is answered at certprov and webticket, not at {place}");
        return Err(RuleError::key(key, problem));
    }
    let words = WORDS.iter().map(|(word, _)| *word).chain(diagnostics);
    Err(RuleError::unknown(key, "action", word, nearest(word, words)))
}

fn table(
    kind: &str,
    value: &ActionValue,
    key: &str,
    place: Place,
    known: &Known<'_>,
) -> Result<Action, RuleError> {
    if !TABLES.contains(&kind) {
        return Err(RuleError::unknown(key, "kind of action", kind, nearest(kind, TABLES)));
    }
    expect_possible(kind, key, place)?;
    let key = format!("{key}.{kind}");
    match kind {
        "answer" => diagnostic(as_word(value, &key)?, &key, known, []),
        "userpin" => user_pin(as_word(value, &key)?, &key),
        "http" => http(as_table(value, &key)?, &key, known),
        "tls" => tls(as_word(value, &key)?, &key),
        _ => dhcp(value, &key),
    }
}

/// The diagnostic of this name; `words` could stand here too, and may be what was meant.
fn diagnostic<'a>(
    name: &str,
    key: &str,
    known: &'a Known<'_>,
    words: impl IntoIterator<Item = &'a str>,
) -> Result<Action, RuleError> {
    if known.diagnostics.get(name).is_some() {
        return Ok(Action::Answer(name.to_owned()));
    }
    let names = known.diagnostics.iter().map(|entry| entry.name.as_str());
    Err(RuleError::unknown(key, "action or diagnostic", name, nearest(name, names.chain(words))))
}

fn user_pin(name: &str, key: &str) -> Result<Action, RuleError> {
    if name == "fault" {
        return Ok(Action::UserPin(None));
    }
    match PinFailureReason::from_name(name) {
        Some(reason) => Ok(Action::UserPin(Some(reason))),
        None => {
            let names = PinFailureReason::ALL.map(PinFailureReason::name).into_iter().chain(["fault"]);
            Err(RuleError::unknown(key, "PinFailureReason", name, nearest(name, names)))
        }
    }
}

fn tls(name: &str, key: &str) -> Result<Action, RuleError> {
    if let Some(alert) = name.strip_prefix("alert:") {
        let alert = alert.parse().map(TlsFault::Alert).map(Action::Tls);
        return alert.map_err(|_| RuleError::key(key, "an alert is a number from 0 to 255, as in alert:40"));
    }
    match TlsFault::NAMED.iter().find(|(known, _)| *known == name) {
        Some((_, fault)) => Ok(Action::Tls(*fault)),
        None => {
            let names = TlsFault::NAMED.iter().map(|(name, _)| *name).chain(["alert:40"]);
            Err(RuleError::unknown(key, "TLS fault", name, nearest(name, names)))
        }
    }
}

fn http(table: &Table, key: &str, known: &Known<'_>) -> Result<Action, RuleError> {
    only(table, key, &["status", "headers", "body", "body-file"])?;
    let status = status(table.get("status"), &format!("{key}.status"))?;
    let headers = match table.get("headers") {
        Some(headers) => self::headers(headers, &format!("{key}.headers"))?,
        None => Vec::new(),
    };
    let body = match (table.get("body"), table.get("body-file")) {
        (Some(_), Some(_)) => return Err(RuleError::key(key, "both `body` and `body-file`")),
        (Some(body), None) => as_word(body, &format!("{key}.body"))?.as_bytes().to_vec(),
        (None, Some(file)) => {
            let key = format!("{key}.body-file");
            let file = as_word(file, &key)?;
            (known.read)(file).map_err(|problem| RuleError::key(key, problem))?
        }
        (None, None) => Vec::new(),
    };
    if matches!(status, 204 | 304) && !body.is_empty() {
        return Err(RuleError::key(key, format!("a body, which an answer {status} cannot have")));
    }
    Ok(Action::Http(HttpAnswer { status, headers, body }))
}

fn status(value: Option<&ActionValue>, key: &str) -> Result<u16, RuleError> {
    let found = match value {
        Some(ActionValue::Number(number)) => u16::try_from(*number).ok(),
        Some(ActionValue::Word(word)) => word.parse().ok(),
        _ => None,
    };
    found
        .filter(|status| (200..=599).contains(status))
        .ok_or_else(|| RuleError::key(key, "a status is a number from 200 to 599"))
}

fn headers(value: &ActionValue, key: &str) -> Result<Vec<(String, String)>, RuleError> {
    let table = as_table(value, key)?;
    if table.len() > MAX_HEADERS {
        return Err(RuleError::key(key, format!("{} headers; {MAX_HEADERS} are the most", table.len())));
    }
    let header = |(name, value): (&String, &ActionValue)| {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || name.len() > MAX_HEADER || !name.chars().all(token) {
            return Err(RuleError::key(key, format!("{} is no name of a header", shown(name))));
        }
        let key = format!("{key}.{}", name.chars().take(64).collect::<String>());
        if FRAMING.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(RuleError::key(key, "the server writes this header itself"));
        }
        let value = match value {
            ActionValue::Number(number) => number.to_string(),
            value => as_word(value, &key)?.to_owned(),
        };
        if value.len() > MAX_HEADER || !value.chars().all(|c| (' '..='~').contains(&c)) {
            let problem = format!("a value is printable ASCII of at most {MAX_HEADER} bytes");
            return Err(RuleError::key(key, problem));
        }
        Ok((name.clone(), value))
    };
    table.iter().map(header).collect()
}

fn dhcp(value: &ActionValue, key: &str) -> Result<Action, RuleError> {
    const KEYS: [&str; 3] = ["second-server", "option-43", "option-120"];
    let table = match value {
        ActionValue::Word(word) => {
            return match word.as_str() {
                "silence" => Ok(Action::Dhcp(DhcpFault::Silence)),
                "duplicate" => Ok(Action::Dhcp(DhcpFault::Duplicate)),
                other => {
                    let nearest = nearest(other, ["silence", "duplicate"]);
                    Err(RuleError::unknown(key, "DHCP fault", other, nearest))
                }
            };
        }
        value => as_table(value, key)?,
    };
    only(table, key, &KEYS)?;
    let [second_server, option_43, option_120] =
        KEYS.map(|name| table.get(name).map(|value| (value, format!("{key}.{name}"))));
    let fault = match (second_server, option_43, option_120) {
        (Some((fqdn, key)), None, None) => {
            let fqdn = as_word(fqdn, &key)?;
            UcClientOptions::for_pool(fqdn, DEFAULT_PORT).map_err(|error| RuleError::key(key, error))?;
            DhcpFault::SecondServer { fqdn: fqdn.to_owned() }
        }
        (None, None, None) => {
            return Err(RuleError::key(key, format!("an empty table; possible are {}", list(KEYS))));
        }
        (None, option_43, option_120) => DhcpFault::Options {
            option_43: option_43.map(|(value, key)| payload_43(as_word(value, &key)?, &key)).transpose()?,
            option_120: option_120
                .map(|(value, key)| payload_120(as_word(value, &key)?, &key))
                .transpose()?,
        },
        (Some(_), _, _) => return Err(RuleError::key(key, "`second-server` stands alone")),
    };
    Ok(Action::Dhcp(fault))
}

fn payload_43(word: &str, key: &str) -> Result<Payload43, RuleError> {
    let names = Broken43::ALL.map(Broken43::as_str);
    match Written::read(word, key, &names)? {
        Written::Omit => Ok(Payload43::Omit),
        Written::Raw(bytes) => Ok(Payload43::Raw(bytes)),
        Written::Name(name) => Broken43::from_name(name)
            .map(Payload43::Broken)
            .ok_or_else(|| RuleError::unknown(key, "broken form of option 43", name, None)),
    }
}

fn payload_120(word: &str, key: &str) -> Result<Payload120, RuleError> {
    let names = Broken120::ALL.map(Broken120::as_str);
    match Written::read(word, key, &names)? {
        Written::Omit => Ok(Payload120::Omit),
        Written::Raw(bytes) => Ok(Payload120::Raw(bytes)),
        Written::Name(name) => Broken120::from_name(name)
            .map(Payload120::Broken)
            .ok_or_else(|| RuleError::unknown(key, "broken form of option 120", name, None)),
    }
}

/// How the payload of an option is written.
enum Written<'a> {
    Omit,
    Raw(Vec<u8>),
    Name(&'a str),
}

impl<'a> Written<'a> {
    fn read(word: &'a str, key: &str, names: &[&str]) -> Result<Self, RuleError> {
        if word == "omit" {
            Ok(Self::Omit)
        } else if let Some(digits) = word.strip_prefix("hex:") {
            hex(digits, key).map(Self::Raw)
        } else if names.contains(&word) {
            Ok(Self::Name(word))
        } else {
            let words = names.iter().copied().chain(["omit"]);
            Err(RuleError::unknown(key, "broken form", word, nearest(word, words)))
        }
    }
}

/// Reads pairs of hex digits, with colons, spaces or nothing between them.
fn hex(digits: &str, key: &str) -> Result<Vec<u8>, RuleError> {
    let refused = || {
        let problem = format!("after `hex:` stand pairs of hex digits, for at most {MAX_PAYLOAD} bytes");
        RuleError::key(key, problem)
    };
    if digits.len() > 4 * MAX_PAYLOAD {
        return Err(refused());
    }
    let digits = digits.chars().filter(|c| !matches!(c, ':' | ' ')).map(|c| c.to_digit(16));
    let digits: Vec<u32> = digits.collect::<Option<_>>().ok_or_else(refused)?;
    if !digits.len().is_multiple_of(2) || digits.len() > 2 * MAX_PAYLOAD {
        return Err(refused());
    }
    let byte = |pair: &[u32]| pair.iter().fold(0, |byte, digit| byte * 16 + digit);
    digits.chunks(2).map(|pair| u8::try_from(byte(pair)).map_err(|_| refused())).collect()
}

/// Refuses keys that are none of `names`.
fn only(table: &Table, key: &str, names: &[&str]) -> Result<(), RuleError> {
    match table.keys().find(|found| !names.contains(&found.as_str())) {
        Some(found) => Err(RuleError::unknown(key, "key", found, nearest(found, names.iter().copied()))),
        None => Ok(()),
    }
}

fn as_word<'a>(value: &'a ActionValue, key: &str) -> Result<&'a str, RuleError> {
    match value {
        ActionValue::Word(word) => Ok(word),
        _ => Err(RuleError::key(key, "not a word in quotes")),
    }
}

fn as_table<'a>(value: &'a ActionValue, key: &str) -> Result<&'a Table, RuleError> {
    match value {
        ActionValue::Table(table) => Ok(table),
        _ => Err(RuleError::key(key, "not a table in braces")),
    }
}

//! What is answered to each cause of a refusal: the table of fixtures/diagnostics.toml.

use crate::Evidence;
use crate::verdict::PinFailureReason;
use serde::Deserialize;
use std::collections::HashSet;

/// The table that is built in.
const BUILT_IN: &str = include_str!("../../../fixtures/diagnostics.toml");

/// The names that lyncmock's own code asks for.
pub mod names {
    /// Wrong digits: the one answer to a PIN that was captured.
    pub const PIN_WRONG: &str = "pin-wrong";
    /// The front end could not ask the user-PIN service.
    pub const USER_PIN_SERVICE_UNAVAILABLE: &str = "user-pin-service-unavailable";
    /// UsePinAuth or UseCertificateAuth is `$false`, or UseWindowsAuth is None.
    pub const AUTH_TYPE_NOT_ALLOWED: &str = "auth-type-not-allowed";
    /// GetAndPublishCert without a web ticket.
    pub const WEB_TICKET_MISSING: &str = "web-ticket-missing";
    /// A certificate, or the signature by it, that gets no web ticket.
    pub const CERTIFICATE_REFUSED: &str = "certificate-refused";
    /// A ticket that was altered, or whose proof fails.
    pub const WEB_TICKET_INVALID: &str = "web-ticket-invalid";
    /// A ticket past its NotOnOrAfter.
    pub const WEB_TICKET_EXPIRED: &str = "web-ticket-expired";
    /// A ticket that this pool did not sign.
    pub const WEB_TICKET_UNVERIFIABLE: &str = "web-ticket-unverifiable";
    /// A ticket for another service.
    pub const WEB_TICKET_AUDIENCE: &str = "web-ticket-audience";
    /// The request's Claims name another user than the credentials.
    pub const CLAIM_MISMATCH: &str = "claim-mismatch";
    /// Windows credentials of somebody who is no Lync user.
    pub const USER_NOT_SIP_ENABLED: &str = "user-not-sip-enabled";
    /// Windows credentials of a Lync user who is not Enabled.
    pub const WINDOWS_USER_DISABLED: &str = "windows-user-disabled";
    /// The account that authenticated the connection was removed since.
    pub const WINDOWS_ACCOUNT_GONE: &str = "windows-account-gone";
    /// The front end could not ask the domain.
    pub const WINDOWS_AUTH_INTERNAL_ERROR: &str = "windows-auth-internal-error";
    /// The right password of an account that is locked out.
    pub const WINDOWS_ACCOUNT_LOCKED: &str = "windows-account-locked";
    /// The right password of an account that is disabled in Active Directory.
    pub const WINDOWS_ACCOUNT_DISABLED: &str = "windows-account-disabled";
    /// The right password, and it has expired.
    pub const WINDOWS_PASSWORD_EXPIRED: &str = "windows-password-expired";

    #[cfg(test)]
    pub(super) const ALL: [&str; 17] = [
        PIN_WRONG,
        USER_PIN_SERVICE_UNAVAILABLE,
        AUTH_TYPE_NOT_ALLOWED,
        WEB_TICKET_MISSING,
        CERTIFICATE_REFUSED,
        WEB_TICKET_INVALID,
        WEB_TICKET_EXPIRED,
        WEB_TICKET_UNVERIFIABLE,
        WEB_TICKET_AUDIENCE,
        CLAIM_MISMATCH,
        USER_NOT_SIP_ENABLED,
        WINDOWS_USER_DISABLED,
        WINDOWS_ACCOUNT_GONE,
        WINDOWS_AUTH_INTERNAL_ERROR,
        WINDOWS_ACCOUNT_LOCKED,
        WINDOWS_ACCOUNT_DISABLED,
        WINDOWS_PASSWORD_EXPIRED,
    ];
}

/// One cause and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How the rest of lyncmock calls the cause.
    pub name: String,
    /// ErrorId; `None` where no public source gives one.
    pub code: Option<u32>,
    /// The reason, to the letter.
    pub reason: String,
    /// The fault code, with its customary prefix (`wsse:FailedAuthentication`).
    pub faultcode: Option<String>,
    /// The HTTP status; `None` where no public source gives one.
    pub status: Option<u16>,
    /// The token of the Warning header.
    pub warning: Option<String>,
    /// The PIN states that are answered so.
    pub pin_failures: Vec<PinFailureReason>,
    /// How well it is known that a Lync Server answers this cause so.
    pub evidence: Evidence,
    /// Where it is written.
    pub source: String,
}

/// All causes and their answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagnosticsTable {
    entries: Vec<Diagnostic>,
}

/// Why a table was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not TOML, or a key that the table does not have; the message gives line and column.
    #[error("{0}")]
    Syntax(String),
    /// An entry that cannot be meant.
    #[error("diagnostic `{name}`: {problem}")]
    Entry {
        /// The entry's name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    diagnostic: Vec<WireEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireEntry {
    name: String,
    code: Option<u32>,
    reason: String,
    faultcode: Option<String>,
    status: Option<u16>,
    warning: Option<String>,
    #[serde(default)]
    pin_failures: Vec<String>,
    evidence: String,
    source: String,
}

impl DiagnosticsTable {
    /// The table that is built in.
    pub fn built_in() -> Self {
        Self { entries: parse(BUILT_IN).expect("the built-in table is checked by a test") }
    }

    /// This table with the entries of `toml` in place of those of the same name.
    ///
    /// # Errors
    /// When the text cannot be read, or names a diagnostic that does not exist.
    pub fn overridden_by(mut self, toml: &str) -> Result<Self, TableError> {
        for entry in parse(toml)? {
            let Some(place) = self.entries.iter_mut().find(|known| known.name == entry.name) else {
                let known: Vec<&str> = self.entries.iter().map(|known| known.name.as_str()).collect();
                let problem = format!("there is no such diagnostic; there are {}", known.join(", "));
                return Err(TableError::Entry { name: entry.name, problem });
            };
            // A PIN state keeps its entry: an override changes the answer, not which causes share it.
            let pin_failures = std::mem::take(&mut place.pin_failures);
            *place = Diagnostic { pin_failures, ..entry };
        }
        Ok(self)
    }

    /// The entry of this name; see [`names`].
    pub fn get(&self, name: &str) -> Option<&Diagnostic> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The entry that one of the constants in [`names`] stands for.
    ///
    /// # Panics
    /// When `name` is none of those constants.
    pub fn known(&self, name: &'static str) -> &Diagnostic {
        self.get(name).expect("every name in `names` is in the built-in table, and overriding removes none")
    }

    /// The answer to a PIN state.
    pub fn for_pin_failure(&self, reason: PinFailureReason) -> &Diagnostic {
        let found = self.entries.iter().find(|entry| entry.pin_failures.contains(&reason));
        found.unwrap_or_else(|| self.known(names::PIN_WRONG))
    }

    /// Every entry, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.entries.iter()
    }
}

impl Default for DiagnosticsTable {
    fn default() -> Self {
        Self::built_in()
    }
}

fn parse(text: &str) -> Result<Vec<Diagnostic>, TableError> {
    let wire: Wire = toml::from_str(text).map_err(|error| TableError::Syntax(error.to_string()))?;
    let mut seen = HashSet::new();
    wire.diagnostic
        .into_iter()
        .map(|entry| {
            let name = entry.name.clone();
            let refused = |problem: String| TableError::Entry { name: name.clone(), problem };
            if !seen.insert(entry.name.clone()) {
                return Err(refused("stands twice in the file".to_owned()));
            }
            validated(entry).map_err(refused)
        })
        .collect()
}

fn validated(entry: WireEntry) -> Result<Diagnostic, String> {
    let evidence = entry.evidence.parse().map_err(|error| format!("{error}"))?;
    let pin_failures = entry
        .pin_failures
        .iter()
        .map(|name| {
            PinFailureReason::from_name(name).ok_or_else(|| format!("`{name}` is no PinFailureReason"))
        })
        .collect::<Result<_, _>>()?;
    if entry.source.trim().is_empty() {
        return Err("an empty source; say where this is written".to_owned());
    }
    if entry.status.is_some_and(|status| !(400..=599).contains(&status)) {
        return Err("a status outside 400..599".to_owned());
    }
    // These travel in HTTP headers, inside double quotes.
    let clean = |text: &str| text.chars().all(|c| (' '..='~').contains(&c) && c != '"');
    let header_fields = [Some(&entry.reason), entry.faultcode.as_ref(), entry.warning.as_ref()];
    if !header_fields.into_iter().flatten().all(|text| clean(text)) {
        return Err("reason, faultcode and warning are printable ASCII without double quotes".to_owned());
    }
    Ok(Diagnostic {
        name: entry.name,
        code: entry.code,
        reason: entry.reason,
        faultcode: entry.faultcode,
        status: entry.status,
        warning: entry.warning,
        pin_failures,
        evidence,
        source: entry.source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_has_every_name_and_one_answer_for_each_pin_state() {
        let table = DiagnosticsTable::built_in();
        for name in names::ALL {
            assert!(table.get(name).is_some(), "{name}");
        }
        for reason in PinFailureReason::ALL {
            let answers = table.iter().filter(|entry| entry.pin_failures.contains(&reason)).count();
            assert_eq!(answers, 1, "{reason}");
        }
    }

    #[test]
    fn only_the_wrong_pin_claims_to_be_captured() {
        let table = DiagnosticsTable::built_in();
        for entry in table.iter().filter(|entry| !entry.pin_failures.is_empty()) {
            let captured = entry.pin_failures == [PinFailureReason::IncorrectPin];
            assert_eq!(entry.evidence == Evidence::Captured, captured, "{}", entry.name);
            assert_eq!(entry.code, Some(28003), "{}", entry.name);
        }
    }

    #[test]
    fn an_override_replaces_by_name_and_keeps_its_pin_states() {
        let text = r#"
            [[diagnostic]]
            name = "pin-locked"
            code = 28004
            reason = "Seen in our lab."
            evidence = "captured"
            source = "our trace of 2016-03-04"
        "#;
        let table = DiagnosticsTable::built_in().overridden_by(text).unwrap();
        let locked = table.for_pin_failure(PinFailureReason::UserPinAccountLocked);
        assert_eq!((locked.code, locked.reason.as_str()), (Some(28004), "Seen in our lab."));
        assert_eq!(table.for_pin_failure(PinFailureReason::IncorrectPin).code, Some(28003));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let entry = |extra: &str| {
            format!("[[diagnostic]]\nname = \"pin-locked\"\nreason = \"x\"\nsource = \"y\"\n{extra}")
        };
        for (extra, complaint) in [
            ("evidence = \"guessed\"", "no kind of evidence"),
            ("evidence = \"inferred\"\nstatus = 200", "outside 400..599"),
            ("evidence = \"inferred\"\nwarning = \"a\\\"b\"", "without double quotes"),
            ("evidence = \"inferred\"\npin_failures = [\"Tired\"]", "no PinFailureReason"),
            ("evidence = \"inferred\"\nhttp = 401", "unknown field `http`"),
        ] {
            let error = DiagnosticsTable::built_in().overridden_by(&entry(extra)).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
        let unknown = entry("evidence = \"inferred\"").replace("pin-locked", "pin-lokced");
        let error = DiagnosticsTable::built_in().overridden_by(&unknown).unwrap_err().to_string();
        assert!(error.contains("there is no such diagnostic; there are pin-wrong"), "{error}");
    }
}

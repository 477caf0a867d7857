//! What is wrong with an option 43 or 120, in words, and which scenario of `fixtures/scenarios/dhcp.toml` it is like.
//!
//! The decoders say where they stopped. Whoever has the option of a real network before him wants to know which
//! mistake was made: a text without sub-options, a cut by Cisco IOS, the wrong type on a Windows DHCP server. The
//! mistakes are those of [`broken`](super::broken); that bytes which look like one come from it is inferred.

mod frame;
mod listing;
mod option_120;
mod option_43;
mod values;

pub use listing::{Listed, list_43, list_120};
pub use option_43::explain_43;
pub use option_120::explain_120;

use super::{SipServers, UcClientOptions};
use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Unusual and of no consequence.
    Note,
    /// May be meant so, and may be why a sign-in fails.
    Doubtful,
    /// No Lync client gets on with it.
    Fatal,
}

/// One thing that is to be said of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong and what was expected.
    pub text: String,
    /// The scenario of `fixtures/scenarios/dhcp.toml` that it looks like.
    pub scenario: Option<&'static str>,
    /// Where it stands, in bytes from the start of the payload.
    pub at: usize,
}

impl Severity {
    /// The word that is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Doubtful => "doubtful",
            Self::Fatal => "fatal",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Finding {
    pub(crate) fn fatal(at: usize, text: impl Into<String>) -> Self {
        Self { severity: Severity::Fatal, text: text.into(), scenario: None, at }
    }

    pub(crate) fn doubtful(at: usize, text: impl Into<String>) -> Self {
        Self { severity: Severity::Doubtful, ..Self::fatal(at, text) }
    }

    pub(crate) fn note(at: usize, text: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::fatal(at, text) }
    }

    pub(crate) fn like(self, scenario: &'static str) -> Self {
        Self { scenario: Some(scenario), ..self }
    }
}

/// Both options of an answer, and what only the two together show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What is to be said of option 43.
    pub option_43: Vec<Finding>,
    /// What is to be said of option 120.
    pub option_120: Vec<Finding>,
    /// What is to be said of both.
    pub together: Vec<Finding>,
}

impl Explanation {
    /// Every finding, option 43 first.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.option_43.iter().chain(&self.option_120).chain(&self.together)
    }

    /// Whether a Lync client can use the answer, as far as the options show.
    pub fn is_good(&self) -> bool {
        is_good(self.iter())
    }

    /// The scenarios that the answer looks like, each once, in the order of the findings.
    pub fn scenarios(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in self.iter().filter_map(|finding| finding.scenario) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Whether none of the findings is fatal.
pub fn is_good<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> bool {
    findings.into_iter().all(|finding| finding.severity != Severity::Fatal)
}

/// Explains an answer to a DHCPINFORM of class MS-UC-Client that asked for both options; `None` is one that is missing.
pub fn explain(option_43: Option<&[u8]>, option_120: Option<&[u8]>) -> Explanation {
    let missing = |text: &str, scenario| vec![Finding::fatal(0, text).like(scenario)];
    let (scenario_43, scenario_120) = match (option_43, option_120) {
        (None, None) => ("dhcp-no-options", "dhcp-no-options"),
        _ => ("dhcp-no-option-43", "dhcp-no-option-120"),
    };
    Explanation {
        option_43: option_43.map_or_else(
            || {
                missing(
                    "missing: no address of certificate provisioning, so no sign-in with a PIN",
                    scenario_43,
                )
            },
            explain_43,
        ),
        option_120: option_120
            .map_or_else(|| missing("missing: the Registrar is left to DNS", scenario_120), explain_120),
        together: option_43.zip(option_120).map(|(first, second)| hosts(first, second)).unwrap_or_default(),
    }
}

/// A web server that is none of the Registrars is right where the web services have a name of their own, and wrong
/// where the certificate does not know that name. The options do not tell the two apart.
fn hosts(option_43: &[u8], option_120: &[u8]) -> Vec<Finding> {
    let (Ok(options), Ok(servers)) = (UcClientOptions::decode(option_43), SipServers::decode(option_120))
    else {
        return Vec::new();
    };
    let host = options.web_server_fqdn();
    let names = servers.as_names();
    if names.is_empty() || host.parse::<std::net::Ipv4Addr>().is_ok() {
        return Vec::new();
    }
    if names.iter().any(|name| name.as_str().eq_ignore_ascii_case(host)) {
        return Vec::new();
    }
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).take(values::MAX_LISTED).collect();
    let text = format!(
        "the web server `{}` is none of the Registrars ({}): its certificate has to name it",
        values::excerpt(host.as_bytes()),
        names.join(", ")
    );
    vec![Finding::doubtful(0, text).like("dhcp-wrong-web-server")]
}

#[cfg(test)]
mod tests;

//! The keys about failures and about watching them: scenarios, rules, the journal, the admin API.

use super::{ConfigError, RulesOf, ScenarioCall, in_file, read, value};
use lync_admin::SecretToken;
use lync_model::rules::RulesFile;
use lync_model::scenario::Catalogue;
use std::net::SocketAddr;
use std::path::Path;

/// More entries than anybody reads, few enough to fit in memory.
const MAX_ENTRIES: usize = 1_000_000;

/// `NAME` and `NAME@USER`.
pub(super) fn scenarios(calls: &[String]) -> Result<Vec<ScenarioCall>, ConfigError> {
    calls.iter().map(|call| scenario(call).map_err(|problem| value("scenarios", &problem))).collect()
}

/// One call of a scenario; its name must be in the catalogue.
pub(crate) fn scenario(call: &str) -> Result<ScenarioCall, String> {
    let (name, user) = match call.split_once('@') {
        Some((name, user)) => (name.trim(), Some(user.trim().to_owned())),
        None => (call.trim(), None),
    };
    Catalogue::built_in().get(name).map_err(|unknown| unknown.to_string())?;
    if user.as_deref() == Some("") {
        return Err(format!("`{name}@` names no user"));
    }
    Ok(ScenarioCall { name: name.to_owned(), user })
}

pub(super) fn rules(path: &Path) -> Result<RulesOf, ConfigError> {
    let file = RulesFile::parse(&read(path)?).map_err(|problem| in_file(path, &problem))?;
    Ok(RulesOf { path: path.to_owned(), rules: file.rules })
}

pub(super) fn entries(given: Option<usize>) -> Result<usize, ConfigError> {
    match given.unwrap_or(2_000) {
        entries @ 1..=MAX_ENTRIES => Ok(entries),
        other => Err(value("journal.entries", &format!("{other} is outside 1 to {MAX_ENTRIES}"))),
    }
}

/// The token of the file; without one the admin API stays on loopback.
pub(super) fn token(listen: SocketAddr, path: Option<&Path>) -> Result<Option<SecretToken>, ConfigError> {
    match path {
        Some(path) => {
            let token = SecretToken::new(read(path)?.trim());
            Ok(Some(token.map_err(|problem| in_file(path, &problem))?))
        }
        None if listen.ip().is_loopback() => Ok(None),
        None => Err(value("listen.admin", &"beyond loopback the admin API needs admin.token_file")),
    }
}

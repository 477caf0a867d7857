//! The lines that were typed, in a file of the user's own. Lines that may hold a PIN or a password are not kept in it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The most lines that are kept, in memory and in the file.
pub(super) const MAX_LINES: usize = 1000;
/// The largest file that is read. It is rewritten long before it is so large; one that is was not written here.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// The longest line that is kept, in bytes: what is longer was pasted, and nobody scrolls back to it.
const MAX_LINE: usize = 4096;

/// The file. Without one, nothing is kept beyond the session.
#[derive(Debug)]
pub(super) struct HistoryFile {
    path: Option<PathBuf>,
}

impl HistoryFile {
    /// `$XDG_STATE_HOME/lyncmock/history`, where XDG_STATE_HOME is `~/.local/state` unless set.
    pub(super) fn of_the_user() -> Self {
        let absolute = |name: &str| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute())
        };
        let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
        Self { path: state.map(|state| state.join("lyncmock/history")) }
    }

    #[cfg(test)]
    fn at(path: PathBuf) -> Self {
        Self { path: Some(path) }
    }

    /// The lines of earlier sessions, the oldest first.
    pub(super) fn load(&self) -> Vec<String> {
        let Some(path) = &self.path else { return Vec::new() };
        let small = fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= MAX_FILE);
        let Some(text) = small.then(|| fs::read_to_string(path).ok()).flatten() else { return Vec::new() };
        let all: Vec<&str> = text.lines().collect();
        let kept = all.get(all.len().saturating_sub(MAX_LINES)..).unwrap_or_default();
        if all.len() > 2 * MAX_LINES
            && let Err(error) = rewrite(path, kept)
        {
            tracing::debug!(%error, "the history was not shortened");
        }
        kept.iter().map(|line| unescaped(line)).collect()
    }

    /// Keeps a line, unless it may hold a secret.
    pub(super) fn add(&self, line: &str) {
        let Some(path) = self.path.as_ref().filter(|_| line.len() <= MAX_LINE && !may_hold_a_secret(line))
        else {
            return;
        };
        // A history that cannot be written is no reason to refuse a command.
        if let Err(error) = append(path, line) {
            tracing::debug!(%error, "the history was not written");
        }
    }
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    // A file that was there may have been made by another hand.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(format!("{}\n", escaped(line)).as_bytes())
}

fn rewrite(path: &Path, lines: &[&str]) -> std::io::Result<()> {
    // Temporary files of this library are readable by their owner alone.
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// One line of the file for each entry, which may have several.
fn escaped(line: &str) -> String {
    line.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => text.push(if rest.next() == Some('n') { '\n' } else { '\\' }),
            other => text.push(other),
        }
    }
    text
}

/// Whether a PIN or a password may stand in the line. It errs on the safe side: a line too many costs nothing.
pub(super) fn may_hold_a_secret(line: &str) -> bool {
    let lower = POLICIES.iter().fold(line.to_lowercase(), |line, name| line.replace(name, ""));
    let named = ["set-csclientpin", "securestring", "password", "credential"];
    named.iter().any(|name| lower.contains(name)) || lower.split(is_between_words).any(is_a_secrets_word)
}

/// Parameters of Set-CsPinPolicy that are named like secrets and hold none.
const POLICIES: [&str; 3] = ["-minpasswordlength", "-pinlifetime", "-pinhistorycount"];

fn is_between_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '|' | '(' | ')' | '{' | '}' | '=' | ':' | ',')
}

/// A parameter name that may stand for Pin or Password, or digits that may be a PIN.
fn is_a_secrets_word(word: &str) -> bool {
    let is_dash = |c: char| matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}');
    if let Some(name) = word.strip_prefix(is_dash) {
        let name = name.trim_start_matches(is_dash);
        return !name.is_empty()
            && (name.starts_with("pin") || "pin".starts_with(name) || "password".starts_with(name));
    }
    // A plus makes it a phone number.
    let digits = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
    (4..=24).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_secrets_are_told_from_others() {
        for line in [
            "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin \"0712\"",
            "Test-CsPhoneBootstrap -pi 71",
            "Test-CsPhoneBootstrap \u{2013}PIN:0712",
            "Set-CsClientPin kenmyer 481",
            "Set-CsClientPim kenmyer '4812'",
            "$p = ConvertTo-SecureString \"x\" -AsPlainText -Force",
            "Set-Account -PASSWORD x",
            "$c = Get-Credential litwareinc\\kenmyer",
            "$pin=\"4812\"",
        ] {
            assert!(may_hold_a_secret(line), "{line}");
        }
        for line in [
            "Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\" | Select-Object SipAddress, LineUri",
            "Get-CsClientPinInfo kenmyer",
            "New-CsPinPolicy -Identity RedmondUsers -MinPasswordLength 10",
            "Get-CsPinPolicy | Set-CsPinPolicy -PINLifetime 30",
            "Grant-CsPinPolicy -PolicyName x",
            "Test-CsPhoneBootstrap -PhoneOrExt +12065551219",
        ] {
            assert!(!may_hold_a_secret(line), "{line}");
        }
    }

    #[test]
    fn what_was_typed_comes_back_and_is_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let history = HistoryFile::at(dir.path().join("state/lyncmock/history"));
        assert_eq!(history.load(), Vec::<String>::new());
        let lines =
            ["Get-CsUser litwareinc\\kenmyer", "Get-CsUser |\nSelect-Object\\n SipAddress", "Get-Help"];
        for line in lines {
            history.add(line);
        }
        history.add("Set-CsClientPin -Identity kenmyer -Pin 90817263");
        history.add(&"x".repeat(MAX_LINE + 1));
        assert_eq!(history.load(), lines);
        let file = dir.path().join("state/lyncmock/history");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        history.add("Get-Date");
        assert_eq!(mode(&file), 0o600);
    }

    #[test]
    fn the_file_does_not_grow_without_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history");
        let many: String = (0..=2 * MAX_LINES).map(|number| format!("Get-Date {number}x\n")).collect();
        fs::write(&path, many).unwrap();
        let history = HistoryFile::at(path.clone());
        assert_eq!(history.load().len(), MAX_LINES);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), MAX_LINES);
        assert_eq!(history.load().last().unwrap(), &format!("Get-Date {}x", 2 * MAX_LINES));
    }
}

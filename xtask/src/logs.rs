//! `cargo xtask check-logs`: no PIN and no password stands in a trace log, neither in clear nor in another form.

mod base64;
mod line;
mod pins;

use anyhow::{Context, ensure};
use pins::Secrets;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::ExitCode;

/// What was read of a directory of logs.
#[derive(Debug, Default)]
struct Report {
    files: usize,
    lines: usize,
    /// Lines of level TRACE. Without any, the logs would say nothing of what lower levels hide.
    trace_lines: usize,
    /// `file:line: what`, without the PIN itself.
    leaks: Vec<String>,
}

/// Reads every log under `directory` and fails when a PIN is found, or when the logs could not have held one.
pub(crate) fn run(directory: &Path, pins: &[&str]) -> anyhow::Result<ExitCode> {
    let report = scan(directory, pins)?;
    report.leaks.iter().for_each(|leak| println!("{leak}"));
    println!(
        "{} PINs looked for in {} lines ({} of level TRACE) of {} logs: found {} times",
        pins.len(),
        report.lines,
        report.trace_lines,
        report.files,
        report.leaks.len()
    );
    Ok(if report.leaks.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn scan(directory: &Path, pins: &[&str]) -> anyhow::Result<Report> {
    ensure!(
        pins.iter().all(|pin| pin.len() >= 4),
        "a PIN has at least four digits; shorter ones are everywhere"
    );
    let mut report = Report::default();
    let secrets = Secrets::new(pins);
    let entries =
        std::fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_file() {
            scan_file(&path, &secrets, &mut report)
                .with_context(|| format!("{} cannot be read", path.display()))?;
        }
    }
    ensure!(report.files > 0, "{} holds no log: nothing was checked", directory.display());
    ensure!(
        report.trace_lines > 0,
        "{} holds no line of level TRACE: nothing was checked",
        directory.display()
    );
    Ok(report)
}

fn scan_file(path: &Path, secrets: &Secrets<'_>, report: &mut Report) -> std::io::Result<()> {
    report.files += 1;
    let mut reader = BufReader::new(std::fs::File::open(path)?);
    let mut bytes = Vec::new();
    let mut number = 0;
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        number += 1;
        report.lines += 1;
        let line = line::plain(&String::from_utf8_lossy(&bytes));
        report.trace_lines += usize::from(line.contains("TRACE"));
        let found = secrets.found_in(&line).into_iter();
        report.leaks.extend(found.map(|leak| format!("{}:{number}: {leak}", path.display())));
        bytes.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A directory of one log, which is removed at the end.
    struct Logs(PathBuf);

    impl Logs {
        fn of(name: &str, text: Option<&str>) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-logs-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            if let Some(text) = text {
                std::fs::write(path.join("1.log"), text).unwrap();
            }
            Self(path)
        }
    }

    impl Drop for Logs {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn clean_logs_are_counted() {
        let logs = Logs::of("clean", Some("TRACE a line\nDEBUG another\n"));
        let report = scan(&logs.0, &["0712"]).unwrap();
        assert_eq!((report.files, report.lines, report.trace_lines), (1, 2, 1));
        assert!(report.leaks.is_empty());
    }

    #[test]
    fn a_leak_is_told_by_its_place_and_not_by_its_digits() {
        let logs = Logs::of("leak", Some("TRACE fine\nTRACE asked pin=\u{1b}[2m0712\u{1b}[0m"));
        let leaks = scan(&logs.0, &["9999", "0712"]).unwrap().leaks;
        assert_eq!(leaks.len(), 1);
        assert!(leaks[0].ends_with("1.log:2: PIN number 2 in clear"), "{leaks:?}");
    }

    #[test]
    fn logs_that_could_hold_no_pin_are_refused() {
        let complaint = |logs: &Logs| scan(&logs.0, &["0712"]).unwrap_err().to_string();
        assert!(complaint(&Logs::of("empty", None)).contains("holds no log"));
        assert!(complaint(&Logs::of("info", Some("INFO ready\n"))).contains("no line of level TRACE"));
        assert!(complaint(&Logs(PathBuf::from("/nowhere/at/all"))).contains("cannot be read"));
    }

    #[test]
    fn a_pin_that_would_be_found_everywhere_is_refused() {
        assert!(scan(Path::new("/"), &["07"]).is_err());
    }
}

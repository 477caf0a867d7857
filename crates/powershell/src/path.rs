//! Paths of Windows, on a machine that has none of its drives.

use crate::ErrorRecord;

/// The path as this machine has it: with slashes.
///
/// # Errors
/// It is on a drive, which is refused in PowerShell's words, or on another machine, in our own.
pub(crate) fn of_this_machine(path: &str) -> Result<String, ErrorRecord> {
    let slashed = path.replace('\\', "/");
    if path.starts_with("\\\\") {
        let message = format!("{path} is on another machine, and there are no shares here.");
        return Err(
            ErrorRecord::new("NotImplemented", "NotSupported", message).about(format!("{path}:String"))
        );
    }
    match slashed.split_once(':') {
        Some((drive, _)) if !drive.is_empty() && drive.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            let message = format!("Cannot find drive. A drive with the name '{drive}' does not exist.");
            let record = ErrorRecord::new("ObjectNotFound", "DriveNotFound", message);
            Err(record.of("DriveNotFoundException").about(format!("{drive}:String")))
        }
        _ => Ok(slashed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_stand_for_those_of_windows() {
        for (path, here) in [
            (r".\users.txt", "./users.txt"),
            (r"reports\of today\a.html", "reports/of today/a.html"),
            ("/tmp/12:30.txt", "/tmp/12:30.txt"),
            ("users.txt", "users.txt"),
        ] {
            assert_eq!(of_this_machine(path).unwrap(), here);
        }
    }

    #[test]
    fn drives_and_shares_are_refused() {
        for (path, said) in [
            (r"C:\Temp\report.html", "Cannot find drive. A drive with the name 'C' does not exist."),
            ("z:report.html", "Cannot find drive. A drive with the name 'z' does not exist."),
            ("Env:PATH", "Cannot find drive. A drive with the name 'Env' does not exist."),
            (
                r"\\server\share\a.txt",
                r"\\server\share\a.txt is on another machine, and there are no shares here.",
            ),
        ] {
            assert_eq!(of_this_machine(path).unwrap_err().message, said);
        }
    }
}

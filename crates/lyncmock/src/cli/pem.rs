//! What a phone left with, as a file for other programs.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lync_phone::SignedIn;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes certificate, key and chain, in this order.
pub(super) fn write(path: &Path, signed_in: &SignedIn) -> anyhow::Result<()> {
    let mut text = block("CERTIFICATE", &signed_in.certificate);
    text.push_str(&block("PRIVATE KEY", signed_in.key.expose()));
    for certificate in &signed_in.chain {
        text.push_str(&block("CERTIFICATE", certificate));
    }
    check(path)?;
    // Created anew: the mode of a file that is there already would be kept.
    let _ = std::fs::remove_file(path);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// Whether the file can be written there. An older file is replaced; nothing else is.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    if let Ok(there) = std::fs::symlink_metadata(path) {
        anyhow::ensure!(there.is_file(), "cannot write {}: it is no regular file", path.display());
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    anyhow::ensure!(directory.is_dir(), "cannot write {}: there is no such folder", path.display());
    Ok(())
}

/// RFC 7468.
fn block(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = STANDARD.encode(der);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

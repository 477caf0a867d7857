//! `lyncmock diagnostics`: the table of what is answered to each refusal.

use super::output::print;
use clap::Args;
use lync_model::diagnostics::{Diagnostic, DiagnosticsTable};
use serde_json::json;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// `lyncmock diagnostics`
#[derive(Args)]
pub(super) struct DiagnosticsArgs {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
    /// Apply this file's entries first
    #[arg(long, value_name = "FILE")]
    diagnostics_file: Option<PathBuf>,
}

pub(super) fn run(arguments: &DiagnosticsArgs) -> anyhow::Result<ExitCode> {
    let mut table = DiagnosticsTable::built_in();
    if let Some(path) = &arguments.diagnostics_file {
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", path.display()))?;
        table = table.overridden_by(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    }
    if arguments.json {
        let entries: Vec<_> = table.iter().map(as_json).collect();
        print(format!("{}\n", serde_json::Value::Array(entries)))?;
    } else {
        print(as_text(&table))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(entry: &Diagnostic) -> serde_json::Value {
    json!({
        "name": entry.name,
        "code": entry.code,
        "reason": entry.reason,
        "faultcode": entry.faultcode,
        "status": entry.status,
        "warning": entry.warning,
        "pin_failures": entry.pin_failures.iter().map(|reason| reason.name()).collect::<Vec<_>>(),
        "evidence": entry.evidence.as_str(),
        "source": entry.source,
    })
}

fn as_text(table: &DiagnosticsTable) -> String {
    let mut text = format!("{:<30} {:<6} {:<6} {:<11} REASON\n", "NAME", "CODE", "STATUS", "EVIDENCE");
    for entry in table.iter() {
        let number = |value: Option<u32>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let _ = writeln!(
            text,
            "{:<30} {:<6} {:<6} {:<11} {}",
            entry.name,
            number(entry.code),
            number(entry.status.map(u32::from)),
            entry.evidence.as_str(),
            entry.reason
        );
    }
    text
}

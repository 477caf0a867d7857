//! `lyncmock journal`: what happened on a running pool, and waiting for it.

use super::output::{note, print};
use super::patience::patience_for_entries;
use super::server::ServerArgs;
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::dto::{Entry, ExportFormat, JournalFilter, SeenDevice};
use lync_proto::format_instant;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// `lyncmock journal …`
#[derive(Args)]
pub(super) struct JournalArgs {
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Subcommand)]
enum JournalCommand {
    /// List the entries, the oldest first
    List {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List the devices that were there, and how far each came
    Devices {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Wait for an entry; exit with 1, and tell the nearest miss, when it does not come
    Wait {
        /// How many
        #[arg(long, default_value_t = 1, value_name = "N")]
        count: u64,
        /// How long: 500ms, 5s, 2m; 0s asks whether it is there already
        #[arg(long, default_value = "5s", value_name = "TIME", value_parser = patience_for_entries)]
        timeout: Duration,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Write the entries to a file: JSON Lines, HAR for the HTTP, pcapng for Wireshark
    Export {
        /// The form
        #[arg(long, value_name = "FORM")]
        format: Form,
        /// The file to write [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// Which entries; all that is given must hold.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Which entries")]
struct FilterArgs {
    /// The event: dhcp.ack, webticket.refused, certprov.published, …; `*` at its end stands for any rest
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// SIP address of the user, or its part before the @
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// What was typed as number or extension
    #[arg(long, value_name = "NUMBER")]
    phone_or_ext: Option<String>,
    /// Hardware address
    #[arg(long, value_name = "MAC")]
    mac: Option<String>,
    /// Address or network of the device
    #[arg(long, value_name = "ADDR")]
    source: Option<String>,
    /// The scenario that acted
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// The rule that acted
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Only entries behind the one of this number
    #[arg(long, value_name = "SEQ")]
    since: Option<u64>,
    /// At most this many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

/// The form of an export.
#[derive(clap::ValueEnum, Clone, Copy)]
enum Form {
    /// One JSON object a line
    Jsonl,
    /// HTTP Archive 1.2
    Har,
    /// A capture; with the TLS keys where the pool keeps them (--journal-tls-keys)
    Pcapng,
}

impl FilterArgs {
    fn filter(self) -> JournalFilter {
        JournalFilter {
            event: self.event,
            user: self.user,
            phone_or_ext: self.phone_or_ext,
            mac: self.mac,
            source: self.source,
            scenario: self.scenario,
            rule: self.rule,
            since: self.since,
            limit: self.limit,
            ..JournalFilter::default()
        }
    }
}

pub(super) async fn run(arguments: JournalArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        JournalCommand::List { json, filter, server } => {
            let page = server.client()?.journal(&filter.filter()).await?;
            print(if json { format!("{}\n", serde_json::to_string(&page)?) } else { lines(&page.entries) })?;
        }
        JournalCommand::Devices { json, server } => {
            let devices = server.client()?.devices().await?;
            print(if json {
                format!("{}\n", serde_json::to_string(&devices)?)
            } else {
                devices.iter().map(device).collect()
            })?;
        }
        JournalCommand::Wait { count, timeout, json, filter, server } => {
            match server.client()?.wait(&filter.filter(), count, timeout).await {
                Ok(entries) if json => print(format!("{}\n", serde_json::to_string(&entries)?))?,
                Ok(entries) => print(lines(&entries))?,
                Err(error) => {
                    note(format!("error: {error}\n"));
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
        JournalCommand::Export { format, out, filter, server } => {
            let format = match format {
                Form::Jsonl => ExportFormat::Jsonl,
                Form::Har => ExportFormat::Har,
                Form::Pcapng => ExportFormat::Pcapng,
            };
            let bytes = server.client()?.export(format, &filter.filter()).await?;
            match out {
                Some(path) => std::fs::write(&path, bytes).with_context(|| path.display().to_string())?,
                None => super::output::print_bytes(&bytes)?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(entries: &[Entry]) -> String {
    entries.iter().map(line).collect()
}

fn line(entry: &Entry) -> String {
    let rule = entry.rule.as_ref().map_or_else(String::new, |rule| format!("  [rule: {}]", rule.name));
    format!(
        "{:>6}  {}  {:<20} {:<8} {}{rule}\n",
        entry.seq,
        format_instant(entry.at),
        entry.event,
        entry.outcome.as_str(),
        entry.summary
    )
}

fn device(seen: &SeenDevice) -> String {
    let names = [&seen.users, &seen.phone_or_ext, &seen.macs, &seen.device_ids];
    let known: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    let who = if known.is_empty() { "unknown".to_owned() } else { known.join(", ") };
    // A client that asks for its first address has none.
    let from =
        if seen.sources.is_empty() { String::new() } else { format!(" ({})", seen.sources.join(", ")) };
    format!("{who}{from}\n    {}\n", seen.verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_device_without_an_address_has_no_empty_brackets() {
        let seen = |sources: &[&str]| {
            let seen = json!({
                "macs": ["00:04:f2:00:00:01"], "sources": sources, "users": [], "phone_or_ext": [],
                "vendor_classes": [], "user_agents": [], "device_ids": [], "entries": [1],
                "first_seen": "2026-01-01T12:00:00Z", "last_seen": "2026-01-01T12:00:00Z",
                "last_event": "dhcp.offer", "last_outcome": "ok", "verdict": "dhcp.offer",
            });
            device(&serde_json::from_value(seen).unwrap())
        };
        assert_eq!(seen(&[]), "00:04:f2:00:00:01\n    dhcp.offer\n");
        assert_eq!(seen(&["10.0.0.7"]), "00:04:f2:00:00:01 (10.0.0.7)\n    dhcp.offer\n");
    }
}

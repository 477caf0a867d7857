//! `lyncmock events`: the event log "Lync Server" of a running pool.

use super::output::print;
use super::server::ServerArgs;
use clap::Args;
use lync_admin::dto::Event;
use lync_proto::format_instant;
use std::fmt::Write;
use std::process::ExitCode;

/// `lyncmock events`
#[derive(Args)]
pub(super) struct EventsArgs {
    /// Print one JSON array
    #[arg(long, conflicts_with = "xml")]
    json: bool,
    /// Print the events as Windows exports them
    #[arg(long)]
    xml: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) async fn run(arguments: EventsArgs) -> anyhow::Result<ExitCode> {
    let client = arguments.server.client()?;
    if arguments.xml {
        super::output::print_bytes(&client.events_xml().await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let events = client.events().await?;
    print(if arguments.json {
        format!("{}\n", serde_json::to_string(&events)?)
    } else {
        events.iter().map(as_text).collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// As the Event Viewer copies it.
fn as_text(event: &Event) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let id = number(event.id)
        .unwrap_or_else(|| "none; an entry of lyncmock's own, or an id that is not public".into());
    let category = number(event.task_category).map_or_else(|| "None".to_owned(), |task| format!("({task})"));
    let mut text = String::new();
    for (name, value) in [
        ("Log Name", "Lync Server"),
        ("Source", &event.source),
        ("Date", &format_instant(event.time)),
        ("Event ID", &id),
        ("Task Category", &category),
        ("Level", &event.level),
        ("Evidence", &event.evidence),
        ("Description", ""),
    ] {
        let _ = writeln!(text, "{}", format!("{name}: {value}").trim_end());
    }
    let _ = writeln!(text, "{}", event.description);
    text
}

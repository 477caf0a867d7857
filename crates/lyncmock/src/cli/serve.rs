//! `lyncmock serve`, and `lyncmock` alone.

use super::ConfigSource;
use crate::client::address_in;
use crate::config::Config;
use crate::endpoints::Endpoints;
use crate::logging;
use crate::pool::Running;
use anyhow::Context;
use clap::{ArgMatches, Args};
use lync_model::Clock;
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// `lyncmock serve`
#[derive(Args)]
pub(super) struct ServeArgs {
    /// Once every socket is bound, write the endpoints to this file as one JSON object
    #[arg(long, env = "LYNCMOCK_READY_FILE", value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Print the endpoints as one line of JSON, and nothing else, on standard output
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: ConfigSource,
}

#[expect(clippy::print_stdout, reason = "the command line talks to a person")]
pub(super) async fn run(arguments: ServeArgs, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let resolved = arguments.source.resolve(matches)?;
    logging::start(&resolved.options).context("log.filter")?;
    let config = Config::from_options(resolved.options)?;
    // Before anything is said: from here on a signal is an orderly end.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let pool = Running::start(config.clone(), Clock::system()).await?;
    // The file before the line: whoever has read the line finds the file.
    if let Some(path) = &arguments.ready_file {
        pool.endpoints.write_to(path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        println!("{}", pool.endpoints.to_json());
    } else {
        print!("{}", banner(&config, &pool));
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    pool.stop().await;
    if let Some(path) = &arguments.ready_file {
        // A file that stays behind would say that a pool is ready which is gone.
        let _ = std::fs::remove_file(path);
    }
    Ok(ExitCode::SUCCESS)
}

/// What a person needs to go on: where it listens, what to trust, what to paste, what to type.
fn banner(config: &Config, pool: &Running) -> String {
    let endpoints = &pool.endpoints;
    let mut text = format!("lyncmock {}: {} is ready\n\n", env!("CARGO_PKG_VERSION"), endpoints.fqdn);
    let dhcp = endpoints.dhcp.map_or_else(|| "off".to_owned(), |address| format!("{address}/udp"));
    let kept = config.data_dir.as_ref().map_or_else(
        || "nothing; users and certificates go with this process".to_owned(),
        |dir| dir.display().to_string(),
    );
    let rows = [
        ("DHCP", dhcp),
        ("HTTP", format!("{}  (root chain, anonymous)", endpoints.http)),
        ("HTTPS", format!("{}  (CertProv, WebTicket)", endpoints.https)),
        ("User PIN", format!("{}  (mutual TLS)", endpoints.userpin)),
        ("Kept", kept),
        ("Root CA", endpoints.ca_pem.display().to_string()),
        ("  SHA-256", pool.pki.root_fingerprint_sha256()),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:<10} {value}");
    }
    text.push_str(&options_to_paste(endpoints).unwrap_or_default());
    text.push_str(&next_steps(config, endpoints));
    text
}

/// The two options for a DHCP server of one's own.
fn options_to_paste(endpoints: &Endpoints) -> Option<String> {
    let port: u16 = endpoints.https.rsplit_once(':')?.1.parse().ok()?;
    let option_43 = UcClientOptions::for_pool(&endpoints.fqdn, port).ok()?;
    let option_120 = SipServers::from(endpoints.fqdn.parse::<DomainName>().ok()?);
    Some(format!(
        "\nFor a DHCP server of your own, as hexadecimal:\n  option 120                      {}\n  \
         option 43, class MS-UC-Client   {}\n",
        hex(&option_120.encode()),
        hex(&option_43.encode())
    ))
}

fn next_steps(config: &Config, endpoints: &Endpoints) -> String {
    let Some((line, user)) = config.users.users.iter().find_map(|user| Some((user.line_uri.as_ref()?, user)))
    else {
        return String::new();
    };
    // The PIN itself stands in the users file; it is not repeated here, where logs are kept.
    let whose = format!("{} ({})", user.display_name, user.sip_uri);
    let standard = SocketAddr::V4(super::client::DEFAULT_DHCP);
    let port = address_in(&endpoints.http).map_or(80, |address| address.port());
    let server = match endpoints.dhcp {
        Some(address) if address != standard => format!(" --dhcp {address} --http-port {port}"),
        _ => String::new(),
    };
    format!(
        "\nNext, in another terminal, sign in as {whose}:\n  lyncmock Test-CsPhoneBootstrap -PhoneOrExt \"{}\" \
         -Pin \"<PIN>\"{server}\nThe fixture users and their PINs: lyncmock user list --fixture. Ctrl-C stops.\n",
        line.number()
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

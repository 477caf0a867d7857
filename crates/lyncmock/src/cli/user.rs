//! `lyncmock user`: the users of a kept pool. It works on the store's file, while the pool runs or not.

use super::ConfigSource;
use crate::config::{UserState, UsersFile};
use anyhow::{Context, bail};
use clap::{ArgMatches, Args, Subcommand};
use lync_model::{Clock, LineUri, Pin, SipUri, User};
use lync_store::{Store, StoreLocation};
use serde_json::json;
use std::io::BufRead;
use std::process::ExitCode;

/// `lyncmock user …`
#[derive(Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// List the users and the state of their PINs
    List {
        /// List the built-in users, whose PINs are public, instead of those of a kept pool
        #[arg(long)]
        fixture: bool,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        source: ConfigSource,
    },
    /// Add a user
    Add {
        /// SIP address, for instance sip:kenmyer@litwareinc.com
        sip_uri: SipUri,
        /// Display name [default: the address]
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
        /// Line URI, for instance tel:+12065551219;ext=1219
        #[arg(long, value_name = "URI")]
        line_uri: Option<LineUri>,
        #[command(flatten)]
        pin: PinArgs,
        #[command(flatten)]
        source: ConfigSource,
    },
    /// Set a user's PIN, as Set-CsClientPin does
    SetPin {
        /// SIP address
        sip_uri: SipUri,
        #[command(flatten)]
        pin: PinArgs,
        #[command(flatten)]
        source: ConfigSource,
    },
    /// Remove a user with PIN and certificates
    Remove {
        /// SIP address
        sip_uri: SipUri,
        #[command(flatten)]
        source: ConfigSource,
    },
}

/// Where a PIN comes from.
#[derive(Args)]
#[group(multiple = false)]
struct PinArgs {
    /// The PIN; other users of this machine may see it in the list of processes
    #[arg(long, value_name = "PIN")]
    pin: Option<String>,
    /// Read the PIN from standard input
    #[arg(long)]
    pin_stdin: bool,
}

impl PinArgs {
    fn read(self) -> anyhow::Result<Option<Pin>> {
        if !self.pin_stdin {
            return Ok(self.pin.map(Pin::new));
        }
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("standard input")?;
        Ok(Some(Pin::new(line.trim())))
    }
}

#[expect(clippy::print_stdout, reason = "the command line talks to a person")]
pub(super) async fn run(arguments: UserArgs, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let matches = matches.subcommand().map_or(matches, |(_, own)| own);
    match arguments.command {
        UserCommand::List { fixture: true, json, .. } => {
            let users = UsersFile::built_in();
            print!("{}", if json { fixtures_as_json(&users) } else { fixtures_as_text(&users) });
        }
        UserCommand::List { fixture: false, json, source } => {
            let rows = rows(&open(&source, matches).await?).await?;
            print!("{}", if json { rows_as_json(&rows) } else { rows_as_text(&rows) });
        }
        UserCommand::Add { sip_uri, display_name, line_uri, pin, source } => {
            let store = open(&source, matches).await?;
            let pin = pin.read()?;
            if let Some(pin) = &pin {
                // Before the user is there, so that a PIN that is refused leaves nothing half done.
                store.policy().await?.check_new_pin(pin, line_uri.as_ref())?;
            }
            let user = User {
                display_name: display_name.unwrap_or_else(|| sip_uri.address().to_owned()),
                sip_uri,
                line_uri,
                enabled: true,
                enterprise_voice: true,
                pin_set_at: None,
            };
            store.add_user(&user).await?;
            if let Some(pin) = &pin {
                store.set_pin(&user.sip_uri, pin).await?;
            }
            println!("added {}", user.sip_uri);
        }
        UserCommand::SetPin { sip_uri, pin, source } => {
            let store = open(&source, matches).await?;
            let pin = pin.read()?.context("give the PIN by --pin or --pin-stdin")?;
            store.set_pin(&sip_uri, &pin).await?;
            println!("PIN of {sip_uri} set");
        }
        UserCommand::Remove { sip_uri, source } => {
            open(&source, matches).await?.remove_user(&sip_uri).await?;
            println!("removed {sip_uri}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(source: &ConfigSource, matches: &ArgMatches) -> anyhow::Result<Store> {
    let Some(dir) = source.resolve(matches)?.options.data_dir else {
        bail!("users are kept only where there is a data directory: give --data-dir DIR");
    };
    let file = dir.join("lyncmock.db");
    if !file.is_file() {
        bail!(
            "{}: no pool has been kept here yet; start one with: lyncmock serve --data-dir {}",
            file.display(),
            dir.display()
        );
    }
    Ok(Store::open(&StoreLocation::Kept(file), Clock::system()).await?)
}

/// A user with the state of the PIN.
struct Row {
    user: User,
    state: &'static str,
}

async fn rows(store: &Store) -> anyhow::Result<Vec<Row>> {
    let now = Clock::system().now();
    let mut rows = Vec::new();
    for user in store.users().await? {
        let info = store.pin_info(&user.sip_uri).await?;
        let state = match info.pin_expiration_time {
            _ if !info.is_pin_set => "not set",
            _ if info.is_locked_out => "locked",
            Some(expires) if expires <= now => "expired",
            _ => "set",
        };
        rows.push(Row { user, state });
    }
    Ok(rows)
}

fn rows_as_text(rows: &[Row]) -> String {
    let mut text = format!("{:<45} {:<34} {:<9} {:<8} NAME\n", "SIP ADDRESS", "LINE URI", "PIN", "ENABLED");
    for Row { user, state } in rows {
        let line = user.line_uri.as_ref().map_or_else(|| "-".to_owned(), LineUri::to_string);
        let enabled = if user.enabled { "yes" } else { "no" };
        text.push_str(&format!(
            "{:<45} {line:<34} {state:<9} {enabled:<8} {}\n",
            user.sip_uri.as_str(),
            user.display_name
        ));
    }
    text
}

fn rows_as_json(rows: &[Row]) -> String {
    let row = |Row { user, state }: &Row| {
        json!({
            "sip_uri": user.sip_uri.as_str(),
            "display_name": user.display_name,
            "line_uri": user.line_uri.as_ref().map(LineUri::to_string),
            "enabled": user.enabled,
            "enterprise_voice": user.enterprise_voice,
            "pin": state,
        })
    };
    format!("{}\n", serde_json::Value::Array(rows.iter().map(row).collect()))
}

/// The fixture's PINs are published with lyncmock, so they are shown.
fn fixtures_as_text(file: &UsersFile) -> String {
    let mut text = format!("{:<45} {:<34} {:<6} STATE\n", "SIP ADDRESS", "LINE URI", "PIN");
    for user in &file.users {
        let line = user.line_uri.as_ref().map_or_else(|| "-".to_owned(), LineUri::to_string);
        let pin = user.pin.as_ref().map_or("-", Pin::expose);
        text.push_str(&format!(
            "{:<45} {line:<34} {pin:<6} {}\n",
            user.sip_uri.as_str(),
            state(user.enabled, user.state)
        ));
    }
    text
}

fn fixtures_as_json(file: &UsersFile) -> String {
    let rows = file.users.iter().map(|user| {
        json!({
            "sip_uri": user.sip_uri.as_str(),
            "display_name": user.display_name,
            "line_uri": user.line_uri.as_ref().map(LineUri::to_string),
            "pin": user.pin.as_ref().map(Pin::expose),
            "state": state(user.enabled, user.state),
        })
    });
    format!("{}\n", serde_json::Value::Array(rows.collect()))
}

fn state(enabled: bool, state: UserState) -> &'static str {
    match state {
        _ if !enabled => "disabled",
        UserState::Good => "good",
        UserState::Locked => "locked",
        UserState::Expired => "expired",
    }
}

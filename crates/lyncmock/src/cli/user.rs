//! `lyncmock user`: the users of a running pool, or of a kept one, running or not.

mod list;
mod place;

use super::output::print;
use crate::config::{UsersFile, check_display_name};
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_model::{LineUri, Pin, SipUri, User};
use place::Place;
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
        place: Place,
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
        place: Place,
    },
    /// Set a user's PIN, as Set-CsClientPin does
    SetPin {
        /// SIP address, or its part before the @
        user: String,
        #[command(flatten)]
        pin: PinArgs,
        #[command(flatten)]
        place: Place,
    },
    /// Lock a user's PIN, as Lock-CsClientPin does
    Lock {
        /// SIP address, or its part before the @
        user: String,
        #[command(flatten)]
        place: Place,
    },
    /// Unlock a user's PIN, as Unlock-CsClientPin does, whatever locked it
    Unlock {
        /// SIP address, or its part before the @
        user: String,
        #[command(flatten)]
        place: Place,
    },
    /// Remove a user with PIN and certificates
    Remove {
        /// SIP address, or its part before the @
        user: String,
        #[command(flatten)]
        place: Place,
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

pub(super) async fn run(arguments: UserArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        UserCommand::List { fixture, json, place } => {
            let rows = match fixture {
                true => list::of_fixture(&UsersFile::built_in()),
                false => place.open().await?.list().await?,
            };
            print(if json { list::as_json(&rows) } else { list::as_text(&rows) })?;
        }
        UserCommand::Add { sip_uri, display_name, line_uri, pin, place } => {
            let user = User {
                display_name: display_name.unwrap_or_else(|| sip_uri.address().to_owned()),
                sip_uri,
                line_uri,
                enabled: true,
                enterprise_voice: true,
                pin_set_at: None,
            };
            check_display_name(&user.display_name).map_err(anyhow::Error::msg)?;
            let users = place.open().await?;
            users.add(&user, pin.read()?).await?;
            print(format!("added {}\n", user.sip_uri))?;
        }
        UserCommand::SetPin { user, pin, place } => {
            let users = place.open().await?;
            let pin = pin.read()?.context("give the PIN by --pin or --pin-stdin")?;
            let user = users.find(&user).await?;
            users.set_pin(&user, pin).await?;
            print(format!("PIN of {user} set\n"))?;
        }
        UserCommand::Lock { user, place } => {
            let users = place.open().await?;
            let user = users.find(&user).await?;
            users.lock(&user).await?;
            print(format!("PIN of {user} locked\n"))?;
        }
        UserCommand::Unlock { user, place } => {
            let users = place.open().await?;
            let user = users.find(&user).await?;
            users.unlock(&user).await?;
            print(format!("PIN of {user} unlocked\n"))?;
        }
        UserCommand::Remove { user, place } => {
            let users = place.open().await?;
            let user = users.find(&user).await?;
            users.remove(&user).await?;
            print(format!("removed {user}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

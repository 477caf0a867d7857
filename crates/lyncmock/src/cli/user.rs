//! `lyncmock user`: the users of a kept pool. It works on the store's file, while the pool runs or not.

mod list;

use super::output::print;
use crate::config::{Options, UsersFile, check_display_name};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use lync_model::{Clock, LineUri, Pin, SipUri, User};
use lync_store::{Store, StoreLocation};
use std::io::BufRead;
use std::path::{Path, PathBuf};
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
        kept: Kept,
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
        kept: Kept,
    },
    /// Set a user's PIN, as Set-CsClientPin does
    SetPin {
        /// SIP address
        sip_uri: SipUri,
        #[command(flatten)]
        pin: PinArgs,
        #[command(flatten)]
        kept: Kept,
    },
    /// Lock a user's PIN, as Lock-CsClientPin does
    Lock {
        /// SIP address
        sip_uri: SipUri,
        #[command(flatten)]
        kept: Kept,
    },
    /// Unlock a user's PIN, as Unlock-CsClientPin does, whatever locked it
    Unlock {
        /// SIP address
        sip_uri: SipUri,
        #[command(flatten)]
        kept: Kept,
    },
    /// Remove a user with PIN and certificates
    Remove {
        /// SIP address
        sip_uri: SipUri,
        #[command(flatten)]
        kept: Kept,
    },
}

/// Where the pool is kept.
#[derive(Args)]
struct Kept {
    /// The pool's data directory
    #[arg(long, env = "LYNCMOCK_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Take the data directory from this configuration
    #[arg(long, short, env = "LYNCMOCK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
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
        UserCommand::List { fixture, json, kept } => {
            let rows = match fixture {
                true => list::of_fixture(&UsersFile::built_in()),
                false => list::of_store(&kept.open().await?).await?,
            };
            print(if json { list::as_json(&rows) } else { list::as_text(&rows) })?;
        }
        UserCommand::Add { sip_uri, display_name, line_uri, pin, kept } => {
            let user = User {
                display_name: display_name.unwrap_or_else(|| sip_uri.address().to_owned()),
                sip_uri,
                line_uri,
                enabled: true,
                enterprise_voice: true,
                pin_set_at: None,
            };
            check_display_name(&user.display_name).map_err(anyhow::Error::msg)?;
            let store = kept.open().await?;
            match pin.read()? {
                Some(pin) => store.add_user_with_pin(&user, &pin).await?,
                None => store.add_user(&user).await?,
            }
            print(format!("added {}\n", user.sip_uri))?;
        }
        UserCommand::SetPin { sip_uri, pin, kept } => {
            let store = kept.open().await?;
            let pin = pin.read()?.context("give the PIN by --pin or --pin-stdin")?;
            store.set_pin(&sip_uri, &pin).await?;
            print(format!("PIN of {sip_uri} set\n"))?;
        }
        UserCommand::Lock { sip_uri, kept } => {
            kept.open().await?.lock_pin(&sip_uri).await?;
            print(format!("PIN of {sip_uri} locked\n"))?;
        }
        UserCommand::Unlock { sip_uri, kept } => {
            kept.open().await?.unlock_pin(&sip_uri).await?;
            print(format!("PIN of {sip_uri} unlocked\n"))?;
        }
        UserCommand::Remove { sip_uri, kept } => {
            kept.open().await?.remove_user(&sip_uri).await?;
            print(format!("removed {sip_uri}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Kept {
    async fn open(&self) -> anyhow::Result<Store> {
        let Some(dir) = self.directory()? else {
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

    fn directory(&self) -> anyhow::Result<Option<PathBuf>> {
        match (&self.data_dir, &self.config) {
            (Some(dir), _) => Ok(Some(dir.clone())),
            (None, Some(file)) => data_dir_in(file),
            (None, None) => Ok(None),
        }
    }
}

fn data_dir_in(file: &Path) -> anyhow::Result<Option<PathBuf>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let options: Options = toml::from_str(&text).with_context(|| file.display().to_string())?;
    Ok(options.data_dir)
}

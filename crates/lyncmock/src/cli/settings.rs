//! `lyncmock settings`: what Set-CsWebServiceConfiguration and Set-CsRegistrarConfiguration set.

use super::output::print;
use super::server::ServerArgs;
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::dto::{RegistrarChange, WebChange};
use serde_json::{Map, Value};
use std::process::ExitCode;

/// `lyncmock settings …`
#[derive(Args)]
pub(super) struct SettingsArgs {
    #[command(subcommand)]
    command: SettingsCommand,
}

#[derive(Subcommand)]
enum SettingsCommand {
    /// Print the settings of a running pool
    Show {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Change settings of a running pool; they count at once, and more than a scenario
    Set {
        /// NAME=VALUE, as `show` prints them: use_pin_auth=true
        #[arg(required = true, value_name = "NAME=VALUE", value_parser = pair)]
        settings: Vec<(String, Value)>,
        #[command(flatten)]
        server: ServerArgs,
    },
}

fn pair(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let value = serde_json::from_str(&value.to_ascii_lowercase())
        .map_err(|_| "the value is neither true, false nor a number".to_owned())?;
    Ok((snake_case(name.trim()), value))
}

/// `UsePinAuth` and `use_pin_auth` are the same.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        let inside = snake.chars().next_back().is_some_and(|last| last.is_ascii_lowercase());
        if letter.is_ascii_uppercase() && inside {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake.replace("enable_dhcpserver", "enable_dhcp_server").replace("csrkey", "csr_key")
}

pub(super) async fn run(arguments: SettingsArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        SettingsCommand::Show { server } => print(shown(&server).await?)?,
        SettingsCommand::Set { settings, server } => {
            let (registrar, web): (Map<_, _>, Map<_, _>) =
                settings.into_iter().partition(|(name, _)| name == "enable_dhcp_server");
            // Both are read before either is changed.
            let registrar: RegistrarChange = read(registrar)?;
            let web: WebChange = read(web)?;
            let client = server.client()?;
            if registrar != RegistrarChange::default() {
                client.change_registrar_settings(&registrar).await?;
            }
            if web != WebChange::default() {
                client.change_web_settings(&web).await?;
            }
            print(shown(&server).await?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read<T: serde::de::DeserializeOwned>(settings: Map<String, Value>) -> anyhow::Result<T> {
    serde_json::from_value(Value::Object(settings)).context("that is no setting, or none with this value")
}

async fn shown(server: &ServerArgs) -> anyhow::Result<String> {
    let client = server.client()?;
    let registrar = serde_json::to_value(client.registrar_settings().await?)?;
    let web = serde_json::to_value(client.web_settings().await?)?;
    let all = [registrar, web].into_iter().filter_map(|settings| settings.as_object().cloned()).flatten();
    Ok(all.map(|(name, value)| format!("{name}={value}\n")).collect())
}

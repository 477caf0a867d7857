//! `lyncmock settings`: what Set-CsWebServiceConfiguration, Set-CsRegistrarConfiguration and
//! Set-CsProxyConfiguration set.

use super::output::print;
use super::server::ServerArgs;
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::dto::{ProxyChange, RegistrarChange, WebChange};
use serde_json::{Map, Value};
use std::process::ExitCode;

/// The settings of the Registrar; with those of the proxy they are the ones that are not the web services'.
const REGISTRAR: [&str; 7] = [
    "enable_dhcp_server",
    "min_endpoint_expiration",
    "default_endpoint_expiration",
    "max_endpoint_expiration",
    "max_endpoints_per_user",
    "max_user_count",
    "backup_store_unavailable_threshold",
];
const PROXY: [&str; 3] = [
    "use_certificate_for_client_to_proxy_auth",
    "use_kerberos_for_client_to_proxy_auth",
    "use_ntlm_for_client_to_proxy_auth",
];
/// The values that are words, as the API writes them.
const WORDS: [&str; 12] = [
    "Negotiate",
    "NTLM",
    "None",
    "OAuth",
    "WebTicketServiceAnon",
    "WebTicketServiceWinNegotiate",
    "WebTicketServiceWinNtlm",
    "WebTicketServiceCert",
    "WebTicketServicePin",
    "WsFedPassive",
    "WsFedBearer",
    "WebTicketServiceAuth",
];

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
        /// NAME=VALUE, as `show` prints them: use_pin_auth=true, or as Microsoft does: UseWindowsAuth=None
        #[arg(required = true, value_name = "NAME=VALUE", value_parser = pair)]
        settings: Vec<(String, Value)>,
        #[command(flatten)]
        server: ServerArgs,
    },
}

fn pair(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((snake_case(name.trim()), read_value(value.trim())?))
}

/// A value in any case.
fn read_value(text: &str) -> Result<Value, String> {
    let word = WORDS.into_iter().find(|word| word.eq_ignore_ascii_case(text));
    match (word, serde_json::from_str(&text.to_ascii_lowercase())) {
        (Some(word), _) => Ok(Value::from(word)),
        (None, Ok(value @ (Value::Bool(_) | Value::Number(_)))) => Ok(value),
        _ => Err(format!("the value is neither true, false, a number nor one of {}", WORDS.join(", "))),
    }
}

/// `UsePinAuth` and `use_pin_auth` are the same.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at.saturating_add(1));
        // A word begins after a small letter, or as the last capital of several.
        let begins = before.is_some_and(char::is_ascii_lowercase)
            || before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && begins {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    // Here lyncmock's name is shorter than Microsoft's.
    snake.replace("hsts_max_age_in_seconds", "hsts_max_age_seconds")
}

pub(super) async fn run(arguments: SettingsArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        SettingsCommand::Show { server } => print(shown(&server).await?)?,
        SettingsCommand::Set { settings, server } => {
            let (registrar, others): (Map<_, _>, Map<_, _>) =
                settings.into_iter().partition(|(name, _)| REGISTRAR.contains(&name.as_str()));
            let (proxy, web): (Map<_, _>, Map<_, _>) =
                others.into_iter().partition(|(name, _)| PROXY.contains(&name.as_str()));
            // All are read before one is changed.
            let registrar: RegistrarChange = read(registrar)?;
            let proxy: ProxyChange = read(proxy)?;
            let web: WebChange = read(web)?;
            let client = server.client()?;
            if registrar != RegistrarChange::default() {
                client.change_registrar_settings(&registrar).await?;
            }
            if proxy != ProxyChange::default() {
                client.change_proxy_settings(&proxy).await?;
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
    let proxy = serde_json::to_value(client.proxy_settings().await?)?;
    let all = [registrar, web, proxy].into_iter().filter_map(|settings| settings.as_object().cloned());
    Ok(all.flatten().map(|(name, value)| format!("{name}={}\n", plain(&value))).collect())
}

/// A word without quotes, as it is set.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_admin::dto::{MobileAuthType, WindowsAuth};

    #[test]
    fn microsofts_names_and_those_of_the_api_are_the_same() {
        for (name, expected) in [
            ("UsePinAuth", "use_pin_auth"),
            ("use_pin_auth", "use_pin_auth"),
            ("EnableDHCPServer", "enable_dhcp_server"),
            ("MinCSRKeySize", "min_csr_key_size"),
            ("CASigningKeyLength", "ca_signing_key_length"),
            ("InferCertChainFromSSL", "infer_cert_chain_from_ssl"),
            ("HstsMaxAgeInSeconds", "hsts_max_age_seconds"),
            ("UseNtlmForClientToProxyAuth", "use_ntlm_for_client_to_proxy_auth"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }

    #[test]
    fn each_setting_is_known_to_the_type_that_sets_it() {
        for name in REGISTRAR {
            let value = if name == "enable_dhcp_server" { Value::Bool(true) } else { Value::from(300) };
            assert!(read::<RegistrarChange>(Map::from_iter([(name.to_owned(), value)])).is_ok(), "{name}");
        }
        for name in PROXY {
            let change = Map::from_iter([(name.to_owned(), Value::Bool(true))]);
            assert!(read::<ProxyChange>(change).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_word_is_read_in_any_case_and_another_is_refused() {
        for word in WORDS {
            let value = read_value(&word.to_uppercase()).unwrap();
            let known = serde_json::from_value::<WindowsAuth>(value.clone()).is_ok()
                || serde_json::from_value::<MobileAuthType>(value).is_ok();
            assert!(known, "{word}");
        }
        assert_eq!(pair("UseWindowsAuth=NONE"), Ok(("use_windows_auth".to_owned(), Value::from("None"))));
        assert_eq!(pair("use_pin_auth=True").unwrap().1, Value::Bool(true));
        for wrong in ["UseWindowsAuth=Kerberos", "use_pin_auth=[true]", "use_pin_auth=\"x\"", "use_pin_auth"]
        {
            assert!(pair(wrong).is_err(), "{wrong}");
        }
    }
}

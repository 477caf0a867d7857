//! The command line: what `lyncmock --help` shows, and which file answers it.

mod banner;
mod bootstrap;
mod certificates;
mod client;
mod clock;
mod config;
mod defaults;
mod demo;
mod dhcp;
mod dhcputil;
mod diagnostics;
mod events;
mod journal;
mod output;
mod pem;
mod phone;
mod ready;
mod rules;
mod scenarios;
mod serve;
mod server;
mod settings;
mod state;
mod user;
mod web_service;

use crate::config::{ConfigError, Options, Resolved, resolve};
use clap::error::ContextValue;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// A Lync Server 2013 front end that starts inside a test
///
/// Without a command it serves, on loopback and without a file of its own: a desk phone finds the pool by DHCP,
/// downloads its root chain, signs in with extension and PIN and leaves with a certificate.
#[derive(Parser)]
#[command(name = "lyncmock", version, arg_required_else_help = false, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pool until Ctrl-C
    Serve(serve::ServeArgs),
    /// Start a pool, sign a phone in with the right PIN, let one fail with a wrong one, and show both
    Demo(demo::DemoArgs),
    /// Sign in as a phone and print each step
    Phone(phone::PhoneArgs),
    /// Test-CsPhoneBootstrap, with the arguments and the output of Microsoft's cmdlet
    #[command(name = "Test-CsPhoneBootstrap", disable_help_flag = true)]
    TestCsPhoneBootstrap {
        /// As for the cmdlet; `-?` tells them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// DHCPUtil.exe: options 43 and 120 of a pool, and what a DHCP server makes of them
    #[command(name = "DHCPUtil", disable_help_flag = true)]
    DhcpUtil {
        /// As for the tool; `-?` tells them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Say of a DHCP option 43 or 120 what is wrong with it
    Dhcp(dhcp::DhcpArgs),
    /// List, add and remove users of a kept pool; set, lock and unlock their PINs
    User(user::UserArgs),
    /// Every known failure by name: list and explain them, arm and lift them on a running pool
    Scenarios(scenarios::ScenariosArgs),
    /// Failures of one's own making: check a file of rules, arm and disarm them on a running pool
    Rules(rules::RulesArgs),
    /// What happened on a running pool, on every protocol: list, wait, export
    Journal(journal::JournalArgs),
    /// The event log "Lync Server" of a running pool
    Events(events::EventsArgs),
    /// The certificates that the front end trusts: list, export, import, delete
    Certificates(certificates::CertificatesArgs),
    /// Restart the internal web service of a running pool
    WebService(web_service::WebServiceArgs),
    /// Show, set and advance the clock of a running pool
    Clock(clock::ClockArgs),
    /// Show and change settings of a running pool: UsePinAuth, EnableDHCPServer and the others
    Settings(settings::SettingsArgs),
    /// Bring a running pool back to its beginning
    Reset(state::ResetArgs),
    /// Dump and load the state of a running pool
    State(state::StateArgs),
    /// Check a configuration, or show what it amounts to
    Config(config::ConfigArgs),
    /// The table of diagnostics: what is answered to each refusal, and how well that is known
    Diagnostics(diagnostics::DiagnosticsArgs),
    /// Exit with 0 when a pool is ready, with 1 when it is not
    Ready(ready::ReadyArgs),
}

/// The configuration, as each command that needs one takes it.
#[derive(clap::Args)]
struct ConfigSource {
    /// Read this TOML file; a flag or an environment variable beats what it says
    #[arg(long, short, env = "LYNCMOCK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

impl ConfigSource {
    fn resolve(&self, matches: &ArgMatches) -> Result<Resolved, ConfigError> {
        resolve(&self.options, matches, self.config.as_deref())
    }
}

/// Runs the command line and answers with the exit code: 0 good, 1 failed, 2 wrong usage, 3 nobody there.
pub async fn run(arguments: Vec<OsString>) -> ExitCode {
    let command = defaults::shown(Cli::command());
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in defaults::unknown_variables(&command, variables) {
        output::note(format!("warning: the environment variable {name} is no key of the configuration\n"));
    }
    let matches = match command.try_get_matches_from(cmdlets_in_any_case(arguments)) {
        Ok(matches) => matches,
        Err(error) if repeats_digits(&error) => {
            output::note(
                "error: an argument that is not understood; it is not repeated, as it may be a PIN\n",
            );
            return ExitCode::from(WRONG_USAGE);
        }
        Err(error) => error.exit(),
    };
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let own = matches.subcommand().map_or(&matches, |(_, own)| own);
    let done = match cli.command {
        None => serve::run(cli.serve, own).await,
        Some(Command::Serve(arguments)) => serve::run(arguments, own).await,
        Some(Command::Demo(arguments)) => demo::run(arguments, own).await,
        Some(Command::Phone(arguments)) => phone::run(arguments).await,
        Some(Command::TestCsPhoneBootstrap { arguments }) => bootstrap::run(&arguments).await,
        Some(Command::DhcpUtil { arguments }) => dhcputil::run(&arguments).await,
        Some(Command::Dhcp(arguments)) => dhcp::run(&arguments),
        Some(Command::User(arguments)) => user::run(arguments).await,
        Some(Command::Scenarios(arguments)) => scenarios::run(arguments).await,
        Some(Command::Rules(arguments)) => rules::run(arguments).await,
        Some(Command::Journal(arguments)) => journal::run(arguments).await,
        Some(Command::Events(arguments)) => events::run(arguments).await,
        Some(Command::Certificates(arguments)) => certificates::run(arguments).await,
        Some(Command::WebService(arguments)) => web_service::run(arguments).await,
        Some(Command::Clock(arguments)) => clock::run(arguments).await,
        Some(Command::Settings(arguments)) => settings::run(arguments).await,
        Some(Command::Reset(arguments)) => state::reset(arguments).await,
        Some(Command::State(arguments)) => state::run(arguments).await,
        Some(Command::Config(arguments)) => config::run(&arguments, own),
        Some(Command::Diagnostics(arguments)) => diagnostics::run(&arguments),
        Some(Command::Ready(arguments)) => ready::run(arguments).await,
    };
    done.unwrap_or_else(|error| {
        if output::is_closed(&error) {
            return ExitCode::SUCCESS;
        }
        output::note(format!("error: {}\n", output::told(&error)));
        ExitCode::FAILURE
    })
}

/// As clap's own.
const WRONG_USAGE: u8 = 2;

/// Whether the message would show something that was typed and consists of digits.
fn repeats_digits(error: &clap::Error) -> bool {
    let digits = |text: &str| text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    error.context().any(|(_, value)| match value {
        ContextValue::String(text) => digits(text.rsplit('=').next().unwrap_or(text)),
        ContextValue::Strings(texts) => texts.iter().any(|text| digits(text)),
        _ => false,
    })
}

/// PowerShell knows cmdlets in any case; so does this command line.
fn cmdlets_in_any_case(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const CMDLETS: &[&str] = &["Test-CsPhoneBootstrap", "DHCPUtil"];
    if let Some(first) = arguments.get_mut(1)
        && let Some(cmdlet) = CMDLETS.iter().find(|cmdlet| first.eq_ignore_ascii_case(cmdlet))
    {
        *first = (*cmdlet).into();
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_cmdlet_is_known_in_any_case() {
        let arguments = ["lyncmock", "test-csphonebootstrap", "-Pin", "x"].map(OsString::from).to_vec();
        assert_eq!(cmdlets_in_any_case(arguments).get(1).unwrap(), "Test-CsPhoneBootstrap");
    }
}

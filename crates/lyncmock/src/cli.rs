//! The command line: what `lyncmock --help` shows, and which file answers it.

mod banner;
mod certificates;
mod client;
mod clock;
mod cmdlets;
mod config;
mod defaults;
mod demo;
mod dhcp;
mod dhcputil;
mod diagnostics;
mod events;
mod handset;
mod journal;
mod mistakes;
mod output;
mod patience;
mod pem;
mod phone;
mod ready;
mod rules;
mod scenarios;
mod serve;
mod server;
mod settings;
mod shell;
mod state;
mod user;
mod web_service;

use crate::config::{ConfigError, Options, Resolved, resolve};
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
#[command(after_help = CMDLETS_TOO)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

const CMDLETS_TOO: &str = "\
Each cmdlet is a command too: lyncmock Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712
`lyncmock shell -c Get-Command` lists them, `lyncmock help NAME` explains one.";

#[derive(Subcommand)]
enum Command {
    /// Serve the pool until Ctrl-C
    Serve(serve::ServeArgs),
    /// Start a pool, sign a phone in with the right PIN, let one fail with a wrong one, and show both
    Demo(demo::DemoArgs),
    /// Sign in as a phone and print each step
    Phone(phone::PhoneArgs),
    /// The management shell: Microsoft's cmdlets and the pipelines of their articles, typed or from a script
    ///
    /// Each cmdlet is a command of its own too: `lyncmock Get-CsUser -Identity kenmyer@litwareinc.com`.
    Shell(shell::ShellArgs),
    /// DHCPUtil.exe: options 43 and 120 of a pool, and what a DHCP server makes of them
    #[command(name = "DHCPUtil", disable_help_flag = true)]
    DhcpUtil {
        /// As for the tool; `-?` tells them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Who has which address of a running pool, and what it answered and dropped; what is wrong with an option 43 or 120
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
    /// Show, set, advance and reset the clock of a running pool
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
    let command = defaults::without_empty_variables(command);
    if let Some(words) = cmdlets::called(&of_help(&arguments), &command) {
        return exit_code(Box::pin(cmdlets::run(words)).await);
    }
    let arguments = tools_in_any_case(arguments);
    let matches = match command.try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return mistakes::told(error, &arguments),
    };
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let own = matches.subcommand().map_or(&matches, |(_, own)| own);
    let done = match cli.command {
        None => serve::run(cli.serve, own).await,
        Some(Command::Serve(arguments)) => serve::run(arguments, own).await,
        Some(Command::Demo(arguments)) => demo::run(arguments, own).await,
        Some(Command::Phone(arguments)) => phone::run(arguments).await,
        Some(Command::Shell(arguments)) => shell::run(arguments).await,
        Some(Command::DhcpUtil { arguments }) => dhcputil::run(&arguments).await,
        Some(Command::Dhcp(arguments)) => dhcp::run(arguments).await,
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
    exit_code(done)
}

fn exit_code(done: anyhow::Result<ExitCode>) -> ExitCode {
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

/// `lyncmock help NAME` as `lyncmock NAME -?`, which is how a cmdlet is asked for its help.
fn of_help(arguments: &[OsString]) -> Vec<OsString> {
    match arguments {
        [program, help, name] if help == "help" => vec![program.clone(), name.clone(), "-?".into()],
        _ => arguments.to_vec(),
    }
}

/// Windows knows programs in any case; so does this command line.
fn tools_in_any_case(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const DHCP_UTIL: &str = "DHCPUtil";
    if let Some(first) = arguments.get_mut(1).filter(|first| first.eq_ignore_ascii_case(DHCP_UTIL)) {
        *first = DHCP_UTIL.into();
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
    fn a_tool_is_known_in_any_case() {
        let arguments = ["lyncmock", "dhcputil", "-SipServer", "x"].map(OsString::from).to_vec();
        assert_eq!(tools_in_any_case(arguments).get(1).unwrap(), "DHCPUtil");
    }
}

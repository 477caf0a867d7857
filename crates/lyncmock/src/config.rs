//! The configuration: one TOML file, where every key is also a flag and an environment variable.
//!
//! [`Options`] is the configuration as it is written, all of it optional; [`Config`] is the one that is used,
//! complete and checked. A flag beats its environment variable, which beats the file, which beats the default.

mod dhcp;
pub(crate) mod failures;
mod options;
mod resolve;
mod userpin;
mod users;
mod warnings;

pub(crate) use dhcp::{Dhcp, Enterprise};
pub use options::{
    CertificateKey, DhcpMode, DhcpOptions, LogFormat, Options, RelayReply, Siaddr, VoiceVlanWidth,
};
pub(crate) use resolve::{Origin, Resolved, resolve};
pub(crate) use userpin::ServiceHost;
pub(crate) use users::check_display_name;
pub use users::{AccountFixture, UserError, UserFixture, UserState, UsersFile};

use lync_admin::SecretToken;
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::rules::RuleSpec;
use lync_model::{CertificateValidity, CsrKeySize, WebServiceSettings};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a configuration may be refused for. The text names the place.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that cannot be read.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file that is not as it must be: syntax, an unknown key, a value of the wrong kind.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// The problem, with line and column where there is one.
        problem: String,
    },
    /// A value that cannot be meant.
    #[error("{key}: {problem}")]
    Value {
        /// The key in the file, for instance `web.min_csr_key_size`.
        key: &'static str,
        /// The problem.
        problem: String,
    },
}

/// A complete and checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The pool's FQDN, in lower case.
    pub fqdn: String,
    /// The SIP domain.
    pub sip_domain: String,
    /// NetBIOS name of the domain of the accounts; its DNS name is the SIP domain.
    pub windows_domain: String,
    /// Where everything is kept; `None` keeps nothing beyond the process.
    pub data_dir: Option<PathBuf>,
    /// The TCP listeners.
    pub listen: Listen,
    /// The DHCP component.
    pub dhcp: Dhcp,
    /// Certificates.
    pub pki: Pki,
    /// The web services.
    pub web: WebServiceSettings,
    /// The hop to the user-PIN service.
    pub userpin: UserPin,
    /// Users and PIN policy of a new store.
    pub users: UsersFile,
    /// Whether these are the users that are built in.
    pub users_are_built_in: bool,
    /// What is answered to each cause of a refusal.
    pub diagnostics: DiagnosticsTable,
    /// Scenarios to arm at the start.
    pub scenarios: Vec<ScenarioCall>,
    /// Rules to arm at the start, and the folder in which the files are that they name.
    pub rules: Option<RulesOf>,
    /// The journal.
    pub journal: Journal,
    /// The admin API.
    pub admin: Admin,
}

/// A scenario, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioCall {
    /// Its name.
    pub name: String,
    /// SIP address, or its part before the `@`; everybody when `None`.
    pub user: Option<String>,
}

/// A file of rules that was read.
#[derive(Clone, Debug)]
pub struct RulesOf {
    /// The file.
    pub path: PathBuf,
    /// What is in it.
    pub rules: Vec<RuleSpec>,
}

/// The journal.
#[derive(Clone, Debug)]
pub struct Journal {
    /// How many entries are kept.
    pub entries: usize,
    /// Whether the keys of TLS connections are kept.
    pub tls_keys: bool,
}

/// The admin API.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The token that every request must bear.
    pub token: Option<SecretToken>,
}

/// The TCP listeners.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Anonymous HTTP: the root chain. Lync: 80.
    pub http: SocketAddr,
    /// CertProv and WebTicket. Lync: 443.
    pub https: SocketAddr,
    /// The user-PIN service. Lync: 444.
    pub userpin: SocketAddr,
    /// The admin API. Lync has none.
    pub admin: SocketAddr,
}

/// Certificates.
#[derive(Clone, Debug)]
pub struct Pki {
    /// The kind of key, with `auto` decided.
    pub key: CertificateKey,
    /// Names and addresses beside the pool's own in the server certificate.
    pub extra_names: Vec<String>,
}

/// The hop to the user-PIN service.
#[derive(Clone, Debug)]
pub struct UserPin {
    /// The host whose service is asked; `None` has a service of its own.
    pub service: Option<ServiceHost>,
    /// For a connection.
    pub connect_timeout: Duration,
    /// For a whole request.
    pub request_timeout: Duration,
}

impl Config {
    /// The configuration that these options and the defaults amount to.
    ///
    /// # Errors
    /// When a value cannot be meant, or a file that the options name cannot be used.
    pub fn from_options(options: Options) -> Result<Self, ConfigError> {
        readable_paths(&options)?;
        let options = options.or(&Options::defaults());
        let fqdn = checked_name("fqdn", options.fqdn)?;
        let sip_domain = match options.sip_domain {
            Some(domain) => checked_name("sip_domain", Some(domain))?,
            None => fqdn.split_once('.').map_or_else(|| fqdn.clone(), |(_, domain)| domain.to_owned()),
        };
        let windows_domain = netbios_name(options.windows_domain, &sip_domain)?;
        different_ports(&options.listen)?;
        let filter = options.log.filter.as_deref().unwrap_or_default();
        crate::logging::filter(filter).map_err(|error| value("log.filter", &error))?;
        let key = match options.pki.key.unwrap_or_default() {
            CertificateKey::Auto if options.data_dir.is_some() => CertificateKey::Rsa2048,
            CertificateKey::Auto => CertificateKey::P256,
            decided => decided,
        };
        let admin = options.listen.admin.unwrap_or(loopback(10088));
        Ok(Self {
            sip_domain,
            windows_domain,
            listen: Listen {
                http: options.listen.http.unwrap_or(loopback(10080)),
                https: options.listen.https.unwrap_or(loopback(10443)),
                userpin: options.listen.userpin.unwrap_or(loopback(10444)),
                admin,
            },
            dhcp: dhcp::dhcp(options.dhcp)?,
            pki: Pki { key, extra_names: extra_names(options.pki.extra_names.unwrap_or_default())? },
            web: web_settings(&options.web)?,
            userpin: UserPin {
                service: userpin::service(options.userpin.service.as_deref(), options.data_dir.is_some())?,
                connect_timeout: milliseconds(
                    "userpin.connect_timeout_ms",
                    options.userpin.connect_timeout_ms,
                )?,
                request_timeout: milliseconds(
                    "userpin.request_timeout_ms",
                    options.userpin.request_timeout_ms,
                )?,
            },
            users: match &options.users.file {
                Some(path) => UsersFile::parse(&read(path)?).map_err(|problem| in_file(path, &problem))?,
                None => UsersFile::built_in(),
            },
            users_are_built_in: options.users.file.is_none(),
            diagnostics: match &options.diagnostics.file {
                Some(path) => DiagnosticsTable::built_in()
                    .overridden_by(&read(path)?)
                    .map_err(|problem| in_file(path, &problem))?,
                None => DiagnosticsTable::built_in(),
            },
            scenarios: failures::scenarios(&options.scenarios.unwrap_or_default())?,
            rules: options.rules.file.as_deref().map(failures::rules).transpose()?,
            journal: Journal {
                entries: failures::entries(options.journal.entries)?,
                tls_keys: options.journal.tls_keys.unwrap_or(false),
            },
            admin: Admin { token: failures::token(admin, options.admin.token_file.as_deref())? },
            data_dir: options.data_dir,
            fqdn,
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::from_options(Options::default()).expect("the defaults are checked by a test")
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Two listeners cannot share a place, unless each takes any free port.
fn different_ports(listen: &options::ListenOptions) -> Result<(), ConfigError> {
    let places =
        [("listen.https", listen.https), ("listen.userpin", listen.userpin), ("listen.admin", listen.admin)];
    let mut taken = vec![listen.http];
    for (key, place) in places {
        if place.is_some_and(|place| place.port() != 0) && taken.contains(&place) {
            return Err(ConfigError::Value {
                key,
                problem: "another listener has this address and port".to_owned(),
            });
        }
        taken.push(place);
    }
    Ok(())
}

fn web_settings(options: &options::WebOptions) -> Result<WebServiceSettings, ConfigError> {
    let default = WebServiceSettings::default();
    let validity = CertificateValidity {
        default_hours: options.default_validity_period_hours.unwrap_or(default.validity.default_hours),
        min_hours: options.min_validity_period_hours.unwrap_or(default.validity.min_hours),
        max_hours: options.max_validity_period_hours.unwrap_or(default.validity.max_hours),
    };
    let csr_key_size = CsrKeySize {
        min: options.min_csr_key_size.unwrap_or(default.csr_key_size.min),
        max: options.max_csr_key_size.unwrap_or(default.csr_key_size.max),
    };
    within("web.default_validity_period_hours", validity.default_hours, 8, 8760)?;
    within("web.max_validity_period_hours", validity.max_hours, 8, 8760)?;
    within("web.min_validity_period_hours", validity.min_hours, 8, validity.max_hours.min(4320))?;
    within("web.max_csr_key_size", csr_key_size.max, 1024, 16384)?;
    within("web.min_csr_key_size", csr_key_size.min, 1024, csr_key_size.max)?;
    let minutes = |key, given: Option<u32>, default: time::Duration| match given {
        Some(minutes) => {
            within(key, minutes, 1, MAX_TICKET_MINUTES)?;
            Ok(time::Duration::minutes(i64::from(minutes)))
        }
        None => Ok(default),
    };
    Ok(WebServiceSettings {
        use_pin_auth: options.use_pin_auth.unwrap_or(default.use_pin_auth),
        use_certificate_auth: options.use_certificate_auth.unwrap_or(default.use_certificate_auth),
        enable_cert_chain_download: options
            .enable_cert_chain_download
            .unwrap_or(default.enable_cert_chain_download),
        validity,
        csr_key_size,
        hsts_max_age_seconds: options.hsts_max_age_in_seconds.unwrap_or(default.hsts_max_age_seconds),
        ticket_lifetime: minutes(
            "web.ticket_lifetime_minutes",
            options.ticket_lifetime_minutes,
            default.ticket_lifetime,
        )?,
        anonymous_ticket_lifetime: minutes(
            "web.anonymous_ticket_lifetime_minutes",
            options.anonymous_ticket_lifetime_minutes,
            default.anonymous_ticket_lifetime,
        )?,
        ..default
    })
}

/// A year, in minutes.
const MAX_TICKET_MINUTES: u32 = 525_600;

/// The interfaces to serve DHCP on. An empty name would mean every interface to the system, which must never happen
/// by an unset variable; empty items are what is left of one.
fn interfaces(names: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    for name in &names {
        let odd = |c: char| c.is_whitespace() || c == '/' || c.is_control();
        if name.len() > 15 || name.contains(odd) {
            return Err(value("dhcp.interfaces", &format!("`{}` is no interface name", name.escape_debug())));
        }
    }
    Ok(names)
}

fn extra_names(names: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let names = names.into_iter().filter(|name| !name.is_empty());
    names
        .map(|name| match name.parse::<std::net::IpAddr>() {
            Ok(_) => Ok(name),
            Err(_) => checked_name("pki.extra_names", Some(name)),
        })
        .collect()
}

/// Paths travel as JSON and TOML, which are UTF-8.
fn readable_paths(options: &Options) -> Result<(), ConfigError> {
    let paths = [
        ("data_dir", &options.data_dir),
        ("users.file", &options.users.file),
        ("diagnostics.file", &options.diagnostics.file),
        ("rules.file", &options.rules.file),
        ("admin.token_file", &options.admin.token_file),
    ];
    for (key, path) in paths {
        if path.as_ref().is_some_and(|path| path.to_str().is_none()) {
            return Err(value(key, &"the path is not UTF-8"));
        }
    }
    Ok(())
}

fn value(key: &'static str, problem: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value { key, problem: problem.to_string() }
}

fn within(key: &'static str, value: u32, min: u32, max: u32) -> Result<(), ConfigError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::Value { key, problem: format!("{value} is outside {min} to {max}") })
}

fn milliseconds(key: &'static str, value: Option<u64>) -> Result<Duration, ConfigError> {
    match value {
        Some(value @ 1..=600_000) => Ok(Duration::from_millis(value)),
        other => Err(ConfigError::Value {
            key,
            problem: format!("{} is outside 1 to 600000 milliseconds", other.unwrap_or(0)),
        }),
    }
}

/// A DNS name whose labels fit into option 120 and a certificate.
fn checked_name(key: &'static str, name: Option<String>) -> Result<String, ConfigError> {
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let number = name.parse::<std::net::IpAddr>().is_ok();
    if name.len() <= 200 && !number && name.split('.').all(label) {
        return Ok(name);
    }
    Err(ConfigError::Value { key, problem: format!("`{name}` is no DNS name") })
}

/// The longest NetBIOS name, in characters.
const MAX_NETBIOS: usize = 15;

/// The NetBIOS name of a domain, as it is written, or made of the SIP domain.
fn netbios_name(name: Option<String>, sip_domain: &str) -> Result<String, ConfigError> {
    let Some(name) = name else {
        let label = sip_domain.split('.').next().unwrap_or_default().to_ascii_uppercase();
        return Ok(label.chars().take(MAX_NETBIOS).collect());
    };
    // What Windows refuses in one, and the separators of a name with a domain.
    let odd = |c: char| c.is_control() || c.is_whitespace() || "\\/:*?\"<>|@,;+=[].".contains(c);
    if (1..=MAX_NETBIOS).contains(&name.chars().count()) && !name.contains(odd) {
        return Ok(name);
    }
    let shown: String = name.chars().take(64).collect();
    Err(value("windows_domain", &format!("`{}` is no NetBIOS name", shown.escape_debug())))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })
}

fn in_file(path: &Path, problem: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::File { path: path.to_owned(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(toml: &str) -> String {
        let options = toml::from_str::<Options>(toml).unwrap();
        Config::from_options(options).unwrap_err().to_string()
    }

    #[test]
    fn the_default_is_loopback_only() {
        let config = Config::default();
        let tcp = [config.listen.http, config.listen.https, config.listen.userpin];
        assert!(tcp.iter().all(|address| address.ip().is_loopback()));
        assert!(config.dhcp.listen.iter().all(|address| address.ip().is_loopback()));
        assert!(config.dhcp.interfaces.is_empty());
        assert_eq!(config.sip_domain, "litwareinc.com");
        assert_eq!(config.windows_domain, "LITWAREINC");
        assert_eq!(config.pki.key, CertificateKey::P256);
    }

    #[test]
    fn the_domain_of_the_accounts_is_the_sip_domains_first_label_unless_it_is_named() {
        for (toml, domain) in [
            ("sip_domain = \"a-very-long-company-name.test\"", "A-VERY-LONG-COM"),
            ("sip_domain = \"contoso.test\"\nwindows_domain = \"Corp\"", "Corp"),
        ] {
            let options: Options = toml::from_str(toml).unwrap();
            assert_eq!(Config::from_options(options).unwrap().windows_domain, domain);
        }
    }

    #[test]
    fn an_interface_that_is_named_takes_the_place_of_loopback() {
        let options: Options = toml::from_str("dhcp.interfaces = [\"eth1\"]").unwrap();
        assert!(Config::from_options(options).unwrap().dhcp.listen.is_empty());
    }

    #[test]
    fn an_empty_interface_name_names_no_interface() {
        let options: Options = toml::from_str("dhcp.interfaces = [\"\"]").unwrap();
        assert!(Config::from_options(options).unwrap().dhcp.interfaces.is_empty());
    }

    #[test]
    fn a_kept_pool_has_rsa_certificates_which_old_phones_read() {
        let options: Options = toml::from_str("data_dir = \"/tmp/pool\"").unwrap();
        assert_eq!(Config::from_options(options).unwrap().pki.key, CertificateKey::Rsa2048);
    }

    #[test]
    fn values_outside_the_documented_ranges_are_refused() {
        assert_eq!(
            refused("web.default_validity_period_hours = 7"),
            "web.default_validity_period_hours: 7 is outside 8 to 8760"
        );
        assert_eq!(
            refused("web.min_csr_key_size = 4096\nweb.max_csr_key_size = 2048"),
            "web.min_csr_key_size: 4096 is outside 1024 to 2048"
        );
        assert_eq!(refused("fqdn = \"a_b.c\""), "fqdn: `a_b.c` is no DNS name");
        assert_eq!(refused("fqdn = \"10.1.2.3\""), "fqdn: `10.1.2.3` is no DNS name");
        assert_eq!(
            refused("web.ticket_lifetime_minutes = 4294967295"),
            "web.ticket_lifetime_minutes: 4294967295 is outside 1 to 525600"
        );
        assert_eq!(
            refused("web.min_validity_period_hours = 101\nweb.max_validity_period_hours = 100"),
            "web.min_validity_period_hours: 101 is outside 8 to 100"
        );
        assert_eq!(
            refused("dhcp.interfaces = [\"eth0/1\"]"),
            "dhcp.interfaces: `eth0/1` is no interface name"
        );
        assert_eq!(refused("pki.extra_names = [\"foo bar\"]"), "pki.extra_names: `foo bar` is no DNS name");
        assert_eq!(refused("windows_domain = \"a.b\""), "windows_domain: `a.b` is no NetBIOS name");
        assert_eq!(
            refused("windows_domain = \"SIXTEEN-LETTERS-\""),
            "windows_domain: `SIXTEEN-LETTERS-` is no NetBIOS name"
        );
        assert!(refused("log.filter = \"lync=[[\"").starts_with("log.filter: "));
        assert_eq!(
            refused("listen.http = \"127.0.0.1:8000\"\nlisten.userpin = \"127.0.0.1:8000\""),
            "listen.userpin: another listener has this address and port"
        );
        assert!(refused("users.file = \"/nowhere\"").starts_with("cannot read /nowhere: "));
    }
}

//! The configuration: one TOML file, where every key is also a flag and an environment variable.
//!
//! [`Options`] is the configuration as it is written, all of it optional; [`Config`] is the one that is used,
//! complete and checked. A flag beats its environment variable, which beats the file, which beats the default.

mod options;
mod resolve;
mod users;

pub use options::{CertificateKey, LogFormat, Options, RelayReply, Siaddr};
pub(crate) use resolve::{Origin, Resolved, resolve};
pub use users::{UserError, UserFixture, UserState, UsersFile};

use lync_model::diagnostics::DiagnosticsTable;
use lync_model::{CertificateValidity, CsrKeySize, WebServiceSettings};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
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
}

/// The DHCP component of the Registrar.
#[derive(Clone, Debug)]
pub struct Dhcp {
    /// EnableDHCPServer.
    pub enabled: bool,
    /// Addresses to listen on.
    pub listen: Vec<SocketAddrV4>,
    /// Interfaces to listen on, at port 67. None but those named here.
    pub interfaces: Vec<String>,
    /// Where the answer to a relayed request goes.
    pub relay_reply: RelayReply,
    /// The siaddr field of an answer.
    pub siaddr: Siaddr,
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
        let options = options.or(&Options::defaults());
        let fqdn = checked_name("fqdn", options.fqdn)?;
        let sip_domain = match options.sip_domain {
            Some(domain) => checked_name("sip_domain", Some(domain))?,
            None => fqdn.split_once('.').map_or_else(|| fqdn.clone(), |(_, domain)| domain.to_owned()),
        };
        different_ports(&options.listen)?;
        let key = match options.pki.key.unwrap_or_default() {
            CertificateKey::Auto if options.data_dir.is_some() => CertificateKey::Rsa2048,
            CertificateKey::Auto => CertificateKey::P256,
            decided => decided,
        };
        Ok(Self {
            sip_domain,
            listen: Listen {
                http: options.listen.http.unwrap_or(loopback(10080)),
                https: options.listen.https.unwrap_or(loopback(10443)),
                userpin: options.listen.userpin.unwrap_or(loopback(10444)),
            },
            dhcp: Dhcp {
                enabled: options.dhcp.enabled.unwrap_or(true),
                listen: options.dhcp.listen.unwrap_or_default(),
                interfaces: options.dhcp.interfaces.unwrap_or_default(),
                relay_reply: options.dhcp.relay_reply.unwrap_or_default(),
                siaddr: options.dhcp.siaddr.unwrap_or_default(),
            },
            pki: Pki { key, extra_names: options.pki.extra_names.unwrap_or_default() },
            web: web_settings(&options.web)?,
            userpin: UserPin {
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
    let places = [("listen.https", listen.https), ("listen.userpin", listen.userpin)];
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
    let minutes = |given: Option<u32>, default: time::Duration| {
        given.map_or(default, |minutes| time::Duration::minutes(i64::from(minutes)))
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
        ticket_lifetime: minutes(options.ticket_lifetime_minutes, default.ticket_lifetime),
        anonymous_ticket_lifetime: minutes(
            options.anonymous_ticket_lifetime_minutes,
            default.anonymous_ticket_lifetime,
        ),
    })
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
    if name.len() <= 200 && name.split('.').all(label) {
        return Ok(name);
    }
    Err(ConfigError::Value { key, problem: format!("`{name}` is no DNS name") })
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
        assert_eq!(config.pki.key, CertificateKey::P256);
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
        assert_eq!(
            refused("listen.http = \"127.0.0.1:8000\"\nlisten.userpin = \"127.0.0.1:8000\""),
            "listen.userpin: another listener has this address and port"
        );
        assert!(refused("users.file = \"/nowhere\"").starts_with("cannot read /nowhere: "));
    }
}

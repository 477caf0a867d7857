//! The configuration as it is written: in the file, as flags and as environment variables.

mod dhcp;

pub use dhcp::{DhcpMode, DhcpOptions, RelayReply, Siaddr, VoiceVlanWidth};

use clap::Args;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;

/// Every key, all optional. The one place where a key, its flag and its environment variable are named.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Pool")]
pub struct Options {
    /// FQDN of the pool: in the options, the certificates and every URL
    #[arg(id = "fqdn", long = "fqdn", env = "LYNCMOCK_FQDN", value_name = "NAME")]
    pub fqdn: Option<String>,
    /// SIP domain of the users [default: the FQDN without its first label]
    #[arg(id = "sip_domain", long = "sip-domain", env = "LYNCMOCK_SIP_DOMAIN", value_name = "NAME")]
    pub sip_domain: Option<String>,
    /// NetBIOS name of the domain of the accounts [default: the first label of the SIP domain, in capitals]
    #[arg(
        id = "windows_domain",
        long = "windows-domain",
        env = "LYNCMOCK_WINDOWS_DOMAIN",
        value_name = "NAME"
    )]
    pub windows_domain: Option<String>,
    /// Keep users, PINs and certificates in this directory [default: keep nothing]
    #[arg(id = "data_dir", long = "data-dir", env = "LYNCMOCK_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The TCP listeners.
    #[command(flatten)]
    pub listen: ListenOptions,
    /// The DHCP component.
    #[command(flatten)]
    pub dhcp: DhcpOptions,
    /// Certificates.
    #[command(flatten)]
    pub pki: PkiOptions,
    /// The web services.
    #[command(flatten)]
    pub web: WebOptions,
    /// The hop to the user-PIN service.
    #[command(flatten)]
    pub userpin: UserPinOptions,
    /// Users of a new store.
    #[command(flatten)]
    pub users: UsersOptions,
    /// Answers to refusals.
    #[command(flatten)]
    pub diagnostics: DiagnosticsOptions,
    /// Scenarios to arm at the start, separated by commas: NAME, or NAME@USER
    #[arg(
        id = "scenarios",
        long = "scenario",
        env = "LYNCMOCK_SCENARIOS",
        value_name = "NAME[@USER]",
        value_delimiter = ','
    )]
    pub scenarios: Option<Vec<String>>,
    /// Rules to arm at the start.
    #[command(flatten)]
    pub rules: RulesOptions,
    /// The journal.
    #[command(flatten)]
    pub journal: JournalOptions,
    /// The admin API.
    #[command(flatten)]
    pub admin: AdminOptions,
    /// The log.
    #[command(flatten)]
    pub log: LogOptions,
}

/// `[listen]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Listeners (port 0 takes any free one)")]
pub struct ListenOptions {
    /// HTTP: the anonymous root chain; Lync has it at port 80
    #[arg(id = "listen.http", long = "listen-http", env = "LYNCMOCK_LISTEN_HTTP", value_name = "ADDR:PORT")]
    pub http: Option<SocketAddr>,
    /// HTTPS: CertProv and WebTicket; Lync has them at port 443
    #[arg(
        id = "listen.https",
        long = "listen-https",
        env = "LYNCMOCK_LISTEN_HTTPS",
        value_name = "ADDR:PORT"
    )]
    pub https: Option<SocketAddr>,
    /// The user-PIN service; Lync has it at port 444
    #[arg(
        id = "listen.userpin",
        long = "listen-userpin",
        env = "LYNCMOCK_LISTEN_USERPIN",
        value_name = "ADDR:PORT"
    )]
    pub userpin: Option<SocketAddr>,
    /// The admin API; beyond loopback it needs admin.token_file
    #[arg(
        id = "listen.admin",
        long = "listen-admin",
        env = "LYNCMOCK_LISTEN_ADMIN",
        value_name = "ADDR:PORT"
    )]
    pub admin: Option<SocketAddr>,
}

/// `[pki]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Certificates")]
pub struct PkiOptions {
    /// Kind of key of the pool's certificates
    #[arg(id = "pki.key", long = "pki-key", env = "LYNCMOCK_PKI_KEY", value_enum, value_name = "KIND")]
    pub key: Option<CertificateKey>,
    /// Names and addresses in the server certificate beside the pool's own, separated by commas
    #[arg(
        id = "pki.extra_names",
        long = "pki-extra-names",
        env = "LYNCMOCK_PKI_EXTRA_NAMES",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub extra_names: Option<Vec<String>>,
}

/// `[web]`, with the names of Set-CsWebServiceConfiguration.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Web services (Set-CsWebServiceConfiguration)")]
pub struct WebOptions {
    /// UsePinAuth: issue web tickets for extension and PIN
    #[arg(
        id = "web.use_pin_auth",
        long = "use-pin-auth",
        env = "LYNCMOCK_WEB_USE_PIN_AUTH",
        value_name = "BOOL"
    )]
    pub use_pin_auth: Option<bool>,
    /// UseCertificateAuth: issue web tickets for a certificate of this pool
    #[arg(
        id = "web.use_certificate_auth",
        long = "use-certificate-auth",
        env = "LYNCMOCK_WEB_USE_CERTIFICATE_AUTH",
        value_name = "BOOL"
    )]
    pub use_certificate_auth: Option<bool>,
    /// EnableCertChainDownload: answer GetRootCertChains
    #[arg(
        id = "web.enable_cert_chain_download",
        long = "enable-cert-chain-download",
        env = "LYNCMOCK_WEB_ENABLE_CERT_CHAIN_DOWNLOAD",
        value_name = "BOOL"
    )]
    pub enable_cert_chain_download: Option<bool>,
    /// DefaultValidityPeriodHours of a client certificate (8-8760)
    #[arg(
        id = "web.default_validity_period_hours",
        long = "default-validity-period-hours",
        env = "LYNCMOCK_WEB_DEFAULT_VALIDITY_PERIOD_HOURS",
        value_name = "HOURS"
    )]
    pub default_validity_period_hours: Option<u32>,
    /// MinValidityPeriodHours (8-4320)
    #[arg(
        id = "web.min_validity_period_hours",
        long = "min-validity-period-hours",
        env = "LYNCMOCK_WEB_MIN_VALIDITY_PERIOD_HOURS",
        value_name = "HOURS"
    )]
    pub min_validity_period_hours: Option<u32>,
    /// MaxValidityPeriodHours (8-8760)
    #[arg(
        id = "web.max_validity_period_hours",
        long = "max-validity-period-hours",
        env = "LYNCMOCK_WEB_MAX_VALIDITY_PERIOD_HOURS",
        value_name = "HOURS"
    )]
    pub max_validity_period_hours: Option<u32>,
    /// MinCSRKeySize (1024-16384)
    #[arg(
        id = "web.min_csr_key_size",
        long = "min-csr-key-size",
        env = "LYNCMOCK_WEB_MIN_CSR_KEY_SIZE",
        value_name = "BITS"
    )]
    pub min_csr_key_size: Option<u32>,
    /// MaxCSRKeySize (1024-16384)
    #[arg(
        id = "web.max_csr_key_size",
        long = "max-csr-key-size",
        env = "LYNCMOCK_WEB_MAX_CSR_KEY_SIZE",
        value_name = "BITS"
    )]
    pub max_csr_key_size: Option<u32>,
    /// HstsMaxAgeInSeconds: max-age of Strict-Transport-Security
    #[arg(
        id = "web.hsts_max_age_in_seconds",
        long = "hsts-max-age-in-seconds",
        env = "LYNCMOCK_WEB_HSTS_MAX_AGE_IN_SECONDS",
        value_name = "SECONDS"
    )]
    pub hsts_max_age_in_seconds: Option<u32>,
    /// Lifetime of a user's web ticket
    #[arg(
        id = "web.ticket_lifetime_minutes",
        long = "ticket-lifetime-minutes",
        env = "LYNCMOCK_WEB_TICKET_LIFETIME_MINUTES",
        value_name = "MINUTES"
    )]
    pub ticket_lifetime_minutes: Option<u32>,
    /// Lifetime of an anonymous web ticket
    #[arg(
        id = "web.anonymous_ticket_lifetime_minutes",
        long = "anonymous-ticket-lifetime-minutes",
        env = "LYNCMOCK_WEB_ANONYMOUS_TICKET_LIFETIME_MINUTES",
        value_name = "MINUTES"
    )]
    pub anonymous_ticket_lifetime_minutes: Option<u32>,
}

/// `[userpin]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "User-PIN service")]
pub struct UserPinOptions {
    /// Ask the user-PIN service of this host, in place of one of its own; it serves the same data directory
    #[arg(
        id = "userpin.service",
        long = "userpin-service",
        env = "LYNCMOCK_USERPIN_SERVICE",
        value_name = "HOST[:PORT]"
    )]
    pub service: Option<String>,
    /// For how long the front end waits for a connection to the user-PIN service
    #[arg(
        id = "userpin.connect_timeout_ms",
        long = "userpin-connect-timeout-ms",
        env = "LYNCMOCK_USERPIN_CONNECT_TIMEOUT_MS",
        value_name = "MS"
    )]
    pub connect_timeout_ms: Option<u64>,
    /// For how long it waits for an answer
    #[arg(
        id = "userpin.request_timeout_ms",
        long = "userpin-request-timeout-ms",
        env = "LYNCMOCK_USERPIN_REQUEST_TIMEOUT_MS",
        value_name = "MS"
    )]
    pub request_timeout_ms: Option<u64>,
}

/// `[users]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Users")]
pub struct UsersOptions {
    /// Users, accounts and PIN policies of a new store [default: Ken Myer, and one user for each state of PIN and
    /// account]
    #[arg(id = "users.file", long = "users-file", env = "LYNCMOCK_USERS_FILE", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `[diagnostics]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Diagnostics")]
pub struct DiagnosticsOptions {
    /// Entries that replace those of the built-in table (`lyncmock diagnostics` prints it)
    #[arg(
        id = "diagnostics.file",
        long = "diagnostics-file",
        env = "LYNCMOCK_DIAGNOSTICS_FILE",
        value_name = "FILE"
    )]
    pub file: Option<PathBuf>,
}

/// `[rules]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Failures")]
pub struct RulesOptions {
    /// Rules to arm at the start; `lyncmock rules check FILE` checks such a file
    #[arg(id = "rules.file", long = "rules-file", env = "LYNCMOCK_RULES_FILE", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `[journal]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Journal")]
pub struct JournalOptions {
    /// How many entries are kept
    #[arg(
        id = "journal.entries",
        long = "journal-entries",
        env = "LYNCMOCK_JOURNAL_ENTRIES",
        value_name = "N"
    )]
    pub entries: Option<usize>,
    /// Keep the keys of TLS connections, so that an export as pcapng can be decrypted: PINs are in there
    #[arg(
        id = "journal.tls_keys",
        long = "journal-tls-keys",
        env = "LYNCMOCK_JOURNAL_TLS_KEYS",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub tls_keys: Option<bool>,
}

/// `[admin]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Admin API")]
pub struct AdminOptions {
    /// A file with the token that every request must bear [default: none, and loopback only]
    #[arg(
        id = "admin.token_file",
        long = "admin-token-file",
        env = "LYNCMOCK_ADMIN_TOKEN_FILE",
        value_name = "FILE"
    )]
    pub token_file: Option<PathBuf>,
}

/// `[log]`, on standard error.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Log")]
pub struct LogOptions {
    /// What is logged: a level (error, warn, info, debug, trace) or a list such as `warn,lync_web=debug`
    #[arg(id = "log.filter", long = "log-filter", env = "LYNCMOCK_LOG_FILTER", value_name = "FILTER")]
    pub filter: Option<String>,
    /// How it is written
    #[arg(
        id = "log.format",
        long = "log-format",
        env = "LYNCMOCK_LOG_FORMAT",
        value_enum,
        value_name = "FORMAT"
    )]
    pub format: Option<LogFormat>,
}

/// The kind of key of the pool's certificates.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKey {
    /// RSA where the pool is kept, because old phones read nothing else; P-256 where it lasts as long as a test.
    #[default]
    Auto,
    /// ECDSA on P-256: made in a tenth of a millisecond.
    P256,
    /// RSA with 2048 bits: what a Lync Server has.
    Rsa2048,
}

/// How the log is written.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Options {
    /// Every listener on loopback, at any free port.
    pub fn on_free_ports() -> Self {
        let mut options = Self::default();
        let free = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
        options.listen.http = Some(free.into());
        options.listen.https = Some(free.into());
        options.listen.userpin = Some(free.into());
        options.listen.admin = Some(free.into());
        options.dhcp.listen = Some(vec![free]);
        options
    }

    /// The default of every key that has one.
    pub fn defaults() -> Self {
        toml::from_str(
            r#"
            fqdn = "atl-cs-001.litwareinc.com"
            scenarios = []

            [listen]
            http = "127.0.0.1:10080"
            https = "127.0.0.1:10443"
            userpin = "127.0.0.1:10444"
            admin = "127.0.0.1:10088"

            [dhcp]
            enabled = true
            mode = "registrar"
            interfaces = []
            relay_reply = "client"
            siaddr = "zero"

            [pki]
            key = "auto"
            extra_names = ["localhost", "127.0.0.1", "::1"]

            [web]
            use_pin_auth = true
            use_certificate_auth = true
            enable_cert_chain_download = true
            default_validity_period_hours = 4320
            min_validity_period_hours = 8
            max_validity_period_hours = 8760
            min_csr_key_size = 1024
            max_csr_key_size = 16384
            hsts_max_age_in_seconds = 31536000
            ticket_lifetime_minutes = 480
            anonymous_ticket_lifetime_minutes = 60

            [userpin]
            connect_timeout_ms = 2000
            request_timeout_ms = 5000

            [journal]
            entries = 2000
            tls_keys = false

            [log]
            filter = "warn"
            format = "text"
            "#,
        )
        .expect("the defaults are checked by a test")
    }
}

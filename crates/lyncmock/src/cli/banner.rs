//! What `lyncmock serve` says once it is ready: where it listens, what to trust, what to paste, what to type.

use super::client::DEFAULT_DHCP;
use crate::client::address_in;
use crate::config::{Config, Options, UserFixture, UserState};
use crate::endpoints::Endpoints;
use crate::pool::Running;
use lync_model::Pin;
use lync_proto::dhcp::{DomainName, SipServers, UcClientOptions};
use std::fmt::Write;
use std::net::SocketAddr;

pub(super) fn banner(config: &Config, pool: &Running) -> String {
    let endpoints = &pool.endpoints;
    let mut text = format!("lyncmock {}: {} is ready\n\n", env!("CARGO_PKG_VERSION"), endpoints.fqdn);
    let dhcp = if pool.dhcp.is_empty() { "off".to_owned() } else { pool.dhcp.join(", ") };
    let kept = config.data_dir.as_ref().map_or_else(
        || "nothing; users and certificates go with this process".to_owned(),
        |dir| dir.display().to_string(),
    );
    let rows = [
        ("DHCP", dhcp),
        ("HTTP", format!("{}  (root chain, anonymous)", endpoints.http)),
        ("HTTPS", format!("{}  (CertProv, WebTicket)", endpoints.https)),
        ("User PIN", format!("{}  (mutual TLS)", endpoints.userpin)),
        (
            "Admin API",
            format!(
                "{}  (what happened, failures by name; not for strangers)",
                endpoints.admin.as_deref().unwrap_or("off")
            ),
        ),
        ("Kept", kept),
        ("Root CA", endpoints.ca_pem.display().to_string()),
        ("  SHA-256", pool.pki.root_fingerprint_sha256()),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:<10} {value}");
    }
    text.push_str(&options_to_paste(endpoints).unwrap_or_default());
    text.push_str(&next_step(config, endpoints));
    text.push_str(&shell(config, endpoints).unwrap_or_default());
    text.push_str("\nCtrl-C stops.\n");
    text
}

/// The two options for a DHCP server of one's own.
fn options_to_paste(endpoints: &Endpoints) -> Option<String> {
    let port = endpoints.https.rsplit_once(':')?.1.parse().ok()?;
    let option_43 = UcClientOptions::for_pool(&endpoints.fqdn, port).ok()?;
    let option_120 = SipServers::from(endpoints.fqdn.parse::<DomainName>().ok()?);
    Some(format!(
        "\nFor a DHCP server of your own, as hexadecimal:\n  option 120                      {}\n  \
         option 43, class MS-UC-Client   {}\n",
        hex(&option_120.encode()),
        hex(&option_43.encode())
    ))
}

/// A sign-in to type, by the first user who can.
fn next_step(config: &Config, endpoints: &Endpoints) -> String {
    let can = |user: &&UserFixture| user.enabled && user.state == UserState::Good && user.pin.is_some();
    let found = config.users.users.iter().filter(can).find_map(|user| Some((user, user.line_uri.as_ref()?)));
    let Some((user, line)) = found else {
        return "\nNo user of this pool can sign in; add one with: lyncmock user add --data-dir DIR\n"
            .to_owned();
    };
    // A published PIN may be shown. Others are somebody's, and those of a kept pool may have been changed.
    let published = config.users_are_built_in && config.data_dir.is_none();
    let pin = user.pin.as_ref().filter(|_| published).map_or("<PIN>", Pin::expose);
    format!(
        "\nNext, in another terminal, sign in as {} ({}):\n  lyncmock Test-CsPhoneBootstrap -PhoneOrExt \"{}\" -Pin \
         \"{pin}\"{}\n",
        user.display_name,
        user.sip_uri,
        line.number(),
        way_to(endpoints)
    )
}

/// How its management shell is opened.
fn shell(config: &Config, endpoints: &Endpoints) -> Option<String> {
    let url = endpoints.admin.as_ref()?;
    let default = Options::defaults().listen.admin?;
    let server = if *url == format!("http://{default}") { String::new() } else { format!(" --server {url}") };
    let token = if config.admin.token.is_some() { " --token-file FILE" } else { "" };
    Some(format!(
        "\nIts management shell, with Get-CsUser and the others:\n  lyncmock shell{server}{token}\n"
    ))
}

/// The arguments by which a phone finds this pool, if it is not where a phone looks first.
fn way_to(endpoints: &Endpoints) -> String {
    let Some((http, https)) = address_in(&endpoints.http).zip(address_in(&endpoints.https)) else {
        return String::new();
    };
    match endpoints.dhcp {
        Some(SocketAddr::V4(server)) if server == DEFAULT_DHCP => String::new(),
        Some(server) if !server.ip().is_unspecified() => {
            format!(" --dhcp {server} --http-port {}", http.port())
        }
        _ => format!(
            " -TargetUri \"https://{fqdn}:{}{}\" --resolve {fqdn}={} --http-port {}",
            https.port(),
            lync_web::CERT_PROV_PATH,
            https.ip(),
            http.port(),
            fqdn = endpoints.fqdn
        ),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

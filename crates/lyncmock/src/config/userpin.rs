//! The host whose user-PIN service a front end asks.

use super::{ConfigError, checked_name, value};
use std::net::Ipv4Addr;

/// Lync's port for it.
const PORT: u16 = 444;

/// A host with a user-PIN service: another front end of the same pool, over the same data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceHost {
    /// Its name, which is looked up for each connection, or its address.
    pub host: String,
    /// The port of the service.
    pub port: u16,
}

/// `HOST` or `HOST:PORT`; nothing, and an empty text as an unset variable leaves it, is no host.
///
/// Without the host's own data directory a front end has another authority, so that the two would never speak.
pub(super) fn service(given: Option<&str>, has_data_dir: bool) -> Result<Option<ServiceHost>, ConfigError> {
    const KEY: &str = "userpin.service";
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    if !has_data_dir {
        return Err(value(KEY, &"it needs data_dir, the same as that host's"));
    }
    let (host, port) = match given.rsplit_once(':') {
        Some((host, port)) => {
            let wrong = || value(KEY, &format!("`{}` is no port from 1 to 65535", port.escape_debug()));
            let port: u16 = port.parse().map_err(|_| wrong())?;
            (host, if port == 0 { return Err(wrong()) } else { port })
        }
        None => (given, PORT),
    };
    let host = match host.parse::<Ipv4Addr>() {
        Ok(address) => address.to_string(),
        Err(_) => checked_name(KEY, Some(host.to_owned()))?,
    };
    Ok(Some(ServiceHost { host, port }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_a_port_is_asked_at_lyncs() {
        let found = |given| service(Some(given), true).unwrap().map(|found| (found.host, found.port));
        assert_eq!(found("UserPin"), Some(("userpin".to_owned(), 444)));
        assert_eq!(found("10.99.0.3:10444"), Some(("10.99.0.3".to_owned(), 10444)));
        assert_eq!(found(""), None);
        assert_eq!(service(None, false).unwrap(), None);
    }

    #[test]
    fn a_front_end_without_a_data_directory_asks_no_other_host() {
        let error = service(Some("userpin"), false).unwrap_err().to_string();
        assert_eq!(error, "userpin.service: it needs data_dir, the same as that host's");
        assert_eq!(service(Some(""), false).unwrap(), None);
    }

    #[test]
    fn what_names_no_host_is_refused_with_its_key() {
        for given in ["a b", "host:", "host:0", "host:65536", ":444", "https://host", "::1"] {
            let error = service(Some(given), true).unwrap_err().to_string();
            assert!(error.starts_with("userpin.service: "), "{given}: {error}");
        }
    }
}

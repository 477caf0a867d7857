//! Names of this machine that no DNS server can give to another.

use std::net::IpAddr;

/// Whether a host is `localhost`, a name below it, or a loopback address; IPv6 in brackets or not.
pub(super) fn is_name(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    let name = lower.strip_suffix('.').unwrap_or(&lower);
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name == "localhost"
        || name.ends_with(".localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whether `host` or `host:port` names this machine.
pub(super) fn is_authority(authority: &str) -> bool {
    match authority.rsplit_once(':') {
        // The colon of `[::1]` is part of the address.
        Some((host, port)) if !port.ends_with(']') => {
            !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && is_name(host)
        }
        _ => is_name(authority),
    }
}

/// Whether an Origin header is that of a page of this machine.
pub(super) fn is_origin(origin: &str) -> bool {
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(is_authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_cannot_be_another_machines_are_loopback() {
        for name in [
            "localhost",
            "LocalHost.",
            "a.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "localhost:1",
            "[::1]:80",
        ] {
            assert!(is_authority(name), "{name}");
        }
        for name in [
            "",
            ":80",
            "localhost.evil.example",
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "localhost:",
            "localhost:80@evil.example",
            "evil.example:80",
            "2130706433",
        ] {
            assert!(!is_authority(name), "{name}");
        }
        assert!(is_origin("http://127.0.0.1:10090"));
        for origin in
            ["null", "", "localhost", "http://evil.example", "file://localhost", "http://localhost/x"]
        {
            assert!(!is_origin(origin), "{origin}");
        }
    }
}

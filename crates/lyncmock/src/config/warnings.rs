//! What can be meant, and seldom is.

use super::Config;
use std::net::SocketAddr;

/// The interface that no phone is on.
const LOOPBACK: &str = "lo";

impl Config {
    /// What a person should be told before the pool is used, a sentence each.
    pub(crate) fn warnings(&self) -> Vec<String> {
        unreachable_by_phones(self).into_iter().collect()
    }
}

/// Whether DHCP sends phones of a network to web services that only this machine can reach.
fn unreachable_by_phones(config: &Config) -> Option<String> {
    let dhcp = &config.dhcp;
    let interface = dhcp.interfaces.iter().find(|name| *name != LOOPBACK).cloned();
    let address = dhcp.listen.iter().find(|place| !place.ip().is_loopback()).map(ToString::to_string);
    let place = interface.or(address).filter(|_| dhcp.enabled)?;
    let on_loopback = |(_, address): &(&'static str, SocketAddr)| address.ip().is_loopback();
    let hidden = [("listen.http", config.listen.http), ("listen.https", config.listen.https)];
    let hidden: Vec<String> = hidden
        .iter()
        .filter(|listener| on_loopback(listener))
        .map(|(key, address)| format!("{key} is {address}"))
        .collect();
    if hidden.is_empty() {
        return None;
    }
    Some(format!(
        "DHCP answers phones on {place}, but {}, which no phone can reach; for instance listen.http = \"0.0.0.0:80\" and \
         listen.https = \"0.0.0.0:443\"",
        hidden.join(" and ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Options;

    fn warnings(file: &str) -> Vec<String> {
        Config::from_options(toml::from_str::<Options>(file).unwrap()).unwrap().warnings()
    }

    #[test]
    fn web_services_on_loopback_beside_dhcp_of_a_network_are_a_warning() {
        let alone = warnings("[dhcp]\ninterfaces = [\"eth1\"]");
        assert_eq!(
            alone,
            [
                "DHCP answers phones on eth1, but listen.http is 127.0.0.1:10080 and listen.https is 127.0.0.1:10443, \
                 which no phone can reach; for instance listen.http = \"0.0.0.0:80\" and listen.https = \
                 \"0.0.0.0:443\""
            ]
        );
        let half = warnings("[listen]\nhttp = \"0.0.0.0:80\"\n[dhcp]\nlisten = [\"10.0.0.1:67\"]");
        assert!(half[0].contains("on 10.0.0.1:67, but listen.https is 127.0.0.1:10443, which"), "{half:?}");
    }

    #[test]
    fn what_phones_can_reach_is_none() {
        for file in [
            "",
            "[dhcp]\ninterfaces = [\"lo\"]",
            "[dhcp]\ninterfaces = [\"eth1\"]\nmode = \"off\"",
            "[listen]\nhttp = \"0.0.0.0:80\"\nhttps = \"10.0.0.1:443\"\n[dhcp]\ninterfaces = [\"eth1\"]",
        ] {
            assert_eq!(warnings(file), Vec::<String>::new(), "{file}");
        }
    }

    /// The configurations that people copy.
    #[test]
    fn the_lab_of_the_docs_can_serve_a_phone() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).unwrap();
        let page = read("docs/dhcp.md");
        let lab = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert_eq!(warnings(lab), Vec::<String>::new());
        assert_eq!(warnings(&read("fixtures/lab.toml")), Vec::<String>::new());
    }
}

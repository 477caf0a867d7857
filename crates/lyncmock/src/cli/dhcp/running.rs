//! What a running pool gave away, answered and dropped.

use super::super::output::print;
use lync_admin::Client;
use lync_admin::dto::{DhcpLease, DhcpMode, DhcpStatus};
use lync_dhcp::DropReason;
use lync_proto::format_instant;
use std::fmt::Write;
use std::net::Ipv4Addr;

pub(super) async fn leases(client: &Client, json: bool) -> anyhow::Result<()> {
    let leases = client.dhcp_leases().await?;
    if json {
        return print(format!("{}\n", serde_json::to_string(&leases)?));
    }
    if leases.is_empty() {
        return print(nothing_leased(client.dhcp().await?.mode));
    }
    print(table(&leases))
}

pub(super) async fn forget(client: &Client, address: Ipv4Addr) -> anyhow::Result<()> {
    client.forget_dhcp_lease(address).await?;
    print(format!("forgotten: {address}\n"))
}

pub(super) async fn status(client: &Client, json: bool) -> anyhow::Result<()> {
    let status = client.dhcp().await?;
    print(if json { format!("{}\n", serde_json::to_string(&status)?) } else { told(&status) })
}

/// Why a list of leases is empty.
fn nothing_leased(mode: DhcpMode) -> String {
    match mode {
        DhcpMode::Enterprise => "No leases.\n".to_owned(),
        DhcpMode::Registrar | DhcpMode::Off => {
            format!("This pool gives no leases: its DHCP mode is {}.\n", mode.as_str())
        }
    }
}

fn table(leases: &[DhcpLease]) -> String {
    // The client comes last: it has up to 510 digits.
    let line = |[address, state, expires, mac, client]: [&str; 5]| {
        format!("{address:<15} {state:<8} {expires:<24} {mac:<17} {client}\n")
    };
    let mut text = line(["ADDRESS", "STATE", "EXPIRES", "MAC", "CLIENT"]);
    for lease in leases {
        text.push_str(&line([
            &lease.address.to_string(),
            lease.state.as_str(),
            &format_instant(lease.expires),
            lease.mac.as_deref().unwrap_or("-"),
            &lease.client,
        ]));
    }
    text
}

fn told(status: &DhcpStatus) -> String {
    let listens = if status.listens.is_empty() { "nowhere".to_owned() } else { status.listens.join(", ") };
    let counters = &status.counters;
    let dropped: u64 = counters.dropped.values().sum();
    let mut text = String::new();
    for (name, value) in [
        ("Mode", status.mode.as_str()),
        ("Enabled", if status.enabled { "yes" } else { "no" }),
        ("Listens", &listens),
    ] {
        let _ = writeln!(text, "{name:<11}: {value}");
    }
    for (name, count, meaning) in [
        ("Received", counters.received, "datagrams"),
        ("Answered", counters.answered, ""),
        ("Not sent", counters.send_failed, "the system refused to send the answer"),
        ("Given back", counters.taken, "DHCPRELEASE and DHCPDECLINE, which have no answer"),
        ("In use", counters.in_use, "addresses that answered a ping, and were put aside"),
        ("Dropped", dropped, ""),
    ] {
        let _ = writeln!(text, "{}", format!("{name:<11}: {count:<7} {meaning}").trim_end());
    }
    text.push_str(&reasons(status));
    text
}

/// The reasons for which anything was dropped, in the order of the checks; a newer pool may have others.
fn reasons(status: &DhcpStatus) -> String {
    let dropped = &status.counters.dropped;
    let known = DropReason::ALL.into_iter().filter_map(|reason| {
        let (word, count) = dropped.get_key_value(reason.as_str())?;
        Some((word, count, reason.sentence()))
    });
    let others = dropped.iter().filter(|(word, _)| DropReason::from_word(word).is_none());
    let all = known.chain(others.map(|(word, count)| (word, count, "")));
    all.filter(|(_, count, _)| **count > 0)
        .map(|(word, count, sentence)| {
            let line = format!("  {word:<24} {count:<7} {sentence}");
            format!("{}\n", line.trim_end())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    #[test]
    fn a_status_tells_each_reason_that_there_was_with_its_sentence() {
        let status = json!({"mode": "enterprise", "enabled": true, "listens": ["eth1 port 67/udp"], "counters":
            {"received": 12, "answered": 8, "send_failed": 0, "taken": 1, "in_use": 2,
            "dropped": {"magic_cookie": 0, "too_short": 1, "other_server": 1, "of_tomorrow": 1}}});
        expect![[r#"
            Mode       : enterprise
            Enabled    : yes
            Listens    : eth1 port 67/udp
            Received   : 12      datagrams
            Answered   : 8
            Not sent   : 0       the system refused to send the answer
            Given back : 1       DHCPRELEASE and DHCPDECLINE, which have no answer
            In use     : 2       addresses that answered a ping, and were put aside
            Dropped    : 3
              too_short                1       shorter than a header and the magic cookie, 240 bytes
              other_server             1       the client takes the offer of another server
              of_tomorrow              1
        "#]]
        .assert_eq(&told(&serde_json::from_value(status).unwrap()));
    }

    #[test]
    fn an_address_that_is_nobodys_has_its_row_too() {
        let leases = json!([
            {"address": "10.99.0.100", "client": "010004f2000001", "mac": "00:04:f2:00:00:01", "state": "bound",
                "expires": "2013-06-01T12:00:00Z"},
            {"address": "10.99.0.101", "client": "00", "mac": null, "state": "declined",
                "expires": "2013-06-02T12:00:00Z"}
        ]);
        expect![[r#"
            ADDRESS         STATE    EXPIRES                  MAC               CLIENT
            10.99.0.100     bound    2013-06-01T12:00:00.000Z 00:04:f2:00:00:01 010004f2000001
            10.99.0.101     declined 2013-06-02T12:00:00.000Z -                 00
        "#]]
        .assert_eq(&table(&serde_json::from_value::<Vec<_>>(leases).unwrap()));
    }

    #[test]
    fn an_empty_list_says_why_it_is_empty() {
        assert_eq!(nothing_leased(DhcpMode::Enterprise), "No leases.\n");
        assert_eq!(nothing_leased(DhcpMode::Off), "This pool gives no leases: its DHCP mode is off.\n");
    }
}

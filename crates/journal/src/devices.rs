//! Which devices were there, and how far each came.

mod join;
mod pending;
mod verdict;

use crate::observer;
use join::Group;
use lync_model::journal::{Entry, Protocol};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use time::OffsetDateTime;

/// A device, and what it did.
///
/// Entries are one device's if they share, in this order of trust: a TCP connection, a web ticket, a device id, a
/// hardware address; then the address of a device that asked DHCP, while no other there is signing in; then a user,
/// unless hardware addresses or device ids tell the devices apart, and of several devices of one user the one at the same
/// address, then the one that typed the same number, then the last; then what was typed as a number, then the address
/// they came from, unless users or numbers tell them apart too. From the address of the one that asked DHCP on these are
/// guesses: what nobody signed belongs to the one that was heard last at its address. Where several devices at one
/// address sign in at once, none is joined by the address. Entries of different namespaces are joined by the first four
/// only.
///
/// What the pool did itself is no device's: its requests to :444, the event log, scenarios, the clock.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct DeviceSession {
    /// Its hardware addresses.
    pub macs: Vec<String>,
    /// The addresses that it came from.
    pub addresses: Vec<IpAddr>,
    /// The users that it signed in, or tried to.
    pub users: Vec<String>,
    /// What was typed as number or extension and is somebody's.
    pub phone_or_ext: Vec<String>,
    /// Its DHCP option 60.
    pub vendor_classes: Vec<String>,
    /// Its User-Agent headers.
    pub user_agents: Vec<String>,
    /// Its DeviceIds.
    pub device_ids: Vec<String>,
    /// The namespace that it belongs to.
    pub namespace: Option<String>,
    /// When its first entry began.
    #[serde(with = "time::serde::rfc3339")]
    pub first: OffsetDateTime,
    /// When its last entry began.
    #[serde(with = "time::serde::rfc3339")]
    pub last: OffsetDateTime,
    /// The numbers of its entries.
    pub entries: Vec<u64>,
    /// Where it stopped: the last entry that did not end well and was not made good afterwards.
    pub stopped_at: Option<u64>,
    /// How far it came and why not further, in one line.
    pub verdict: String,
}

/// The devices of these entries, the one that was heard first first.
pub(crate) fn sessions(entries: &[Arc<Entry>]) -> Vec<DeviceSession> {
    joined(entries).iter().filter_map(session).collect()
}

/// The entries of each device, all in their order.
pub(crate) fn groups(entries: &[Arc<Entry>]) -> Vec<Vec<Arc<Entry>>> {
    joined(entries).into_iter().map(|group| group.entries).collect()
}

fn joined(entries: &[Arc<Entry>]) -> Vec<Group> {
    let of_devices: Vec<_> = entries.iter().filter(|entry| is_devices(entry)).cloned().collect();
    join::groups(&of_devices)
}

/// Whether a device did it, and not the pool.
pub(crate) fn is_devices(entry: &Entry) -> bool {
    !matches!(entry.protocol, Protocol::Pool | Protocol::UserPin) && !observer::is_userpin(entry)
}

fn session(group: &Group) -> Option<DeviceSession> {
    let entries = &group.entries;
    let all =
        |of: fn(&Entry) -> Option<&String>| distinct(entries.iter().filter_map(|entry| of(entry).cloned()));
    let (stopped, verdict) = verdict::of(entries, &group.crowded);
    Some(DeviceSession {
        macs: all(|entry| entry.device.mac.as_ref()),
        addresses: distinct(entries.iter().filter_map(|entry| join::address(entry))),
        users: all(|entry| entry.device.user.as_ref()),
        phone_or_ext: all(|entry| entry.device.phone_or_ext.as_ref()),
        vendor_classes: all(|entry| entry.device.vendor_class.as_ref()),
        user_agents: all(|entry| entry.device.user_agent.as_ref()),
        device_ids: all(|entry| entry.device.device_id.as_ref()),
        namespace: all(|entry| entry.namespace.as_ref()).into_iter().next(),
        first: entries.iter().map(|entry| entry.at).min()?,
        last: entries.iter().map(|entry| entry.at).max()?,
        entries: entries.iter().map(|entry| entry.seq).collect(),
        stopped_at: stopped.map(|entry| entry.seq),
        verdict,
    })
}

/// Each value once, in the order in which they came.
fn distinct<T: Clone + Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The entries with numbers from 1 on.
    fn numbered(entries: Vec<Entry>) -> Vec<Arc<Entry>> {
        (1..).zip(entries).map(|(seq, entry)| Arc::new(Entry { seq, ..entry })).collect()
    }

    fn members(entries: Vec<Entry>) -> Vec<Vec<u64>> {
        sessions(&numbered(entries)).into_iter().map(|session| session.entries).collect()
    }

    fn dhcp(mac: &str, peer: &str) -> Entry {
        let mut entry = sample::from("dhcp.ack", peer);
        entry.device.mac = Some(mac.to_owned());
        entry
    }

    fn web(event: &str, user: &str, connection: u64, peer: &str) -> Entry {
        let mut entry = sample::of_user(event, user);
        entry.peer = Some(peer.parse().unwrap());
        entry.connection = Some(connection);
        entry
    }

    #[test]
    fn a_sign_in_is_one_device_from_dhcp_to_its_certificate() {
        let mut published = web("certprov.published", "sip:a@x.test", 2, "10.0.0.1:3");
        published.device.device_id = Some("{d}".to_owned());
        let entries = numbered(vec![
            dhcp("00:04:f2:00:00:01", "10.0.0.1:68"),
            sample::from("certprov.roots", "10.0.0.1:1"),
            web("webticket.issued", "sip:a@x.test", 1, "10.0.0.1:2"),
            published,
        ]);
        let sessions = sessions(&entries);
        assert_eq!(sessions.len(), 1);
        let session = &sessions[0];
        assert_eq!(session.macs, ["00:04:f2:00:00:01"]);
        assert_eq!(session.users, ["sip:a@x.test"]);
        assert_eq!(session.device_ids, ["{d}"]);
        assert_eq!(session.entries, [1, 2, 3, 4]);
        assert_eq!(session.stopped_at, None);
        assert_eq!(
            session.verdict,
            "dhcp.ack, certprov.roots, webticket.issued, certprov.published: it has its certificate"
        );
    }

    #[test]
    fn two_users_at_one_address_are_two_devices() {
        let here = "127.0.0.1:9";
        let groups = members(vec![
            sample::from("certprov.roots", here),
            web("webticket.issued", "sip:b@x.test", 1, here),
            web("webticket.issued", "sip:a@x.test", 2, here),
            web("certprov.published", "sip:b@x.test", 3, here),
        ]);
        assert_eq!(groups, [vec![1, 2, 4], vec![3]]);
    }

    const MACS: [&str; 2] = ["00:04:f2:00:00:01", "00:04:f2:00:00:02"];

    fn typed(event: &str, number: &str, connection: u64, peer: &str) -> Entry {
        let mut entry = web(event, "sip:a@x.test", connection, peer);
        entry.device.phone_or_ext = Some(number.to_owned());
        entry
    }

    /// A ticket and a certificate on one connection, for a device that names itself by the connection.
    fn signed_in(number: &str, connection: u64, peer: &str) -> [Entry; 2] {
        let mut published = web("certprov.published", "sip:a@x.test", connection, peer);
        published.device.device_id = Some(format!("{{{connection}}}"));
        [typed("webticket.issued", number, connection, peer), published]
    }

    #[test]
    fn a_refusal_is_of_the_phone_at_its_address_among_those_of_one_user() {
        let [a, b] = ["10.99.0.11:9", "10.99.0.12:9"];
        let refused = |peer| vec![typed("webticket.refused", "1219", 3, peer)];
        let after = |then| {
            members([signed_in("1219", 1, a).to_vec(), signed_in("1219", 2, b).to_vec(), then].concat())
        };
        assert_eq!(after(refused(a)), [vec![1, 2, 5], vec![3, 4]]);
        assert_eq!(after(refused(b)), [vec![1, 2], vec![3, 4, 5]]);
        // At neither address: the last one met.
        assert_eq!(after(refused("10.99.0.13:9")), [vec![1, 2], vec![3, 4, 5]]);
    }

    #[test]
    fn a_refusal_is_of_the_phone_that_typed_the_same_number_at_one_address() {
        let here = "127.0.0.1:9";
        let mut entries = [signed_in("1219", 1, here), signed_in("+12065551219", 2, here)].concat();
        entries.push(typed("webticket.refused", "1219", 3, here));
        assert_eq!(members(entries), [vec![1, 2, 5], vec![3, 4]]);
    }

    #[test]
    fn a_refusal_is_of_the_phone_that_asked_dhcp_last_at_one_address() {
        let here = "127.0.0.1:9";
        let sign_in =
            |mac, connection| [vec![dhcp(mac, here)], signed_in("1219", connection, here).to_vec()].concat();
        let mut entries = [sign_in(MACS[0], 1), sign_in(MACS[1], 2)].concat();
        entries.extend([dhcp(MACS[0], here), typed("webticket.refused", "1219", 3, here)]);
        assert_eq!(members(entries), [vec![1, 2, 3, 7, 8], vec![4, 5, 6]]);
    }

    #[test]
    fn of_several_at_one_address_that_sign_in_at_once_none_is_guessed() {
        let here = "127.0.0.1:9";
        let roots = |connection| {
            let mut entry = sample::from("certprov.roots", here);
            entry.connection = Some(connection);
            entry
        };
        let mut refused = web("webticket.refused", "sip:b@x.test", 4, here);
        refused.device.phone_or_ext = Some("1301".to_owned());
        let mut entries = vec![dhcp(MACS[0], here), dhcp(MACS[1], here), roots(1), roots(2)];
        entries.extend(signed_in("1219", 3, here));
        entries.push(refused);
        let sessions = sessions(&numbered(entries.clone()));
        let groups: Vec<_> = sessions.iter().map(|session| session.entries.clone()).collect();
        assert_eq!(groups, [vec![1], vec![2], vec![3], vec![4], vec![5, 6], vec![7]]);
        let unknown = "; several devices at 127.0.0.1: whose requests followed is not known";
        assert_eq!(sessions[0].verdict, format!("dhcp.ack{unknown}"));
        assert_eq!(sessions[1].verdict, sessions[0].verdict);
        assert_eq!(sessions[2].verdict, format!("certprov.roots{unknown}"));
        assert!(sessions[4].verdict.ends_with("it has its certificate"));
        assert!(sessions[5].verdict.ends_with("what webticket.refused says"));

        // Both came to an end: who comes next is known again.
        let mut ended = roots(2);
        ended.event = "connection".to_owned();
        entries.extend([dhcp("00:04:f2:00:00:03", here), roots(5), ended]);
        let groups = members(entries);
        assert_eq!((&groups[3], groups.last().unwrap()), (&vec![4, 10], &vec![8, 9]));
    }

    #[test]
    fn who_gave_up_is_in_nobodys_way() {
        let here = "127.0.0.1:9";
        let later = |mut entry: Entry| {
            entry.at += time::Duration::seconds(6);
            entry
        };
        let roots = || sample::from("certprov.roots", here);
        let groups = members(vec![dhcp(MACS[0], here), later(dhcp(MACS[1], here)), later(roots()), roots()]);
        // What began before the second one asked is the first one's, though it ended later.
        assert_eq!(groups, [[1, 4], [2, 3]]);
    }

    #[test]
    fn numbers_tell_devices_at_one_address_apart() {
        let here = "127.0.0.1:9";
        let of = |number: &str| {
            let mut entry = sample::from("webticket.refused", here);
            entry.device.phone_or_ext = Some(number.to_owned());
            entry
        };
        assert_eq!(members(vec![of("1400"), of("1500"), of("1400")]), [vec![1, 3], vec![2]]);
    }

    #[test]
    fn two_devices_of_one_user_are_told_apart_by_their_device_ids() {
        let with_id = |event, id: &str, connection| {
            let mut entry = web(event, "sip:a@x.test", connection, "10.0.0.1:9");
            entry.device.device_id = Some(id.to_owned());
            entry
        };
        let groups =
            members(vec![with_id("certprov.published", "{1}", 1), with_id("certprov.published", "{2}", 2)]);
        assert_eq!(groups, [[1], [2]]);
    }

    #[test]
    fn a_connection_and_a_ticket_join_whatever_else_they_say() {
        let mut first = web("webticket.issued", "sip:a@x.test", 1, "10.0.0.1:9");
        first.device.ticket = Some("t".to_owned());
        let mut second = web("certprov.refused", "sip:a@x.test", 2, "10.0.0.2:9");
        second.device.ticket = Some("t".to_owned());
        second.namespace = Some("n".to_owned());
        let third = web("webticket.refused", "sip:b@x.test", 2, "10.0.0.2:9");
        assert_eq!(members(vec![first, second, third]), [[1, 2, 3]]);
    }

    #[test]
    fn an_address_joins_no_two_namespaces() {
        let of = |namespace: &str| {
            let mut entry = sample::from("certprov.roots", "127.0.0.1:9");
            entry.namespace = Some(namespace.to_owned());
            entry
        };
        assert_eq!(members(vec![of("a"), of("b"), of("a")]), [vec![1, 3], vec![2]]);
    }

    #[test]
    fn what_the_pool_did_itself_is_no_devices() {
        let mut hop = sample::from("connection", "127.0.0.1:9");
        hop.decoded.insert("listener".to_owned(), "userpin".to_owned());
        let verified = web("userpin.verified", "sip:a@x.test", 1, "127.0.0.1:9");
        assert!(members(vec![hop, verified, sample::entry("event-log")]).is_empty());
    }
}

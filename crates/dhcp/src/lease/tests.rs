//! Each rule of giving addresses, by value.

use super::*;
use lync_model::{
    lease::{ClientKey, Lease, LeaseChange, LeaseState},
    rules::Mac,
};
use std::{collections::HashMap, net::Ipv4Addr};
use time::{Duration, OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);
const HOUR: Duration = Duration::HOUR;
const PHONE: Mac = Mac([0, 4, 0xF2, 0, 0, 1]);

fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

/// 10.0.0.10 to .12 for anybody, .50 for one phone, an hour each.
fn pools(authoritative: bool) -> Pools {
    let subnet = Subnet {
        network: "10.0.0.0/24".parse().unwrap(),
        ranges: vec![ip(10)..=ip(12)],
        reservations: HashMap::from([(PHONE, ip(50))]),
        lease_time: std::time::Duration::from_secs(3600),
        routers: vec![ip(1)],
    };
    Pools::new(vec![subnet], LeaseSettings { authoritative, ..LeaseSettings::default() }).unwrap()
}

/// One subnet's leases, with clients that are numbers.
struct Bench {
    leases: Leases,
    id: SubnetId,
}

impl Bench {
    fn new(authoritative: bool, kept: Vec<Lease>) -> Self {
        let pools = pools(authoritative);
        let id = pools.find(ip(1)).unwrap();
        Self { leases: Leases::new(&pools, kept), id }
    }

    fn offer(&mut self, client: u8, wants: Option<u8>, now: OffsetDateTime) -> Option<u8> {
        let key = key(client);
        let offered = self.leases.offer(&Client { key: &key, mac: None }, wants.map(ip), self.id, now);
        offered.map(|offer| offer.address.octets()[3])
    }

    fn request(&mut self, client: u8, request: Request, now: OffsetDateTime) -> Verdict {
        let key = key(client);
        self.leases.request(&Client { key: &key, mac: None }, request, self.id, now)
    }

    /// Offer and request.
    fn bind(&mut self, client: u8, now: OffsetDateTime) -> u8 {
        let address = self.offer(client, None, now).unwrap();
        assert_eq!(granted(&self.request(client, Request::Selecting(ip(address)), now)), Some(address));
        address
    }

    /// All of the range: 10 for client 1 and so on.
    fn bind_three(&mut self) {
        let bound: Vec<_> = (1..=3).map(|client| self.bind(client, NOW)).collect();
        assert_eq!(bound, [10, 11, 12]);
    }

    fn release(&mut self, client: u8, address: u8, now: OffsetDateTime) -> Option<LeaseChange> {
        let key = key(client);
        self.leases.release(&Client { key: &key, mac: None }, ip(address), now)
    }

    fn decline(&mut self, client: u8, address: u8, now: OffsetDateTime) -> Option<LeaseChange> {
        let key = key(client);
        self.leases.decline(&Client { key: &key, mac: None }, ip(address), now)
    }
}

fn key(client: u8) -> ClientKey {
    ClientKey::new([1, client]).unwrap()
}

fn offered(offer: Option<Offer>) -> Option<Ipv4Addr> {
    offer.map(|offer| offer.address)
}

fn granted(verdict: &Verdict) -> Option<u8> {
    match verdict {
        Verdict::Granted { address, .. } => Some(address.octets()[3]),
        _ => None,
    }
}

fn bound(client: u8, address: u8, expires: OffsetDateTime) -> Lease {
    Lease { address: ip(address), client: key(client), mac: None, expires, state: LeaseState::Bound }
}

#[test]
fn a_lease_is_granted_with_its_time_and_what_is_to_be_kept() {
    let mut bench = Bench::new(true, vec![]);
    assert_eq!(bench.offer(1, None, NOW), Some(10));
    let change = LeaseChange::Put(bound(1, 10, NOW + HOUR));
    let expected = Verdict::Granted { address: ip(10), seconds: 3600, change };
    assert_eq!(bench.request(1, Request::Selecting(ip(10)), NOW), expected);
    assert_eq!(bench.leases.list(NOW), [bound(1, 10, NOW + HOUR)]);
    assert_eq!(bench.leases.list(NOW + HOUR), []);
}

#[test]
fn what_is_offered_is_kept_for_the_client_for_thirty_seconds() {
    let mut bench = Bench::new(true, vec![]);
    let offers: Vec<_> = (1..=4).map(|client| bench.offer(client, None, NOW)).collect();
    assert_eq!(offers, [Some(10), Some(11), Some(12), None]);
    assert_eq!(bench.offer(1, None, NOW), Some(10));
    let almost = NOW + Duration::seconds(30) - Duration::NANOSECOND;
    assert_eq!(bench.offer(4, None, almost), None);
    assert_eq!(bench.offer(4, None, NOW + Duration::seconds(30)), Some(10));
}

#[test]
fn a_client_gets_its_address_back_before_what_it_wants() {
    let mut bench = Bench::new(true, vec![]);
    assert_eq!(bench.bind(1, NOW), 10);
    assert_eq!(bench.offer(1, Some(12), NOW), Some(10));
    assert_eq!(bench.offer(1, Some(12), NOW + 2 * HOUR), Some(10));
    assert!(bench.release(1, 10, NOW + 2 * HOUR).is_none(), "an offer that lapsed was no lease any more");
}

#[test]
fn a_wanted_address_is_given_if_it_is_free_and_in_a_range() {
    let mut bench = Bench::new(true, vec![]);
    assert_eq!(bench.offer(1, Some(12), NOW), Some(12));
    assert_eq!(bench.offer(2, Some(12), NOW), Some(10));
    assert_eq!(bench.offer(3, Some(50), NOW), Some(11));
    assert_eq!(bench.offer(4, Some(99), NOW), None);
}

#[test]
fn of_ended_leases_the_longest_ended_is_reused_and_an_unused_address_before_them() {
    let mut bench = Bench::new(true, vec![bound(1, 10, NOW - HOUR), bound(2, 11, NOW - 2 * HOUR)]);
    assert_eq!(bench.offer(3, None, NOW), Some(12));
    assert_eq!(bench.offer(4, None, NOW), Some(11));
    assert_eq!(bench.offer(5, None, NOW), Some(10));
    assert_eq!(bench.offer(6, None, NOW), None);
}

#[test]
fn a_running_lease_survives_that_its_client_asks_for_an_offer() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind(1, NOW);
    assert_eq!(bench.offer(1, None, NOW), Some(10));
    let later = NOW + Duration::seconds(60);
    let offers: Vec<_> = (2..=4).map(|client| bench.offer(client, None, later)).collect();
    assert_eq!(offers, [Some(11), Some(12), None]);
}

#[test]
fn a_lease_that_ends_while_it_is_offered_again_stays_its_clients() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind(1, NOW);
    let almost = NOW + HOUR - Duration::SECOND;
    assert_eq!(bench.offer(1, None, almost), Some(10));
    assert_eq!(bench.request(2, Request::Renewing(ip(10)), NOW + HOUR), Verdict::Refused);
    assert_eq!(
        granted(&bench.request(2, Request::Renewing(ip(10)), almost + Duration::seconds(30))),
        Some(10)
    );
}

#[test]
fn a_renewal_goes_on_from_when_it_is_asked() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind(1, NOW);
    assert_eq!(granted(&bench.request(1, Request::Renewing(ip(10)), NOW + HOUR / 2)), Some(10));
    assert_eq!(bench.leases.list(NOW + HOUR)[0].expires, NOW + HOUR / 2 + HOUR);
}

#[test]
fn a_wrong_address_is_refused_whichever_way_it_is_asked_for() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind(1, NOW);
    bench.bind(2, NOW);
    for address in [ip(11), ip(12), ip(99), ip(50), Ipv4Addr::new(192, 168, 0, 1)] {
        for request in [Request::Selecting(address), Request::InitReboot(address), Request::Renewing(address)]
        {
            assert_eq!(bench.request(1, request, NOW), Verdict::Refused, "{request:?}");
        }
    }
    for request in [Request::Selecting(ip(11)), Request::InitReboot(ip(11)), Request::Renewing(ip(11))] {
        assert_eq!(bench.request(3, request, NOW), Verdict::Refused, "{request:?}");
    }
}

#[test]
fn without_authority_only_its_own_clients_are_refused() {
    let mut bench = Bench::new(false, vec![]);
    bench.bind(1, NOW);
    for request in [Request::InitReboot(ip(11)), Request::InitReboot(ip(99)), Request::Renewing(ip(10))] {
        assert_eq!(bench.request(2, request, NOW), Verdict::Silent, "{request:?}");
    }
    assert_eq!(bench.request(1, Request::InitReboot(ip(99)), NOW), Verdict::Refused);
    assert_eq!(bench.request(2, Request::Selecting(ip(10)), NOW), Verdict::Refused);
}

#[test]
fn a_client_that_is_not_known_keeps_its_free_address_unless_it_has_started_again() {
    let mut bench = Bench::new(true, vec![]);
    assert_eq!(granted(&bench.request(1, Request::Renewing(ip(11)), NOW)), Some(11));
    assert_eq!(granted(&bench.request(2, Request::Selecting(ip(12)), NOW)), Some(12));
    assert_eq!(bench.request(3, Request::InitReboot(ip(10)), NOW), Verdict::Refused);
}

#[test]
fn a_client_that_starts_again_keeps_what_it_has_or_had() {
    let mut bench = Bench::new(true, vec![bound(1, 10, NOW + HOUR), bound(2, 11, NOW - HOUR)]);
    assert_eq!(granted(&bench.request(1, Request::InitReboot(ip(10)), NOW)), Some(10));
    assert_eq!(granted(&bench.request(2, Request::InitReboot(ip(11)), NOW)), Some(11));
}

#[test]
fn what_is_given_back_is_free_at_once_and_its_clients_first() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind_three();
    assert_eq!(bench.release(2, 10, NOW), None, "it is another's");
    assert_eq!(bench.release(1, 10, NOW), Some(LeaseChange::Remove(ip(10))));
    assert_eq!(bench.release(1, 10, NOW), None);
    assert_eq!(bench.offer(1, None, NOW), Some(10));
    assert_eq!(bench.offer(4, None, NOW), None);
    assert_eq!(bench.offer(4, None, NOW + Duration::MINUTE), Some(10));
}

#[test]
fn a_declined_address_is_kept_out_for_a_day() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind_three();
    assert_eq!(bench.decline(2, 10, NOW), None, "it is another's");
    let declined = Lease { state: LeaseState::Declined, ..bound(1, 10, NOW + Duration::DAY) };
    assert_eq!(bench.decline(1, 10, NOW), Some(LeaseChange::Put(declined)));
    assert_eq!(bench.offer(1, Some(10), NOW), None);
    assert_eq!(bench.request(1, Request::Selecting(ip(10)), NOW), Verdict::Refused);
    let day = NOW + Duration::DAY;
    let almost = day - Duration::SECOND;
    (2..=3).for_each(|client| {
        assert!(granted(&bench.request(client, Request::Renewing(ip(9 + client)), almost)).is_some());
    });
    assert_eq!(bench.offer(4, None, almost), None);
    assert_eq!(bench.offer(4, None, day), Some(10));
}

#[test]
fn what_somebody_uses_without_a_lease_is_nobodys_for_a_day() {
    let mut bench = Bench::new(true, vec![]);
    assert_eq!(bench.offer(1, None, NOW), Some(10));
    let (nobody, expires) = (ClientKey::new([0]).unwrap(), NOW + Duration::DAY);
    let aside = Lease { address: ip(10), client: nobody, mac: None, expires, state: LeaseState::Declined };
    assert_eq!(bench.leases.put_aside(ip(10), NOW), Some(LeaseChange::Put(aside.clone())));
    assert_eq!(bench.leases.put_aside(ip(10), NOW), None, "it is already");
    assert_eq!(bench.leases.list(NOW), [aside]);
    assert_eq!(bench.request(1, Request::Selecting(ip(10)), NOW), Verdict::Refused);
    assert_eq!(bench.offer(1, Some(10), NOW), Some(11));
    assert_eq!(bench.offer(2, Some(10), expires), Some(10));
}

#[test]
fn what_is_leased_or_not_ours_to_give_is_not_put_aside() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind(1, NOW);
    bench.leases.keep_off(ip(11));
    for address in [10, 11, 99] {
        assert_eq!(bench.leases.put_aside(ip(address), NOW), None, "{address}");
    }
    assert!(bench.leases.put_aside(ip(10), NOW + HOUR).is_some(), "the lease has ended");
}

#[test]
fn an_offer_says_whether_the_phone_has_the_address() {
    let mut bench = Bench::new(true, vec![bound(9, 11, NOW - HOUR)]);
    let mut taken = |name: u8, mac: Option<Mac>, now| {
        let key = key(name);
        let client = Client { key: &key, mac };
        let offer = bench.leases.offer(&client, None, bench.id, now).unwrap();
        let verdict = bench.leases.request(&client, Request::Selecting(offer.address), bench.id, now);
        assert!(granted(&verdict).is_some());
        (offer.address.octets()[3], offer.bound)
    };
    assert_eq!(taken(9, None, NOW), (11, false), "it had it once");
    assert_eq!(taken(9, None, NOW), (11, true));
    assert_eq!(taken(2, Some(PHONE), NOW), (50, false));
    assert_eq!(taken(3, Some(PHONE), NOW), (50, true), "by another name");
    assert_eq!(taken(9, None, NOW + HOUR), (11, false), "the lease has ended");
}

#[test]
fn an_administrator_ends_leases_and_the_time_of_declined_addresses() {
    let mut bench = Bench::new(true, vec![]);
    bench.bind_three();
    bench.decline(1, 10, NOW);
    for address in [10, 11] {
        assert_eq!(bench.leases.remove(ip(address), NOW), Some(LeaseChange::Remove(ip(address))));
        assert_eq!(bench.leases.remove(ip(address), NOW), None);
    }
    assert_eq!(bench.leases.list(NOW), [bound(3, 12, NOW + HOUR)]);
    assert_eq!(bench.leases.remove(ip(12), NOW + HOUR), None, "it has ended of itself");
}

#[test]
fn an_offer_is_freed_when_the_client_takes_another_servers() {
    let mut bench = Bench::new(true, vec![]);
    (1..=3).for_each(|client| assert!(bench.offer(client, None, NOW).is_some()));
    bench.leases.decline_offer(&Client { key: &key(1), mac: None }, bench.id, NOW);
    assert_eq!(bench.offer(4, None, NOW), Some(10));
    bench.bind(2, NOW);
    bench.leases.decline_offer(&Client { key: &key(2), mac: None }, bench.id, NOW);
    assert_eq!(bench.offer(5, None, NOW), None, "a lease is no offer");
}

#[test]
fn a_phone_gets_what_is_reserved_for_it_by_whatever_name_it_calls_itself() {
    let mut bench = Bench::new(true, vec![]);
    for name in [1, 2] {
        let key = key(name);
        let phone = Client { key: &key, mac: Some(PHONE) };
        assert_eq!(offered(bench.leases.offer(&phone, Some(ip(10)), bench.id, NOW)), Some(ip(50)));
        let verdict = bench.leases.request(&phone, Request::Selecting(ip(50)), bench.id, NOW);
        assert_eq!(granted(&verdict), Some(50));
    }
}

#[test]
fn a_phone_with_another_address_is_sent_to_the_one_reserved_for_it() {
    let mut bench = Bench::new(true, vec![bound(1, 10, NOW + HOUR)]);
    let key = key(1);
    let phone = Client { key: &key, mac: Some(PHONE) };
    let renewal = bench.leases.request(&phone, Request::Renewing(ip(10)), bench.id, NOW);
    assert_eq!(renewal, Verdict::Refused);
    assert_eq!(offered(bench.leases.offer(&phone, None, bench.id, NOW)), Some(ip(50)));
}

#[test]
fn while_somebody_has_the_reserved_address_the_phone_gets_another() {
    let mut bench = Bench::new(true, vec![bound(9, 50, NOW + HOUR)]);
    let key = key(1);
    let phone = Client { key: &key, mac: Some(PHONE) };
    assert_eq!(offered(bench.leases.offer(&phone, None, bench.id, NOW)), Some(ip(10)));
    assert_eq!(offered(bench.leases.offer(&phone, None, bench.id, NOW + HOUR)), Some(ip(50)));
}

#[test]
fn the_servers_own_address_is_given_to_nobody() {
    let mut bench = Bench::new(true, vec![]);
    bench.leases.keep_off(ip(10));
    bench.leases.keep_off(ip(200));
    assert_eq!(bench.offer(1, Some(10), NOW), Some(11));
    assert_eq!(bench.request(2, Request::Renewing(ip(10)), NOW), Verdict::Refused);
    assert_eq!(bench.leases.list(NOW).len(), 0);
}

#[test]
fn leases_of_addresses_that_are_in_no_pool_are_forgotten() {
    let mut bench = Bench::new(true, vec![bound(1, 99, NOW + HOUR)]);
    assert_eq!(bench.leases.list(NOW), []);
    assert_eq!(bench.request(1, Request::Renewing(ip(99)), NOW), Verdict::Refused);
    assert_eq!(bench.offer(1, None, NOW), Some(10));
}

#[test]
fn a_clock_at_its_end_gives_leases_that_end_there() {
    let mut bench = Bench::new(true, vec![]);
    let end = time::PrimitiveDateTime::MAX.assume_utc();
    assert_eq!(bench.offer(1, None, end), Some(10));
    assert_eq!(granted(&bench.request(1, Request::Selecting(ip(10)), end)), Some(10));
}

#[test]
fn a_clock_that_is_set_back_blocks_no_address_and_ends_no_lease() {
    let mut bench = Bench::new(true, vec![]);
    let later = NOW + 1000 * HOUR;
    bench.bind(1, later);
    bench.bind(2, later);
    bench.release(2, 11, later).unwrap();
    assert_eq!(bench.offer(3, None, later), Some(12));
    assert_eq!(bench.offer(4, None, NOW), Some(11), "it was given back");
    assert_eq!(bench.offer(5, None, NOW), None);
    assert_eq!(bench.leases.list(NOW), [bound(1, 10, NOW + HOUR)]);
    let late: Vec<_> = (5..=7).map(|client| bench.offer(client, None, NOW + Duration::seconds(30))).collect();
    assert_eq!(late, [Some(11), Some(12), None], "nobody took them");
    assert_eq!(bench.request(9, Request::Renewing(ip(10)), NOW + HOUR - Duration::SECOND), Verdict::Refused);
    assert_eq!(granted(&bench.request(9, Request::Renewing(ip(10)), NOW + HOUR)), Some(10));
}

#[test]
fn an_address_that_turns_out_to_be_the_servers_own_is_no_clients_any_more() {
    let mut bench = Bench::new(true, vec![bound(1, 10, NOW + HOUR)]);
    bench.leases.keep_off(ip(10));
    assert_eq!(bench.request(1, Request::Renewing(ip(10)), NOW), Verdict::Refused);
    assert_eq!(bench.offer(1, Some(10), NOW), Some(11));
    let end = time::PrimitiveDateTime::MAX.assume_utc();
    let offers: Vec<_> = (2..=9).filter_map(|client| bench.offer(client, None, end)).collect();
    assert!(!offers.contains(&10), "not at the end of time either: {offers:?}");
}

#[test]
fn one_phone_gets_no_more_than_its_share_whatever_it_calls_itself() {
    let range = || vec![Ipv4Addr::new(10, 0, 1, 1)..=Ipv4Addr::new(10, 0, 1, 100)];
    let subnet = Subnet {
        network: "10.0.1.0/24".parse().unwrap(),
        ranges: range(),
        reservations: HashMap::new(),
        lease_time: std::time::Duration::from_secs(3600),
        routers: vec![],
    };
    let pools = Pools::new(vec![subnet], LeaseSettings::default()).unwrap();
    let id = pools.find(*range()[0].start()).unwrap();
    let mut leases = Leases::new(&pools, vec![]);
    let offer = |leases: &mut Leases, name: u8, mac, now| {
        let key = key(name);
        leases.offer(&Client { key: &key, mac: Some(mac) }, None, id, now)
    };
    for name in 0..16 {
        let key = key(name);
        let phone = Client { key: &key, mac: Some(PHONE) };
        let address = leases.offer(&phone, None, id, NOW).unwrap().address;
        // Offered, leased, declined: each counts.
        match name % 3 {
            0 => {}
            1 => drop(granted(&leases.request(&phone, Request::Selecting(address), id, NOW)).unwrap()),
            _ => drop(leases.decline(&phone, address, NOW).unwrap()),
        }
    }
    assert_eq!(offer(&mut leases, 99, PHONE, NOW), None);
    let (first, unknown) = (key(0), key(99));
    assert!(offer(&mut leases, 0, PHONE, NOW).is_some(), "what it was offered it can have");
    let phone = Client { key: &unknown, mac: Some(PHONE) };
    let free = Ipv4Addr::new(10, 0, 1, 90);
    assert_eq!(leases.request(&phone, Request::Renewing(free), id, NOW), Verdict::Refused);
    assert!(offer(&mut leases, 98, Mac([2; 6]), NOW).is_some(), "others are not kept waiting");
    assert!(leases.has_or_was_offered(&Client { key: &first, mac: Some(PHONE) }, *range()[0].start()));
    assert!(offer(&mut leases, 99, PHONE, NOW + HOUR).is_some(), "when some have ended there is room");
}

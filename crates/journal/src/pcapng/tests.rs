use super::*;
use crate::{Filter, Journal, Limits, sample};
use lync_model::journal::Journal as _;
use lync_net::{EndedConnection, Wire};
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::{Block, PcapNgReader};
use std::time::Duration;

const NOON_MICROS: u64 = 1_767_268_800_000_000;

/// What a capture holds: the key logs, then the packets. Each must be where it may be.
fn read(capture: &[u8]) -> (Vec<String>, Vec<EnhancedPacketBlock<'static>>) {
    let mut reader = PcapNgReader::new(capture).unwrap();
    let (mut secrets, mut packets) = (Vec::new(), Vec::new());
    while let Some(block) = reader.next_block() {
        match block.unwrap() {
            Block::InterfaceDescription(interface) => assert_eq!(u32::from(interface.linktype), 101),
            Block::EnhancedPacket(packet) => packets.push(packet.into_owned()),
            Block::Unknown(block) => {
                assert_eq!((block.type_, &block.value[..4]), (10, &b"KSLT"[..]));
                assert!(packets.is_empty(), "keys come before packets");
                let length = u32::from_le_bytes(block.value[4..8].try_into().unwrap());
                let lines = block.value[8..][..usize::try_from(length).unwrap()].to_vec();
                secrets.push(String::from_utf8(lines).unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
    (secrets, packets)
}

/// Ports, numbers, flags and payload of TCP in IPv4, with both checksums checked.
#[derive(Debug, PartialEq)]
struct Segment {
    from: u16,
    sequence: u32,
    acknowledged: u32,
    flags: u8,
    payload: Vec<u8>,
}

fn segment(packet: &[u8]) -> Segment {
    assert_eq!((packet[0], packet[9]), (0x45, 6));
    assert_eq!(usize::from(u16::from_be_bytes([packet[2], packet[3]])), packet.len());
    assert_eq!(ones(&packet[..20]), 0xffff);
    let length = u16::try_from(packet.len() - 20).unwrap().to_be_bytes();
    assert_eq!(ones(&[&packet[12..20], &[0, 6], &length, &packet[20..]].concat()), 0xffff);
    let tcp = &packet[20..];
    let number = |at: usize| u32::from_be_bytes(tcp[at..at + 4].try_into().unwrap());
    Segment {
        from: u16::from_be_bytes([tcp[0], tcp[1]]),
        sequence: number(4),
        acknowledged: number(8),
        flags: tcp[13],
        payload: tcp[usize::from(tcp[12] >> 4) * 4..].to_vec(),
    }
}

/// The ones' complement sum of 16-bit words.
fn ones(bytes: &[u8]) -> u32 {
    let words =
        bytes.chunks(2).map(|word| u32::from(word[0]) << 8 | word.get(1).map_or(0, |low| u32::from(*low)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    sum
}

fn observed(ended: EndedConnection) -> std::sync::Arc<Journal> {
    let journal = sample::journal();
    journal.observer("https", true).ended(ended);
    journal
}

fn segments(ended: EndedConnection) -> Vec<Segment> {
    let (_, packets) = read(&observed(ended).pcapng(&Filter::default()));
    packets.iter().map(|packet| segment(&packet.data)).collect()
}

#[test]
fn a_connection_is_a_conversation_whose_numbers_add_up() {
    let large = vec![7; 3000];
    let segments = segments(sample::ended(9, &[(false, b"hello"), (true, &large), (false, b"bye")]));
    let flags: Vec<_> = segments.iter().map(|segment| segment.flags).collect();
    assert_eq!(flags, [0x02, 0x12, 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x11, 0x11, 0x10]);
    let lengths: Vec<_> = segments.iter().map(|segment| segment.payload.len()).collect();
    assert_eq!(lengths, [0, 0, 0, 5, 1460, 1460, 80, 3, 0, 0, 0]);
    // What each end has sent so far, SYN and FIN included, is its number and what the other acknowledges.
    let mut next = [segments[0].sequence, segments[1].sequence];
    for (at, segment) in segments.iter().enumerate() {
        let us = usize::from(segment.from == 443);
        assert_eq!(segment.sequence, next[us], "{at}");
        assert_eq!(segment.acknowledged, if at == 0 { 0 } else { next[1 - us] }, "{at}");
        let counted = u32::from(segment.flags & 0x03 != 0) + u32::try_from(segment.payload.len()).unwrap();
        next[us] = next[us].wrapping_add(counted);
    }
    let said: Vec<u8> =
        segments.iter().filter(|segment| segment.from != 443).flat_map(|s| s.payload.clone()).collect();
    assert_eq!(said, b"hellobye");
}

#[test]
fn packets_stand_in_the_order_of_time() {
    let journal = sample::journal();
    let watch = journal.observer("https", true);
    watch.ended(sample::ended(2, &[(false, b"a")]));
    watch.ended(EndedConnection { duration: Duration::from_secs(1), ..sample::ended(1, &[(false, b"b")]) });
    let (_, packets) = read(&journal.pcapng(&Filter::default()));
    // The reader takes its own unit for the timestamp; ours are microseconds.
    let times: Vec<_> = packets.iter().map(|packet| packet.timestamp.as_nanos()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(u64::try_from(times[0]).unwrap(), NOON_MICROS - 1_000_000);
    assert_eq!(u64::try_from(times[times.len() - 1]).unwrap(), NOON_MICROS);
    assert_eq!(packets.len(), 14);
}

#[test]
fn a_reset_ends_by_rst_and_a_connection_that_was_cut_does_not_end() {
    let reset = |by: &str| {
        let reset = !by.contains("peer");
        EndedConnection { failed: Some(by.to_owned()), reset, ..sample::ended(1, &[]) }
    };
    let flags = |ended| segments(ended).into_iter().map(|segment| segment.flags).collect::<Vec<_>>();
    assert_eq!(flags(reset("the gate reset it")), [0x02, 0x12, 0x10, 0x14]);
    assert_eq!(segments(reset("the gate reset it"))[3].from, 443);
    assert_eq!(segments(reset("the TLS handshake failed: connection reset by peer"))[3].from, 50_000);
    let whole = sample::ended(1, &[(false, b"a")]);
    let cut = EndedConnection { wire: Wire { cut: true, ..whole.wire.clone() }, ..whole };
    assert_eq!(flags(cut.clone()), [0x02, 0x12, 0x10, 0x18]);
    let (_, packets) = read(&observed(cut).pcapng(&Filter::default()));
    let comment = EnhancedPacketOption::Comment("lyncmock kept no more of this connection".into());
    assert_eq!(packets[3].options, [comment]);
}

#[test]
fn ipv6_is_ipv6_and_what_only_looks_like_it_is_ipv4() {
    let of = |peer: &str, local: &str| {
        let ended = EndedConnection {
            peer: peer.parse().unwrap(),
            local: local.parse().unwrap(),
            ..sample::ended(1, &[(false, b"odd")])
        };
        read(&observed(ended).pcapng(&Filter::default())).1
    };
    for packet in of("[::ffff:10.0.0.2]:5000", "[::ffff:10.0.0.1]:443") {
        segment(&packet.data);
    }
    for packet in of("[fd00::2]:5000", "[fd00::1]:443") {
        let data = &packet.data;
        assert_eq!((data[0], data[6]), (0x60, 6));
        assert_eq!(usize::from(u16::from_be_bytes([data[4], data[5]])), data.len() - 40);
        let length = u32::try_from(data.len() - 40).unwrap().to_be_bytes();
        assert_eq!(ones(&[&data[8..40], &length, &[0, 0, 0, 6], &data[40..]].concat()), 0xffff);
    }
}

#[test]
fn datagrams_are_udp_between_the_real_ports() {
    let journal = sample::journal();
    let mut ack = sample::from("dhcp.ack", "127.0.0.1:40000");
    ack.local = Some("127.0.0.1:10067".parse().unwrap());
    ack.duration_us = 250;
    ack.raw = Some(Raw::Datagram { request: "010203".to_owned(), replies: vec!["04".to_owned(); 2] });
    journal.record(ack);
    journal.record(sample::entry("dhcp.dropped"));
    let (_, packets) = read(&journal.pcapng(&Filter::event("dhcp.*")));
    let told: Vec<_> = packets
        .iter()
        .map(|packet| {
            let data = &packet.data;
            let port = |at: usize| u16::from_be_bytes([data[at], data[at + 1]]);
            let length = port(24).to_be_bytes();
            assert_eq!(ones(&[&data[12..20], &[0, 17], &length, &data[20..]].concat()), 0xffff);
            (port(20), port(22), data[28..].to_vec(), packet.timestamp.as_nanos())
        })
        .collect();
    let (asked, answered) = (u128::from(NOON_MICROS), u128::from(NOON_MICROS) + 250);
    assert_eq!(
        told,
        [
            (40000, 10067, vec![1, 2, 3], asked),
            (10067, 40000, vec![4], answered),
            (10067, 40000, vec![4], answered)
        ]
    );
}

/// The beginning of a ClientHello with this random.
fn hello(random: u8) -> Vec<u8> {
    let mut hello = vec![22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3];
    hello.extend([random; 32]);
    hello
}

#[test]
fn the_keys_of_the_exported_connections_come_first_and_no_others() {
    let journal = sample::with(Limits { tls_keys: true, ..Limits::default() });
    let keys = journal.key_log().unwrap();
    for random in [1, 2, 3] {
        keys.log("CLIENT_RANDOM", &[random; 32], &[random; 48]);
    }
    let watch = journal.observer("https", true);
    watch.ended(sample::ended(1, &[(false, &hello(1)[..20]), (false, &hello(1)[20..])]));
    watch.ended(sample::ended(2, &[(false, &hello(2))]));
    let line = |random: &str| format!("CLIENT_RANDOM {} {}\n", random.repeat(32), random.repeat(48));
    let (secrets, packets) = read(&journal.pcapng(&Filter::default()));
    assert_eq!(secrets, [line("01") + &line("02")]);
    assert!(!packets.is_empty());
    let (secrets, _) = read(&journal.pcapng(&Filter::default().since(1)));
    assert_eq!(secrets, [line("02")]);
}

#[test]
fn without_tls_keys_there_is_neither_a_key_log_nor_a_block() {
    let journal = observed(sample::ended(1, &[(false, &hello(1))]));
    assert!(journal.key_log().is_none());
    assert_eq!(read(&journal.pcapng(&Filter::default())).0, Vec::<String>::new());
}

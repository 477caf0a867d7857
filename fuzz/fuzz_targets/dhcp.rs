//! A DHCP datagram of any bytes, at a server of any settings.

#![no_main]

#[path = "../../crates/dhcp/tests/corpus/packet.rs"]
mod packet;

libfuzzer_sys::fuzz_target!(|input: &[u8]| packet::check(input));

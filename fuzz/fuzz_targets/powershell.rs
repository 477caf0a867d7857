//! A script of any text, in a shell with a few cmdlets.

#![no_main]

#[path = "../../crates/powershell/tests/language/script.rs"]
mod script;
#[path = "../../crates/powershell/tests/language/support.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod support;

libfuzzer_sys::fuzz_target!(|input: &[u8]| script::check(&String::from_utf8_lossy(input)));

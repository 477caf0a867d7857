//! What the tests share.

use crate::{KeyKind, Pool, PoolNames};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);

/// The content (DER) of a file in fixtures/csr.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../../fixtures/csr/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    pem::parse(text).unwrap().into_contents()
}

pub(crate) fn names() -> PoolNames {
    PoolNames::new("atl-cs-001.litwareinc.com", "litwareinc.com").and_loopback()
}

pub(crate) fn pool() -> Pool {
    Pool::generate(&names(), KeyKind::P256, NOW).unwrap()
}

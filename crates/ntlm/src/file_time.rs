//! FILETIME: ticks of 100 ns since 1601.

use time::OffsetDateTime;
use time::macros::datetime;

const EPOCH: OffsetDateTime = datetime!(1601-01-01 00:00 UTC);

/// The time as Windows writes it; 1601 for anything earlier.
pub(crate) fn from_time(time: OffsetDateTime) -> [u8; 8] {
    let ticks = (time - EPOCH).whole_nanoseconds() / 100;
    u64::try_from(ticks).unwrap_or(0).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_count_from_1601() {
        assert_eq!(from_time(datetime!(1970-01-01 00:00 UTC)), 116_444_736_000_000_000_u64.to_le_bytes());
        assert_eq!(from_time(datetime!(1600-12-31 00:00 UTC)), [0; 8]);
    }
}

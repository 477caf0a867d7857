//! How often one client is listened to.

use std::{
    collections::HashMap,
    mem,
    time::{Duration, Instant},
};

/// Messages that a client can send at once: a phone that starts sends four, and repeats what is not answered.
const BURST: u32 = 50;
/// The time in which a client may send one message more: 20 a second.
const REFILL: Duration = Duration::from_millis(50);
/// The most clients of one generation. Addresses are easily made up; two generations cost a megabyte.
const MAX_CLIENTS: usize = 8192;

/// A client's hardware address: type, length, and chaddr as far as it goes, then zeros.
pub(crate) type Hardware = [u8; 18];

/// A bucket of tokens for each client that was heard lately.
///
/// Clients move from the former generation to the present one when they are heard. So the quiet ones are forgotten
/// without a search, and their buckets are full again by then, unless made-up addresses drive them out.
#[derive(Debug)]
pub(crate) struct Limiter {
    present: HashMap<Hardware, Bucket>,
    former: HashMap<Hardware, Bucket>,
    since: Instant,
}

/// When the bucket is full again; each message moves it away by [`REFILL`].
type Bucket = Instant;

impl Limiter {
    pub(crate) fn new(now: Instant) -> Self {
        Self { present: HashMap::new(), former: HashMap::new(), since: now }
    }

    /// Whether a message of the client is listened to.
    pub(crate) fn admits(&mut self, client: &Hardware, now: Instant) -> bool {
        if self.present.len() >= MAX_CLIENTS || now.saturating_duration_since(self.since) > BURST * REFILL {
            self.former = mem::take(&mut self.present);
            self.since = now;
        }
        let known = self.present.get(client).or_else(|| self.former.get(client)).copied();
        let full = known.unwrap_or(now).max(now);
        let admitted = full.saturating_duration_since(now) + REFILL <= BURST * REFILL;
        self.present.insert(*client, if admitted { full + REFILL } else { full });
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: u16) -> Hardware {
        let mut client = [0; 18];
        client[..2].copy_from_slice(&number.to_be_bytes());
        client
    }

    fn admitted(limiter: &mut Limiter, from: u16, now: Instant) -> u32 {
        (0..1000).map(|_| u32::from(limiter.admits(&client(from), now))).sum()
    }

    #[test]
    fn fifty_at_once_and_twenty_a_second() {
        let now = Instant::now();
        let mut limiter = Limiter::new(now);
        assert_eq!(admitted(&mut limiter, 1, now), 50);
        assert_eq!(admitted(&mut limiter, 2, now), 50);
        assert_eq!(admitted(&mut limiter, 1, now + Duration::from_secs(1)), 20);
        assert_eq!(admitted(&mut limiter, 1, now + Duration::from_mins(1)), 50);
    }

    #[test]
    fn whoever_goes_on_is_not_forgotten_and_the_number_is_bounded() {
        let now = Instant::now();
        let mut limiter = Limiter::new(now);
        admitted(&mut limiter, u16::MAX, now);
        for number in 0..40_000 {
            limiter.admits(&client(number), now);
            if number % 1000 == 0 {
                assert!(!limiter.admits(&client(u16::MAX), now), "{number}");
            }
        }
        assert!(limiter.present.len() + limiter.former.len() <= 2 * MAX_CLIENTS);
    }
}

//! The keys of TLS connections, as Wireshark reads them.

use crate::Limits;
use crate::kept::MAX_OPEN;
use std::collections::{HashMap, VecDeque};
use std::fmt::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most secrets that one connection makes: TLS 1.3 has five, and one more for each change of keys.
const MAX_LINES: usize = 16;

/// The client random of a connection: it names the connection in a key log.
pub(crate) type ClientRandom = [u8; 32];

/// The secrets of connections in the form of NSS's key log, one line each. The oldest connection gives way.
pub(crate) struct Keys {
    capacity: usize,
    kept: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    by_random: HashMap<ClientRandom, Vec<String>>,
    order: VecDeque<ClientRandom>,
}

impl Keys {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { capacity: limits.connections.saturating_add(MAX_OPEN), kept: Mutex::default() }
    }

    /// The lines of the connection that began with this random.
    pub(crate) fn of(&self, random: &ClientRandom) -> Vec<String> {
        self.lock().by_random.get(random).cloned().unwrap_or_default()
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Lines::default();
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        // A connection that is in one of the two alone is at worst dropped early.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl rustls::KeyLog for Keys {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let Ok(random) = ClientRandom::try_from(client_random) else {
            return;
        };
        let mut kept = self.lock();
        if !kept.by_random.contains_key(&random) {
            kept.order.push_back(random);
        }
        if kept.order.len() > self.capacity
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.by_random.remove(&oldest);
        }
        let lines = kept.by_random.entry(random).or_default();
        if lines.len() < MAX_LINES {
            lines.push(format!("{label} {} {}\n", hex(client_random), hex(secret)));
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys of {} connections", self.lock().order.len())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The client random of the ClientHello that a connection began with.
///
/// RFC 8446 section 5.1 and 4.1.2: type 22, version, length; then type 1, length of three bytes, version, random.
pub(crate) fn client_random(received: &[u8]) -> Option<ClientRandom> {
    let is_client_hello = received.first() == Some(&22) && received.get(5) == Some(&1);
    let random = received.get(11..43).filter(|_| is_client_hello)?;
    random.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::KeyLog;

    fn keys(connections: usize) -> Keys {
        Keys::new(&Limits { connections, ..Limits::default() })
    }

    fn random(number: usize) -> ClientRandom {
        let mut random = [0; 32];
        random[..8].copy_from_slice(&number.to_be_bytes());
        random
    }

    #[test]
    fn a_secret_is_a_line_of_nss_key_log() {
        let keys = keys(1);
        keys.log("CLIENT_RANDOM", &[0xab; 32], &[1, 2]);
        assert_eq!(keys.of(&[0xab; 32]), [format!("CLIENT_RANDOM {} 0102\n", "ab".repeat(32))]);
        assert!(keys.of(&[0xac; 32]).is_empty());
    }

    #[test]
    fn the_oldest_connection_gives_way_and_no_connection_has_many_lines() {
        let keys = keys(1);
        for number in 0..=MAX_OPEN + 1 {
            keys.log("CLIENT_RANDOM", &random(number), &[1]);
        }
        assert!(keys.of(&random(0)).is_empty());
        assert!(!keys.of(&random(1)).is_empty());
        for _ in 0..100 {
            keys.log("X", &random(1), &[1]);
        }
        assert_eq!(keys.of(&random(1)).len(), MAX_LINES);
        keys.clear();
        assert!(keys.of(&random(1)).is_empty());
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = keys(1);
        keys.log("CLIENT_RANDOM", &[0xab; 32], &[0xcd; 48]);
        assert_eq!(format!("{keys:?}"), "Keys of 1 connections");
    }

    #[test]
    fn only_a_client_hello_has_a_client_random() {
        let mut hello = vec![22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3];
        hello.extend([7; 32]);
        assert_eq!(client_random(&hello), Some([7; 32]));
        assert_eq!(client_random(&hello[..42]), None);
        hello[0] = 23;
        assert_eq!(client_random(&hello), None);
    }
}

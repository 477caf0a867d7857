//! What a request turns out to be about while it is answered: the ground of its note in the journal.

use lync_model::SipUri;
use lync_model::journal::Device;
use std::collections::BTreeMap;

/// The longest line that a note repeats, in characters. Whatever is learned comes from the peer.
const MAX_LINE: usize = 256;

/// Who asks and what for, as far as it is known by now. Neither PIN nor ticket nor key is ever among it.
#[derive(Default)]
pub(crate) struct Learned {
    /// Who asks.
    pub(crate) device: Device,
    /// What was in the request and in the answer, by name.
    pub(crate) decoded: BTreeMap<String, String>,
}

impl Learned {
    /// What was typed, when it is somebody's number.
    pub(crate) fn phone_or_ext(&mut self, typed: &str) {
        self.device.phone_or_ext = Some(one_line(typed));
    }

    /// The user.
    pub(crate) fn user(&mut self, user: &SipUri) {
        self.device.user = Some(user.to_string());
    }

    /// Something else, by name.
    pub(crate) fn says(&mut self, name: &str, value: &str) {
        self.decoded.insert(name.to_owned(), one_line(value));
    }
}

/// The beginning of a text, on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().take(MAX_LINE).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_peer_says_stays_on_one_short_line() {
        assert_eq!(one_line("a\r\nb"), "a  b");
        assert_eq!(one_line(&"é".repeat(1000)), "é".repeat(256));
    }
}

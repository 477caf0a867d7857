//! An option taken apart, as far as it can be, with Microsoft's names.

use super::values;
use crate::dhcp::uc_client::name;
use crate::dhcp::{SipServers, SubOptions};

/// The most rows of a listing.
const MAX_ROWS: usize = 64;

/// One row of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it stands, in bytes from the start of the payload.
    pub at: usize,
    /// The code of the sub-option; of option 120 the encoding.
    pub code: u8,
    /// Microsoft's name of it.
    pub name: &'static str,
    /// Its value, printable and at most 80 bytes of it.
    pub value: String,
}

/// The sub-options of an option 43, as far as it can be divided, at most 64.
pub fn list_43(payload: &[u8]) -> Vec<Listed> {
    let read = SubOptions::new(payload).map_while(Result::ok).take(MAX_ROWS);
    let named = |code: u8| if code == 10 { "VoiceVLAN" } else { name(code) };
    read.map(|sub| Listed {
        at: sub.offset,
        code: sub.code,
        name: named(sub.code),
        value: values::excerpt(sub.value),
    })
    .collect()
}

/// The servers of an option 120 that can be read, at most 64.
pub fn list_120(payload: &[u8]) -> Vec<Listed> {
    let Ok(servers) = SipServers::decode(payload) else { return Vec::new() };
    let mut rows = Vec::new();
    let mut at = 1;
    for server in servers.as_names() {
        rows.push(Listed { at, code: 0, name: "UCSipServer", value: server.to_string() });
        at += server.as_str().len() + 2;
    }
    for server in servers.as_addresses() {
        rows.push(Listed { at, code: 1, name: "UCSipServer", value: server.to_string() });
        at += 4;
    }
    rows.truncate(MAX_ROWS);
    rows
}

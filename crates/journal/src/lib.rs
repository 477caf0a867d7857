//! The journal: what happened on every protocol, kept within bounds, to be asked, waited for, verified and exported.
//!
//! ```text
//! parts ── record(Entry) ──┐
//!                          ├─► Journal ─► entries, devices, wait, verify, JSON Lines, HAR, pcapng
//! listeners ── observer ───┘      │
//!                                 └─► rules: happened (for `after` and `until`)
//! ```
//!
//! What is kept holds no PIN, no password and no key: headers with credentials and elements with secrets are replaced
//! by `****` before an entry is made. What went over the wire below TLS is kept as it was; the keys that open it are
//! kept only where [`Limits::tls_keys`] says so, and then an export shows all that the peers said, PINs included.

mod devices;
mod directory;
mod exchange;
mod filter;
mod har;
mod journal;
mod kept;
mod keys;
mod missed;
mod observer;
mod pcapng;
mod redact;
#[cfg(test)]
mod sample;
mod verify;
mod wait;
mod words;

pub use devices::DeviceSession;
pub use directory::Directory;
pub use filter::{Filter, FilterError};
pub use journal::{Journal, Limits};
pub use missed::{Difference, Missed, NearestMiss};
pub use verify::{Sequence, Unmet, Verification};

//! The web ticket: what it says, how it is signed, and how a client presents it.

mod assertion;
mod certificate_header;
mod error;
mod key;
mod p_sha1;
mod ticket_header;
mod timestamp;

pub use assertion::{ASSERTION_ID_PREFIX, AuthenticationMethod, Confirmation, WebTicket};
pub use certificate_header::CertificateHeader;
pub use error::TicketError;
pub use key::TicketKey;
pub use p_sha1::p_sha1;
pub use ticket_header::{PresentedTicket, TicketHeader};

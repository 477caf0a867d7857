//! WS-Trust 1.3 as the Web Ticket service speaks it.

mod lifetime;
mod namespace;
mod request;
mod response;

pub use lifetime::Lifetime;
pub use namespace::TrustNamespace;
pub use request::{ENTROPY_LENGTH, IssueTokenRequest, KeyType, TokenType};
pub use response::{IssueTokenResponse, Proof, ReceivedToken};

use lync_xml::Element;

/// The WS-Trust namespace of this element, with or without the trailing slash; `None` if it is of another.
pub(crate) fn trust_namespace(element: Element<'_>) -> Option<&'static str> {
    TrustNamespace::of(element).map(TrustNamespace::uri)
}

//! XML signatures (<https://www.w3.org/TR/xmldsig-core1/>) as WS-Security and SAML 1.1 use them.
//!
//! References are same-document (`#id`), canonicalization is exclusive C14N. Everything else is refused by
//! name, because each further transform is a way to sign one thing and show another.

mod algorithm;
mod error;
mod key;
mod sign;
mod verify;

pub use algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use error::SignatureError;
pub use key::{SigningKey, VerifyingKey};
pub use sign::{Reference, sign};
pub use verify::verify;

/// The namespace of `Signature` and its parts.
pub const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// The namespace of `wsu:Id` (WS-Security 1.0).
pub const WSU_NAMESPACE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// The transform that leaves the signature itself out (XML Signature, section 6.6.4).
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// References that one signature may have. WCF writes one or two; each costs a canonicalization.
const MAX_REFERENCES: usize = 8;

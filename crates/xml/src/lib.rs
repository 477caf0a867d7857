//! XML as the Lync web services need it: a bounded tree, exclusive canonicalization and XML signatures.
//!
//! Requests come from anybody on the network, so [`Document::parse`] checks well-formedness and namespaces
//! itself, refuses every DOCTYPE and keeps within [`Limits`]. [`c14n`] and [`dsig`] implement the one
//! canonicalization and the few signature algorithms that Lync clients and servers exchange. [`Writer`]
//! makes the documents that are sent.

pub mod c14n;
mod chars;
mod dom;
pub mod dsig;
mod error;
mod escape;
mod limits;
mod write;

pub use dom::{Attribute, Document, Element};
pub use error::{Problem, XmlError};
pub use escape::{escape_attribute, escape_text};
pub use limits::Limits;
pub use write::Writer;

/// The namespace that the prefix `xml` stands for without being declared (Namespaces in XML 1.0, section 3).
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

//! How much of a document is read before it is refused.

use crate::XmlError;

/// Bounds on a document. What exceeds one of them is refused with the error that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the document in bytes, before anything is decoded.
    pub bytes: usize,
    /// Elements that may be open at the same time; the root counts.
    pub depth: usize,
    /// Attributes of one element, its namespace declarations among them.
    pub attributes: usize,
    /// Elements, runs of text and processing instructions together.
    pub nodes: usize,
}

impl Default for Limits {
    /// 256 KiB, 64 levels, 64 attributes and 20 000 nodes: many times what a phone sends.
    fn default() -> Self {
        Self { bytes: 256 * 1024, depth: 64, attributes: 64, nodes: 20_000 }
    }
}

impl Limits {
    /// The length check, separate because it comes before anything is decoded.
    pub(crate) fn check_bytes(&self, bytes: usize) -> Result<(), XmlError> {
        if bytes > self.bytes { Err(XmlError::TooManyBytes { bytes, limit: self.bytes }) } else { Ok(()) }
    }
}

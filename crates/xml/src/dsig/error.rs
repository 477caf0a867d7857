//! Why a signature was refused or not made.

/// Why a signature was refused or not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Something is missing, misplaced or given twice in the `Signature` element.
    #[error("the signature is not built as it should be: {0}")]
    Structure(&'static str),
    /// A value that should be base64 is not.
    #[error("{0} is not base64")]
    Base64(&'static str),
    /// An algorithm that is not accepted.
    #[error("{kind} {algorithm:?} is not accepted")]
    Unsupported {
        /// What the algorithm is for.
        kind: &'static str,
        /// Its identifier, cut when it is long.
        algorithm: String,
    },
    /// There are no references, or too many.
    #[error("{0} references, where 1 to 8 are allowed")]
    References(usize),
    /// A reference that does not point to an element of the same document by its id.
    #[error("the reference {0:?} is not of the form #id")]
    Uri(String),
    /// No element has the id.
    #[error("no element has the id {0:?}")]
    UnknownId(String),
    /// More than one element has the id, so what was signed and what is read could differ.
    #[error("more than one element has the id {0:?}")]
    DuplicateId(String),
    /// The referenced element is not what was signed.
    #[error("the digest of {0:?} does not match")]
    Digest(String),
    /// The signature was not made by this key, or what was signed has been changed.
    #[error("the signature value does not match")]
    Value,
    /// The algorithm is for another kind of key.
    #[error("the algorithm does not fit the kind of key")]
    WrongKey,
    /// The key cannot be used: neither RSA nor P-256, too short or damaged.
    #[error("the key cannot be used")]
    Key,
}

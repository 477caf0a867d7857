//! Why a ticket or a proof was refused.

use crate::DecodeError;
use lync_xml::dsig::SignatureError;

/// Why a ticket, or the proof that a client adds to it, was refused or could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It is not built as a ticket of this pool is.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Its signature does not verify, or could not be made.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It has no signature, or several.
    #[error("there are {0} signatures where there should be one")]
    Signatures(usize),
    /// The signature is good, but for something else: the mark of a signature wrapping attack.
    #[error("the signature does not cover `{0}`")]
    NotCovered(&'static str),
    /// The signature names another ticket than the one that is presented.
    #[error("the signature refers to another ticket")]
    OtherTicket,
    /// The proof key in the ticket was not wrapped by this pool, or is damaged.
    #[error("the proof key cannot be unwrapped")]
    ProofKey,
    /// The pool's own key cannot be used.
    #[error("the pool's ticket key cannot be used")]
    PoolKey,
}

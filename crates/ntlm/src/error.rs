//! Why no proof was accepted, or none could be given.

/// Why a token was refused. No case quotes what the peer sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NtlmError {
    /// The header names another scheme than Negotiate and NTLM.
    #[error("the scheme is neither Negotiate nor NTLM")]
    Scheme,
    /// The header has more characters of Base64 than are read.
    #[error("the token is longer than {limit} characters")]
    TooLong {
        /// The most that is read, in characters.
        limit: usize,
    },
    /// What follows the scheme is no Base64, or nothing.
    #[error("the token is no Base64")]
    Base64,
    /// A message that cannot be read.
    #[error("malformed {message}: {reason}")]
    Malformed {
        /// Which message.
        message: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// SPNEGO without NTLM among its mechanisms, or a Kerberos token.
    #[error("the peer offers no NTLM, for instance Kerberos alone")]
    KerberosOnly,
    /// A message that has no place here: an AUTHENTICATE that no challenge went before, or whose challenge is spent.
    #[error("no challenge was made for this response")]
    NoChallenge,
    /// A message for the other end.
    #[error("the message is for the other end")]
    Unexpected,

    /// The client gives no name and no proof.
    #[error("anonymous")]
    Anonymous,
    /// An NTLMv1 response, with or without extended session security.
    #[error("an NTLMv1 response; NTLMv2 is required")]
    NtlmV1,
    /// An LM or LMv2 response alone.
    #[error("an LM response alone; NTLMv2 is required")]
    LmOnly,
    /// The response was not made with this password.
    #[error("the response was not made with the user's password")]
    WrongProof,
    /// The message has a MIC that does not match the three messages.
    #[error("the message integrity code does not match the messages")]
    WrongMic,
    /// The response says that the message has a MIC, and it has none.
    #[error("the message integrity code is missing, though the response announces one")]
    MissingMic,
    /// SPNEGO's list of mechanisms is not the one that the client has signed.
    #[error("the mechListMIC does not match the offered mechanisms")]
    WrongMechListMic,

    /// The server offers no NTLMv2: its challenge has no target information.
    #[error("the challenge holds no target information, which NTLMv2 needs")]
    NoTargetInfo,
}

impl NtlmError {
    pub(crate) const fn malformed(message: &'static str, reason: &'static str) -> Self {
        Self::Malformed { message, reason }
    }
}

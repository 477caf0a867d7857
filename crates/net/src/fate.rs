//! Answers that never quite arrive.

/// How a connection ends in place of an answer. As an extension of a response it is executed by the listener.
///
/// ```
/// # use lync_net::Fate;
/// let mut response = http::Response::new(());
/// response.extensions_mut().insert(Fate::Reset);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// No byte of the answer is sent; the peer sees RST.
    Reset,
    /// No byte of the answer is sent; the peer sees FIN, over TLS after close_notify.
    Close,
    /// The head is sent, with the length of the whole body, and half of the body, then FIN, over TLS after
    /// close_notify. Of an answer without a body (that to HEAD is one) half of the head is sent.
    CloseHalfWay,
}

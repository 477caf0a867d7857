//! Carrying out a fate.
//!
//! hyper ends a connection whose service fails without writing a byte of the answer, but it writes none of the head
//! either when a *body* fails in the same breath. So half of an answer is made below hyper: it writes the whole
//! one, as ever, into a stream that holds it back, sends half of it and then fails.

use crate::Fate;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How a connection is to end; set by the request whose answer it is.
pub(super) type Sentence = Arc<OnceLock<Fate>>;

/// A stream that lets half of an answer through once the sentence is [`Fate::CloseHalfWay`].
pub(super) struct Cut<S> {
    stream: S,
    sentence: Sentence,
    /// The answer, as far as it was written.
    held: Vec<u8>,
    /// How much of it is to be sent; known once hyper has written all it has.
    half: Option<usize>,
    /// How much of it has been sent.
    sent: usize,
}

impl<S> Cut<S> {
    pub(super) fn new(stream: S, sentence: Sentence) -> Self {
        Self { stream, sentence, held: Vec::new(), half: None, sent: 0 }
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    fn cuts(&self) -> bool {
        self.sentence.get() == Some(&Fate::CloseHalfWay)
    }

    fn hold(&mut self, bufs: &[io::IoSlice<'_>]) -> usize {
        let before = self.held.len();
        bufs.iter().for_each(|buf| self.held.extend_from_slice(buf));
        self.held.len() - before
    }
}

impl<S: AsyncWrite + Unpin> Cut<S> {
    /// Sends half of what is held. There is no good end: hyper must not think that it could go on.
    fn poll_half(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let half = *self.half.get_or_insert_with(|| half(&self.held));
        while let Some(rest @ [_, ..]) = self.held.get(self.sent..half) {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += written;
        }
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        Poll::Ready(Err(io::Error::other("half of the answer was sent, on purpose")))
    }
}

/// Where an answer is cut: in the middle of its body, or of its head where it has no body.
fn half(answer: &[u8]) -> usize {
    const END: &[u8] = b"\r\n\r\n";
    let ends = answer.windows(END.len()).position(|window| window == END);
    let Some((head, body)) = ends.and_then(|at| answer.split_at_checked(at + END.len())) else {
        return answer.len() / 2;
    };
    // hyper's "100 Continue" may still have been in the same buffer.
    if head.starts_with(b"HTTP/1.1 100 ") {
        head.len() + half(body)
    } else if body.is_empty() {
        head.len() / 2
    } else {
        head.len() + body.len() / 2
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Cut<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cut<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.cuts() {
            return Poll::Ready(Ok(self.hold(&[io::IoSlice::new(buf)])));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.cuts() {
            return Poll::Ready(Ok(self.hold(bufs)));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cuts() && (self.half.is_some() || !self.held.is_empty()) {
            return self.poll_half(cx);
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn an_answer_is_cut_in_its_body_or_else_in_its_head() {
        assert_eq!(half(b"HTTP/1.1 200 OK\r\n\r\n123456"), 19 + 3);
        assert_eq!(half(b"HTTP/1.1 200 OK\r\n\r\n1"), 19);
        assert_eq!(half(b"HTTP/1.1 200 OK\r\n\r\n"), 9);
        assert_eq!(half(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n1234"), 25 + 19 + 2);
        assert_eq!(half(b""), 0);
    }
}

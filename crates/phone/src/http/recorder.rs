//! A transport that remembers the beginning of what it reads.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most bytes that are remembered, and the longest head that is accepted.
pub(super) const MAX_HEAD: usize = 64 * 1024;

/// What was read since the last [`restart`](Recording::restart), up to [`MAX_HEAD`] bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording(Arc<Mutex<Vec<u8>>>);

/// The transport. Only what is read is recorded: what is written holds credentials.
#[derive(Debug)]
pub(super) struct Recorder<T> {
    inner: T,
    recording: Recording,
}

impl Recording {
    /// Forgets what was read.
    pub(super) fn restart(&self) {
        self.lock().clear();
    }

    /// Looks at what was read.
    pub(super) fn with<R>(&self, look: impl FnOnce(&[u8]) -> R) -> R {
        look(&self.lock())
    }

    fn record(&self, read: &[u8]) {
        let mut bytes = self.lock();
        let room = MAX_HEAD.saturating_sub(bytes.len()).min(read.len());
        bytes.extend(read.iter().take(room));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Recorder<T> {
    pub(super) fn new(inner: T) -> (Self, Recording) {
        let recording = Recording::default();
        (Self { inner, recording: recording.clone() }, recording)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Recorder<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        self.recording.record(buf.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Recorder<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn what_is_read_is_remembered_up_to_the_limit_and_what_is_written_is_not() {
        let (ours, mut theirs) = tokio::io::duplex(4 * MAX_HEAD);
        let (mut recorder, recording) = Recorder::new(ours);
        recorder.write_all(b"secret").await.unwrap();
        theirs.write_all(b"first").await.unwrap();
        recorder.read_exact(&mut [0; 5]).await.unwrap();
        recording.with(|bytes| assert_eq!(bytes, b"first"));
        recording.restart();
        theirs.write_all(&vec![b'x'; 2 * MAX_HEAD]).await.unwrap();
        recorder.read_exact(&mut vec![0; 2 * MAX_HEAD]).await.unwrap();
        recording.with(|bytes| assert_eq!(bytes.len(), MAX_HEAD));
    }
}

//! A TCP connection that can be overheard, and reset.

use crate::{Chunk, MAX_CHUNKS, MAX_OPEN_WIRE, MAX_WIRE, Wire};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A TCP stream whose payload is copied for an observer; without one it is the stream.
pub(crate) struct Tap {
    stream: TcpStream,
    recorder: Option<Recorder>,
}

impl Tap {
    pub(crate) fn new(stream: TcpStream, recorder: Option<Recorder>) -> Self {
        Self { stream, recorder }
    }

    pub(crate) fn set_nodelay(&self) -> io::Result<()> {
        self.stream.set_nodelay(true)
    }

    fn record(&self, sent: bool, pieces: &[&[u8]]) {
        if let Some(recorder) = &self.recorder {
            recorder.record(sent, pieces);
        }
    }
}

/// A connection of which a [`Tap`] is the lowest layer.
pub(crate) trait Tapped: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn tap(&self) -> &Tap;

    /// Ends the connection by RST; what was not sent yet never is.
    fn reset(self)
    where
        Self: Sized,
    {
        // It fails only where the connection is gone already.
        let _ = self.tap().stream.set_zero_linger();
    }
}

impl Tapped for Tap {
    fn tap(&self) -> &Tap {
        self
    }
}

impl Tapped for TlsStream<Tap> {
    fn tap(&self) -> &Tap {
        self.get_ref().0
    }
}

/// What went over one connection so far; every clone is the same.
#[derive(Clone)]
pub(crate) struct Recorder(Arc<Recording>);

struct Recording {
    began: Instant,
    room: Room,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    wire: Wire,
    bytes: usize,
    /// What of the room for all is in use here.
    spent: usize,
}

/// The bytes that may still be recorded of all connections together; every clone is the same.
#[derive(Clone)]
pub(crate) struct Room(Arc<AtomicUsize>);

impl Room {
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(MAX_OPEN_WIRE)))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.room.give_back(kept.spent);
    }
}

impl Recorder {
    pub(crate) fn new(began: Instant, room: Room) -> Self {
        Self(Arc::new(Recording { began, room, kept: Mutex::default() }))
    }

    /// What was recorded; nothing is left.
    pub(crate) fn take(&self) -> Wire {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.room.give_back(std::mem::take(&mut kept.spent));
        std::mem::take(&mut kept.wire)
    }

    fn record(&self, sent: bool, pieces: &[&[u8]]) {
        let after = self.0.began.elapsed();
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        if length == 0 || kept.wire.cut {
            return;
        }
        let room = if kept.wire.chunks.len() < MAX_CHUNKS { MAX_WIRE - kept.bytes } else { 0 };
        let cost = length.min(room) + size_of::<Chunk>();
        let room = if room > 0 && self.0.room.take(cost) { room } else { 0 };
        kept.wire.cut = length > room;
        if room > 0 {
            let mut bytes = Vec::with_capacity(length.min(room));
            for piece in pieces {
                let left = room - bytes.len();
                bytes.extend_from_slice(piece.get(..left).unwrap_or(piece));
            }
            kept.bytes += bytes.len();
            kept.spent += cost;
            kept.wire.chunks.push(Chunk { sent, after, bytes });
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = read {
            self.record(false, &[buf.filled().get(before..).unwrap_or_default()]);
        }
        read
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(length)) = written {
            self.record(true, &[buf.get(..length).unwrap_or_default()]);
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        if let (Poll::Ready(Ok(length)), Some(_)) = (&written, &self.recorder) {
            self.record(true, &first(bufs, *length));
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The first `length` bytes of several buffers.
fn first<'a>(bufs: &'a [io::IoSlice<'_>], mut length: usize) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for buf in bufs {
        let piece = buf.get(..length.min(buf.len())).unwrap_or_default();
        length -= piece.len();
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(pieces: impl IntoIterator<Item = usize>) -> Wire {
        let room = Room::default();
        let recorder = Recorder::new(Instant::now(), room.clone());
        for length in pieces {
            recorder.record(false, &[&vec![7; length]]);
        }
        let wire = recorder.take();
        assert_eq!(room.0.load(Ordering::Relaxed), MAX_OPEN_WIRE, "what was told takes no room any more");
        wire
    }

    #[test]
    fn all_connections_together_have_a_limit_too() {
        let room = Room::default();
        let recorders: Vec<_> = (0..=MAX_OPEN_WIRE / MAX_WIRE)
            .map(|_| {
                let recorder = Recorder::new(Instant::now(), room.clone());
                recorder.record(true, &[&vec![7; MAX_WIRE]]);
                recorder
            })
            .collect();
        let cut: Vec<_> = recorders.iter().map(|recorder| recorder.take().cut).collect();
        assert_eq!((cut.first(), cut.last()), (Some(&false), Some(&true)));
        Recorder::new(Instant::now(), room.clone()).record(true, &[b"dropped with its connection"]);
        assert_eq!(room.0.load(Ordering::Relaxed), MAX_OPEN_WIRE);
    }

    #[test]
    fn bytes_are_kept_up_to_the_limit_and_no_further() {
        let whole = recorded([MAX_WIRE - 1, 1]);
        assert!(!whole.cut);
        let cut = recorded([MAX_WIRE - 1, 2, 5]);
        assert!(cut.cut);
        assert_eq!(whole.chunks.iter().map(|chunk| chunk.bytes.len()).collect::<Vec<_>>(), [MAX_WIRE - 1, 1]);
        assert_eq!(cut.chunks.iter().map(|chunk| chunk.bytes.len()).collect::<Vec<_>>(), [MAX_WIRE - 1, 1]);
    }

    #[test]
    fn pieces_are_kept_up_to_the_limit_and_no_further() {
        assert!(!recorded([1; MAX_CHUNKS]).cut);
        let cut = recorded([1; MAX_CHUNKS + 1]);
        assert_eq!((cut.chunks.len(), cut.cut), (MAX_CHUNKS, true));
    }

    #[test]
    fn of_a_vectored_write_what_was_taken_is_recorded() {
        let bufs = [io::IoSlice::new(b"abc"), io::IoSlice::new(b"def"), io::IoSlice::new(b"ghi")];
        assert_eq!(first(&bufs, 4).concat(), b"abcd");
        assert_eq!(first(&bufs, 0).concat(), b"");
        assert_eq!(first(&bufs, 9).concat(), b"abcdefghi");
    }
}

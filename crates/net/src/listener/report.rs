//! Telling the observer that a connection has ended.

use super::Broken;
use crate::tap::{Recorder, Room};
use crate::{EndedConnection, Observer, Opening, TlsInfo};
use lync_model::journal::Note;
use std::sync::Arc;
use std::time::Instant;

/// Reports one connection when it is dropped, however the connection came to its end. Without an observer it is empty.
pub(super) struct Report(Option<Watching>);

struct Watching {
    observer: Arc<dyn Observer>,
    opening: Opening,
    began: Instant,
    recorder: Recorder,
    tls: Option<Arc<TlsInfo>>,
    /// Why HTTP did not begin, as far as is known; `None` once it has.
    failed: Option<String>,
    note: Option<Note>,
    reset: bool,
}

impl Report {
    pub(super) fn new(observer: Option<&Arc<dyn Observer>>, opening: &Opening, room: &Room) -> Self {
        let began = Instant::now();
        Self(observer.map(|observer| Watching {
            observer: Arc::clone(observer),
            opening: *opening,
            began,
            recorder: Recorder::new(began, room.clone()),
            tls: None,
            // What remains true when the connection's task is dropped.
            failed: Some(Broken::Dropped.to_string()),
            note: None,
            reset: false,
        }))
    }

    /// Where to record what goes over the wire.
    pub(super) fn recorder(&self) -> Option<Recorder> {
        self.0.as_ref().map(|watching| watching.recorder.clone())
    }

    /// The gate has something to say of it.
    pub(super) fn note(&mut self, note: Note) {
        if let Some(watching) = &mut self.0 {
            watching.note = Some(note);
        }
    }

    /// The connection is ready for requests.
    pub(super) fn begin(&mut self, tls: Option<&Arc<TlsInfo>>) {
        if let Some(watching) = &mut self.0 {
            watching.tls = tls.cloned();
            watching.failed = None;
        }
    }

    /// The connection has ended of itself.
    pub(super) fn end(mut self, ended: &Result<(), Broken>) {
        if let (Some(watching), Err(reason)) = (&mut self.0, ended) {
            watching.reset = reason.is_reset();
            if watching.failed.is_some() {
                watching.failed = Some(reason.to_string());
            }
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let Some(Watching { observer, opening, began, recorder, tls, failed, note, reset }) = self.0.take()
        else {
            return;
        };
        observer.ended(EndedConnection {
            id: opening.id,
            peer: opening.peer,
            local: opening.local,
            duration: began.elapsed(),
            tls,
            failed,
            note,
            reset,
            wire: recorder.take(),
        });
    }
}

//! Entries of the Windows event log, channel "Lync Server".

use crate::Evidence;
use time::OffsetDateTime;

/// The level of an event as the Event Viewer names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A failure.
    Error,
    /// Something that an administrator should know.
    Warning,
    /// A milestone.
    Information,
}

/// One entry of the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was written.
    pub time: OffsetDateTime,
    /// The source, for instance `LS UserPin Service`.
    pub source: &'static str,
    /// The event id; `None` where the entry is lyncmock's own.
    pub id: Option<u32>,
    /// The number of the task category, shown in parentheses when Windows knows no name for it.
    pub task_category: Option<u32>,
    /// The level.
    pub level: Level,
    /// The description, with its Cause and Resolution paragraphs.
    pub description: String,
    /// How well source, id and text are known.
    pub evidence: Evidence,
}

/// Where the parts write their events.
pub trait EventLog: Send + Sync {
    /// Writes one entry. Must not block: the log is bounded and drops its oldest entry when full.
    fn write(&self, event: Event);
}

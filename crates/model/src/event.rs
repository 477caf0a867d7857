//! Entries of the Windows event log, channel "Lync Server".

mod text;
mod xml;

use crate::Evidence;
use time::OffsetDateTime;

/// The channel, which the Event Viewer calls Log Name.
const CHANNEL: &str = "Lync Server";

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

impl Level {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Information];

    /// The Event Viewer's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Information => "Information",
        }
    }

    /// Windows' number (winmeta.xml).
    pub const fn number(self) -> u8 {
        match self {
            Self::Error => 2,
            Self::Warning => 3,
            Self::Information => 4,
        }
    }
}

/// One entry of the event log.
///
/// [`to_xml`](Self::to_xml) and [`to_text`](Self::to_text) show it as Windows does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was written.
    pub time: OffsetDateTime,
    /// The source, for instance `LS UserPin Service`.
    pub source: &'static str,
    /// The event id; `None` where no source tells it, and where the entry is lyncmock's own.
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

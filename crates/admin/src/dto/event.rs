//! The event log.

use lync_model::Level;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// One entry of the event log, channel "Lync Server".
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Event {
    /// When it was written, by the pool's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
    /// The source.
    #[schema(example = "LS UserPin Service")]
    pub source: String,
    /// The event id; null where the entry is lyncmock's own.
    #[schema(example = 47067)]
    pub id: Option<u32>,
    /// The number of the task category.
    pub task_category: Option<u32>,
    /// The level: Error, Warning or Information.
    #[schema(example = "Error")]
    pub level: String,
    /// The description, with its Cause and Resolution paragraphs.
    pub description: String,
    /// How well source, id and text are known: captured, specified, documented or inferred.
    #[schema(example = "captured")]
    pub evidence: String,
}

/// The forms in which the event log is given.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventFormat {
    /// A JSON array.
    #[default]
    Json,
    /// The XML text of Windows' event log.
    Xml,
}

impl From<&lync_model::Event> for Event {
    fn from(event: &lync_model::Event) -> Self {
        let level = match event.level {
            Level::Error => "Error",
            Level::Warning => "Warning",
            Level::Information => "Information",
        };
        Self {
            time: event.time,
            source: event.source.to_owned(),
            id: event.id,
            task_category: event.task_category,
            level: level.to_owned(),
            description: event.description.clone(),
            evidence: event.evidence.as_str().to_owned(),
        }
    }
}

//! An entry as the Event Viewer copies it as text.

use super::{CHANNEL, Event};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

impl Event {
    /// The entry as Microsoft's article "Authentication fails during Lync Phone Edition PIN sign-in" shows its two,
    /// in the log of `computer`.
    ///
    /// The date is in UTC. An entry whose number is not known says so in place of it, and ends in a line of
    /// lyncmock's own on how well it is known.
    pub fn to_text(&self, computer: &str) -> String {
        let Self { time, source, level, description, evidence, .. } = self;
        let id = self.id.map_or_else(|| "(not public)".to_owned(), |id| id.to_string());
        // In parentheses, because Windows finds no name for the number; None is the Event Viewer's word.
        let category = self.task_category.map_or_else(|| "None".to_owned(), |number| format!("({number})"));
        let mut text = format!(
            "Log Name: {CHANNEL}\n\
             Source: {source}\n\
             Date: {date}\n\
             Event ID: {id}\n\
             Task Category: {category}\n\
             Level: {level}\n\
             Keywords: Classic\n\
             User: N/A\n\
             Computer: {computer}\n\
             Description:\n\
             {description}\n",
            date = date(*time),
            level = level.name(),
        );
        if self.id.is_none() {
            text.push_str(&format!("(lyncmock: {evidence})\n"));
        }
        text
    }
}

/// `mm/dd/yyyy hh:mm:ss AM|PM`, as the article has it.
fn date(time: OffsetDateTime) -> String {
    let format =
        format_description!("[month]/[day]/[year] [hour repr:12]:[minute]:[second] [period case:upper]");
    let utc = time.checked_to_offset(UtcOffset::UTC).unwrap_or(time);
    utc.format(&format).expect("every component of the format is one that a date and time has")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Level};
    use time::macros::datetime;

    fn event() -> Event {
        Event {
            time: datetime!(2013-06-01 15:04:05.25 +2),
            source: "LS UserPin Service",
            id: Some(47067),
            task_category: Some(1044),
            level: Level::Error,
            description: "A server did not respond to HTTP request\nCause:\nServer might be down".to_owned(),
            evidence: Evidence::Documented,
        }
    }

    #[test]
    fn the_text_is_laid_out_as_in_the_article() {
        assert_eq!(
            event().to_text("server01.contoso.com"),
            "Log Name: Lync Server\n\
             Source: LS UserPin Service\n\
             Date: 06/01/2013 01:04:05 PM\n\
             Event ID: 47067\n\
             Task Category: (1044)\n\
             Level: Error\n\
             Keywords: Classic\n\
             User: N/A\n\
             Computer: server01.contoso.com\n\
             Description:\n\
             A server did not respond to HTTP request\n\
             Cause:\n\
             Server might be down\n"
        );
    }

    #[test]
    fn an_entry_without_a_known_number_says_so() {
        let own = Event {
            id: None,
            task_category: None,
            level: Level::Warning,
            evidence: Evidence::Inferred,
            ..event()
        };
        let text = own.to_text("fe01");
        assert!(text.contains("\nEvent ID: (not public)\nTask Category: None\nLevel: Warning\n"), "{text}");
        assert!(text.ends_with("\nServer might be down\n(lyncmock: inferred)\n"), "{text}");
    }

    #[test]
    fn midnight_and_noon_are_told_apart() {
        assert_eq!(date(datetime!(2013-12-31 0:00 UTC)), "12/31/2013 12:00:00 AM");
        assert_eq!(date(datetime!(2013-12-31 12:00 UTC)), "12/31/2013 12:00:00 PM");
    }
}

//! An entry as `wevtutil qe /f:xml` and the Event Viewer's XML view show it.

use super::{CHANNEL, Event};
use lync_xml::Writer;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

const NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";
/// Ours, for what Windows has no place for; its schema allows elements of other namespaces at the end.
const OWN_NAMESPACE: &str = "urn:lyncmock:event";
/// Classic: written by ReportEvent, as all of Lync's are.
const CLASSIC: &str = "0x80000000000000";
/// The upper half of an event identifier, where one was published (Microsoft's article on event 30061).
const QUALIFIERS: [(u32, u16); 1] = [(30061, 33777)];

impl Event {
    /// The entry as Windows' event XML, in one line and without declaration, as the record `record_id` in the log of
    /// `computer`.
    ///
    /// The shape is that of a published event 30061 of LS User Replicator. A real entry holds in `Data` only what
    /// goes into the gaps of a message that stands in a DLL; which gaps Lync's messages have is not public, so all of
    /// the description is there (inferred). An entry whose number is not known has EventID 0. How well an entry is
    /// known stands at its end, in an element of lyncmock's own namespace.
    pub fn to_xml(&self, record_id: u64, computer: &str) -> String {
        let mut xml = Writer::new();
        xml.start("Event").attribute("xmlns", NAMESPACE).start("System");
        xml.empty("Provider").attribute("Name", self.source);
        xml.start("EventID");
        if let Some(qualifiers) = self.qualifiers() {
            xml.attribute("Qualifiers", &qualifiers.to_string());
        }
        xml.text(&self.id.unwrap_or(0).to_string()).end();
        xml.leaf("Level", &self.level.number().to_string());
        xml.leaf("Task", &self.task_category.unwrap_or(0).to_string());
        xml.leaf("Keywords", CLASSIC);
        xml.empty("TimeCreated").attribute("SystemTime", &system_time(self.time));
        xml.leaf("EventRecordID", &record_id.to_string());
        xml.leaf("Channel", CHANNEL).leaf("Computer", computer);
        // No UserID: the Event Viewer shows N/A.
        xml.empty("Security").end();
        xml.start("EventData").leaf("Data", &self.description).end();
        xml.start("Evidence").attribute("xmlns", OWN_NAMESPACE);
        if self.id.is_none() {
            xml.attribute("EventID", "unknown");
        }
        xml.text(self.evidence.as_str()).end();
        xml.end().finish()
    }

    fn qualifiers(&self) -> Option<u16> {
        QUALIFIERS.iter().find(|(id, _)| Some(*id) == self.id).map(|(_, qualifiers)| *qualifiers)
    }
}

/// UTC, with the nine decimals that Windows writes; classic entries count in seconds.
fn system_time(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000000000Z");
    let utc = time.checked_to_offset(UtcOffset::UTC).unwrap_or(time);
    utc.format(&format).expect("every component of the format is one that a date and time has")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Level};
    use lync_xml::{Document, Limits};
    use time::macros::datetime;

    fn event() -> Event {
        Event {
            time: datetime!(2013-06-01 14:00:05.25 +2),
            source: "LS UserPin Service",
            id: Some(47067),
            task_category: Some(1044),
            level: Level::Error,
            description: "A server did not respond to HTTP request\nCause:\n1 < 2 & \u{7}".to_owned(),
            evidence: Evidence::Documented,
        }
    }

    #[test]
    fn the_xml_has_the_shape_of_the_published_one() {
        assert_eq!(
            event().to_xml(17, "server01.contoso.com"),
            "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System>\
             <Provider Name=\"LS UserPin Service\"/><EventID>47067</EventID><Level>2</Level><Task>1044</Task>\
             <Keywords>0x80000000000000</Keywords><TimeCreated SystemTime=\"2013-06-01T12:00:05.000000000Z\"/>\
             <EventRecordID>17</EventRecordID><Channel>Lync Server</Channel><Computer>server01.contoso.com</Computer>\
             <Security/></System><EventData><Data>A server did not respond to HTTP request\nCause:\n\
             1 &lt; 2 &amp; \u{FFFD}</Data></EventData>\
             <Evidence xmlns=\"urn:lyncmock:event\">documented</Evidence></Event>"
        );
    }

    #[test]
    fn qualifiers_are_written_where_they_were_published() {
        let replicator =
            Event { source: "LS User Replicator", id: Some(30061), level: Level::Warning, ..event() };
        let xml = replicator.to_xml(1_729_319, "fe01");
        assert!(xml.contains("<EventID Qualifiers=\"33777\">30061</EventID><Level>3</Level>"), "{xml}");
    }

    #[test]
    fn an_entry_without_a_known_number_says_so() {
        let own = Event { id: None, task_category: None, evidence: Evidence::Inferred, ..event() };
        let xml = own.to_xml(1, "fe01");
        assert!(xml.contains("<EventID>0</EventID><Level>2</Level><Task>0</Task>"), "{xml}");
        let mark = "<Evidence xmlns=\"urn:lyncmock:event\" EventID=\"unknown\">inferred</Evidence></Event>";
        assert!(xml.ends_with(mark), "{xml}");
    }

    #[test]
    fn what_is_written_is_xml_whatever_stands_in_it() {
        for level in Level::ALL {
            let event = Event { level, description: "]]></Data>\u{0}\"'&#0;\r\n".to_owned(), ..event() };
            let xml = event.to_xml(u64::MAX, "<computer>");
            let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
            let computer = document.root().find(NAMESPACE, "Computer").unwrap();
            assert_eq!(computer.text(), "<computer>");
            let data = document.root().find(NAMESPACE, "Data").unwrap();
            assert_eq!(data.text(), event.description.replace('\u{0}', "\u{FFFD}"));
        }
    }
}

//! A small escaping writer for the documents that are sent.

use crate::{chars, escape_attribute, escape_text};

/// Writes a document piece by piece, without white space of its own.
///
/// Elements of [`start`](Self::start) always get an end tag, because some clients look for `</name>`;
/// [`empty`](Self::empty) writes `<name/>`. Names are written as given, prefix and all; declaring the
/// namespaces is up to the caller (`attribute("xmlns:s", …)`).
///
/// ```
/// let xml = lync_xml::Writer::new()
///     .start("a").attribute("b", "1 < 2").leaf("c", "R&D").empty("d").attribute("e", "f").end()
///     .finish();
/// assert_eq!(xml, r#"<a b="1 &lt; 2"><c>R&amp;D</c><d e="f"/></a>"#);
/// ```
#[derive(Default)]
pub struct Writer {
    out: String,
    open: Vec<String>,
    tag: Tag,
}

/// The start tag that may still take attributes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Tag {
    #[default]
    None,
    Start,
    Empty,
}

impl Writer {
    /// A writer that has written nothing, not even an XML declaration.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an element.
    pub fn start(&mut self, name: &str) -> &mut Self {
        self.open_tag(name, Tag::Start);
        self.open.push(name.to_owned());
        self
    }

    /// Writes an element without content, which may still be given attributes.
    pub fn empty(&mut self, name: &str) -> &mut Self {
        self.open_tag(name, Tag::Empty);
        self
    }

    /// Adds an attribute to the element that was just started. The value is escaped.
    pub fn attribute(&mut self, name: &str, value: &str) -> &mut Self {
        debug_assert!(self.tag != Tag::None, "an attribute must follow the start of its element");
        debug_assert!(chars::split_qname(name).is_some(), "`{name}` is not a name");
        if self.tag != Tag::None {
            self.put(&[" ", name, "=\"", &escape_attribute(value), "\""]);
        }
        self
    }

    /// Writes text. It is escaped.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.close_tag();
        self.put(&[&escape_text(value)]);
        self
    }

    /// Writes XML as it is. It must be well-formed content.
    pub fn raw(&mut self, xml: &str) -> &mut Self {
        self.close_tag();
        self.put(&[xml]);
        self
    }

    /// Writes an element that holds only text.
    pub fn leaf(&mut self, name: &str, text: &str) -> &mut Self {
        self.start(name).text(text).end()
    }

    /// Closes the innermost open element.
    pub fn end(&mut self) -> &mut Self {
        self.close_tag();
        let name = self.open.pop();
        debug_assert!(name.is_some(), "no element is open");
        if let Some(name) = name {
            self.put(&["</", &name, ">"]);
        }
        self
    }

    /// The document. The writer is empty afterwards.
    pub fn finish(&mut self) -> String {
        self.close_tag();
        debug_assert!(self.open.is_empty(), "elements are still open: {:?}", self.open);
        while !self.open.is_empty() {
            self.end();
        }
        std::mem::take(&mut self.out)
    }

    fn open_tag(&mut self, name: &str, tag: Tag) {
        debug_assert!(chars::split_qname(name).is_some(), "`{name}` is not a name");
        self.close_tag();
        self.put(&["<", name]);
        self.tag = tag;
    }

    fn close_tag(&mut self) {
        match std::mem::take(&mut self.tag) {
            Tag::None => {}
            Tag::Start => self.out.push('>'),
            Tag::Empty => self.out.push_str("/>"),
        }
    }

    fn put(&mut self, pieces: &[&str]) {
        self.out.extend(pieces.iter().copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Limits};

    #[test]
    fn started_elements_always_get_an_end_tag() {
        assert_eq!(Writer::new().start("a").end().finish(), "<a></a>");
        assert_eq!(Writer::new().empty("a").finish(), "<a/>");
    }

    #[test]
    fn raw_is_written_as_it_is_and_the_rest_escaped() {
        let mut writer = Writer::new();
        writer.start("a").attribute("x", "\"<&>\n").raw("<b/>").text("<b/>").end();
        assert_eq!(writer.finish(), "<a x=\"&quot;&lt;&amp;>&#xA;\"><b/>&lt;b/&gt;</a>");
        assert_eq!(writer.finish(), "");
    }

    #[test]
    fn what_is_written_reads_back() {
        let nasty = "\u{0}\t\r\n]]>&amp;<a b='c' d=\"e\">😀";
        let xml = Writer::new().start("r").attribute("a", nasty).text(nasty).end().finish();
        let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        let expected = nasty.replace('\u{0}', "\u{FFFD}");
        assert_eq!(document.root().text(), expected);
        assert_eq!(document.root().attribute("", "a"), Some(expected.as_str()));
    }
}

//! The tree: nodes in document order in one vector, so that no document, however deep, can blow the stack.

mod build;
mod parse;
mod tags;
mod walk;

use std::fmt;

pub(crate) use walk::Step;

use crate::{Limits, XML_NAMESPACE, XmlError};

/// A parsed document. It owns its text and its nodes.
pub struct Document {
    text: String,
    arena: Arena,
}

/// The nodes of a document with what they refer to. The root element is node 0.
#[derive(Default)]
struct Arena {
    nodes: Vec<Node>,
    attributes: Vec<Named>,
    declarations: Vec<Declaration>,
}

/// A node. Comments are not kept: nothing that is read or signed depends on them.
enum Node {
    Element(Tag),
    /// A run of text, references resolved, CDATA sections joined to what stands beside them.
    Text(String),
    Instruction {
        target: Span,
        data: String,
    },
}

struct Tag {
    name: Name,
    parent: Option<usize>,
    /// One past the last node inside the element; the nodes inside follow the element's own directly.
    end: usize,
    /// Indexes of its own attributes and declarations.
    attributes: Span,
    declarations: Span,
    /// Places in the text: with and without the element's own tags.
    outer: Span,
    inner: Span,
}

#[derive(Clone, Copy)]
struct Name {
    prefix: Span,
    local: Span,
    namespace: Namespace,
}

/// An attribute.
struct Named {
    name: Name,
    value: String,
}

struct Declaration {
    prefix: Span,
    uri: String,
}

#[derive(Clone, Copy)]
enum Namespace {
    None,
    Xml,
    /// Index of the declaration.
    Declared(usize),
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Document {
    /// Reads a document: UTF-8, with or without a byte order mark, well-formed by XML 1.0 and
    /// Namespaces in XML 1.0, without DOCTYPE, within `limits`.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, XmlError> {
        let text = parse::decode(bytes, limits)?.to_owned();
        let arena = parse::parse(&text, limits)?;
        Ok(Self { text, arena })
    }

    /// The root element.
    pub fn root(&self) -> Element<'_> {
        self.element(0).expect("a parsed document has a root, which is its first node")
    }

    fn element(&self, index: usize) -> Option<Element<'_>> {
        match self.arena.nodes.get(index)? {
            Node::Element(tag) => Some(Element { document: self, index, tag }),
            Node::Text(_) | Node::Instruction { .. } => None,
        }
    }

    fn item(&self, index: usize) -> Option<Item<'_>> {
        Some(match self.arena.nodes.get(index)? {
            Node::Element(tag) => Item::Element(Element { document: self, index, tag }),
            Node::Text(text) => Item::Text(text),
            Node::Instruction { target, data } => Item::Instruction { target: self.slice(*target), data },
        })
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).expect("spans are taken from this text, at its markup")
    }

    fn uri(&self, namespace: Namespace) -> &str {
        match namespace {
            Namespace::None => "",
            Namespace::Xml => XML_NAMESPACE,
            Namespace::Declared(index) => {
                let declaration = self.arena.declarations.get(index);
                &declaration.expect("names refer to declarations of their own document").uri
            }
        }
    }
}

impl fmt::Debug for Document {
    /// Without the content, which may hold a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.text.len())
            .field("nodes", &self.arena.nodes.len())
            .finish_non_exhaustive()
    }
}

/// What is found inside an element.
enum Item<'d> {
    Element(Element<'d>),
    Text(&'d str),
    Instruction { target: &'d str, data: &'d str },
}

/// An element of a [`Document`]. Two are equal when they are the same element of the same document.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document,
    index: usize,
    tag: &'d Tag,
}

impl<'d> Element<'d> {
    /// The namespace name, "" when the element is in none.
    pub fn namespace(self) -> &'d str {
        self.document.uri(self.tag.name.namespace)
    }

    /// The name without prefix.
    pub fn local_name(self) -> &'d str {
        self.document.slice(self.tag.name.local)
    }

    /// The prefix as written, "" when there is none.
    pub fn prefix(self) -> &'d str {
        self.document.slice(self.tag.name.prefix)
    }

    /// Whether this is the element `local` of `namespace`.
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.local_name() == local && self.namespace() == namespace
    }

    /// The value of an attribute, normalised. `namespace` is "" for an attribute without prefix.
    pub fn attribute(self, namespace: &str, local: &str) -> Option<&'d str> {
        self.attributes()
            .find(|a| a.local_name() == local && a.namespace() == namespace)
            .map(Attribute::value)
    }

    /// The attributes as written, without namespace declarations.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'d>> {
        let Span { start, end } = self.tag.attributes;
        let named = self.document.arena.attributes.get(start..end).unwrap_or_default();
        named.iter().map(move |named| Attribute { document: self.document, named })
    }

    /// The namespace that a prefix ("" for the default namespace) stands for at this element, as needed for
    /// qualified names in attribute values or text. None when it is not declared.
    pub fn namespace_of_prefix(self, prefix: &str) -> Option<&'d str> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE);
        }
        std::iter::successors(Some(self), |element| element.parent())
            .find_map(|element| element.declarations().find(|(declared, _)| *declared == prefix))
            .map(|(_, uri)| uri)
            .filter(|uri| !uri.is_empty())
    }

    /// The element around this one.
    pub fn parent(self) -> Option<Element<'d>> {
        self.document.element(self.tag.parent?)
    }

    /// The elements directly inside.
    pub fn children(self) -> impl Iterator<Item = Element<'d>> {
        self.items().filter_map(|item| match item {
            Item::Element(element) => Some(element),
            Item::Text(_) | Item::Instruction { .. } => None,
        })
    }

    /// The first child element of that name.
    pub fn child(self, namespace: &str, local: &str) -> Option<Element<'d>> {
        self.children().find(|child| child.is(namespace, local))
    }

    /// The first child element of that local name in any namespace.
    pub fn child_local(self, local: &str) -> Option<Element<'d>> {
        self.children().find(|child| child.local_name() == local)
    }

    /// All elements inside, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Element<'d>> {
        (self.index + 1..self.tag.end).filter_map(move |index| self.document.element(index))
    }

    /// The first element inside, at any depth, of that name.
    pub fn find(self, namespace: &str, local: &str) -> Option<Element<'d>> {
        self.descendants().find(|element| element.is(namespace, local))
    }

    /// The text directly inside: references resolved, CDATA sections included, child elements left out.
    /// A comment does not end it.
    pub fn text(self) -> String {
        self.items()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text),
                Item::Element(_) | Item::Instruction { .. } => None,
            })
            .collect()
    }

    /// The very characters of the document from the start tag to the end tag.
    pub fn source(self) -> &'d str {
        self.document.slice(self.tag.outer)
    }

    /// The very characters between the element's own tags, "" for `<a/>`.
    pub fn inner_source(self) -> &'d str {
        self.document.slice(self.tag.inner)
    }

    /// The namespace declarations that stand on this element: prefix ("" for the default) and namespace
    /// ("" where the default is taken back).
    pub(crate) fn declarations(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let Span { start, end } = self.tag.declarations;
        let declarations = self.document.arena.declarations.get(start..end).unwrap_or_default();
        declarations.iter().map(move |d| (self.document.slice(d.prefix), d.uri.as_str()))
    }

    /// What stands directly inside.
    fn items(self) -> impl Iterator<Item = Item<'d>> {
        let document = self.document;
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let item = document.item(index).filter(|_| index < self.tag.end)?;
            index = match &item {
                Item::Element(element) => element.tag.end,
                Item::Text(_) | Item::Instruction { .. } => index + 1,
            };
            Some(item)
        })
    }

    /// Whether this element is `other` or stands inside it.
    pub(crate) fn is_within(self, other: Element<'_>) -> bool {
        std::ptr::eq(self.document, other.document) && (other.index..other.tag.end).contains(&self.index)
    }

    /// The root element of the document that this element belongs to.
    pub(crate) fn root(self) -> Element<'d> {
        self.document.root()
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl Eq for Element<'_> {}

impl fmt::Debug for Element<'_> {
    /// The name alone; the content may hold a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{{{}}}{}>", self.namespace(), self.local_name())
    }
}

/// An attribute of an [`Element`]; namespace declarations are none.
#[derive(Clone, Copy)]
pub struct Attribute<'d> {
    document: &'d Document,
    named: &'d Named,
}

impl<'d> Attribute<'d> {
    /// The namespace name, "" for an attribute without prefix.
    pub fn namespace(self) -> &'d str {
        self.document.uri(self.named.name.namespace)
    }

    /// The name without prefix.
    pub fn local_name(self) -> &'d str {
        self.document.slice(self.named.name.local)
    }

    /// The prefix as written, "" when there is none.
    pub fn prefix(self) -> &'d str {
        self.document.slice(self.named.name.prefix)
    }

    /// The value: references resolved, white space normalised.
    pub fn value(self) -> &'d str {
        &self.named.value
    }
}

impl fmt::Debug for Attribute<'_> {
    /// The name alone; the value may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace(), self.local_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<?xml version='1.0'?>\r\n<s:a xmlns:s='urn:s' xmlns='urn:d' s:x='1' x='2'>\
        one<!-- c -->&amp;<![CDATA[<two>]]><b i='1'><c/>no</b> three <b xmlns='' i='2'/><s:b i='3'></s:b></s:a>";

    fn document(xml: &str) -> Document {
        Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn names_are_resolved() {
        let document = document(XML);
        let root = document.root();
        assert_eq!((root.namespace(), root.prefix(), root.local_name()), ("urn:s", "s", "a"));
        assert!(root.is("urn:s", "a") && !root.is("urn:d", "a") && !root.is("urn:s", "b"));
        let seen: Vec<_> =
            root.children().map(|b| (b.namespace(), b.prefix(), b.attribute("", "i"))).collect();
        assert_eq!(seen, [("urn:d", "", Some("1")), ("", "", Some("2")), ("urn:s", "s", Some("3"))]);
    }

    #[test]
    fn attributes_without_prefix_are_in_no_namespace() {
        let document = document(XML);
        let root = document.root();
        assert_eq!(root.attribute("urn:s", "x"), Some("1"));
        assert_eq!(root.attribute("", "x"), Some("2"));
        assert_eq!(root.attribute("urn:d", "x"), None);
        assert_eq!(root.attributes().count(), 2, "declarations are no attributes");
    }

    #[test]
    fn text_goes_on_behind_a_comment_and_leaves_children_out() {
        let document = document(XML);
        assert_eq!(document.root().text(), "one&<two> three ");
        assert_eq!(self::document("<a>admin<!-- -->.evil</a>").root().text(), "admin.evil");
    }

    #[test]
    fn line_endings_are_line_feeds() {
        let document = document("<a>1\r\n2\r3\n4&#13;<![CDATA[\r\n]]></a>");
        assert_eq!(document.root().text(), "1\n2\n3\n4\r\n");
    }

    #[test]
    fn source_is_the_very_text() {
        let document = document(XML);
        let root = document.root();
        let tail = XML.find("<s:a").unwrap();
        assert_eq!(root.source(), &XML[tail..]);
        let sources: Vec<_> = root.children().map(|b| (b.source(), b.inner_source())).collect();
        assert_eq!(
            sources,
            [("<b i='1'><c/>no</b>", "<c/>no"), ("<b xmlns='' i='2'/>", ""), ("<s:b i='3'></s:b>", "")]
        );
        assert_eq!(self::document("\u{FEFF}<a>é</a >").root().source(), "<a>é</a >");
    }

    #[test]
    fn elements_are_found_from_each_other() {
        let document = document(XML);
        let root = document.root();
        let c = root.find("urn:d", "c").unwrap();
        assert_eq!(c.parent().and_then(Element::parent), Some(root));
        assert_eq!(root.parent(), None);
        assert_eq!(root.child("urn:s", "b").unwrap().attribute("", "i"), Some("3"));
        assert_eq!(root.child_local("b"), c.parent());
        assert_eq!(root.child("urn:d", "c"), None);
        let names: Vec<_> = root.descendants().map(Element::local_name).collect();
        assert_eq!(names, ["b", "c", "b", "b"]);
        assert_eq!(c.children().count() + c.descendants().count(), 0);
    }

    #[test]
    fn elements_of_different_documents_differ() {
        let (one, other) = (document("<a/>"), document("<a/>"));
        assert_ne!(one.root(), other.root());
        assert_eq!(one.root(), one.root());
    }

    #[test]
    fn prefixes_in_values_are_resolved_where_they_stand() {
        let document = document("<a xmlns='u' xmlns:p='v'><b xmlns:p='w' xmlns=''/></a>");
        let (a, b) = (document.root(), document.root().child_local("b").unwrap());
        assert_eq!((a.namespace_of_prefix(""), a.namespace_of_prefix("p")), (Some("u"), Some("v")));
        assert_eq!((b.namespace_of_prefix(""), b.namespace_of_prefix("p")), (None, Some("w")));
        assert_eq!((b.namespace_of_prefix("xml"), b.namespace_of_prefix("q")), (Some(XML_NAMESPACE), None));
    }
}

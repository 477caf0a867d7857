//! Puts nodes together, resolving namespaces on the way.

use std::collections::{HashMap, HashSet};

use super::tags::{self, RawAttribute};
use super::{Arena, Declaration, Name, Named, Namespace, Node, Span, Tag};
use crate::{Limits, Problem, XML_NAMESPACE, XmlError, chars, error};

/// The namespace of namespace declarations themselves (Namespaces in XML 1.0, section 3).
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

pub(super) struct Builder<'t> {
    text: &'t str,
    limits: &'t Limits,
    arena: Arena,
    /// Indexes of the elements that are open.
    open: Vec<usize>,
    /// Prefix to the declarations of it that are in scope, the innermost last. A map, because a document
    /// can have thousands of declarations in scope of thousands of names.
    scope: HashMap<&'t str, Vec<usize>>,
    /// Whether text continues the last node.
    in_text: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, limits: &'t Limits) -> Self {
        Self {
            text,
            limits,
            arena: Arena::default(),
            open: Vec::new(),
            scope: HashMap::new(),
            in_text: false,
        }
    }

    /// Takes a start tag whose name has `name_length` bytes.
    pub(super) fn start(&mut self, span: Span, name_length: usize) -> Result<(), XmlError> {
        if self.open.len() >= self.limits.depth {
            return Err(XmlError::TooDeep(self.limits.depth));
        }
        if self.open.is_empty() && !self.arena.nodes.is_empty() {
            return Err(Problem::SecondRoot.at(span.start));
        }
        let name = Span { start: span.start + 1, end: span.start + 1 + name_length };
        let close = if tags::slice(self.text, span).ends_with("/>") { 2 } else { 1 };
        let inside = Span { start: name.end, end: span.end - close };
        let raw = tags::attributes(self.text, inside, self.limits)?;

        let declarations = self.declare(&raw)?;
        let name = self.element_name(name)?;
        let attributes = self.attributes(&raw)?;
        let (parent, end) = (self.open.last().copied(), self.arena.nodes.len() + 1);
        let inner = Span { start: span.end, end: span.end };
        self.open.push(self.arena.nodes.len());
        self.push(Node::Element(Tag { name, parent, end, attributes, declarations, outer: span, inner }))
    }

    /// Takes an end tag, which is empty for `<a/>`. That it matches has been checked.
    pub(super) fn end(&mut self, span: Span) {
        self.in_text = false;
        let end = self.arena.nodes.len();
        let Some(Node::Element(tag)) = self.open.pop().and_then(|index| self.arena.nodes.get_mut(index))
        else {
            return;
        };
        tag.end = end;
        tag.inner.end = span.start;
        tag.outer.end = span.end;
        let declared = self.arena.declarations.get(tag.declarations.start..tag.declarations.end);
        for declaration in declared.unwrap_or_default() {
            self.scope.get_mut(tags::slice(self.text, declaration.prefix)).map(Vec::pop);
        }
    }

    /// Takes literal text, of which only white space may stand outside the root.
    pub(super) fn text(&mut self, text: &str, offset: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && text.chars().all(chars::is_space) {
            return Ok(());
        }
        self.section(text, offset)
    }

    /// Takes text that may stand only in an element.
    pub(super) fn section(&mut self, text: &str, offset: usize) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(Problem::TextOutsideRoot.at(offset));
        }
        if self.in_text
            && let Some(Node::Text(run)) = self.arena.nodes.last_mut()
        {
            run.push_str(text);
            return Ok(());
        }
        if text.is_empty() {
            return Ok(());
        }
        self.push(Node::Text(text.to_owned()))?;
        self.in_text = true;
        Ok(())
    }

    /// Takes a processing instruction whose target has `target_length` bytes. Outside the root it is only
    /// checked.
    pub(super) fn instruction(
        &mut self,
        span: Span,
        target_length: usize,
        data: &str,
    ) -> Result<(), XmlError> {
        let target = Span { start: span.start + 2, end: span.start + 2 + target_length };
        let name = tags::slice(self.text, target);
        if !chars::is_ncname(name) || name.eq_ignore_ascii_case("xml") {
            return Err(Problem::Instruction(error::excerpt(name)).at(span.start));
        }
        if self.open.is_empty() {
            return Ok(());
        }
        let data = data.trim_start_matches(chars::is_space).replace("\r\n", "\n").replace('\r', "\n");
        self.push(Node::Instruction { target, data })
    }

    /// The finished nodes.
    pub(super) fn finish(self) -> Result<Arena, XmlError> {
        if let Some(Node::Element(tag)) = self.open.last().and_then(|index| self.arena.nodes.get(*index)) {
            let name = error::excerpt(tags::slice(self.text, tag.name.local));
            return Err(Problem::Unclosed(name).at(tag.outer.start));
        }
        if self.arena.nodes.is_empty() {
            return Err(Problem::NoRoot.at(self.text.len()));
        }
        Ok(self.arena)
    }

    fn push(&mut self, node: Node) -> Result<(), XmlError> {
        if self.arena.nodes.len() >= self.limits.nodes {
            return Err(XmlError::TooManyNodes(self.limits.nodes));
        }
        self.in_text = false;
        self.arena.nodes.push(node);
        Ok(())
    }

    /// Brings the declarations of a start tag into scope.
    fn declare(&mut self, raw: &[RawAttribute]) -> Result<Span, XmlError> {
        let start = self.arena.declarations.len();
        let mut seen = HashSet::new();
        for attribute in raw {
            let Some(prefix) = declared_prefix(self.text, attribute.name) else { continue };
            let uri = self.value(attribute)?;
            let name = tags::slice(self.text, prefix);
            if !is_binding_allowed(name, &uri) {
                return Err(Problem::Binding(error::excerpt(name)).at(attribute.name.start));
            }
            if !seen.insert(name) {
                return Err(Problem::DuplicateAttribute(error::excerpt(name)).at(attribute.name.start));
            }
            self.scope.entry(name).or_default().push(self.arena.declarations.len());
            self.arena.declarations.push(Declaration { prefix, uri });
        }
        Ok(Span { start, end: self.arena.declarations.len() })
    }

    fn element_name(&self, span: Span) -> Result<Name, XmlError> {
        let (prefix, local) = tags::qname(self.text, span)?;
        let namespace = match self.innermost(prefix) {
            Some(namespace) => namespace,
            None if prefix.start == prefix.end => Namespace::None,
            None => return Err(self.undeclared(prefix)),
        };
        Ok(Name { prefix, local, namespace })
    }

    fn attributes(&mut self, raw: &[RawAttribute]) -> Result<Span, XmlError> {
        let start = self.arena.attributes.len();
        for attribute in raw.iter().filter(|a| declared_prefix(self.text, a.name).is_none()) {
            let (prefix, local) = tags::qname(self.text, attribute.name)?;
            let namespace = if prefix.start == prefix.end {
                Namespace::None
            } else {
                self.innermost(prefix).ok_or_else(|| self.undeclared(prefix))?
            };
            let value = self.value(attribute)?;
            self.arena.attributes.push(Named { name: Name { prefix, local, namespace }, value });
        }
        let attributes = Span { start, end: self.arena.attributes.len() };
        self.check_duplicates(attributes)?;
        Ok(attributes)
    }

    fn check_duplicates(&self, attributes: Span) -> Result<(), XmlError> {
        let mut seen = HashSet::new();
        for Named { name, .. } in
            self.arena.attributes.get(attributes.start..attributes.end).unwrap_or_default()
        {
            let local = tags::slice(self.text, name.local);
            if !seen.insert((self.uri(name.namespace), local)) {
                return Err(Problem::DuplicateAttribute(error::excerpt(local)).at(name.prefix.start));
            }
        }
        Ok(())
    }

    fn value(&self, attribute: &RawAttribute) -> Result<String, XmlError> {
        let raw = tags::slice(self.text, attribute.value);
        chars::attribute_value(raw).map_err(|problem| problem.at(attribute.value.start))
    }

    /// What a prefix stands for here.
    fn innermost(&self, prefix: Span) -> Option<Namespace> {
        match tags::slice(self.text, prefix) {
            "xml" => Some(Namespace::Xml),
            prefix => self.scope.get(prefix)?.last().map(|index| Namespace::Declared(*index)),
        }
    }

    fn uri(&self, namespace: Namespace) -> &str {
        match namespace {
            Namespace::None => "",
            Namespace::Xml => XML_NAMESPACE,
            Namespace::Declared(index) => self.arena.declarations.get(index).map_or("", |d| &d.uri),
        }
    }

    fn undeclared(&self, prefix: Span) -> XmlError {
        Problem::UndeclaredPrefix(error::excerpt(tags::slice(self.text, prefix))).at(prefix.start)
    }
}

/// The prefix that an attribute declares ("" for `xmlns`); None for an ordinary attribute.
fn declared_prefix(text: &str, name: Span) -> Option<Span> {
    const XMLNS: usize = "xmlns".len();
    let tail = tags::slice(text, name).strip_prefix("xmlns")?;
    let start = match tail.strip_prefix(':') {
        Some(prefix) if !prefix.is_empty() => name.start + XMLNS + 1,
        None if tail.is_empty() => name.end,
        Some(_) | None => return None,
    };
    Some(Span { start, end: name.end })
}

/// Namespaces in XML 1.0, section 3: the reserved prefixes and namespaces belong to each other, and only the
/// default namespace can be taken back.
fn is_binding_allowed(prefix: &str, uri: &str) -> bool {
    match prefix {
        "xmlns" => false,
        "xml" => uri == XML_NAMESPACE,
        "" => uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
        prefix => {
            chars::is_ncname(prefix) && !uri.is_empty() && uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE
        }
    }
}

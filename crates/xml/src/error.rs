//! Why a document was refused. No message quotes text or attribute values: they may hold a PIN.

/// Why a document was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// The document is longer than [`Limits::bytes`](crate::Limits::bytes).
    #[error("the document has {bytes} bytes, more than the {limit} that are allowed")]
    TooManyBytes {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Elements are nested deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("elements are nested deeper than the {0} levels that are allowed")]
    TooDeep(usize),
    /// An element has more attributes than [`Limits::attributes`](crate::Limits::attributes).
    #[error("an element has more than the {0} attributes that are allowed")]
    TooManyAttributes(usize),
    /// The document has more nodes than [`Limits::nodes`](crate::Limits::nodes).
    #[error("the document has more than the {0} nodes that are allowed")]
    TooManyNodes(usize),
    /// The document has a DOCTYPE, which SOAP forbids and which is how entities are abused.
    #[error("the document has a DOCTYPE, which is not allowed")]
    Doctype,
    /// The document is not well-formed.
    #[error("not well-formed at byte {offset}: {problem}")]
    IllFormed {
        /// Where, in bytes from the start of the document (after a byte order mark).
        offset: usize,
        /// What is wrong there.
        problem: Problem,
    },
}

/// What is wrong with a document that is not well-formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The bytes are not UTF-8.
    #[error("the bytes are not UTF-8")]
    NotUtf8,
    /// The XML declaration is misplaced, malformed, not of version 1.0 or names another encoding than UTF-8.
    #[error("the XML declaration must come first, with version 1.0 and encoding UTF-8")]
    Declaration,
    /// A tag, comment or section has no end, or an end tag does not match.
    #[error("{0}")]
    Markup(String),
    /// A character that XML 1.0 does not allow.
    #[error("a character that XML does not allow")]
    Character,
    /// A name that XML 1.0 or Namespaces in XML 1.0 does not allow.
    #[error("`{0}` is not a name")]
    Name(String),
    /// An attribute without value, quotes or white space before it.
    #[error("an attribute must be written name=\"value\", with white space before it")]
    AttributeSyntax,
    /// `<` in an attribute value.
    #[error("`<` in an attribute value")]
    AngleInAttribute,
    /// An element has the same attribute twice, perhaps by two prefixes of one namespace.
    #[error("the attribute `{0}` is given twice")]
    DuplicateAttribute(String),
    /// A reference to something other than a character or one of the five built-in entities.
    #[error("a reference that is neither a legal character nor one of amp, lt, gt, apos, quot")]
    Reference,
    /// `]]>` in text.
    #[error("`]]>` in text")]
    SectionEnd,
    /// A prefix that no element around it declares.
    #[error("the prefix `{0}` is not declared")]
    UndeclaredPrefix(String),
    /// A declaration that binds `xml` or `xmlns`, their namespaces, or a prefix to nothing.
    #[error("the prefix `{0}` cannot be declared so")]
    Binding(String),
    /// A processing instruction with a reserved target.
    #[error("a processing instruction cannot be called `{0}`")]
    Instruction(String),
    /// Text, a reference or a CDATA section outside the root element.
    #[error("text outside the root element")]
    TextOutsideRoot,
    /// More than one root element.
    #[error("a second root element")]
    SecondRoot,
    /// No element at all.
    #[error("there is no element")]
    NoRoot,
    /// The document ends inside an element.
    #[error("the element `{0}` has no end")]
    Unclosed(String),
}

impl Problem {
    /// This problem at a place.
    pub(crate) fn at(self, offset: usize) -> XmlError {
        XmlError::IllFormed { offset, problem: self }
    }
}

/// The beginning of a name, for a message: names come from the wire and may be as long as the document.
pub(crate) fn excerpt(name: &str) -> String {
    const CHARACTERS: usize = 64;
    match name.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_in_messages() {
        assert_eq!(excerpt("short"), "short");
        assert_eq!(excerpt(&"é".repeat(1000)).chars().count(), 65);
    }
}

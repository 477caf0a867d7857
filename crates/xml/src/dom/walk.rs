//! Document order with start and end of each element, which canonicalization needs, without recursion.

use super::{Document, Element, Item};

/// One step through an element.
pub(crate) enum Step<'d> {
    Open(Element<'d>),
    Text(&'d str),
    Instruction { target: &'d str, data: &'d str },
    Close(Element<'d>),
}

struct Walk<'d> {
    document: &'d Document,
    next: usize,
    end: usize,
    open: Vec<Element<'d>>,
    without: Option<Element<'d>>,
}

impl<'d> Element<'d> {
    /// The element and everything inside it, but for `without` and what that holds.
    pub(crate) fn walk(self, without: Option<Element<'d>>) -> impl Iterator<Item = Step<'d>> {
        Walk { document: self.document, next: self.index, end: self.tag.end, open: Vec::new(), without }
    }
}

impl<'d> Iterator for Walk<'d> {
    type Item = Step<'d>;

    fn next(&mut self) -> Option<Step<'d>> {
        if let Some(element) = self.open.pop_if(|element| element.tag.end <= self.next) {
            return Some(Step::Close(element));
        }
        if self.next >= self.end {
            return None;
        }
        let item = self.document.item(self.next)?;
        self.next += 1;
        match item {
            Item::Element(element) if Some(element) == self.without => {
                self.next = element.tag.end;
                self.next()
            }
            Item::Element(element) => {
                self.open.push(element);
                Some(Step::Open(element))
            }
            Item::Text(text) => Some(Step::Text(text)),
            Item::Instruction { target, data } => Some(Step::Instruction { target, data }),
        }
    }
}

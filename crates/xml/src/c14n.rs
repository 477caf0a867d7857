//! Exclusive XML Canonicalization 1.0 without comments (<https://www.w3.org/TR/xml-exc-c14n/>).

use std::collections::{BTreeMap, HashMap};

use crate::dom::Step;
use crate::{Attribute, Element, escape_attribute, escape_text};

/// The algorithm's identifier.
pub const ALGORITHM: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// What to do differently.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Prefixes whose declarations are written wherever they are in scope, used or not
    /// (`InclusiveNamespaces/@PrefixList`). "#default" or "" is the default namespace.
    pub inclusive_prefixes: &'a [&'a str],
    /// An element to leave out with all that it holds: the signature, for an enveloped signature.
    pub without: Option<Element<'a>>,
}

/// The canonical form of an element with everything inside it, in UTF-8.
pub fn exclusive(element: Element<'_>, options: &Options<'_>) -> Vec<u8> {
    let mut canonicalizer = Canonicalizer {
        out: String::with_capacity(element.source().len()),
        apex: element,
        inclusive: options
            .inclusive_prefixes
            .iter()
            .map(|p| if *p == "#default" { "" } else { *p })
            .collect(),
        rendered: HashMap::new(),
        undo: Vec::new(),
    };
    for step in element.walk(options.without) {
        match step {
            Step::Open(element) => canonicalizer.open(element),
            Step::Text(text) => canonicalizer.out.push_str(&escape_text(text)),
            Step::Instruction { target, data } => canonicalizer.instruction(target, data),
            Step::Close(element) => canonicalizer.close(element),
        }
    }
    canonicalizer.out.into_bytes()
}

struct Canonicalizer<'d> {
    out: String,
    apex: Element<'d>,
    inclusive: Vec<&'d str>,
    /// Prefix to the namespaces written for it by the elements that are open, the innermost last.
    rendered: HashMap<&'d str, Vec<&'d str>>,
    /// For each open element, the prefixes that it has declared.
    undo: Vec<Vec<&'d str>>,
}

impl<'d> Canonicalizer<'d> {
    fn open(&mut self, element: Element<'d>) {
        self.out.push('<');
        self.qname(element.prefix(), element.local_name());
        let mut attributes: Vec<Attribute<'d>> = element.attributes().collect();
        self.declarations(element, &attributes);
        attributes.sort_by_key(|a| (a.namespace(), a.local_name()));
        for attribute in attributes {
            self.out.push(' ');
            self.qname(attribute.prefix(), attribute.local_name());
            self.value(attribute.value());
        }
        self.out.push('>');
    }

    fn close(&mut self, element: Element<'d>) {
        self.out.push_str("</");
        self.qname(element.prefix(), element.local_name());
        self.out.push('>');
        for prefix in self.undo.pop().unwrap_or_default() {
            self.rendered.get_mut(prefix).map(Vec::pop);
        }
    }

    /// Writes the declarations that the element needs and that no element around it in the output has made.
    fn declarations(&mut self, element: Element<'d>, attributes: &[Attribute<'d>]) {
        let mut needed = BTreeMap::from([(element.prefix(), element.namespace())]);
        needed.extend(
            attributes.iter().filter(|a| !a.prefix().is_empty()).map(|a| (a.prefix(), a.namespace())),
        );
        self.add_inclusive(element, &mut needed);
        needed.retain(|prefix, uri| {
            let around = self.rendered.get(prefix).and_then(|uris| uris.last()).copied().unwrap_or_default();
            *prefix != "xml" && around != *uri
        });
        for (prefix, uri) in &needed {
            self.out.push_str(" xmlns");
            if !prefix.is_empty() {
                self.out.push(':');
                self.out.push_str(prefix);
            }
            self.value(uri);
            self.rendered.entry(prefix).or_default().push(uri);
        }
        self.undo.push(needed.into_keys().collect());
    }

    /// The namespaces of the prefix list: at the apex as they are in scope there, further inside only where
    /// they are declared anew, since the rest has been written by then.
    fn add_inclusive(&self, element: Element<'d>, needed: &mut BTreeMap<&'d str, &'d str>) {
        if element == self.apex {
            let in_scope = |prefix: &&'d str| Some((*prefix, element.namespace_of_prefix(prefix)?));
            needed.extend(self.inclusive.iter().filter_map(in_scope));
        } else if !self.inclusive.is_empty() {
            needed.extend(element.declarations().filter(|(prefix, _)| self.inclusive.contains(prefix)));
        }
    }

    fn instruction(&mut self, target: &str, data: &str) {
        let space = if data.is_empty() { "" } else { " " };
        self.out.extend(["<?", target, space, data, "?>"]);
    }

    fn qname(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(local);
    }

    fn value(&mut self, value: &str) {
        self.out.extend(["=\"", &escape_attribute(value), "\""]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Document, Limits};

    fn document(xml: &str) -> Document {
        Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
    }

    fn canonical(element: Element<'_>, inclusive_prefixes: &[&str]) -> String {
        String::from_utf8(exclusive(element, &Options { inclusive_prefixes, without: None })).unwrap()
    }

    fn of(xml: &str) -> String {
        canonical(document(xml).root(), &[])
    }

    #[test]
    fn comments_and_what_is_outside_the_root_are_left_out() {
        assert_eq!(
            of("<?xml version='1.0'?><!-- a --><?b?><c>1<!-- d -->2<?e  f g?><?h?></c><?i?>"),
            "<c>12<?e f g?><?h?></c>"
        );
    }

    #[test]
    fn tags_are_written_in_full_and_white_space_in_them_goes() {
        assert_eq!(of("<a  b = 'c' ><d /></a >"), "<a b=\"c\"><d></d></a>");
    }

    #[test]
    fn attributes_are_sorted_by_namespace_then_name() {
        assert_eq!(
            of("<a xmlns:y='urn:1' xmlns:x='urn:2' x:a='1' y:b='2' y:a='3' b='4' a='5' xml:id='6'/>"),
            "<a xmlns:x=\"urn:2\" xmlns:y=\"urn:1\" a=\"5\" b=\"4\" xml:id=\"6\" y:a=\"3\" y:b=\"2\" x:a=\"1\"></a>"
        );
    }

    #[test]
    fn characters_are_escaped_as_the_specification_says() {
        assert_eq!(
            of(
                "<a b='&lt;&gt;&quot;&apos;&#9;&#10;&#13;&amp;\t\r\n.'>&lt;&gt;\"'&#13;&amp;\r\n<![CDATA[<&>]]></a>"
            ),
            "<a b=\"&lt;>&quot;'&#x9;&#xA;&#xD;&amp;  .\">&lt;&gt;\"'&#xD;&amp;\n&lt;&amp;&gt;</a>"
        );
    }

    #[test]
    fn only_namespaces_in_use_are_declared_and_where_they_are_used() {
        assert_eq!(
            of("<a xmlns:p='u' xmlns:q='v' xmlns='d'><p:b><p:c q:x=''/></p:b><p:b/></a>"),
            "<a xmlns=\"d\"><p:b xmlns:p=\"u\"><p:c xmlns:q=\"v\" q:x=\"\"></p:c></p:b><p:b xmlns:p=\"u\"></p:b></a>"
        );
    }

    #[test]
    fn redundant_declarations_go_and_changed_ones_stay() {
        assert_eq!(
            of("<p:a xmlns:p='u'><p:b xmlns:p='u'/><p:b xmlns:p='v'><p:c xmlns:p='u'/></p:b></p:a>"),
            "<p:a xmlns:p=\"u\"><p:b></p:b><p:b xmlns:p=\"v\"><p:c xmlns:p=\"u\"></p:c></p:b></p:a>"
        );
    }

    #[test]
    fn the_default_namespace_is_taken_back_only_where_it_was_given() {
        assert_eq!(
            of("<a xmlns=''><b xmlns='u'><c xmlns=''/></b><d/></a>"),
            "<a><b xmlns=\"u\"><c xmlns=\"\"></c></b><d></d></a>"
        );
        // Between c and b stands an element that does not use the default namespace.
        assert_eq!(
            of("<b xmlns='u' xmlns:p='v'><p:x xmlns=''><c/></p:x></b>"),
            "<b xmlns=\"u\"><p:x xmlns:p=\"v\"><c xmlns=\"\"></c></p:x></b>"
        );
    }

    #[test]
    fn an_inner_element_brings_the_namespaces_it_uses_and_no_xml_attributes() {
        let document = document("<a xmlns:p='u' xmlns='d' xml:lang='en'><p:b><c/></p:b></a>");
        let b = document.root().child("u", "b").unwrap();
        assert_eq!(canonical(b, &[]), "<p:b xmlns:p=\"u\"><c xmlns=\"d\"></c></p:b>");
    }

    #[test]
    fn listed_prefixes_are_declared_whether_used_or_not() {
        let document =
            document("<a xmlns:p='u' xmlns:q='v' xmlns='d'><q:b><c xmlns:p='w'/><q:e xmlns=''/></q:b></a>");
        let b = document.root().child("v", "b").unwrap();
        assert_eq!(
            canonical(b, &["p", "undeclared", "#default", "xml"]),
            "<q:b xmlns=\"d\" xmlns:p=\"u\" xmlns:q=\"v\"><c xmlns:p=\"w\"></c><q:e xmlns=\"\"></q:e></q:b>"
        );
        assert_eq!(
            canonical(b, &["p"]),
            "<q:b xmlns:p=\"u\" xmlns:q=\"v\"><c xmlns=\"d\" xmlns:p=\"w\"></c><q:e></q:e></q:b>"
        );
    }

    /// libxml2 (up to 2.14 at least) writes the ampersand as it is, which is not well-formed.
    #[test]
    fn namespaces_are_escaped_as_attributes_are() {
        assert_eq!(of("<p:a xmlns:p='u?a&amp;b'/>"), "<p:a xmlns:p=\"u?a&amp;b\"></p:a>");
    }

    #[test]
    fn an_element_can_be_left_out() {
        let document = document("<a>1<b>2<c/></b>3<b/></a>");
        let options = Options { inclusive_prefixes: &[], without: document.root().child("", "b") };
        assert_eq!(exclusive(document.root(), &options), b"<a>13<b></b></a>");
    }

    /// Documents with nested, redeclared and taken back namespaces.
    fn documents() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec!["a", "b", "p:a", "p:b", "q:a", "q:c", "é"]);
        let declarations =
            prop::sample::subsequence(vec![" xmlns='u'", " xmlns:p='u'", " xmlns:q='w'"], 0..=3);
        let others =
            prop::sample::subsequence(vec![" p:x='1'", " q:y='&#10;\t'", " x='\"'", " xml:lang='de'"], 0..=4);
        let tag =
            (name, declarations, prop::bool::ANY, others).prop_map(|(name, declarations, back, others)| {
                let back = if back && !declarations.contains(&" xmlns='u'") { " xmlns=''" } else { "" };
                (name, format!("<{name}{}{back}{}", declarations.concat(), others.concat()))
            });
        let text = prop::sample::select(vec![
            "text",
            "&lt;&#13;",
            "\r\n",
            "<![CDATA[<&]]>",
            "<!-- c -->",
            "<?p d?>",
        ]);
        let leaf = prop_oneof![text.prop_map(str::to_owned), tag.clone().prop_map(|(_, open)| open + "/>")];
        let tree = leaf.prop_recursive(5, 40, 5, move |inner| {
            (tag.clone(), proptest::collection::vec(inner, 0..5))
                .prop_map(|((name, open), content)| format!("{open}>{}</{name}>", content.concat()))
        });
        proptest::collection::vec(tree, 1..4)
            .prop_map(|trees| format!("<r xmlns:p='v' xmlns:q='v2'>{}</r>", trees.concat()))
    }

    proptest! {
        #[test]
        fn canonical_xml_is_its_own_canonical_form(xml in documents()) {
            let once = of(&xml);
            prop_assert_eq!(of(&once), once);
        }

        #[test]
        fn an_inner_elements_canonical_form_stands_alone(xml in documents()) {
            let document = document(&xml);
            for element in document.root().descendants() {
                let alone = canonical(element, &[]);
                prop_assert_eq!(of(&alone), alone);
            }
        }
    }
}

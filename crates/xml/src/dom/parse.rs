//! From bytes to nodes: quick-xml splits the text into markup, this file checks what quick-xml leaves open.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::build::Builder;
use super::{Arena, Span, tags};
use crate::{Limits, Problem, XmlError, chars, error};

/// The text of a document, without a byte order mark.
pub(super) fn decode<'b>(bytes: &'b [u8], limits: &Limits) -> Result<&'b str, XmlError> {
    limits.check_bytes(bytes.len())?;
    let text = std::str::from_utf8(bytes).map_err(|e| Problem::NotUtf8.at(e.valid_up_to()))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    // quick-xml would take a second mark for the first one.
    if text.starts_with('\u{FEFF}') {
        return Err(Problem::TextOutsideRoot.at(0));
    }
    match text.char_indices().find(|(_, c)| !chars::is_legal(*c)) {
        Some((offset, _)) => Err(Problem::Character.at(offset)),
        None => Ok(text),
    }
}

/// The nodes of a document.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Arena, XmlError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut builder = Builder::new(text, limits);
    loop {
        let start = offset(reader.buffer_position());
        let event = reader.read_event().map_err(|e| {
            Problem::Markup(error::excerpt(&e.to_string())).at(offset(reader.error_position()))
        })?;
        let span = Span { start, end: offset(reader.buffer_position()) };
        if matches!(event, Event::Eof) {
            return builder.finish();
        }
        take(&mut builder, text, &event, span)?;
    }
}

fn take(builder: &mut Builder<'_>, text: &str, event: &Event<'_>, span: Span) -> Result<(), XmlError> {
    match event {
        Event::Start(tag) => builder.start(span, tag.name().as_ref().len()),
        Event::Empty(tag) => {
            builder.start(span, tag.name().as_ref().len())?;
            builder.end(Span { start: span.end, end: span.end });
            Ok(())
        }
        Event::End(_) => {
            builder.end(span);
            Ok(())
        }
        Event::Text(content) if tags::slice(text, span).contains("]]>") => {
            let before = content.find("]]>").unwrap_or_default();
            Err(Problem::SectionEnd.at(span.start + before))
        }
        Event::Text(content) => builder.text(&content.xml10_content(), span.start),
        Event::CData(content) => builder.section(&content.xml10_content(), span.start),
        Event::GeneralRef(reference) => {
            let c = chars::resolve_reference(reference).map_err(|problem| problem.at(span.start))?;
            builder.section(c.encode_utf8(&mut [0; 4]), span.start)
        }
        Event::PI(instruction) => {
            builder.instruction(span, instruction.target().len(), instruction.content())
        }
        Event::Decl(_) if span.start == 0 => {
            const OPEN: usize = "<?xml".len();
            const CLOSE: usize = "?>".len();
            tags::check_declaration(text, Span { start: OPEN, end: span.end - CLOSE })
        }
        Event::Decl(_) => Err(Problem::Declaration.at(span.start)),
        Event::DocType(_) => Err(XmlError::Doctype),
        Event::Comment(_) | Event::Eof => Ok(()),
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).expect("positions lie within a text in memory")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Document, Limits, Problem, XmlError};

    fn parse(xml: &str) -> Result<Document, XmlError> {
        Document::parse(xml.as_bytes(), &Limits::default())
    }

    fn problem(xml: &str) -> Problem {
        match parse(xml) {
            Err(XmlError::IllFormed { problem, .. }) => problem,
            Err(other) => panic!("{xml:?} is refused for another reason: {other}"),
            Ok(_) => panic!("{xml:?} is accepted"),
        }
    }

    fn assert_markup(xml: &str) {
        let problem = problem(xml);
        assert!(matches!(problem, Problem::Markup(_)), "{xml:?}: {problem}");
    }

    #[test]
    fn a_doctype_is_refused_wherever_it_stands() {
        let laughs = r#"<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>"#;
        let external = r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#;
        for xml in [
            laughs,
            external,
            "<!DOCTYPE a><a/>",
            "<?xml version='1.0'?> <!doctype a><a/>",
            "<a><!DOCTYPE a></a>",
        ] {
            assert_eq!(parse(xml).unwrap_err(), XmlError::Doctype, "{xml}");
        }
        assert_markup("<!DOCTYPE a [<!ENTITY");
        assert_markup("<!ENTITY a 'b'><a/>");
    }

    #[test]
    fn only_built_in_entities_and_characters_are_resolved() {
        assert_eq!(parse("<a>&lt;&#65;&#x42;&amp;amp;</a>").unwrap().root().text(), "<AB&amp;");
        for xml in ["<a>&b;</a>", "<a b='&c;'/>", "<a>&#0;</a>", "<a>&#xFFFF;</a>", "<a b='&'/>", "<a>&;</a>"]
        {
            assert_eq!(problem(xml), Problem::Reference, "{xml}");
        }
        assert_markup("<a>&</a>");
        assert_markup("<a>&lt</a>");
    }

    #[test]
    fn a_document_has_exactly_one_root() {
        assert_eq!(problem(""), Problem::NoRoot);
        assert_eq!(problem(" <!-- nothing --> <?a b?> "), Problem::NoRoot);
        assert_eq!(problem("<a/><b/>"), Problem::SecondRoot);
        assert_eq!(problem("<a></a><a>"), Problem::SecondRoot);
        for xml in ["text", "<a/>text", "x<a/>", "<a/><![CDATA[]]>", "<a/>&#32;", "\u{FEFF}\u{FEFF}<a/>"] {
            assert_eq!(problem(xml), Problem::TextOutsideRoot, "{xml:?}");
        }
        parse("\u{FEFF}<?xml version=\"1.0\"?>\r\n<!-- a --><?b c?>\n<a/>\n<!-- d -->\t").unwrap();
    }

    #[test]
    fn every_element_is_closed_by_its_own_name() {
        assert_eq!(problem("<a><b></b>"), Problem::Unclosed("a".to_owned()));
        for xml in [
            "<a></b>",
            "<a><b></a></b>",
            "</a>",
            "<a",
            "<a b='",
            "<a></ a>",
            "<a></a b='c'>",
            "<",
            "<>",
            "<a><",
        ] {
            assert!(matches!(problem(xml), Problem::Markup(_) | Problem::Name(_)), "{xml}");
        }
        parse("<a></a >").unwrap();
    }

    #[test]
    fn names_are_qualified_names() {
        for xml in [
            "<1/>",
            "<a:/>",
            "<:a/>",
            "<a:b:c/>",
            "<a 1='b'/>",
            "<a :b='c'/>",
            "<a xmlns:='u'/>",
            "<a/ >",
            "<a/b/>",
            "< a/>",
            "<a\u{D7}/>",
        ] {
            assert!(matches!(problem(xml), Problem::Name(_) | Problem::AttributeSyntax), "{xml}");
        }
    }

    #[test]
    fn attributes_are_quoted_and_spaced() {
        for xml in [
            "<a b/>",
            "<a b=c/>",
            "<a b='c'd='e'/>",
            "<a b=/>",
            "<a ='c'/>",
            "<a b = 'c' d/>",
            "<a b='c\"/>'",
        ] {
            assert!(
                matches!(problem(xml), Problem::AttributeSyntax | Problem::Name(_) | Problem::Markup(_)),
                "{xml}"
            );
        }
        assert_eq!(problem("<a b='<'/>"), Problem::AngleInAttribute);
        let document = parse("<a b = 'x>\"y'\n\tc=\"/>'\"/>").unwrap();
        assert_eq!(document.root().attribute("", "b"), Some("x>\"y"));
        assert_eq!(document.root().attribute("", "c"), Some("/>'"));
    }

    #[test]
    fn attributes_are_unique_by_namespace() {
        for xml in [
            "<a b='' b=''/>",
            "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>",
            "<a xmlns='u' xmlns='v'/>",
            "<a xmlns:p='u' xmlns:p='u'/>",
        ] {
            assert!(matches!(problem(xml), Problem::DuplicateAttribute(_)), "{xml}");
        }
        parse("<a xmlns='u' xmlns:p='u' p:b='' b=''/>").unwrap();
    }

    #[test]
    fn prefixes_are_declared_in_scope() {
        for xml in ["<p:a/>", "<a p:b=''/>", "<a><b xmlns:p='u'/><p:c/></a>", "<xmlns:a/>"] {
            assert!(matches!(problem(xml), Problem::UndeclaredPrefix(_)), "{xml}");
        }
        parse("<p:a xmlns:p='u'><b><p:c/></b></p:a>").unwrap();
        parse("<a xml:lang='en'/>").unwrap();
    }

    #[test]
    fn reserved_bindings_are_refused() {
        let xml_uri = crate::XML_NAMESPACE;
        for declaration in [
            "xmlns:p=''".to_owned(),
            "xmlns:xmlns='u'".to_owned(),
            "xmlns:xml='u'".to_owned(),
            "xmlns:a:b='u'".to_owned(),
            format!("xmlns:p='{xml_uri}'"),
            format!("xmlns='{xml_uri}'"),
            "xmlns='http://www.w3.org/2000/xmlns/'".to_owned(),
            "xmlns:p='http://www.w3.org/2000/xmlns/'".to_owned(),
        ] {
            let problem = problem(&format!("<a {declaration}/>"));
            assert!(matches!(problem, Problem::Binding(_)), "{declaration}: {problem}");
        }
        parse(&format!("<a xmlns:xml='{xml_uri}' xmlns=''/>")).unwrap();
    }

    #[test]
    fn illegal_characters_are_refused_everywhere() {
        for xml in [
            "<a>\u{1}</a>",
            "<a b='\u{0}'/>",
            "<a><!-- \u{FFFE} --></a>",
            "<a><![CDATA[\u{1b}]]></a>",
            "<?p \u{8}?><a/>",
        ] {
            assert_eq!(problem(xml), Problem::Character, "{xml:?}");
        }
    }

    #[test]
    fn text_must_not_hold_the_end_of_a_section() {
        assert_eq!(problem("<a>]]></a>"), Problem::SectionEnd);
        assert_eq!(parse("<a>]]&gt;]>]]<!-- -->></a>").unwrap().root().text(), "]]>]>]]>");
        assert_eq!(parse("<a><![CDATA[<&]]]]><![CDATA[>]]></a>").unwrap().root().text(), "<&]]>");
        assert_markup("<a><![CDATA[</a>");
        assert_markup("<a><![cdata[]]></a>");
    }

    #[test]
    fn comments_have_no_double_hyphen() {
        for xml in
            ["<a><!-- -- --></a>", "<a><!-- a ---></a>", "<a><!--></a>", "<a><!---></a>", "<a><!-- </a>"]
        {
            assert_markup(xml);
        }
        parse("<a><!----><!-- - --></a>").unwrap();
    }

    #[test]
    fn the_xml_declaration_comes_first_and_says_utf_8() {
        for xml in [
            " <?xml version='1.0'?><a/>",
            "<a><?xml version='1.0'?></a>",
            "<?xml version='1.0'?><?xml version='1.0'?><a/>",
            "<?xml version='1.1'?><a/>",
            "<?xml?><a/>",
            "<?xml encoding='utf-8'?><a/>",
            "<?xml version='1.0' encoding='utf-16'?><a/>",
            "<?xml version='1.0' standalone='maybe'?><a/>",
            "<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>",
            "<?xml version='1.0'encoding='utf-8'?><a/>",
        ] {
            assert_eq!(problem(xml), Problem::Declaration, "{xml}");
        }
        parse("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='no' ?><a/>").unwrap();
        parse("<?xml version='1.0' standalone='yes'?><a/>").unwrap();
    }

    #[test]
    fn processing_instructions_have_a_name_of_their_own() {
        for xml in ["<a><?XML a?></a>", "<a><?1?></a>", "<a><? a?></a>", "<?a:b c?><a/>"] {
            assert!(matches!(problem(xml), Problem::Instruction(_)), "{xml}");
        }
        parse("<?xml-stylesheet a?><a><?b?><?c d ? e?></a>").unwrap();
        assert_markup("<a><?b</a>");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused_with_their_place() {
        let refused = Document::parse(b"<a>caf\xe9</a>", &Limits::default()).unwrap_err();
        assert_eq!(refused, Problem::NotUtf8.at(6));
        let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(Document::parse(&utf16, &Limits::default()).is_err());
        assert!(Document::parse(b"<a>\xed\xa0\x80</a>", &Limits::default()).is_err(), "a surrogate");
    }

    #[test]
    fn the_length_is_limited_before_anything_is_decoded() {
        let limits = Limits { bytes: 10, ..Limits::default() };
        assert!(
            Document::parse(b"<a>1234</a>", &limits)
                .is_err_and(|e| e == XmlError::TooManyBytes { bytes: 11, limit: 10 })
        );
        assert!(Document::parse(b"<a>123</a>", &limits).is_ok());
    }

    #[test]
    fn the_depth_is_limited() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&nested(64)).is_ok());
        assert_eq!(parse(&nested(65)).unwrap_err(), XmlError::TooDeep(64));
        assert_eq!(parse(&"<a>".repeat(80_000)).unwrap_err(), XmlError::TooDeep(64));
    }

    #[test]
    fn without_limits_a_deep_document_does_not_touch_the_stack() {
        let depth = 300_000;
        let xml = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let limits = Limits { bytes: usize::MAX, depth: usize::MAX, nodes: usize::MAX, ..Limits::default() };
        let document = Document::parse(xml.as_bytes(), &limits).unwrap();
        assert_eq!(document.root().descendants().count(), depth - 1);
        assert_eq!(crate::c14n::exclusive(document.root(), &Default::default()), xml.as_bytes());
    }

    #[test]
    fn the_attributes_of_an_element_are_limited() {
        let element = |count: usize| {
            let attributes: String = (0..count).map(|n| format!(" a{n}=''")).collect();
            format!("<a{attributes}/>")
        };
        assert!(parse(&element(64)).is_ok());
        assert_eq!(parse(&element(65)).unwrap_err(), XmlError::TooManyAttributes(64));
        let declarations: String = (0..65).map(|n| format!(" xmlns:a{n}='u'")).collect();
        assert_eq!(parse(&format!("<a{declarations}/>")).unwrap_err(), XmlError::TooManyAttributes(64));
    }

    #[test]
    fn the_nodes_are_limited() {
        let limits = Limits { nodes: 5, ..Limits::default() };
        assert!(Document::parse(b"<a>1<b/>2<c/></a>", &limits).is_ok());
        let refused = Document::parse(b"<a>1<b/>2<c/>3</a>", &limits).unwrap_err();
        assert_eq!(refused, XmlError::TooManyNodes(5));
    }

    #[test]
    fn many_declarations_in_scope_do_not_make_names_slow() {
        let declarations =
            |level: usize| -> String { (0..60).map(|n| format!(" xmlns:p{level}-{n}='u'")).collect() };
        let open: String = (0..60).map(|level| format!("<a{}>", declarations(level))).collect();
        let xml = format!("{open}{}{}", "<p0-0:b/>".repeat(15_000), "</a>".repeat(60));
        assert!(parse(&xml).is_ok());
    }

    #[test]
    fn errors_do_not_quote_text_or_values() {
        for xml in [
            "<a><pin>4711</pin>",
            "<a pin='4711' pin='4711'/>",
            "<a pin='&4711;'/>",
            "<a>&4711;</a>",
            "<a>4711]]></a>",
            "<a/>4711",
        ] {
            assert!(!parse(xml).unwrap_err().to_string().contains("4711"), "{xml}");
        }
        let document = parse("<a pin='4711'>4711</a>").unwrap();
        let shown = format!("{document:?} {:?} {:?}", document.root(), document.root().attributes().next());
        assert!(!shown.contains("4711"), "{shown}");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Document::parse(&bytes, &Limits::default());
        }

        #[test]
        fn things_that_look_like_xml_never_panic(
            pieces in proptest::collection::vec(
                prop::sample::select(vec![
                    "<", ">", "/", "a", "p:", "xmlns", "=", "'", "\"", "&", ";", "#", "x41", "<!--", "-->",
                    "<![CDATA[", "]]>", "<?", "?>", "xml", " version='1.0'", " ", "\r", "\n", "é", "<a>", "</a>",
                    "<a b='c'>", "xmlns:p='u'", "<!DOCTYPE", "\u{FEFF}", "\u{1}", "<p:a xmlns:p='u'/>",
                ]),
                0..40,
            )
        ) {
            if let Ok(document) = parse(&pieces.concat()) {
                let _ = crate::c14n::exclusive(document.root(), &Default::default());
            }
        }
    }
}

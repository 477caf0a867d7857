//! Secrets in XML, found as text: a body may be cut, or be no XML at all, and must be masked all the same.

use super::MASK;

/// Elements that hold a secret, by local name: of WS-Trust, of XML encryption, of WS-Security, of the user-PIN
/// service; and the signatures without which a kept ticket opens nothing.
const SECRET: [&str; 5] = ["BinarySecret", "CipherValue", "Password", "EncryptedPin", "SignatureValue"];

/// The text with the contents of these elements masked, and those of the elements in `doubtful`.
pub(super) fn mask(text: &str, doubtful: &[&str]) -> String {
    let is_secret =
        |name: &str| SECRET.iter().chain(doubtful).any(|secret| secret.eq_ignore_ascii_case(name));
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = next_tag(rest) {
        masked.push_str(before);
        let (tag, after) = split_tag(tag);
        masked.push_str(tag);
        rest = after;
        let name = local_name(tag);
        if !tag.ends_with("/>") && is_secret(name) {
            let (content, end) = split_content(after, name);
            if !content.trim().is_empty() {
                masked.push_str(MASK);
            }
            rest = end;
        }
    }
    masked.push_str(rest);
    masked
}

/// What comes before the next tag, and the rest from there.
fn next_tag(text: &str) -> Option<(&str, &str)> {
    text.find('<').and_then(|start| text.split_at_checked(start))
}

/// The tag up to its `>`, and what follows. A `>` within quotes ends no tag.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return text.split_at_checked(at + 1).unwrap_or((text, "")),
            // Quotes that do not match, as in a comment: the next tag begins here.
            (_, '<') if at > 0 => return text.split_at_checked(at).unwrap_or((text, "")),
            _ => {}
        }
    }
    (text, "")
}

/// The local name of a start tag; that of anything else is empty or begins with `/`, `!` or `?`.
fn local_name(tag: &str) -> &str {
    let name = tag.strip_prefix('<').unwrap_or(tag);
    let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default();
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The content of an element of this local name, and the rest from its end tag on. Without an end tag all is content.
fn split_content<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut searched = 0;
    while let Some(found) = text.get(searched..).and_then(|rest| rest.find("</")) {
        let at = searched + found;
        let end = text.get(at + 2..).unwrap_or_default();
        if local_name(end).eq_ignore_ascii_case(name) {
            return text.split_at_checked(at).unwrap_or((text, ""));
        }
        searched = at + 2;
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contents_of_secret_elements_are_masked_with_any_prefix() {
        for (text, masked) in [
            ("<a><BinarySecret>AAA=</BinarySecret>b</a>", "<a><BinarySecret>****</BinarySecret>b</a>"),
            (
                "<t:BinarySecret xml:id='1'>A</t:BinarySecret>",
                "<t:BinarySecret xml:id='1'>****</t:BinarySecret>",
            ),
            (
                "<wsse:Password Type=\"a>b\">0712</wsse:Password>",
                "<wsse:Password Type=\"a>b\">****</wsse:Password>",
            ),
            ("<e:CipherValue>A</e:CipherValue>", "<e:CipherValue>****</e:CipherValue>"),
            ("<EncryptedPin\n>A</EncryptedPin >", "<EncryptedPin\n>****</EncryptedPin >"),
            ("<ds:SignatureValue>A</ds:SignatureValue>", "<ds:SignatureValue>****</ds:SignatureValue>"),
            ("<Password>a<b>0712</b></Password><c/>", "<Password>****</Password><c/>"),
            ("<Password><![CDATA[0712]]></Password>", "<Password>****</Password>"),
            ("<password>0712</password>", "<password>****</password>"),
        ] {
            assert_eq!(mask(text, &[]), masked);
        }
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for text in [
            "",
            "no XML, 1 < 2",
            "<a b='<'>c</a>",
            "<Password/><c>d</c>",
            "<Password></Password><c>d</c>",
            "<PasswordPolicy>d</PasswordPolicy>",
            "<!-- it's --><c>d</c>",
            "<PhoneOrExt>1219</PhoneOrExt>",
        ] {
            assert_eq!(mask(text, &[]), text);
        }
    }

    #[test]
    fn what_is_in_doubt_is_masked_too() {
        let text = "<u:PhoneOrExt>0712</u:PhoneOrExt>";
        assert_eq!(mask(text, &["User", "PhoneOrExt"]), "<u:PhoneOrExt>****</u:PhoneOrExt>");
        assert_eq!(mask(text, &["User"]), text);
    }

    #[test]
    fn what_is_cut_or_broken_shows_no_secret() {
        for text in [
            "<Password>0712",
            "<Password>0712</Pass",
            "<Password>0712</Other>0712",
            "<!-- it's <Password>0712</Password>",
            "<a b='<Password>0712</Password>",
            "<?x ' ?><Password>0712</Password>",
        ] {
            assert!(!mask(text, &[]).contains("0712"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_around_a_secret_makes_it_visible(before in "[<>/'\"!a:]{0,12}", after in "[<>/'\"!a:]{0,12}") {
            let masked = mask(&format!("{before}<p:Password>0712</p:Password>{after}"), &[]);
            proptest::prop_assert!(!masked.contains("0712"), "{masked}");
        }
    }
}

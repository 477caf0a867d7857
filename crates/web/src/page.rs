//! The HTML pages that IIS shows when a request does not get as far as the SOAP layer.
//!
//! The text of the real pages is not public apart from their headings; these are lyncmock's own and say so. The page
//! of a 401 has the length of the one that was captured.

use std::sync::LazyLock;

/// `Content-Length` of the 401 page in the one public capture of a refused PIN, in bytes.
const UNAUTHORIZED_LENGTH: usize = 4897;

/// The page behind every 401; its heading is the one that a front end was seen to send.
pub(crate) fn unauthorized() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let heading = "401 - Unauthorized: Access is denied due to invalid credentials.";
        let text = "You do not have permission to view this page with the credentials that you supplied.";
        padded(&page(heading, text), UNAUTHORIZED_LENGTH)
    });
    &PAGE
}

/// A page for any other status.
pub(crate) fn page(heading: &str, text: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>{heading}</title>\n</head>\n<body>\n\
         <h1>Server Error</h1>\n<h2>{heading}</h2>\n<p>{text}</p>\n</body>\n</html>\n"
    )
}

/// The page with a comment at its end that brings it to `length` bytes.
fn padded(page: &str, length: usize) -> String {
    let (open, close) =
        ("<!-- Written by lyncmock. A captured page has this length; its text is not public.\n", "-->\n");
    let missing = length.saturating_sub(page.len() + open.len() + close.len());
    let mut filler = String::with_capacity(missing);
    while filler.len() < missing {
        filler.push(if filler.len() % 80 == 79 { '\n' } else { '.' });
    }
    format!("{page}{open}{filler}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_401_page_is_as_long_as_the_captured_one() {
        assert_eq!(unauthorized().len(), 4897);
        assert!(unauthorized().ends_with("-->\n"));
    }
}

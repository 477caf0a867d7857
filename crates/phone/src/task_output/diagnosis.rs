//! The headers of a response in the order in which .NET's WebHeaderCollection hands them out.

use super::Line;
use crate::ResponseHead;
use lync_model::Evidence;

/// The headers that WebHeaderCollection keeps apart, in its order. Every other header comes before them, in the order
/// of the wire. The rule gives the captured output of a refused PIN line by line.
const COMMON: [&str; 18] = [
    "Accept-Ranges",
    "Content-Length",
    "Cache-Control",
    "Content-Type",
    "Date",
    "Expires",
    "ETag",
    "Last-Modified",
    "Location",
    "Proxy-Authenticate",
    "P3P",
    "Set-Cookie2",
    "Set-Cookie",
    "Server",
    "Via",
    "WWW-Authenticate",
    "X-AspNet-Version",
    "X-Powered-By",
];

/// `Name : value` for each header. A name that comes several times stands once, its values joined by commas.
pub(super) fn lines(head: &ResponseHead) -> Vec<Line> {
    let is_common = |name: &str| COMMON.iter().any(|common| common.eq_ignore_ascii_case(name));
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in head.headers.iter().filter(|(name, _)| !is_common(name)) {
        if !names.iter().any(|seen| seen.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .chain(COMMON)
        .filter_map(|name| {
            let value = head.header(name)?;
            Some(Line::new(format!("{name} : {value}").trim_end(), Evidence::Captured))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_headers_come_first_and_the_common_ones_in_their_order() {
        let headers = [
            ("set-cookie", "a=1"),
            ("X-Second", "2"),
            ("Server", "IIS"),
            ("x-first", "1"),
            ("Content-Length", "0"),
            ("Set-Cookie", "b=2"),
            ("X-Second", "3"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let head = ResponseHead { status: 500, reason: String::new(), headers };
        let texts: Vec<_> = lines(&head).into_iter().map(|line| line.text).collect();
        assert_eq!(
            texts,
            ["X-Second : 2,3", "x-first : 1", "Content-Length : 0", "Set-Cookie : a=1,b=2", "Server : IIS"]
        );
    }
}

//! Errors and peers' words as they may stand in a log.

use std::error::Error;

/// Characters of a peer's text that are repeated in a log.
const EXCERPT: usize = 64;

/// The error's own words, and those of the error below it, which say more where the error is hyper's.
pub fn with_cause(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The first 64 characters of what a peer sent. To be shown with `{:?}`: the text may hold line feeds.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("it broke")]
    struct Outer(#[source] io::Error);

    #[test]
    fn an_error_is_told_with_its_cause() {
        assert_eq!(with_cause(&Outer(io::Error::other("no space"))), "it broke: no space");
        assert_eq!(with_cause(&io::Error::other("no space")), "no space");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(excerpt("short"), "short");
        assert_eq!(excerpt(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(excerpt(&"é".repeat(100_000)), format!("{}…", "é".repeat(64)));
    }
}

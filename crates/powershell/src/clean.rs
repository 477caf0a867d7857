//! Lines without control characters: a name in the pool must not be able to steer the terminal.

use crate::{Host, Stream};
use async_trait::async_trait;
use std::borrow::Cow;
use std::sync::Arc;
use time::OffsetDateTime;

/// A host whose lines are clean. Files are written as they are.
pub(crate) struct Clean(pub Arc<dyn Host>);

/// Control characters become the replacement character; a tab stays.
fn clean(line: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\t';
    if line.contains(steers) { line.replace(steers, "\u{fffd}").into() } else { line.into() }
}

#[async_trait]
impl Host for Clean {
    fn write(&self, stream: Stream, line: &str) {
        self.0.write(stream, &clean(line));
    }

    async fn ask(&self, label: &str, secret: bool) -> Option<String> {
        self.0.ask(&clean(label), secret).await
    }

    fn can_ask(&self) -> bool {
        self.0.can_ask()
    }

    async fn write_file(&self, path: &str, text: &str, append: bool) -> Result<(), String> {
        self.0.write_file(path, text, append).await
    }

    async fn read_file(&self, path: &str) -> Result<String, String> {
        self.0.read_file(path).await
    }

    fn width(&self) -> usize {
        self.0.width()
    }

    fn now(&self) -> Option<OffsetDateTime> {
        self.0.now()
    }

    fn clear(&self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_steers_a_terminal() {
        assert_eq!(
            clean("Ken\x1b[2J\u{9b}31m\x07\r\tMyér"),
            "Ken\u{fffd}[2J\u{fffd}31m\u{fffd}\u{fffd}\tMyér"
        );
        assert!(matches!(clean("Ken Myer"), Cow::Borrowed(_)));
    }
}

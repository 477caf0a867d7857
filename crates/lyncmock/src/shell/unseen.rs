//! Answers that are not shown.
//!
//! An editor of lines keeps what is cut for the next line, and copies for what can be undone. So the answer never comes
//! into its line: each key is taken away before, and the line gets an asterisk for each character.

use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, KeyCode, KeyEvent, Modifiers, Movement};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The longest answer in bytes, more than any PIN or password has; what is typed beyond it is not taken. The buffer
/// never grows, which would leave a copy behind.
const MAX_ANSWER: usize = 4096;

/// What is typed at one question. Wiped when dropped, unless it is the answer.
#[derive(Clone)]
pub(super) struct Unseen(Arc<Mutex<Zeroizing<String>>>);

impl Unseen {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Zeroizing::new(String::with_capacity(MAX_ANSWER)))))
    }

    /// The answer, if it is of as many characters as the line has asterisks: where keys came to the line past this,
    /// there is none.
    pub(super) fn answer(&self, line: &str) -> Option<String> {
        let mut typed = self.typed();
        let whole = line.chars().eq(typed.chars().map(|_| '*'));
        whole.then(|| std::mem::take(&mut **typed))
    }

    fn typed(&self) -> MutexGuard<'_, Zeroizing<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the line does at this key; `None` leaves it to the editor.
    fn take(&self, key: KeyEvent) -> Option<Cmd> {
        const ENDS: [char; 2] = ['J', 'M'];
        let mut typed = self.typed();
        match (key.0, key.1) {
            (KeyCode::Enter, _) | (KeyCode::Char('C'), Modifiers::CTRL) => None,
            (KeyCode::Char(end), Modifiers::CTRL) if ENDS.contains(&end) => None,
            (KeyCode::Char('D'), Modifiers::CTRL) if typed.is_empty() => None,
            (KeyCode::Char(character), Modifiers::NONE | Modifiers::SHIFT) => {
                let room = typed.len() + character.len_utf8() <= MAX_ANSWER;
                Some(if room {
                    typed.push(character);
                    Cmd::SelfInsert(1, '*')
                } else {
                    Cmd::Noop
                })
            }
            (KeyCode::Backspace, Modifiers::NONE) | (KeyCode::Char('H'), Modifiers::CTRL) => {
                typed.pop();
                // Characters that are taken back one by one are not kept, as those are that are cut.
                Some(Cmd::Kill(Movement::BackwardChar(1)))
            }
            // Of a text that nobody sees there are no words.
            (KeyCode::Char('U' | 'W'), Modifiers::CTRL) => {
                typed.clear();
                Some(Cmd::Kill(Movement::BackwardChar(u16::MAX)))
            }
            _ => Some(Cmd::Noop),
        }
    }
}

impl ConditionalEventHandler for Unseen {
    fn handle(&self, event: &Event, _: u16, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        event.get(0).map_or(Some(Cmd::Noop), |key| self.take(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types these keys, Ctrl with a letter as the control character, and plays the line.
    fn typed(keys: &str) -> (Unseen, String) {
        let (unseen, mut line) = (Unseen::new(), String::new());
        for key in keys.chars() {
            match unseen.take(KeyEvent::new(key, Modifiers::NONE)) {
                Some(Cmd::SelfInsert(1, shown)) => line.push(shown),
                Some(Cmd::Kill(Movement::BackwardChar(count))) => {
                    line.truncate(line.len().saturating_sub(count.into()));
                }
                Some(Cmd::Noop) => {}
                other => panic!("{key:?}: {other:?}"),
            }
        }
        (unseen, line)
    }

    #[test]
    fn the_line_has_an_asterisk_for_each_character() {
        let (unseen, line) = typed("Pä€😀");
        assert_eq!(line, "****");
        assert_eq!(unseen.answer(&line).as_deref(), Some("Pä€😀"));
        assert_eq!(unseen.answer(&line), None, "it is given once");
    }

    #[test]
    fn what_is_taken_back_is_gone_from_answer_and_line() {
        for (keys, answer) in [
            ("Passö\u{7f}\u{8}s", "Pass"),
            ("wrong\u{15}\u{7f}right", "right"),
            ("two words\u{17}one", "one"),
            ("gone\u{15}", ""),
        ] {
            let (unseen, line) = typed(keys);
            assert_eq!(unseen.answer(&line).as_deref(), Some(answer), "{keys:?}");
        }
    }

    #[test]
    fn keys_that_move_complete_and_yank_do_nothing() {
        let (unseen, line) = typed("a\u{19}\u{10}\t\u{12}\u{1}b\u{4}");
        assert_eq!(unseen.answer(&line).as_deref(), Some("ab"));
        for key in [KeyCode::Left, KeyCode::Up, KeyCode::Delete, KeyCode::BracketedPasteStart] {
            assert_eq!(unseen.take(KeyEvent(key, Modifiers::NONE)), Some(Cmd::Noop), "{key:?}");
        }
        assert_eq!(unseen.take(KeyEvent(KeyCode::Char('1'), Modifiers::ALT)), Some(Cmd::Noop));
    }

    #[test]
    fn the_editor_ends_the_question() {
        for key in ['\r', '\n', '\u{3}', '\u{4}'] {
            assert_eq!(Unseen::new().take(KeyEvent::new(key, Modifiers::NONE)), None, "{key:?}");
        }
    }

    #[test]
    fn a_line_that_was_typed_past_it_is_no_answer() {
        assert_eq!(Unseen::new().answer("Passw0rd!"), None);
        assert_eq!(typed("ab").0.answer("ab"), None);
        assert_eq!(Unseen::new().answer("").as_deref(), Some(""));
    }

    #[test]
    fn a_long_answer_ends_before_the_buffer_would_grow() {
        let (unseen, line) = typed(&"ä".repeat(MAX_ANSWER));
        let answer = unseen.answer(&line).unwrap();
        assert_eq!((answer.len(), answer.capacity()), (MAX_ANSWER, MAX_ANSWER));
    }
}

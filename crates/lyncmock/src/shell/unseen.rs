//! Answers that are not shown, read from the terminal as they are typed.
//!
//! An editor of lines keeps what is cut for the next line, and copies for what can be undone. Here there is one copy,
//! which is wiped unless it is the answer.

use super::editor::Typed;
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use zeroize::{Zeroize, Zeroizing};

/// The longest answer in bytes, more than any PIN or password has; what is typed beyond it is not taken. The buffer
/// never grows, which would leave a copy behind.
const MAX_ANSWER: usize = 4096;

/// Asks for one answer at the terminal of this process, and shows an asterisk for each character. What was typed before
/// the question is not taken for its answer. Blocks; it is for a thread of its own.
pub(super) fn ask(prompt: &str) -> Typed {
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    // A process without a terminal of its own may still have been given one to read from.
    let given = |_| std::io::stdin().as_fd().try_clone_to_owned().map(File::from);
    terminal.or_else(given).and_then(|terminal| asked_at(&terminal, prompt)).unwrap_or(Typed::End)
}

fn asked_at(mut terminal: &File, prompt: &str) -> std::io::Result<Typed> {
    // Before the question is seen: what is typed from then on counts.
    let _unseen = Unseen::begin(terminal)?;
    terminal.write_all(prompt.as_bytes())?;
    let typed = read(terminal, terminal);
    terminal.write_all(b"\n")?;
    typed
}

/// A terminal that shows nothing of what is typed and gives it at once, until this is dropped.
struct Unseen<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Unseen<'a> {
    fn begin(terminal: &'a File) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut unseen = before.clone();
        // Ctrl-C leaves the question and not the process; what is written is written as ever.
        cfmakeraw(&mut unseen);
        unseen.output_flags = before.output_flags;
        tcsetattr(terminal, SetArg::TCSAFLUSH, &unseen)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        // Nothing to be done about a terminal that is gone.
        let _ = tcsetattr(self.terminal, SetArg::TCSADRAIN, &self.before);
    }
}

/// Reads an answer, byte by byte: what comes after it is for whoever reads next.
fn read(mut keyboard: impl Read, mut screen: impl Write) -> std::io::Result<Typed> {
    let mut answer = Zeroizing::new(String::with_capacity(MAX_ANSWER));
    let (mut keys, mut byte) = (Keys::default(), Zeroizing::new([0]));
    loop {
        match keyboard.read(&mut *byte) {
            Ok(0) => return Ok(Typed::End),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        let [byte] = *byte;
        match keys.take(byte) {
            Some(Key::Character(character)) if answer.len() + character.len_utf8() <= MAX_ANSWER => {
                answer.push(character);
                screen.write_all(b"*")?;
            }
            Some(Key::Character(_)) | None => {}
            Some(Key::Erase { all }) => {
                let characters = answer.chars().count();
                let count = if all { characters } else { characters.min(1) };
                for _ in 0..count {
                    answer.pop();
                }
                screen.write_all("\u{8} \u{8}".repeat(count).as_bytes())?;
            }
            Some(Key::Enter) => return Ok(Typed::Line(std::mem::take(&mut *answer))),
            Some(Key::Interrupt) => return Ok(Typed::Interrupted),
            Some(Key::End) if answer.is_empty() => return Ok(Typed::End),
            Some(Key::End) => {}
        }
        screen.flush()?;
    }
}

enum Key {
    Character(char),
    /// The last character, or all.
    Erase {
        all: bool,
    },
    Enter,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    End,
}

/// Tells keys by their bytes.
#[derive(Default)]
struct Keys {
    sequence: Sequence,
    /// The first bytes of a character of several.
    begun: Zeroizing<Vec<u8>>,
}

/// How far an escape sequence has come, such as that of an arrow key; none means anything here.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Sequence {
    #[default]
    None,
    /// After ESC.
    Begun,
    /// After ESC and `[` or `O`: parameters, and a letter at the end.
    Parameters,
}

impl Keys {
    /// The key that this byte completes.
    fn take(&mut self, byte: u8) -> Option<Key> {
        match (self.sequence, byte) {
            (Sequence::None, 0x1b) => self.sequence = Sequence::Begun,
            (Sequence::None, _) => return self.key(byte),
            (Sequence::Begun, b'[' | b'O') => self.sequence = Sequence::Parameters,
            (Sequence::Parameters, 0x20..=0x3f) => {}
            // A control character ends a sequence and is a key of its own.
            (_, ..0x20) => {
                self.sequence = Sequence::None;
                return self.take(byte);
            }
            _ => self.sequence = Sequence::None,
        }
        None
    }

    fn key(&mut self, byte: u8) -> Option<Key> {
        match byte {
            b'\r' | b'\n' => Some(Key::Enter),
            // Ctrl-H and the key of today.
            0x08 | 0x7f => Some(Key::Erase { all: false }),
            // Ctrl-U and Ctrl-W: of a text that nobody sees there are no words.
            0x15 | 0x17 => Some(Key::Erase { all: true }),
            0x03 => Some(Key::Interrupt),
            0x04 => Some(Key::End),
            ..0x20 => None,
            _ => self.character(byte).map(Key::Character),
        }
    }

    fn character(&mut self, byte: u8) -> Option<char> {
        // What continues nothing is no UTF-8.
        if byte & 0xc0 != 0x80 {
            self.begun.zeroize();
        }
        self.begun.reserve_exact(4);
        self.begun.push(byte);
        let character = std::str::from_utf8(&self.begun).ok().and_then(|text| text.chars().next());
        if character.is_some() || self.begun.len() >= 4 {
            self.begun.zeroize();
        }
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What became of these keys, and what was shown.
    fn typed(keys: &str) -> (Typed, String) {
        let mut screen = Vec::new();
        let typed = read(keys.as_bytes(), &mut screen).unwrap();
        (typed, String::from_utf8(screen).unwrap())
    }

    fn entered(keys: &str) -> String {
        match typed(keys).0 {
            Typed::Line(line) => line,
            _ => panic!("nothing was entered"),
        }
    }

    #[test]
    fn an_answer_is_shown_as_asterisks() {
        let (typed, shown) = typed("Pä€😀\rnext");
        assert!(matches!(typed, Typed::Line(line) if line == "Pä€😀"));
        assert_eq!(shown, "****");
    }

    #[test]
    fn what_is_erased_is_gone_from_answer_and_screen() {
        assert_eq!(entered("Passö\u{7f}\u{8}s\n"), "Pass");
        assert_eq!(entered("wrong\u{15}\u{7f}right\n"), "right");
        assert_eq!(entered("two words\u{17}one\n"), "one");
        assert_eq!(typed("ab\u{15}\r").1, "**\u{8} \u{8}\u{8} \u{8}");
    }

    #[test]
    fn keys_that_move_and_yank_do_nothing() {
        assert_eq!(entered("a\u{1b}[A\u{1b}[1;5D\u{1b}OH\u{1b}yb\u{19}\u{10}\tc\r"), "abc");
        assert_eq!(entered("a\u{1b}\r"), "a");
    }

    #[test]
    fn a_question_is_left_by_ctrl_c_by_ctrl_d_and_with_the_terminal() {
        assert!(matches!(typed("Passw\u{3}").0, Typed::Interrupted));
        assert!(matches!(typed("\u{1b}[\u{3}").0, Typed::Interrupted));
        assert!(matches!(typed("\u{4}").0, Typed::End));
        assert!(matches!(typed("Passw").0, Typed::End));
        assert_eq!(entered("a\u{4}b\r"), "ab");
    }

    #[test]
    fn what_is_no_utf_8_is_left_out() {
        let mut screen = Vec::new();
        let keys: &[u8] = b"a\x80\xe4b\xf0\x9f\x98c\xff\r";
        let typed = read(keys, &mut screen).unwrap();
        assert!(matches!(typed, Typed::Line(line) if line == "abc"));
    }

    #[test]
    fn a_long_answer_ends_before_the_buffer_would_grow() {
        let answer = entered(&format!("{}\r", "ä".repeat(MAX_ANSWER)));
        assert_eq!((answer.len(), answer.capacity()), (MAX_ANSWER, MAX_ANSWER));
    }
}

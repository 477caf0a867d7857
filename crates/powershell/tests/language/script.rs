//! What holds for every script; the fuzz target asks for it too.

use crate::support::Screen;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A PIN that no error may show; the script gets it where a PIN belongs.
const PIN: &str = "90817263";

/// Runs a script in every way, and asks everything that can be asked about it. It ends, it says nothing of a PIN that
/// was bound to its parameter, and the shell still works.
pub(crate) fn check(script: &str) {
    let mut screen = Screen::answering(&["a", "b", "c"]);
    wait(screen.shell.run(script));
    for cursor in [0, script.len() / 2, script.len()] {
        let found = screen.shell.complete(script, cursor);
        assert!(script.get(found.start..found.end).is_some(), "{found:?}");
    }
    if lync_powershell::needs_more(script) {
        assert!(wait(screen.shell.run(script)).failed, "what is not whole cannot be run");
    }
    let words: Vec<String> = script.split(' ').map(str::to_owned).collect();
    wait(screen.shell.run_words(&words));
    screen.shown();
    wait(
        screen.shell.run(&format!("Set-CsClientPin locked -Pin {PIN}; Set-CsClientPin locked -Pin '{PIN}'")),
    );
    let shown = screen.shown();
    assert!(shown.contains("The PIN is locked.") && !shown.contains(PIN), "{shown}");
}

/// Nothing in a shell waits for anything but its host, and this host answers at once.
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

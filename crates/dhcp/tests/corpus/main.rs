//! Every input that fuzzing has kept, once more: see `fuzz/README.md`.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "the helpers of a test may fail as loudly as it")]

mod packet;

use std::fs;
use std::path::Path;

const CORPUS: &str = "../../fuzz/corpus/dhcp";

#[test]
fn whatever_was_found_worth_keeping_is_taken_soundly() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join(CORPUS);
    let mut inputs = 0;
    for entry in fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        let input = fs::read(&path).unwrap();
        // The name in the message of a panic says which input it was.
        let outcome = std::panic::catch_unwind(|| packet::check(&input));
        assert!(outcome.is_ok(), "{}", path.display());
        inputs += 1;
    }
    assert!(inputs >= 100, "{inputs} inputs: the corpus is not there");
}

//! No script takes more than its share, and none ends the program.

use crate::script::check;
use crate::support::Screen;
use proptest::prelude::*;

async fn refused(script: &str, with: &str) {
    let mut screen = Screen::new();
    assert!(screen.shell.run(script).await.failed);
    let shown = screen.shown();
    let end: String = shown.chars().rev().take(600).collect::<Vec<_>>().into_iter().rev().collect();
    assert!(shown.contains(with), "{end}");
}

#[tokio::test]
async fn what_grows_without_end_is_refused() {
    let doubling = "$x = \"$x$x\"\n".repeat(30);
    refused(&format!("$x = '0123456789'\n{doubling}"), "A text would be longer than").await;
    let doubling = "$x = $x, $x\n".repeat(30);
    refused(&format!("$x = 1, 2\n{doubling}"), "More than 100000 objects").await;
    let doubling = "$x += $x\n".repeat(30);
    refused(&format!("$x = 1, 2\n{doubling}"), "More than 100000 objects").await;
    let nesting = "$x = $x | select @{n='x'; e={$_}}\n".repeat(100);
    refused(&format!("$x = 1 | select Length\n{nesting}"), "An object would hold more than").await;
    let long = |doubled: usize| format!("$x = 'aaaaaaaaaaaaaaaa'\n{}", "$x = \"$x$x\"\n".repeat(doubled));
    let stars = "$p = $x.Replace('aa', '*a') + 'b'\n$x -like $p";
    refused(&format!("{}{stars}", long(15)), "too long to be compared").await;
    refused(&format!("{}$x -match '(a?){{100}}b'", long(20)), "too long to be compared").await;
    refused(&format!("{}$x.Split('a')", long(15)), "More than 100000 objects").await;
    let many: String = (0..200).map(|number| format!("$x{number} = \"$x-\"\n")).collect();
    refused(&format!("{}{many}", long(19)), "The script took more than").await;
    refused("$f = { 1 | ForEach-Object $f }; 1 | ForEach-Object $f", "call depth overflow").await;
    refused(&format!("1{}", " | % {$_}".repeat(100)), "More than 32 commands in one pipeline").await;
    refused(&format!("1{}", " + 1".repeat(1000)), "More than 100 operators in a row").await;
    refused(&"(".repeat(100_000), "nests deeper than 64 levels").await;
    refused(&" ".repeat(2_000_000), "The script is longer than").await;
}

#[tokio::test]
async fn what_is_just_allowed_fits_the_stack() {
    let brackets = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let sum = format!("1{}", " + 1".repeat(100));
    let blocks =
        |depth: usize, inner: &str| format!("1 {}{inner}{}", "| % { $_ ".repeat(depth), "}".repeat(depth));
    for script in [
        brackets(31),
        format!("{}{sum}{}", "(".repeat(20), ")".repeat(20)),
        blocks(11, ""),
        blocks(9, "| Select-Object @{n='x'; e={(1 + 2)}} | ConvertTo-Json | Out-Null"),
        format!("\"{}1{}\"", "$(".repeat(25), ")".repeat(25)),
        format!("1{}", " | % {$_}".repeat(31)),
    ] {
        let mut screen = Screen::new();
        let failed = screen.shell.run(&script).await.failed;
        assert!(!failed, "{script}\n{}", screen.shown());
    }
}

#[tokio::test]
async fn whatever_is_nested_in_what_the_stack_lasts() {
    let sum = |length: usize| format!("1{}", " + 1".repeat(length));
    let kinds: [(&str, &str); 5] =
        [("(", ")"), ("$(", ")"), ("@(", ")"), ("1 | % { ", " }"), ("-not (", ")")];
    for (outer, end_outer) in kinds {
        for (inner, end_inner) in kinds {
            for outside in [0, 5, 10, 30] {
                for inside in [0, 5, 10, 30] {
                    let opened = format!("{}{}", outer.repeat(outside), inner.repeat(inside));
                    let closed = format!("{}{}", end_inner.repeat(inside), end_outer.repeat(outside));
                    let mut screen = Screen::new();
                    for length in [0, 40, 100] {
                        // It runs, or is refused: what matters is that the program goes on.
                        screen.shell.run(&format!("{opened}{}{closed}", sum(length))).await;
                    }
                    assert_eq!(
                        screen.type_in("Clear-Host; 'still here'").await.lines().last(),
                        Some("still here")
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_script_that_never_ends_is_ended() {
    // 32,768 objects, and for each of them as many again.
    let script =
        "$x = 1, 2\n".to_owned() + &"$x += $x\n".repeat(14) + "$x | % { $x | ? { $_ -eq 3 } } | Out-Null";
    refused(&script, "steps").await;
}

#[tokio::test]
async fn errors_in_a_long_line_are_shown_in_part_and_not_without_end() {
    let script = format!("{}; 1, 2 | % {{ Get-CsUser nobody }}", "$pin = '07120712'; ".repeat(5_000));
    let mut screen = Screen::new();
    let shown = screen.type_in(&script).await;
    assert!(shown.lines().all(|line| line.chars().count() < 500) && !shown.contains("0712"), "{shown}");
    assert!(shown.contains(" ... ") && shown.contains("Get-CsUser nobody"), "{shown}");
    refused(
        &format!(
            "$x = 1, 2\n{}$x | % {{ Get-CsUser nobody }}",
            "$x += $x\n".repeat(10) + &" ".repeat(1_000_000)
        ),
        "steps",
    )
    .await;
}

#[tokio::test]
async fn a_script_lets_others_run() {
    let script =
        "$x = 1, 2\n".to_owned() + &"$x += $x\n".repeat(14) + "$x | % { $x | ? { $_ -eq 3 } } | Out-Null";
    let mut screen = Screen::new();
    let ran = tokio::select! {
        biased;
        outcome = screen.shell.run(&script) => Some(outcome),
        () = tokio::task::yield_now() => None,
    };
    assert_eq!(ran, None);
    // What was interrupted leaves a shell that works.
    assert_eq!(screen.type_in("$x.Count; 'still here'").await, "32768\nstill here\n");
}

/// Pieces of the language, so that more of the random scripts get somewhere.
const PIECES: [&str; 48] = [
    "Get-CsUser",
    "Set-CsClientPin",
    "Test-CsClientAuth",
    "Select-Object",
    "Where-Object",
    "%",
    "?",
    "sort",
    "fl",
    "ft",
    "ConvertTo-Json",
    "measure",
    "group",
    "Out-String",
    "Get-Help",
    "New-Object",
    "|",
    "|",
    ";",
    "\n",
    " ",
    " ",
    "$x",
    "$_",
    "$x = ",
    "$true",
    "$null",
    "-Identity",
    "-First",
    "-eq",
    "-match",
    "-and",
    "-not",
    "(",
    ")",
    "{",
    "}",
    "@(",
    "@{",
    "\"",
    "'",
    "`",
    ",",
    ".",
    "[0]",
    "1",
    "-5",
    "sip:a@b",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_ends_the_program(script in "\\PC{0,80}") {
        check(&script);
    }

    #[test]
    fn no_row_of_pieces_ends_the_program(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40)) {
        check(&pieces.concat());
        check(&pieces.join(" "));
    }
}

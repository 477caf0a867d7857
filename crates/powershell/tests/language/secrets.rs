//! PINs and passwords in error messages.

use crate::support::Screen;
use expect_test::expect;

const PIN: &str = "90817263";

/// Lines with mistakes, and with a PIN or a password where one may stand.
const MISTAKES: &[&str] = &[
    "Set-CsClientPin kenmyer -Pin 90817263 -Foo 1",
    "Set-CsClientPin kenmyer -Pin \"90817263\" -Foo 1",
    "Set-CsClientPin locked 90817263",
    "Set-CsClientPin kenmyer -Pni 90817263",
    "Set-CsClientPin kenmyer -Pin=90817263",
    "Set-CsClientPin kenmyer -Pin:90817263 -Foo",
    "Set-CsClientPin kenmyer -Pin90817263",
    "Set-ClientPim kenmyer -Pin90817263",
    "Set-CsClientPin kenmyer -Pin90817263 )",
    "Set-CsClientPin kenmyer -Length 90817263",
    "Set-CsClientPin kenmyer -Length x90817263",
    "Set-CsClientPin kenmyer 0712 90817263",
    "Set-CsClientPin kenmyer 0712 word90817263",
    "Get-CsUser kenmyer 90817263",
    "Get-CsUsr kenmyer -Pin 90817263",
    "Set-ClientPim kenmyer 90817263",
    "$pin = '90817263'; Set-CsClientPin kenmyer -Pin $pin -Foo",
    "$password = 'x90817263'; Get-CsUser nobody",
    "$x = 90817263; Get-CsUser nobody",
    "Get-CsUser nobody; ConvertTo-SecureString \"x90817263\" -AsPlainText -Force",
    "ConvertTo-SecureString x90817263",
    "ConvertTo-SecureString -String x90817263 -AsPlainText",
    "Set-CsClientPin kenmyer -Pin 90817263 |",
    "Set-CsClientPin kenmyer -Pin \"90817263",
    "Set-CsClientPin kenmyer 90817263 )",
    "$p = \"x90817263\" }",
    "$p = 1 90817263",
    "$p = 90817263x",
    "if (1) { scp kenmyer -p x90817263 }",
    "Get-CsUser nobody; 1 | % { Set-CsClientPin kenmyer -Pin 90817263 }",
    "Get-CsUser nobody\nSet-CsClientPin kenmyer -Pin 90817263",
    "New-Object PSCredential(\"kenmyer\", \"x90817263\")",
    "Test-CsClientAuth -ua x -uc kenmyer x90817263",
    "Test-CsClientAuth kenmyer x90817263",
    "Get-CsUser -Credential kenmyer 'Ken Myer' x90817263",
    "Test-CsClientAuth -ua x -UserCredential 'litwareinc\\kenmyer:x90817263' -Foo 1",
    "Test-CsClientAuth -ua x -uc kenmyer:x90817263 -Foo 1",
    "Test-CsClientAuth -ua x -uc:\"kenmyer:x90817263\" -Foo 1",
    "Test-CsClientAuth -ua x -uc 'kenmyer:it''s x90817263' -Foo 1",
    "Test-CsClientAuth -ua x -uc 'kenmyer:x90817263' )",
    "Test-CsClientAuth x kenmyer:x90817263 -Foo 1",
    "Set-CsClientPin kenmyer -pin:90817263 )",
    "Set-CsClientPin kenmyer -P 90817263 )",
    "Set-CsClientPin kenmyer -Pni 90817263 )",
    "Set-CsClientPin kenmyer -Pni x90817263 )",
    "Set-CsClientPin kenmyer -Pin (\"90817263\" ))",
    "Set-CsClientPin kenmyer -Pin 1,90817263 )",
    "Set-CsClientPin kenmyer -Pin \"a\"90817263 )",
    "Set-CsClientPni kenmyer -Pin \"90817263\"",
    "Set-CsClientPni kenmyer x90817263",
    "Set-CsClientPni kenmyer x90817263 )",
    "Set-CsClientPni 90817263",
    "Foo-Bar -Password x90817263",
    "Foo-Bar -Pasword x90817263",
    "Foo-Bar -P:90817263",
    "Foo-Bar -Passwordx90817263",
    "Foo-Bar -Password x90817263 )",
    "Foo-Bar -Wrd 90817263",
    "Get-CsUser -Pasword x90817263",
    "Get-CsUser -Foo 90817263",
    "ConvertTo-SecureSrting x90817263",
    "ConvertTo-SecureString x90817263 )",
    "ConvertTo-SecureString -Strin x90817263 )",
    "ConvertTo-SecureString 'it\"s x90817263' )",
    "# don't\nConvertTo-SecureString 'word x90817263' )",
    "Test-CsClientAuth kenmyer x90817263 )",
    "Test-CsClientAuth -uc kenmyer -Foo x90817263 )",
    "Get-CsUser \"kenmyer -Password x90817263",
    "Get-CsUser nobody # PIN 90817263 `\n )",
    "$c.Password = 'x90817263' )",
    "@{ Password = 'x90817263' ) }",
    "'90817263' -join ';'",
    "'PIN is 90817263' -join ';'",
    "$password = (\"x90817263\" -replace 'a', 'b')",
    "$password = 'a' x90817263",
];

#[tokio::test]
async fn no_error_repeats_a_pin_or_a_password() {
    for script in MISTAKES {
        let mut screen = Screen::new();
        assert!(screen.shell.run(script).await.failed, "{script}");
        let shown = screen.shown();
        assert!(!shown.contains(PIN), "{script}\n{shown}");
        // The place is still shown, so that the test sees more than an empty error.
        assert!(shown.contains("At line:") && shown.contains('~'), "{shown}");
    }
}

#[tokio::test]
async fn a_second_mistake_around_it_uncovers_nothing() {
    for script in MISTAKES {
        for (before, after) in [
            ("", " )"),
            ("", " }"),
            ("", " |"),
            ("", " &"),
            ("", " '"),
            ("", " \""),
            ("", "\n)"),
            ("", " -join 'a'"),
            (") ; ", ""),
            ("' ", ""),
            ("\" ", ""),
            ("it's\n", " )"),
            ("( ", ""),
            ("{ ", ""),
            ("& ", ""),
            ("$x = ", " )"),
            ("# it's\n", " )"),
            ("\"a\", ", " )"),
            ("Get-CsUser | ", " )"),
            ("$u = @{ a = ", ")"),
            ("exit 1 2; ", ""),
        ] {
            if script.matches('"').count() % 2 == 1 && [before, after].concat().contains('"') {
                // The open quote would be closed, and the text in it is a user's name.
                continue;
            }
            let mut screen = Screen::new();
            let script = format!("{before}{script}{after}");
            screen.shell.run(&script).await;
            let shown = screen.shown();
            // What the script itself shows is its own affair.
            let errors = shown.lines().filter(|line| line.starts_with('!'));
            assert!(!errors.into_iter().any(|line| line.contains(PIN)), "{script}\n{shown}");
        }
    }
}

#[tokio::test]
async fn no_error_of_words_that_were_split_elsewhere_repeats_a_pin() {
    for words in [
        &["Set-CsClientPin", "kenmyer", "-Pin", PIN, "-Foo"][..],
        &["Set-CsClientPin", "kenmyer", "-Pin90817263", "-Foo"],
        &["Set-CsClientPin", "kenmyer", "-Pin=90817263:1", "-Foo"],
        &["Set-CsClientPin", "kenmyer", "-Pin= 90817263", "-Foo"],
        &["Set-CsClientPin", "kenmyer", "-Pni:90817263", "-Foo"],
        &["Set-CsClientPin", "kenmyer", "-Password x90817263", "-Foo"],
        &["Set-CsClientPin", "kenmyer", "-Phrase word 90817263", "-Foo"],
    ] {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut screen = Screen::new();
        assert!(screen.shell.run_words(&words).await.failed, "{words:?}");
        let shown = screen.shown();
        assert!(shown.contains("-Foo") && !shown.contains(PIN), "{shown}");
    }
}

#[tokio::test]
async fn what_is_no_secret_is_shown_as_it_was_typed() {
    let mut screen = Screen::new();
    let shown = screen.type_in("Get-CsUser -ResultSize 5000 \"sip:kenmyer@litwareinc.com\" -Foo").await;
    assert!(shown.contains("+ Get-CsUser -ResultSize 5000 \"sip:kenmyer@litwareinc.com\" -Foo"), "{shown}");
    let shown = screen.type_in("Get-CsUser -Identity Ken Myer").await;
    assert!(shown.contains("accepts argument 'Myer'.") && shown.contains("-Identity Ken Myer"), "{shown}");
}

#[tokio::test]
async fn a_mistake_that_has_to_do_with_no_secret_can_be_read() {
    for line in [
        "\"a\",\"b\" -join \";\"",
        "$u[0..1]",
        "Get-CsUser -Idenity kenmyer",
        "Get-CsUser -Filter 'LineUri -eq \"tel:+12065551219\"' )",
        "Set-CsClientPin -Idenity kenmyer",
        "Set-CsClientPin kenmyer $pin -Idenity 'Ken Myer'",
        "Test-CsClientAuth kenmyer@litwareinc.com $cred",
        "Get-CsUsr -Identity 'Ken Myer'",
        "Get-CsUser | Select-Object \"SipAddress\", 'DisplayName' )",
        "'{0}' -f 'Ken Myer'",
    ] {
        let mut screen = Screen::new();
        let shown = screen.type_in(line).await;
        assert!(shown.contains(&format!("+ {}", line.replace(" $pin ", " **** "))), "{line}\n{shown}");
    }
    let mut screen = Screen::new();
    let words = ["Get-CsUser", "|", "ft"].map(str::to_owned);
    screen.shell.run_words(&words).await;
    let shown = screen.shown();
    assert!(shown.contains("+ Get-CsUser '|' ft") && shown.contains("accepts argument 'ft'"), "{shown}");
}

#[tokio::test]
async fn the_underline_moves_with_the_stars_and_does_not_tell_the_length() {
    let mut screen = Screen::new();
    let short = screen.type_in("Set-CsClientPin -Pin 0712 -Identity kenmyer -Foo").await;
    let long = screen.type_in("Set-CsClientPin -Pin 071207120712 -Identity kenmyer -Foo").await;
    assert_eq!(short, long);
    expect![[r#"
        ! Set-CsClientPin : A parameter cannot be found that matches parameter name 'Foo'.
        ! At line:1 char:45
        ! + Set-CsClientPin -Pin **** -Identity kenmyer -Foo
        ! +                                             ~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Set-CsClientPin], ParameterBindingException
        !     + FullyQualifiedErrorId : NamedParameterNotFound,Microsoft.Rtc.Management.UserPinService.SetCsClientPin
        !
    "#]].assert_eq(&long);
}

#[tokio::test]
async fn what_holds_a_secret_does_not_print_it() {
    let mut screen = Screen::new();
    screen.type_in("$s = ConvertTo-SecureString x90817263 -AsPlainText -Force; $c = New-Object PSCredential('k', $s)").await;
    let shown =
        screen.type_in("$s; $c; $c | fl *; \"$c $s\"; $c | ConvertTo-Json; Get-Variable; $c.Password").await;
    assert!(shown.contains("PSCredential") && !shown.contains(PIN), "{shown}");
    for name in ["s", "c"] {
        let debug = format!("{:?}", screen.shell.variable(name));
        assert!(!debug.contains(PIN), "{debug}");
    }
}

#[tokio::test]
async fn a_long_line_with_a_mistake_is_looked_through_to_its_end() {
    for (begin, part) in [
        ("Foo-Bar", " -p 1,1"),
        ("Get-CsUser", " x -Identity:y"),
        ("", "a-b "),
        ("", "-a "),
        ("", "Foo-Bar;"),
        ("", "'a' "),
        ("Set-CsClientPin", " -Pni x"),
    ] {
        let mut screen = Screen::new();
        let script = format!("{begin}{} )", part.repeat(100_000 / part.len()));
        // By the square of its length it would take longer than the runner lets a test live.
        assert!(screen.shell.run(&script).await.failed, "{part}");
    }
}

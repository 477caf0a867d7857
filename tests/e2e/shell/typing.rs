//! A session at a terminal: what is typed, and when.

use super::Shell;
use lync_tests::pool;

const PROMPT: &str = "PS lyncmock> ";

#[tokio::test]
async fn what_is_typed_ahead_is_run_line_by_line() {
    let pool = pool().await;
    let mut terminal = Shell::of(&pool).session();
    let typed =
        ["Get-CsPinPolicy | Select-Object MinPasswordLength", "Get-CsPool | Select-Object Fqdn", "exit"];
    terminal.answer(PROMPT, &typed.join("\r")).await;
    let (shown, code) = terminal.end().await;
    let fqdn = &pool.endpoints().fqdn;
    assert!(shown.contains("-----------------\n") && shown.lines().any(|line| line.trim() == "4"), "{shown}");
    assert!(shown.contains(&format!("----\n{fqdn}")), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
}

/// What follows a question in one paste is its answer, and no command that is shown and remembered.
#[tokio::test]
async fn an_answer_that_is_typed_ahead_is_for_the_question() {
    let pool = pool().await;
    let mut terminal = Shell::of(&pool).session();
    let line = r"Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential litwareinc\kenmyer";
    terminal.answer(PROMPT, &format!("{line} | Select-Object Result\rPassw0rd!\rexit")).await;
    let (shown, code) = terminal.end().await;
    assert!(shown.contains("Success"), "{shown}");
    assert!(!shown.contains("'Passw0rd!'") && !shown.contains("is not recognized"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
}

/// As a terminal sends it that is set to Latin-1, or a paste from one.
#[tokio::test]
async fn a_byte_that_is_not_utf_8_ends_neither_the_line_nor_the_session() {
    let pool = pool().await;
    let mut terminal = Shell::of(&pool).session();
    terminal.answer_bytes(PROMPT, b"'Andr\xe9 M'; 'one'\r").await;
    terminal.answer_bytes("what is not UTF-8", b"").await;
    terminal.answer("'Andr\u{fffd}", "").await;
    terminal.answer_bytes("was not run", b"").await;
    terminal.answer_bytes(PROMPT, b"'b\xff").await;
    terminal.answer_bytes("what is not UTF-8", b"").await;
    // The character that stands for it is taken back.
    terminal.answer_bytes(PROMPT, b"\x7fc'.Length + 40\r").await;
    terminal.answer("42", "exit 3").await;
    let (shown, code) = terminal.end().await;
    assert!(!shown.contains("\none\n"), "{shown}");
    assert_eq!(code, Some(3), "{shown}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_asked_for_again() {
    let pool = pool().await;
    let line = r"Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential litwareinc\kenmyer";
    let mut terminal = Shell::of(&pool).at_a_terminal(&[], line);
    terminal.answer_bytes("Password", b"Passw0rd\xe4x!\r").await;
    terminal.answer_bytes("what is not UTF-8", b"").await;
    terminal.answer("Password", "").await;
    terminal.answer_bytes("the answer was not taken", b"").await;
    terminal.answer("Password", "Passw0rd!").await;
    let (shown, code) = terminal.end().await;
    assert!(shown.contains("Success") && !shown.contains("Passw0rd"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
}

#[tokio::test]
async fn the_screen_is_cleared_before_the_next_prompt() {
    let pool = pool().await;
    let mut terminal = Shell::of(&pool).session();
    terminal.answer(PROMPT, "cls").await;
    terminal.answer("\u{1b}[H\u{1b}[2J\u{1b}[3J", "").await;
    terminal.answer(PROMPT, "exit").await;
    let (shown, code) = terminal.end().await;
    assert_eq!(code, Some(0), "{shown}");
}

#[tokio::test]
async fn a_line_of_twenty_thousand_characters_is_read() {
    let pool = pool().await;
    let mut terminal = Shell::of(&pool).session();
    let long = "x".repeat(20_000);
    terminal.answer(PROMPT, &format!("$text = '{long}'; \"$($text.Length) characters\"")).await;
    terminal.answer("20000 characters", "exit").await;
    let (shown, code) = terminal.end().await;
    assert_eq!(code, Some(0), "{}", shown.len());
}

/// Presses Tab behind this, runs the line, and leaves.
async fn completed(shell: &Shell, begun: &str) -> String {
    let mut terminal = shell.session();
    // The echo of what Tab made of it is all that is wanted.
    terminal.answer(PROMPT, &format!("{begun}\t\u{3}")).await;
    terminal.answer(PROMPT, "exit").await;
    terminal.end().await.0
}

#[tokio::test]
async fn tab_offers_what_a_parameter_names() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    shell.prints(&["New-CsPinPolicy -Identity Redmond -MinPasswordLength 6 | Out-Null"]).await;
    for (begun, expected) in [
        ("Get-CsPinPolicy ", "Get-CsPinPolicy Global"),
        ("Set-CsPinPolicy -Identity T", "Set-CsPinPolicy -Identity tag:Redmond"),
        ("Grant-CsPinPolicy -PolicyName ", "Grant-CsPinPolicy -PolicyName Redmond"),
        ("Get-CsUser -Identity \"Ken My", "Get-CsUser -Identity \"Ken Myer\""),
        ("Get-CsAdminRole CsHelp", "Get-CsAdminRole CsHelpDesk"),
        ("Get-CsUser -Identity kenm", "Get-CsUser -Identity kenmyer@litwareinc.com"),
    ] {
        let shown = completed(&shell, begun).await;
        assert!(shown.contains(expected), "{begun}: {shown}");
    }
}

#[tokio::test]
async fn a_script_is_run_from_inside_a_session() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("a.ps1"),
        "$found = Get-CsUser -Identity kenmyer@litwareinc.com\n$found.LineURI\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("bad.ps1"), "\nGet-CsUsers\n").unwrap();
    std::fs::write(dir.path().join("again.ps1"), "./again.ps1\n").unwrap();
    let run = async |line: &str| {
        let mut command = shell.command(&["shell", "-c", line]);
        super::ended({
            command.current_dir(dir.path());
            command
        })
        .await
    };
    for line in ["./a.ps1", r".\a.ps1", r".\a.ps1; $found.LineURI | Out-Null"] {
        let finished = run(line).await;
        assert_eq!(
            (finished.stdout.as_str(), finished.stderr.as_str(), finished.code),
            ("tel:+12065551219;ext=1219\n", "", Some(0)),
            "{line}"
        );
    }
    let finished = run("./bad.ps1").await;
    assert!(finished.stderr.contains("bad.ps1:2 char:1"), "{}", finished.stderr);
    let finished = run("./none.ps1").await;
    assert!(finished.stderr.contains("No such file"), "{}", finished.stderr);
    assert_eq!(finished.code, Some(1));
    let finished = run("./again.ps1").await;
    assert!(finished.stderr.contains("call depth overflow"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_path_of_windows_makes_no_odd_file() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("logs")).unwrap();
    let run = async |line: &str| {
        let mut command = shell.command(&["shell", "-c", line]);
        command.current_dir(dir.path());
        super::ended(command).await
    };
    let finished = run(r"'a' | Out-File .\logs\a.txt; 'b' > logs\b.txt").await;
    assert_eq!((finished.stderr.as_str(), finished.code), ("", Some(0)));
    let read = |name: &str| std::fs::read_to_string(dir.path().join("logs").join(name)).unwrap();
    assert_eq!((read("a.txt"), read("b.txt")), ("a\n".to_owned(), "b\n".to_owned()));
    let finished = run(r"'x' > C:\Temp\report.html").await;
    let said = "Cannot find drive. A drive with the name 'C' does not exist.";
    assert!(finished.stderr.contains(said) && finished.code == Some(1), "{}", finished.stderr);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_script_of_notepad_is_read_and_one_of_an_old_code_page_is_explained() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let dir = tempfile::tempdir().unwrap();
    let (utf_16, old) = (dir.path().join("utf-16.ps1"), dir.path().join("old.ps1"));
    let units = "\u{feff}\"Bj\u{f6}rn\"\r\n".encode_utf16();
    std::fs::write(&utf_16, units.flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
    std::fs::write(&old, b"\"Bj\xf6rn\"\r\n").unwrap();
    let finished = super::ended(shell.command(&["shell", utf_16.to_str().unwrap()])).await;
    assert_eq!((finished.stdout.as_str(), finished.code), ("Bj\u{f6}rn\n", Some(0)), "{}", finished.stderr);
    let finished = super::ended(shell.command(&["shell", old.to_str().unwrap()])).await;
    assert!(finished.stderr.contains("save the script as UTF-8"), "{}", finished.stderr);
    assert_eq!(finished.code, Some(1));
}

#[tokio::test]
async fn output_that_cannot_be_written_is_a_failure() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    for arguments in [&["Get-CsUser"][..], &["shell", "-c", "Get-CsUser"], &["shell", "-c", "1"]] {
        let mut command = shell.command(arguments);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut child = command.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        tokio::io::AsyncReadExt::read_to_string(child.stderr.as_mut().unwrap(), &mut said).await.unwrap();
        let code = child.wait().await.unwrap().code();
        assert!(said.contains("standard output: No space left on device"), "{arguments:?}: {said}");
        assert_eq!(code, Some(1), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_password_that_nobody_can_be_asked_for_is_told() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let line = [
        "Test-CsClientAuth",
        "-UserSipAddress",
        "kenmyer@litwareinc.com",
        "-UserCredential",
        r"litwareinc\kenmyer",
    ];
    let finished = super::ended(shell.command(&line)).await;
    assert!(finished.stderr.contains("nobody can be asked for the password"), "{}", finished.stderr);
    assert!(finished.stderr.contains("PSCredential"), "{}", finished.stderr);
    assert_eq!(finished.code, Some(2));
}

#[tokio::test]
async fn a_pool_that_is_not_there_and_a_wrong_server_are_told_apart() {
    let run = async |arguments: &[&str]| super::ended(super::lyncmock(super::BINARY, arguments)).await;
    let vacant = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let finished = run(&["shell", "-c", "Get-CsUser", "--server", &format!("http://{vacant}")]).await;
    assert!(finished.stderr.contains("is a pool running? `lyncmock` starts one"), "{}", finished.stderr);
    assert_eq!(finished.code, Some(1));
    let finished = run(&["shell", "-c", "Get-CsUser", "--server", "foo"]).await;
    assert!(finished.stderr.contains("no URL of an admin API"), "{}", finished.stderr);
    assert_eq!(finished.code, Some(2));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("serve.out");
    std::fs::write(&file, "ready").unwrap();
    let finished = run(&["shell", "-c", "Get-CsUser", "--ready-file", file.to_str().unwrap()]).await;
    assert!(finished.stderr.contains("no file that a pool wrote with --ready-file"), "{}", finished.stderr);
    let mut command = super::lyncmock(super::BINARY, &["shell", "-c", "Get-CsUser"]);
    command.env("LYNCMOCK_LISTEN_ADMIN", vacant.to_string());
    let finished = super::ended(command).await;
    assert!(finished.stderr.contains(&vacant.to_string()), "{}", finished.stderr);
}

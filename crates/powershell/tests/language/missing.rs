//! What PowerShell has and this shell has not.

use crate::support::{Screen, shows};

#[tokio::test]
async fn what_this_shell_has_not_is_named_and_no_text_of_its_own_is_an_id() {
    for (line, id) in [
        ("&", "OperatorNotSupported"),
        ("& Get-CsUser", "OperatorNotSupported"),
        (". ./a.ps1", "OperatorNotSupported"),
        ("$a = $b = 1", "AssignmentNotSupported"),
        ("$a = $b.Name += 1", "AssignmentNotSupported"),
        ("$a, $b = 1, 2", "AssignmentNotSupported"),
        ("$a[0] = 1", "AssignmentNotSupported"),
        ("$a[0] += 1", "AssignmentNotSupported"),
        ("$a -= 1", "OperatorNotSupported"),
        ("$a *= 2", "OperatorNotSupported"),
        ("1 = 2", "UnexpectedToken"),
        ("@\"\ntext\n\"@", "HereStringNotSupported"),
        ("./a.ps1 | measure", "ScriptInPipelineNotSupported"),
        ("'x' -match '(?<=ext=)1219'", "RegexNotSupported"),
        ("$p = '(a)\\1'; 'x' -match $p", "RegexNotSupported"),
        ("'x'.GetType()", "MethodNotSupported"),
        ("(1).GetType()", "MethodNotSupported"),
        ("'x'.Insert(0, 'y')", "MethodNotSupported"),
        ("'x'.Replace('', 'y')", "MethodNotSupported"),
        ("(Get-Date).AddMonths(1)", "MethodNotSupported"),
        ("(Get-Date).ToString('d')", "MethodNotSupported"),
        ("(Get-CsUser 'Ken Myer').GetType()", "MethodNotSupported"),
        ("@{a=1}.ContainsKey('a')", "MethodNotSupported"),
        ("$Error.Clear()", "MethodNotSupported"),
        ("'x'.AddDays(1)", "MethodNotFound"),
        ("(Get-CsUser 'Ken Myer').Foo()", "MethodNotFound"),
        ("}", "UnexpectedToken"),
        ("1 + }", "ExpectedValueExpression"),
        ("(", "ExpectedExpression"),
        ("Get-CsUser @p", "SplattingNotSupported"),
        ("Get-CsUser -Identity @parameters", "SplattingNotSupported"),
    ] {
        let shown = shows(line).await;
        assert!(shown.contains(&format!("FullyQualifiedErrorId : {id}\n")), "{line}\n{shown}");
    }
    assert_eq!(shows("Write-Output a@b").await, "a@b\n");
}

#[tokio::test]
async fn what_is_documented_as_missing_is_refused_and_never_half_done() {
    for line in [
        "if (1) { 2 }",
        "foreach ($x in 1) { $x }",
        "function f { }",
        "try { 1 } catch { 2 }",
        "return 1",
        "throw 'x'",
        "'{0}' -f 1",
        "1, 2 -join ','",
        "'a b' -split ' '",
        "'a' -replace 'a', 'b'",
        "1 -is 2",
        "1 -band 1",
        "1..3",
        "$x = 1; $x++",
        "$x--",
        "$x -= 1",
        "$x *= 2",
        "@\"\ntext\n\"@",
        "Get-CsUser @p",
        "& Get-CsUser",
        "& 'Get-CsUser'",
        ". ./a.ps1",
        "[int]'1'",
        "[string]::Format('x')",
        "Get-CsUser 2> file",
        "Get-CsUser 2>&1",
        "$env:PATH",
        "$Error.Clear()",
        "$a = $b = 1",
        "$a, $b = 1, 2",
        "$x = @(1); $x[0] = 2",
        "./a.ps1 | measure",
        "'x' -match '(?<=a)x'",
        "Get-CsUser -ErrorAction Inquire",
        "Get-CsUser -WarningAction Stop",
        "Get-CsUser -InformationVariable i",
        "$OFS = ','",
        "Get-CsUser -Filter {SipAddress -eq $($x)}",
    ] {
        let mut screen = Screen::new();
        let outcome = screen.shell.run(line).await;
        let shown = screen.shown();
        assert!(outcome.failed && shown.lines().all(|line| line.starts_with('!')), "{line}\n{shown}");
    }
}

#[tokio::test]
async fn a_pattern_that_this_shell_has_not_is_told_once() {
    for line in [
        "Get-CsUser | Where-Object { $_.LineURI -match '(?<=ext=)1220' }",
        "Get-CsUser | Where-Object LineURI -Match '(?<=ext=)1220'",
        "Get-CsUser | Where-Object LineURI -Match '('",
    ] {
        let shown = shows(line).await;
        assert_eq!(shown.matches("FullyQualifiedErrorId").count(), 1, "{line}\n{shown}");
    }
    let shown = shows("1 -match '(?!x)'").await;
    assert!(shown.contains("This shell has no look-around in regular expressions."), "{shown}");
}

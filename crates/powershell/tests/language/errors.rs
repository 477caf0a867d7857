//! Errors as they are printed.

use crate::support::{Screen, shows};
use expect_test::{Expect, expect};

async fn check(script: &str, expected: &Expect) {
    let mut screen = Screen::new();
    assert!(screen.shell.run(script).await.failed, "{script}");
    expected.assert_eq(&screen.shown());
}

#[tokio::test]
async fn an_unknown_command_is_told_with_the_one_that_was_probably_meant() {
    check("Get-CsUsr -Identity x", &expect![[r#"
        ! Get-CsUsr : The term 'Get-CsUsr' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
        ! At line:1 char:1
        ! + Get-CsUsr -Identity x
        ! + ~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (Get-CsUsr:String) [], CommandNotFoundException
        !     + FullyQualifiedErrorId : CommandNotFoundException
        !
        ! Note (not PowerShell's): did you mean Get-CsUser?
    "#]]).await;
    check("  gibberish | Out-Null", &expect![[r#"
        ! gibberish : The term 'gibberish' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
        ! At line:1 char:3
        ! +   gibberish | Out-Null
        ! +   ~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (gibberish:String) [], CommandNotFoundException
        !     + FullyQualifiedErrorId : CommandNotFoundException
        !
    "#]]).await;
}

#[tokio::test]
async fn wrong_parameters_are_underlined() {
    check(
        "Get-CsUser -Identity x -Foo 1",
        &expect![[r#"
        ! Get-CsUser : A parameter cannot be found that matches parameter name 'Foo'.
        ! At line:1 char:24
        ! + Get-CsUser -Identity x -Foo 1
        ! +                        ~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
        !     + FullyQualifiedErrorId : NamedParameterNotFound
        !
    "#]],
    )
    .await;
    check("Set-CsClientPin x -Fo -Fi", &expect![[r#"
        ! Set-CsClientPin : A parameter cannot be found that matches parameter name 'Fi'.
        ! At line:1 char:23
        ! + Set-CsClientPin x -Fo -Fi
        ! +                       ~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Set-CsClientPin], ParameterBindingException
        !     + FullyQualifiedErrorId : NamedParameterNotFound,Microsoft.Rtc.Management.UserPinService.SetCsClientPin
        !
    "#]]).await;
    check("Test-CsClientAuth -User x", &expect![[r#"
        ! Test-CsClientAuthentication : Parameter cannot be processed because the parameter name 'User' is ambiguous. Possible matches include: -UserSipAddress -UserCredential.
        ! At line:1 char:19
        ! + Test-CsClientAuth -User ****
        ! +                   ~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Test-CsClientAuthentication], ParameterBindingException
        !     + FullyQualifiedErrorId : AmbiguousParameter
        !
    "#]]).await;
    check("Get-CsUser -ResultSize many", &expect![[r#"
        ! Get-CsUser : Cannot bind parameter 'ResultSize'. Cannot convert value "many" to type "System.Int32". Error: "Input string was not in a correct format."
        ! At line:1 char:24
        ! + Get-CsUser -ResultSize many
        ! +                        ~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
        !     + FullyQualifiedErrorId : CannotConvertArgumentNoMessage
        !
    "#]]).await;
    check("Get-CsUser -ResultSize 0", &expect![[r#"
        ! Get-CsUser : Cannot validate argument on parameter 'ResultSize'. The 0 argument is less than the minimum allowed range of 1. Supply an argument that is greater than or equal to 1 and then try the command again.
        ! At line:1 char:24
        ! + Get-CsUser -ResultSize 0
        ! +                        ~
        !     + CategoryInfo          : InvalidData: (:) [Get-CsUser], ParameterBindingValidationException
        !     + FullyQualifiedErrorId : ParameterArgumentValidationError
        !
    "#]]).await;
    check("Get-CsUser -Identity", &expect![[r#"
        ! Get-CsUser : Missing an argument for parameter 'Identity'. Specify a parameter of type 'System.String' and try again.
        ! At line:1 char:12
        ! + Get-CsUser -Identity
        ! +            ~~~~~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
        !     + FullyQualifiedErrorId : MissingArgument
        !
    "#]]).await;
    check(
        "Get-CsUser x surplus",
        &expect![[r#"
        ! Get-CsUser : A positional parameter cannot be found that accepts argument 'surplus'.
        ! At line:1 char:14
        ! + Get-CsUser x surplus
        ! +              ~~~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
        !     + FullyQualifiedErrorId : PositionalParameterNotFound
        !
    "#]],
    )
    .await;
    check("Get-CsUser x -Identity y -iden z", &expect![[r#"
        ! Get-CsUser : Cannot bind parameter because parameter 'Identity' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".
        ! At line:1 char:26
        ! + Get-CsUser x -Identity y -iden z
        ! +                          ~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
        !     + FullyQualifiedErrorId : ParameterAlreadyBound
        !
    "#]]).await;
}

#[tokio::test]
async fn the_error_of_a_cmdlet_is_about_the_whole_command() {
    check("'x'; Get-CsUser nobody -Verbose | Out-Null", &expect![[r#"
        x
        VERBOSE: looking for users
        ! Get-CsUser : Management object not found for identity "nobody".
        ! At line:1 char:6
        ! + 'x'; Get-CsUser nobody -Verbose | Out-Null
        ! +      ~~~~~~~~~~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException
        !     + FullyQualifiedErrorId : Identity
        !
    "#]]).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_before_anything_runs() {
    check(
        "'shown?' ; Get-CsUser |",
        &expect![[r#"
        ! At line:1 char:23
        ! + 'shown?' ; Get-CsUser |
        ! +                       ~
        ! An empty pipe element is not allowed.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : EmptyPipeElement
        !
    "#]],
    )
    .await;
    check(
        "\"kenmyer",
        &expect![[r#"
        ! At line:1 char:1
        ! + "****
        ! + ~
        ! The string is missing the terminator: ".
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : TerminatorExpectedAtEndOfString
        !
    "#]],
    )
    .await;
    check(
        "Get-CsUser | Where-Object {$_.Devices -gt 5",
        &expect![[r#"
        ! At line:1 char:27
        ! + Get-CsUser | Where-Object {$_.Devices -gt 5
        ! +                           ~
        ! Missing closing '}' in statement block.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : MissingEndCurlyBrace
        !
    "#]],
    )
    .await;
    check(
        "if ($true) { 'x' }",
        &expect![[r#"
        ! At line:1 char:1
        ! + if ($true) { 'x' }
        ! + ~~
        ! This shell runs pipelines; it has no 'if' statement.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : StatementNotSupported
        !
    "#]],
    )
    .await;
    check(
        "1 -join 2",
        &expect![[r#"
        ! At line:1 char:3
        ! + 1 -join 2
        ! +   ~~~~~
        ! This shell has no '-join' operator.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : OperatorNotSupported
        !
    "#]],
    )
    .await;
    check(
        "1 -jion 2",
        &expect![[r#"
        ! At line:1 char:3
        ! + 1 -jion 2
        ! +   ~~~~~
        ! Unexpected token '-jion' in expression or statement.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : UnexpectedToken
        !
    "#]],
    )
    .await;
    check(
        "1..3 | ForEach-Object { $_ }",
        &expect![[r#"
        ! At line:1 char:1
        ! + 1..3 | ForEach-Object { $_ }
        ! + ~~~~
        ! This shell has no '..' operator.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : OperatorNotSupported
        !
    "#]],
    )
    .await;
    check(
        "Get-CsUser nobody 2>$null",
        &expect![[r#"
        ! At line:1 char:19
        ! + Get-CsUser nobody 2>$null
        ! +                   ~~
        ! This shell redirects no single stream; -ErrorAction SilentlyContinue keeps errors from being shown.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : RedirectionNotSupported
        !
    "#]],
    )
    .await;
    check(
        "Get-CsUser | 5",
        &expect![[r#"
        ! At line:1 char:14
        ! + Get-CsUser | 5
        ! +              ~
        ! Expressions are only allowed as the first element of a pipeline.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : ExpressionsMustBeFirstInPipeline
        !
    "#]],
    )
    .await;
    check(
        "$env:USERNAME",
        &expect![[r#"
        ! At line:1 char:1
        ! + $env:USERNAME
        ! + ~~~~~~~~~~~~~
        ! This shell has no drive 'env:'.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : DriveNotSupported
        !
    "#]],
    )
    .await;
    check(
        "[int]5",
        &expect![[r#"
        ! At line:1 char:1
        ! + [int]5
        ! + ~
        ! This shell has no types in brackets.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : TypeNotSupported
        !
    "#]],
    )
    .await;
    check(
        "Get-CsUser )",
        &expect![[r#"
        ! At line:1 char:12
        ! + Get-CsUser )
        ! +            ~
        ! Unexpected token ')' in expression or statement.
        !     + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
        !     + FullyQualifiedErrorId : UnexpectedToken
        !
    "#]],
    )
    .await;
}

#[tokio::test]
async fn the_line_is_that_of_the_error_and_a_file_is_named() {
    let mut screen = Screen::new();
    screen.shell.run_named("'one'\n\n  Get-CsUser nobody", Some("C:\\test.ps1")).await;
    expect![[r#"
        one
        ! Get-CsUser : Management object not found for identity "nobody".
        ! At C:\test.ps1:3 char:3
        ! +   Get-CsUser nobody
        ! +   ~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException
        !     + FullyQualifiedErrorId : Identity
        !
    "#]].assert_eq(&screen.shown());
}

#[tokio::test]
async fn error_action_says_what_becomes_of_an_error() {
    let mut screen = Screen::new();
    let script = "Get-CsUser nobody -ErrorAction SilentlyContinue -ErrorVariable wrong; 'next'";
    assert!(!screen.shell.run(script).await.failed);
    assert_eq!(screen.shown(), "next\n");
    let expected = "Management object not found for identity \"nobody\".\n";
    assert_eq!(screen.type_in("\"$wrong\"").await, expected);
    let stopped = screen.type_in("Get-CsUser nobody -EA Stop; 'ne' + 'xt'").await;
    assert!(stopped.contains("Management object") && !stopped.contains("next"), "{stopped}");
    let stopped = screen.type_in("$ErrorActionPreference = 'Stop'; Get-CsUser nobody; 'ne' + 'xt'").await;
    assert!(stopped.contains("Management object") && !stopped.contains("next"), "{stopped}");
    let silent = "$ErrorActionPreference = 'SilentlyContinue'; Get-CsUsr; Get-CsUser nobody; 1 / 0; 'next'";
    assert_eq!(screen.type_in(silent).await, "next\n");
}

#[tokio::test]
async fn expressions_fail_in_powershells_words() {
    check(
        "$nothing.ToHTML()",
        &expect![[r#"
        ! You cannot call a method on a null-valued expression.
        ! At line:1 char:1
        ! + $nothing.ToHTML()
        ! + ~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : InvalidOperation: (:) [], RuntimeException
        !     + FullyQualifiedErrorId : InvokeMethodOnNull
        !
    "#]],
    )
    .await;
    check(
        "'x'.Foo()",
        &expect![[r#"
        ! Method invocation failed because [System.String] does not contain a method named 'Foo'.
        ! At line:1 char:1
        ! + 'x'.Foo()
        ! + ~~~~~~~~~
        !     + CategoryInfo          : InvalidOperation: (Foo:String) [], RuntimeException
        !     + FullyQualifiedErrorId : MethodNotFound
        !
    "#]],
    )
    .await;
    check(
        "1 + 'x'",
        &expect![[r#"
        ! Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."
        ! At line:1 char:1
        ! + 1 + 'x'
        ! + ~~~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [], RuntimeException
        !     + FullyQualifiedErrorId : InvalidCastFromStringToInteger
        !
    "#]],
    )
    .await;
    check(
        "5 -gt 'x'",
        &expect![[r#"
        ! Could not compare "5" to "x". Error: "Cannot convert value "x" to type "System.Int32"."
        ! At line:1 char:1
        ! + 5 -gt 'x'
        ! + ~~~~~~~~~
        !     + CategoryInfo          : InvalidOperation: (:) [], RuntimeException
        !     + FullyQualifiedErrorId : ComparisonFailure
        !
    "#]],
    )
    .await;
    check(
        "'x' -match '('",
        &expect![[r#"
        ! The regular expression pattern ( is not valid.
        ! At line:1 char:1
        ! + 'x' -match '('
        ! + ~~~~~~~~~~~~~~
        !     + CategoryInfo          : InvalidOperation: (:) [], RuntimeException
        !     + FullyQualifiedErrorId : InvalidRegularExpression
        !
    "#]],
    )
    .await;
    check(
        "1 / 0",
        &expect![[r#"
        ! Attempted to divide by zero.
        ! At line:1 char:1
        ! + 1 / 0
        ! + ~~~~~
        !     + CategoryInfo          : NotSpecified: (:) [], RuntimeException
        !     + FullyQualifiedErrorId : RuntimeException
        !
    "#]],
    )
    .await;
    check(
        "$true = 1",
        &expect![[r#"
        ! Cannot overwrite variable true because it is read-only or constant.
        ! At line:1 char:1
        ! + $true = 1
        ! + ~~~~~
        !     + CategoryInfo          : WriteError: (true:String) [], SessionStateUnauthorizedAccessException
        !     + FullyQualifiedErrorId : VariableNotWritable
        !
    "#]],
    )
    .await;
    check(
        "$x = Get-CsUser 'Ken Myer'; $x.Foo = 1",
        &expect![[r#"
        ! The property 'Foo' cannot be found on this object. Verify that the property exists and can be set.
        ! At line:1 char:29
        ! + $x = Get-CsUser 'Ken Myer'; $x.Foo = 1
        ! +                             ~~~~~~
        !     + CategoryInfo          : InvalidOperation: (:) [], RuntimeException
        !     + FullyQualifiedErrorId : PropertyNotFound
        !
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_condition_without_braces_is_null_and_is_refused() {
    for (script, parameter) in [
        ("Get-CsUser | Where-Object $_.EnterpriseVoiceEnabled", "FilterScript"),
        ("Get-CsUser | ForEach-Object $_.DisplayName", "Process"),
    ] {
        let mut screen = Screen::new();
        assert!(screen.shell.run(script).await.failed, "{script}");
        let shown = screen.shown();
        let said = format!("Cannot bind argument to parameter '{parameter}' because it is null.");
        assert!(shown.contains(&said), "{shown}");
    }
}

#[tokio::test]
async fn a_cmdlet_that_the_role_has_not_does_not_exist() {
    let mut screen = Screen::new();
    screen.shell.set_allowed(Some(std::sync::Arc::new(|name: &str| name.starts_with("Get-"))));
    expect![[r#"
        ! Set-CsClientPin : The term 'Set-CsClientPin' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
        ! At line:1 char:1
        ! + Set-CsClientPin x
        ! + ~~~~~~~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (Set-CsClientPin:String) [], CommandNotFoundException
        !     + FullyQualifiedErrorId : CommandNotFoundException
        !
        ! Note (not PowerShell's): the role of this session does not have it.
    "#]].assert_eq(&screen.type_in("Set-CsClientPin x").await);
    let role = "Note (not PowerShell's): the role of this session does not have it.\n";
    // Another name that is near is not what was meant.
    screen.shell.set_allowed(Some(std::sync::Arc::new(|name: &str| name != "Get-CsUser")));
    assert!(screen.type_in("Get-CsUser x").await.ends_with(role));
    screen.shell.set_allowed(Some(std::sync::Arc::new(|name: &str| name.starts_with("Get-"))));
    let listed = screen.type_in("Get-Command *-CsU*, *-CsC* | % Name").await;
    assert_eq!(listed, "Get-CsUser\n");
}

#[tokio::test]
async fn nothing_fails_where_nothing_is_said() {
    for script in ["", " \n ", "# only a comment", "<# one\n more #>", ";;", "$null"] {
        let mut screen = Screen::new();
        assert!(!screen.shell.run(script).await.failed);
        assert_eq!(screen.shown(), "", "{script}");
    }
    assert_eq!(shows("$x = 'kept'; $X").await, "kept\n");
}

#[tokio::test]
async fn of_a_long_line_the_place_is_shown_with_a_little_around_it() {
    let place =
        |shown: String| -> String { shown.lines().skip(1).take(3).map(|line| format!("{line}\n")).collect() };
    let filler = |length: usize| "x".repeat(length);
    // Sixty-nine characters are shown, one more is not.
    let fits = format!("Get-CsUser nobody; '{}'", filler(48));
    expect![[r#"
        ! At line:1 char:1
        ! + Get-CsUser nobody; 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
        ! + ~~~~~~~~~~~~~~~~~
    "#]]
    .assert_eq(&place(shows(&fits).await));
    for (script, expected) in [
        (
            format!("Get-CsUser nobody; '{}'", filler(49)),
            expect![[r#"
            ! At line:1 char:1
            ! + Get-CsUser nobody; 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ...
            ! + ~~~~~~~~~~~~~~~~~
        "#]],
        ),
        (
            format!("$x = '{}'; Get-CsUser nobody", filler(80)),
            expect![[r#"
            ! At line:1 char:90
            ! + ... xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; Get-CsUser nobody
            ! +                                                         ~~~~~~~~~~~~~~~~~
        "#]],
        ),
        (
            format!("$x = '{}'; Get-CsUser nobody; '{}'", filler(80), filler(80)),
            expect![[r#"
            ! At line:1 char:90
            ! + ... xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; Get-CsUser nobody; 'xxxxx ...
            ! +                                                 ~~~~~~~~~~~~~~~~~
        "#]],
        ),
        (
            format!("$x = '{}'; Get-CsUser -Identity 'nobody{}'; 1", filler(80), filler(80)),
            expect![[r#"
            ! At line:1 char:90
            ! + ... xxxxxxxxx'; Get-CsUser -Identity 'nobodyxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ...
            ! +                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        "#]],
        ),
    ] {
        expected.assert_eq(&place(shows(&script).await));
    }
}

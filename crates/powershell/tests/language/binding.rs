//! Arguments, and questions about those that are missing.

use crate::support::{Screen, shows};
use expect_test::expect;

#[tokio::test]
async fn names_come_in_any_case_shortened_with_colons_and_by_alias() {
    for script in [
        "Set-CsClientPin -Identity kenmyer -Pin 0712",
        "set-csclientpin -IDENT kenmyer -p:0712",
        "scp kenmyer 0712",
        "scp -Pin \"0712\" kenmyer",
        "scp –SipAddress “kenmyer” –Pin ‘0712’",
        "scp -Force:$false -Identity:kenmyer 0712",
        "$who = 'kenmyer'; scp $who",
        "scp (Get-CsUser 'Ken Myer').SipAddress.Replace('sip:', '').Replace('@litwareinc.com', '')",
    ] {
        assert_eq!(shows(script).await, "WARNING: kenmyer has a PIN now\n", "{script}");
    }
}

#[tokio::test]
async fn warnings_can_be_silenced() {
    assert_eq!(shows("scp kenmyer -WarningAction SilentlyContinue").await, "");
}

#[tokio::test]
async fn verbose_is_shown_where_it_is_asked_for_and_kept_for_a_variable() {
    assert_eq!(shows("Get-CsUser 'Ken Myer' -Verbose | Out-Null").await, "VERBOSE: looking for users\n");
    assert_eq!(shows("Get-CsUser 'Ken Myer' -Verbose:$false | Out-Null").await, "");
    let mut screen = Screen::answering(&["litwareinc\\kenmyer", "Passw0rd!"]);
    screen.type_in("Test-CsClientAuth -ua kenmyer -ovv said -olv log").await;
    assert_eq!(screen.type_in("$said").await, "Trying to get web ticket.\n");
    screen.type_in("$log.ToHTML() | Out-File report.html").await;
    assert_eq!(screen.terminal.files.lock().unwrap()["report.html"], "<html/>\n");
}

#[tokio::test]
async fn what_is_missing_is_asked_for_as_at_the_console() {
    let mut screen = Screen::answering(&["litwareinc\\kenmyer", "Passw0rd!"]);
    let shown = screen.type_in("Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com").await;
    expect![[r#"
        cmdlet Test-CsClientAuthentication at command pipeline position 1
        Supply values for the following parameters:
        UserCredential
        User: litwareinc\kenmyer
        Password for user litwareinc\kenmyer: (not shown)

        Target Fqdn : pool
        Result      : Success
    "#]]
    .assert_eq(&shown);
    let mut screen = Screen::answering(&["kenmyer"]);
    expect![[r#"
        cmdlet Set-CsClientPin at command pipeline position 1
        Supply values for the following parameters:
        Identity: kenmyer
        WARNING: kenmyer has a PIN now
    "#]]
    .assert_eq(&screen.type_in("Set-CsClientPin -Pin 0712").await);
}

#[tokio::test]
async fn where_nobody_can_be_asked_what_is_missing_is_an_error() {
    let shown = shows("Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com").await;
    expect![[r#"
        ! Test-CsClientAuthentication : Cannot process command because of one or more missing mandatory parameters: UserCredential.
        ! At line:1 char:1
        ! + Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com
        ! + ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Test-CsClientAuthentication], ParameterBindingException
        !     + FullyQualifiedErrorId : MissingMandatoryParameter
        !
    "#]].assert_eq(&shown);
    let mut screen = Screen::answering(&[]);
    let shown = screen.type_in("Set-CsClientPin").await;
    assert!(shown.contains("missing mandatory parameters: Identity."), "{shown}");
}

#[tokio::test]
async fn a_credential_is_made_of_a_name_that_is_asked_about_or_of_a_secure_string() {
    let mut screen = Screen::answering(&["Passw0rd!"]);
    let shown = screen.type_in("(Test-CsClientAuth -ua x -uc litwareinc\\kenmyer).Result").await;
    assert_eq!(shown, "Password for user litwareinc\\kenmyer: (not shown)\nSuccess\n");
    let script = "$p = ConvertTo-SecureString \"Passw0rd!\" -AsPlainText -Force\n\
                  $c = New-Object System.Management.Automation.PSCredential(\"litwareinc\\kenmyer\", $p)\n\
                  (Test-CsClientAuth -ua x -UserCredential $c).Result\n$c.UserName; \"$p\"; \"$c\"";
    let expected = "Success\nlitwareinc\\kenmyer\nSystem.Security.SecureString\n\
                    System.Management.Automation.PSCredential\n";
    assert_eq!(shows(script).await, expected);
    let mut screen = Screen::answering(&["kenmyer", "wrong"]);
    let shown = screen.type_in("$c = Get-Credential; (Test-CsClientAuth -ua x -uc $c).Result").await;
    expect![[r#"

        Windows PowerShell credential request
        Enter your credentials.
        User: kenmyer
        Password for user kenmyer: (not shown)
        Failure
    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn confirm_asks_before_each_and_all_ends_the_questions() {
    let mut screen = Screen::answering(&["n", "?", "a"]);
    expect![[r#"

        Confirm
        Are you sure you want to perform this action?
        Performing the operation "Set-CsClientPin" on target "a".
        [Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): n

        Confirm
        Are you sure you want to perform this action?
        Performing the operation "Set-CsClientPin" on target "b".
        [Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): ?
        Y - Continue with only the next step of the operation.
        A - Continue with all the steps of the operation.
        N - Skip this operation and proceed with the next operation.
        L - Skip this operation and all subsequent operations.
        [Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): a
        WARNING: b has a PIN now
        WARNING: c has a PIN now
    "#]]
    .assert_eq(&screen.type_in("'a', 'b', 'c' | Set-CsClientPin -Confirm").await);
    let shown = shows("Set-CsClientPin a -Confirm").await;
    assert!(shown.contains("NonInteractive") && !shown.contains("WARNING"), "{shown}");
    let mut screen = Screen::answering(&["L"]);
    assert!(!screen.type_in("'a', 'b', 'c' | Set-CsClientPin -Confirm").await.contains("WARNING"));
}

#[tokio::test]
async fn words_that_were_split_elsewhere_are_not_read_again() {
    let mut screen = Screen::new();
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    screen.shell.run_words(&words(&["Set-CsClientPin", "-Identity", "$x | Ken's; (1)", "-pin:0712"])).await;
    assert_eq!(screen.shown(), "WARNING: $x | Ken's; (1) has a PIN now\n");
    screen
        .shell
        .run_words(&words(&["Get-CsUser", "Ken Myer", "-Enabled", "$true", "-ResultSize", "$null"]))
        .await;
    assert!(screen.shown().contains("kenmyer"));
    assert!(screen.shell.run_words(&words(&["Get-CsUser", "Ken's", "-Foo"])).await.failed);
    expect![[r#"
        ! Get-CsUser : A parameter cannot be found that matches parameter name 'Foo'.
        ! At line:1 char:21
        ! + Get-CsUser 'Ken''s' -Foo
        ! +                     ~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
        !     + FullyQualifiedErrorId : NamedParameterNotFound
        !
    "#]]
    .assert_eq(&screen.shown());
}

#[tokio::test]
async fn a_question_mark_shows_the_help() {
    expect![[r#"

        NAME
            Get-CsUser

        SYNOPSIS
            Shows users.

        SYNTAX
            Get-CsUser [[-Identity] <String>] [-ResultSize <Int32>] [-Enabled
            <Boolean>] [-Wait <TimeSpan>] [-Order <Ascending | Descending>] [-Filter
            <String>] [-Credential <PSCredential>] [<CommonParameters>]

        DESCRIPTION
            Three users are enough.

        REMARKS
            To see the examples, type: "Get-Help Get-CsUser -Examples".
            For every parameter, type: "Get-Help Get-CsUser -Full".
    "#]]
    .assert_eq(&shows("Get-CsUser -?").await);
    // The text in front keeps the indentation from being taken off.
    let shown = shows("'PARAMETERS'; Get-Help Set-CsClientPin -Parameter ?i?").await;
    expect![[r#"
        PARAMETERS

            -Pin <String>
                The PIN.

                Required?                false
                Position?                2
                Accept pipeline input?   false
    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn a_null_that_was_split_elsewhere_is_none_where_a_text_is_taken() {
    let mut screen = Screen::new();
    let words = ["Get-CsUser", "-Filter", "$null", "-Identity", "$NULL"].map(str::to_owned);
    assert!(!screen.shell.run_words(&words).await.failed);
    assert!(screen.shown().contains("Pilar Ackerman"));
    let words = ["Set-CsClientPin", "$null"].map(str::to_owned);
    assert!(screen.shell.run_words(&words).await.failed);
    assert!(screen.shown().contains("because it is null"));
}

#[tokio::test]
async fn a_null_from_the_pipeline_is_none_where_a_value_is_needed() {
    let shown = shows("$null | Set-CsClientPin").await;
    expect![[r#"
        ! Set-CsClientPin : Cannot bind argument to parameter 'Identity' because it is null.
        ! At line:1 char:9
        ! + $null | Set-CsClientPin
        ! +         ~~~~~~~~~~~~~~~
        !     + CategoryInfo          : InvalidData: (:) [Set-CsClientPin], ParameterBindingValidationException
        !     + FullyQualifiedErrorId : ParameterArgumentValidationErrorNullNotAllowed,Microsoft.Rtc.Management.UserPinService.SetCsClientPin
        !
    "#]].assert_eq(&shown);
    // Where none is needed it must not stand for all.
    assert!(shows("$null | Get-CsUser").await.contains("InputObjectNotBound"));
}

#[tokio::test]
async fn a_variable_in_a_filter_stands_for_its_value() {
    for (script, shown) in [
        ("$n = 'Ken Myer'; Get-CsUser -Filter {DisplayName -eq $n} | % DisplayName", "Ken Myer\n"),
        ("$n = 'Ken'; Get-CsUser -Filter {DisplayName -eq \"$n Myer\"} | % DisplayName", "Ken Myer\n"),
        (
            "$u = Get-CsUser 'Ken Myer'; Get-CsUser -Filter {SipAddress -ne $u.SipAddress} | % DisplayName",
            "Pilar Ackerman\nAnna Lidman\n",
        ),
        (
            "$off = $false; Get-CsUser -Filter {EnterpriseVoiceEnabled -eq $off} | % DisplayName",
            "Pilar Ackerman\n",
        ),
        ("'Ken Myer' | % { Get-CsUser -Filter {DisplayName -eq $_} } | % DisplayName", "Ken Myer\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
    for filter in [
        "{SipAddress -ne $keep}",
        "{SipAddress -ne \"$keep\"}",
        "{SipAddress -ne $($x)}",
        "{SipAddress -ne $x[0]}",
    ] {
        let shown = shows(&format!("$x = 1; Get-CsUser -Filter {filter}")).await;
        assert!(shown.contains("Cannot read the filter: "), "{shown}");
    }
}

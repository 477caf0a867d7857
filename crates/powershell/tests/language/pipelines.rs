//! Objects from command to command.

use crate::support::{Screen, shows};
use expect_test::expect;

#[tokio::test]
async fn an_object_of_many_properties_is_a_list() {
    let shown = shows("Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\"").await;
    expect![[r#"


        Identity               : CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com
        DisplayName            : Ken Myer
        SipAddress             : sip:kenmyer@litwareinc.com
        LineURI                : tel:+12065551219
        EnterpriseVoiceEnabled : True
        Devices                : 2
        Changed                : 9/27/2012 1:35:03 PM
        Policies               : {a, b, c, d...}



    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn selected_properties_are_a_table_with_the_objects_own_spelling() {
    let shown =
        shows("Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\" | Select-Object SipAddress, LineUri")
            .await;
    expect![[r#"

        SipAddress                              LineURI
        ----------                              -------
        sip:kenmyer@litwareinc.com              tel:+12065551219


    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn a_condition_lets_through_what_fulfils_it() {
    for (script, names) in [
        (
            "Get-CsUser | Where-Object {$_.EnterpriseVoiceEnabled -eq $True} | % DisplayName",
            "Ken Myer\nAnna Lidman\n",
        ),
        ("Get-CsUser | where EnterpriseVoiceEnabled | % { $_.DisplayName }", "Ken Myer\nAnna Lidman\n"),
        ("Get-CsUser | ? EnterpriseVoiceEnabled -eq $false | % DisplayName", "Pilar Ackerman\n"),
        ("Get-CsUser | ? -Property Devices -GT 5 | % DisplayName", "Pilar Ackerman\n"),
        ("Get-CsUser | ? {$_.LineUri -eq $null} | % DisplayName", "Anna Lidman\n"),
        (
            "Get-CsUser | ? {$_.DisplayName –like “*k*” -and -not ($_.Devices -gt 5)} | % DisplayName",
            "Ken Myer\n",
        ),
        ("Get-CsUser | ? {$_.Policies -match \"^[xyz]$\"} | % DisplayName", ""),
        ("Get-CsUser | ? {$_.Policies -contains 'E'} | measure | % Count", "3\n"),
        ("(Get-CsUser | ? DisplayName -like 'p*').SipAddress", "sip:packerman@litwareinc.com\n"),
        ("(Get-CsUser).DisplayName", "Ken Myer\nPilar Ackerman\nAnna Lidman\n"),
        ("(Get-CsUser)[-1].DisplayName", "Anna Lidman\n"),
        ("(Get-CsUser).Count", "3\n"),
    ] {
        assert_eq!(shows(script).await, names, "{script}");
    }
}

#[tokio::test]
async fn an_object_brings_the_parameters_of_the_next_command() {
    let shown = shows("Get-CsUser | Set-CsClientPin -WhatIf").await;
    expect![[r#"
        What if: Performing the operation "Set-CsClientPin" on target "CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com".
        What if: Performing the operation "Set-CsClientPin" on target "CN=Pilar Ackerman,OU=Redmond,DC=litwareinc,DC=com".
        What if: Performing the operation "Set-CsClientPin" on target "CN=Anna Lidman,OU=Redmond,DC=litwareinc,DC=com".
    "#]].assert_eq(&shown);
}

#[tokio::test]
async fn an_error_about_one_object_keeps_none_of_the_others_from_the_next_command() {
    let shown =
        shows("'kenmyer@litwareinc.com', 'nobody', 'Ken Myer' | Get-CsUser | ForEach-Object SipAddress")
            .await;
    expect![[r#"
        sip:kenmyer@litwareinc.com
        ! Get-CsUser : Management object not found for identity "nobody".
        ! At line:1 char:50
        ! + 'kenmyer@litwareinc.com', 'nobody', 'Ken Myer' | Get-CsUser | ForEach ...
        ! +                                                  ~~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException
        !     + FullyQualifiedErrorId : Identity
        !
        sip:kenmyer@litwareinc.com
    "#]].assert_eq(&shown);
}

#[tokio::test]
async fn a_terminating_error_ends_the_pipeline_and_not_the_script() {
    let mut screen = Screen::new();
    let shown = screen.type_in("'a', 'locked', 'b' | Set-CsClientPin; 'next'").await;
    expect![[r#"
        WARNING: a has a PIN now
        ! Set-CsClientPin : The PIN is locked.
        ! At line:1 char:22
        ! + 'a', 'locked', 'b' | Set-CsClientPin; 'next'
        ! +                      ~~~~~~~~~~~~~~~
        !     + CategoryInfo          : InvalidOperation: (:) [Set-CsClientPin], LockedException
        !     + FullyQualifiedErrorId : Locked,Microsoft.Rtc.Management.UserPinService.SetCsClientPin
        !
        next
    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn first_asks_for_no_more_objects_than_it_passes_on() {
    let mut screen = Screen::new();
    screen.type_in("$seen = 0").await;
    screen
        .type_in("1, 2, 3, 4 | ForEach-Object { $seen += 1; $_ } | Select-Object -First 2 | Out-Null")
        .await;
    assert_eq!(screen.type_in("$seen").await, "2\n");
}

#[tokio::test]
async fn lines_go_on_after_a_pipe_a_backtick_and_inside_braces() {
    let script = "Get-CsUser |\n  Where-Object {\n    $_.Devices -gt 5\n  } |\n# a comment\n  ForEach-Object `\n  DisplayName";
    assert_eq!(shows(script).await, "Pilar Ackerman\n");
    assert_eq!(shows(&script.replace('\n', "\r\n")).await, "Pilar Ackerman\n");
}

#[tokio::test]
async fn a_prompt_that_was_copied_is_passed_over() {
    assert_eq!(shows("PS> 'a'\nPS C:\\Users\\kenmyer> 'b'\nPS lyncmock> 'c'").await, "a\nb\nc\n");
}

#[tokio::test]
async fn output_goes_to_a_file_by_redirection_and_by_out_file() {
    let mut screen = Screen::new();
    assert_eq!(screen.type_in("'one' > a.txt; 'two' >> a.txt; 'three' | Out-File b.txt").await, "");
    assert_eq!(screen.terminal.files.lock().unwrap()["a.txt"], "one\ntwo\n");
    assert_eq!(screen.terminal.files.lock().unwrap()["b.txt"], "three\n");
    assert_eq!(
        screen.type_in("Get-CsUser > $null; Get-CsUser | select -First 1 >$Null; 'next'").await,
        "next\n"
    );
    assert_eq!(screen.terminal.files.lock().unwrap().len(), 2);
    expect![[r#"
        ! Out-File : Access to the path 'forbidden' is denied.
        ! At line:1 char:7
        ! + 'x' | Out-File forbidden
        ! +       ~~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : OpenError: (forbidden:String) [Out-File], IOException
        !     + FullyQualifiedErrorId : FileOpenFailure,Microsoft.PowerShell.Commands.OutFileCommand
        !
    "#]]
    .assert_eq(&screen.type_in("'x' | Out-File forbidden").await);
    expect![[r#"
        ! Out-File : Cannot find drive. A drive with the name 'C' does not exist.
        ! At line:1 char:7
        ! + 'x' | Out-File C:\Temp\a.txt
        ! +       ~~~~~~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : ObjectNotFound: (C:String) [Out-File], DriveNotFoundException
        !     + FullyQualifiedErrorId : DriveNotFound,Microsoft.PowerShell.Commands.OutFileCommand
        !
    "#]]
    .assert_eq(&screen.type_in(r"'x' | Out-File C:\Temp\a.txt").await);
}

/// As PowerShell's AutomationNull: what a pipeline found that found nothing is `$null`, but no object to pass on.
#[tokio::test]
async fn what_found_nothing_passes_nothing_on() {
    let nobody = "$nobody = Get-CsUser | ? DisplayName -eq 'x'";
    for (script, shown) in [
        ("$nobody | % {'one'}", ""),
        ("$NOBODY | Set-CsClientPin; 'on'", "on\n"),
        ("$other = $nobody; $other | % {'one'}", ""),
        ("($nobody) | % {'one'}", ""),
        ("$(Get-CsUser | ? DisplayName -eq 'x') | % {'one'}", ""),
        ("(Get-CsUser | ? DisplayName -eq 'x') | % {'one'}", ""),
        ("$nobody | measure | % Count", "0\n"),
        ("@($nobody).Count; $nobody.Count; $null -eq $nobody; \"<$nobody>\"", "0\n0\nTrue\n<>\n"),
        ("$nobody = $null; $nobody | % {'one'}", "one\n"),
        ("$nobody += 1; $nobody | % {'one'}", "one\n"),
        ("$null | % {'one'}", "one\n"),
        ("$unset | % {'one'}", "one\n"),
    ] {
        assert_eq!(shows(&format!("{nobody}; {script}")).await, shown, "{script}");
    }
}

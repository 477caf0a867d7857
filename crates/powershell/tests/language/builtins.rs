//! The commands of the language.

use crate::support::{Screen, shows};
use expect_test::expect;
use lync_powershell::needs_more;

#[tokio::test]
async fn select_picks_objects_and_properties() {
    for (script, shown) in [
        ("1, 2, 3, 4, 5 | select -First 2", "1\n2\n"),
        ("1, 2, 3, 4, 5 | select -Last 2", "4\n5\n"),
        ("1, 2, 3, 4, 5 | select -Skip 1 -First 2", "2\n3\n"),
        ("1, 2, 3, 4, 5 | select -Skip 1 -Last 2", "3\n4\n"),
        ("1, 2, 1, 2 | select -Unique", "1\n2\n"),
        ("Get-CsUser | select -ExpandProperty DisplayName", "Ken Myer\nPilar Ackerman\nAnna Lidman\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
    let shown =
        shows("Get-CsUser | select -First 1 -Property * -ExcludeProperty Ide*, Pol*, C*, S*, L*, E*").await;
    expect![[r#"

        DisplayName                                                             Devices
        -----------                                                             -------
        Ken Myer                                                                      2


    "#]]
    .assert_eq(&shown);
    let missing = shows("'x' | select -ExpandProperty Nothing").await;
    assert!(missing.contains("Property \"Nothing\" cannot be found."), "{missing}");
}

#[tokio::test]
async fn sort_is_by_type_and_whole_over_all_values() {
    for (script, shown) in [
        ("10, 9, 100 | sort", "9\n10\n100\n"),
        ("'10', '9', '100' | sort", "10\n100\n9\n"),
        ("'b', 3, $null, 'A', 2.5 | sort", "2.5\n3\nA\nb\n"),
        ("Get-CsUser | sort Devices -Descending | % Devices", "11\n2\n0\n"),
        (
            "Get-CsUser | sort {$_.DisplayName.Length}, DisplayName | % DisplayName",
            "Ken Myer\nAnna Lidman\nPilar Ackerman\n",
        ),
        ("3, 1, 3 | sort -Unique", "1\n3\n"),
        (
            "Get-CsUser | sort @{Expression='DisplayName';Descending=$true} | % DisplayName",
            "Pilar Ackerman\nKen Myer\nAnna Lidman\n",
        ),
        (
            "Get-CsUser | sort @{e={$_.EnterpriseVoiceEnabled};a=$false}, DisplayName | % DisplayName",
            "Anna Lidman\nKen Myer\nPilar Ackerman\n",
        ),
        (
            "Get-CsUser | sort @{e='EnterpriseVoiceEnabled';asc=$true}, DisplayName -Descending | % DisplayName",
            "Pilar Ackerman\nKen Myer\nAnna Lidman\n",
        ),
        ("3, 1, 2 | sort @{e={$_};a=$true;d=$true} -Descending", "3\n2\n1\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
}

#[tokio::test]
async fn measure_and_group_sum_up() {
    let shown = shows("Get-CsUser | Measure-Object Devices -Sum -Average -Maximum -Minimum; Get-CsUser | group EnterpriseVoiceEnabled").await;
    expect![[r#"


        Count    : 3
        Average  : 4.33333333333333
        Sum      : 13
        Maximum  : 11
        Minimum  : 0
        Property : Devices




        Count Name                      Group
        ----- ----                      -----
            2 True                      {CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com...
            1 False                     {CN=Pilar Ackerman,OU=Redmond,DC=litwareinc,...


    "#]]
    .assert_eq(&shown);
    let missing = shows("Get-CsUser | measure Nothing -Sum; 'next'").await;
    let said = "Measure-Object : The property \"Nothing\" cannot be found in the input for any objects.";
    assert!(missing.contains(said) && missing.ends_with("!\nnext\n"), "{missing}");
    assert_eq!(shows("@() | measure Nothing; (@() | measure).Count").await, "0\n");
}

#[tokio::test]
async fn json_and_csv_hold_what_is_selected() {
    let select = "Get-CsUser | select -First 2 DisplayName, LineURI, Devices, Changed, Policies";
    expect![[r#"
        [
          {
            "DisplayName": "Ken Myer",
            "LineURI": "tel:+12065551219",
            "Devices": 2,
            "Changed": "2012-09-27T13:35:03Z",
            "Policies": [
              "a",
              "b",
              "c",
              "d",
              "e"
            ]
          },
          {
            "DisplayName": "Pilar Ackerman",
            "LineURI": "tel:+12065551220;ext=1220",
            "Devices": 11,
            "Changed": "2012-10-06T13:35:03Z",
            "Policies": [
              "a",
              "b",
              "c",
              "d",
              "e"
            ]
          }
        ]
    "#]]
    .assert_eq(&shows(&format!("{select} | ConvertTo-Json")).await);
    expect![[r#"
        {"Devices":2,"LineURI":"tel:+12065551219"}
    "#]]
    .assert_eq(&shows("Get-CsUser 'Ken Myer' | select Devices, LineURI | ConvertTo-Json -Compress").await);
    expect![[r#"
        "DisplayName","LineURI","Devices","Changed","Policies"
        "Ken Myer","tel:+12065551219","2","09/27/2012 13:35:03","a b c d e"
        "Pilar Ackerman","tel:+12065551220;ext=1220","11","10/06/2012 13:35:03","a b c d e"
    "#]]
    .assert_eq(&shows(&format!("{select} | ConvertTo-Csv -NoTypeInformation")).await);
}

#[tokio::test]
async fn members_commands_variables_and_help_can_be_listed() {
    expect![[r#"


           TypeName: Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser

        Name        MemberType Definition
        ----        ---------- ----------
        Changed     Property   System.DateTime Changed {get;}
        Devices     Property   System.Int32 Devices {get;}
        DisplayName Property   System.String DisplayName {get;}


    "#]]
    .assert_eq(&shows("Get-CsUser | Get-Member D*, Ch*").await);
    let of_nothing = shows("@{Line=$null} | Get-Member Line | % Definition").await;
    assert_eq!(of_nothing, "System.Object Line {get;}\n");
    expect![[r#"

        CommandType Name                                             Synopsis
        ----------- ----                                             --------
        Cmdlet      ConvertTo-Csv                                    Turns objects i...
        Cmdlet      Get-CsUser                                       Shows users.
        Cmdlet      Set-CsClientPin                                  Sets a PIN.
        Alias       Test-CsClientAuth -> Test-CsClientAuthentication Signs in.
        Cmdlet      Test-CsClientAuthentication                      Signs in.



        CommandType Name              Synopsis
        ----------- ----              --------
        Alias       fl -> Format-List Shows objects with a property to a line.


    "#]]
    .assert_eq(&shows("Get-Command *-Cs*; gcm fl").await);
    expect![[r#"

        Name                           Value
        ----                           -----
        a                              1
        b                              two


    "#]]
    .assert_eq(&shows("$a = 1; $b = 'two'; Get-Variable").await);
    expect![[r#"

        Name                        Synopsis
        ----                        --------
        ConvertTo-Csv               Turns objects into lines with commas between the...
        Get-CsUser                  Shows users.
        Set-CsClientPin             Sets a PIN.
        Test-CsClientAuthentication Signs in.


    "#]]
    .assert_eq(&shows("Get-Help *-Cs*").await);
    expect![[r#"

        NAME
            Get-CsUser

            -------------------------- EXAMPLE 1 --------------------------

            Get-CsUser -Identity sip:kenmyer@litwareinc.com
        ! Get-Help : Get-Help could not find nothing in a help file in this session.
        ! At line:1 char:32
        ! + Get-Help Get-CsUser -Examples; Get-Help nothing
        ! +                                ~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : ResourceUnavailable: (:) [Get-Help], HelpNotFoundException
        !     + FullyQualifiedErrorId : HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand
        !
    "#]]
    .assert_eq(&shows("Get-Help Get-CsUser -Examples; Get-Help nothing").await);
}

#[tokio::test]
async fn help_about_a_parameter_that_is_none_is_an_error() {
    let shown = shows("Get-Help Get-CsUser -Parameter Nope; 'next'").await;
    expect![[r#"
        ! Get-Help : No parameter matches criteria Nope.
        ! At line:1 char:1
        ! + Get-Help Get-CsUser -Parameter Nope; 'next'
        ! + ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        !     + CategoryInfo          : InvalidArgument: (:) [Get-Help], PSArgumentException
        !     + FullyQualifiedErrorId : NoParmsFound,Microsoft.PowerShell.Commands.GetHelpCommand
        !
        next
    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-Help Get-CsUser -Parameter Res*").await;
    assert!(shown.contains("-ResultSize") && !shown.contains('!'), "{shown}");
}

#[tokio::test]
async fn every_command_has_help_that_can_be_shown_in_full() {
    let mut screen = Screen::new();
    let names = screen.type_in("Get-Command | % Name").await;
    assert!(names.lines().count() > 25, "{names}");
    for name in names.lines() {
        let help = screen.type_in(&format!("Get-Help {name} -Full")).await;
        assert!(help.contains("SYNTAX") && help.contains(name) && !help.contains('!'), "{help}");
    }
}

#[tokio::test]
async fn out_string_is_the_text_that_would_be_shown() {
    let list = shows("Get-CsUser 'Ken Myer'").await;
    let text = shows("$t = Get-CsUser 'Ken Myer' | Out-String; Write-Host $t").await;
    assert_eq!(text, format!("{list}\n"));
    assert_eq!(shows("Get-CsUser | Out-Host; Get-CsUser | Out-Null").await, shows("Get-CsUser").await);
}

#[tokio::test]
async fn exit_ends_the_script_with_its_code() {
    for (script, code) in [
        ("exit", 0),
        ("exit 3", 3),
        ("$code = 4; exit $code", 4),
        ("exit (1 + 1)", 2),
        ("exit -1", 255),
        ("exit $true", 1),
        ("exit '5'", 5),
        ("1, 2 | ForEach-Object { exit 7 }", 7),
        ("1 | % {exit}", 0),
        ("$x = $(exit 8)", 8),
        ("Get-CsUser nobody; exit", 0),
    ] {
        let mut screen = Screen::new();
        let outcome = screen.shell.run(&format!("{script}\n'not reached'")).await;
        assert_eq!(outcome.exit, Some(code), "{script}");
        let shown = screen.shown();
        assert!(!shown.contains("reached"), "{script}: {shown}");
        assert_eq!(screen.shell.run("1").await.exit, None, "{script}");
    }
    let mut screen = Screen::new();
    let outcome = screen.shell.run("exit 'word'").await;
    assert!(outcome.failed && outcome.exit.is_none());
    assert!(!needs_more("exit") && !needs_more("exit 3"));
}

#[tokio::test]
async fn errors_of_the_session_are_kept_the_latest_first() {
    let mut screen = Screen::new();
    assert_eq!(screen.type_in("$Error.Count; $Error[0]").await, "0\n");
    screen.type_in("Get-CsUser nobody").await;
    screen.type_in("Get-CsUser noone -ErrorAction SilentlyContinue; Get-CsUsr; 1 |").await;
    screen.type_in("Get-CsUser noone -ErrorAction SilentlyContinue").await;
    let shown = screen.type_in("$Error.Count; \"$($Error[0])\"; $error[2].FullyQualifiedErrorId").await;
    let expected = "3\nManagement object not found for identity \"noone\".\nIdentity\n";
    assert_eq!(shown, expected);
    assert_eq!(screen.type_in("$Error[1].CategoryInfo.Category").await, "ParserError\n");
    screen.type_in(&"Get-CsUser nobody -ErrorAction SilentlyContinue; ".repeat(300)).await;
    assert_eq!(screen.type_in("$Error.Count").await, "256\n");
    assert!(screen.type_in("$Error = 1").await.contains("VariableNotWritable"));
}

#[tokio::test]
async fn the_version_of_the_language_can_be_asked_for() {
    let shown = shows("$PSVersionTable.PSVersion.Major -ge 3; \"$($PSVersionTable.PSVersion)\"").await;
    assert_eq!(shown, "True\n3.0\n");
    assert!(shows("$PSVersionTable").await.contains("lyncmock"));
}

#[tokio::test]
async fn habits_of_scripts_do_no_harm() {
    assert_eq!(shows("Import-Module Lync; import-module activedirectory -Force").await, "");
    assert!(shows("Import-Module Exchange").await.contains("'Exchange' was not loaded"));
    assert_eq!(shows("Write-Warning 'mind the gap'").await, "WARNING: mind the gap\n");
    let mut screen = Screen::answering(&["Ken", "x90817263"]);
    let shown =
        screen.type_in("$name = Read-Host 'Name'; $p = Read-Host -AsSecureString Password; $name; $p").await;
    assert_eq!(shown, "Name: Ken\nPassword: (not shown)\nKen\nSystem.Security.SecureString\n");
    assert!(shows("Read-Host").await.contains("NonInteractive"));
}

#[tokio::test]
async fn what_is_found_elsewhere_is_told() {
    for (line, hint) in [
        ("quit", "exit leaves"),
        ("logout", "exit leaves"),
        ("Get-EventLog 'Lync Server'", "lyncmock events"),
    ] {
        let shown = shows(line).await;
        assert!(shown.contains("Note (not PowerShell's): ") && shown.contains(hint), "{shown}");
    }
}

#[tokio::test]
async fn nothing_has_no_members_and_small_numbers_have_two_digits_of_exponent() {
    assert!(shows("$null | Get-Member").await.contains("NoObjectInGetMember"));
    assert_eq!(shows("0.000000077; \"$(77 / 1000000000)\"").await, "7.7E-08\n7.7E-08\n");
    assert!(shows("(Get-Date) - (Get-Date '6/5/2014 9:04:59.99 AM')").await.contains("E-0"));
}

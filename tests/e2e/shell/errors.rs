//! Mistakes: told in PowerShell's or the cmdlet's words, underlined, without a secret, with exit code 1; and nothing has
//! changed.

use super::{BINARY, Shell, ended, with_input};
use expect_test::expect;
use lync_tests::command::lyncmock;
use lync_tests::pool;

/// A PIN of the kind that a user may have and that stands nowhere else.
const PIN: &str = "90817263";

#[tokio::test]
async fn what_is_not_understood_is_told_and_underlined() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let mut told = String::new();
    for line in [
        "Get-CsUsers -Identity kenmyer",
        "Get-CsUser -Identiti kenmyer",
        "Set-CsPinPolicy -MinPasswordLength long",
        "Set-CsPinPolicy -MinPasswordLength 3",
        "Set-CsWebServiceConfiguration -UsePinAuth maybe",
        "Set-CsWebServiceConfiguration -Use $true",
        "Set-CsWebServiceConfiguration -UseWindowsAuth Kerberos",
        "Get-CsClientPinInfo",
        "Get-CsUser -Identity nobody@litwareinc.com",
        "Get-CsUser | Where-Object {$_.LineUri -eq",
        "Set-CsPinPolicy -PINLifetime 30 -PINHistoryCount 0",
    ] {
        told += &format!("PS> {line}\n{}\n", shell.fails(&[line]).await);
    }
    expect![[r#"
        PS> Get-CsUsers -Identity kenmyer
        Get-CsUsers : The term 'Get-CsUsers' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
        At line:1 char:1
        + Get-CsUsers -Identity kenmyer
        + ~~~~~~~~~~~
            + CategoryInfo          : ObjectNotFound: (Get-CsUsers:String) [], CommandNotFoundException
            + FullyQualifiedErrorId : CommandNotFoundException

        Note (not PowerShell's): did you mean Get-CsUser?

        PS> Get-CsUser -Identiti kenmyer
        Get-CsUser : A parameter cannot be found that matches parameter name 'Identiti'.
        At line:1 char:12
        + Get-CsUser -Identiti kenmyer
        +            ~~~~~~~~~
            + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ParameterBindingException
            + FullyQualifiedErrorId : NamedParameterNotFound


        PS> Set-CsPinPolicy -MinPasswordLength long
        Set-CsPinPolicy : Cannot bind parameter 'MinPasswordLength'. Cannot convert value "long" to type "System.Int32". Error: "Input string was not in a correct format."
        At line:1 char:36
        + Set-CsPinPolicy -MinPasswordLength long
        +                                    ~~~~
            + CategoryInfo          : InvalidArgument: (:) [Set-CsPinPolicy], ParameterBindingException
            + FullyQualifiedErrorId : CannotConvertArgumentNoMessage


        PS> Set-CsPinPolicy -MinPasswordLength 3
        Set-CsPinPolicy : Cannot validate argument on parameter 'MinPasswordLength'. The 3 argument is less than the minimum allowed range of 4. Supply an argument that is greater than or equal to 4 and then try the command again.
        At line:1 char:36
        + Set-CsPinPolicy -MinPasswordLength 3
        +                                    ~
            + CategoryInfo          : InvalidData: (:) [Set-CsPinPolicy], ParameterBindingValidationException
            + FullyQualifiedErrorId : ParameterArgumentValidationError


        PS> Set-CsWebServiceConfiguration -UsePinAuth maybe
        Set-CsWebServiceConfiguration : Cannot bind parameter 'UsePinAuth'. Cannot convert value "System.String" to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.
        At line:1 char:43
        + Set-CsWebServiceConfiguration -UsePinAuth maybe
        +                                           ~~~~~
            + CategoryInfo          : InvalidArgument: (:) [Set-CsWebServiceConfiguration], ParameterBindingException
            + FullyQualifiedErrorId : CannotConvertArgumentNoMessage


        PS> Set-CsWebServiceConfiguration -Use $true
        Set-CsWebServiceConfiguration : Parameter cannot be processed because the parameter name 'Use' is ambiguous. Possible matches include: -UsePinAuth -UseCertificateAuth -UseWindowsAuth -UseDomainAuthInLWA -UseWsFedPassiveAuth.
        At line:1 char:31
        + Set-CsWebServiceConfiguration -Use $true
        +                               ~~~~
            + CategoryInfo          : InvalidArgument: (:) [Set-CsWebServiceConfiguration], ParameterBindingException
            + FullyQualifiedErrorId : AmbiguousParameter


        PS> Set-CsWebServiceConfiguration -UseWindowsAuth Kerberos
        Set-CsWebServiceConfiguration : Cannot bind parameter 'UseWindowsAuth'. Cannot convert value "Kerberos" to type "UseWindowsAuth". Error: "Unable to match the identifier name Kerberos to a valid enumerator name. Specify one of the following enumerator names and try again: Negotiate, NTLM, None"
        At line:1 char:47
        + Set-CsWebServiceConfiguration -UseWindowsAuth Kerberos
        +                                               ~~~~~~~~
            + CategoryInfo          : InvalidArgument: (:) [Set-CsWebServiceConfiguration], ParameterBindingException
            + FullyQualifiedErrorId : CannotConvertArgumentNoMessage


        PS> Get-CsClientPinInfo
        Get-CsClientPinInfo : Cannot process command because of one or more missing mandatory parameters: Identity.
        At line:1 char:1
        + Get-CsClientPinInfo
        + ~~~~~~~~~~~~~~~~~~~
            + CategoryInfo          : InvalidArgument: (:) [Get-CsClientPinInfo], ParameterBindingException
            + FullyQualifiedErrorId : MissingMandatoryParameter


        PS> Get-CsUser -Identity nobody@litwareinc.com
        Get-CsUser : Management object not found for identity "nobody@litwareinc.com".
        At line:1 char:1
        + Get-CsUser -Identity nobody@litwareinc.com
        + ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
            + CategoryInfo          : ObjectNotFound: (nobody@litwareinc.com:UserIdParameter) [Get-CsUser], ManagementException
            + FullyQualifiedErrorId : ManagementObjectNotFound


        PS> Get-CsUser | Where-Object {$_.LineUri -eq
        At line:1 char:39
        + Get-CsUser | Where-Object {$_.LineUri -eq
        +                                       ~~~
        You must provide a value expression following the '-eq' operator.
            + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
            + FullyQualifiedErrorId : ExpectedValueExpression


        PS> Set-CsPinPolicy -PINLifetime 30 -PINHistoryCount 0
        Set-CsPinPolicy : A PINLifetime above 0 needs a PINHistoryCount above 0.
        At line:1 char:1
        + Set-CsPinPolicy -PINLifetime 30 -PINHistoryCount 0
        + ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
            + CategoryInfo          : InvalidArgument: (:) [Set-CsPinPolicy], ManagementException
            + FullyQualifiedErrorId : InvalidArgument


    "#]].assert_eq(&told);
    let policy = shell.prints(&["Get-CsPinPolicy | Format-List MinPasswordLength, PINLifetime"]).await;
    expect![[r#"


        MinPasswordLength : 4
        PINLifetime       : 365



    "#]]
    .assert_eq(&policy);
}

#[tokio::test]
async fn a_refusal_has_changed_nothing() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let state = "Get-CsUser | Format-List *; Get-CsUser | Get-CsClientPinInfo | Format-List IsPinSet, IsLockedOut; \
                 Get-CsPinPolicy; Get-CsWebServiceConfiguration; Get-CsRegistrarConfiguration";
    let before = shell.prints(&[state]).await;
    for line in [
        "Set-CsUser -Identity nobody -LineURI tel:+1",
        "Set-CsUser -Identity kenmyer@litwareinc.com -LineURI nonsense -Enabled $false",
        "Set-CsUser -Identity kenmyer@litwareinc.com -SipAddress sip:disabled@litwareinc.com -Enabled $false",
        "Enable-CsUser -Identity kenmyer@litwareinc.com -RegistrarPool atl-cs-001.litwareinc.com -SipAddress sip:a@b.test",
        "Set-CsClientPin -Identity kenmyer@litwareinc.com -Pin 1111",
        "Set-CsClientPin -Identity pin-locked@litwareinc.com -Pin 58413",
        "Set-CsWebServiceConfiguration -UsePinAuth $false -MinCSRKeySize 8192 -MaxCSRKeySize 1024",
        "Set-CsRegistrarConfiguration -EnableDHCPServer $false -MaxUserCount 7",
        "Grant-CsPinPolicy -Identity kenmyer@litwareinc.com -PolicyName nosuch",
    ] {
        shell.fails(&[line]).await;
        assert_eq!(shell.prints(&[state]).await, before, "{line}");
    }
}

#[tokio::test]
async fn what_if_changes_nothing_and_says_what_would_be() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let told = shell.prints(&["Lock-CsClientPin kenmyer@litwareinc.com -WhatIf"]).await;
    expect![[r#"
        What if: Performing the operation "Lock-CsClientPin" on target "sip:kenmyer@litwareinc.com".
    "#]]
    .assert_eq(&told);
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
}

#[tokio::test]
async fn a_pin_or_a_password_is_repeated_nowhere() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    for line in [
        format!("Set-CsClientPin -Identity nobody -Pin {PIN}"),
        format!("Set-CsClientPin nobody \"{PIN}\""),
        format!("Set-CsClientPin kenmyer@litwareinc.com -Pin={PIN}"),
        format!("Set-CsClientPin kenmyer@litwareinc.com -Pim {PIN}"),
        format!("Set-CsClientPim kenmyer@litwareinc.com -Pin {PIN}"),
        format!("Set-CsClientPin kenmyer@litwareinc.com x {PIN}"),
        format!("Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin {PIN} -RegistrarPort many"),
        format!("Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin {PIN} -UserSipAddress ken"),
        format!("Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin {PIN} |"),
    ] {
        let finished = shell.run(&[&line]).await;
        assert_eq!(finished.code, Some(1), "{line}: {}", finished.stderr);
        assert!(!finished.stderr.is_empty() && finished.stdout.is_empty(), "{line}: {}", finished.stdout);
        assert!(!finished.stderr.contains(PIN), "{line}: {}", finished.stderr);
    }
    // A wrong one is refused by the server, and shown by nobody but -Verbose.
    let wrong = format!("Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin {PIN} -OutLoggerVariable x");
    let finished = shell.run(&[&wrong, "$x.ToHTML()", "$x.ToXML()", "$x | Format-List *"]).await;
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.contains("<html") && finished.stdout.contains("<?xml"), "{}", finished.stdout);
    assert!(!format!("{}{}", finished.stdout, finished.stderr).contains(PIN));
}

#[tokio::test]
async fn a_role_has_its_own_cmdlets_and_no_others() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let lock = "Lock-CsClientPin -Identity kenmyer@litwareinc.com";
    let refused = shell.run_with(&["--as-role", "CsHelpDesk"], &[lock]).await;
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    expect![[r#"
        Lock-CsClientPin : The term 'Lock-CsClientPin' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
        At line:1 char:1
        + Lock-CsClientPin -Identity kenmyer@litwareinc.com
        + ~~~~~~~~~~~~~~~~
            + CategoryInfo          : ObjectNotFound: (Lock-CsClientPin:String) [], CommandNotFoundException
            + FullyQualifiedErrorId : CommandNotFoundException

        Note (not PowerShell's): the role of this session does not have it.
    "#]].assert_eq(&refused.stderr);
    let test = "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 | Select-Object -ExpandProperty Result";
    let allowed = shell.run_with(&["--as-role", "cshelpdesk"], &[test]).await;
    assert_eq!((allowed.code, allowed.stdout.as_str(), allowed.stderr.as_str()), (Some(0), "Success\n", ""));
    let allowed = shell.run_with(&["--as-role", "CsUserAdministrator"], &[lock]).await;
    assert_eq!((allowed.code, allowed.stderr.as_str()), (Some(0), ""));
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    let none = shell.run_with(&["--as-role", "CsNobody"], &["Get-CsUser"]).await;
    assert_eq!(none.code, Some(2), "{}", none.stderr);
}

#[tokio::test]
async fn a_script_names_its_place_and_goes_on_after_an_error() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let script = "# Two users\nGet-CsUser kenmyer@litwareinc.com |\n    Select-Object -ExpandProperty SipAddress\n\
                  Get-CsUser nobody@litwareinc.com\n'done'\n";
    let finished = with_input(shell.command(&["shell"]), script).await;
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), "sip:kenmyer@litwareinc.com\ndone\n"));
    assert!(finished.stderr.contains("line:4 char:1"), "{}", finished.stderr);

    let file = tempfile::Builder::new().suffix(".ps1").tempfile().unwrap();
    std::fs::write(file.path(), format!("\u{feff}{script}")).unwrap();
    let path = file.path().to_str().unwrap();
    let finished = ended(shell.command(&["shell", path])).await;
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), "sip:kenmyer@litwareinc.com\ndone\n"));
    assert!(finished.stderr.contains(&format!("{path}:4 char:1")), "{}", finished.stderr);
}

#[tokio::test]
async fn exit_ends_a_script_wherever_it_comes_from_with_its_code() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let script = "Get-CsUser nobody@litwareinc.com\n'before'\nexit 3\n'behind'\n";
    let piped = with_input(shell.command(&["shell"]), script).await;
    assert_eq!((piped.code, piped.stdout.as_str()), (Some(3), "before\n"));
    let file = tempfile::Builder::new().suffix(".ps1").tempfile().unwrap();
    std::fs::write(file.path(), script).unwrap();
    let run = ended(shell.command(&["shell", file.path().to_str().unwrap()])).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), "before\n"));
    let lines = ended(shell.command(&["shell", "-c", "Get-CsUsr", "-c", "exit", "-c", "'behind'"])).await;
    assert_eq!((lines.code, lines.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_cmdlet_is_a_command_and_its_words_are_not_read_again() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let found = ended(shell.command(&["get-csuser", "-Ident", "kenmyer@litwareinc.com"])).await;
    assert_eq!((found.code, found.stderr.as_str()), (Some(0), ""));
    assert!(found.stdout.contains("sip:kenmyer@litwareinc.com"), "{}", found.stdout);
    for odd in ["$x; Lock-CsClientPin kenmyer@litwareinc.com", "a | b 'c \"d", "$(Get-CsUser)"] {
        let refused = ended(shell.command(&["Get-CsUser", "-Identity", odd])).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{odd}");
        assert!(refused.stderr.contains(odd), "{odd}: {}", refused.stderr);
    }
    let set = ended(shell.command(&["Set-CsWebServiceConfiguration", "-UsePinAuth", "$false"])).await;
    assert_eq!((set.code, set.stdout, set.stderr), (Some(0), String::new(), String::new()));
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    let help = ended(shell.command(&["Get-CsUser", "-?"])).await;
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("Get-CsUser") && help.stdout.contains("--server"), "{}", help.stdout);
}

#[tokio::test]
async fn wrong_usage_and_a_pool_that_is_not_there_are_told() {
    let usage = ended(lyncmock(BINARY, &["shell", "script.ps1", "-c", "Get-CsUser"])).await;
    assert_eq!(usage.code, Some(2), "{}", usage.stderr);
    let missing = ended(lyncmock(BINARY, &["shell", "/nowhere/script.ps1"])).await;
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("/nowhere/script.ps1"), "{}", missing.stderr);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for line in ["Get-CsUser", "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712"] {
        let refused = ended(lyncmock(BINARY, &["shell", "--server", &nobody, "-c", line])).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{line}");
        assert!(refused.stderr.contains("annot connect to the admin API"), "{}", refused.stderr);
    }
}

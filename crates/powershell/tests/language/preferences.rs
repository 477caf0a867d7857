//! Preference variables, and the parameters that every command has.

use crate::support::{Screen, shows};

#[tokio::test]
async fn what_if_preference_keeps_everything_as_it_is() {
    let told = "What if: Performing the operation \"Set-CsClientPin\" on target \"ken\".\n";
    assert_eq!(shows("$WhatIfPreference = $true; Set-CsClientPin ken").await, told);
    assert_eq!(shows("$whatifpreference = 1; 'ken' | % { Set-CsClientPin $_ }").await, told);
    let done = "WARNING: ken has a PIN now\n";
    assert_eq!(shows("$WhatIfPreference = $true; Set-CsClientPin ken -WhatIf:$false").await, done);
    assert_eq!(shows("$WhatIfPreference = $false; Set-CsClientPin ken").await, done);
    let mut screen = Screen::new();
    let told = "What if: Performing the operation \"Output to File\" on target \"users.txt\".\n";
    assert_eq!(screen.type_in("$WhatIfPreference = $true; 'x' > users.txt").await, told);
    assert!(screen.terminal.files.lock().unwrap().is_empty());
}

#[tokio::test]
async fn confirm_preference_says_from_which_impact_on_somebody_is_asked() {
    for (value, asks) in
        [("'Low'", true), ("'medium'", true), ("1", true), ("'High'", false), ("'None'", false)]
    {
        let mut screen = Screen::answering(&["n"]);
        let shown = screen.type_in(&format!("$ConfirmPreference = {value}; Set-CsClientPin ken")).await;
        assert_eq!(shown.contains("Are you sure"), asks, "{value}\n{shown}");
        assert_eq!(shown.contains("WARNING"), !asks, "{value}\n{shown}");
    }
    let done = "WARNING: ken has a PIN now\n";
    assert_eq!(shows("$ConfirmPreference = 'Low'; Set-CsClientPin ken -Confirm:$false").await, done);
}

#[tokio::test]
async fn verbose_and_warning_preference_are_those_of_every_command() {
    for (script, shown) in [
        ("$VerbosePreference = 'Continue'; Get-CsUser x -EA 0", "VERBOSE: looking for users\n"),
        ("$VerbosePreference = 2; Get-CsUser x -EA 0 -Verbose:$false", ""),
        ("$VerbosePreference = 'SilentlyContinue'; Get-CsUser x -EA 0 -vb", "VERBOSE: looking for users\n"),
        ("$WarningPreference = 'SilentlyContinue'; Set-CsClientPin ken; Write-Warning x", ""),
        (
            "$WarningPreference = 'SilentlyContinue'; scp ken -WarningAction Continue",
            "WARNING: ken has a PIN now\n",
        ),
        ("$ErrorActionPreference = 0; Get-CsUser nobody; 'next'", "next\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
}

#[tokio::test]
async fn preferences_have_their_defaults_and_can_be_put_back() {
    let script = "$WhatIfPreference, $ConfirmPreference, $VerbosePreference, $WarningPreference, \
                  $ErrorActionPreference, $FormatEnumerationLimit";
    assert_eq!(shows(script).await, "False\nHigh\nSilentlyContinue\nContinue\nContinue\n4\n");
    let script = "$old = $VerbosePreference; $VerbosePreference = 'Continue'; $VerbosePreference = $old; \
                  Get-CsUser x -EA 0";
    assert_eq!(shows(script).await, "");
    assert_eq!(shows("$VerbosePreference = 'cont'; $VerbosePreference").await, "Continue\n");
    for script in [
        "$DebugPreference = 'Continue'",
        "$ProgressPreference = 'SilentlyContinue'",
        "$InformationPreference = 2",
    ] {
        assert_eq!(shows(script).await, "", "{script}");
    }
}

#[tokio::test]
async fn a_preference_that_would_have_no_effect_is_refused() {
    for script in [
        "$VerbosePreference = 'Inquire'",
        "$WarningPreference = 'Stop'",
        "$ErrorActionPreference = 3",
        "$PSDefaultParameterValues = @{}",
        "$OFS = ','",
        "$FormatEnumerationLimit = 'all'",
        "$MaximumErrorCount = 1000",
        "$global:ErrorView = 'CategoryView'",
    ] {
        let shown = shows(script).await;
        assert!(shown.contains("This shell has no $") && shown.contains("PreferenceNotSupported"), "{shown}");
    }
    for script in
        ["$VerbosePreference = 'loud'", "$ErrorActionPreference = 9", "$ConfirmPreference = 'sometimes'"]
    {
        let shown = shows(script).await;
        assert!(shown.contains("Unable to match the identifier name"), "{script}\n{shown}");
    }
}

#[tokio::test]
async fn an_action_can_be_given_by_its_number() {
    assert_eq!(shows("Get-CsUser nobody -ea 0; 'next'").await, "next\n");
    assert_eq!(shows("$quiet = 0; Get-CsUser nobody -ErrorAction $quiet; 'next'").await, "next\n");
    assert!(!shows("Get-CsUser nobody -ea 1; 'ne' + 'xt'").await.contains("next"));
    assert!(shows("Get-CsUser nobody -ea 2; 'ne' + 'xt'").await.contains("next"));
    assert_eq!(shows("Get-CsUser nobody -ea 4; $Error.Count").await, "0\n");
    assert_eq!(shows("scp ken -wa 0").await, "");
    let shown = shows("Get-CsUser nobody -ea 7").await;
    assert!(shown.contains("to type \"System.Management.Automation.ActionPreference\""), "{shown}");
    // The numbers of other enumerations are not known.
    assert!(shows("Get-CsUser -Order 0").await.contains("identifier name 0"));
}

#[tokio::test]
async fn common_parameters_do_what_they_say_or_are_refused() {
    for (script, shown) in [
        (
            "Get-CsUser 'Ken Myer' -OutVariable a | Out-Null; Get-CsUser 'Anna Lidman' -ov +a | Out-Null; $a.Count",
            "2\n",
        ),
        ("$a = 1; 2 | Write-Output -ov +a | Out-Null; \"$a\"", "1 2\n"),
        ("$a = 1; 2 | Write-Output -ov a | Out-Null; \"$a\"", "2\n"),
        ("Get-CsUser x -ea 0 -ev e; Get-CsUser y -ea 0 -ev +e; $e.Count", "2\n"),
        ("scp ken -WarningAction 0 -WarningVariable w; $w; $w.Count", "ken has a PIN now\n1\n"),
        ("scp ken -wa 0 -wv w; scp pilar -wa 0 -wv +w; \"$($w[1].Message)\"", "pilar has a PIN now\n"),
        (
            "Get-CsUser -PipelineVariable u | % SipAddress | ? { $_ -like '*a*n@*' } | % { $u.DisplayName }; $u -eq $null",
            "Pilar Ackerman\nAnna Lidman\nTrue\n",
        ),
        ("1, 2 | Write-Output -pv n | % { $_ * 10 } | % { \"$n $_\" }", "1 10\n2 20\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
    for (script, missing) in [
        ("Get-CsUser -ErrorAction Inquire", "-ErrorAction Inquire"),
        ("Get-CsUser -ea 3", "-ErrorAction Inquire"),
        ("Get-CsUser -WarningAction Stop", "-WarningAction Stop"),
        ("Get-CsUser -WarningAction Inquire", "-WarningAction Inquire"),
        ("Get-CsUser -InformationVariable i", "-InformationVariable"),
    ] {
        let shown = shows(script).await;
        assert!(shown.contains(&format!("This shell has no {missing}.")), "{script}\n{shown}");
    }
    let many = "$a = @(1) * 100000; 2 | Write-Output -ov +a | Out-Null";
    assert!(shows(many).await.contains("TooManyObjects"));
}

#[tokio::test]
async fn the_enumeration_limit_says_how_many_elements_are_shown() {
    for (limit, shown) in [(-1, "{a, b, c, d, e}"), (5, "{a, b, c, d, e}"), (2, "{a, b...}"), (0, "{...}")] {
        for show in [
            "Get-CsUser 'Ken Myer' | select Policies",
            "Get-CsUser 'Ken Myer' | fl Policies",
            "Get-CsUser 'Ken Myer' | ft Policies",
            "Get-CsUser 'Ken Myer' | fl @{n='x'; e={$_.Policies}}",
            "Get-CsUser 'Ken Myer' | fl",
            "Get-CsUser 'Ken Myer' | Out-String",
            "@{ x = 'a', 'b', 'c', 'd', 'e' }",
        ] {
            let script = format!("$FormatEnumerationLimit = {limit}; {show}");
            let told = shows(&script).await;
            assert!(told.contains(shown), "{script}\n{told}");
        }
    }
    // What is shown is not what is.
    let script = "$FormatEnumerationLimit = 2; (Get-CsUser 'Ken Myer' | select Policies).Policies.Count";
    assert_eq!(shows(script).await, "5\n");
}

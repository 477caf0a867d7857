//! What Tab offers.

use crate::support::Screen;
use std::sync::Arc;

fn offered(screen: &Screen, line: &str) -> (usize, String) {
    let found = screen.shell.complete(line, line.len());
    assert_eq!(found.end, line.len());
    (found.start, found.candidates.join(" "))
}

#[tokio::test]
async fn commands_parameters_values_and_variables_are_offered() {
    let mut screen = Screen::new();
    screen.type_in("$kenmyer = 1").await;
    for (line, start, candidates) in [
        ("get-cs", 0, "Get-CsUser"),
        ("Get-CsUser | Set-C", 13, "Set-CsClientPin"),
        (
            "Get-CsUser -",
            11,
            "-Credential -Debug -Enabled -ErrorAction -ErrorVariable -Filter -Identity -InformationAction -InformationVariable -Order -OutBuffer -OutVariable -PipelineVariable -ResultSize -Verbose -Wait -WarningAction -WarningVariable",
        ),
        ("scp kenmyer -w", 12, "-WarningAction -WarningVariable -WhatIf"),
        ("Get-CsUser -Order d", 18, "Descending"),
        ("Get-CsUser -Enabled ", 20, "$false $true"),
        ("Get-CsUser -Identity $ke", 21, "$kenmyer"),
        ("Get-CsUser | ? {$t", 16, "$true"),
        ("nothing -x", 8, ""),
        ("Get-Help Get-CsU", 9, "Get-CsUser"),
        ("help -Name set-cs", 11, "Set-CsClientPin"),
        ("Get-Command Get-CsU", 12, "Get-CsUser"),
        ("Get-Member Get-CsU", 11, ""),
    ] {
        assert_eq!(offered(&screen, line), (start, candidates.to_owned()), "{line}");
    }
}

#[tokio::test]
async fn users_are_offered_where_somebody_tells_them_and_quoted_where_they_have_to_be() {
    let mut screen = Screen::new();
    screen.shell.set_values(Arc::new(|_, parameter, _| {
        let users: &[&str] =
            if parameter == "Identity" { &["sip:kenmyer@litwareinc.com", "Ken's Phone"] } else { &["0712"] };
        users.iter().map(|user| (*user).to_owned()).collect()
    }));
    for (line, start, candidates) in [
        ("Get-CsUser -Identity ", 21, "'Ken''s Phone' sip:kenmyer@litwareinc.com"),
        ("Get-CsUser sip:", 11, "sip:kenmyer@litwareinc.com"),
        ("Get-CsUser \"Ken", 11, "\"Ken's Phone\""),
        ("Set-CsClientPin kenmyer -Pin 0", 29, ""),
    ] {
        assert_eq!(offered(&screen, line), (start, candidates.to_owned()), "{line}");
    }
}

#[tokio::test]
async fn any_place_of_any_line_can_be_asked_about() {
    let screen = Screen::new();
    let line = "Get-CsUser -Identity “Ken Myér” | ? {";
    for cursor in 0..line.len() + 3 {
        let found = screen.shell.complete(line, cursor);
        assert!(line.get(found.start..found.end).is_some(), "{cursor}");
    }
}

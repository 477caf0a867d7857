//! Errors that a variable keeps.

use crate::support::Screen;
use expect_test::expect;

#[tokio::test]
async fn an_error_that_was_kept_is_shown_as_it_was() {
    let mut screen = Screen::new();
    let first =
        screen.type_in("Get-CsUser nobody -ErrorVariable wrong").await.replace("! ", "").replace('!', "");
    assert_eq!(screen.type_in("$Error[0]").await, first);
    assert_eq!(screen.type_in("$wrong").await, first);
    screen.type_in("$wrong = $null; Get-CsUser nobody -EA SilentlyContinue -EV wrong").await;
    let shown = screen.type_in("$wrong").await;
    expect![[r#"
        Get-CsUser : Management object not found for identity "nobody".
        At line:1 char:17
        + $wrong = $null; Get-CsUser nobody -EA SilentlyContinue -EV wrong
        +                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
            + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException
            + FullyQualifiedErrorId : Identity

    "#]].assert_eq(&shown);
    let category = "ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException\n";
    assert_eq!(screen.type_in("\"$($Error[0].CategoryInfo)\"").await, category);
    assert_eq!(screen.type_in("$Error[0].CategoryInfo.Activity").await, "Get-CsUser\n");
    assert_eq!(
        screen.type_in("$Error[0].CategoryInfo.TargetName, $Error[0].TargetObject").await,
        "nobody\nnobody\n"
    );
    screen.type_in("Set-CsClientPin locked -EA SilentlyContinue").await;
    let id = "Locked,Microsoft.Rtc.Management.UserPinService.SetCsClientPin\n";
    assert_eq!(screen.type_in("$Error[0].FullyQualifiedErrorId").await, id);
}

#[tokio::test]
async fn an_error_that_was_kept_shows_no_pin() {
    let mut screen = Screen::new();
    screen.type_in("Set-CsClientPin locked -Pin 90817263 -EA SilentlyContinue -EV wrong").await;
    let shown = screen.type_in("$wrong; $Error[0]; $Error | fl *").await;
    assert!(shown.contains("-Pin ****") && !shown.contains("9081"), "{shown}");
}

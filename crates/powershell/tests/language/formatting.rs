//! How objects are shown.

use crate::support::shows;
use expect_test::expect;

#[tokio::test]
async fn a_table_has_numbers_to_the_right_and_is_as_wide_as_it_has_to_be() {
    let shown =
        shows("Get-CsUser | Format-Table DisplayName, Devices, EnterpriseVoiceEnabled, Changed").await;
    expect![[r#"

        DisplayName    Devices EnterpriseVoiceEnabled Changed
        -----------    ------- ---------------------- -------
        Ken Myer             2 True                   9/27/2012 1:35:03 PM
        Pilar Ackerman      11 False                  10/6/2012 1:35:03 PM
        Anna Lidman          0 True                   9/25/2012 1:35:03 PM


    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-CsUser | ft Identity, SipAddress, LineURI, Changed, Policies").await;
    expect![[r#"

        Identity                                          SipAddress
        --------                                          ----------
        CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com       sip:kenmyer@litwareinc.com
        CN=Pilar Ackerman,OU=Redmond,DC=litwareinc,DC=com sip:packerman@litwareinc.com
        CN=Anna Lidman,OU=Redmond,DC=litwareinc,DC=com    sip:alidman@litwareinc.com


    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-CsUser | ft DisplayName, Identity, SipAddress -Wrap -HideTableHeaders").await;
    expect![[r#"

        Ken Myer       CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com       sip:kenmyer@li
                                                                         twareinc.com
        Pilar Ackerman CN=Pilar Ackerman,OU=Redmond,DC=litwareinc,DC=com sip:packerman@
                                                                         litwareinc.com
        Anna Lidman    CN=Anna Lidman,OU=Redmond,DC=litwareinc,DC=com    sip:alidman@li
                                                                         twareinc.com


    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn a_hash_table_is_shown_an_entry_to_a_row() {
    expect![[r#"

        Name  Value
        ----  -----
        Name  Ken Myer
        Lines {1, 2}


    "#]]
    .assert_eq(&shows("@{Name='Ken Myer'; Lines=1, 2}").await);
}

#[tokio::test]
async fn a_name_cannot_steer_the_terminal() {
    let shown = shows("\"Ken`b`a$('x')\"; Write-Host \"`f\"").await;
    assert_eq!(shown, "Ken\u{fffd}\u{fffd}x\n\u{fffd}\n");
}

#[tokio::test]
async fn a_list_takes_wildcards_and_computed_properties() {
    let shown = shows("Get-CsUser 'Pilar Ackerman' | fl Disp*, @{n='Number'; e={$_.LineUri -match '1220'}}, Nothing, Policies").await;
    expect![[r#"


        DisplayName : Pilar Ackerman
        Number      : True
        Nothing     :
        Policies    : {a, b, c, d...}



    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn several_objects_are_one_list_and_values_stand_for_themselves() {
    let shown = shows("Get-CsUser | Select-Object -First 2 DisplayName, Devices, LineURI, Changed, SipAddress; 'text'; 5; 2.5; $true").await;
    expect![[r#"


        DisplayName : Ken Myer
        Devices     : 2
        LineURI     : tel:+12065551219
        Changed     : 9/27/2012 1:35:03 PM
        SipAddress  : sip:kenmyer@litwareinc.com

        DisplayName : Pilar Ackerman
        Devices     : 11
        LineURI     : tel:+12065551220;ext=1220
        Changed     : 10/6/2012 1:35:03 PM
        SipAddress  : sip:packerman@litwareinc.com



        text
        5
        2.5
        True
    "#]]
    .assert_eq(&shown);
    let shown =
        shows("Get-Date; (Get-Date) - (Get-Date '6/5/2014'); Get-CsUser | select Changed, Policies -First 1")
            .await;
    expect![[r#"

        Thursday, June 5, 2014 9:05:00 AM



        Days              : 0
        Hours             : 9
        Minutes           : 5
        Seconds           : 0
        Milliseconds      : 0
        Ticks             : 327000000000
        TotalDays         : 0.378472222222222
        TotalHours        : 9.08333333333333
        TotalMinutes      : 545
        TotalSeconds      : 32700
        TotalMilliseconds : 32700000




        Changed              Policies
        -------              --------
        9/27/2012 1:35:03 PM {a, b, c, d...}


    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn an_object_with_a_text_of_its_own_is_shown_by_it_and_selected_without_it() {
    let script = "$p = ConvertTo-SecureString x -AsPlainText -Force\n\
                  $c = New-Object PSCredential('kenmyer', $p)\n\
                  $r = Test-CsClientAuth -ua x -uc $c\n$r\n$r | fl\n$r | Select-Object *\n$c";
    expect![[r#"

        Target Fqdn : pool
        Result      : Failure


        User   : kenmyer
        Result : Failure




        User    Result
        ----    ------
        kenmyer Failure



        UserName Password
        -------- --------
        kenmyer  System.Security.SecureString


    "#]]
    .assert_eq(&shows(script).await);
}

//! How objects are shown.

use crate::support::shows;
use expect_test::expect;

#[tokio::test]
async fn a_table_has_scalars_to_the_right_and_shares_the_width() {
    let shown =
        shows("Get-CsUser | Format-Table DisplayName, Devices, EnterpriseVoiceEnabled, Changed").await;
    expect![[r#"

        DisplayName                     Devices EnterpriseVoiceEnab Changed
                                                                led
        -----------                     ------- ------------------- -------
        Ken Myer                              2                True 9/27/2012 1:35:0...
        Pilar Ackerman                       11               False 10/6/2012 1:35:0...
        Anna Lidman                           0                True 9/25/2012 1:35:0...


    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-CsUser | ft Identity, SipAddress, LineURI, Changed, Policies").await;
    expect![[r#"

        Identity        SipAddress      LineURI         Changed         Policies
        --------        ----------      -------         -------         --------
        CN=Ken Myer,... sip:kenmyer@... tel:+1206555... 9/27/2012 1:... {a, b, c, d...}
        CN=Pilar Ack... sip:packerma... tel:+1206555... 10/6/2012 1:... {a, b, c, d...}
        CN=Anna Lidm... sip:alidman@...                 9/25/2012 1:... {a, b, c, d...}


    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-CsUser | ft DisplayName, Identity, SipAddress -Wrap -HideTableHeaders").await;
    expect![[r#"

        Ken Myer                   CN=Ken Myer,OU=Redmond,DC= sip:kenmyer@litwareinc.co
                                   litwareinc,DC=com          m
        Pilar Ackerman             CN=Pilar Ackerman,OU=Redmo sip:packerman@litwareinc.
                                   nd,DC=litwareinc,DC=com    com
        Anna Lidman                CN=Anna Lidman,OU=Redmond, sip:alidman@litwareinc.co
                                   DC=litwareinc,DC=com       m


    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn with_auto_size_columns_are_as_wide_as_what_stands_in_them_and_a_warning_names_the_others() {
    let shown =
        shows("Get-CsUser | ft DisplayName, Devices, EnterpriseVoiceEnabled, Changed -AutoSize").await;
    expect![[r#"

        DisplayName    Devices EnterpriseVoiceEnabled Changed
        -----------    ------- ---------------------- -------
        Ken Myer             2                   True 9/27/2012 1:35:03 PM
        Pilar Ackerman      11                  False 10/6/2012 1:35:03 PM
        Anna Lidman          0                   True 9/25/2012 1:35:03 PM


    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-CsUser | ft Identity, SipAddress, LineURI, Changed, Policies -AutoSize").await;
    expect![[r#"
        WARNING: 3 columns do not fit into the display and were removed.

        Identity                                          SipAddress
        --------                                          ----------
        CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com       sip:kenmyer@litwareinc.com
        CN=Pilar Ackerman,OU=Redmond,DC=litwareinc,DC=com sip:packerman@litwareinc.com
        CN=Anna Lidman,OU=Redmond,DC=litwareinc,DC=com    sip:alidman@litwareinc.com


    "#]]
    .assert_eq(&shown);
    let shown = shows("Get-CsUser | ft DisplayName, Identity, SipAddress, LineURI -AutoSize").await;
    expect![[r#"
        WARNING: column "LineURI" does not fit into the display and was removed.

        DisplayName    Identity                                          SipAddress
        -----------    --------                                          ----------
        Ken Myer       CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com       sip:kenmyer...
        Pilar Ackerman CN=Pilar Ackerman,OU=Redmond,DC=litwareinc,DC=com sip:packerm...
        Anna Lidman    CN=Anna Lidman,OU=Redmond,DC=litwareinc,DC=com    sip:alidman...


    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn a_table_of_everything_has_the_first_ten_properties() {
    let object = "New-Object PSObject -Property @{a='x';b=2;c=3;d=4;e=5;f=6;g=7;h=8;i=9;j=10;k=11}";
    expect![[r#"

        a             b       c       d       e       f       g       h       i       j
        -             -       -       -       -       -       -       -       -       -
        x             2       3       4       5       6       7       8       9      10


    "#]]
    .assert_eq(&shows(&format!("{object} | ft")).await);
}

#[tokio::test]
async fn a_column_has_the_width_and_the_place_that_are_asked_for() {
    let script = "Get-CsUser | ft @{l='N';e={$_.DisplayName};width=10}, @{l='E';e='Enabled';align='right'}, \
                  @{Label='Devices';Expression='Devices';Alignment='center';Width=11}, LineURI";
    expect![[r#"

        N                                     E   Devices   LineURI
        -                                     -   -------   -------
        Ken Myer                                     2      tel:+12065551219
        Pilar A...                                  11      tel:+12065551220;ext=1220
        Anna Li...                                   0


    "#]]
    .assert_eq(&shows(script).await);
    for (table, said) in [
        ("@{e='a';x=1}", "The x key is not valid."),
        ("@{e='a';l='b';n='c'}", "The duplicated key \"n\" conflicts with \"label\"."),
        ("@{l='b'}", "A mandatory entry for expression is missing."),
        (
            "@{e=1}",
            "The \"e\" key has a type, System.Int32, that is not valid; expected types are {System.String,",
        ),
        ("@{e=$null}", "The e key has no value."),
        (
            "@{e='a';width='10'}",
            "The \"width\" key has a type, System.String, that is not valid; expected type is System.Int32.",
        ),
        ("@{e='a';w=0}", "The value \"0\" for key \"width\" should be greater than 0."),
        (
            "@{e='a';a='top'}",
            "The value \"top\" for key \"alignment\" is not valid; valid values are {left, center, right}.",
        ),
        ("@{e='a';f='{0:n2}'}", "This shell has no FormatString"),
    ] {
        let shown = shows(&format!("Get-CsUser | ft {table}; 'next'")).await;
        assert!(shown.contains(said), "{table}: {shown}");
        assert!(shown.contains("NotSupportedException") && shown.ends_with("next\n"), "{table}: {shown}");
    }
    for (command, key) in
        [("select", "x"), ("select", "width"), ("sort", "name"), ("group", "n"), ("fl", "width")]
    {
        let shown = shows(&format!("Get-CsUser | {command} @{{e='DisplayName';{key}=1}}")).await;
        assert!(shown.contains(&format!("The {key} key is not valid.")), "{command}: {shown}");
        assert!(shown.contains("FullyQualifiedErrorId : DictionaryKeyIllegal,"), "{command}: {shown}");
    }
}

#[tokio::test]
async fn types_that_have_a_view_are_shown_by_it() {
    expect![[r#"

        Count Name
        ----- ----
            2 True
            1 False


    "#]]
    .assert_eq(&shows("Get-CsUser | group EnterpriseVoiceEnabled -NoElement | ft").await);
    expect![[r#"


        Name  : Name
        Value : Ken Myer

        Name  : Lines
        Value : {1, 2}



    "#]]
    .assert_eq(&shows("@{Name='Ken Myer'; Lines=1, 2} | Format-List").await);
    expect![[r#"


           TypeName: System.String

        Name   MemberType Definition
        ----   ---------- ----------
        Length Property   System.Int32 Length {get;}




           TypeName: System.Collections.Hashtable

        Name MemberType Definition
        ---- ---------- ----------
        a    Property   System.Int32 a {get;}


           TypeName: Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser

        Name    MemberType Definition
        ----    ---------- ----------
        Devices Property   System.Int32 Devices {get;}


    "#]]
    .assert_eq(&shows("1, 'x' | Get-Member Length; @{a=1}, (Get-CsUser 'Ken Myer') | gm A*, Dev*").await);
}

#[tokio::test]
async fn a_hash_table_is_shown_an_entry_to_a_row() {
    expect![[r#"

        Name                           Value
        ----                           -----
        Name                           Ken Myer
        Lines                          {1, 2}


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




        Changed                                 Policies
        -------                                 --------
        9/27/2012 1:35:03 PM                    {a, b, c, d...}


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




        User                                    Result
        ----                                    ------
        kenmyer                                 Failure



        UserName                                                               Password
        --------                                                               --------
        kenmyer                                            System.Security.SecureString


    "#]]
    .assert_eq(&shows(script).await);
}

//! What cmdlets print, beside the documented samples.

use super::{Shell, masked};
use expect_test::expect;
use lync_tests::pool;
use lync_tests::terminal::Terminal;

/// Lines and what they print, as a transcript.
async fn transcript(shell: &Shell, lines: &[&str]) -> String {
    let mut told = String::new();
    for line in lines {
        told += &format!("PS> {line}\n{}", masked(&shell.prints(&[line]).await));
    }
    told
}

#[tokio::test]
async fn policies_and_settings_are_printed_as_documented() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let lines = [
        "Set-CsPinPolicy -PINLifetime 0 -PINHistoryCount 0 -MinPasswordLength 5; Get-CsPinPolicy",
        "Get-CsUCPhoneConfiguration",
        "Get-CsWebServiceConfiguration",
        "Get-CsProxyConfiguration",
        "Get-CsService -WebServer | Format-List *Uri, Primary*, External*",
    ];
    expect![[r#"
        PS> Set-CsPinPolicy -PINLifetime 0 -PINHistoryCount 0 -MinPasswordLength 5; Get-CsPinPolicy


        Identity             : Global
        Description          :
        MinPasswordLength    : 5
        PINHistoryCount      : 0
        AllowCommonPatterns  : False
        PINLifetime          : 0
        MaximumLogonAttempts :



        PS> Get-CsUCPhoneConfiguration


        Identity             : Global
        CalendarPollInterval : 00:03:00
        EnforcePhoneLock     : True
        PhoneLockTimeout     : 00:10:00
        MinPhonePinLength    : 6
        SIPSecurityMode      : High
        VoiceDiffServTag     : 40
        Voice8021p           : 0
        LoggingLevel         : Off



        PS> Get-CsWebServiceConfiguration


        Identity                   : Global
        MaxGroupSizeToExpand       : 100
        UseWindowsAuth             : Negotiate
        UseCertificateAuth         : True
        UsePinAuth                 : True
        EnableCertChainDownload    : True
        InferCertChainFromSSL      : True
        CASigningKeyLength         : 2048
        MaxCSRKeySize              : 16384
        MinCSRKeySize              : 1024
        MaxValidityPeriodHours     : 8760
        MinValidityPeriodHours     : 8
        DefaultValidityPeriodHours : 4320
        MobilePreferredAuthType    : None
        EnableStatisticsInResponse : False
        HstsMaxAgeInSeconds        : 31536000



        PS> Get-CsProxyConfiguration


        Identity                           : Global
        UseKerberosForClientToProxyAuth    : True
        UseNtlmForClientToProxyAuth        : True
        UseCertificateForClientToProxyAuth : True



        PS> Get-CsService -WebServer | Format-List *Uri, Primary*, External*


        LIServiceInternalUri            :
        ABHandlerInternalUri            :
        ABHandlerExternalUri            :
        DLExpansionInternalUri          :
        DLExpansionExternalUri          :
        CAHandlerInternalUri            : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        CAHandlerInternalAnonUri        : http://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        CollabContentInternalUri        :
        CollabContentExternalUri        :
        CAHandlerExternalUri            :
        DeviceUpdateDownloadInternalUri :
        DeviceUpdateDownloadExternalUri :
        DeviceUpdateStoreInternalUri    :
        DeviceUpdateStoreExternalUri    :
        RgsAgentServiceInternalUri      :
        RgsAgentServiceExternalUri      :
        MeetExternalUri                 :
        DialinExternalUri               :
        CscpInternalUri                 :
        ReachExternalUri                :
        ReachInternalUri                :
        WebTicketExternalUri            :
        WebTicketInternalUri            : https://atl-cs-001.litwareinc.com:<port>/WebTicket/WebTicketService.svc
        PrimaryHttpPort                 : <port>
        PrimaryHttpsPort                : <port>
        ExternalHttpPort                :
        ExternalHttpsPort               :
        ExternalFqdn                    :



    "#]].assert_eq(&transcript(&shell, &lines).await);
}

#[tokio::test]
async fn the_console_shows_a_wrong_pin_as_the_blog_does() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let lines = [
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 9999",
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 9999 | Select-Object Result, Error",
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 | Format-List Result, TargetFqdn",
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -TargetFqdn atl-cs-001.litwareinc.com",
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -OutVerboseVariable v | Out-Null; \
         $v | Where-Object {$_ -match 'PIN auth'}",
    ];
    expect![[r#"
        PS> Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 9999

        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        Result        : Failure
        Latency       : <latency>
        Error Message : No response received for Web-Ticket service.
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Basic'. The authentication header received from the server was 'Basic realm ="LYNC"'.
         Inner Exception:The remote server returned an error: (401) Unauthorized.

        Diagnosis     :
         Inner Diagnosis:Warning : 120 atl-cs-001.litwareinc.com "InvalidPin"
         X-Ms-diagnostics : 28003;source="atl-cs-001.litwareinc.com";reason="The pin is invalid.";faultcode="wsse:FailedAuthentication"
         X-MS-Server-Fqdn : atl-cs-001.litwareinc.com
         Strict-Transport-Security : max-age=31536000; includeSubDomains
         X-Content-Type-Options : nosniff
         Content-Length : 4897
         Cache-Control : private
         Content-Type : text/html; charset=utf-8
         Date : <date>
         Server : Microsoft-IIS/8.0
         WWW-Authenticate : Basic realm ="LYNC"
         X-Powered-By : ASP.NET

        PS> Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 9999 | Select-Object Result, Error

        Result                                                      Error
        ------                                                      -----
        Failure                                                     No response received for Web-Ticket service....


        PS> Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 | Format-List Result, TargetFqdn


        Result     : Success
        TargetFqdn : atl-cs-001.litwareinc.com



        PS> Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -TargetFqdn atl-cs-001.litwareinc.com

        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        Result        : Success
        Latency       : <latency>
        Error Message :
        Diagnosis     :

        PS> Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -OutVerboseVariable v | Out-Null; $v | Where-Object {$_ -match 'PIN auth'}
        Using PIN auth with Phone\Ext : 1219 Pin : 0712
    "#]].assert_eq(&transcript(&shell, &lines).await);
}

#[tokio::test]
async fn windows_credentials_come_from_a_variable_and_are_refused_as_documented() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let with = |password: &str| {
        format!(
            "$p = ConvertTo-SecureString '{password}' -AsPlainText -Force; \
             $c = New-Object System.Management.Automation.PSCredential('LITWAREINC\\kenmyer', $p); \
             Test-CsClientAuth -UserSipAddress sip:kenmyer@litwareinc.com -UserCredential $c"
        )
    };
    expect![[r#"

        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        Result        : Success
        Latency       : <latency>
        Error Message :
        Diagnosis     :

    "#]]
    .assert_eq(&masked(&shell.prints(&[&with("Passw0rd!")]).await));
    expect![[r#"

        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        Result        : Failure
        Latency       : <latency>
        Error Message : Could not download a CS Certificate for the given user. Check if provided uri and credentials are correct.
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Ntlm'. The authentication header received from the server was 'Negotiate,NTLM'.
         Inner Exception:The remote server returned an error: (401) Unauthorized.

        Diagnosis     :
         Inner Diagnosis:X-MS-Server-Fqdn : atl-cs-001.litwareinc.com
         Strict-Transport-Security : max-age=31536000; includeSubDomains
         X-Content-Type-Options : nosniff
         Content-Length : 4897
         Cache-Control : private
         Content-Type : text/html; charset=utf-8
         Date : <date>
         Server : Microsoft-IIS/8.0
         WWW-Authenticate : Negotiate,NTLM
         X-Powered-By : ASP.NET

    "#]].assert_eq(&masked(&shell.prints(&[&with("wrong")]).await));
}

#[tokio::test]
async fn a_report_is_written_to_a_file() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let dir = tempfile::tempdir().unwrap();
    let (html, xml) = (dir.path().join("report.html"), dir.path().join("report.xml"));
    let line = format!(
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -OutLoggerVariable x | Out-Null\n\
         $x.ToHTML() | Out-File '{}'\n$x.ToXML() | Out-File {}",
        html.display(),
        xml.display()
    );
    assert_eq!(shell.prints(&[&line]).await, "");
    let [html, xml] = [html, xml].map(|path| std::fs::read_to_string(path).unwrap());
    assert!(
        html.contains("<html") && html.contains("Test-CsPhoneBootstrap") && html.contains("Success"),
        "{html}"
    );
    assert!(xml.starts_with("<?xml") && xml.contains("Success"), "{xml}");
    assert!(!format!("{html}{xml}").contains("0712"));
}

#[tokio::test]
async fn a_generated_pin_is_shown_and_signs_in() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let pin = shell.prints(&["(Set-CsClientPin -Identity kenmyer@litwareinc.com).Pin"]).await;
    assert!(pool.phone("1219", pin.trim()).run().await.outcome.is_ok(), "{}", pin.len());
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
}

#[tokio::test]
async fn users_are_enabled_changed_and_disabled() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let lines = [
        "Get-CsAdUser | Where-Object {$_.Enabled -ne $true} | Measure-Object | Select-Object -ExpandProperty Count",
        "Enable-CsUser -Identity not-enabled@litwareinc.com -RegistrarPool atl-cs-001.litwareinc.com -SipAddress sip:new@litwareinc.com",
        "Set-CsUser -Identity new@litwareinc.com -EnterpriseVoiceEnabled $true -LineURI 'tel:+12065551999;ext=1999'",
        "Set-CsClientPin -Identity new@litwareinc.com -Pin 58413 | Out-Null",
    ];
    shell.prints(&lines).await;
    assert!(pool.phone("1999", "58413").run().await.outcome.is_ok());
    shell.prints(&["Set-CsUser new@litwareinc.com -SipAddress sip:newer@litwareinc.com"]).await;
    let signed_in = pool.phone("1999", "58413").run().await.outcome.unwrap();
    assert_eq!(signed_in.user.as_str(), "sip:newer@litwareinc.com");
    let shown = [
        "(Get-CsClientCertificate -Identity newer@litwareinc.com | Measure-Object).Count",
        "Revoke-CsClientCertificate newer@litwareinc.com",
        "Disable-CsUser newer@litwareinc.com",
    ];
    // The certificate that names the former address went with it.
    assert_eq!(shell.prints(&shown).await, "1\n");
    assert!(pool.phone("1999", "58413").run().await.outcome.is_err());
    shell.fails(&["Get-CsUser newer@litwareinc.com"]).await;
}

#[tokio::test]
async fn a_password_that_is_asked_for_is_not_shown() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let line = "Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential litwareinc\\kenmyer";
    let mut terminal: Terminal = shell.at_a_terminal(&[], line);
    terminal.answer("Password", "Passw0rd!").await;
    let (shown, code) = terminal.end().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Success") && shown.contains("*********"), "{shown}");
    assert!(!shown.contains("Passw0rd"), "{shown}");
    // Where nobody can be asked it is an error, not a wait.
    let told = shell.fails(&[line]).await;
    assert!(told.contains("UserCredential") || told.contains("NonInteractive"), "{told}");
}

#[tokio::test]
async fn a_pin_that_is_asked_for_is_not_shown() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let mut terminal = shell.at_a_terminal(&[], "Test-CsPhoneBootstrap -PhoneOrExt 1219");
    terminal.answer("PIN: ", "0712").await;
    let (shown, code) = terminal.end().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Success") && shown.contains("****") && !shown.contains("0712"), "{shown}");
}

//! Every command line of the articles, as printed, gives what the article shows.

use super::{Shell, masked};
use expect_test::expect;
use lync_tests::logs;
use lyncmock::{LyncMock, Options, UsersFile};
use toml::Value;

/// A file of command lines.
struct Article {
    dialect: String,
    commands: Vec<Value>,
}

impl Article {
    fn read(content: &str) -> Self {
        let file: Value = toml::from_str(content).unwrap();
        let commands = file.get("command").and_then(Value::as_array).unwrap().clone();
        Self { dialect: text(&file, "dialect").to_owned(), commands }
    }

    /// What was typed and what was printed, of every command for this pool; each has shown what the article shows.
    async fn run(&self, shell: &Shell, pool: &str) -> String {
        let mut transcript = String::new();
        let mut ran = 0;
        for command in self.commands.iter().filter(|command| text(command, "pool") == pool) {
            let printed = self.run_one(shell, command).await;
            shows(command, &printed);
            // How often a line that is edited is drawn anew is nobody's business.
            let printed = printed
                .rsplit_once("Password for user")
                .map_or(printed.as_str(), |(_, rest)| rest.split_once('\n').map_or("", |(_, rest)| rest));
            transcript += &format!("PS> {}\n{}", text(command, "line"), masked(printed));
            ran += 1;
        }
        assert!(ran > 0, "the article has no command for {pool}");
        transcript
    }

    async fn run_one(&self, shell: &Shell, command: &Value) -> String {
        let line = text(command, "line");
        let options = ["--dialect", self.dialect.as_str()];
        let fails = command.get("fails").is_some();
        let (printed, code) = match command.get("typed").and_then(Value::as_array) {
            Some(typed) => {
                let mut terminal = shell.at_a_terminal(&options, line);
                for pair in typed {
                    terminal.answer(pair[0].as_str().unwrap(), pair[1].as_str().unwrap()).await;
                }
                terminal.end().await
            }
            None => {
                let finished = shell.run_with(&options, &[line]).await;
                (finished.stderr + &finished.stdout, finished.code)
            }
        };
        assert_eq!(code, Some(i32::from(fails)), "{line}: {printed}");
        printed
    }
}

fn text<'a>(command: &'a Value, key: &str) -> &'a str {
    command.get(key).and_then(Value::as_str).unwrap()
}

/// Every line that the article shows stands in what was printed, in its order.
fn shows(command: &Value, printed: &str) {
    // A pool writes its own name in lower case, whatever a command line calls it.
    let comparable = |text: &str| -> Vec<String> {
        let text = text.replace("lyncserver.domain", "LYNCSERVER.DOMAIN");
        masked(&text).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let found = comparable(printed);
    let mut rest = found.iter();
    for line in command["shows"].as_array().unwrap() {
        let expected = comparable(line.as_str().unwrap()).remove(0);
        assert!(rest.any(|line| *line == expected), "`{expected}` is not there: {found:#?}");
    }
}

#[tokio::test]
async fn the_commands_of_testing_lync_phone_edition_login_give_what_it_shows() {
    logs::start();
    let article =
        Article::read(include_str!("../../../fixtures/articles/testing-lync-phone-edition-login.toml"));
    let pool = LyncMock::start().await;
    expect![[r#"
        PS> Get-CsAdminRole | Where-Object {$_.Cmdlets -match "Test-CsPhoneBootstrap"}


        Identity       : CsAdministrator
        SID            : S-1-5-21-2951382854-3425601350-1514248948-1138
        IsStandardRole : True
        Cmdlets        : {Disable-CsUser, Enable-CsUser, Get-CsAdUser, Get-CsAdminRole...}
        ScriptModules  : {}
        ConfigScopes   : {Global}
        UserScopes     : {Global}
        Template       :

        Identity       : CsServerAdministrator
        SID            : S-1-5-21-2951382854-3425601350-1514248948-1141
        IsStandardRole : True
        Cmdlets        : {Get-CsAdUser, Get-CsAdminRole, Get-CsCertificate, Get-CsClientCertificate...}
        ScriptModules  : {}
        ConfigScopes   : {Global}
        UserScopes     : {Global}
        Template       :

        Identity       : CsHelpDesk
        SID            : S-1-5-21-2951382854-3425601350-1514248948-1143
        IsStandardRole : True
        Cmdlets        : {Get-CsAdUser, Get-CsAdminRole, Get-CsCertificate, Get-CsClientCertificate...}
        ScriptModules  : {}
        ConfigScopes   : {Global}
        UserScopes     : {Global}
        Template       :



        PS> Test-CsPhoneBootstrap -PhoneOrExt "+12065551219" -Pin "0712"

        TargetUri  : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Success
        Latency    : <latency>
        Error      :
        Diagnosis  :

        PS> Test-CsPhoneBootstrap -PhoneOrExt "+12065551219" -Pin "0712" -UserSipAddress "sip:kenmyer@litwareinc.com"

        TargetUri  : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Success
        Latency    : <latency>
        Error      :
        Diagnosis  :

        PS> Get-CsUser -Identity "sip:kenmyer@litwareinc.com" | Select-Object SipAddress, LineUri

        SipAddress                                                  LineURI
        ----------                                                  -------
        sip:kenmyer@litwareinc.com                                  tel:+12065551219;ext=1219


        PS> Get-CsClientPinInfo -Identity "sip:kenmyer@litwareinc.com" 


        Identity          : sip:kenmyer@litwareinc.com
        IsPinSet          : True
        IsLockedOut       : False
        LastPinChangeTime : <time>
        PinExpirationTime : <time>



        PS> Get-CsUser -Identity "sip:kenmyer@litwareinc.com"


        Identity                : CN=Ken Myer,CN=Users,DC=litwareinc,DC=com
        VoicePolicy             :
        VoiceRoutingPolicy      :
        ConferencingPolicy      :
        PresencePolicy          :
        DialPlan                :
        LocationPolicy          :
        ClientPolicy            :
        ClientVersionPolicy     :
        ArchivingPolicy         :
        ExchangeArchivingPolicy :
        PinPolicy               :
        ExternalAccessPolicy    :
        MobilityPolicy          :
        PersistentChatPolicy    :
        UserServicesPolicy      :
        HostedVoiceMail         :
        HostedVoicemailPolicy   :
        HostingProvider         : SRV:
        RegistrarPool           : atl-cs-001.litwareinc.com
        Enabled                 : True
        SipAddress              : sip:kenmyer@litwareinc.com
        LineURI                 : tel:+12065551219;ext=1219
        EnterpriseVoiceEnabled  : True
        DisplayName             : Ken Myer
        SamAccountName          : kenmyer



        PS> Get-CsClientPinInfo -Identity "sip:kenmyer@litwareinc.com"


        Identity          : sip:kenmyer@litwareinc.com
        IsPinSet          : True
        IsLockedOut       : False
        LastPinChangeTime : <time>
        PinExpirationTime : <time>



        PS> Get-CsUser -Identity "sip:kenmyer@litwareinc.com" | Select-Object LineUri

        LineURI
        -------
        tel:+12065551219;ext=1219


        PS> Get-CsRegistrarConfiguration -Identity "global"


        Identity                        : Global
        MinEndpointExpiration           : 300
        MaxEndpointExpiration           : 900
        DefaultEndpointExpiration       : 600
        MaxEndpointsPerUser             : 8
        EnableDHCPServer                : True
        BackupStoreUnavailableThreshold : 00:30:00
        MaxUserCount                    : 12000



    "#]].assert_eq(&article.run(&Shell::of(&pool), "right-pin").await);

    // "You might have specified a PIN that is not valid."
    let pool = LyncMock::start().await;
    let ken = "sip:kenmyer@litwareinc.com".parse().unwrap();
    pool.set_pin(&ken, "58413").await.unwrap();
    expect![[r#"
        PS> Test-CsPhoneBootstrap -PhoneOrExt "+12065551219" -Pin "0712"

        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Failure
        Latency    : <latency>
        Error      : ERROR - No response received for Web-Ticket service.
        Diagnosis  :

        PS> Test-CsPhoneBootstrap -PhoneOrExt "+12065551219" -Pin "0712" -Verbose
        VERBOSE: Trying to find the pool.   [inferred]
        VERBOSE: dhcp_server : 127.0.0.1   [inferred]
        VERBOSE: answered_from : 127.0.0.1:<port>   [inferred]
        VERBOSE: target_uri : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc   [inferred]
        VERBOSE: target_fqdn : atl-cs-001.litwareinc.com   [inferred]
        VERBOSE: Done in <latency> secs : find the pool.   [inferred]
        VERBOSE: Trying to download the root chain.   [inferred]
        VERBOSE: url : http://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc   [inferred]
        VERBOSE: certificates : 2   [inferred]
        VERBOSE: authorities : 2   [inferred]
        VERBOSE: Done in <latency> secs : download the root chain.   [inferred]
        VERBOSE: Trying to read the metadata of CertProv.   [inferred]
        VERBOSE: url : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc/mex   [inferred]
        VERBOSE: port : CertProvisioningServiceWebTicketProof_SHA1   [inferred]
        VERBOSE: location : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1   [inferred]
        VERBOSE: Done in <latency> secs : read the metadata of CertProv.   [inferred]
        VERBOSE: Trying to read the metadata of WebTicket.   [inferred]
        VERBOSE: url : https://atl-cs-001.litwareinc.com:<port>/WebTicket/WebTicketService.svc/mex   [inferred]
        VERBOSE: port : WebTicketServicePin   [inferred]
        VERBOSE: location : https://atl-cs-001.litwareinc.com:<port>/WebTicket/WebTicketService.svc/pin   [inferred]
        VERBOSE: Done in <latency> secs : read the metadata of WebTicket.   [inferred]
        VERBOSE: Trying to get web ticket.
        VERBOSE: Web Service url : https://atl-cs-001.litwareinc.com:<port>/WebTicket/WebTicketService.svc/pin
        VERBOSE: Using PIN auth with Phone\Ext : 12065551219 Pin : 0712
        VERBOSE: HTTP 401 Unauthorized (28003: The pin is invalid.)   [inferred]
        VERBOSE: Could not get web ticket
        VERBOSE: CHECK :
        VERBOSE: - Web service url is valid and the web services are functional
        VERBOSE: - If using PhoneNo\PIN to authenticate, make sure they match the user uri
        VERBOSE: - If using NTLM\Kerberos auth, make sure you provided valid credentials

        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Failure
        Latency    : <latency>
        Error      : ERROR - No response received for Web-Ticket service.
        Diagnosis  :

    "#]].assert_eq(&article.run(&Shell::of(&pool), "wrong-pin").await);
}

#[tokio::test]
async fn the_commands_of_vvx_pin_authentication_error_give_what_it_shows() {
    logs::start();
    let article = Article::read(include_str!("../../../fixtures/articles/vvx-pin-authentication-error.toml"));
    let pool = blog().await;
    expect![[r#"
        PS> Test-CSClientAuth

        Target Fqdn   : lyncserver.domain
        Target Uri    : https://lyncserver.domain:<port>/CertProv/CertProvisioningService.svc
        Result        : Success
        Latency       : <latency>
        Error Message :
        Diagnosis     :

        PS> Test-CSPhoneBootsrap
        Test-CSPhoneBootsrap : The term 'Test-CSPhoneBootsrap' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
        At line:1 char:1
        + Test-CSPhoneBootsrap
        + ~~~~~~~~~~~~~~~~~~~~
            + CategoryInfo          : ObjectNotFound: (Test-CSPhoneBootsrap:String) [], CommandNotFoundException
            + FullyQualifiedErrorId : CommandNotFoundException

        Note (not PowerShell's): did you mean Test-CsPhoneBootstrap?
        PS> Test-CsClientAuth -UserSipAddress USER@SIPDOMAIN -TargetFqdn LYNCSERVER.DOMAIN

        Target Fqdn   : LYNCSERVER.DOMAIN
        Target Uri    : https://LYNCSERVER.DOMAIN:<port>/CertProv/CertProvisioningService.svc
        Result        : Success
        Latency       : <latency>
        Error Message :
        Diagnosis     :

        PS> Test-CsPhoneBootstrap -UserSipAddress USER@DOMAIN -PhoneOrExt "EXT" -PIN "PIN" -TargetFqdn LYNCSERVER.DOMAIN -TargetUri "https://LYNCSERVER.DOMAIN:443/CertProv/CertProvisioningService.svc"

        Target Fqdn   : LYNCSERVER.DOMAIN
        Target Uri    : https://LYNCSERVER.DOMAIN:<port>/CertProv/CertProvisioningService.svc
        Result        : Failure
        Latency       : <latency>
        Error Message : No response received for Web-Ticket service.
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Basic'. The authentication header received from the server was 'Basic realm ="LYNC"'.
         Inner Exception:The remote server returned an error: (401) Unauthorized.

        Diagnosis     :
         Inner Diagnosis:Warning : 120 lyncserver.domain "InvalidPin"
         X-Ms-diagnostics : 28003;source="lyncserver.domain";reason="The pin is invalid.";faultcode="wsse:FailedAuthentication"
         X-MS-Server-Fqdn : lyncserver.domain
         Strict-Transport-Security : max-age=31536000; includeSubDomains
         X-Content-Type-Options : nosniff
         Content-Length : 4897
         Cache-Control : private
         Content-Type : text/html; charset=utf-8
         Date : <date>
         Server : Microsoft-IIS/8.0
         WWW-Authenticate : Basic realm ="LYNC"
         X-Powered-By : ASP.NET

    "#]].assert_eq(&article.run(&Shell::of(&pool), "windows").await);
}

/// A pool of which the names are those that the blog post writes in place of its own.
async fn blog() -> LyncMock {
    let users = r#"
        [[user]]
        sip_uri = "sip:USER@SIPDOMAIN"
        display_name = "USER"
        password = "Passw0rd!"
    "#;
    let users = UsersFile::parse(users).unwrap();
    let options = Options { windows_domain: Some("DOMAIN".to_owned()), ..Options::default() };
    LyncMock::builder().options(options).fqdn("LYNCSERVER.DOMAIN").users(users).start().await.unwrap()
}

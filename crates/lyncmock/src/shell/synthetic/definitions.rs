//! Names, parameters and help of the two cmdlets; names, aliases and positions are documented.

use lync_powershell::{Definition, Kind, Parameter};

const fn text(name: &'static str, aliases: &'static [&'static str], help: &'static str) -> Parameter {
    Parameter { aliases, ..Parameter::new(name, Kind::String, help) }
}

const TARGET_FQDN: Parameter = Parameter {
    position: Some(1),
    ..text(
        "TargetFqdn",
        &["t"],
        "FQDN of the Registrar pool. Left out together with TargetUri, DHCP tells both; with one of the two the other \
         follows from it.",
    )
};
const TARGET_URI: Parameter = text(
    "TargetUri",
    &["twsu", "tu"],
    "Address of certificate provisioning: https://POOL:443/CertProv/CertProvisioningService.svc. In a session on a \
     running pool the pool's FQDN is where that pool listens, whatever DNS says.",
);
const REGISTRAR_PORT: Parameter = Parameter {
    aliases: &["rp"],
    ..Parameter::new(
        "RegistrarPort",
        Kind::Int { min: 1, max: 65_535, nullable: false },
        "SIP port of the Registrar, 5061 unless given; changes nothing here, as the test ends with the certificate.",
    )
};
const OUT_VERBOSE: Parameter = text(
    "OutVerboseVariable",
    &["ovv"],
    "A variable, without `$`, that gets the lines of -Verbose, the PIN included.",
);
const OUT_LOGGER: Parameter = text(
    "OutLoggerVariable",
    &["olv"],
    "A variable, without `$`, that gets the account of the test: $x.ToHTML() and $x.ToXML() are reports.",
);
const FORCE: Parameter = Parameter::new("Force", Kind::Switch, "Changes nothing here.");

pub(super) const PHONE_BOOTSTRAP: Definition = Definition {
    name: "Test-CsPhoneBootstrap",
    aliases: &[],
    synopsis: "Signs in with a phone number or extension and a PIN, as a Lync 2013 Phone Edition device does.",
    description: "Finds the pool by DHCP or by the given target, downloads the root chain, asks for a web ticket with \
                  number and PIN, and for a certificate with the ticket; the property Result says whether all of it \
                  worked. It does not go on to register by SIP, which the real cmdlet may. -Verbose prints the PIN, as \
                  the real cmdlet does.",
    parameters: &[
        Parameter {
            mandatory: true,
            ..text(
                "PhoneOrExt",
                &["PhoneOrExtension", "ph"],
                "Phone number or extension of the user, as it would be typed.",
            )
        },
        Parameter { mandatory: true, secret: true, ..text("PIN", &[], "The user's PIN.") },
        text(
            "UserSipAddress",
            &["ua"],
            "SIP address of the user: the test fails unless number and PIN are this user's.",
        ),
        TARGET_FQDN,
        TARGET_URI,
        REGISTRAR_PORT,
        OUT_VERBOSE,
        OUT_LOGGER,
        FORCE,
    ],
    examples: &[
        "Test-CsPhoneBootstrap -PhoneOrExt \"+12065551219\" -Pin \"0712\"",
        "Test-CsPhoneBootstrap -PhoneOrExt \"+12065551219\" -Pin \"0712\" -UserSipAddress \"sip:kenmyer@litwareinc.com\"",
        "Test-CsPhoneBootstrap -PhoneOrExt \"+12065551219\" -Pin \"0712\" -Verbose",
        "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -OutLoggerVariable x; $x.ToHTML() | Out-File report.html",
    ],
    should_process: false,
};

pub(super) const CLIENT_AUTHENTICATION: Definition = Definition {
    name: "Test-CsClientAuthentication",
    aliases: &["Test-CsClientAuth"],
    synopsis: "Signs in with Windows credentials and gets a client certificate.",
    description: "Asks for a web ticket by NTLM and for a certificate with the ticket, which is how a client gets its \
                  first certificate. It does not go on to register by SIP with the certificate, which the real cmdlet \
                  does.",
    parameters: &[
        Parameter {
            mandatory: true,
            ..text("UserSipAddress", &["ua"], "SIP address of the user to whom the credential must belong.")
        },
        Parameter {
            aliases: &["uc"],
            mandatory: true,
            ..Parameter::new(
                "UserCredential",
                Kind::Credential,
                "A credential of Get-Credential, or a user name (DOMAIN\\user, user@domain) whose password is asked for.",
            )
        },
        TARGET_FQDN,
        TARGET_URI,
        REGISTRAR_PORT,
        Parameter::new(
            "LiveIdAuthentication",
            Kind::Switch,
            "Signs in with a Live ID. Refused, as there are accounts of Windows alone here.",
        ),
        OUT_VERBOSE,
        OUT_LOGGER,
        FORCE,
    ],
    examples: &[
        "Test-CsClientAuthentication -UserSipAddress \"sip:kenmyer@litwareinc.com\" -UserCredential litwareinc\\kenmyer",
        "$p = ConvertTo-SecureString \"Passw0rd!\" -AsPlainText -Force; \
         $c = New-Object System.Management.Automation.PSCredential(\"litwareinc\\kenmyer\", $p); \
         Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential $c",
    ],
    should_process: false,
};

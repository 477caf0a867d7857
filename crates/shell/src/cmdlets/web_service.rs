//! Get-CsWebServiceConfiguration, Set-CsWebServiceConfiguration.

use super::cmdlet;
use crate::parameters::{FILTER, FORCE, INSTANCE, LOCAL_STORE, SCOPE, taken};
use crate::settings::{Collection, Setting, set_flag, set_number};
use crate::{Deployment, refusal};
use lync_model::scenario::WebChange;
use lync_model::{MobileAuthType, WindowsAuth};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Parameter, Session, Value};

cmdlet!(GetCsWebServiceConfiguration, GET, get);
cmdlet!(SetCsWebServiceConfiguration, SET, set);

const WINDOWS_AUTH: [(&str, WindowsAuth); 3] =
    [("Negotiate", WindowsAuth::Negotiate), ("NTLM", WindowsAuth::Ntlm), ("None", WindowsAuth::None)];

const MOBILE_AUTH: [(&str, MobileAuthType); 10] = [
    ("None", MobileAuthType::None),
    ("OAuth", MobileAuthType::OAuth),
    ("WebTicketServiceAnon", MobileAuthType::WebTicketServiceAnon),
    ("WebTicketServiceWinNegotiate", MobileAuthType::WebTicketServiceWinNegotiate),
    ("WebTicketServiceWinNtlm", MobileAuthType::WebTicketServiceWinNtlm),
    ("WebTicketServiceCert", MobileAuthType::WebTicketServiceCert),
    ("WebTicketServicePin", MobileAuthType::WebTicketServicePin),
    ("WsFedPassive", MobileAuthType::WsFedPassive),
    ("WsFedBearer", MobileAuthType::WsFedBearer),
    ("WebTicketServiceAuth", MobileAuthType::WebTicketServiceAuth),
];

/// In the order in which they are shown (inferred).
const SETTINGS: &[Setting<WebChange>] = &[
    Setting {
        name: "MaxGroupSizeToExpand",
        get: |web| web.max_group_size_to_expand.into(),
        set: |web, value| set_number(&mut web.max_group_size_to_expand, value),
    },
    Setting {
        name: "UseWindowsAuth",
        get: |web| name_in(&WINDOWS_AUTH, web.use_windows_auth),
        set: |web, value| set_named(&WINDOWS_AUTH, &mut web.use_windows_auth, value),
    },
    Setting {
        name: "UseCertificateAuth",
        get: |web| web.use_certificate_auth.into(),
        set: |web, value| set_flag(&mut web.use_certificate_auth, value),
    },
    Setting {
        name: "UsePinAuth",
        get: |web| web.use_pin_auth.into(),
        set: |web, value| set_flag(&mut web.use_pin_auth, value),
    },
    Setting {
        name: "EnableCertChainDownload",
        get: |web| web.enable_cert_chain_download.into(),
        set: |web, value| set_flag(&mut web.enable_cert_chain_download, value),
    },
    Setting {
        name: "InferCertChainFromSSL",
        get: |web| web.infer_cert_chain_from_ssl.into(),
        set: |web, value| set_flag(&mut web.infer_cert_chain_from_ssl, value),
    },
    Setting {
        name: "CASigningKeyLength",
        get: |web| web.ca_signing_key_length.into(),
        set: |web, value| set_number(&mut web.ca_signing_key_length, value),
    },
    Setting {
        name: "MaxCSRKeySize",
        get: |web| web.max_csr_key_size.into(),
        set: |web, value| set_number(&mut web.max_csr_key_size, value),
    },
    Setting {
        name: "MinCSRKeySize",
        get: |web| web.min_csr_key_size.into(),
        set: |web, value| set_number(&mut web.min_csr_key_size, value),
    },
    Setting {
        name: "MaxValidityPeriodHours",
        get: |web| web.max_validity_period_hours.into(),
        set: |web, value| set_number(&mut web.max_validity_period_hours, value),
    },
    Setting {
        name: "MinValidityPeriodHours",
        get: |web| web.min_validity_period_hours.into(),
        set: |web, value| set_number(&mut web.min_validity_period_hours, value),
    },
    Setting {
        name: "DefaultValidityPeriodHours",
        get: |web| web.default_validity_period_hours.into(),
        set: |web, value| set_number(&mut web.default_validity_period_hours, value),
    },
    Setting {
        name: "MobilePreferredAuthType",
        get: |web| name_in(&MOBILE_AUTH, web.mobile_preferred_auth_type),
        set: |web, value| set_named(&MOBILE_AUTH, &mut web.mobile_preferred_auth_type, value),
    },
    Setting {
        name: "EnableStatisticsInResponse",
        get: |web| web.enable_statistics_in_response.into(),
        set: |web, value| set_flag(&mut web.enable_statistics_in_response, value),
    },
    Setting {
        name: "HstsMaxAgeInSeconds",
        get: |web| web.hsts_max_age_seconds.into(),
        set: |web, value| set_number(&mut web.hsts_max_age_seconds, value),
    },
];

const GET: Definition = Definition {
    name: "Get-CsWebServiceConfiguration",
    aliases: &[],
    synopsis: "Shows the settings of the web services.",
    description: "Shows how phones and other clients may sign in, and what certificates they get. There is one \
                  collection, Global; settings that this program does not keep are left out. The order is inferred.",
    parameters: &[SCOPE, FILTER, LOCAL_STORE],
    examples: &["Get-CsWebServiceConfiguration", "Get-CsWebServiceConfiguration | Select-Object UsePinAuth"],
    should_process: false,
};

const SET: Definition = Definition {
    name: "Set-CsWebServiceConfiguration",
    aliases: &[],
    synopsis: "Changes the settings of the web services.",
    description: "Changes Global. What signing in needs acts at once; what is only kept says so. Shows nothing.",
    parameters: &[
        SCOPE,
        INSTANCE,
        Parameter::new("UsePinAuth", Kind::Bool, "Whether a PIN gets a web ticket; default True."),
        Parameter::new(
            "UseCertificateAuth",
            Kind::Bool,
            "Whether a client certificate gets a web ticket; default True.",
        ),
        Parameter::new(
            "UseWindowsAuth",
            Kind::Enum(&["Negotiate", "NTLM", "None"]),
            "Which Windows credentials get a web ticket; default Negotiate.",
        ),
        Parameter::new(
            "EnableCertChainDownload",
            Kind::Bool,
            "Whether phones can download the root chain; default True (inferred).",
        ),
        number(
            "DefaultValidityPeriodHours",
            8,
            8760,
            "Validity of a client certificate, 8 to 8760; default 4320. The least and the greatest bound it.",
        ),
        number("MinValidityPeriodHours", 8, 4320, "Its least, 8 to 4320; default 8."),
        number("MaxValidityPeriodHours", 8, 8760, "Its greatest, 8 to 8760; default 8760."),
        number(
            "MinCSRKeySize",
            1024,
            16384,
            "Least key of a certificate request in bits, 1024 to 16384; default 1024 (the help prints 16384).",
        ),
        number("MaxCSRKeySize", 1024, 16384, "Greatest key of one, 1024 to 16384; default 16384."),
        number("HstsMaxAgeInSeconds", 0, 4_294_967_295, "max-age of Strict-Transport-Security in seconds."),
        Parameter::new(
            "InferCertChainFromSSL",
            Kind::Bool,
            "Kept; changes nothing here. Default True (inferred).",
        ),
        number("CASigningKeyLength", 2048, 16384, "Kept; changes nothing here. 2048 to 16384, default 2048."),
        number("MaxGroupSizeToExpand", 1, 1000, "Kept; changes nothing here. 1 to 1000, default 100."),
        Parameter::new(
            "EnableStatisticsInResponse",
            Kind::Bool,
            "Kept; changes nothing here. Default False.",
        ),
        Parameter::new(
            "MobilePreferredAuthType",
            Kind::Enum(&[
                "None",
                "OAuth",
                "WebTicketServiceAnon",
                "WebTicketServiceWinNegotiate",
                "WebTicketServiceWinNtlm",
                "WebTicketServiceCert",
                "WebTicketServicePin",
                "WsFedPassive",
                "WsFedBearer",
                "WebTicketServiceAuth",
            ]),
            "Kept; changes nothing here. Default None (inferred).",
        ),
        taken("AllowAnonymousAccessToLWAConference", Kind::Bool),
        taken("AllowExternalAuthentication", Kind::Bool),
        taken("AutoLaunchLyncWebAccess", Kind::Bool),
        taken("CrossDomainAuthorizationList", Kind::Object),
        taken("EnableCORS", Kind::Bool),
        taken("EnableGroupExpansion", Kind::Bool),
        taken("EnableMediaBasicAuth", Kind::Bool),
        taken("MACResolverUrl", Kind::String),
        taken("OverrideAuthTypeForExternalClients", Kind::String),
        taken("OverrideAuthTypeForInternalClients", Kind::String),
        taken("SecondaryLocationSourceUrl", Kind::String),
        taken("ShowAlternateJoinOptionsExpanded", Kind::Bool),
        taken("ShowDownloadCommunicatorAttendeeLink", Kind::Bool),
        taken("ShowJoinUsingLegacyClientLink", Kind::Bool),
        taken("TrustedCACerts", Kind::Object),
        taken("UseDomainAuthInLWA", Kind::Bool),
        taken("UseWsFedPassiveAuth", Kind::Bool),
        taken("WsFedPassiveMetadataUri", Kind::String),
        FORCE,
    ],
    examples: &[
        "Set-CsWebServiceConfiguration -Identity global -UsePinAuth $False",
        "Set-CsWebServiceConfiguration -UseCertificateAuth $False -UsePinAuth $False -UseWindowsAuth NONE",
    ],
    should_process: true,
};

const fn number(name: &'static str, min: i64, max: i64, help: &'static str) -> Parameter {
    Parameter::new(name, Kind::Int { min, max, nullable: false }, help)
}

const WEB: Collection<WebChange> = Collection {
    what: "web service settings",
    type_name: "Microsoft.Rtc.Management.WritableConfig.Settings.Web.WebServiceSettings",
    settings: SETTINGS,
    set: &SET,
    // Microsoft's example sets a greatest validity below the default one, so the default may lie anywhere.
    in_order: &[&["MinValidityPeriodHours", "MaxValidityPeriodHours"], &["MinCSRKeySize", "MaxCSRKeySize"]],
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    WEB.show(arguments, deployment.web_configuration()).await
}

async fn set(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    if let Some(change) = WEB.to_change(arguments, session, deployment.web_configuration()).await? {
        deployment.change_web_configuration(&change).await.map_err(refusal::of)?;
    }
    Ok(Vec::new())
}

fn name_in<T: Copy + PartialEq>(names: &[(&'static str, T)], value: Option<T>) -> Value {
    value.and_then(|value| names.iter().find(|(_, known)| *known == value)).map(|(name, _)| *name).into()
}

fn set_named<T: Copy>(names: &[(&'static str, T)], field: &mut Option<T>, value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    let Some((_, value)) = names.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) else {
        return false;
    };
    *field = Some(*value);
    true
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use lync_model::{MobileAuthType, WindowsAuth};
    use std::sync::Arc;

    #[tokio::test]
    async fn the_settings_are_shown() {
        let ran = run(&Arc::new(Lab::new()), "Get-CsWebServiceConfiguration").await;
        expect![[r#"


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



        "#]]
        .assert_eq(&ran.text);
    }

    #[tokio::test]
    async fn the_recipe_for_passive_authentication_turns_the_three_off() {
        let lab = Arc::new(Lab::new());
        let ran = run(&lab, "Set-CsWebServiceConfiguration -UseCertificateAuth $false -UsePinAuth $false -UseWindowsAuth NONE").await;
        assert_eq!((ran.failed, ran.text.as_str()), (false, ""));
        let web = lab.state().web.clone();
        assert_eq!(
            (web.use_certificate_auth, web.use_pin_auth, web.use_windows_auth),
            (Some(false), Some(false), Some(WindowsAuth::None))
        );
    }

    #[tokio::test]
    async fn a_setting_that_is_not_kept_is_taken_with_a_warning() {
        let ran = run(&Arc::new(Lab::new()), "Set-CsWebServiceConfiguration -EnableCORS $true").await;
        assert!(!ran.failed && ran.text.contains("EnableCORS is taken and not kept"), "{}", ran.text);
    }

    #[tokio::test]
    async fn an_instance_brings_its_values_and_parameters_come_before_them() {
        let lab = Arc::new(Lab::new());
        let script =
            "Get-CsWebServiceConfiguration | Set-CsWebServiceConfiguration -MobilePreferredAuthType oauth";
        assert!(!run(&lab, script).await.failed);
        let web = lab.state().web.clone();
        assert_eq!(web.mobile_preferred_auth_type, Some(MobileAuthType::OAuth));
        assert_eq!(web.use_windows_auth, Some(WindowsAuth::Negotiate));
    }

    #[tokio::test]
    async fn an_instance_that_was_changed_brings_the_change_and_nothing_out_of_range() {
        let lab = Arc::new(Lab::new());
        let changed = |change: &str| {
            format!(
                "$x = Get-CsWebServiceConfiguration; {change}; Set-CsWebServiceConfiguration -Instance $x"
            )
        };
        let ran = run(&lab, &changed("$x.UseWindowsAuth = 'ntlm'; $x.MinCSRKeySize = 2048")).await;
        assert!(!ran.failed, "{}", ran.text);
        let web = lab.state().web.clone();
        assert_eq!((web.use_windows_auth, web.min_csr_key_size), (Some(WindowsAuth::Ntlm), Some(2048)));
        lab.state().changes.clear();
        for (change, said) in [
            ("$x.MinCSRKeySize = 1023", "MinCSRKeySize is 1023; it is 1024 to 16384."),
            ("$x.UsePinAuth = 'maybe'", "The value of UsePinAuth is none that it can have."),
        ] {
            let ran = run(&lab, &changed(change)).await;
            assert!(ran.failed && ran.text.contains(said), "{change}\n{}", ran.text);
            assert_eq!(lab.state().changes, Vec::<String>::new(), "{change}");
        }
    }

    /// The second example of Microsoft's help.
    #[tokio::test]
    async fn the_greatest_validity_may_be_below_the_default_one() {
        let lab = Arc::new(Lab::new());
        for before in ["", "Get-CsWebServiceConfiguration | "] {
            let line = format!("{before}Set-CsWebServiceConfiguration -MaxValidityPeriodHours 16");
            let ran = run(&lab, &line).await;
            assert_eq!((ran.failed, ran.text.as_str()), (false, ""), "{line}");
            assert_eq!(lab.state().web.max_validity_period_hours, Some(16), "{line}");
        }
    }

    #[tokio::test]
    async fn what_settings_cannot_be_is_refused_and_nothing_is_changed() {
        let lab = Arc::new(Lab::new());
        for (options, said) in [
            ("-Identity site:Redmond -UsePinAuth $false", "this pool has Global alone"),
            ("-MinCSRKeySize 1023", "MinCSRKeySize"),
            ("-MaxCSRKeySize 16385", "MaxCSRKeySize"),
            (
                "-MinCSRKeySize 4096 -MaxCSRKeySize 2048",
                "MinCSRKeySize (4096) is greater than MaxCSRKeySize (2048)",
            ),
            ("-DefaultValidityPeriodHours 4", "DefaultValidityPeriodHours"),
            (
                "-MinValidityPeriodHours 48 -MaxValidityPeriodHours 24",
                "MinValidityPeriodHours (48) is greater than MaxValidityPeriodHours (24)",
            ),
            ("-UseWindowsAuth Kerberos", "UseWindowsAuth"),
            ("-UsePinAuth maybe", "UsePinAuth"),
        ] {
            let ran = run(&lab, &format!("Set-CsWebServiceConfiguration {options}")).await;
            assert!(ran.failed && ran.text.replace('\n', " ").contains(said), "{options}\n{}", ran.text);
            assert_eq!(lab.state().changes, Vec::<String>::new(), "{options}");
        }
        assert!(run(&lab, "Get-CsWebServiceConfiguration -Identity site:Redmond").await.failed);
        assert_eq!(run(&lab, "Get-CsWebServiceConfiguration -Filter site:*").await.text, "");
    }
}

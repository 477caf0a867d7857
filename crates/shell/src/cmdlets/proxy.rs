//! Get-CsProxyConfiguration, Set-CsProxyConfiguration.

use super::cmdlet;
use crate::parameters::{FILTER, FORCE, INSTANCE, LOCAL_STORE, SCOPE, taken};
use crate::settings::{Collection, Setting, set_flag};
use crate::{Deployment, refusal};
use lync_model::ProxyChange;
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Parameter, Session, Value};

cmdlet!(GetCsProxyConfiguration, GET, get);
cmdlet!(SetCsProxyConfiguration, SET, set);

/// In the order in which they are shown (inferred).
const SETTINGS: &[Setting<ProxyChange>] = &[
    Setting {
        name: "UseKerberosForClientToProxyAuth",
        get: |proxy| proxy.use_kerberos_for_client_to_proxy_auth.into(),
        set: |proxy, value| set_flag(&mut proxy.use_kerberos_for_client_to_proxy_auth, value),
    },
    Setting {
        name: "UseNtlmForClientToProxyAuth",
        get: |proxy| proxy.use_ntlm_for_client_to_proxy_auth.into(),
        set: |proxy, value| set_flag(&mut proxy.use_ntlm_for_client_to_proxy_auth, value),
    },
    Setting {
        name: "UseCertificateForClientToProxyAuth",
        get: |proxy| proxy.use_certificate_for_client_to_proxy_auth.into(),
        set: |proxy, value| set_flag(&mut proxy.use_certificate_for_client_to_proxy_auth, value),
    },
];

const NUMBER: Kind = Kind::Int { min: 0, max: 4_294_967_295, nullable: false };

const GET: Definition = Definition {
    name: "Get-CsProxyConfiguration",
    aliases: &[],
    synopsis: "Shows how SIP clients may sign in.",
    description: "Shows the three settings that are kept here. No SIP is spoken that they could change. There is one \
                  collection, Global. The order is inferred.",
    parameters: &[SCOPE, FILTER, LOCAL_STORE],
    examples: &["Get-CsProxyConfiguration"],
    should_process: false,
};

const SET: Definition = Definition {
    name: "Set-CsProxyConfiguration",
    aliases: &[],
    synopsis: "Changes how SIP clients may sign in.",
    description: "Changes Global. The settings are kept and shown; no SIP is spoken that they could change. Shows \
                  nothing.",
    parameters: &[
        SCOPE,
        INSTANCE,
        Parameter::new("UseCertificateForClientToProxyAuth", Kind::Bool, KEPT),
        Parameter::new("UseKerberosForClientToProxyAuth", Kind::Bool, KEPT),
        Parameter::new("UseNtlmForClientToProxyAuth", Kind::Bool, KEPT),
        taken("AcceptClientCompression", Kind::Bool),
        taken("AcceptServerCompression", Kind::Bool),
        taken("AllowPartnerPollingSubscribes", Kind::Bool),
        taken("DisableNtlmFor2010AndLaterClients", Kind::Bool),
        taken("DnsCacheRecordCount", NUMBER),
        taken("EnableLoggingAllMessageBodies", Kind::Bool),
        taken("EnableWhiteSpaceKeepAlive", Kind::Bool),
        taken("LoadBalanceEdgeServers", Kind::Bool),
        taken("LoadBalanceInternalServers", Kind::Bool),
        taken("MaxClientCompressionCount", NUMBER),
        taken("MaxClientMessageBodySizeKb", NUMBER),
        taken("MaxKeepAliveInterval", NUMBER),
        taken("MaxServerCompressionCount", NUMBER),
        taken("MaxServerMessageBodySizeKb", NUMBER),
        taken("OutgoingTlsCount", NUMBER),
        taken("Realm", Kind::Object),
        taken("RequestServerCompression", Kind::Bool),
        taken("SpecialConfigurationList", Kind::String),
        taken("TestFeatureList", Kind::String),
        taken("TestParameterList", Kind::String),
        taken("TreatAllClientsAsRemote", Kind::Bool),
        FORCE,
    ],
    examples: &["Set-CsProxyConfiguration -Identity global -UseCertificateForClientToProxyAuth $True"],
    should_process: true,
};

const KEPT: &str = "Kept; changes nothing here. Default True.";

const PROXY: Collection<ProxyChange> = Collection {
    what: "proxy settings",
    type_name: "Microsoft.Rtc.Management.WritableConfig.Settings.SipProxy.ProxySettings",
    settings: SETTINGS,
    set: &SET,
    in_order: &[],
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    PROXY.show(arguments, deployment.proxy_configuration()).await
}

async fn set(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    if let Some(change) = PROXY.to_change(arguments, session, deployment.proxy_configuration()).await? {
        deployment.change_proxy_configuration(&change).await.map_err(refusal::of)?;
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_settings_are_shown_and_kept() {
        let lab = Arc::new(Lab::new());
        let ran = run(
            &lab,
            "Set-CsProxyConfiguration -UseNtlmForClientToProxyAuth $False; Get-CsProxyConfiguration",
        )
        .await;
        assert!(!ran.failed);
        expect![[r#"


            Identity                           : Global
            UseKerberosForClientToProxyAuth    : True
            UseNtlmForClientToProxyAuth        : False
            UseCertificateForClientToProxyAuth : True



        "#]]
        .assert_eq(&ran.text);
    }
}

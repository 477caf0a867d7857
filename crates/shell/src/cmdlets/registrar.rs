//! Get-CsRegistrarConfiguration, Set-CsRegistrarConfiguration.

use super::cmdlet;
use crate::parameters::{FILTER, FORCE, INSTANCE, LOCAL_STORE, SCOPE, taken};
use crate::settings::{Collection, Setting, set_flag, set_number};
use crate::{Deployment, refusal};
use lync_model::scenario::RegistrarChange;
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Parameter, Session, Value};
use time::Duration;

cmdlet!(GetCsRegistrarConfiguration, GET, get);
cmdlet!(SetCsRegistrarConfiguration, SET, set);

/// In the order in which they are shown (inferred).
const SETTINGS: &[Setting<RegistrarChange>] = &[
    Setting {
        name: "MinEndpointExpiration",
        get: |registrar| registrar.min_endpoint_expiration.into(),
        set: |registrar, value| set_number(&mut registrar.min_endpoint_expiration, value),
    },
    Setting {
        name: "MaxEndpointExpiration",
        get: |registrar| registrar.max_endpoint_expiration.into(),
        set: |registrar, value| set_number(&mut registrar.max_endpoint_expiration, value),
    },
    Setting {
        name: "DefaultEndpointExpiration",
        get: |registrar| registrar.default_endpoint_expiration.into(),
        set: |registrar, value| set_number(&mut registrar.default_endpoint_expiration, value),
    },
    Setting {
        name: "MaxEndpointsPerUser",
        get: |registrar| registrar.max_endpoints_per_user.into(),
        set: |registrar, value| set_number(&mut registrar.max_endpoints_per_user, value),
    },
    Setting {
        name: "EnableDHCPServer",
        get: |registrar| registrar.enable_dhcp_server.into(),
        set: |registrar, value| set_flag(&mut registrar.enable_dhcp_server, value),
    },
    Setting {
        name: "BackupStoreUnavailableThreshold",
        get: |registrar| {
            let seconds = registrar.backup_store_unavailable_threshold;
            seconds.map(|seconds| Duration::seconds(seconds.into())).into()
        },
        set: |registrar, value| {
            let Value::TimeSpan(threshold) = value else { return false };
            registrar.backup_store_unavailable_threshold = u32::try_from(threshold.whole_seconds()).ok();
            registrar.backup_store_unavailable_threshold.is_some()
        },
    },
    Setting {
        name: "MaxUserCount",
        get: |registrar| registrar.max_user_count.into(),
        set: |registrar, value| set_number(&mut registrar.max_user_count, value),
    },
];

const GET: Definition = Definition {
    name: "Get-CsRegistrarConfiguration",
    aliases: &[],
    synopsis: "Shows the settings of the Registrar.",
    description: "Shows, among others, EnableDHCPServer: whether phones find this pool by DHCP. There is one \
                  collection, Global. The order is inferred.",
    parameters: &[SCOPE, FILTER, LOCAL_STORE],
    examples: &["Get-CsRegistrarConfiguration -Identity \"global\""],
    should_process: false,
};

const SET: Definition = Definition {
    name: "Set-CsRegistrarConfiguration",
    aliases: &[],
    synopsis: "Changes the settings of the Registrar.",
    description: "Changes Global. EnableDHCPServer acts at once, everything else is kept and shown. Shows nothing.",
    parameters: &[
        SCOPE,
        INSTANCE,
        Parameter::new(
            "EnableDHCPServer",
            Kind::Bool,
            "Whether the Registrar answers phones that look for their pool by DHCP.",
        ),
        kept(
            "MinEndpointExpiration",
            300,
            900,
            "Kept; changes nothing here. Seconds, 300 to 900, default 300.",
        ),
        kept(
            "DefaultEndpointExpiration",
            300,
            900,
            "Kept; changes nothing here. Seconds, 300 to 900, default 600.",
        ),
        kept(
            "MaxEndpointExpiration",
            300,
            900,
            "Kept; changes nothing here. Seconds, 300 to 900, default 900.",
        ),
        kept("MaxEndpointsPerUser", 1, 64, "Kept; changes nothing here. 1 to 64, default 8."),
        kept("MaxUserCount", 2000, 100_000, "Kept; changes nothing here. 2000 to 100000, default 12000."),
        Parameter::new(
            "BackupStoreUnavailableThreshold",
            Kind::TimeSpan,
            "Kept; changes nothing here. A time such as 00:30:00, which is the default.",
        ),
        taken("PoolState", Kind::Enum(&["Active", "FailedOver", "FailingOver", "FailedBack"])),
        taken("EnableWinFabLogUpload", Kind::Bool),
        taken("UserCertificateReplicationThreshold", Kind::Int { min: 0, max: i64::MAX, nullable: false }),
        taken("WinFabMaxLogsSizeMb", Kind::Int { min: 0, max: 2_147_483_647, nullable: false }),
        FORCE,
    ],
    examples: &["Set-CsRegistrarConfiguration -Identity global -EnableDHCPServer $True"],
    should_process: true,
};

const fn kept(name: &'static str, min: i64, max: i64, help: &'static str) -> Parameter {
    Parameter::new(name, Kind::Int { min, max, nullable: false }, help)
}

const REGISTRAR: Collection<RegistrarChange> = Collection {
    what: "Registrar settings",
    type_name: "Microsoft.Rtc.Management.WritableConfig.Settings.Registrar.RegistrarSettings",
    settings: SETTINGS,
    set: &SET,
    in_order: &[&["MinEndpointExpiration", "DefaultEndpointExpiration", "MaxEndpointExpiration"]],
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    REGISTRAR.show(arguments, deployment.registrar_configuration()).await
}

async fn set(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    if let Some(change) =
        REGISTRAR.to_change(arguments, session, deployment.registrar_configuration()).await?
    {
        deployment.change_registrar_configuration(&change).await.map_err(refusal::of)?;
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_settings_are_shown_as_the_article_asks_for_them() {
        let ran = run(&Arc::new(Lab::new()), "Get-CsRegistrarConfiguration -Identity \"global\"").await;
        expect![[r#"


            Identity                        : Global
            MinEndpointExpiration           : 300
            MaxEndpointExpiration           : 900
            DefaultEndpointExpiration       : 600
            MaxEndpointsPerUser             : 8
            EnableDHCPServer                : False
            BackupStoreUnavailableThreshold : 00:30:00
            MaxUserCount                    : 12000



        "#]]
        .assert_eq(&ran.text);
    }

    #[tokio::test]
    async fn the_dhcp_server_is_switched_on() {
        let lab = Arc::new(Lab::new());
        let script =
            "Set-CsRegistrarConfiguration -EnableDHCPServer $True -BackupStoreUnavailableThreshold 01:00:00";
        assert!(!run(&lab, script).await.failed);
        assert_eq!(lab.state().registrar.enable_dhcp_server, Some(true));
        assert_eq!(lab.state().registrar.backup_store_unavailable_threshold, Some(3600));
    }

    #[tokio::test]
    async fn what_settings_cannot_be_is_refused_and_nothing_is_changed() {
        let lab = Arc::new(Lab::new());
        for options in [
            "-MinEndpointExpiration 299",
            "-MinEndpointExpiration 601",
            "-MaxEndpointExpiration 599",
            "-MaxEndpointsPerUser 65",
            "-MaxUserCount 1999",
            "-Identity service:Registrar:atl-cs-001.litwareinc.com -EnableDHCPServer $true",
            "-BackupStoreUnavailableThreshold -00:00:01",
            "-BackupStoreUnavailableThreshold soon",
        ] {
            assert!(run(&lab, &format!("Set-CsRegistrarConfiguration {options}")).await.failed, "{options}");
            assert_eq!(lab.state().changes, Vec::<String>::new(), "{options}");
        }
    }
}

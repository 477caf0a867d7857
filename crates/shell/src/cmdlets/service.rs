//! Get-CsService.

mod urls;

use super::cmdlet;
use crate::{Deployment, Topology, refusal};
use lync_powershell::{
    Arguments, Definition, ErrorRecord, Kind, Object, Parameter, Session, Value, View, is_like,
};

cmdlet!(GetCsService, GET, get);

/// The site's name where nothing names it. Microsoft's samples have it so.
const SITE: &str = "Redmond";

/// The services that a pool of one server has here, as Identity and Role name them.
pub(super) const ROLES: [&str; 3] = ["UserServer", "Registrar", "WebServer"];

const GET: Definition = Definition {
    name: "Get-CsService",
    aliases: &[],
    synopsis: "Shows the services of the pool.",
    description: "Shows the services, or with a switch those of one kind. Of kinds that this pool has not, nothing is \
                  shown. The properties of a web server and their order are documented; those of services that do not \
                  run here are empty. The properties of other services are inferred.",
    parameters: &[
        Parameter {
            position: Some(0),
            ..Parameter::new("Identity", Kind::String, "One service: Registrar:atl-cs-001.litwareinc.com.")
        },
        Parameter::new("PoolFqdn", Kind::String, "The services of this pool."),
        Parameter::new("Filter", Kind::String, "Those whose Identity fits, with * as wildcard."),
        kind("WebServer", &[]),
        kind("Registrar", &[]),
        kind("UserServer", &[]),
        kind("ApplicationDatabase", &[]),
        kind("ApplicationServer", &[]),
        kind("ArchivingDatabase", &[]),
        kind("ArchivingServer", &[]),
        kind("BackupServer", &[]),
        kind("CentralManagement", &[]),
        kind("CentralManagementDatabase", &[]),
        kind("ConferencingServer", &["ConferenceServer"]),
        kind("Director", &[]),
        kind("EdgeServer", &[]),
        kind("FileStore", &[]),
        kind("LegalInterceptServer", &[]),
        kind("ManagementServer", &[]),
        kind("MediationServer", &[]),
        kind("MonitoringDatabase", &[]),
        kind("MonitoringServer", &[]),
        kind("PersistentChatComplianceDatabase", &[]),
        kind("PersistentChatDatabase", &[]),
        kind("PersistentChatServer", &[]),
        kind("ProvisionDatabase", &[]),
        kind("ProvisionServer", &[]),
        kind("PstnGateway", &[]),
        kind("TrustedApplicationPool", &["ExternalServer"]),
        kind("UserDatabase", &[]),
        kind("VideoGateway", &[]),
        kind("WacServer", &[]),
    ],
    examples: &[
        "Get-CsService -WebServer",
        "Get-CsService -PoolFqdn \"atl-cs-001.litwareinc.com\" | Select-Object Identity",
    ],
    should_process: false,
};

const fn kind(name: &'static str, aliases: &'static [&'static str]) -> Parameter {
    Parameter { aliases, ..Parameter::new(name, Kind::Switch, "Services of this kind.") }
}

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let switches: Vec<_> = GET
        .parameters
        .iter()
        .filter(|parameter| parameter.kind == Kind::Switch && arguments.is_on(parameter.name))
        .map(|parameter| parameter.name)
        .collect();
    let named = ["Identity", "Filter"].iter().filter(|name| arguments.get(name).is_some()).count();
    if switches.len() + named > 1 {
        return Err(refusal::ambiguous_parameter_set());
    }
    let topology = deployment.topology().await.map_err(refusal::of)?;
    if let Some(pool) = arguments.text("PoolFqdn").filter(|pool| !pool.eq_ignore_ascii_case(&topology.fqdn)) {
        return Err(refusal::no_such_thing(format!(
            "There is no pool \"{pool}\"; this one is \"{}\".",
            topology.fqdn
        )));
    }
    let site = site(deployment).await?;
    let found: Vec<_> = ROLES
        .into_iter()
        .filter(|role| switches.is_empty() || switches.contains(role))
        .map(|role| (identity(role, &topology), role))
        .filter(|(identity, _)| {
            arguments.text("Identity").is_none_or(|asked| asked.eq_ignore_ascii_case(identity))
                && arguments.text("Filter").is_none_or(|filter| is_like(identity, filter))
        })
        .map(|(_, role)| object(role, &topology, &site).into())
        .collect();
    match arguments.text("Identity") {
        Some(asked) if found.is_empty() => {
            Err(refusal::no_such_thing(format!("There is no service \"{asked}\".")))
        }
        _ => Ok(found),
    }
}

/// `Site:Redmond`: the pool's one site, which is named by the PIN policy of a site if there is one.
///
/// # Errors
/// The deployment does not answer.
pub(super) async fn site(deployment: &dyn Deployment) -> Result<String, ErrorRecord> {
    let policies = deployment.pin_policies().await.map_err(refusal::of)?;
    let mut names = policies.iter().filter_map(|policy| policy.identity.split_once(':'));
    let named = names.find(|(scope, _)| scope.eq_ignore_ascii_case("site"));
    Ok(format!("Site:{}", named.map_or(SITE, |(_, name)| name)))
}

/// `WebServer:atl-cs-001.litwareinc.com`.
pub(super) fn identity(role: &str, topology: &Topology) -> String {
    format!("{role}:{}", topology.fqdn)
}

fn object(role: &'static str, topology: &Topology, site: &str) -> Object {
    let (type_name, service) = match role {
        "WebServer" => ("Microsoft.Rtc.Management.Xds.DisplayWebServer", "WebServices"),
        "Registrar" => ("Microsoft.Rtc.Management.Xds.DisplayRegistrar", "Registrar"),
        _ => ("Microsoft.Rtc.Management.Xds.DisplayUserServer", "UserServices"),
    };
    let start = Object::new(type_name).with("Identity", identity(role, topology));
    let (start, dependents) = match role {
        "WebServer" => (urls::with_urls(start, topology), vec![identity("Registrar", topology)]),
        "Registrar" => (start.with("UserServer", identity("UserServer", topology)), Vec::new()),
        _ => (start, vec![identity("Registrar", topology), identity("WebServer", topology)]),
    };
    let dependents: Vec<Value> = dependents.into_iter().map(Value::from).collect();
    start
        .with("DependentServiceList", dependents)
        .with("ServiceId", format!("1-{service}-1"))
        .with("SiteId", site)
        .with("PoolFqdn", topology.fqdn.as_str())
        .with("Version", 5)
        .with("Role", role)
        .shown_as(View::List)
        .with_text(identity(role, topology))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    async fn shown(script: &str) -> String {
        let ran = run(&Arc::new(Lab::new()), script).await;
        assert!(!ran.failed, "{script}\n{}", ran.text);
        ran.text
    }

    #[tokio::test]
    async fn a_web_server_has_the_properties_of_the_documentation_in_its_order() {
        let text = shown("Get-CsService -PoolFqdn \"atl-cs-001.litwareinc.com\" -WebServer").await;
        expect![[r#"


            Identity                        : WebServer:atl-cs-001.litwareinc.com
            FileStore                       :
            UserServer                      : UserServer:atl-cs-001.litwareinc.com
            PrimaryHttpPort                 : 80
            PrimaryHttpsPort                : 443
            ExternalHttpPort                :
            ExternalHttpsPort               :
            PublishedPrimaryHttpPort        : 80
            PublishedPrimaryHttpsPort       : 443
            PublishedExternalHttpPort       :
            PublishedExternalHttpsPort      :
            ReachPrimaryPsomServerPort      :
            ReachExternalPsomServerPort     :
            AppSharingPortStart             :
            AppSharingPortCount             :
            LIServiceInternalUri            :
            ABHandlerInternalUri            :
            ABHandlerExternalUri            :
            DLExpansionInternalUri          :
            DLExpansionExternalUri          :
            CAHandlerInternalUri            : https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningServic
                                              e.svc
            CAHandlerInternalAnonUri        : http://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService
                                              .svc
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
            WebTicketInternalUri            : https://atl-cs-001.litwareinc.com/WebTicket/WebTicketService.svc
            ExternalFqdn                    :
            InternalFqdn                    : atl-cs-001.litwareinc.com
            DependentServiceList            : {Registrar:atl-cs-001.litwareinc.com}
            ServiceId                       : 1-WebServices-1
            SiteId                          : Site:Redmond
            PoolFqdn                        : atl-cs-001.litwareinc.com
            Version                         : 5
            Role                            : WebServer



        "#]].assert_eq(&text);
    }

    #[tokio::test]
    async fn services_are_picked_by_kind_and_name() {
        for (options, expected) in [
            ("", "UserServer Registrar WebServer"),
            ("-Registrar", "Registrar"),
            ("-EdgeServer", ""),
            ("-LegalInterceptServer", ""),
            ("-Filter web*", "WebServer"),
            ("-Identity registrar:atl-cs-001.litwareinc.com", "Registrar"),
        ] {
            let text = shown(&format!("Get-CsService {options} | Select-Object -ExpandProperty Role")).await;
            assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{options}");
        }
    }

    #[tokio::test]
    async fn two_kinds_at_once_and_what_is_not_there_are_refused() {
        let lab = Arc::new(Lab::new());
        for (options, said) in [
            (
                "-WebServer -Registrar",
                "Parameter set cannot be resolved using the specified named parameters.",
            ),
            ("-PoolFqdn other.litwareinc.com", "There is no pool \"other.litwareinc.com\""),
            ("-Identity EdgeServer:x", "There is no service \"EdgeServer:x\"."),
        ] {
            let ran = run(&lab, &format!("Get-CsService {options}")).await;
            assert!(ran.failed && ran.text.replace('\n', " ").contains(said), "{options}\n{}", ran.text);
        }
    }
}

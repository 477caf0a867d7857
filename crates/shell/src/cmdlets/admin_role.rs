//! Get-CsAdminRole.

use super::cmdlet;
use crate::parameters::LOCAL_STORE;
use crate::roles::{ROLES, Role};
use crate::{Deployment, refusal};
use lync_powershell::{
    Arguments, Definition, ErrorRecord, Kind, Object, Parameter, Pipeline, Session, Value, View, is_like,
};

cmdlet!(GetCsAdminRole, GET, get);

const GET: Definition = Definition {
    name: "Get-CsAdminRole",
    aliases: &[],
    synopsis: "Shows the roles of role-based access control.",
    description: "Shows the predefined roles and what each may run. The roles and their tasks are documented; which \
                  cmdlet belongs to which role is inferred from the tasks, and only cmdlets of this program are \
                  listed. The SIDs are made up of the domain's name, and the order of the properties is inferred.",
    parameters: &[
        Parameter {
            position: Some(0),
            pipeline: Pipeline::Value,
            ..Parameter::new("Identity", Kind::String, "The role's name: CsHelpDesk.")
        },
        Parameter::new("Filter", Kind::String, "Those whose Identity fits, with * as wildcard."),
        Parameter::new("Sid", Kind::String, "The role with this security identifier."),
        LOCAL_STORE,
    ],
    examples: &[
        "Get-CsAdminRole | Where-Object {$_.Cmdlets -match \"Test-CsPhoneBootstrap\"}",
        "Get-CsAdminRole -Identity \"CsVoiceAdministrator\" | Select-Object -ExpandProperty Cmdlets",
    ],
    should_process: false,
};

/// The relative identifier of the first role; the others follow.
const FIRST_RID: u32 = 1138;

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let named = ["Identity", "Filter", "Sid"].iter().filter(|name| arguments.get(name).is_some()).count();
    if named > 1 {
        return Err(refusal::ambiguous_parameter_set());
    }
    let topology = deployment.topology().await.map_err(refusal::of)?;
    let found: Vec<Value> = ROLES
        .iter()
        .zip(FIRST_RID..)
        .map(|(role, rid)| (role, sid(&topology.sip_domain, rid)))
        .filter(|(role, sid)| {
            arguments.text("Identity").is_none_or(|name| name.eq_ignore_ascii_case(role.name))
                && arguments.text("Filter").is_none_or(|filter| is_like(role.name, filter))
                && arguments.text("Sid").is_none_or(|asked| asked.eq_ignore_ascii_case(sid))
        })
        .map(|(role, sid)| object(role, sid).into())
        .collect();
    match arguments.text("Identity").or(arguments.text("Sid")) {
        Some(asked) if found.is_empty() => {
            Err(refusal::no_such_thing(format!("There is no role \"{asked}\".")))
        }
        _ => Ok(found),
    }
}

fn object(role: &Role, sid: String) -> Object {
    let cmdlets: Vec<Value> = role.cmdlets().into_iter().map(Value::from).collect();
    let global = || vec![Value::from("Global")];
    Object::new("Microsoft.Rtc.Management.WritableConfig.Settings.Roles.Role")
        .with("Identity", role.name)
        .with("SID", sid)
        .with("IsStandardRole", true)
        .with("Cmdlets", cmdlets)
        .with("ScriptModules", Vec::new())
        .with("ConfigScopes", global())
        .with("UserScopes", global())
        .with("Template", Value::Null)
        .shown_as(View::List)
        .with_text(role.name)
}

/// A SID of the form that the groups of a domain have. Its three numbers are made of the domain's name, so that they
/// are the same each time.
fn sid(domain: &str, rid: u32) -> String {
    let part = |seed: u32| {
        domain
            .to_ascii_lowercase()
            .bytes()
            .fold(seed, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619))
    };
    format!("S-1-5-21-{}-{}-{}-{rid}", part(2_166_136_261), part(40_389), part(8_191))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_article_finds_the_roles_that_may_run_the_test() {
        let lab = Arc::new(Lab::new());
        let script = "Get-CsAdminRole | Where-Object {$_.Cmdlets -match \"Test-CsPhoneBootstrap\"}";
        expect![[r#"


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



        "#]]
        .assert_eq(&run(&lab, script).await.text);
    }

    #[tokio::test]
    async fn roles_are_found_by_name_pattern_and_sid() {
        let lab = Arc::new(Lab::new());
        let voice =
            run(&lab, "Get-CsAdminRole -Filter \"*Voice*\" | Select-Object -ExpandProperty Identity").await;
        assert_eq!(voice.text.trim(), "CsVoiceAdministrator");
        let same = run(&lab, "(Get-CsAdminRole -Sid (Get-CsAdminRole CsHelpDesk).SID).Identity").await;
        assert_eq!(same.text.trim(), "CsHelpDesk");
        assert_eq!(run(&lab, "Get-CsAdminRole | Where-Object {$_.IsStandardRole -eq $False}").await.text, "");
        let ran = run(&lab, "Get-CsAdminRole CsNobody").await;
        assert!(ran.failed && ran.text.contains("There is no role \"CsNobody\"."), "{}", ran.text);
    }
}

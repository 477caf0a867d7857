//! Get-CsPool.

use super::cmdlet;
use super::service::{ROLES, identity, site};
use crate::{Deployment, refusal};
use lync_powershell::{
    Arguments, Definition, ErrorRecord, Kind, Object, Parameter, Session, Value, View, is_like,
};

cmdlet!(GetCsPool, GET, get);

const GET: Definition = Definition {
    name: "Get-CsPool",
    aliases: &[],
    synopsis: "Shows the pool.",
    description: "Shows the one pool of this deployment, with its services and its one computer. The properties and \
                  their order are inferred. The site is named by the PIN policy of a site, and is Redmond without one.",
    parameters: &[
        Parameter { position: Some(0), ..Parameter::new("Identity", Kind::String, "The pool's FQDN.") },
        Parameter::new("Filter", Kind::String, "Those whose Identity fits, with * as wildcard."),
        Parameter::new("Site", Kind::String, "The pools of this site."),
    ],
    examples: &["Get-CsPool"],
    should_process: false,
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let topology = deployment.topology().await.map_err(refusal::of)?;
    let fqdn = topology.fqdn.as_str();
    match arguments.text("Identity") {
        Some(asked) if !asked.eq_ignore_ascii_case(fqdn) => {
            return Err(refusal::no_such_thing(format!(
                "There is no pool \"{asked}\"; this one is \"{fqdn}\"."
            )));
        }
        _ => {}
    }
    let site = site(deployment).await?;
    let is_site = |asked: &str| {
        let name = site.strip_prefix("Site:").unwrap_or(&site);
        asked.eq_ignore_ascii_case(name) || asked.eq_ignore_ascii_case(&site)
    };
    if !arguments.text("Filter").is_none_or(|filter| is_like(fqdn, filter))
        || !arguments.text("Site").is_none_or(is_site)
    {
        return Ok(Vec::new());
    }
    let services: Vec<Value> = ROLES.iter().map(|role| identity(role, &topology).into()).collect();
    let shown = Object::new("Microsoft.Rtc.Management.Deploy.Internal.Cluster")
        .with("Identity", fqdn)
        .with("Services", services)
        .with("Computers", vec![Value::from(fqdn)])
        .with("BackupPoolFqdn", Value::Null)
        .with("Fqdn", fqdn)
        .with("Site", site)
        .shown_as(View::List)
        .with_text(fqdn);
    Ok(vec![shown.into()])
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_pool_has_one_computer_and_a_site() {
        let lab = Arc::new(Lab::new());
        expect![[r#"


            Identity       : atl-cs-001.litwareinc.com
            Services       : {UserServer:atl-cs-001.litwareinc.com, Registrar:atl-cs-001.litwareinc.com, WebSer
                             ver:atl-cs-001.litwareinc.com}
            Computers      : {atl-cs-001.litwareinc.com}
            BackupPoolFqdn :
            Fqdn           : atl-cs-001.litwareinc.com
            Site           : Site:Redmond



        "#]].assert_eq(&run(&lab, "Get-CsPool").await.text);
        assert_eq!(run(&lab, "Get-CsPool -Site Dublin").await.text, "");
        assert!(!run(&lab, "New-CsPinPolicy site:Dublin | Out-Null").await.failed);
        assert_eq!(run(&lab, "(Get-CsPool -Site Dublin).Site").await.text.trim(), "Site:Dublin");
        assert!(run(&lab, "Get-CsPool other").await.failed);
    }
}

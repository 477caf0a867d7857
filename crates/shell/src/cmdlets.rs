//! The cmdlets, one file a family.

mod ad_user;
mod admin_role;
mod certificate;
mod client_certificate;
mod client_pin;
mod disable_user;
mod enable_user;
mod get_user;
mod pin_policy;
mod pool;
mod proxy;
mod registrar;
mod service;
mod set_user;
mod uc_phone;
mod web_service;

use crate::Deployment;
use lync_powershell::Cmdlet;
use std::sync::Arc;

/// Every cmdlet of this crate, at work on this deployment.
///
/// Test-CsPhoneBootstrap and Test-CsClientAuthentication need a client, and are not among them.
pub fn cmdlets(deployment: Arc<dyn Deployment>) -> Vec<Arc<dyn Cmdlet>> {
    let d = || deployment.clone();
    vec![
        Arc::new(get_user::GetCsUser(d())),
        Arc::new(ad_user::GetCsAdUser(d())),
        Arc::new(enable_user::EnableCsUser(d())),
        Arc::new(disable_user::DisableCsUser(d())),
        Arc::new(set_user::SetCsUser(d())),
        Arc::new(client_pin::GetCsClientPinInfo(d())),
        Arc::new(client_pin::SetCsClientPin(d())),
        Arc::new(client_pin::LockCsClientPin(d())),
        Arc::new(client_pin::UnlockCsClientPin(d())),
        Arc::new(pin_policy::GetCsPinPolicy(d())),
        Arc::new(pin_policy::NewCsPinPolicy(d())),
        Arc::new(pin_policy::SetCsPinPolicy(d())),
        Arc::new(pin_policy::RemoveCsPinPolicy(d())),
        Arc::new(pin_policy::GrantCsPinPolicy(d())),
        Arc::new(client_certificate::GetCsClientCertificate(d())),
        Arc::new(client_certificate::RevokeCsClientCertificate(d())),
        Arc::new(web_service::GetCsWebServiceConfiguration(d())),
        Arc::new(web_service::SetCsWebServiceConfiguration(d())),
        Arc::new(registrar::GetCsRegistrarConfiguration(d())),
        Arc::new(registrar::SetCsRegistrarConfiguration(d())),
        Arc::new(proxy::GetCsProxyConfiguration(d())),
        Arc::new(proxy::SetCsProxyConfiguration(d())),
        Arc::new(uc_phone::GetCsUCPhoneConfiguration(d())),
        Arc::new(service::GetCsService(d())),
        Arc::new(pool::GetCsPool(d())),
        Arc::new(certificate::GetCsCertificate(d())),
        Arc::new(admin_role::GetCsAdminRole(deployment)),
    ]
}

/// A cmdlet made of its definition and of the function that does it.
macro_rules! cmdlet {
    ($(#[$doc:meta])* $name:ident, $definition:expr, $run:path) => {
        $(#[$doc])*
        pub(in crate::cmdlets) struct $name(pub(in crate::cmdlets) std::sync::Arc<dyn $crate::Deployment>);

        #[async_trait::async_trait]
        impl lync_powershell::Cmdlet for $name {
            fn definition(&self) -> &'static lync_powershell::Definition {
                const { &$definition }
            }

            async fn process(
                &self,
                arguments: &lync_powershell::Arguments,
                session: &mut lync_powershell::Session<'_>,
            ) -> Result<Vec<lync_powershell::Value>, lync_powershell::ErrorRecord> {
                $run(self.0.as_ref(), arguments, session).await
            }
        }
    };
}
use cmdlet;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NamedPinPolicy;
    use crate::testing::{Lab, run};
    use lync_model::PinPolicy;
    use lync_powershell::{Kind, Parameter, Pipeline};
    use std::collections::BTreeSet;

    /// With what Microsoft's examples speak of.
    fn lab_for(example: &str) -> Arc<Lab> {
        let lab = Lab::new();
        if !example.starts_with("New-CsPinPolicy") {
            lab.state().policies.push(NamedPinPolicy {
                identity: "tag:RedmondUsersPinPolicy".to_owned(),
                description: None,
                policy: PinPolicy::default(),
            });
        }
        lab.state().accounts[1].display_name = "Pilar Ackerman".to_owned();
        Arc::new(lab)
    }

    #[tokio::test]
    async fn every_example_of_the_help_runs() {
        for cmdlet in cmdlets(Arc::new(Lab::new())) {
            assert!(!cmdlet.definition().examples.is_empty(), "{}", cmdlet.definition().name);
            for example in cmdlet.definition().examples {
                let ran = run(&lab_for(example), example).await;
                assert!(!ran.failed, "{example}\n{}", ran.text);
            }
        }
    }

    #[test]
    fn definitions_hold_together() {
        for cmdlet in cmdlets(Arc::new(Lab::new())) {
            let definition = cmdlet.definition();
            let mut names = BTreeSet::new();
            let mut positions = BTreeSet::new();
            for parameter in definition.parameters {
                let Parameter { name, aliases, position, kind, pipeline, .. } = parameter;
                let all = aliases.iter().chain([name]);
                assert!(
                    all.clone().all(|name| names.insert(name.to_lowercase())),
                    "{} {name}",
                    definition.name
                );
                assert!(position.is_none_or(|at| positions.insert(at)), "{} {name}", definition.name);
                assert!(
                    *pipeline != Pipeline::Value || matches!(kind, Kind::Object | Kind::String),
                    "{name}"
                );
                assert!(parameter.help.ends_with('.'), "{} {name}", definition.name);
                assert_eq!(parameter.secret, *name == "Pin", "{} {name}", definition.name);
            }
            let changes =
                ["Set-", "New-", "Remove-", "Grant-", "Enable-", "Disable-", "Lock-", "Unlock-", "Revoke-"];
            if changes.iter().any(|verb| definition.name.starts_with(verb)) {
                assert!(definition.should_process, "{}", definition.name);
            }
        }
    }

    #[tokio::test]
    async fn a_cmdlet_under_what_if_changes_nothing() {
        for cmdlet in cmdlets(Arc::new(Lab::new())).iter().filter(|cmdlet| cmdlet.definition().should_process)
        {
            let name = cmdlet.definition().name;
            // -WhatIf belongs to the last command of the line.
            let ends_with_it =
                |example: &&&str| example.split('|').next_back().unwrap().trim().starts_with(name);
            let examples: Vec<_> = cmdlet.definition().examples.iter().filter(ends_with_it).collect();
            assert!(!examples.is_empty(), "{name}");
            for example in examples {
                let lab = lab_for(example);
                let ran = run(&lab, &format!("{example} -WhatIf")).await;
                assert!(!ran.failed, "{example}\n{}", ran.text);
                assert_eq!(lab.state().changes, Vec::<String>::new(), "{example}");
            }
        }
    }

    #[tokio::test]
    async fn a_deployment_that_does_not_answer_is_an_error_of_every_cmdlet_that_asks_it() {
        for cmdlet in cmdlets(Arc::new(Lab::new())) {
            let definition = cmdlet.definition();
            let example = definition.examples[0];
            // It asks the deployment nothing.
            if definition.name == "Get-CsUCPhoneConfiguration" {
                continue;
            }
            let lab = lab_for(example);
            lab.state().broken = Some(crate::DeploymentError::Unavailable("nobody answers".to_owned()));
            let ran = run(&lab, example).await;
            assert!(ran.failed && ran.text.contains("Nobody answers"), "{example}\n{}", ran.text);
        }
    }

    #[test]
    fn the_documentation_lists_exactly_these_cmdlets() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cmdlets.md");
        let text = std::fs::read_to_string(path).unwrap();
        let table = text.split("\n## ").find(|part| part.starts_with("The cmdlets\n")).unwrap();
        let mut listed: Vec<_> = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(name, _)| name.to_owned())
            .collect();
        listed.sort();
        let own = cmdlets(Arc::new(Lab::new())).into_iter().map(|cmdlet| cmdlet.definition().name.to_owned());
        let mut known: Vec<_> = own.collect();
        // These two are a client's, and stand in another crate.
        known.extend(["Test-CsPhoneBootstrap".to_owned(), "Test-CsClientAuthentication".to_owned()]);
        known.sort();
        assert_eq!(listed, known);
    }
}

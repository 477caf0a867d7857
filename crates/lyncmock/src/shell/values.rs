//! What Tab offers as the value of a parameter: users, policies and roles of the pool.

use lync_model::SipUri;
use lync_powershell::Values;
use lync_shell::{Deployment, ROLES};
use std::sync::Arc;
use std::time::Duration;

/// How long completion waits for the pool: somebody has pressed Tab.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    User,
    PinPolicy,
    /// A policy that can be granted to a user.
    GrantedPolicy,
    Role,
}

/// The values of all parameters. They are asked for on the thread of the line editor, which may block.
pub(super) fn of(deployment: Arc<dyn Deployment>) -> Values {
    Arc::new(move |cmdlet: &str, parameter: &str, begun: &str| match named(cmdlet, parameter) {
        Some(Names::User) => users(&deployment, begun),
        Some(Names::PinPolicy) => policies(&deployment),
        Some(Names::GrantedPolicy) => {
            let mut all = policies(&deployment);
            all.retain_mut(|identity| {
                let name = identity.split_once(':').filter(|(scope, _)| scope.eq_ignore_ascii_case("tag"));
                let name = name.map(|(_, name)| name.to_owned());
                name.map(|name| *identity = name).is_some()
            });
            all
        }
        Some(Names::Role) => ROLES.iter().map(|role| role.name.to_owned()).collect(),
        None => Vec::new(),
    })
}

fn named(cmdlet: &str, parameter: &str) -> Option<Names> {
    let (_, noun) = cmdlet.split_once('-')?;
    match (cmdlet, noun, parameter) {
        (_, "CsAdminRole", "Identity") => Some(Names::Role),
        ("Grant-CsPinPolicy", _, "PolicyName") => Some(Names::GrantedPolicy),
        ("Grant-CsPinPolicy", _, "Identity") => Some(Names::User),
        (_, "CsPinPolicy", "Identity") => Some(Names::PinPolicy),
        (_, noun, "Identity") if noun.ends_with("Configuration") => None,
        (_, _, "Identity" | "UserSipAddress") => Some(Names::User),
        _ => None,
    }
}

fn policies(deployment: &Arc<dyn Deployment>) -> Vec<String> {
    let found = waited(deployment.pin_policies()).unwrap_or_default();
    found.into_iter().map(|policy| policy.identity).collect()
}

/// The users whose SIP address, or whose name, begins so.
fn users(deployment: &Arc<dyn Deployment>, begun: &str) -> Vec<String> {
    let users = waited(deployment.users()).unwrap_or_default();
    let begins = |text: &str| text.to_lowercase().starts_with(&begun.to_lowercase());
    // Without `sip:` for who has begun to type what follows it: both are identities.
    let spelled = |uri: &SipUri, name: &str| {
        let spellings = [uri.as_str(), uri.address()];
        let address = spellings.into_iter().find(|text| begins(text));
        address.or_else(|| Some(name).filter(|name| begins(name))).map(str::to_owned)
    };
    users.iter().filter_map(|found| spelled(&found.user.sip_uri, &found.account.display_name)).collect()
}

fn waited<T>(answer: impl Future<Output = lync_shell::Answer<T>>) -> Option<T> {
    let runtime = tokio::runtime::Handle::try_current().ok()?;
    runtime.block_on(tokio::time::timeout(PATIENCE, answer)).ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_offered_what_it_names() {
        for (cmdlet, parameter, expected) in [
            ("Get-CsUser", "Identity", Some(Names::User)),
            ("Test-CsPhoneBootstrap", "UserSipAddress", Some(Names::User)),
            ("Set-CsPinPolicy", "Identity", Some(Names::PinPolicy)),
            ("Grant-CsPinPolicy", "Identity", Some(Names::User)),
            ("Grant-CsPinPolicy", "PolicyName", Some(Names::GrantedPolicy)),
            ("Get-CsAdminRole", "Identity", Some(Names::Role)),
            ("Set-CsWebServiceConfiguration", "Identity", None),
            ("Test-CsPhoneBootstrap", "PIN", None),
        ] {
            assert_eq!(named(cmdlet, parameter), expected, "{cmdlet} -{parameter}");
        }
    }
}

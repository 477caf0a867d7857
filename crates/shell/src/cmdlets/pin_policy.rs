//! Get-, New-, Set-, Remove- and Grant-CsPinPolicy.

mod values;

use super::cmdlet;
use super::disable_user::pass_thru;
use crate::parameters::{
    DOMAIN_CONTROLLER, FILTER, FORCE, INSTANCE, LOCAL_STORE, PASS_THRU, SCOPE, TENANT, USER,
};
use crate::{Deployment, NamedPinPolicy, refusal, targets};
use lync_model::{PinPolicy, PolicyIdentity};
use lync_powershell::{
    Arguments, Definition, ErrorRecord, Kind, Parameter, Pipeline, Session, Value, is_like,
};
use values::{
    ALLOW_COMMON_PATTERNS, DESCRIPTION, MAXIMUM_LOGON_ATTEMPTS, MIN_PASSWORD_LENGTH, PIN_HISTORY_COUNT,
    PIN_LIFETIME,
};

cmdlet!(GetCsPinPolicy, GET, get);
cmdlet!(NewCsPinPolicy, NEW, new);
cmdlet!(SetCsPinPolicy, SET, set);
cmdlet!(RemoveCsPinPolicy, REMOVE, remove);
cmdlet!(GrantCsPinPolicy, GRANT, grant);

const NAMED: Parameter = Parameter { mandatory: true, ..SCOPE };

const GET: Definition = Definition {
    name: "Get-CsPinPolicy",
    aliases: &[],
    synopsis: "Shows the PIN policies.",
    description: "Shows what PINs must look like and when they lock and expire. Global binds everybody, a policy of the \
                  site comes before it, and one that was granted to the user before both.",
    parameters: &[SCOPE, FILTER, LOCAL_STORE, TENANT],
    examples: &["Get-CsPinPolicy", "Get-CsPinPolicy -Identity Global", "Get-CsPinPolicy -Filter \"tag:*\""],
    should_process: false,
};

const NEW: Definition = Definition {
    name: "New-CsPinPolicy",
    aliases: &[],
    synopsis: "Makes a PIN policy for the site or for users.",
    description: "Makes a policy; what is not given has its default. A policy of users acts on those to whom \
                  Grant-CsPinPolicy gives it. Shows the policy (inferred).",
    parameters: &[
        NAMED,
        DESCRIPTION,
        MIN_PASSWORD_LENGTH,
        PIN_HISTORY_COUNT,
        ALLOW_COMMON_PATTERNS,
        PIN_LIFETIME,
        MAXIMUM_LOGON_ATTEMPTS,
        Parameter::new("InMemory", Kind::Switch, "Only makes the object, for Set-CsPinPolicy -Instance."),
        FORCE,
        TENANT,
    ],
    examples: &["New-CsPinPolicy -Identity \"RedmondUsersPinPolicy\" -MinPasswordLength 10"],
    should_process: true,
};

const SET: Definition = Definition {
    name: "Set-CsPinPolicy",
    aliases: &[],
    synopsis: "Changes a PIN policy.",
    description: "Changes Global unless another one is named. PINs that are set already stay; expiry and lockout follow \
                  the policy at once. Shows nothing.",
    parameters: &[
        SCOPE,
        INSTANCE,
        DESCRIPTION,
        MIN_PASSWORD_LENGTH,
        PIN_HISTORY_COUNT,
        ALLOW_COMMON_PATTERNS,
        PIN_LIFETIME,
        MAXIMUM_LOGON_ATTEMPTS,
        FORCE,
        TENANT,
    ],
    examples: &[
        "Set-CsPinPolicy -Identity Global -MinPasswordLength 7",
        "Get-CsPinPolicy | Set-CsPinPolicy -MinPasswordLength 10",
    ],
    should_process: true,
};

const REMOVE: Definition = Definition {
    name: "Remove-CsPinPolicy",
    aliases: &[],
    synopsis: "Removes a PIN policy.",
    description: "Removes the policy; whoever had it granted has none then. Global is not removed but goes back to its \
                  defaults.",
    parameters: &[Parameter { pipeline: Pipeline::Property, ..NAMED }, FORCE, TENANT],
    examples: &["Remove-CsPinPolicy -Identity \"RedmondUsersPinPolicy\""],
    should_process: true,
};

const GRANT: Definition = Definition {
    name: "Grant-CsPinPolicy",
    aliases: &[],
    synopsis: "Gives a user a PIN policy.",
    description: "Gives the user a policy of the per-user scope, or with $Null takes it away.",
    parameters: &[
        USER,
        Parameter {
            position: Some(1),
            ..Parameter::new(
                "PolicyName",
                Kind::String,
                "The policy's name without tag:; $Null takes it away.",
            )
        },
        PASS_THRU,
        DOMAIN_CONTROLLER,
    ],
    examples: &[
        "Grant-CsPinPolicy -Identity \"Ken Myer\" -PolicyName RedmondUsersPinPolicy",
        "Get-CsUser -Filter {PinPolicy -eq $Null} | Grant-CsPinPolicy -PolicyName RedmondUsersPinPolicy",
    ],
    should_process: true,
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let policies = deployment.pin_policies().await.map_err(refusal::of)?;
    let found: Vec<_> = match (arguments.text("Identity"), arguments.text("Filter")) {
        (Some(_), Some(_)) => return Err(refusal::ambiguous_parameter_set()),
        (Some(identity), None) => vec![named(policies, identity)?],
        (None, Some(filter)) => {
            policies.into_iter().filter(|policy| is_like(&policy.identity, filter)).collect()
        }
        (None, None) => policies,
    };
    Ok(found.iter().map(|policy| values::object(policy).into()).collect())
}

async fn new(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let identity = full_identity(arguments.text("Identity").unwrap_or_default())?;
    let mut policy = NamedPinPolicy { identity, description: None, policy: PinPolicy::default() };
    values::change(&mut policy, arguments)?;
    let shown = vec![values::object(&policy).into()];
    if arguments.is_on("InMemory") {
        return Ok(shown);
    }
    let policies = deployment.pin_policies().await.map_err(refusal::of)?;
    if let Some(there) = policies.iter().find(|there| there.identity.eq_ignore_ascii_case(&policy.identity)) {
        return Err(refusal::conflict(format!("There is a PIN policy \"{}\" already.", there.identity)));
    }
    if !session.should_process(&policy.identity, NEW.name).await? {
        return Ok(Vec::new());
    }
    deployment.add_pin_policy(&policy).await.map_err(refusal::of)?;
    Ok(shown)
}

async fn set(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let policies = deployment.pin_policies().await.map_err(refusal::of)?;
    let is_there =
        |identity: &str| policies.iter().any(|known| known.identity.eq_ignore_ascii_case(identity));
    let (mut policy, exists) = match arguments.get("Instance") {
        Some(Value::Object(instance)) => {
            // One that was only made in memory becomes real here (documented).
            let policy = values::of_object(instance)?;
            let identity = full_identity(&policy.identity)?;
            let exists = is_there(&identity);
            (NamedPinPolicy { identity, ..policy }, exists)
        }
        Some(_) => return Err(refusal::invalid("The instance is no PIN policy.")),
        None => (named(policies.clone(), arguments.text("Identity").unwrap_or("Global"))?, true),
    };
    values::change(&mut policy, arguments)?;
    if session.should_process(&policy.identity, SET.name).await? {
        let done = if exists {
            deployment.set_pin_policy(&policy).await
        } else {
            deployment.add_pin_policy(&policy).await
        };
        done.map_err(refusal::of)?;
    }
    Ok(Vec::new())
}

async fn remove(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let policies = deployment.pin_policies().await.map_err(refusal::of)?;
    let policy = named(policies, arguments.text("Identity").unwrap_or_default())?;
    if session.should_process(&policy.identity, REMOVE.name).await? {
        deployment.remove_pin_policy(&policy.identity).await.map_err(refusal::of)?;
    }
    Ok(Vec::new())
}

async fn grant(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let identity = match arguments.get("PolicyName") {
        None => return Err(refusal::invalid("PolicyName is needed; $Null takes a granted policy away.")),
        Some(Value::String(name)) if !name.trim().is_empty() => {
            Some(grantable(deployment.pin_policies().await.map_err(refusal::of)?, name)?)
        }
        Some(_) => None,
    };
    let mut passed = Vec::new();
    for user in targets::users(deployment, arguments).await? {
        if !session.should_process(user.as_str(), GRANT.name).await? {
            continue;
        }
        match deployment.grant_pin_policy(&user, identity.as_deref()).await {
            Ok(()) => passed.extend(pass_thru(deployment, arguments, &user).await?),
            Err(error) => session.write_error(refusal::of_user(error, user.as_str())),
        }
    }
    Ok(passed)
}

fn grantable(policies: Vec<NamedPinPolicy>, name: &str) -> Result<String, ErrorRecord> {
    let identity = full_identity(name)?;
    if !identity.starts_with("tag:") {
        return Err(refusal::no_user_policy(name));
    }
    named(policies, &identity).map(|policy| policy.identity).map_err(|_| refusal::no_user_policy(name))
}

fn named(policies: Vec<NamedPinPolicy>, identity: &str) -> Result<NamedPinPolicy, ErrorRecord> {
    let full = full_identity(identity)?;
    policies
        .into_iter()
        .find(|policy| policy.identity.eq_ignore_ascii_case(&full))
        .ok_or_else(|| refusal::no_such_thing(format!("There is no PIN policy \"{full}\".")))
}

/// `Global`, `site:NAME` or `tag:NAME`; a bare name is that of a policy of users.
fn full_identity(identity: &str) -> Result<String, ErrorRecord> {
    let identity = identity.trim();
    let is_full = identity.contains(':') || identity.eq_ignore_ascii_case("global");
    let full = if is_full { identity.to_owned() } else { format!("tag:{identity}") };
    let read = full
        .parse::<PolicyIdentity>()
        .map_err(|error| refusal::invalid(refusal::sentence(&error.to_string())))?;
    Ok(read.to_string())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_global_policy_looks_as_in_the_documentation() {
        let ran = run(&Arc::new(Lab::new()), "Get-CsPinPolicy").await;
        expect![[r#"


            Identity             : Global
            Description          :
            MinPasswordLength    : 5
            PINHistoryCount      : 0
            AllowCommonPatterns  : False
            PINLifetime          : 0
            MaximumLogonAttempts :



        "#]]
        .assert_eq(&ran.text);
    }

    #[tokio::test]
    async fn policies_are_made_granted_and_removed() {
        let lab = Arc::new(Lab::new());
        let ran =
            run(&lab, "New-CsPinPolicy -Identity RedmondUsers -MinPasswordLength 10 -Description 'Redmond'")
                .await;
        expect![[r#"


            Identity             : tag:RedmondUsers
            Description          : Redmond
            MinPasswordLength    : 10
            PINHistoryCount      : 0
            AllowCommonPatterns  : False
            PINLifetime          : 0
            MaximumLogonAttempts :



        "#]]
        .assert_eq(&ran.text);
        let grant = "Get-CsUser -Filter {PinPolicy -eq $Null} | Grant-CsPinPolicy -PolicyName redmondusers";
        assert!(!run(&lab, grant).await.failed);
        assert_eq!(lab.state().users[0].pin_policy.as_deref(), Some("tag:RedmondUsers"));
        let ran = run(&lab, "Get-CsUser | Select-Object -ExpandProperty PinPolicy").await;
        assert_eq!(ran.text.trim(), "RedmondUsers");
        assert!(
            !run(&lab, "Grant-CsPinPolicy -Identity kenmyer@litwareinc.com -PolicyName $Null").await.failed
        );
        assert_eq!(lab.state().users[0].pin_policy, None);
        let ran = run(&lab, "Get-CsPinPolicy -Filter \"tag:*\" | Remove-CsPinPolicy; Get-CsPinPolicy | Select-Object Identity").await;
        assert!(!ran.failed && !ran.text.contains("tag:"), "{}", ran.text);
    }

    #[tokio::test]
    async fn every_policy_is_changed_by_the_pipeline_and_global_goes_back_to_its_defaults() {
        let lab = Arc::new(Lab::new());
        assert!(
            !run(&lab, "New-CsPinPolicy site:Redmond -AllowCommonPatterns $True | Out-Null").await.failed
        );
        assert!(!run(&lab, "Get-CsPinPolicy | Set-CsPinPolicy -MinPasswordLength 10").await.failed);
        {
            let state = lab.state();
            let lengths: Vec<_> =
                state.policies.iter().map(|policy| policy.policy.min_password_length).collect();
            assert_eq!(lengths, [10, 10]);
            assert!(state.policies[1].policy.allow_common_patterns);
        }
        assert!(!run(&lab, "Get-CsPinPolicy | Remove-CsPinPolicy").await.failed);
        let state = lab.state();
        assert_eq!(state.policies.len(), 1);
        assert_eq!(state.policies[0].policy, lync_model::PinPolicy::default());
    }

    #[tokio::test]
    async fn a_policy_in_memory_becomes_real_when_it_is_set() {
        let lab = Arc::new(Lab::new());
        let ran =
            run(&lab, "$x = New-CsPinPolicy -Identity site:Redmond -MinPasswordLength 9 -InMemory").await;
        assert!(!ran.failed);
        assert_eq!(lab.state().policies.len(), 1);
        let ran = run(
            &lab,
            "$x = New-CsPinPolicy site:Redmond -MinPasswordLength 9 -InMemory; Set-CsPinPolicy -Instance $x",
        )
        .await;
        assert!(!ran.failed, "{}", ran.text);
        assert_eq!(lab.state().changes, ["add site:Redmond"]);
        assert_eq!(lab.state().policies[1].policy.min_password_length, 9);
    }

    #[tokio::test]
    async fn a_policy_in_memory_is_changed_until_it_is_set() {
        let lab = Arc::new(Lab::new());
        let changed = |length: u8| {
            let change = format!("$x.MinPasswordLength = {length}; $x.AllowCommonPatterns = $True");
            format!("$x = New-CsPinPolicy site:Redmond -InMemory; {change}; Set-CsPinPolicy -Instance $x")
        };
        let ran = run(&lab, &changed(25)).await;
        assert!(ran.failed && ran.text.contains("MinPasswordLength"), "{}", ran.text);
        assert_eq!(lab.state().changes, Vec::<String>::new());
        assert!(!run(&lab, &changed(7)).await.failed);
        let policy = lab.state().policies[1].policy.clone();
        assert_eq!((policy.min_password_length, policy.allow_common_patterns), (7, true));
    }

    #[tokio::test]
    async fn what_a_policy_cannot_be_is_refused_and_nothing_is_changed() {
        let lab = Arc::new(Lab::new());
        for (script, said) in [
            ("Set-CsPinPolicy -MinPasswordLength 3", "MinPasswordLength"),
            ("Set-CsPinPolicy -MinPasswordLength 25", "MinPasswordLength"),
            ("Set-CsPinPolicy -PINLifetime 30", "A PINLifetime above 0 needs a PINHistoryCount above 0"),
            ("Set-CsPinPolicy -PINLifetime 1000 -PINHistoryCount 1", "PINLifetime"),
            ("Set-CsPinPolicy -MaximumLogonAttempts 0", "MaximumLogonAttempts"),
            (
                "Set-CsPinPolicy -Identity RedmondUsers -MinPasswordLength 9",
                "There is no PIN policy \"tag:RedmondUsers\".",
            ),
            ("Set-CsPinPolicy -Identity user:x", "names no policy"),
            ("New-CsPinPolicy -Identity global", "There is a PIN policy \"Global\" already."),
            ("Remove-CsPinPolicy -Identity x", "There is no PIN policy \"tag:x\"."),
            (
                "Grant-CsPinPolicy \"Ken Myer\" -PolicyName Nothing",
                "Policy \"Nothing\" is not a user policy. You can assign only a user policy to a specific user.",
            ),
            ("Grant-CsPinPolicy \"Ken Myer\" -PolicyName Global", "Policy \"Global\" is not a user policy."),
            ("Grant-CsPinPolicy \"Ken Myer\"", "PolicyName is needed"),
            ("Get-CsPinPolicy -Identity Global -Filter g*", "Parameter set cannot be resolved"),
        ] {
            let ran = run(&lab, script).await;
            // The text is wrapped at the width of the screen.
            let text = ran.text.replace('\n', " ").replace("  ", " ");
            assert!(ran.failed && text.contains(said), "{script}\n{}", ran.text);
            assert_eq!(lab.state().changes, Vec::<String>::new(), "{script}");
        }
    }

    #[tokio::test]
    async fn attempts_can_be_limited_and_left_to_lync_again() {
        let lab = Arc::new(Lab::new());
        assert!(
            !run(&lab, "Set-CsPinPolicy -MaximumLogonAttempts 7 -PINHistoryCount 3 -PINLifetime 30")
                .await
                .failed
        );
        assert_eq!(lab.state().policies[0].policy.maximum_logon_attempts, Some(7));
        assert!(!run(&lab, "Set-CsPinPolicy global -MaximumLogonAttempts $null").await.failed);
        assert_eq!(lab.state().policies[0].policy.maximum_logon_attempts, None);
        assert_eq!(lab.state().policies[0].policy.pin_lifetime_days, 30);
    }
}

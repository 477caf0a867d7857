//! Get-CsClientPinInfo, Set-CsClientPin, Lock-CsClientPin, Unlock-CsClientPin.

mod generate;

use super::cmdlet;
use crate::directory::Directory;
use crate::parameters::{FORCE, USER};
use crate::{CsUser, Deployment, NamedPinPolicy, refusal, targets};
use lync_model::{Pin, PinPolicy, SipUri};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Object, Parameter, Session, Value, View};

cmdlet!(GetCsClientPinInfo, GET, get);
cmdlet!(SetCsClientPin, SET, set);
cmdlet!(LockCsClientPin, LOCK, lock);
cmdlet!(UnlockCsClientPin, UNLOCK, unlock);

const GET: Definition = Definition {
    name: "Get-CsClientPinInfo",
    aliases: &[],
    synopsis: "Shows whether a user has a PIN, and whether it is locked or expires.",
    description: "Shows Identity, IsPinSet, IsLockedOut, LastPinChangeTime and PinExpirationTime. The PIN itself can be \
                  shown by nothing. PinExpirationTime is empty where PINLifetime is 0.",
    parameters: &[USER],
    examples: &[
        "Get-CsClientPinInfo -Identity \"sip:kenmyer@litwareinc.com\"",
        "Get-CsUser | Get-CsClientPinInfo | Where-Object {$_.IsLockedOut -eq $True}",
    ],
    should_process: true,
};

const SET: Definition = Definition {
    name: "Set-CsClientPin",
    aliases: &[],
    synopsis: "Gives a user a PIN.",
    description: "Sets the PIN, or makes one and shows it. It has to meet the user's PIN policy; PINHistoryCount is not \
                  looked at. The labels of the shown PIN, Identity and Pin, and the texts of refusals are inferred.",
    parameters: &[
        USER,
        Parameter {
            position: Some(1),
            secret: true,
            ..Parameter::new("Pin", Kind::String, "The digits; without it a PIN is made and shown.")
        },
        FORCE,
    ],
    examples: &[
        "Set-CsClientPin -Identity \"litwareinc\\kenmyer\"",
        "Set-CsClientPin -Identity \"litwareinc\\kenmyer\" -Pin 18723834",
    ],
    should_process: true,
};

const LOCK: Definition = Definition {
    name: "Lock-CsClientPin",
    aliases: &[],
    synopsis: "Locks a user's PIN.",
    description: "The user cannot sign in by PIN until Unlock-CsClientPin; passwords and certificates still work. Shows \
                  nothing.",
    parameters: &[USER, FORCE],
    examples: &["Lock-CsClientPin -Identity \"Ken Myer\""],
    should_process: true,
};

const UNLOCK: Definition = Definition {
    name: "Unlock-CsClientPin",
    aliases: &[],
    synopsis: "Unlocks a user's PIN.",
    description: "Takes away a lock of whatever kind, and counts wrong PINs from zero again. Shows nothing.",
    parameters: &[USER, FORCE],
    examples: &[
        "Unlock-CsClientPin -Identity \"Ken Myer\"",
        "Get-CsUser | Get-CsClientPinInfo | Where-Object {$_.IsLockedOut -eq $True} | Unlock-CsClientPin",
    ],
    should_process: true,
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let mut found = Vec::new();
    for user in targets::users(deployment, arguments).await? {
        if !session.should_process(user.as_str(), GET.name).await? {
            continue;
        }
        match deployment.pin_info(&user).await {
            Ok(info) => found.push(
                Object::new("Microsoft.Rtc.Management.UserPinService.PinInfoDetails")
                    .with("Identity", user.as_str())
                    .with("IsPinSet", info.is_pin_set)
                    .with("IsLockedOut", info.is_locked_out)
                    .with("LastPinChangeTime", info.last_pin_change_time)
                    .with("PinExpirationTime", info.pin_expiration_time)
                    .shown_as(View::List)
                    .with_text(user.as_str())
                    .into(),
            ),
            Err(error) => session.write_error(refusal::of_user(error, user.as_str())),
        }
    }
    Ok(found)
}

async fn set(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let users = targets::users(deployment, arguments).await?;
    let given = match arguments.text("Pin") {
        Some("") => return Err(refusal::invalid("The PIN is empty.")),
        given => given.map(Pin::new),
    };
    let mut shown = Vec::new();
    for user in users {
        if !session.should_process(user.as_str(), SET.name).await? {
            continue;
        }
        let made = match &given {
            Some(pin) => deployment
                .set_pin(&user, pin)
                .await
                .map(|()| None)
                .map_err(|e| refusal::of_user(e, user.as_str())),
            None => set_made(deployment, &user).await.map(Some),
        };
        match made {
            Ok(made) => shown.extend(made),
            Err(record) => session.write_error(record),
        }
    }
    Ok(shown)
}

/// Makes a PIN that the user's policy takes, sets and shows it.
async fn set_made(deployment: &dyn Deployment, user: &SipUri) -> Result<Value, ErrorRecord> {
    let directory = Directory::read(deployment).await?;
    let found = directory.user_at(user).ok_or_else(|| refusal::no_such_user(user.as_str()))?;
    let policies = deployment.pin_policies().await.map_err(refusal::of)?;
    let pin = generate::pin(&effective(found, policies), found.user.line_uri.as_ref())?;
    deployment.set_pin(user, &pin).await.map_err(|error| refusal::of_user(error, user.as_str()))?;
    Ok(Object::new("Microsoft.Rtc.Management.UserPinService.PinInfoDetails")
        .with("Identity", user.as_str())
        .with("Pin", pin.expose())
        .shown_as(View::List)
        .into())
}

/// The policy that binds the user: the granted one, else that of the site, else Global.
fn effective(user: &CsUser, policies: Vec<NamedPinPolicy>) -> PinPolicy {
    let rank = |policy: &NamedPinPolicy| {
        let granted = user.pin_policy.as_deref();
        if granted.is_some_and(|granted| granted.eq_ignore_ascii_case(&policy.identity)) {
            Some(0)
        } else if policy.identity.to_lowercase().starts_with("site:") {
            Some(1)
        } else {
            policy.identity.eq_ignore_ascii_case("global").then_some(2)
        }
    };
    policies
        .into_iter()
        .filter_map(|policy| Some((rank(&policy)?, policy)))
        .min_by_key(|(rank, _)| *rank)
        .map_or_else(PinPolicy::default, |(_, policy)| policy.policy)
}

async fn lock(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    for user in targets::users(deployment, arguments).await? {
        if session.should_process(user.as_str(), LOCK.name).await?
            && let Err(error) = deployment.lock_pin(&user).await
        {
            session.write_error(refusal::of_user(error, user.as_str()));
        }
    }
    Ok(Vec::new())
}

async fn unlock(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    for user in targets::users(deployment, arguments).await? {
        if session.should_process(user.as_str(), UNLOCK.name).await?
            && let Err(error) = deployment.unlock_pin(&user).await
        {
            session.write_error(refusal::of_user(error, user.as_str()));
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;
    use time::macros::datetime;

    fn ken() -> SipUri {
        "sip:kenmyer@litwareinc.com".parse().unwrap()
    }

    fn lab() -> Arc<Lab> {
        let lab = Lab::new();
        lab.state().pins.insert(ken(), ("0712".to_owned(), datetime!(2012-09-25 13:35:03 UTC)));
        lab.add_user("pilar", "Pilar Ackerman");
        Arc::new(lab)
    }

    #[tokio::test]
    async fn pin_info_looks_as_in_the_documentation() {
        let ran = run(&lab(), "Get-CsClientPinInfo -Identity \"sip:kenmyer@litwareinc.com\"").await;
        expect![[r#"


            Identity          : sip:kenmyer@litwareinc.com
            IsPinSet          : True
            IsLockedOut       : False
            LastPinChangeTime : 9/25/2012 1:35:03 PM
            PinExpirationTime :



        "#]]
        .assert_eq(&ran.text);
    }

    #[tokio::test]
    async fn all_locked_pins_are_unlocked_by_one_pipeline() {
        let lab = lab();
        let ran = run(
            &lab,
            "Lock-CsClientPin \"Ken Myer\"; Get-CsUser | Get-CsClientPinInfo | ft Identity, IsLockedOut",
        )
        .await;
        assert!(!ran.failed);
        expect![[r#"

            Identity                                                                                IsLockedOut
            --------                                                                                -----------
            sip:kenmyer@litwareinc.com                                                                     True
            sip:pilar@litwareinc.com                                                                      False


        "#]]
        .assert_eq(&ran.text);
        lab.state().changes.clear();
        let unlock =
            "Get-CsUser | Get-CsClientPinInfo | Where-Object {$_.IsLockedOut -eq $True} | Unlock-CsClientPin";
        let ran = run(&lab, unlock).await;
        assert_eq!((ran.failed, ran.text.as_str()), (false, ""));
        assert_eq!(lab.state().changes, ["unlock sip:kenmyer@litwareinc.com"]);
    }

    #[tokio::test]
    async fn a_pin_that_the_policy_refuses_is_not_set_and_not_shown() {
        let lab = lab();
        for pin in ["7391", "abcde", "739152839152839152839152839", "77722"] {
            let ran = run(&lab, &format!("Set-CsClientPin -Identity litwareinc\\kenmyer -Pin {pin}")).await;
            assert!(ran.failed, "{pin}");
            assert!(!ran.text.contains(pin), "{}", ran.text);
            assert_eq!(lab.state().pins[&ken()].0, "0712");
        }
        let ran = run(&lab, "Set-CsClientPin litwareinc\\kenmyer 7391").await;
        expect![[r#"
            Set-CsClientPin : The PIN is too short; it needs at least 5 digits.
            At line:1 char:1
            + Set-CsClientPin litwareinc\kenmyer ****
            + ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                + CategoryInfo          : InvalidArgument: (:) [Set-CsClientPin], ManagementException
                + FullyQualifiedErrorId : InvalidArgument

        "#]]
        .assert_eq(&ran.text);
    }

    #[tokio::test]
    async fn a_given_pin_is_set_in_silence() {
        let lab = lab();
        let ran = run(&lab, "Set-CsClientPin -Identity \"Ken Myer\" -Pin 18723834").await;
        assert_eq!((ran.failed, ran.text.as_str()), (false, ""));
        assert_eq!(lab.state().pins[&ken()].0, "18723834");
    }

    #[tokio::test]
    async fn a_made_pin_meets_the_granted_policy_and_is_the_one_that_is_shown() {
        let lab = lab();
        lab.state().policies.push(NamedPinPolicy {
            identity: "site:Redmond".to_owned(),
            description: None,
            policy: PinPolicy { min_password_length: 7, ..PinPolicy::default() },
        });
        lab.state().policies.push(NamedPinPolicy {
            identity: "tag:Long".to_owned(),
            description: None,
            policy: PinPolicy { min_password_length: 12, ..PinPolicy::default() },
        });
        lab.state().users[0].pin_policy = Some("tag:long".to_owned());
        let ran = run(&lab, "Get-CsUser | Set-CsClientPin | Format-Table -AutoSize").await;
        assert!(!ran.failed);
        let pins = lab.state().pins.values().map(|(pin, _)| pin.clone()).collect::<Vec<_>>();
        assert_eq!(pins.iter().map(String::len).collect::<Vec<_>>(), [12, 7]);
        let shown =
            pins.iter().fold(ran.text, |text, pin| text.replace(pin.as_str(), &"#".repeat(pin.len())));
        expect![[r#"

            Identity                   Pin
            --------                   ---
            sip:kenmyer@litwareinc.com ############
            sip:pilar@litwareinc.com   #######


        "#]]
        .assert_eq(&shown);
    }

    #[tokio::test]
    async fn a_wildcard_stands_for_several_and_a_shared_name_for_nobody() {
        let lab = lab();
        assert!(!run(&lab, "Lock-CsClientPin -Identity \"*a*\"").await.failed);
        assert_eq!(lab.state().changes, ["lock sip:pilar@litwareinc.com"]);
        lab.add_user("ken2", "Ken Myer");
        lab.state().changes.clear();
        let ran = run(&lab, "Lock-CsClientPin -Identity \"Ken Myer\"").await;
        assert!(ran.failed && ran.text.contains("2 users have the display name"), "{}", ran.text);
        assert_eq!(lab.state().changes, Vec::<String>::new());
        assert!(!run(&lab, "Lock-CsClientPin -Identity \"Ken*\"").await.failed);
        assert_eq!(lab.state().changes, ["lock sip:kenmyer@litwareinc.com", "lock sip:ken2@litwareinc.com"]);
    }

    #[tokio::test]
    async fn nobody_is_told_in_lyncs_words_and_the_others_are_still_tried() {
        let lab = lab();
        let ran = run(&lab, "\"nobody\", \"Ken Myer\" | Lock-CsClientPin").await;
        assert!(ran.failed);
        expect![[r#"
            Lock-CsClientPin : Management object not found for identity "nobody".
            At line:1 char:24
            + "nobody", "Ken Myer" | Lock-CsClientPin
            +                        ~~~~~~~~~~~~~~~~
                + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Lock-CsClientPin], ManagementException
                + FullyQualifiedErrorId : ManagementObjectNotFound

        "#]].assert_eq(&ran.text);
        assert_eq!(lab.state().changes, ["lock sip:kenmyer@litwareinc.com"]);
    }

    #[tokio::test]
    async fn a_named_identity_counts_more_than_the_object_in_the_pipeline() {
        let lab = lab();
        run(&lab, "Get-CsUser \"Ken Myer\" | Lock-CsClientPin -Identity \"Pilar Ackerman\"").await;
        assert!(!lab.state().locked.contains(&ken()));
    }

    #[tokio::test]
    async fn a_user_who_went_meanwhile_is_told_in_lyncs_words() {
        let lab = lab();
        let script =
            "$ken = Get-CsUser \"Ken Myer\"; Disable-CsUser \"Ken Myer\"; $ken | Get-CsClientPinInfo";
        let ran = run(&lab, script).await;
        let said = "Management object not found for identity \"sip:kenmyer@litwareinc.com\".";
        assert!(ran.failed && ran.text.contains(said), "{}", ran.text);
    }
}

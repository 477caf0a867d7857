//! Set-CsUser.

use super::cmdlet;
use super::disable_user::pass_thru;
use super::enable_user::{check_domain, has_scheme};
use crate::directory::Directory;
use crate::parameters::{DOMAIN_CONTROLLER, PASS_THRU, USER, taken};
use crate::{CsUserChange, Deployment, refusal, settings, targets};
use lync_model::{LineUri, SipUri};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Parameter, Session, Value};

cmdlet!(SetCsUser, DEFINITION, run);

const DEFINITION: Definition = Definition {
    name: "Set-CsUser",
    aliases: &[],
    synopsis: "Changes a user of Lync Server.",
    description: "Changes address, line, Enterprise Voice, and whether the user may sign in. A line URI belongs to one \
                  user; one number with another extension is another line URI (documented), the text of the refusal is \
                  our own.",
    parameters: &[
        USER,
        Parameter::new(
            "SipAddress",
            Kind::String,
            "The new address, with sip:. Phones have to sign in anew.",
        ),
        Parameter::new("LineURI", Kind::String, "tel:+12065551219;ext=1219; $Null or \"\" takes it away."),
        Parameter::new(
            "EnterpriseVoiceEnabled",
            Kind::Bool,
            "Enterprise Voice, which signing in by PIN needs.",
        ),
        Parameter {
            aliases: &["CsEnabled"],
            ..Parameter::new("Enabled", Kind::Bool, "Whether the user may sign in; everything else is kept.")
        },
        PASS_THRU,
        taken("AudioVideoDisabled", Kind::Bool),
        taken("RemoteCallControlTelephonyEnabled", Kind::Bool),
        taken("LineServerURI", Kind::String),
        taken("PrivateLine", Kind::String),
        taken("HostedVoiceMail", Kind::Bool),
        taken("ExchangeArchivingPolicy", Kind::String),
        taken("AcpInfo", Kind::Object),
        DOMAIN_CONTROLLER,
    ],
    examples: &[
        "Set-CsUser -Identity \"Ken Myer\" -LineURI \"tel:+12065551219;ext=1219\" -EnterpriseVoiceEnabled $True",
        "Set-CsUser -Identity \"sip:kenmyer@litwareinc.com\" -Enabled $False",
    ],
    should_process: true,
};

async fn run(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let change = read_change(arguments)?;
    let users = targets::users(deployment, arguments).await?;
    check(deployment, &change, &users).await?;
    for name in settings::idle(&DEFINITION, arguments) {
        session.warning(&format!("{name} is taken and not kept; it changes nothing here."));
    }
    let mut passed = Vec::new();
    for user in users {
        if !session.should_process(user.as_str(), DEFINITION.name).await? {
            continue;
        }
        match deployment.change_user(&user, &change).await {
            Ok(()) => {
                let now = change.sip_uri.as_ref().unwrap_or(&user);
                passed.extend(pass_thru(deployment, arguments, now).await?);
            }
            Err(error) => session.write_error(refusal::of_user(error, user.as_str())),
        }
    }
    Ok(passed)
}

fn read_change(arguments: &Arguments) -> Result<CsUserChange, ErrorRecord> {
    let sip_uri = match arguments.text("SipAddress") {
        None => None,
        Some(address) if !has_scheme(address) => {
            return Err(refusal::invalid(format!("The SIP address \"{address}\" does not begin with sip:.")));
        }
        Some(address) => Some(
            address
                .parse::<SipUri>()
                .map_err(|error| refusal::invalid(refusal::sentence(&error.to_string())))?,
        ),
    };
    let line_uri = match arguments.get("LineURI") {
        None => None,
        Some(Value::String(line)) if !line.trim().is_empty() => Some(Some(
            line.parse::<LineUri>()
                .map_err(|error| refusal::invalid(refusal::sentence(&error.to_string())))?,
        )),
        Some(_) => Some(None),
    };
    Ok(CsUserChange {
        sip_uri,
        line_uri,
        enabled: arguments.flag("Enabled"),
        enterprise_voice: arguments.flag("EnterpriseVoiceEnabled"),
    })
}

/// An address and a line belong to one user.
async fn check(
    deployment: &dyn Deployment,
    change: &CsUserChange,
    users: &[SipUri],
) -> Result<(), ErrorRecord> {
    let line = change.line_uri.as_ref().and_then(Option::as_ref);
    if users.is_empty() || (change.sip_uri.is_none() && line.is_none()) {
        return Ok(());
    }
    if users.len() > 1 {
        return Err(refusal::invalid("SipAddress and LineURI are for one user."));
    }
    let directory = Directory::read(deployment).await?;
    let mut others = directory.users().iter().filter(|other| !users.contains(&other.user.sip_uri));
    if let Some(address) = &change.sip_uri {
        check_domain(&directory, address)?;
        if others.clone().any(|other| other.user.sip_uri == *address) {
            return Err(refusal::conflict(format!("The SIP address \"{address}\" is taken.")));
        }
    }
    match others.find(|other| line.is_some() && other.user.line_uri.as_ref() == line) {
        Some(other) => Err(refusal::conflict(format!(
            "The line URI \"{}\" is that of {}.",
            line.map(ToString::to_string).unwrap_or_default(),
            other.user.sip_uri
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use std::sync::Arc;

    #[tokio::test]
    async fn line_voice_and_sign_in_are_changed() {
        let lab = Arc::new(Lab::new());
        lab.add_user("pilar", "Pilar Ackerman");
        let script = "Set-CsUser -Identity \"Pilar Ackerman\" -LineURI \"tel:+12065551219;ext=51219\" \
                      -EnterpriseVoiceEnabled $True -Enabled $False";
        assert!(!run(&lab, script).await.failed);
        {
            let state = lab.state();
            let user = &state.users[1].user;
            assert_eq!(user.line_uri.as_ref().unwrap().to_string(), "tel:+12065551219;ext=51219");
            assert!(user.enterprise_voice && !user.enabled);
        }
        assert!(!run(&lab, "Set-CsUser pilar@litwareinc.com -LineURI $Null -CsEnabled $True").await.failed);
        assert_eq!(lab.state().users[1].user.line_uri, None);
        assert!(!run(&lab, "Get-CsUser | Set-CsUser -EnterpriseVoiceEnabled $False").await.failed);
        assert!(lab.state().users.iter().all(|user| !user.user.enterprise_voice && user.user.enabled));
    }

    #[tokio::test]
    async fn a_new_address_is_that_of_the_user_who_is_passed_on() {
        let lab = Arc::new(Lab::new());
        let ran =
            run(&lab, "(Set-CsUser \"Ken Myer\" -SipAddress sip:ken@litwareinc.com -PassThru).SipAddress")
                .await;
        assert_eq!(ran.text.trim(), "sip:ken@litwareinc.com");
    }

    #[tokio::test]
    async fn what_does_nothing_is_warned_of() {
        let lab = Arc::new(Lab::new());
        let ran = run(&lab, "Set-CsUser \"Ken Myer\" -HostedVoiceMail $True -DomainController dc").await;
        assert!(!ran.failed);
        assert_eq!(
            ran.text.trim(),
            "WARNING: HostedVoiceMail is taken and not kept; it changes nothing here."
        );
    }

    #[tokio::test]
    async fn what_a_user_cannot_have_is_refused_and_nothing_is_changed() {
        let lab = Arc::new(Lab::new());
        lab.add_user("pilar", "Pilar Ackerman");
        for (options, said) in [
            ("\"Pilar Ackerman\" -LineURI +12065551219", "is no line URI"),
            (
                "\"Pilar Ackerman\" -LineURI \"tel:+12065551219;ext=1219\"",
                "is that of sip:kenmyer@litwareinc.com",
            ),
            ("\"Pilar Ackerman\" -SipAddress pilar2@litwareinc.com", "does not begin with sip:"),
            ("\"Pilar Ackerman\" -SipAddress sip:kenmyer@litwareinc.com", "is taken"),
            ("\"Pilar Ackerman\" -SipAddress sip:pilar@example.com", "is no SIP domain of this deployment"),
            ("\"*a*\" -SipAddress \"sip:\"", "is no SIP address"),
            ("\"*e*\" -LineURI tel:+1", "are for one user"),
            ("\"Not Enabled\" -Enabled $True", "Management object not found for identity"),
            ("\"Ken Myer\" -Enabled maybe", "Enabled"),
        ] {
            let ran = run(&lab, &format!("Set-CsUser {options}")).await;
            assert!(ran.failed && ran.text.replace('\n', " ").contains(said), "{options}\n{}", ran.text);
            assert_eq!(lab.state().changes, Vec::<String>::new(), "{options}");
        }
    }

    #[tokio::test]
    async fn a_disabled_user_is_gone_and_the_account_stays() {
        let lab = Arc::new(Lab::new());
        let ran =
            run(&lab, "Disable-CsUser \"Ken Myer\" -PassThru | Select-Object -ExpandProperty SipAddress")
                .await;
        assert_eq!(ran.text.trim(), "sip:kenmyer@litwareinc.com");
        assert!(lab.state().users.is_empty());
        let ran = run(&lab, "Get-CsAdUser | Measure-Object | Select-Object -ExpandProperty Count").await;
        assert_eq!(ran.text.trim(), "2");
        assert!(run(&lab, "Get-CsUser \"Ken Myer\"").await.failed);
    }
}

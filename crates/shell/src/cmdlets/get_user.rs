//! Get-CsUser.

use super::{ad_user, cmdlet};
use crate::directory::Directory;
use crate::parameters::{ANY_USER, CREDENTIAL, DOMAIN_CONTROLLER};
use crate::{CsUser, Deployment, refusal};
use lync_powershell::{
    Arguments, Definition, ErrorRecord, Filter, Kind, Object, Parameter, Session, Value, View,
};

cmdlet!(GetCsUser, DEFINITION, run);

/// By name of the container; shared with Get-CsAdUser.
pub(super) const OU: Parameter =
    Parameter::new("OU", Kind::String, "Those in this container: \"CN=Users,DC=litwareinc,DC=com\".");
/// How many; shared with Get-CsAdUser.
pub(super) const RESULT_SIZE: Parameter =
    Parameter::new("ResultSize", Kind::String, "At most so many, 0 to 2147483647, or Unlimited (default).");
/// By a condition; shared with Get-CsAdUser.
pub(super) const CONDITION: Parameter = Parameter::new(
    "Filter",
    Kind::String,
    "A condition on properties, as for Where-Object: {EnterpriseVoiceEnabled -eq $True}. A variable that was set stands \
     for its value: {SipAddress -ne $x.SipAddress}.",
);

/// By attributes of Active Directory, which are not here; shared with Get-CsAdUser.
pub(super) const LDAP_FILTER: Parameter = Parameter::new(
    "LdapFilter",
    Kind::String,
    "A condition on attributes of Active Directory. Refused, as there is no LDAP here: -Filter takes conditions on what \
     is shown.",
);

const DEFINITION: Definition = Definition {
    name: "Get-CsUser",
    aliases: &[],
    synopsis: "Shows the users who are enabled for Lync Server.",
    description: "Shows each user who is enabled for Lync Server, with address, line and policies. Accounts that are \
                  not enabled are shown by Get-CsAdUser. The order of the properties is inferred; of policies only \
                  PinPolicy can have a value here.",
    parameters: &[
        ANY_USER,
        CONDITION,
        LDAP_FILTER,
        OU,
        RESULT_SIZE,
        Parameter::new("OnLyncServer", Kind::Switch, "Those homed on Lync Server: everybody here."),
        Parameter::new(
            "OnOfficeCommunicationServer",
            Kind::Switch,
            "Those homed on Office Communications Server: nobody here.",
        ),
        Parameter::new("UnassignedUser", Kind::Switch, "Those without a Registrar pool: nobody here."),
        CREDENTIAL,
        DOMAIN_CONTROLLER,
    ],
    examples: &[
        "Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\" | Select-Object SipAddress, LineURI",
        "Get-CsUser -Filter {LineURI -eq \"tel:+12065551219;ext=1219\"}",
        "Get-CsUser | Format-Table DisplayName, SipAddress, EnterpriseVoiceEnabled",
    ],
    should_process: false,
};

async fn run(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let filter = condition(arguments, session)?;
    let most = result_size(arguments)?;
    let directory = Directory::read(deployment).await?;
    let users: Vec<_> = match arguments.get("Identity") {
        None => directory.users().iter().collect(),
        Some(Value::String(identity)) => directory.find_users(identity)?,
        Some(_) => return Err(refusal::no_such_user("")),
    };
    let nobody = arguments.is_on("UnassignedUser") || arguments.is_on("OnOfficeCommunicationServer");
    let mut found = Vec::new();
    for user in users.into_iter().filter(|_| !nobody) {
        let shown = object(user, &directory);
        let account = ad_user::object(&user.account, &directory);
        let is_asked_for = match &filter {
            Some(filter) => is_asked_for(filter, &[&shown, &account])?,
            None => true,
        };
        if is_asked_for && arguments.text("OU").is_none_or(|container| directory.is_in(container)) {
            found.push(shown.into());
        }
    }
    found.truncate(most);
    Ok(found)
}

/// `-Filter`.
///
/// # Errors
/// It cannot be read; or it is `-LdapFilter` that is given, which nothing here can answer.
pub(super) fn condition(arguments: &Arguments, session: &Session<'_>) -> Result<Option<Filter>, ErrorRecord> {
    if arguments.get("LdapFilter").is_some() {
        return Err(refusal::not_here("There is no LDAP here, so LdapFilter is not taken. Use Filter."));
    }
    arguments.text("Filter").map(|text| session.filter(text)).transpose()
}

/// Whether the condition holds; the first of the objects that has a property counts.
///
/// # Errors
/// None of them has a property that the condition names. The text is our own.
pub(super) fn is_asked_for(filter: &Filter, objects: &[&Object]) -> Result<bool, ErrorRecord> {
    let mut all = Object::new("properties");
    for name in filter.properties() {
        let Some(value) = objects.iter().find_map(|object| object.get(name)) else {
            return Err(refusal::invalid(format!("The filter names \"{name}\", which is no property here.")));
        };
        all = all.with(name.to_owned(), value.clone());
    }
    Ok(filter.matches(&all))
}

/// `-ResultSize`.
///
/// # Errors
/// It is no number in its range.
pub(super) fn result_size(arguments: &Arguments) -> Result<usize, ErrorRecord> {
    match arguments.text("ResultSize") {
        None => Ok(usize::MAX),
        Some(text) if text.eq_ignore_ascii_case("unlimited") => Ok(usize::MAX),
        Some(text) => text.parse::<usize>().ok().filter(|size| *size <= 2_147_483_647).ok_or_else(|| {
            refusal::invalid(format!("ResultSize is \"{text}\"; it is 0 to 2147483647, or Unlimited."))
        }),
    }
}

/// The user as the cmdlet shows one.
pub(super) fn object(user: &CsUser, directory: &Directory) -> Object {
    const POLICIES_BEFORE: [&str; 10] = [
        "VoicePolicy",
        "VoiceRoutingPolicy",
        "ConferencingPolicy",
        "PresencePolicy",
        "DialPlan",
        "LocationPolicy",
        "ClientPolicy",
        "ClientVersionPolicy",
        "ArchivingPolicy",
        "ExchangeArchivingPolicy",
    ];
    const POLICIES_AFTER: [&str; 6] = [
        "ExternalAccessPolicy",
        "MobilityPolicy",
        "PersistentChatPolicy",
        "UserServicesPolicy",
        "HostedVoiceMail",
        "HostedVoicemailPolicy",
    ];
    let topology = directory.topology();
    let name = directory.distinguished_name(&user.account);
    let without = |object: Object, names: &[&'static str]| {
        names.iter().fold(object, |object, name| object.with(*name, Value::Null))
    };
    let start = Object::new("Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser")
        .with("Identity", name.clone())
        .shown_as(View::List)
        .with_text(name);
    let policy = user.pin_policy.as_deref().map(|policy| policy.strip_prefix("tag:").unwrap_or(policy));
    without(without(start, &POLICIES_BEFORE).with("PinPolicy", policy), &POLICIES_AFTER)
        .with("HostingProvider", "SRV:")
        .with("RegistrarPool", topology.fqdn.as_str())
        .with("Enabled", user.user.enabled)
        .with("SipAddress", user.user.sip_uri.as_str())
        .with("LineURI", user.user.line_uri.as_ref().map(ToString::to_string))
        .with("EnterpriseVoiceEnabled", user.user.enterprise_voice)
        .with("DisplayName", user.user.display_name.as_str())
        .with("SamAccountName", user.account.sam_account_name.as_str())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    async fn shown(script: &str) -> String {
        let lab = Lab::new();
        lab.add_user("pilar", "Pilar Ackerman");
        let ran = run(&Arc::new(lab), script).await;
        assert!(!ran.failed, "{script}\n{}", ran.text);
        ran.text
    }

    #[tokio::test]
    async fn a_condition_of_ldap_is_refused_in_words_of_our_own() {
        let lab = Arc::new(Lab::new());
        for cmdlet in ["Get-CsUser", "Get-CsAdUser"] {
            let ran = run(&lab, &format!("{cmdlet} -LdapFilter \"Department=Finance\"")).await;
            assert!(ran.failed && ran.text.contains("There is no LDAP here"), "{}", ran.text);
        }
    }

    #[tokio::test]
    async fn help_says_that_a_user_comes_by_name_and_whole() {
        let text = shown("Get-Help Get-CsUser -Parameter Identity").await;
        assert!(text.contains("true (ByPropertyName, ByValue)"), "{text}");
    }

    #[tokio::test]
    async fn a_user_is_shown_with_everything() {
        let text = shown("Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\"").await;
        expect![[r#"


            Identity                : CN=Ken Myer,CN=Users,DC=litwareinc,DC=com
            VoicePolicy             :
            VoiceRoutingPolicy      :
            ConferencingPolicy      :
            PresencePolicy          :
            DialPlan                :
            LocationPolicy          :
            ClientPolicy            :
            ClientVersionPolicy     :
            ArchivingPolicy         :
            ExchangeArchivingPolicy :
            PinPolicy               :
            ExternalAccessPolicy    :
            MobilityPolicy          :
            PersistentChatPolicy    :
            UserServicesPolicy      :
            HostedVoiceMail         :
            HostedVoicemailPolicy   :
            HostingProvider         : SRV:
            RegistrarPool           : atl-cs-001.litwareinc.com
            Enabled                 : True
            SipAddress              : sip:kenmyer@litwareinc.com
            LineURI                 : tel:+12065551219;ext=1219
            EnterpriseVoiceEnabled  : True
            DisplayName             : Ken Myer
            SamAccountName          : kenmyer



        "#]]
        .assert_eq(&text);
    }

    #[tokio::test]
    async fn the_article_looks_at_address_and_line() {
        let text =
            shown("Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\" | Select-Object SipAddress, LineURI")
                .await;
        expect![[r#"

            SipAddress                                        LineURI
            ----------                                        -------
            sip:kenmyer@litwareinc.com                        tel:+12065551219;ext=1219


        "#]]
        .assert_eq(&text);
    }

    #[tokio::test]
    async fn conditions_containers_and_sizes_pick_users() {
        for (options, expected) in [
            ("", "kenmyer pilar"),
            ("-Filter {LineURI -eq \"tel:+12065551219;ext=1219\"}", "kenmyer"),
            ("-Filter {LineUri -eq $Null}", "pilar"),
            ("-Filter {EnterpriseVoiceEnabled -eq $True -or DisplayName -like '*man'}", "kenmyer pilar"),
            ("-Filter {UserPrincipalName -like '*corp*'}", "kenmyer"),
            ("-Filter 'SamAccountName -eq \"PILAR\"'", "pilar"),
            ("-OU \"cn=Users,dc=litwareinc,dc=com\"", "kenmyer pilar"),
            ("-OU \"ou=Finance,dc=litwareinc,dc=com\"", ""),
            ("-ResultSize 1", "kenmyer"),
            ("-ResultSize 0", ""),
            ("-ResultSize Unlimited", "kenmyer pilar"),
            ("-OnLyncServer", "kenmyer pilar"),
            ("-UnassignedUser", ""),
            ("-OnOfficeCommunicationServer", ""),
            ("-Identity \"*Ack*\"", "pilar"),
            ("\"*nobody*\"", ""),
        ] {
            let text =
                shown(&format!("Get-CsUser {options} | Select-Object -ExpandProperty SamAccountName")).await;
            assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{options}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_asked_for_is_said() {
        let lab = Arc::new(Lab::new());
        let ran = run(&lab, "Get-CsUser nobody; Get-CsUser -Filter {Nothing -eq 1}; Get-CsUser -Filter {Nothing}; Get-CsUser -ResultSize many").await;
        assert!(ran.failed);
        expect![[r#"
            Get-CsUser : Management object not found for identity "nobody".
            At line:1 char:1
            + Get-CsUser nobody; Get-CsUser -Filter {Nothing -eq 1}; Get-CsUser -Fi ...
            + ~~~~~~~~~~~~~~~~~
                + CategoryInfo          : ObjectNotFound: (nobody:UserIdParameter) [Get-CsUser], ManagementException
                + FullyQualifiedErrorId : ManagementObjectNotFound

            Get-CsUser : The filter names "Nothing", which is no property here.
            At line:1 char:20
            + Get-CsUser nobody; Get-CsUser -Filter {Nothing -eq 1}; Get-CsUser -Fi ...
            +                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ManagementException
                + FullyQualifiedErrorId : InvalidArgument

            Get-CsUser : Cannot read the filter: at character 8, a comparison such as -eq was expected.
            At line:1 char:56
            + ... -CsUser -Filter {Nothing -eq 1}; Get-CsUser -Filter {Nothing}; Get-Cs ...
            +                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], Exception
                + FullyQualifiedErrorId : InvalidFilter

            Get-CsUser : ResultSize is "many"; it is 0 to 2147483647, or Unlimited.
            At line:1 char:86
            + ... ing -eq 1}; Get-CsUser -Filter {Nothing}; Get-CsUser -ResultSize many
            +                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~
                + CategoryInfo          : InvalidArgument: (:) [Get-CsUser], ManagementException
                + FullyQualifiedErrorId : InvalidArgument

        "#]].assert_eq(&ran.text);
    }
}

//! Enable-CsUser.

use super::cmdlet;
use super::disable_user::pass_thru;
use crate::directory::Directory;
use crate::parameters::{DOMAIN_CONTROLLER, PASS_THRU, USER, taken};
use crate::{Deployment, refusal, targets};
use lync_model::{Account, SipUri, User};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Parameter, Session, Value};

cmdlet!(EnableCsUser, DEFINITION, run);

const DEFINITION: Definition = Definition {
    name: "Enable-CsUser",
    aliases: &[],
    synopsis: "Makes an account a user of Lync Server.",
    description: "Gives the account a SIP address in this pool. The user has no line and no PIN yet; Set-CsUser and \
                  Set-CsClientPin give them. Accounts are shown by Get-CsAdUser.",
    parameters: &[
        USER,
        Parameter::new("RegistrarPool", Kind::String, "FQDN of this pool; needed."),
        Parameter::new(
            "SipAddress",
            Kind::String,
            "The address: sip:kenmyer@litwareinc.com. For one account only.",
        ),
        Parameter::new(
            "SipAddressType",
            Kind::Enum(&["FirstLastName", "EmailAddress", "UserPrincipalName", "SamAccountName"]),
            "Makes the address of the account's names. FirstLastName takes the first and the last word of the display \
             name here; accounts have no e-mail address here.",
        ),
        Parameter::new(
            "SipDomain",
            Kind::String,
            "The address's domain; needed for FirstLastName and SamAccountName.",
        ),
        PASS_THRU,
        Parameter { aliases: &["HostingProvider"], ..taken("HostingProviderProxyFqdn", Kind::String) },
        taken("ProxyPool", Kind::String),
        DOMAIN_CONTROLLER,
    ],
    examples: &[
        "Enable-CsUser -Identity \"Pilar Ackerman\" -RegistrarPool \"atl-cs-001.litwareinc.com\" -SipAddress \
         \"sip:pilar@litwareinc.com\"",
        "Get-CsAdUser -Filter {Enabled -ne $True} | Enable-CsUser -RegistrarPool \"atl-cs-001.litwareinc.com\" \
         -SipAddressType SamAccountName -SipDomain litwareinc.com",
    ],
    should_process: true,
};

async fn run(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let directory = Directory::read(deployment).await?;
    check_pool(&directory, arguments)?;
    let accounts = targets::accounts(&directory, arguments)?;
    if accounts.len() > 1 && arguments.text("SipAddress").is_some() {
        return Err(refusal::invalid(
            "SipAddress is for one account; use SipAddressType to enable several at once.",
        ));
    }
    let mut passed = Vec::new();
    for account in accounts {
        match enable(deployment, &directory, account, arguments, session).await {
            Ok(value) => passed.extend(value),
            Err(record) => session.write_error(record),
        }
    }
    Ok(passed)
}

async fn enable(
    deployment: &dyn Deployment,
    directory: &Directory,
    account: &Account,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Option<Value>, ErrorRecord> {
    if let Some(address) = &account.sip_uri {
        let name = &account.display_name;
        return Err(refusal::conflict(format!("{name} is enabled for Lync Server already, as {address}.")));
    }
    let sip_uri = address(directory, account, arguments)?;
    if directory.user_at(&sip_uri).is_some() {
        return Err(refusal::conflict(format!("The SIP address \"{sip_uri}\" is taken.")));
    }
    if !session.should_process(&directory.distinguished_name(account), DEFINITION.name).await? {
        return Ok(None);
    }
    let user = User {
        sip_uri,
        display_name: account.display_name.clone(),
        line_uri: None,
        enabled: true,
        enterprise_voice: false,
        pin_set_at: None,
    };
    deployment.enable_user(&account.sam_account_name, &user).await.map_err(refusal::of)?;
    pass_thru(deployment, arguments, &user.sip_uri).await
}

fn check_pool(directory: &Directory, arguments: &Arguments) -> Result<(), ErrorRecord> {
    let own = &directory.topology().fqdn;
    match arguments.text("RegistrarPool") {
        Some(pool) if pool.eq_ignore_ascii_case(own) => Ok(()),
        Some(pool) => Err(refusal::no_such_thing(format!(
            "There is no Registrar pool \"{pool}\"; this one is \"{own}\"."
        ))),
        None => Err(refusal::invalid(format!("RegistrarPool is needed; this pool is \"{own}\"."))),
    }
}

fn address(directory: &Directory, account: &Account, arguments: &Arguments) -> Result<SipUri, ErrorRecord> {
    let text = match (arguments.text("SipAddress"), arguments.text("SipAddressType")) {
        (Some(_), Some(_)) => return Err(refusal::ambiguous_parameter_set()),
        (Some(address), None) if has_scheme(address) => address.to_owned(),
        (Some(address), None) => {
            return Err(refusal::invalid(format!("The SIP address \"{address}\" does not begin with sip:.")));
        }
        (None, Some(kind)) => made_address(directory, account, kind, arguments.text("SipDomain"))?,
        (None, None) => return Err(refusal::invalid("SipAddress or SipAddressType is needed.")),
    };
    let address =
        text.parse::<SipUri>().map_err(|error| refusal::invalid(refusal::sentence(&error.to_string())))?;
    check_domain(directory, &address)?;
    Ok(address)
}

/// Whether an address begins with `sip:`, as it has to (documented).
pub(super) fn has_scheme(address: &str) -> bool {
    address.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"))
}

/// The one SIP domain of this pool.
///
/// # Errors
/// It is another.
pub(super) fn check_domain(directory: &Directory, address: &SipUri) -> Result<(), ErrorRecord> {
    let own = &directory.topology().sip_domain;
    if address.domain().eq_ignore_ascii_case(own) {
        return Ok(());
    }
    Err(refusal::invalid(format!(
        "\"{}\" is no SIP domain of this deployment; \"{own}\" is.",
        address.domain()
    )))
}

fn made_address(
    directory: &Directory,
    account: &Account,
    kind: &str,
    domain: Option<&str>,
) -> Result<String, ErrorRecord> {
    let name = match kind {
        "UserPrincipalName" => return Ok(account.user_principal_name.clone()),
        "EmailAddress" => {
            return Err(refusal::invalid(
                "Accounts have no e-mail address here; use another SipAddressType.",
            ));
        }
        "FirstLastName" => {
            let mut words = account.display_name.split_whitespace();
            match (words.next(), words.next_back()) {
                (Some(first), Some(last)) => format!("{first}.{last}"),
                _ => {
                    return Err(refusal::invalid(format!(
                        "\"{}\" has no first and last name.",
                        account.display_name
                    )));
                }
            }
        }
        _ => account.sam_account_name.clone(),
    };
    let domain = domain.ok_or_else(|| {
        refusal::invalid(format!(
            "{kind} needs SipDomain; here it is \"{}\".",
            directory.topology().sip_domain
        ))
    })?;
    Ok(format!("{name}@{domain}"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use std::sync::Arc;

    const POOL: &str = "-RegistrarPool atl-cs-001.litwareinc.com";

    #[tokio::test]
    async fn the_address_is_given_or_made_of_the_accounts_names() {
        for (options, expected) in [
            ("-SipAddress sip:new@litwareinc.com", "sip:new@litwareinc.com"),
            ("-SipAddressType SamAccountName -SipDomain litwareinc.com", "sip:not-enabled@litwareinc.com"),
            ("-SipAddressType userprincipalname", "sip:not-enabled@litwareinc.com"),
            ("-SipAddressType FirstLastName -SipDomain litwareinc.com", "sip:not.enabled@litwareinc.com"),
        ] {
            let lab = Arc::new(Lab::new());
            let ran = run(&lab, &format!("Enable-CsUser -Identity \"Not Enabled\" {POOL} {options}")).await;
            assert_eq!((ran.failed, ran.text.as_str()), (false, ""), "{options}");
            assert_eq!(lab.state().changes, [format!("enable not-enabled {expected}")]);
        }
    }

    #[tokio::test]
    async fn everybody_who_is_not_enabled_is_enabled_by_one_pipeline() {
        let lab = Arc::new(Lab::new());
        let script = format!(
            "Get-CsAdUser -Filter {{Enabled -ne $True}} | Enable-CsUser {POOL} -SipAddressType SamAccountName \
             -SipDomain litwareinc.com -PassThru | Select-Object -ExpandProperty SipAddress"
        );
        let ran = run(&lab, &script).await;
        assert_eq!(ran.text.trim(), "sip:not-enabled@litwareinc.com");
        assert_eq!(lab.state().users.len(), 2);
    }

    #[tokio::test]
    async fn what_cannot_be_enabled_is_refused_and_nothing_is_changed() {
        let lab = Arc::new(Lab::new());
        for (script, said) in [
            (
                "\"Ken Myer\" {POOL} -SipAddress sip:x@litwareinc.com".to_owned(),
                "is enabled for Lync Server already",
            ),
            ("\"Not Enabled\" -SipAddress sip:x@litwareinc.com".to_owned(), "RegistrarPool is needed"),
            (
                "\"Not Enabled\" -RegistrarPool other -SipAddress sip:x@litwareinc.com".to_owned(),
                "no Registrar pool",
            ),
            ("\"Not Enabled\" {POOL}".to_owned(), "SipAddress or SipAddressType is needed"),
            ("\"Not Enabled\" {POOL} -SipAddress x@litwareinc.com".to_owned(), "does not begin with sip:"),
            (
                "\"Not Enabled\" {POOL} -SipAddress sip:x@example.com".to_owned(),
                "is no SIP domain of this deployment",
            ),
            ("\"Not Enabled\" {POOL} -SipAddress sip:kenmyer@litwareinc.com".to_owned(), "is taken"),
            ("\"Not Enabled\" {POOL} -SipAddressType SamAccountName".to_owned(), "needs SipDomain"),
            ("\"Not Enabled\" {POOL} -SipAddressType EmailAddress".to_owned(), "no e-mail address"),
            ("\"*e*\" {POOL} -SipAddress sip:x@litwareinc.com".to_owned(), "SipAddress is for one account"),
            ("nobody {POOL} -SipAddress sip:x@litwareinc.com".to_owned(), "Management object not found"),
        ] {
            let ran = run(&lab, &format!("Enable-CsUser {}", script.replace("{POOL}", POOL))).await;
            assert!(ran.failed && ran.text.replace('\n', " ").contains(said), "{script}\n{}", ran.text);
            assert_eq!(lab.state().changes, Vec::<String>::new(), "{script}");
        }
    }
}

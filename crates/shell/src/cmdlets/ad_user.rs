//! Get-CsAdUser.

use super::cmdlet;
use super::get_user::{CONDITION, LDAP_FILTER, OU, RESULT_SIZE, condition, is_asked_for, result_size};
use crate::directory::Directory;
use crate::parameters::{ANY_USER, CREDENTIAL, DOMAIN_CONTROLLER};
use crate::{Deployment, refusal};
use lync_model::{Account, AccountState};
use lync_powershell::{Arguments, Definition, ErrorRecord, Object, Session, Value, View};

cmdlet!(GetCsAdUser, DEFINITION, run);

const DEFINITION: Definition = Definition {
    name: "Get-CsAdUser",
    aliases: &[],
    synopsis: "Shows the accounts of the domain, enabled for Lync Server or not.",
    description: "Shows each account. Enabled says whether it is enabled for Lync Server, and is empty where it never \
                  was. UserAccountControl has the names of Active Directory's flags; which properties there are and \
                  their order are inferred.",
    parameters: &[ANY_USER, CONDITION, LDAP_FILTER, OU, RESULT_SIZE, CREDENTIAL, DOMAIN_CONTROLLER],
    examples: &[
        "Get-CsAdUser -Filter {Enabled -ne $True} | Select-Object DisplayName",
        "Get-CsAdUser -Identity \"Pilar Ackerman\"",
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
    let accounts: Vec<_> = match arguments.get("Identity") {
        None => directory.accounts().iter().collect(),
        Some(Value::String(identity)) => directory.find_accounts(identity)?,
        Some(_) => return Err(refusal::no_such_user("")),
    };
    let mut found = Vec::new();
    for account in accounts {
        let shown = object(account, &directory);
        let is_asked_for = match &filter {
            Some(filter) => is_asked_for(filter, &[&shown])?,
            None => true,
        };
        if is_asked_for && arguments.text("OU").is_none_or(|container| directory.is_in(container)) {
            found.push(shown.into());
        }
    }
    found.truncate(most);
    Ok(found)
}

/// The account as the cmdlet shows one.
pub(super) fn object(account: &Account, directory: &Directory) -> Object {
    let name = directory.distinguished_name(account);
    let user = directory.user_of(account);
    let flags = match account.state {
        AccountState::Good => "NormalAccount",
        AccountState::LockedOut => "Lockout, NormalAccount",
        AccountState::Disabled => "AccountDisabled, NormalAccount",
        AccountState::PasswordExpired => "NormalAccount, PasswordExpired",
    };
    Object::new("Microsoft.Rtc.Management.ADConnect.Schema.CSADUser")
        .with("Identity", name.clone())
        .with("DisplayName", account.display_name.as_str())
        .with("SamAccountName", account.sam_account_name.as_str())
        .with("UserPrincipalName", account.user_principal_name.as_str())
        .with("UserAccountControl", flags)
        .with("Enabled", user.map(|user| user.user.enabled))
        .with("SipAddress", account.sip_uri.as_ref().map(|address| address.as_str().to_owned()))
        .shown_as(View::List)
        .with_text(name)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use lync_model::AccountState;
    use std::sync::Arc;

    #[tokio::test]
    async fn accounts_are_shown_whether_they_are_enabled_or_not() {
        let lab = Arc::new(Lab::new());
        lab.state().accounts[1].state = AccountState::Disabled;
        let ran = run(&lab, "Get-CsAdUser").await;
        expect![[r#"


            Identity           : CN=Ken Myer,CN=Users,DC=litwareinc,DC=com
            DisplayName        : Ken Myer
            SamAccountName     : kenmyer
            UserPrincipalName  : ken.myer@corp.litwareinc.com
            UserAccountControl : NormalAccount
            Enabled            : True
            SipAddress         : sip:kenmyer@litwareinc.com

            Identity           : CN=Not Enabled,CN=Users,DC=litwareinc,DC=com
            DisplayName        : Not Enabled
            SamAccountName     : not-enabled
            UserPrincipalName  : not-enabled@litwareinc.com
            UserAccountControl : AccountDisabled, NormalAccount
            Enabled            :
            SipAddress         :



        "#]]
        .assert_eq(&ran.text);
        let ran = run(&lab, "Get-CsAdUser -Filter {Enabled -ne $True} | Select-Object DisplayName").await;
        expect![[r#"

            DisplayName
            -----------
            Not Enabled


        "#]]
        .assert_eq(&ran.text);
    }
}

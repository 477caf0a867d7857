//! The predefined roles of role-based access control, and what each may run.
//!
//! Names and tasks are documented in "Planning for role-based access control in Lync Server 2013". Which cmdlet belongs
//! to which role is public nowhere as a list: it is inferred from the tasks, and marked so where it is shown.

/// A role.
#[derive(Debug)]
pub struct Role {
    /// Identity, which is the name of the security group too.
    pub name: &'static str,
    /// What it may do, in a line of our own.
    pub tasks: &'static str,
    groups: &'static [&'static [&'static str]],
}

/// What shows and changes nothing.
const VIEW: &[&str] = &[
    "Get-CsAdminRole",
    "Get-CsAdUser",
    "Get-CsCertificate",
    "Get-CsClientCertificate",
    "Get-CsClientPinInfo",
    "Get-CsPinPolicy",
    "Get-CsPool",
    "Get-CsProxyConfiguration",
    "Get-CsRegistrarConfiguration",
    "Get-CsService",
    "Get-CsUCPhoneConfiguration",
    "Get-CsUser",
    "Get-CsWebServiceConfiguration",
];
/// What the hypothetical small role of Get-CsAdminRole's help may see, of the cmdlets that are here.
const LOOK_AROUND: &[&str] = &["Get-CsPool", "Get-CsService", "Get-CsUser"];
/// Users, without their PINs.
const USERS: &[&str] = &["Disable-CsUser", "Enable-CsUser", "Set-CsUser"];
/// Existing policies for users.
const GRANTS: &[&str] = &["Grant-CsPinPolicy"];
/// PINs and the certificates that they lead to.
const PINS: &[&str] =
    &["Lock-CsClientPin", "Revoke-CsClientCertificate", "Set-CsClientPin", "Unlock-CsClientPin"];
/// Policies themselves.
const POLICIES: &[&str] = &["New-CsPinPolicy", "Remove-CsPinPolicy", "Set-CsPinPolicy"];
/// Settings of the whole deployment.
const SETTINGS: &[&str] =
    &["Set-CsProxyConfiguration", "Set-CsRegistrarConfiguration", "Set-CsWebServiceConfiguration"];
/// Synthetic transactions.
const TESTS: &[&str] = &["Test-CsClientAuthentication", "Test-CsPhoneBootstrap"];

/// The predefined roles, in the order of the documentation.
pub const ROLES: [Role; 11] = [
    Role {
        name: "CsAdministrator",
        tasks: "everything",
        groups: &[VIEW, USERS, GRANTS, PINS, POLICIES, SETTINGS, TESTS],
    },
    Role {
        name: "CsUserAdministrator",
        tasks: "enables, disables and changes users, sets and locks PINs, grants policies that exist",
        groups: &[VIEW, USERS, GRANTS, PINS],
    },
    Role {
        name: "CsVoiceAdministrator",
        tasks: "settings and policies of voice",
        groups: &[VIEW, GRANTS, POLICIES],
    },
    Role {
        name: "CsServerAdministrator",
        tasks: "watches servers and finds faults, changes nothing for the whole deployment",
        groups: &[VIEW, TESTS],
    },
    Role { name: "CsViewOnlyAdministrator", tasks: "looks", groups: &[VIEW] },
    Role { name: "CsHelpDesk", tasks: "looks, and runs tests", groups: &[VIEW, TESTS] },
    Role { name: "CsArchivingAdministrator", tasks: "archiving", groups: &[LOOK_AROUND] },
    Role { name: "CsResponseGroupAdministrator", tasks: "response groups of a site", groups: &[LOOK_AROUND] },
    Role { name: "CsLocationAdministrator", tasks: "locations for emergency calls", groups: &[LOOK_AROUND] },
    Role { name: "CsResponseGroupManager", tasks: "some response groups", groups: &[LOOK_AROUND] },
    Role { name: "CsPersistentChatAdministrator", tasks: "persistent chat", groups: &[LOOK_AROUND] },
];

/// The role of this name, in any case.
pub fn role(name: &str) -> Option<&'static Role> {
    const { &ROLES }.iter().find(|role| role.name.eq_ignore_ascii_case(name))
}

impl Role {
    /// What it may run, in the order of the alphabet.
    pub fn cmdlets(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.groups.iter().flat_map(|group| group.iter().copied()).collect();
        names.sort_unstable();
        names
    }

    /// Whether it may run the cmdlet of this name, in any case.
    ///
    /// Roles are about Lync's cmdlets. What belongs to the language, such as Select-Object, is everybody's.
    pub fn may_run(&self, cmdlet: &str) -> bool {
        let is_lyncs = cmdlet
            .split_once('-')
            .and_then(|(_, noun)| noun.get(..2))
            .is_some_and(|cs| cs.eq_ignore_ascii_case("cs"));
        !is_lyncs
            || self.groups.iter().flat_map(|group| group.iter()).any(|name| name.eq_ignore_ascii_case(cmdlet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;
    use std::sync::Arc;

    #[test]
    fn the_administrator_may_run_every_cmdlet_and_nobody_one_that_is_not_there() {
        let mut known: Vec<_> =
            crate::cmdlets(Arc::new(Lab::new())).iter().map(|cmdlet| cmdlet.definition().name).collect();
        known.extend(TESTS);
        known.sort_unstable();
        assert_eq!(role("csadministrator").unwrap().cmdlets(), known);
        for role in &ROLES {
            assert!(role.cmdlets().iter().all(|name| known.contains(name)), "{}", role.name);
        }
    }

    #[test]
    fn the_help_desk_looks_and_tests_and_changes_nothing() {
        let desk = role("CsHelpDesk").unwrap();
        for (cmdlet, may) in [
            ("Get-CsUser", true),
            ("get-csclientpininfo", true),
            ("Test-CsPhoneBootstrap", true),
            ("Select-Object", true),
            ("ConvertTo-Json", true),
            ("Unlock-CsClientPin", false),
            ("Set-CsUser", false),
            ("Set-CsSomething", false),
        ] {
            assert_eq!(desk.may_run(cmdlet), may, "{cmdlet}");
        }
        assert!(role("CsNobody").is_none());
    }
}

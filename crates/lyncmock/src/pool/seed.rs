//! The users, accounts and policies that a new store begins with.

use crate::config::{AccountFixture, UserFixture, UserState, UsersFile};
use lync_model::User;
use lync_store::{Seed, SeedAccount, SeedLogon, SeedPin, SeedUser};
use time::{Duration, OffsetDateTime};

/// What stands in a file, with PINs set at `now`, or as long ago as their state wants.
pub(crate) fn seed(file: &UsersFile, now: OffsetDateTime) -> Seed {
    let account = |fixture: &AccountFixture| SeedAccount {
        account: fixture.account.clone(),
        password: fixture.password.clone(),
    };
    Seed {
        policy: file.policy.clone(),
        policies: file.policies.clone(),
        users: file.users.iter().map(|fixture| user(file, fixture, now)).collect(),
        accounts: file.accounts.iter().map(account).collect(),
    }
}

fn user(file: &UsersFile, fixture: &UserFixture, now: OffsetDateTime) -> SeedUser {
    let policy = file.policy_of(fixture.pin_policy.as_deref());
    let lifetime = Duration::days(i64::from(policy.pin_lifetime_days));
    SeedUser {
        user: User {
            sip_uri: fixture.sip_uri.clone(),
            display_name: fixture.display_name.clone(),
            line_uri: fixture.line_uri.clone(),
            enabled: fixture.enabled,
            enterprise_voice: fixture.enterprise_voice,
            pin_set_at: None,
        },
        pin: fixture.pin.clone().map(|pin| SeedPin {
            pin,
            set_at: match fixture.state {
                UserState::Expired => now - lifetime - Duration::days(1),
                UserState::Good | UserState::Locked => now,
            },
            locked: fixture.state == UserState::Locked,
        }),
        logon: SeedLogon {
            sam_account_name: fixture.sam_account_name.clone(),
            password: fixture.password.clone(),
            state: fixture.account_state,
        },
        pin_policy: fixture.pin_policy.clone(),
    }
}

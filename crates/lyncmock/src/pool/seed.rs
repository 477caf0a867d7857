//! The users that a new store begins with.

use crate::config::{UserFixture, UserState, UsersFile};
use lync_model::User;
use lync_store::{Seed, SeedPin, SeedUser};
use time::{Duration, OffsetDateTime};

/// The users of a file, with PINs set at `now`, or as long ago as their state wants.
pub(crate) fn seed(file: &UsersFile, now: OffsetDateTime) -> Seed {
    let lifetime = Duration::days(i64::from(file.policy.pin_lifetime_days));
    let user = |fixture: &UserFixture| SeedUser {
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
    };
    Seed { policy: file.policy.clone(), users: file.users.iter().map(user).collect() }
}

//! `lyncmock user list`, of a kept pool and of the fixture, in the same words.

use crate::config::{UserState, UsersFile};
use lync_admin::Client;
use lync_model::{Clock, LineUri, Pin};
use lync_store::Store;
use serde_json::json;
use time::OffsetDateTime;

/// A user with the state of the PIN.
pub(super) struct Row {
    sip_uri: String,
    display_name: String,
    line_uri: Option<String>,
    enabled: bool,
    state: &'static str,
    /// Only of the fixture, whose PINs are published.
    pin: Option<String>,
}

pub(super) async fn of_store(store: &Store) -> anyhow::Result<Vec<Row>> {
    let now = Clock::system().now();
    let mut rows = Vec::new();
    for user in store.users().await? {
        let info = store.pin_info(&user.sip_uri).await?;
        let state = state(info.is_pin_set, info.is_locked_out, info.pin_expiration_time, now);
        rows.push(Row {
            sip_uri: user.sip_uri.to_string(),
            display_name: user.display_name,
            line_uri: user.line_uri.as_ref().map(LineUri::to_string),
            enabled: user.enabled,
            state,
            pin: None,
        });
    }
    Ok(rows)
}

pub(super) async fn of_server(client: &Client) -> anyhow::Result<Vec<Row>> {
    let now = client.clock().await?;
    let mut rows = Vec::new();
    for user in client.users().await? {
        let info = client.pin_info(&user.sip_address).await?;
        rows.push(Row {
            state: state(info.is_pin_set, info.is_locked_out, info.pin_expiration_time, now),
            sip_uri: user.sip_address,
            display_name: user.display_name,
            line_uri: user.line_uri,
            enabled: user.enabled,
            pin: None,
        });
    }
    Ok(rows)
}

/// The state of a PIN in a word.
fn state(set: bool, locked: bool, expires: Option<OffsetDateTime>, now: OffsetDateTime) -> &'static str {
    match expires {
        _ if !set => "not set",
        _ if locked => "locked",
        Some(expires) if expires <= now => "expired",
        _ => "set",
    }
}

pub(super) fn of_fixture(file: &UsersFile) -> Vec<Row> {
    let rows = file.users.iter().map(|user| Row {
        sip_uri: user.sip_uri.to_string(),
        display_name: user.display_name.clone(),
        line_uri: user.line_uri.as_ref().map(LineUri::to_string),
        enabled: user.enabled,
        state: match user.state {
            _ if user.pin.is_none() => "not set",
            UserState::Good => "set",
            UserState::Locked => "locked",
            UserState::Expired => "expired",
        },
        pin: user.pin.as_ref().map(|pin: &Pin| pin.expose().to_owned()),
    });
    rows.collect()
}

pub(super) fn as_text(rows: &[Row]) -> String {
    let with_pins = rows.iter().any(|row| row.pin.is_some());
    let line = |[sip_uri, line_uri, state, pin, enabled, name]: [&str; 6]| {
        let pin = if with_pins { format!("{pin:<7} ") } else { String::new() };
        format!("{sip_uri:<42} {line_uri:<27} {state:<9} {pin}{enabled:<8} {name}\n")
    };
    let mut text = line(["SIP ADDRESS", "LINE URI", "PIN IS", "PIN", "ENABLED", "NAME"]);
    for row in rows {
        text.push_str(&line([
            &row.sip_uri,
            row.line_uri.as_deref().unwrap_or("-"),
            row.state,
            row.pin.as_deref().unwrap_or("-"),
            if row.enabled { "yes" } else { "no" },
            &row.display_name,
        ]));
    }
    text
}

pub(super) fn as_json(rows: &[Row]) -> String {
    let object = |row: &Row| {
        let mut object = json!({
            "sip_uri": row.sip_uri,
            "display_name": row.display_name,
            "line_uri": row.line_uri,
            "enabled": row.enabled,
            "pin_state": row.state,
        });
        if let (Some(pin), Some(object)) = (&row.pin, object.as_object_mut()) {
            object.insert("pin".to_owned(), pin.clone().into());
        }
        object
    };
    format!("{}\n", serde_json::Value::Array(rows.iter().map(object).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixture_shows_each_state_and_its_published_pin() {
        let text = as_text(&of_fixture(&UsersFile::built_in()));
        let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        assert!(row("sip:kenmyer@").contains("set       0712"), "{text}");
        assert!(row("sip:pin-locked@").contains("locked"), "{text}");
        assert!(row("sip:pin-not-set@").contains("not set   -"), "{text}");
        assert!(row("sip:disabled@").contains(" no "), "{text}");
    }
}

//! Whom a cmdlet is about.

use crate::directory::{self, Directory};
use crate::{Deployment, refusal};
use lync_model::{Account, SipUri};
use lync_powershell::{Arguments, ErrorRecord, Object, Value};

/// The users that `-Identity` names, or the object from the pipeline.
///
/// # Errors
/// Nobody is meant, or several by a name without a wildcard.
pub(crate) async fn users(
    deployment: &dyn Deployment,
    arguments: &Arguments,
) -> Result<Vec<SipUri>, ErrorRecord> {
    let identity = identity(arguments)?;
    // An object that one of our cmdlets has just made says who it is; asking again for each of thousands would list
    // all the users each time.
    if let Some(known) = from_pipeline(arguments, identity) {
        return known.map(|user| vec![user]);
    }
    let directory = Directory::read(deployment).await?;
    let found = directory.find_users(identity)?;
    unambiguous(found.len(), identity)?;
    Ok(found.into_iter().map(|user| user.user.sip_uri.clone()).collect())
}

/// The accounts that `-Identity` names.
///
/// # Errors
/// As for [`users`].
pub(crate) fn accounts<'a>(
    directory: &'a Directory,
    arguments: &Arguments,
) -> Result<Vec<&'a Account>, ErrorRecord> {
    let identity = identity(arguments)?;
    let found = directory.find_accounts(identity)?;
    unambiguous(found.len(), identity)?;
    Ok(found)
}

fn identity(arguments: &Arguments) -> Result<&str, ErrorRecord> {
    arguments.text("Identity").ok_or_else(|| refusal::no_such_user(""))
}

/// `None`: not from an object that says it.
fn from_pipeline(arguments: &Arguments, identity: &str) -> Option<Result<SipUri, ErrorRecord>> {
    let Some(Value::Object(object)) = &arguments.input else { return None };
    if text_of(object, "Identity") != Some(identity) {
        return None;
    }
    match object.get("SipAddress") {
        Some(Value::Null) => Some(Err(refusal::no_such_user(identity))),
        Some(Value::String(address)) => address.parse().ok().map(Ok),
        _ => identity.starts_with("sip:").then(|| identity.parse().ok().map(Ok)).flatten(),
    }
}

fn text_of<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    match object.get(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn unambiguous(found: usize, identity: &str) -> Result<(), ErrorRecord> {
    if found > 1 && !directory::has_wildcard(identity) {
        return Err(refusal::invalid(format!(
            "{found} users have the display name \"{identity}\"; name one by its SIP address."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;
    use std::sync::Arc;

    async fn found(identity: &str, input: Option<Object>) -> Result<Vec<String>, String> {
        let lab = Lab::new();
        lab.add_user("pilar", "Pilar Ackerman");
        let mut arguments = Arguments::default();
        arguments.set("Identity", Value::from(identity));
        arguments.input = input.map(|object| Value::Object(Arc::new(object)));
        let users = users(&lab, &arguments).await.map_err(|record| record.message)?;
        Ok(users.iter().map(ToString::to_string).collect())
    }

    fn object(identity: &str, address: impl Into<Value>) -> Object {
        Object::new("user").with("Identity", identity).with("SipAddress", address)
    }

    #[tokio::test]
    async fn an_object_says_who_it_is_and_another_identity_counts_more() {
        let ken = "sip:kenmyer@litwareinc.com";
        for (identity, input, expected) in [
            ("Pilar Ackerman", None, Ok("sip:pilar@litwareinc.com")),
            ("CN=x", Some(object("CN=x", ken)), Ok(ken)),
            ("Pilar Ackerman", Some(object("CN=x", ken)), Ok("sip:pilar@litwareinc.com")),
            (ken, Some(Object::new("pin").with("Identity", ken)), Ok(ken)),
            ("CN=x", Some(object("CN=x", Value::Null)), Err("CN=x")),
            ("Global", Some(Object::new("policy").with("Identity", "Global")), Err("Global")),
        ] {
            let expected = expected.map(|user| vec![user.to_owned()]).map_err(|identity: &str| {
                format!("Management object not found for identity \"{identity}\".")
            });
            assert_eq!(found(identity, input).await, expected, "{identity}");
        }
    }
}

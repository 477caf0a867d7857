//! Get-Credential, ConvertTo-SecureString

use super::{BuiltIn, Flow, INPUT, Stage, define};
use crate::{Credential, ErrorRecord, Kind, Parameter, SecureString, Session, Stream, Value};
use async_trait::async_trait;
use std::sync::Arc;

pub(super) static GET_CREDENTIAL: BuiltIn = BuiltIn {
    definition: define(
        "Get-Credential",
        &[],
        "Asks for a user name and a password.",
        &[
            Parameter::new("Credential", Kind::Object, "The user name, or a credential that is passed on.")
                .at(0)
                .also(&["UserName"]),
            Parameter::new("Message", Kind::String, "What is written above the question."),
        ],
        &["$cred = Get-Credential litwareinc\\kenmyer"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GetCredentialCommand",
    start: |arguments| {
        Ok(Box::new(GetCredential {
            given: arguments.get("Credential").cloned(),
            message: arguments.text("Message").map(str::to_owned),
        }))
    },
};

struct GetCredential {
    given: Option<Value>,
    message: Option<String>,
}

#[async_trait]
impl Stage for GetCredential {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        if let Some(Value::Credential(known)) = &self.given {
            out.push(Value::Credential(known.clone()));
            return Ok(Flow::More);
        }
        let nobody = || {
            let message =
                "Cannot process command because of one or more missing mandatory parameters: Credential.";
            ErrorRecord::new("InvalidArgument", "MissingMandatoryParameter", message)
                .of("ParameterBindingException")
        };
        if !session.state.host.can_ask() {
            return Err(nobody());
        }
        let message = self.message.clone().unwrap_or_else(|| "Enter your credentials.".to_owned());
        for line in ["", "Windows PowerShell credential request", message.as_str()] {
            session.state.host.write(Stream::Output, line);
        }
        let user = match &self.given {
            Some(given) => crate::text::text(given),
            None => session.ask("User", false).await.ok_or_else(nobody)?,
        };
        out.push(session.state.ask_password(&user).await.ok_or_else(nobody)?);
        Ok(Flow::More)
    }
}

pub(super) static SECURE_STRING: BuiltIn = BuiltIn {
    definition: define(
        "ConvertTo-SecureString",
        &[],
        "Hides a text, so that it can be the password of a credential.",
        &[
            Parameter::new("String", Kind::String, "The text.").at(0).hidden(),
            Parameter::new(
                "AsPlainText",
                Kind::Switch,
                "The text is given in clear, which is the only way here.",
            ),
            Parameter::new("Force", Kind::Switch, "Has to be said with AsPlainText."),
            INPUT,
        ],
        &["$p = ConvertTo-SecureString \"password\" -AsPlainText -Force"],
    ),
    type_name: "Microsoft.PowerShell.Commands.ConvertToSecureStringCommand",
    start: |arguments| {
        if !arguments.is_on("AsPlainText") {
            let message = "Only a text in clear can be converted here: give -AsPlainText and -Force.";
            return Err(ErrorRecord::new("InvalidArgument", "ImportSecureString_InvalidArgument", message)
                .of("PSArgumentException"));
        }
        if !arguments.is_on("Force") {
            let message = "The system cannot protect plain text input. To suppress this warning and convert the plain \
                           text to a SecureString, reissue the command specifying the Force parameter. For more \
                           information ,type: get-help ConvertTo-SecureString.";
            return Err(ErrorRecord::new("InvalidArgument", "ImportSecureString_ForceRequired", message)
                .of("PSArgumentException"));
        }
        let text =
            arguments.text("String").map(|text| Value::SecureString(Arc::new(SecureString::new(text))));
        Ok(Box::new(ToSecure(text)))
    },
};

struct ToSecure(Option<Value>);

#[async_trait]
impl Stage for ToSecure {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let piped =
            input.map(|input| Value::SecureString(Arc::new(SecureString::new(crate::text::text(&input)))));
        out.extend(self.0.clone().or(piped));
        Ok(Flow::More)
    }
}

/// `New-Object System.Management.Automation.PSCredential("user", $password)`
pub(super) fn credential(arguments: &[Value]) -> Result<Value, ErrorRecord> {
    match arguments {
        [user, Value::SecureString(password)] => {
            Ok(Value::Credential(Arc::new(Credential::new(crate::text::text(user), password.expose()))))
        }
        [_, _] => Err(no_constructor(
            "Cannot convert argument \"1\" for \"PSCredential\": it has to be a SecureString, as \
             ConvertTo-SecureString makes it.",
        )),
        other => Err(no_constructor(&format!(
            "A constructor was not found. Cannot find an appropriate constructor for type \
             System.Management.Automation.PSCredential with {} arguments.",
            other.len()
        ))),
    }
}

fn no_constructor(message: &str) -> ErrorRecord {
    ErrorRecord::new("ObjectNotFound", "CannotFindAppropriateCtor", message).of("PSArgumentException")
}

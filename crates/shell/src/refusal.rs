//! What becomes a red text.
//!
//! `Management object not found for identity` and `is not a user policy` are Lync's (documented); every other text is
//! our own, and so are the categories and ids, of which no sample is public.

use crate::DeploymentError;
use lync_powershell::ErrorRecord;

/// Nobody is meant by this identity. The text is documented.
pub(crate) fn no_such_user(identity: &str) -> ErrorRecord {
    let message = format!("Management object not found for identity \"{identity}\".");
    record("ObjectNotFound", "ManagementObjectNotFound", message).about(format!("{identity}:UserIdParameter"))
}

/// Only policies of the per-user scope can be granted. The text is documented, for a policy that is not there too.
pub(crate) fn no_user_policy(name: &str) -> ErrorRecord {
    let message = format!(
        "Policy \"{name}\" is not a user policy. You can assign only a user policy to a specific user."
    );
    record("InvalidOperation", "PolicyNotUserPolicy", message)
}

/// There is no such policy, setting or service.
pub(crate) fn no_such_thing(message: impl Into<String>) -> ErrorRecord {
    record("ObjectNotFound", "ObjectNotFound", message)
}

/// A value that is not taken.
pub(crate) fn invalid(message: impl Into<String>) -> ErrorRecord {
    record("InvalidArgument", "InvalidArgument", message)
}

/// It cannot be done in this state.
pub(crate) fn conflict(message: impl Into<String>) -> ErrorRecord {
    record("InvalidOperation", "InvalidOperation", message)
}

/// Microsoft's cmdlet does it, and this program cannot.
pub(crate) fn not_here(message: impl Into<String>) -> ErrorRecord {
    record("NotImplemented", "NotSupported", message)
}

/// Two parameters that belong to different parameter sets. The text is PowerShell's.
pub(crate) fn ambiguous_parameter_set() -> ErrorRecord {
    let message = "Parameter set cannot be resolved using the specified named parameters.";
    ErrorRecord::new("InvalidArgument", "AmbiguousParameterSet", message).of("ParameterBindingException")
}

/// What a deployment said.
pub(crate) fn of(error: DeploymentError) -> ErrorRecord {
    match error {
        DeploymentError::NotFound(message) => no_such_thing(sentence(&message)),
        DeploymentError::Conflict(message) => conflict(sentence(&message)),
        DeploymentError::Invalid(message) => invalid(sentence(&message)),
        DeploymentError::Unsupported(message) => not_here(sentence(&message)),
        DeploymentError::Unavailable(message) => record("ConnectionError", "Unavailable", sentence(&message)),
    }
}

/// What a deployment said of this user: one who is not there is told as Lync tells it.
pub(crate) fn of_user(error: DeploymentError, user: &str) -> ErrorRecord {
    match error {
        DeploymentError::NotFound(_) => no_such_user(user),
        other => of(other),
    }
}

/// An error's text as a person at the shell reads it: with a capital and a full stop. A word that is a name, such as an
/// address, stays as it is.
pub(crate) fn sentence(text: &str) -> String {
    let first_word = text.split(' ').next().unwrap_or_default();
    let is_plain = first_word.chars().all(|c| c.is_ascii_lowercase());
    let mut letters = text.chars();
    let mut sentence = match letters.next() {
        Some(first) if is_plain => format!("{}{}", first.to_ascii_uppercase(), letters.as_str()),
        _ => text.to_owned(),
    };
    if sentence.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '`' | ')')) {
        sentence.push('.');
    }
    sentence
}

fn record(category: &'static str, id: &'static str, message: impl Into<String>) -> ErrorRecord {
    // The objects that follow in the pipeline are still tried.
    ErrorRecord::new(category, id, message).of("ManagementException").going_on()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_as_a_sentence() {
        for (text, expected) in [
            ("a PIN consists of digits", "A PIN consists of digits."),
            ("MinPasswordLength is 3", "MinPasswordLength is 3."),
            ("sip:a@b is taken", "sip:a@b is taken."),
            ("nobody answers.", "Nobody answers."),
            ("", ""),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }

    #[test]
    fn each_answer_of_a_deployment_lets_the_next_objects_be_tried() {
        for error in [
            DeploymentError::NotFound("x".to_owned()),
            DeploymentError::Conflict("x".to_owned()),
            DeploymentError::Invalid("x".to_owned()),
            DeploymentError::Unsupported("x".to_owned()),
            DeploymentError::Unavailable("x".to_owned()),
        ] {
            let record = of(error);
            assert_eq!((record.message.as_str(), record.terminating), ("X.", false));
        }
        let nobody = of_user(DeploymentError::NotFound("x".to_owned()), "sip:a@b");
        assert_eq!(nobody.message, "Management object not found for identity \"sip:a@b\".");
    }
}

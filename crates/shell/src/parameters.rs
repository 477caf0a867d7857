//! Parameters that many cmdlets have.

use lync_powershell::{Kind, Parameter, Pipeline};

/// The help of a parameter that is Microsoft's, is taken, and does nothing.
pub(crate) const TAKEN: &str = "Taken; changes nothing here.";

/// A user who must be named.
pub(crate) const USER: Parameter = Parameter { mandatory: true, ..ANY_USER };

/// A user who may be named.
pub(crate) const ANY_USER: Parameter = Parameter {
    position: Some(0),
    pipeline: Pipeline::Property,
    ..Parameter::new(
        "Identity",
        Kind::String,
        "SIP address (with or without sip:), user principal name, DOMAIN\\logon, display name (with * as wildcard) or \
         distinguished name.",
    )
};

/// Name of a policy or of settings, that may be left out.
pub(crate) const SCOPE: Parameter = Parameter {
    position: Some(0),
    ..Parameter::new(
        "Identity",
        Kind::String,
        "Which one: Global, site:NAME, or for policies of users NAME or tag:NAME. No wildcards.",
    )
};

/// By name with wildcards.
pub(crate) const FILTER: Parameter =
    Parameter::new("Filter", Kind::String, "Those whose Identity fits, with * as wildcard: \"site:*\".");

/// An object with the values.
pub(crate) const INSTANCE: Parameter = Parameter {
    pipeline: Pipeline::Value,
    ..Parameter::new("Instance", Kind::Object, "An object with all the values, as the Get- cmdlet gives it.")
};

/// Gives the user back.
pub(crate) const PASS_THRU: Parameter =
    Parameter::new("PassThru", Kind::Switch, "Gives the changed user to the pipeline.");

/// Suppresses errors that are not fatal, of which there are none here.
pub(crate) const FORCE: Parameter = taken("Force", Kind::Switch);
/// There is one store.
pub(crate) const LOCAL_STORE: Parameter = taken("LocalStore", Kind::Switch);
/// There are no tenants.
pub(crate) const TENANT: Parameter = taken("Tenant", Kind::String);
/// There are no domain controllers.
pub(crate) const DOMAIN_CONTROLLER: Parameter = taken("DomainController", Kind::String);
/// Whoever runs the shell may do everything.
pub(crate) const CREDENTIAL: Parameter = taken("Credential", Kind::Credential);

/// One of Microsoft's parameters that does nothing here.
pub(crate) const fn taken(name: &'static str, kind: Kind) -> Parameter {
    Parameter::new(name, kind, TAKEN)
}

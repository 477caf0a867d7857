//! The cmdlets of the Lync Server Management Shell.

mod cmdlets;
mod deployment;
mod directory;
mod parameters;
mod refusal;
mod roles;
mod settings;
mod targets;
#[cfg(test)]
mod testing;

pub use cmdlets::cmdlets;
pub use deployment::{
    Answer, AssignedCertificate, ClientCertificate, CsUser, CsUserChange, Deployment, DeploymentError,
    NamedPinPolicy, PinInfo, Topology,
};
pub use roles::{ROLES, Role, role};

//! Every known failure by name: the catalogue of fixtures/scenarios.

mod catalogue;
mod effect;
mod proof;

pub use catalogue::{Catalogue, CatalogueError, Scenario, UnknownScenario};
pub use effect::{Effect, RegistrarChange, Service, TrustChange, UserChange, WebChange};
pub use proof::{Dial, Proof};

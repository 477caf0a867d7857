//! Who has which address. No sockets, no files and no clock: time is a parameter, what is to be kept is a value.
//!
//! [`Pools`] says which addresses there are, [`Leases`] who has them. Each question costs a few look-ups in maps,
//! whatever the number of leases.

mod fresh;
mod leases;
mod pools;

pub use leases::{Client, Leases, Offer, Request, Verdict};
pub use pools::{LeaseSettings, PoolError, Pools, Subnet, SubnetId};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

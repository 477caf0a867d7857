//! A Lync Server 2013 front end that starts inside a test.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use lyncmock::LyncMock;
//!
//! let pool = LyncMock::start().await;
//! let report = pool.phone("+12065551219", "0712").run().await;
//! assert_eq!(report.outcome.unwrap().user.as_str(), "sip:kenmyer@litwareinc.com");
//!
//! // The same phone with a wrong PIN is refused as a Lync Server refuses it: 401 and 28003.
//! assert!(pool.phone("+12065551219", "9999").run().await.outcome.is_err());
//! # });
//! ```
//!
//! Every pool is its own: free ports on loopback, users, certificates and clock; any number of them run side by side
//! in one process, and each stops when it is dropped.

pub mod cli;
mod client;
mod config;
mod control;
mod endpoints;
mod events;
mod logging;
mod mock;
mod pool;
mod scenarios;
mod shell;

pub use config::{
    AccountFixture, CertificateKey, Config, ConfigError, DhcpMode, DhcpOptions, LogFormat, Options,
    RelayReply, ScenarioCall, Siaddr, UserError, UserFixture, UserState, UsersFile, VoiceVlanWidth,
};
pub use endpoints::Endpoints;
pub use lync_dhcp::{Counters as DhcpCounters, DropReason as DhcpDropReason};
pub use lync_journal::{DeviceSession, Filter, Missed};
pub use lync_model::journal::Entry;
pub use lync_model::lease::{ClientKey, Lease, LeaseState};
pub use lync_model::rules::{ArmedRule, Mac, RuleId, RuleSpec};
pub use lync_model::scenario::{Catalogue, Scenario};
pub use lync_model::{
    Account, AccountState, Clock, Event, Level, LineUri, NamedPolicy, Password, Pin, PinPolicy, SipUri, User,
};
pub use lync_phone as phone;
pub use lync_store::{PinInfo, StoreError};
pub use mock::{Armed, BuildError, Builder, Expectation, LyncMock, ScenarioBuilder};
pub use pool::StartError;
pub use scenarios::ScenarioError;

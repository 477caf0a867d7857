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
mod cmdlet;
mod config;
mod endpoints;
mod events;
mod logging;
mod mock;
mod pool;

pub use config::{
    CertificateKey, Config, ConfigError, LogFormat, Options, RelayReply, Siaddr, UserError, UserFixture,
    UserState, UsersFile,
};
pub use endpoints::Endpoints;
pub use lync_model::{Clock, Event, Level, LineUri, Pin, PinPolicy, SipUri, User};
pub use lync_phone as phone;
pub use lync_store::{PinInfo, StoreError};
pub use mock::{BuildError, Builder, LyncMock};
pub use pool::StartError;

//! One running pool: every part, wired to the others.

mod bind;
mod doors;
mod gate;
mod proxy;
mod registrar;
pub(crate) mod seed;
mod services;
mod settings;
pub(crate) mod web;
mod wiring;

use crate::config::{CertificateKey, Config};
use crate::endpoints::Endpoints;
use crate::events::Events;
use crate::scenarios::Scenarios;
use bind::Sockets;
pub(crate) use doors::Doors;
use lync_dhcp::Registrar;
use lync_journal::{Journal, Limits};
use lync_model::Clock;
use lync_model::rules::RuleBook;
use lync_net::tls::TrustStore;
use lync_pki::{KeyKind, Pool as Pki, PoolNames};
use lync_store::{Store, StoreLocation};
pub(crate) use proxy::ProxyConfiguration;
pub(crate) use registrar::RegistrarConfiguration;
pub(crate) use settings::SettingsError;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::ops::Deref;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
pub(crate) use web::WebConfiguration;
use wiring::DhcpParts;

/// Why a pool did not start. The text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A socket that cannot be had.
    #[error("{key}: cannot listen on {address}: {error}{hint}")]
    Bind {
        /// The key of the configuration.
        key: &'static str,
        /// The address or the interface.
        address: String,
        /// What the system said.
        error: std::io::Error,
        /// What to do about it; begins with a semicolon unless it is empty.
        hint: &'static str,
    },
    /// Another pool has the data directory.
    #[error("data_dir: another pool is running in {dir}")]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The data directory, or a temporary one.
    #[error("the directory {path} cannot be used: {error}")]
    Directory {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The store.
    #[error("the store cannot be used: {0}")]
    Store(#[from] lync_store::StoreError),
    /// The certificates.
    #[error("the certificates cannot be used: {0}")]
    Pki(#[from] lync_pki::PkiError),
    /// A scenario or a rule that could not be armed.
    #[error(transparent)]
    Scenario(#[from] crate::scenarios::ScenarioError),
    /// A part that could not be made of the others.
    #[error("{part}: {problem}")]
    Part {
        /// The part.
        part: &'static str,
        /// What it said.
        problem: String,
    },
}

impl StartError {
    fn part(part: &'static str, problem: &dyn std::fmt::Display) -> Self {
        Self::Part { part, problem: problem.to_string() }
    }
}

/// Everything of a pool that can be asked or changed while it runs.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) endpoints: Endpoints,
    pub(crate) store: Arc<Store>,
    pub(crate) pki: Arc<Pki>,
    pub(crate) events: Arc<Events>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) rules: Arc<RuleBook>,
    pub(crate) clock: Clock,
    /// The settings of the web services, and what scenarios make of them.
    pub(crate) web: WebConfiguration,
    /// The DHCP component; it has no socket where DHCP is not configured.
    pub(crate) registrar: Arc<Registrar>,
    /// Its settings, and what scenarios make of them.
    pub(crate) registrar_settings: RegistrarConfiguration,
    /// The settings of Set-CsProxyConfiguration.
    pub(crate) proxy: ProxyConfiguration,
    /// One setting is made at a time: what is kept and what counts are the same.
    settings_turn: tokio::sync::Mutex<()>,
    /// The certificate store of the front end: one computer, one store, for both ends of the hop.
    pub(crate) trust: TrustStore,
    pub(crate) doors: Doors,
    pub(crate) scenarios: Scenarios,
    /// Where DHCP is served, for a person: addresses and interfaces.
    pub(crate) dhcp: Vec<String>,
}

/// A running pool. Dropping it ends every task of it.
pub(crate) struct Running {
    core: Arc<Core>,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
    /// Keeps a second pool out of the same data directory.
    _lock: Option<File>,
    /// Holds what a pool without a data directory leaves behind; removed when the pool goes.
    _scratch: TempDir,
}

impl Deref for Running {
    type Target = Arc<Core>;

    fn deref(&self) -> &Arc<Core> {
        &self.core
    }
}

impl Running {
    /// Starts every part; when this returns, every socket is bound and served, and every scenario is armed.
    pub(crate) async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        bind::interfaces_are_there(&config)?;
        wiring::nobody_else_serves(&config).await?;
        let sockets = Sockets::bind(&config)?;
        let scratch = scratch()?;
        let lock = config.data_dir.as_deref().map(|dir| lock(dir, lock_file(&config))).transpose()?;
        let rules = Arc::new(RuleBook::new(clock.clone()));
        let Limits { entries, bytes, .. } = Limits::default();
        let limits = Limits {
            entries: config.journal.entries,
            // As much for each entry as there is by default.
            bytes: (bytes / entries).saturating_mul(config.journal.entries).max(bytes),
            tls_keys: config.journal.tls_keys,
            ..Limits::default()
        };
        let journal = Journal::new(clock.clone(), limits, Arc::clone(&rules));
        let events = Arc::new(Events::new(journal.clone()));
        let (pki, store) = tokio::try_join!(open_pki(&config, &clock), open_store(&config, &clock))?;
        let store = Arc::new(store.with_events(events.clone()));
        let endpoints = sockets.endpoints(&config, write_ca(&config, scratch.path(), &pki)?)?;
        let parts = DhcpParts { rules: &rules, journal: &journal, clock: &clock, store: &store };
        let registrar = Arc::new(wiring::registrar(&config, sockets.https_port()?, parts).await?);
        let core = Arc::new(Core {
            web: WebConfiguration::new(config.web.clone()),
            trust: wiring::trust(&pki)?,
            registrar_settings: RegistrarConfiguration::new(&registrar),
            proxy: ProxyConfiguration::default(),
            settings_turn: tokio::sync::Mutex::default(),
            registrar,
            doors: Doors::default(),
            scenarios: Scenarios::default(),
            dhcp: sockets.dhcp_places.clone(),
            store,
            pki: Arc::new(pki),
            config,
            endpoints,
            events,
            journal,
            rules,
            clock,
        });
        core.recall_settings().await?;
        let (shutdown, mut tasks) = (CancellationToken::new(), JoinSet::new());
        core.users_changed().await;
        core.tell_what_was_left_armed();
        if let Err(error) = arm_and_serve(&core, sockets, &mut tasks, &shutdown).await {
            core.leave().await;
            return Err(error);
        }
        Ok(Self { core, shutdown, tasks, _lock: lock, _scratch: scratch })
    }

    /// Stops every part and waits until all have ended.
    pub(crate) async fn stop(mut self) {
        self.core.leave().await;
        self.shutdown.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Core {
    /// A pool that is kept is left without its scenarios: they go with the process, what they changed would not.
    async fn leave(self: &Arc<Self>) {
        if self.config.data_dir.is_some() {
            self.lift_everything().await;
        }
    }
}

/// Nothing is served before everything is armed: who asks whether the pool is ready, and every phone, finds it so.
async fn arm_and_serve(
    core: &Arc<Core>,
    sockets: Sockets,
    tasks: &mut JoinSet<()>,
    shutdown: &CancellationToken,
) -> Result<(), StartError> {
    core.arm_configured().await?;
    wiring::serve(core, sockets, tasks, shutdown).await
}

impl Drop for Running {
    fn drop(&mut self) {
        // The JoinSet aborts what is still running when it is dropped in its turn.
        self.shutdown.cancel();
    }
}

/// The names of the pool, as its certificates have them.
pub(crate) fn pool_names(config: &Config) -> PoolNames {
    let mut names = PoolNames::new(config.fqdn.clone(), config.sip_domain.clone());
    for name in &config.pki.extra_names {
        match name.parse::<IpAddr>() {
            Ok(address) => names.extra_ips.push(address),
            Err(_) => names.extra_dns.push(name.clone()),
        }
    }
    names
}

async fn open_pki(config: &Config, clock: &Clock) -> Result<Pki, StartError> {
    let names = pool_names(config);
    let kind = match config.pki.key {
        CertificateKey::Rsa2048 => KeyKind::Rsa2048,
        CertificateKey::P256 | CertificateKey::Auto => KeyKind::P256,
    };
    let directory = config.data_dir.as_ref().map(|dir| dir.join("pki"));
    let now = clock.now();
    // RSA keys take a tenth of a second, which is too long for an async thread.
    let opened = tokio::task::spawn_blocking(move || match directory {
        Some(directory) => Pki::open(&directory, &names, kind, now),
        None => Pki::generate(&names, kind, now),
    });
    Ok(opened.await.map_err(|error| StartError::part("certificates", &error))??)
}

async fn open_store(config: &Config, clock: &Clock) -> Result<Store, StartError> {
    let location = match &config.data_dir {
        Some(dir) => StoreLocation::Kept(dir.join("lyncmock.db")),
        None => StoreLocation::Ephemeral,
    };
    let store = Store::open(&location, clock.clone()).await?;
    let store = store.with_domain(&config.windows_domain, &config.sip_domain);
    let filled = store.seed(&seed::seed(&config.users, clock.now())).await?;
    if !filled && !config.users_are_built_in {
        tracing::warn!("users.file is for a new store; this one keeps the users it has");
    }
    Ok(store)
}

/// A front end shares the data directory with the one process whose user-PIN service it asks, as the servers of a pool
/// share its users and its authority; there are no two of either kind.
fn lock_file(config: &Config) -> &'static str {
    if config.userpin.service.is_some() { "lock-front-end" } else { "lock" }
}

/// Makes the data directory and takes it for this process; the lock goes with the process, however that ends.
fn lock(dir: &Path, name: &str) -> Result<File, StartError> {
    let failed = |error| StartError::Directory { path: dir.to_owned(), error };
    // With `recursive`, what exists already and is a directory is no error.
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => failed(ErrorKind::NotADirectory.into()),
        _ => failed(error),
    })?;
    let file =
        File::options().write(true).create(true).truncate(false).open(dir.join(name)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn scratch() -> Result<TempDir, StartError> {
    // For its owner alone: the store of a pool that keeps nothing is of nobody else's concern either.
    let owner = std::fs::Permissions::from_mode(0o700);
    let made = tempfile::Builder::new().prefix("lyncmock-").permissions(owner).tempdir();
    made.map_err(|error| StartError::Directory { path: std::env::temp_dir(), error })
}

/// Writes the root certificate to where `ca_pem` of the endpoints says.
fn write_ca(config: &Config, scratch: &Path, pki: &Pki) -> Result<PathBuf, StartError> {
    let folder = config.data_dir.as_deref().unwrap_or(scratch);
    // Absolute, because whoever reads the endpoints may stand in another folder.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let path = folder.join("ca.pem");
    publish(&folder, &path, &pki.ca_pem())
        .map_err(|error| StartError::Directory { path: path.clone(), error })?;
    Ok(path)
}

/// Puts a file in place as a whole: who reads it while another process of the pool starts finds the old one or the new.
fn publish(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let everybody = std::fs::Permissions::from_mode(0o644);
    let mut file =
        tempfile::Builder::new().prefix(".unfinished-").permissions(everybody).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|refused| refused.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn who_reads_a_file_that_is_put_in_place_has_the_whole_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        publish(dir.path(), &path, "the old one").unwrap();
        let mut reader = File::open(&path).unwrap();
        publish(dir.path(), &path, "the new one").unwrap();
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(
            (read.as_str(), std::fs::read_to_string(&path).unwrap().as_str()),
            ("the old one", "the new one")
        );
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

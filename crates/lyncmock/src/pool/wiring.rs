//! Which part is given which other, and on which socket it is served.

use super::bind::Sockets;
use super::gate::{Faults, TlsGate};
use super::{Core, StartError};
use crate::config::{Config, RelayReply, Siaddr};
use crate::control::Control;
use lync_admin::Access;
use lync_dhcp::lease::Pools;
use lync_dhcp::{
    Enterprise, LeaseServer, Mode, Registrar, RegistrarOptions, RegistrarSettings, RelayedAnswer, ServerField,
};
use lync_journal::Journal;
use lync_model::Clock;
use lync_model::lease::LeaseLog;
use lync_model::ports::UserPinService;
use lync_model::rules::RuleBook;
use lync_model::scenario::Service;
use lync_net::tls::{self, Acceptor, Identity, TlsError, TrustStore};
use lync_net::{Gate, HeaderCase, Limits, Options};
use lync_pki::Pool as Pki;
use lync_proto::ticket::TicketKey;
use lync_proto::userpin::PinDecryptionKey;
use lync_store::Store;
use lync_userpin::{Place, Target, Timeouts};
use lync_web::{FrontEnd, Parts, Urls};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// For how long a stopping pool lets open requests finish. With all else that an end takes it is within a second.
const GRACE: Duration = Duration::from_millis(500);

/// Serves every socket in `tasks` until `shutdown`.
pub(super) async fn serve(
    core: &Arc<Core>,
    sockets: Sockets,
    tasks: &mut JoinSet<()>,
    shutdown: &CancellationToken,
) -> Result<(), StartError> {
    let serving = Serving::new(core)?;
    let front_end = serving.front_end(sockets.urls(&core.config)?, sockets.userpin_place(&core.config)?)?;
    let header_case = HeaderCase::new(lync_web::HEADER_CASE.iter().copied()).await;
    let header_case = header_case.map_err(|error| StartError::part("header names", &error))?;
    let web = |service| Options { header_case: Some(header_case.clone()), ..serving.options(service) };

    let http = lync_web::http(Arc::clone(&front_end));
    tasks.spawn(lync_net::serve(sockets.http, None, http, web(Service::Http), shutdown.clone()));
    let https = lync_web::https(front_end);
    let acceptor = Some(serving.acceptor(Service::Https)?);
    tasks.spawn(lync_net::serve(sockets.https, acceptor, https, web(Service::Https), shutdown.clone()));
    if let Some(listener) = sockets.userpin {
        let service = serving.user_pin_service()?;
        let (acceptor, options) =
            (Some(serving.acceptor(Service::UserPin)?), serving.options(Service::UserPin));
        tasks.spawn(lync_net::serve(listener, acceptor, service, options, shutdown.clone()));
    }

    serve_admin(core, sockets.admin, tasks, shutdown);
    if !sockets.dhcp.is_empty() {
        let serve = lync_dhcp::serve(sockets.dhcp, Arc::clone(&core.registrar), shutdown.clone());
        tasks.spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "DHCP is no longer served");
            }
        });
    }
    Ok(())
}

fn serve_admin(
    core: &Arc<Core>,
    listener: TcpListener,
    tasks: &mut JoinSet<()>,
    shutdown: &CancellationToken,
) {
    let access = match &core.config.admin.token {
        Some(token) => Access::Token(token.clone()),
        None => Access::Loopback,
    };
    let router = lync_admin::router(Arc::new(Control::new(core)), access);
    let limits = Limits { grace: GRACE, ..Limits::default() };
    tasks.spawn(lync_net::serve(listener, None, router, limits, shutdown.clone()));
}

/// What the listeners have in common.
struct Serving<'a> {
    core: &'a Core,
    identity: Identity,
    faults: Arc<Faults>,
}

impl<'a> Serving<'a> {
    fn new(core: &'a Core) -> Result<Self, StartError> {
        let faults = Faults {
            pki: Arc::clone(&core.pki),
            names: super::pool_names(&core.config),
            clock: core.clock.clone(),
            keys: core.journal.key_log(),
        };
        // The pool's server certificate, which its members also show each other.
        let identity = Identity::new(core.pki.server_chain().to_vec(), core.pki.server_key());
        Ok(Self { core, identity, faults: Arc::new(faults) })
    }

    fn options(&self, service: Service) -> Options {
        let core = self.core;
        let name = name(service);
        let clients = (service == Service::UserPin).then(|| core.trust.clone());
        let gate: Arc<dyn Gate> = TlsGate::new(name, &core.rules, &self.faults, clients);
        Options {
            limits: Limits { grace: GRACE, ..Limits::default() },
            gate: Some(gate),
            observer: Some(core.journal.observer(name, service != Service::Http)),
            door: Some(core.doors.door(service)),
            ..Options::default()
        }
    }

    fn acceptor(&self, service: Service) -> Result<Acceptor, StartError> {
        let clock = &self.core.clock;
        let acceptor = match service {
            Service::UserPin => tls::server_mutual(&self.identity, self.core.trust.clone(), clock),
            Service::Http | Service::Https => tls::server(&self.identity, clock),
        };
        let acceptor = acceptor.map_err(|error: TlsError| StartError::part("TLS", &error))?;
        Ok(match &self.faults.keys {
            Some(keys) => acceptor.with_key_log(Arc::clone(keys)),
            None => acceptor,
        })
    }

    /// The service on :444, over the store. The phones' certificates have the same root as the members'; the pool's
    /// name is in the latter alone.
    fn user_pin_service(&self) -> Result<axum::Router, StartError> {
        let core = self.core;
        let key =
            PinDecryptionKey::generate().map_err(|error| StartError::part("PIN encryption key", &error))?;
        let store: Arc<dyn UserPinService> = core.store.clone();
        let members = [core.config.fqdn.as_str()];
        Ok(lync_userpin::router(store, Arc::new(key), members, Arc::clone(&core.rules)))
    }

    /// The front end's way to that service: over the socket, like between two servers.
    fn user_pin(&self, place: Place) -> Result<lync_userpin::Client, StartError> {
        let problem = |error: &dyn std::fmt::Display| StartError::part("user-PIN service", error);
        let core = self.core;
        let port = match &place {
            Place::Address(address) => address.port(),
            Place::Host(_, port) => *port,
        };
        let url = format!("https://{}:{port}{}", core.config.fqdn, lync_userpin::PATH);
        let target = Target::new(&url, place).map_err(|error| problem(&error))?;
        let (trust, clock) = (core.trust.clone(), core.clock.clone());
        let client = lync_userpin::Client::new(target, trust, &self.identity, clock, core.events.clone());
        let timeouts = Timeouts {
            connect: core.config.userpin.connect_timeout,
            request: core.config.userpin.request_timeout,
        };
        Ok(client.map_err(|error| problem(&error))?.with_timeouts(timeouts))
    }

    fn front_end(&self, urls: Urls, user_pin: Place) -> Result<Arc<FrontEnd>, StartError> {
        let core = self.core;
        let pki = &core.pki;
        let ticket_key = TicketKey::new(
            pki.ticket_signing_pkcs8(),
            pki.ticket_signing_spki().to_vec(),
            *pki.ticket_wrapping_key(),
        );
        Ok(Arc::new(FrontEnd::new(Parts {
            urls,
            settings: core.web.effective().clone(),
            diagnostics: core.config.diagnostics.clone(),
            user_pin: Arc::new(self.user_pin(user_pin)?),
            numbers: core.journal.clone(),
            accounts: core.store.clone(),
            windows: Arc::new(windows(&core.config)),
            authority: pki.clone(),
            ticket_key: ticket_key.map_err(|error| StartError::part("web ticket key", &error))?,
            clock: core.clock.clone(),
            rules: Arc::clone(&core.rules),
        })))
    }
}

/// The front end's computer and its domain, as NTLM names them. Its computer account has the first label of its name, in
/// the 15 characters that NetBIOS leaves it.
fn windows(config: &Config) -> lync_ntlm::Target {
    let host = config.fqdn.split('.').next().unwrap_or_default();
    lync_ntlm::Target {
        netbios_domain: config.windows_domain.clone(),
        netbios_computer: host.chars().take(15).collect::<String>().to_ascii_uppercase(),
        dns_domain: config.sip_domain.clone(),
        dns_computer: config.fqdn.clone(),
    }
}

/// The listener, as rules and the journal name it.
const fn name(service: Service) -> &'static str {
    match service {
        Service::Http => "http",
        Service::Https => "https",
        Service::UserPin => "userpin",
    }
}

/// The certificate store of the front end's computer.
pub(super) fn trust(pki: &Pki) -> Result<TrustStore, StartError> {
    let problem = |error: &dyn std::fmt::Display| StartError::part("trust store", error);
    let trust = TrustStore::new([pki.root_der().clone()]).map_err(|error| problem(&error))?;
    trust.add_intermediate(pki.issuing_der().clone()).map_err(|error| problem(&error))?;
    Ok(trust)
}

/// The DHCP component: the Registrar's own, or that of the network's DHCP server.
pub(super) async fn registrar(
    config: &Config,
    https_port: u16,
    parts: DhcpParts<'_>,
) -> Result<Registrar, StartError> {
    let DhcpParts { rules, journal, clock, store } = parts;
    let problem = |error: &dyn std::fmt::Display| StartError::part("DHCP options", error);
    let options = RegistrarOptions {
        uc_client: lync_proto::dhcp::UcClientOptions::for_pool(&config.fqdn, https_port)
            .map_err(|error| problem(&error))?,
        sip_servers: config
            .fqdn
            .parse::<lync_proto::dhcp::DomainName>()
            .map_err(|error| problem(&error))?
            .into(),
    };
    let settings = RegistrarSettings {
        siaddr: match config.dhcp.siaddr {
            Siaddr::Zero => ServerField::Zero,
            Siaddr::Server => ServerField::ServerAddress,
        },
        relayed: match config.dhcp.relay_reply {
            RelayReply::Client => RelayedAnswer::ToClient,
            RelayReply::Relay => RelayedAnswer::ToRelay,
        },
    };
    let registrar = Registrar::new(&options, settings)
        .with_rules(Arc::clone(rules))
        .with_journal(journal.clone(), clock.clone());
    let Some(enterprise) = &config.dhcp.enterprise else { return Ok(registrar) };
    let leases = leases(enterprise, config, clock, store).await?;
    let registrar = registrar.with_leases(Arc::new(leases));
    registrar.set_mode(Mode::Enterprise);
    Ok(registrar)
}

/// What the DHCP component is given.
pub(super) struct DhcpParts<'a> {
    pub(super) rules: &'a Arc<RuleBook>,
    pub(super) journal: &'a Arc<Journal>,
    pub(super) clock: &'a Clock,
    pub(super) store: &'a Arc<Store>,
}

/// Leases, kept where users are: a pool with a data directory goes on with them.
async fn leases(
    config: &crate::config::Enterprise,
    whole: &Config,
    clock: &Clock,
    store: &Arc<Store>,
) -> Result<LeaseServer, StartError> {
    let problem = |error: &dyn std::fmt::Display| StartError::part("dhcp", error);
    let options = Enterprise::new(&config.options, &config.classes).map_err(|error| problem(&error))?;
    let pools = Pools::new(config.subnets.clone(), config.settings).map_err(|error| problem(&error))?;
    let log = whole.data_dir.is_some().then(|| -> Arc<dyn LeaseLog> { store.clone() });
    LeaseServer::open(options, pools, log, clock.clone()).await.map_err(|error| problem(&error))
}

/// Refuses to give leases on an interface where another server does: two of them are every network's trouble.
pub(super) async fn nobody_else_serves(config: &Config) -> Result<(), StartError> {
    if !config.dhcp.enterprise.as_ref().is_some_and(|enterprise| enterprise.probe) {
        return Ok(());
    }
    let interfaces = if config.dhcp.enabled { config.dhcp.interfaces.as_slice() } else { &[] };
    for interface in interfaces {
        let found =
            lync_dhcp::probe(interface).await.map_err(|error| StartError::part("dhcp.probe", &error))?;
        if let Some(answer) = found {
            let problem = format!(
                "the DHCP server {} answers on {interface} and offers {}; no leases are given beside it, unless \
                 dhcp.probe = false",
                answer.server, answer.offered
            );
            return Err(StartError::part("dhcp.interfaces", &problem));
        }
    }
    Ok(())
}

//! Which part is given which other, and on which socket it is served.

use super::StartError;
use super::bind::Sockets;
use crate::config::{Config, RelayReply, Siaddr};
use crate::events::Events;
use lync_dhcp::{Registrar, RegistrarOptions, RegistrarSettings, RelayedAnswer, ServerField};
use lync_model::ports::UserPinService;
use lync_model::{Clock, EventLog};
use lync_net::tls::{self, Identity, TrustStore};
use lync_net::{HeaderCase, Limits, Options};
use lync_pki::Pool as Pki;
use lync_proto::ticket::TicketKey;
use lync_proto::userpin::PinDecryptionKey;
use lync_store::Store;
use lync_userpin::{Target, Timeouts};
use lync_web::{FrontEnd, Parts, Urls};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// For how long a stopping pool lets open requests finish.
const GRACE: Duration = Duration::from_secs(1);

/// The parts that exist before anything is served.
pub(super) struct Wiring<'a> {
    pub(super) config: &'a Config,
    pub(super) clock: &'a Clock,
    pub(super) pki: &'a Arc<Pki>,
    pub(super) store: &'a Arc<Store>,
}

impl Wiring<'_> {
    /// Serves every socket in `tasks` until `shutdown`.
    pub(super) async fn serve(
        &self,
        sockets: Sockets,
        events: Arc<Events>,
        tasks: &mut JoinSet<()>,
        shutdown: &CancellationToken,
    ) -> Result<(), StartError> {
        let limits = Limits { grace: GRACE, ..Limits::default() };
        let identity = self.identity();
        let urls = sockets.urls(self.config)?;
        let registrar = self.registrar(urls.fqdn(), sockets.https_port()?)?;
        let front_end =
            self.front_end(urls, self.user_pin(&identity, sockets.userpin_address()?, events)?)?;

        let header_case = HeaderCase::new(lync_web::HEADER_CASE.iter().copied()).await;
        let header_case = header_case.map_err(|error| StartError::part("header names", &error))?;
        let web = Options { limits: limits.clone(), header_case: Some(header_case) };
        let acceptor = tls::server(&identity, self.clock).map_err(|error| StartError::part("TLS", &error))?;
        let http = lync_web::http(Arc::clone(&front_end));
        tasks.spawn(lync_net::serve(sockets.http, None, http, web.clone(), shutdown.clone()));
        let https = lync_web::https(front_end);
        tasks.spawn(lync_net::serve(sockets.https, Some(acceptor), https, web, shutdown.clone()));

        let acceptor = tls::server_mutual(&identity, self.trusted_root()?, self.clock);
        let acceptor = acceptor.map_err(|error| StartError::part("TLS", &error))?;
        let service = self.user_pin_service()?;
        tasks.spawn(lync_net::serve(sockets.userpin, Some(acceptor), service, limits, shutdown.clone()));

        if !sockets.dhcp.is_empty() {
            let serve = lync_dhcp::serve(sockets.dhcp, registrar, shutdown.clone());
            tasks.spawn(async move {
                if let Err(error) = serve.await {
                    tracing::error!(%error, "DHCP is no longer served");
                }
            });
        }
        Ok(())
    }

    /// The pool's server certificate, which its members also show each other.
    fn identity(&self) -> Identity {
        Identity::new(self.pki.server_chain().to_vec(), self.pki.server_key())
    }

    /// A trust store of its own for each end of the hop, so that one can be changed without the other.
    fn trusted_root(&self) -> Result<TrustStore, StartError> {
        TrustStore::new([self.pki.root_der().clone()])
            .map_err(|error| StartError::part("trust store", &error))
    }

    /// The service on :444, over the store. The phones' certificates have the same root as the members'; the pool's
    /// name is in the latter alone.
    fn user_pin_service(&self) -> Result<axum::Router, StartError> {
        let key =
            PinDecryptionKey::generate().map_err(|error| StartError::part("PIN encryption key", &error))?;
        let store: Arc<dyn UserPinService> = self.store.clone();
        Ok(lync_userpin::router(store, Arc::new(key), [self.config.fqdn.as_str()]))
    }

    /// The front end's way to that service: over the socket, like between two servers.
    fn user_pin(
        &self,
        identity: &Identity,
        address: SocketAddr,
        events: Arc<dyn EventLog>,
    ) -> Result<lync_userpin::Client, StartError> {
        let problem = |error: &dyn std::fmt::Display| StartError::part("user-PIN service", error);
        let url = format!("https://{}:{}{}", self.config.fqdn, address.port(), lync_userpin::PATH);
        let target = Target::new(&url, address).map_err(|error| problem(&error))?;
        let client =
            lync_userpin::Client::new(target, self.trusted_root()?, identity, self.clock.clone(), events);
        let timeouts = Timeouts {
            connect: self.config.userpin.connect_timeout,
            request: self.config.userpin.request_timeout,
        };
        Ok(client.map_err(|error| problem(&error))?.with_timeouts(timeouts))
    }

    fn front_end(&self, urls: Urls, user_pin: lync_userpin::Client) -> Result<Arc<FrontEnd>, StartError> {
        let pki = self.pki;
        let ticket_key = TicketKey::new(
            pki.ticket_signing_pkcs8(),
            pki.ticket_signing_spki().to_vec(),
            *pki.ticket_wrapping_key(),
        );
        Ok(Arc::new(FrontEnd::new(Parts {
            urls,
            settings: self.config.web.clone(),
            diagnostics: self.config.diagnostics.clone(),
            user_pin: Arc::new(user_pin),
            authority: pki.clone(),
            ticket_key: ticket_key.map_err(|error| StartError::part("web ticket key", &error))?,
            clock: self.clock.clone(),
        })))
    }

    fn registrar(&self, fqdn: &str, https_port: u16) -> Result<Arc<Registrar>, StartError> {
        let problem = |error: &dyn std::fmt::Display| StartError::part("DHCP options", error);
        let options = RegistrarOptions {
            uc_client: lync_proto::dhcp::UcClientOptions::for_pool(fqdn, https_port)
                .map_err(|error| problem(&error))?,
            sip_servers: fqdn
                .parse::<lync_proto::dhcp::DomainName>()
                .map_err(|error| problem(&error))?
                .into(),
        };
        let settings = RegistrarSettings {
            siaddr: match self.config.dhcp.siaddr {
                Siaddr::Zero => ServerField::Zero,
                Siaddr::Server => ServerField::ServerAddress,
            },
            relayed: match self.config.dhcp.relay_reply {
                RelayReply::Client => RelayedAnswer::ToClient,
                RelayReply::Relay => RelayedAnswer::ToRelay,
            },
        };
        Ok(Arc::new(Registrar::new(&options, settings)))
    }
}

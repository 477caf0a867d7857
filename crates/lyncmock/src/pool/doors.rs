//! The listeners' doors: a service that is stopped refuses connections, really.

use lync_model::scenario::Service;
use lync_net::Door;
use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

/// A door for each service, and for whom it is shut.
#[derive(Default)]
pub(crate) struct Doors {
    http: OneDoor,
    https: OneDoor,
    userpin: OneDoor,
}

/// A door stays shut until the last of those who shut it opens it.
struct OneDoor {
    door: Door,
    shut_by: Mutex<BTreeSet<u64>>,
}

impl Default for OneDoor {
    fn default() -> Self {
        Self { door: Door::new(), shut_by: Mutex::default() }
    }
}

impl Doors {
    /// The door of a service, for its listener.
    pub(crate) fn door(&self, service: Service) -> Door {
        self.of(service).door.clone()
    }

    /// Stops a service on behalf of the scenario with this number.
    pub(crate) fn shut(&self, service: Service, scenario: u64) {
        let one = self.of(service);
        let mut shut_by = one.shut_by.lock().unwrap_or_else(PoisonError::into_inner);
        shut_by.insert(scenario);
        one.door.close();
    }

    /// Starts a service again as far as that scenario is concerned.
    ///
    /// # Errors
    /// When another program has taken the port meanwhile.
    pub(crate) fn open(&self, service: Service, scenario: u64) -> io::Result<()> {
        let one = self.of(service);
        let mut shut_by = one.shut_by.lock().unwrap_or_else(PoisonError::into_inner);
        if shut_by.contains(&scenario) && shut_by.len() == 1 {
            one.door.open()?;
        }
        shut_by.remove(&scenario);
        Ok(())
    }

    /// Whether the scenario keeps the service stopped.
    pub(crate) fn is_shut_by(&self, service: Service, scenario: u64) -> bool {
        self.of(service).shut_by.lock().unwrap_or_else(PoisonError::into_inner).contains(&scenario)
    }

    /// Starts the web services again, whoever stopped them, and ends every connection to them.
    pub(crate) fn restart_web(&self) {
        for one in [&self.http, &self.https] {
            let mut shut_by = one.shut_by.lock().unwrap_or_else(PoisonError::into_inner);
            one.door.drop_connections();
            match one.door.open() {
                Ok(()) => shut_by.clear(),
                Err(error) => tracing::error!(%error, "a web service could not be started again"),
            }
        }
    }

    const fn of(&self, service: Service) -> &OneDoor {
        match service {
            Service::Http => &self.http,
            Service::Https => &self.https,
            Service::UserPin => &self.userpin,
        }
    }
}

//! What both ends share: algorithms, versions and the time.

use lync_model::Clock;
use rustls::SupportedProtocolVersion;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The versions that are spoken. Below TLS 1.2 rustls has nothing.
pub(super) static VERSIONS: &[&SupportedProtocolVersion] =
    &[&rustls::version::TLS13, &rustls::version::TLS12];

/// The only protocol inside: a server of 2013 knows nothing newer.
pub(super) const ALPN: &[u8] = b"http/1.1";

/// aws-lc without its post-quantum groups: no client of that time offers them, and they grow each handshake.
pub(super) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519};
        Arc::new(CryptoProvider {
            kx_groups: vec![X25519, SECP256R1, SECP384R1],
            ..aws_lc_rs::default_provider()
        })
    });
    Arc::clone(&PROVIDER)
}

/// The model's clock as rustls asks it, so that a test can let a certificate expire.
pub(super) fn time(clock: &Clock) -> Arc<dyn TimeProvider> {
    Arc::new(ModelTime(clock.clone()))
}

#[derive(Debug)]
struct ModelTime(Clock);

impl TimeProvider for ModelTime {
    /// `None` before 1970, which X.509 times as rustls holds them cannot express.
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().unix_timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

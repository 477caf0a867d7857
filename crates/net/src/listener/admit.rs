//! Doing what the gate decided.

use super::report::Report;
use super::{Broken, Server, end};
use crate::Admission;
use crate::rules::STALL;
use crate::tap::{Tap, Tapped};
use crate::tls::Acceptor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};

/// The longest TLS record, in bytes (RFC 8446 section 5.2).
const MAX_RECORD: usize = 16 * 1024 + 256;

/// A connection that may go on, and the acceptor that it has in place of the listener's.
pub(super) struct Admitted(pub(super) Tap, pub(super) Option<Acceptor>);

impl Server {
    /// An error is a connection that was turned away.
    pub(super) async fn admit(
        &self,
        tap: Tap,
        mut admission: Admission,
        report: &mut Report,
    ) -> Result<Admitted, Broken> {
        loop {
            admission = match admission {
                Admission::Noted(note, then) => {
                    report.note(*note);
                    *then
                }
                Admission::After(delay, then) => tokio::select! {
                    () = self.shutdown.cancelled() => return Err(Broken::Shutdown),
                    () = sleep_until(Instant::now() + delay) => *then,
                },
                decided => break self.decided(tap, decided).await,
            }
        }
    }

    async fn decided(&self, tap: Tap, admission: Admission) -> Result<Admitted, Broken> {
        match (admission, &self.tls) {
            (Admission::Serve | Admission::After(..) | Admission::Noted(..), _)
            | (Admission::Handshake(_), None) => Ok(Admitted(tap, None)),
            (Admission::Handshake(instead), Some(_)) => Ok(Admitted(tap, Some(instead))),
            (Admission::Reset, _) => {
                tap.reset();
                Err(Broken::GateReset)
            }
            (Admission::Close, _) | (Admission::Alert(_), None) => {
                end::close(tap, &self.shutdown).await;
                Err(Broken::GateClosed)
            }
            (Admission::Stall, _) => {
                end::wait_for_close(tap, STALL, &self.shutdown).await;
                Err(Broken::GateStalled)
            }
            (Admission::Alert(alert), Some(_)) => self.alert(tap, alert).await,
        }
    }

    /// Answers the ClientHello by a fatal alert.
    async fn alert(&self, mut tap: Tap, alert: u8) -> Result<Admitted, Broken> {
        let limit = self.options.limits.handshake_timeout;
        tokio::select! {
            () = self.shutdown.cancelled() => return Err(Broken::Shutdown),
            answered = timeout(limit, answer(&mut tap, alert)) => {
                answered.map_err(|_| Broken::HandshakeTimeout)??;
            }
        }
        end::close(tap, &self.shutdown).await;
        Err(Broken::GateAlert(alert))
    }
}

async fn answer(tap: &mut Tap, alert: u8) -> Result<(), Broken> {
    if !read_record(tap).await.map_err(Broken::Handshake)? {
        return Err(Broken::NoClientHello);
    }
    // Record: alert, TLS 1.2 (which every version writes here), two bytes: fatal, and which (RFC 8446 section 5.1, 6).
    tap.write_all(&[0x15, 3, 3, 0, 2, 2, alert]).await.map_err(Broken::Handshake)
}

/// Reads the first record, and whether it is of a handshake. Its content does not matter.
async fn read_record(tap: &mut Tap) -> std::io::Result<bool> {
    let mut header = [0; 5];
    tap.read_exact(&mut header).await?;
    let [kind, _, _, high, low] = header;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if kind != 0x16 || length > MAX_RECORD {
        return Ok(false);
    }
    let mut record = vec![0; length];
    tap.read_exact(&mut record).await?;
    Ok(true)
}

//! A pool in a process of its own, watched from outside.

use lync_phone::{DhcpDiscovery, Resolve, SignIn};
use lyncmock::{Endpoints, Pin};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Linux counts the CPU time of processes in hundredths of a second.
const TICKS_PER_SECOND: u32 = 100;

pub(crate) struct Served {
    /// From before the process was made until it said that it is ready.
    pub(crate) took: Duration,
    endpoints: Endpoints,
    child: Child,
}

impl Served {
    pub(crate) fn start() -> Self {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_lyncmock"))
            .args(["serve", "--json", "--free-ports"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let took = began.elapsed();
        Self { took, endpoints: Endpoints::from_json(&line).unwrap(), child }
    }

    /// A phone of Ken Myer's.
    pub(crate) fn phone(&self) -> SignIn {
        let Some(SocketAddr::V4(dhcp)) = self.endpoints.dhcp else { unreachable!("DHCP is on by default") };
        let http = self.endpoints.http.rsplit_once(':').unwrap().1.parse().unwrap();
        SignIn::new("+12065551219", Pin::new("0712"))
            .dhcp(DhcpDiscovery::unicast(dhcp))
            .http_port(http)
            .resolve(Resolve::new().with_ip(&self.endpoints.fqdn, (*dhcp.ip()).into()))
    }

    /// Resident memory.
    pub(crate) fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// CPU time of all its threads so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The second field is the name, which may hold blanks; utime and stime are the 14th and 15th.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks = |index: usize| fields.get(index).unwrap().parse::<u32>().unwrap();
        Duration::from_secs(u64::from(ticks(11) + ticks(12))) / TICKS_PER_SECOND
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // An orderly end, so that no temporary folder stays behind.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

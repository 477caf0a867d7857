//! lyncmock as a program, dnsmasq and Kea, one after the other, in the same network and asked by the same clients.
//!
//! The clients are behind a relay, as perfdhcp's are: so no server needs raw sockets. All give a day's lease, options
//! 43 and 120, and log nothing of a client.

use crate::{
    cores::Cores,
    load::{self, Clients},
    network::{CLIENTS, Network, RANGE},
    wire::{self, Payloads},
};
use anyhow::{Context, Result};
use lync_model::Clock;
use nix::unistd::geteuid;
use std::{
    env,
    fs::{self, File},
    net::Ipv4Addr,
    path::Path,
    process::Command,
    time::Duration,
};

/// The most time for the leases that a server is measured beside.
const FILLING: Duration = Duration::from_secs(8);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Lyncmock,
    Dnsmasq,
    Kea,
}

/// What a server is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) network: &'a Network,
    pub(crate) cores: Cores,
    pub(crate) payloads: &'a Payloads,
    pub(crate) time: Duration,
    /// Whether leases outlive the process.
    pub(crate) kept: bool,
    /// How many leases there should be before.
    pub(crate) beside: u32,
}

impl Server {
    pub(crate) const ALL: [Self; 3] = [Self::Lyncmock, Self::Dnsmasq, Self::Kea];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lyncmock => "lyncmock",
            Self::Dnsmasq => "dnsmasq",
            Self::Kea => "Kea",
        }
    }

    pub(crate) fn is_installed(self) -> bool {
        match self {
            Self::Lyncmock => true,
            Self::Dnsmasq => installed("dnsmasq"),
            Self::Kea => installed("kea-dhcp4"),
        }
    }

    /// DHCPINFORM a second, of clients that have an address in the server's network.
    pub(crate) fn informs(self, run: Run<'_>) -> Result<f64> {
        self.measured(run, |_| load::informs(&run.network.socket(68)?, CLIENTS, run.payloads, run.time))
    }

    /// DHCPDISCOVER to DHCPACK a second, and beside how many leases if that many could not be had in time.
    pub(crate) fn exchanges(self, run: Run<'_>) -> Result<(f64, u32)> {
        self.measured(run, |clients| {
            if self.finds(run) == 0 && run.beside > 0 {
                clients.exchanges(FILLING, run.beside)?;
            }
            let beside = self.finds(run) + clients.served();
            Ok((clients.exchanges(run.time, u32::MAX)?, beside))
        })
    }

    /// Leases that the server reads when it starts: dnsmasq would take minutes to give so many.
    fn finds(self, run: Run<'_>) -> u32 {
        if self == Self::Dnsmasq && run.kept { run.beside } else { 0 }
    }

    fn measured<T>(self, run: Run<'_>, ask: impl FnOnce(&mut Clients<'_>) -> Result<T>) -> Result<T> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let said = folder.path().join("said");
        let measure = || {
            let mut command = self.command(folder.path(), run)?;
            let _served = run.network.start(run.cores, &mut command, &File::create(&said)?)?;
            let mut clients =
                Clients::new(run.network.socket(67)?, CLIENTS, RANGE, self.finds(run), run.payloads)?;
            clients.knock()?;
            ask(&mut clients)
        };
        measure().with_context(|| {
            let said = fs::read_to_string(&said).unwrap_or_default();
            format!("the last that it said is {:?}", said.lines().last().unwrap_or_default())
        })
    }

    fn command(self, folder: &Path, run: Run<'_>) -> Result<Command> {
        match self {
            Self::Lyncmock => Ok(lyncmock(folder, run.kept)),
            Self::Dnsmasq => dnsmasq(folder, run, self.finds(run)),
            Self::Kea => kea(folder, run),
        }
    }
}

/// Whether this process may make networks.
pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

pub(crate) fn installed(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

fn lyncmock(folder: &Path, kept: bool) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lyncmock"));
    command.args([
        "serve",
        "--dhcp-mode",
        "enterprise",
        "--dhcp-interfaces",
        "eth0",
        "--dhcp-probe",
        "false",
    ]);
    command.args(["--dhcp-network", "10.0.0.0/8", "--dhcp-ranges", &between("-")]);
    // The port is in option 43.
    command.args(["--dhcp-lease-seconds", "86400", "--listen-https", "127.0.0.1:443"]);
    if kept {
        command.arg("--data-dir").arg(folder.join("data"));
    }
    command
}

fn dnsmasq(folder: &Path, run: Run<'_>, found: u32) -> Result<Command> {
    let leases = if run.kept {
        let file = folder.join("leases");
        fs::write(&file, leases_of_others(found))?;
        format!("dhcp-leasefile={}", file.display())
    } else {
        "leasefile-ro".to_owned()
    };
    let configuration = format!(
        "port=0\nno-hosts\nno-resolv\ninterface=eth0\nuser=root\npid-file\ndhcp-authoritative\nno-ping\n\
         quiet-dhcp\ndhcp-lease-max=1000000\ndhcp-range={},255.0.0.0,1d\ndhcp-option=43,{}\n\
         dhcp-option=120,{}\n{leases}\n",
        between(","),
        with_colons(&run.payloads.option_43),
        with_colons(&run.payloads.option_120),
    );
    let path = folder.join("dnsmasq.conf");
    fs::write(&path, configuration)?;
    let mut command = Command::new("dnsmasq");
    command.args(["--keep-in-foreground", "--log-facility=-", &format!("--conf-file={}", path.display())]);
    Ok(command)
}

/// The first addresses, as dnsmasq keeps them: end, hardware address, address, no name and no identifier.
fn leases_of_others(count: u32) -> String {
    let ends = (Clock::system().now() + time::Duration::DAY).unix_timestamp();
    let lease = |number: u32| {
        let [a, b, c, d] = number.to_be_bytes();
        let address = Ipv4Addr::from_bits(RANGE.start().to_bits() + number);
        format!("{ends} 02:09:{a:02x}:{b:02x}:{c:02x}:{d:02x} {address} * *\n")
    };
    (0..count).map(lease).collect()
}

/// One thread, which is the fastest on one core, and no clean-up of the file while it is measured.
fn kea(folder: &Path, run: Run<'_>) -> Result<Command> {
    let data = |code: u8, bytes: &[u8]| serde_json::json!({ "code": code, "csv-format": false, "data": wire::hex(bytes) });
    let configuration = serde_json::json!({ "Dhcp4": {
        "interfaces-config": { "interfaces": ["eth0"], "dhcp-socket-type": "udp", "re-detect": false },
        "multi-threading": { "enable-multi-threading": false },
        "lease-database": {
            "type": "memfile", "persist": run.kept, "lfc-interval": 0, "name": folder.join("leases.csv"),
        },
        "valid-lifetime": 86400,
        "option-data": [data(120, &run.payloads.option_120)],
        "client-classes": [{
            "name": "uc",
            "test": "substring(option[60].hex,0,12) == 'MS-UC-Client'",
            "option-def": [{ "name": "vendor-encapsulated-options", "code": 43, "type": "binary" }],
            "option-data": [data(43, &run.payloads.option_43)],
        }],
        "subnet4": [{ "id": 1, "subnet": "10.0.0.0/8", "pools": [{ "pool": between(" - ") }] }],
        "loggers": [{ "name": "kea-dhcp4", "severity": "ERROR", "output_options": [{ "output": "stderr" }] }],
    }});
    let path = folder.join("kea.json");
    fs::write(&path, configuration.to_string())?;
    let mut command = Command::new("kea-dhcp4");
    command.arg("-c").arg(&path);
    command.env("KEA_PIDFILE_DIR", folder).env("KEA_LOCKFILE_DIR", "none");
    Ok(command)
}

fn between(separator: &str) -> String {
    let (first, last): (&Ipv4Addr, &Ipv4Addr) = (RANGE.start(), RANGE.end());
    format!("{first}{separator}{last}")
}

fn with_colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

//! Two network namespaces with a cable between them: a server in one, clients in the other.

use crate::cores::Cores;
use anyhow::{Context, Result, anyhow, ensure};
use nix::sched::{CloneFlags, setns};
use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    ops::RangeInclusive,
    process::{Child, Command, Stdio},
    thread,
};

pub(crate) const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
pub(crate) const CLIENTS: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// The most addresses that a pool gives away.
pub(crate) const RANGE: RangeInclusive<Ipv4Addr> =
    Ipv4Addr::new(10, 16, 0, 0)..=Ipv4Addr::new(10, 31, 255, 255);

/// Goes when it is dropped.
pub(crate) struct Network {
    servers: String,
    clients: String,
}

impl Network {
    pub(crate) fn up() -> Result<Self> {
        let name = |end| format!("lyncmock-bench-{}-{end}", std::process::id());
        let network = Self { servers: name("servers"), clients: name("clients") };
        let (servers, clients) = (network.servers.as_str(), network.clients.as_str());
        ip(&["netns", "add", servers])?;
        ip(&["netns", "add", clients])?;
        ip(&[
            "-n", servers, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", clients,
        ])?;
        for (namespace, address) in [(servers, SERVER), (clients, CLIENTS)] {
            ip(&["-n", namespace, "link", "set", "lo", "up"])?;
            ip(&["-n", namespace, "address", "add", &format!("{address}/8"), "dev", "eth0"])?;
            ip(&["-n", namespace, "link", "set", "eth0", "up"])?;
        }
        Ok(network)
    }

    /// Starts a server, on the servers' core.
    pub(crate) fn start(&self, cores: Cores, command: &mut Command, output: &File) -> Result<Served> {
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output.try_clone()?);
        inside(&self.servers, || {
            cores.serve()?;
            Ok(Served(command.spawn()?))
        })
    }

    /// A socket of the clients, connected to the server.
    pub(crate) fn socket(&self, port: u16) -> Result<UdpSocket> {
        inside(&self.clients, || {
            let socket = UdpSocket::bind((CLIENTS, port))?;
            socket.connect(SocketAddrV4::new(SERVER, 67))?;
            Ok(socket)
        })
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for namespace in [&self.clients, &self.servers] {
            let _ = Command::new("ip").args(["netns", "delete", namespace]).stderr(Stdio::null()).status();
        }
    }
}

/// A server in a process of its own, which ends when this is dropped.
pub(crate) struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // An orderly end, so that no temporary folder stays behind.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// What a thread of its own does in a namespace: what it starts and what it opens stay there.
fn inside<T: Send>(namespace: &str, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            setns(File::open(format!("/run/netns/{namespace}"))?, CloneFlags::CLONE_NEWNET)?;
            work()
        });
        thread.join().map_err(|_| anyhow!("a thread panicked"))?
    })
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).output().context("ip does not run")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ip {}: {}", arguments.join(" "), said.trim());
    Ok(())
}

//! How many DHCP clients are served in a second. `cargo bench -p lyncmock --bench dhcp`.
//!
//! Servers have one core and clients another, sixteen clients are at it at a time, and every answer is checked. First
//! the DHCP component in a thread of this process, over loopback. Then, as root and on Linux, the whole program in a
//! network of its own, and where they are installed dnsmasq and Kea in the same one, asked by the same clients. Prints
//! a table and a line of JSON; it takes a minute or two. The machine's other work shows, the best of some runs counts.

#![expect(clippy::print_stdout, reason = "its result is what it prints")]

mod cores;
mod here;
mod load;
mod network;
mod others;
mod wire;

use anyhow::Result;
use cores::Cores;
use here::Rate;
use network::Network;
use others::{Run, Server};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use wire::Payloads;

const RUNS: usize = 3;
const RUN: Duration = Duration::from_secs(1);
/// No other server is started after this.
const ENOUGH: Duration = Duration::from_secs(150);
/// How many leases there are before, on loopback.
const BESIDE: [u32; 2] = [0, 50_000];
/// The same in the network; for the number between there are figures of other servers.
const BESIDE_THERE: [u32; 3] = [0, 5_000, 50_000];

fn main() -> Result<()> {
    let (start, cores, payloads) = (Instant::now(), Cores::of_this_process()?, Payloads::reference()?);
    cores.ask()?;
    if !cores.are_two() {
        println!("There is one core only: servers and clients share it.");
    }
    let mut table = Table::default();
    on_loopback(cores, &payloads, &mut table)?;
    in_a_network(cores, &payloads, start, &mut table)?;
    println!("{}", Value::Object(table.0));
    Ok(())
}

fn on_loopback(cores: Cores, payloads: &Payloads, table: &mut Table) -> Result<()> {
    println!("A second, over loopback:");
    for (name, journal) in [("without a journal", false), ("with a journal", true)] {
        let mut rates = Vec::new();
        for _ in 0..RUNS {
            rates.push(here::informs(cores, journal, payloads, RUN)?);
        }
        let best = |which: fn(&Rate) -> f64| rates.iter().map(which).fold(0.0, f64::max);
        table.row(&format!("DHCPINFORM, {name}"), best(|rate| rate.a_second), Some(150_000.0));
        let own = best(|rate| rate.a_processor_second);
        table.row(&format!("DHCPINFORM, {name}, of the server's own time"), own, Some(150_000.0));
    }
    for (name, kept, goal) in [("in memory", false, 20_000.0), ("in SQLite", true, 10_000.0)] {
        for beside in BESIDE {
            let rate = best(|| here::exchanges(cores, kept, beside, payloads, RUN))?;
            table.row(&format!("DISCOVER..ACK, {name}, beside {beside} leases"), rate, Some(goal));
        }
    }
    Ok(())
}

/// Says what there is no network for, or who is not there.
fn in_a_network(cores: Cores, payloads: &Payloads, start: Instant, table: &mut Table) -> Result<()> {
    if !others::is_root() {
        println!("Not measured: the program in a network of its own, which only root can make.");
        return Ok(());
    }
    let network = match Network::up() {
        Ok(network) => network,
        Err(error) => {
            println!("Not measured: the program in a network of its own ({error:#}).");
            return Ok(());
        }
    };
    let (here, missing): (Vec<_>, Vec<_>) = Server::ALL.into_iter().partition(|server| server.is_installed());
    for server in missing {
        println!("Not measured: {}, which is not installed.", server.name());
    }
    println!(
        "A second, each a program in a network namespace (in brackets: the leases there were, if fewer):"
    );
    let mut all = All { servers: here, until: start + ENOUGH, table };
    let run = Run { network: &network, cores, payloads, time: RUN, kept: false, beside: 0 };
    all.measure("DHCPINFORM", run, |server, run| Ok((server.informs(run)?, 0)))?;
    for (name, kept) in [("in memory", false), ("kept", true)] {
        for beside in BESIDE_THERE {
            let what = format!("DISCOVER..ACK, {name}, beside {beside} leases");
            all.measure(&what, Run { kept, beside, ..run }, Server::exchanges)?;
        }
    }
    Ok(())
}

/// The servers of a network, lyncmock first.
struct All<'a> {
    servers: Vec<Server>,
    until: Instant,
    table: &'a mut Table,
}

impl All<'_> {
    /// Measures one after the other. What is wrong with another server is said; what is wrong with ours is an error.
    fn measure<'r>(
        &mut self,
        what: &str,
        run: Run<'r>,
        measure: impl Fn(Server, Run<'r>) -> Result<(f64, u32)>,
    ) -> Result<()> {
        let mut ours = None;
        for server in &self.servers {
            let name = format!("{what}, {}", server.name());
            if Instant::now() > self.until {
                println!("  {name}: no time left");
                continue;
            }
            match measure(*server, run) {
                Ok((rate, found)) => {
                    let fewer = if found < run.beside { format!(" ({found})") } else { String::new() };
                    self.table.beside(&format!("{name}{fewer}"), rate, *ours.get_or_insert(rate));
                }
                Err(error) if *server == Server::Lyncmock => return Err(error.context(name)),
                Err(error) => println!("  {name}: {error:#}"),
            }
        }
        Ok(())
    }
}

/// What was measured, printed as it comes.
#[derive(Default)]
struct Table(Map<String, Value>);

impl Table {
    fn row(&mut self, name: &str, rate: f64, goal: Option<f64>) {
        let goal = goal.map(|goal| format!("goal {goal:>7.0}, ratio {:.2}", rate / goal)).unwrap_or_default();
        println!("  {name:<62} {rate:>8.0}  {goal}");
        self.0.insert(name.to_owned(), rate.round().into());
    }

    /// `ours` is what lyncmock does of the same.
    fn beside(&mut self, name: &str, rate: f64, ours: f64) {
        println!("  {name:<62} {rate:>8.0}  lyncmock does {:.2} times as many", ours / rate);
        self.0.insert(format!("network: {name}"), rate.round().into());
    }
}

/// The best run: whatever else the machine does takes something away, and adds nothing.
fn best(mut measure: impl FnMut() -> Result<f64>) -> Result<f64> {
    (0..RUNS).try_fold(0.0, |best: f64, _| Ok(best.max(measure()?)))
}

//! A core for the server and one for the clients.

use anyhow::Result;
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// Two of the processors that this process may use, if there are as many.
#[derive(Clone, Copy)]
pub(crate) struct Cores(Option<(usize, usize)>);

impl Cores {
    pub(crate) fn of_this_process() -> Result<Self> {
        let allowed = sched_getaffinity(Pid::from_raw(0))?;
        let mut all = (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false));
        Ok(Self(all.next().zip(all.next())))
    }

    pub(crate) const fn are_two(self) -> bool {
        self.0.is_some()
    }

    /// This thread, and what it starts, is a server.
    pub(crate) fn serve(self) -> Result<()> {
        self.0.map_or(Ok(()), |(server, _)| pin(server))
    }

    /// This thread is the clients.
    pub(crate) fn ask(self) -> Result<()> {
        self.0.map_or(Ok(()), |(_, clients)| pin(clients))
    }
}

fn pin(cpu: usize) -> Result<()> {
    let mut only = CpuSet::new();
    only.set(cpu)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &only)?)
}

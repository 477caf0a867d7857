//! What a pool costs: to start, to hold, and for each phone that signs in.
//!
//! `cargo bench -p lyncmock` prints one table, and one line of JSON for programs. Everything is measured in one run on
//! one machine, phones and pool sharing its cores; so the ratios say more than the numbers.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench talks to a person, and ends when it cannot go on"
)]

mod costs;
mod process;

use lyncmock::LyncMock;
use process::Served;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const STARTS: usize = 21;
const SIGN_INS: usize = 10_000;
const PHONES_AT_A_TIME: usize = 4;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut rows = Vec::new();

    let mut in_test = Vec::new();
    for _ in 0..STARTS {
        let (took, pool) = runtime.block_on(async {
            let began = Instant::now();
            let pool = LyncMock::start().await;
            (began.elapsed(), pool)
        });
        in_test.push(took);
        runtime.block_on(pool.stop());
    }
    rows.push(("LyncMock::start(), P-256", milliseconds(median(&mut in_test)), "ms"));

    let mut as_process: Vec<Duration> = (0..STARTS).map(|_| Served::start().took).collect();
    rows.push(("process start to ready, P-256", milliseconds(median(&mut as_process)), "ms"));

    let served = Served::start();
    rows.push(("resident after start", served.resident_mib(), "MiB"));
    let before = served.cpu();
    let took = runtime.block_on(sign_in_all(&served));
    let sign_ins = f64::from(u32::try_from(SIGN_INS).unwrap());
    rows.push(("sign-ins, phones on the same cores", sign_ins / took.as_secs_f64(), "/s"));
    let pool_cpu = (served.cpu() - before).as_secs_f64() * 1e6 / sign_ins;
    rows.push(("CPU of the pool for a sign-in", pool_cpu, "µs"));
    rows.push(("resident after 10,000 sign-ins", served.resident_mib(), "MiB"));

    let mut least = 0.0;
    for cost in costs::measure() {
        least += cost.microseconds;
        rows.push((cost.name, cost.microseconds, "µs"));
    }
    rows.push(("of a sign-in's CPU, these are", 100.0 * least / pool_cpu, "%"));

    for (name, value, unit) in &rows {
        println!("{name:<42} {value:>10.2} {unit}");
    }
    let object: serde_json::Map<String, serde_json::Value> =
        rows.iter().map(|(name, value, unit)| (format!("{name} [{unit}]"), (*value).into())).collect();
    println!("{}", serde_json::Value::Object(object));
}

/// Ken Myer's phone signs in [`SIGN_INS`] times, as a new device each time.
async fn sign_in_all(served: &Served) -> Duration {
    let phone = Arc::new(served.phone());
    let left = Arc::new(AtomicUsize::new(SIGN_INS));
    let began = Instant::now();
    let mut phones = tokio::task::JoinSet::new();
    for _ in 0..PHONES_AT_A_TIME {
        let (phone, left) = (Arc::clone(&phone), Arc::clone(&left));
        phones.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                let report = phone.run().await;
                assert!(report.outcome.is_ok(), "{:?}", report.outcome);
            }
        });
    }
    while let Some(ended) = phones.join_next().await {
        ended.unwrap();
    }
    began.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    *times.get(times.len() / 2).unwrap()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

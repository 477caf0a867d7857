//! `lyncmock ready`: whether a pool answers.

use super::output::{note, print, told};
use super::patience::patience;
use crate::config::Options;
use crate::endpoints::Endpoints;
use anyhow::Context;
use clap::Args;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

/// Between two questions, with `--wait`.
const PERIOD: Duration = Duration::from_millis(50);
/// For one question.
const PATIENCE: Duration = Duration::from_secs(2);

/// `lyncmock ready`
#[derive(Args)]
pub(super) struct ReadyArgs {
    /// Wait until it is ready, at most for --timeout
    #[arg(long)]
    wait: bool,
    /// How long: 500ms, 30s, 2m; a number alone is seconds
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = patience)]
    timeout: Duration,
    /// Ask the pool that wrote this file
    #[arg(long, env = "LYNCMOCK_READY_FILE", value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Ask the pool whose admin API is here [default: 127.0.0.1:10088]
    #[arg(long, env = "LYNCMOCK_LISTEN_ADMIN", value_name = "ADDR:PORT")]
    listen_admin: Option<SocketAddr>,
}

pub(super) async fn run(arguments: ReadyArgs) -> anyhow::Result<ExitCode> {
    let listen = arguments.listen_admin.or(Options::defaults().listen.admin);
    let configured = listen.map(|address| format!("http://{address}"));
    let ask = || async {
        let url = match (&arguments.ready_file, &configured) {
            (Some(file), _) => of_ready_file(file)?,
            (None, Some(url)) => url.clone(),
            (None, None) => anyhow::bail!("no address to ask"),
        };
        timeout(PATIENCE, answers(&url)).await.context("no answer")?.with_context(|| url.clone())?;
        Ok::<String, anyhow::Error>(url)
    };
    let answer = if arguments.wait {
        let until_ready = async {
            let mut ticks = interval(PERIOD);
            loop {
                ticks.tick().await;
                if let Ok(url) = ask().await {
                    return url;
                }
            }
        };
        match timeout(arguments.timeout, until_ready).await {
            Ok(url) => Ok(url),
            Err(_) => ask().await, // Once more, for the reason.
        }
    } else {
        ask().await
    };
    match answer {
        Ok(url) => {
            print(format!("ready: {url}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            note(format!("not ready: {}\n", told(&error)));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn of_ready_file(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let endpoints = Endpoints::from_json(&text).with_context(|| file.display().to_string())?;
    endpoints.admin.with_context(|| format!("{}: no admin API", file.display()))
}

/// Asks the admin API, which says so only when every socket is bound and the store answers; whatever failure is armed.
async fn answers(url: &str) -> anyhow::Result<()> {
    let authority = url.strip_prefix("http://").context("not an http:// address")?;
    let mut socket = TcpStream::connect(authority).await?;
    let request = format!("GET /ready HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let mut status = [0; 15];
    socket.read_exact(&mut status).await?;
    anyhow::ensure!(&status == b"HTTP/1.1 200 OK", "it answers, but it is not ready");
    Ok(())
}

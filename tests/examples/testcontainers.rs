//! A pool in a container, from a test in Rust, by the crate testcontainers.
//!
//! ```sh
//! docker/build.sh                                  # the image
//! cargo run -p lync-tests --example testcontainers
//! ```
//!
//! `LYNCMOCK_IMAGE` names another image than `lyncmock`.

use lyncmock::Pin;
use lyncmock::phone::{Report, Resolve, SignIn};
use std::net::{Ipv4Addr, SocketAddr};
use testcontainers::core::{CmdWaitFor, ExecCommand, IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, GenericImage, ImageExt};

const FQDN: &str = "pool01.contoso.com";

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let image = std::env::var("LYNCMOCK_IMAGE").unwrap_or_else(|_| "lyncmock".to_owned());
    let (name, tag) = image.rsplit_once(':').unwrap_or((&image, "latest"));

    // Ready by the image's own HEALTHCHECK. Every key of the configuration is an environment variable.
    let pool = GenericImage::new(name, tag)
        .with_exposed_port(80.tcp())
        .with_exposed_port(443.tcp())
        .with_wait_for(WaitFor::healthcheck())
        .with_env_var("LYNCMOCK_FQDN", FQDN)
        .with_env_var("LYNCMOCK_SIP_DOMAIN", "litwareinc.com")
        .start()
        .await?;

    let report = sign_in(&pool).await?;
    let signed_in = report.outcome.map_err(|failure| failure.to_string())?;
    assert_eq!(signed_in.user.as_str(), "sip:kenmyer@litwareinc.com");

    // Whatever the program can do to a running pool, it does in the container too.
    lyncmock(&pool, ["scenarios", "arm", "pin-locked@kenmyer"]).await?;
    let refused = sign_in(&pool).await?.outcome.err().ok_or("a locked PIN was accepted")?;
    assert!(refused.to_string().contains("28003"), "{refused}");
    let devices = lyncmock(&pool, ["journal", "devices"]).await?;
    assert!(devices.contains("webticket.refused"), "{devices}");

    // The root certificate, for whoever brings a TLS library of their own.
    let mut ca = Vec::new();
    pool.copy_file_from("/var/lib/lyncmock/ca.pem", &mut ca).await?;
    assert!(ca.starts_with(b"-----BEGIN CERTIFICATE-----"));

    pool.rm().await?;
    Ok(())
}

/// A phone of our own. Yours takes the host's ports as well: the pool's URLs have the ports that it listens at.
async fn sign_in(pool: &ContainerAsync<GenericImage>) -> Result<Report, Error> {
    let mut resolve = Resolve::new();
    for port in [80, 443] {
        let published = SocketAddr::from((Ipv4Addr::LOCALHOST, pool.get_host_port_ipv4(port.tcp()).await?));
        resolve = resolve.with_address(FQDN, port, published);
    }
    Ok(SignIn::new("1219", Pin::new("0712")).target_fqdn(FQDN).resolve(resolve).run().await)
}

/// Runs the program in the container, and answers with what it printed.
async fn lyncmock<const N: usize>(
    pool: &ContainerAsync<GenericImage>,
    arguments: [&str; N],
) -> Result<String, Error> {
    let command = std::iter::once("lyncmock").chain(arguments);
    let command = ExecCommand::new(command).with_cmd_ready_condition(CmdWaitFor::exit_code(0));
    let mut done = pool.exec(command).await?;
    Ok(String::from_utf8(done.stdout_to_vec().await?)?)
}

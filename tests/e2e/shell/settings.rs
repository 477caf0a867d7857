//! What Set-Cs…Configuration sets acts: one test for each setting that does.

use super::Shell;
use lync_phone::{DhcpDiscovery, KeyKind, SignIn, StepName};
use lync_tests::pool;
use lyncmock::LyncMock;
use std::net::SocketAddr;
use std::time::Duration;

const NUMBER: &str = "1219";
const PIN: &str = "0712";

/// Sets, and nothing is printed.
async fn set(pool: &LyncMock, line: &str) {
    assert_eq!(Shell::of(pool).prints(&[line]).await, "");
}

async fn failed_step(sign_in: SignIn) -> Option<StepName> {
    sign_in.run().await.outcome.err().map(|failure| failure.step)
}

/// A phone that waits for DHCP no longer than a test has to.
pub(super) fn impatient(pool: &LyncMock) -> SignIn {
    let Some(SocketAddr::V4(server)) = pool.endpoints().dhcp else { panic!("the pool has no DHCP server") };
    let discovery =
        DhcpDiscovery { first_wait: Duration::from_millis(100), ..DhcpDiscovery::unicast(server) };
    pool.phone(NUMBER, PIN).dhcp(discovery)
}

#[tokio::test]
async fn use_pin_auth_closes_and_opens_the_pin_port() {
    let pool = pool().await;
    set(&pool, "Set-CsWebServiceConfiguration -UsePinAuth $false").await;
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, Some(StepName::WebTicket));
    set(&pool, "Set-CsWebServiceConfiguration -Identity global -UsePinAuth $true").await;
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, None);
}

#[tokio::test]
async fn use_certificate_auth_closes_and_opens_the_certificate_port() {
    let pool = pool().await;
    let phone = pool.phone(NUMBER, PIN).run().await.outcome.unwrap();
    let renewal = || pool.aim(SignIn::renew(phone.certificate.clone(), phone.key.clone()));
    set(&pool, "Set-CsWebServiceConfiguration -UseCertificateAuth $False").await;
    assert_eq!(failed_step(renewal()).await, Some(StepName::WebTicket));
    set(&pool, "Set-CsWebServiceConfiguration -UseCertificateAuth $True").await;
    assert_eq!(failed_step(renewal()).await, None);
}

#[tokio::test]
async fn use_windows_auth_closes_and_opens_the_windows_port() {
    let pool = pool().await;
    let windows = || pool.aim(SignIn::windows("LITWAREINC\\kenmyer", "Passw0rd!"));
    assert_eq!(failed_step(windows()).await, None);
    set(&pool, "Set-CsWebServiceConfiguration -UseWindowsAuth None").await;
    assert_eq!(failed_step(windows()).await, Some(StepName::WebTicket));
    for kind in ["NTLM", "Negotiate"] {
        set(&pool, &format!("Set-CsWebServiceConfiguration -UseWindowsAuth {kind}")).await;
        assert_eq!(failed_step(windows()).await, None, "{kind}");
    }
}

#[tokio::test]
async fn enable_cert_chain_download_closes_and_opens_the_root_chain() {
    let pool = pool().await;
    set(&pool, "Set-CsWebServiceConfiguration -EnableCertChainDownload $false").await;
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, Some(StepName::RootChain));
    set(&pool, "Set-CsWebServiceConfiguration -EnableCertChainDownload $true").await;
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, None);
}

#[tokio::test]
async fn the_validity_of_certificates_is_what_was_set() {
    let pool = pool().await;
    let hours = async || {
        let expires = pool.phone(NUMBER, PIN).run().await.outcome.unwrap().certificate_expires;
        (expires - pool.clock().now()).whole_hours()
    };
    assert!((4310..=4320).contains(&hours().await));
    set(&pool, "Set-CsWebServiceConfiguration -DefaultValidityPeriodHours 24").await;
    assert!((22..=24).contains(&hours().await));
    set(
        &pool,
        "Set-CsWebServiceConfiguration -MinValidityPeriodHours 240 -DefaultValidityPeriodHours 300 \
         -MaxValidityPeriodHours 480",
    )
    .await;
    assert!((298..=300).contains(&hours().await));
    set(&pool, "Set-CsWebServiceConfiguration -MinValidityPeriodHours 8 -MaxValidityPeriodHours 16").await;
    assert!((14..=16).contains(&hours().await), "the greatest bounds the default");
}

#[tokio::test]
async fn the_bounds_on_keys_are_what_was_set() {
    let pool = pool().await;
    let rsa = || pool.phone(NUMBER, PIN).key_kind(KeyKind::Rsa2048);
    assert_eq!(failed_step(rsa()).await, None);
    set(&pool, "Set-CsWebServiceConfiguration -MinCSRKeySize 4096").await;
    assert_eq!(failed_step(rsa()).await, Some(StepName::Certificate));
    set(&pool, "Set-CsWebServiceConfiguration -MinCSRKeySize 1024 -MaxCSRKeySize 1024").await;
    assert_eq!(failed_step(rsa()).await, Some(StepName::Certificate));
    set(&pool, "Set-CsWebServiceConfiguration -MaxCSRKeySize 2048").await;
    assert_eq!(failed_step(rsa()).await, None);
}

#[tokio::test]
async fn the_age_of_strict_transport_security_is_what_was_set() {
    let pool = pool().await;
    set(&pool, "Set-CsWebServiceConfiguration -HstsMaxAgeInSeconds 7200").await;
    let failure = pool.phone(NUMBER, "9999").run().await.outcome.unwrap_err();
    let age = failure.response().unwrap().header("Strict-Transport-Security").unwrap();
    assert!(age.starts_with("max-age=7200"), "{age}");
}

#[tokio::test]
async fn enable_dhcp_server_silences_and_wakes_the_registrar() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    let shown = "Get-CsRegistrarConfiguration | Select-Object -ExpandProperty EnableDHCPServer";
    assert_eq!(shell.prints(&[shown]).await, "True\n");
    set(&pool, "Set-CsRegistrarConfiguration -EnableDHCPServer $false").await;
    assert_eq!(shell.prints(&[shown]).await, "False\n");
    assert_eq!(failed_step(impatient(&pool)).await, Some(StepName::Discovery));
    set(&pool, "Set-CsRegistrarConfiguration -Identity global -EnableDHCPServer $true").await;
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, None);
}

#[tokio::test]
async fn a_pin_policy_acts_on_whom_it_was_granted() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    set(&pool, "Grant-CsPinPolicy -Identity kenmyer@litwareinc.com -PolicyName $null").await;
    let lines = [
        "New-CsPinPolicy -Identity LongPins -MinPasswordLength 8 | Out-Null",
        "Grant-CsPinPolicy -Identity kenmyer@litwareinc.com -PolicyName LongPins",
    ];
    assert_eq!(shell.prints(&lines).await, "");
    let ken = "Set-CsClientPin -Identity kenmyer@litwareinc.com -Pin 58413";
    let refused = shell.fails(&[ken]).await;
    assert!(!refused.contains("58413"), "{refused}");
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, None);
    // Nobody else's.
    let other = "Set-CsClientPin -Identity duplicate-other-pin-a@litwareinc.com -Pin 58413 | Out-Null";
    assert_eq!(shell.prints(&[other]).await, "");
    assert_eq!(failed_step(pool.phone("1400", "58413")).await, None);
}

#[tokio::test]
async fn the_idiom_of_the_help_unlocks_whoever_is_locked() {
    let pool = pool().await;
    let shell = Shell::of(&pool);
    assert_eq!(failed_step(pool.phone("1301", "1357")).await, Some(StepName::WebTicket));
    let unlock =
        "Get-CsUser | Get-CsClientPinInfo | Where-Object {$_.IsLockedOut -eq $True} | Unlock-CsClientPin";
    assert_eq!(shell.prints(&[unlock]).await, "");
    assert_eq!(failed_step(pool.phone("1301", "1357")).await, None);
    assert_eq!(shell.prints(&["Lock-CsClientPin kenmyer@litwareinc.com"]).await, "");
    assert_eq!(failed_step(pool.phone(NUMBER, PIN)).await, Some(StepName::WebTicket));
}

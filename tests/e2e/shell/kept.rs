//! A session on the store's file of a pool that is kept.

use super::{BINARY, ended};
use lync_tests::command::{Finished, lyncmock};
use lync_tests::logs;
use lyncmock::{LyncMock, Options};
use std::path::Path;
use tempfile::TempDir;

async fn shell(dir: &Path, lines: &[&str]) -> Finished {
    let mut command = lyncmock(BINARY, &["shell", "--data-dir"]);
    command.arg(dir);
    for line in lines {
        command.args(["-c", line]);
    }
    ended(command).await
}

#[tokio::test]
async fn a_file_is_administered_without_its_pool() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let options = || Options { data_dir: Some(dir.path().to_owned()), ..Options::default() };
    let missing = shell(dir.path(), &["Get-CsUser"]).await;
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("no pool has been kept here yet"), "{}", missing.stderr);

    LyncMock::builder().options(options()).start().await.unwrap().stop().await;
    let lines = [
        "Get-CsUser -Identity kenmyer@litwareinc.com | Select-Object -ExpandProperty LineURI",
        "Set-CsClientPin -Identity kenmyer@litwareinc.com -Pin 58413 | Out-Null",
        "Set-CsUser kenmyer@litwareinc.com -LineURI 'tel:+12065551777;ext=1777'",
        "Unlock-CsClientPin pin-locked@litwareinc.com",
    ];
    let done = shell(dir.path(), &lines).await;
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.stdout, "tel:+12065551219;ext=1219\n");
    let both = "Set-CsUser kenmyer@litwareinc.com -SipAddress sip:disabled@litwareinc.com -Enabled $false";
    assert_eq!(shell(dir.path(), &[both]).await.code, Some(1));
    for line in [
        "Get-CsWebServiceConfiguration",
        "Set-CsRegistrarConfiguration -EnableDHCPServer $false",
        "Test-CsPhoneBootstrap -PhoneOrExt 1777 -Pin 58413",
    ] {
        let refused = shell(dir.path(), &[line]).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{line}");
        assert!(refused.stderr.contains("start the pool"), "{}", refused.stderr);
    }

    let pool = LyncMock::builder().options(options()).start().await.unwrap();
    assert!(pool.phone("1777", "58413").run().await.outcome.is_ok());
    assert!(pool.phone("1301", "1357").run().await.outcome.is_ok());
}

#[tokio::test]
async fn what_was_set_by_a_cmdlet_survives_a_restart() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let options = || Options { data_dir: Some(dir.path().to_owned()), ..Options::default() };
    let pool = LyncMock::builder().options(options()).start().await.unwrap();
    let line = "Set-CsRegistrarConfiguration -EnableDHCPServer $false; Set-CsProxyConfiguration \
                -UseNtlmForClientToProxyAuth $false; Set-CsWebServiceConfiguration -MaxGroupSizeToExpand 7";
    assert_eq!(super::Shell::of(&pool).prints(&[line]).await, "");
    pool.stop().await;
    let pool = LyncMock::builder().options(options()).start().await.unwrap();
    let shown = "(Get-CsRegistrarConfiguration).EnableDHCPServer; (Get-CsProxyConfiguration).UseNtlmForClientToProxyAuth; \
                 (Get-CsWebServiceConfiguration).MaxGroupSizeToExpand";
    assert_eq!(super::Shell::of(&pool).prints(&[shown]).await, "False\nFalse\n7\n");
    assert!(super::settings::impatient(&pool).run().await.outcome.is_err());
}

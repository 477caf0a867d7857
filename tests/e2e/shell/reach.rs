//! Where the Test cmdlets of a session go.

use super::Shell;
use lync_tests::pool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const BOOTSTRAP: &str = "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -Verbose | Select-Object Result";

#[tokio::test]
async fn a_target_that_is_no_address_is_told_and_dhcp_is_not_asked() {
    let pool = pool().await;
    let line = "Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 -TargetUri \"http://atl-cs-001.litwareinc.com/CertProv\"";
    let said = Shell::of(&pool).fails(&[line]).await;
    assert!(said.contains("Cannot use TargetUri"), "{said}");
    assert!(!said.contains("DHCP"), "{said}");
}

#[tokio::test]
async fn what_is_inferred_of_a_failure_is_named_as_such() {
    let pool = pool().await;
    let line = "(Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 \
                -TargetUri https://nosuch.invalid/CertProv/CertProvisioningService.svc).Error";
    let finished = Shell::of(&pool).run(&[line]).await;
    let said: Vec<_> = finished.stdout.lines().collect();
    assert_eq!(
        said,
        [
            "No response received for root certificate chain.",
            "The remote name could not be resolved: 'nosuch.invalid'"
        ],
        "{}",
        finished.stderr
    );
    for text in said {
        let note = format!("WARNING: lyncmock: this text is inferred, and not known to be Lync's: {text}\n");
        assert!(finished.stderr.contains(&note), "{}", finished.stderr);
    }
    // Of a refused PIN everything is public.
    let finished = Shell::of(&pool).run(&["Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 9999"]).await;
    assert!(finished.stdout.contains("Web-Ticket service"), "{}", finished.stdout);
    assert_eq!(finished.stderr, "");
}

/// Microsoft's cmdlet has the parameter; nothing here can do what it asks for.
#[tokio::test]
async fn a_live_id_is_refused_in_words_of_our_own() {
    let pool = pool().await;
    let lines = [
        "$p = ConvertTo-SecureString 'Passw0rd!' -AsPlainText -Force",
        r"$c = New-Object System.Management.Automation.PSCredential('litwareinc\kenmyer', $p)",
        "Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential $c -LiveIdAuthentication",
    ];
    let said = Shell::of(&pool).fails(&lines).await;
    assert!(said.contains("There are no Live IDs here"), "{said}");
}

/// The admin API as it is found from outside a container: at a port that the pool knows nothing of. In what it answers
/// `hidden` is null.
async fn published(api: &str, hidden: Option<String>) -> String {
    let inside = api.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((outer, _)) = listener.accept().await {
            let inner = TcpStream::connect(&inside).await.unwrap();
            tokio::spawn(forward(outer, inner, hidden.clone()));
        }
    });
    url
}

async fn forward(outer: TcpStream, inner: TcpStream, hidden: Option<String>) {
    let ((mut asked, mut told), (mut answers, mut asks)) = (outer.into_split(), inner.into_split());
    tokio::spawn(async move { tokio::io::copy(&mut asked, &mut asks).await });
    let mut piece = vec![0; 65_536];
    while let Ok(length @ 1..) = answers.read(&mut piece).await {
        let mut text = String::from_utf8_lossy(piece.get(..length).unwrap_or_default()).into_owned();
        if let Some(hidden) = &hidden {
            // As long as before: the length of the answer is told already.
            text = text.replace(hidden, &format!("{:width$}", "null", width = hidden.len()));
        }
        if told.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_dhcp_server_on_the_loopback_of_another_machine_is_not_asked_on_ours() {
    let pool = pool().await;
    let shell = Shell { server: published(pool.endpoints().admin.as_ref().unwrap(), None).await };
    let said = shell.fails(&[BOOTSTRAP]).await;
    assert!(said.contains("on its own machine") && said.contains("-TargetFqdn"), "{said}");
    let journal = pool.journal(&lyncmock::Filter::default());
    assert!(
        journal.iter().all(|entry| entry.protocol != lync_model::journal::Protocol::Dhcp),
        "nobody was asked"
    );
}

/// One whose DHCP is on interfaces names no address of it either; a test may not have the right to serve those.
#[tokio::test]
async fn a_pool_that_names_no_dhcp_server_is_signed_in_to_at_its_own_address() {
    let pool = pool().await;
    let dhcp = format!("\"{}\"", pool.endpoints().dhcp.unwrap());
    let shell = Shell { server: published(pool.endpoints().admin.as_ref().unwrap(), Some(dhcp)).await };
    let finished = shell.run(&[BOOTSTRAP]).await;
    assert!(finished.stdout.contains("Success"), "{} {}", finished.stdout, finished.stderr);
    assert!(finished.stderr.contains("going to https://"), "{}", finished.stderr);
    // With DHCP off it fails, as in the field.
    shell.prints(&["Set-CsRegistrarConfiguration -EnableDHCPServer $False"]).await;
    let said = shell.fails(&[BOOTSTRAP]).await;
    assert!(said.contains("EnableDHCPServer"), "{said}");
}

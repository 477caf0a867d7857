//! Get-CsClientCertificate, Revoke-CsClientCertificate.

use super::cmdlet;
use crate::parameters::{FORCE, USER};
use crate::{Deployment, refusal, targets};
use lync_powershell::{Arguments, Definition, ErrorRecord, Object, Session, Value, View};

cmdlet!(GetCsClientCertificate, GET, get);
cmdlet!(RevokeCsClientCertificate, REVOKE, revoke);

const GET: Definition = Definition {
    name: "Get-CsClientCertificate",
    aliases: &[],
    synopsis: "Shows the certificates that a user's phones were given.",
    description: "Shows one object for each certificate that was published and not revoked. PublicationTime and \
                  ExpirationTime are documented; Identity, DeviceId and Thumbprint are inferred.",
    parameters: &[USER],
    examples: &[
        "Get-CsClientCertificate -Identity \"Ken Myer\"",
        "Get-CsUser | Where-Object {$_.RegistrarPool -ne $Null} | Get-CsClientCertificate",
    ],
    should_process: true,
};

const REVOKE: Definition = Definition {
    name: "Revoke-CsClientCertificate",
    aliases: &[],
    synopsis: "Revokes every certificate of a user.",
    description: "Forgets the user's certificates on the server. Phones keep their copies, and are refused with them: \
                  the user has to sign in by PIN or password again. Shows nothing.",
    parameters: &[USER, FORCE],
    examples: &["Revoke-CsClientCertificate -Identity \"Ken Myer\""],
    should_process: true,
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let mut found = Vec::new();
    for user in targets::users(deployment, arguments).await? {
        if !session.should_process(user.as_str(), GET.name).await? {
            continue;
        }
        match deployment.certificates(&user).await {
            Ok(certificates) => found.extend(certificates.into_iter().map(|certificate| {
                Object::new("Microsoft.Rtc.Management.UserPinService.CertInfoDetails")
                    .with("Identity", user.as_str())
                    .with("PublicationTime", certificate.published)
                    .with("ExpirationTime", certificate.expires)
                    .with("DeviceId", certificate.device)
                    .with("Thumbprint", certificate.thumbprint)
                    .shown_as(View::List)
                    .into()
            })),
            Err(error) => session.write_error(refusal::of_user(error, user.as_str())),
        }
    }
    Ok(found)
}

async fn revoke(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    for user in targets::users(deployment, arguments).await? {
        if !session.should_process(user.as_str(), REVOKE.name).await? {
            continue;
        }
        match deployment.revoke_certificates(&user).await {
            Ok(count) => session.verbose(&format!("Revoked {count} certificates of {user}.")),
            Err(error) => session.write_error(refusal::of_user(error, user.as_str())),
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use crate::ClientCertificate;
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;
    use time::macros::datetime;

    #[tokio::test]
    async fn certificates_are_shown_and_revoked_all_at_once() {
        let lab = Arc::new(Lab::new());
        let ken = lab.state().users[0].user.sip_uri.clone();
        let certificate = ClientCertificate {
            published: datetime!(2013-02-01 8:00 UTC),
            expires: datetime!(2013-07-31 8:00 UTC),
            device: "STEpid".to_owned(),
            thumbprint: "00112233445566778899AABBCCDDEEFF00112233".to_owned(),
        };
        lab.state().certificates.insert(ken, vec![certificate.clone(), certificate]);
        let ran = run(&lab, "Get-CsClientCertificate -Identity \"Ken Myer\" | Select-Object -First 1").await;
        expect![[r#"


            Identity        : sip:kenmyer@litwareinc.com
            PublicationTime : 2/1/2013 8:00:00 AM
            ExpirationTime  : 7/31/2013 8:00:00 AM
            DeviceId        : STEpid
            Thumbprint      : 00112233445566778899AABBCCDDEEFF00112233



        "#]]
        .assert_eq(&ran.text);
        let ran = run(&lab, "Get-CsUser | Revoke-CsClientCertificate -Verbose").await;
        expect![[r#"
            VERBOSE: Performing the operation "Revoke-CsClientCertificate" on target "sip:kenmyer@litwareinc.com".
            VERBOSE: Revoked 2 certificates of sip:kenmyer@litwareinc.com.
        "#]]
        .assert_eq(&ran.text);
        assert_eq!(run(&lab, "Get-CsClientCertificate \"Ken Myer\"").await.text, "");
    }
}

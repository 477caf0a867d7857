//! Get-CsCertificate.

use super::cmdlet;
use crate::parameters::taken;
use crate::{AssignedCertificate, Deployment, refusal};
use lync_powershell::{Arguments, Definition, ErrorRecord, Kind, Object, Parameter, Session, Value, View};

cmdlet!(GetCsCertificate, GET, get);

const GET: Definition = Definition {
    name: "Get-CsCertificate",
    aliases: &[],
    synopsis: "Shows the certificates that the services use.",
    description: "Shows one object for each use of a certificate. Issuer, NotAfter, Subject are documented as \
                  properties; the others and the order are inferred.",
    parameters: &[
        Parameter::new("Type", Kind::List, "Those of these uses: Default, WebServicesInternal, ...."),
        Parameter {
            position: Some(0),
            ..Parameter::new("Identity", Kind::String, "Global, the scope of every certificate here.")
        },
        taken("NetportId", Kind::String),
        taken("Report", Kind::String),
    ],
    examples: &["Get-CsCertificate", "Get-CsCertificate -Type WebServicesInternal"],
    should_process: false,
};

async fn get(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    crate::settings::global_is_meant(arguments, "certificates")?;
    let wanted = types(arguments);
    let certificates = deployment.assigned_certificates().await.map_err(refusal::of)?;
    let mut found = Vec::new();
    for certificate in &certificates {
        for purpose in &certificate.uses {
            let is_wanted =
                |wanted: &Vec<String>| wanted.iter().any(|name| name.eq_ignore_ascii_case(purpose));
            if wanted.as_ref().is_none_or(is_wanted) {
                found.push(object(certificate, purpose).into());
            }
        }
    }
    let uses: Vec<&str> =
        certificates.iter().flat_map(|certificate| &certificate.uses).map(String::as_str).collect();
    let is_used = |name: &&String| uses.iter().any(|known| known.eq_ignore_ascii_case(name));
    for name in wanted.iter().flatten().filter(|name| !is_used(name)) {
        session
            .warning(&format!("No certificate of this pool is for {name}; there are {}.", uses.join(", ")));
    }
    Ok(found)
}

fn types(arguments: &Arguments) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    };
    match arguments.get("Type")? {
        Value::Array(values) => Some(values.iter().filter_map(text).collect()),
        value => Some(text(value).into_iter().collect()),
    }
}

fn object(certificate: &AssignedCertificate, purpose: &str) -> Object {
    let names: Vec<Value> =
        certificate.alternative_names.iter().map(|name| Value::from(name.as_str())).collect();
    Object::new("Microsoft.Rtc.Management.Deployment.CertificateReference")
        .with("Issuer", certificate.issuer.as_str())
        .with("NotAfter", certificate.not_after)
        .with("NotBefore", certificate.not_before)
        .with("SerialNumber", certificate.serial_number.as_str())
        .with("Subject", certificate.subject.as_str())
        .with("AlternativeNames", names)
        .with("Thumbprint", certificate.thumbprint.as_str())
        .with("EffectiveDate", Value::Null)
        .with("PreviousThumbprint", Value::Null)
        .with("UpdateTime", Value::Null)
        .with("Use", purpose)
        .with("SourceScope", "Global")
        .shown_as(View::List)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_certificate_is_shown_once_for_each_use() {
        let lab = Arc::new(Lab::new());
        expect![[r#"


            Issuer             : CN=lyncmock issuing CA
            NotAfter           : 9/1/2014 12:00:00 AM
            NotBefore          : 9/1/2012 12:00:00 AM
            SerialNumber       : 0A1B
            Subject            : CN=atl-cs-001.litwareinc.com
            AlternativeNames   : {atl-cs-001.litwareinc.com, localhost}
            Thumbprint         : 00112233445566778899AABBCCDDEEFF00112233
            EffectiveDate      :
            PreviousThumbprint :
            UpdateTime         :
            Use                : WebServicesInternal
            SourceScope        : Global



        "#]]
        .assert_eq(&run(&lab, "Get-CsCertificate -Type WebServicesInternal").await.text);
        let uses = run(
            &lab,
            "Get-CsCertificate -Type default,webservicesinternal | Select-Object -ExpandProperty Use",
        )
        .await;
        assert_eq!(uses.text.split_whitespace().collect::<Vec<_>>(), ["Default", "WebServicesInternal"]);
        for name in ["AccessEdgeExternal", "Foo"] {
            let none = run(&lab, &format!("Get-CsCertificate -Type {name}")).await;
            let told =
                format!("No certificate of this pool is for {name}; there are Default, WebServicesInternal.");
            assert!(!none.failed && none.text.contains(&told), "{}", none.text);
        }
        let early =
            run(&lab, "(Get-CsCertificate | Where-Object {$_.NotAfter -lt \"9/2/2014\"}).Count").await;
        assert_eq!(early.text.trim(), "2");
    }
}

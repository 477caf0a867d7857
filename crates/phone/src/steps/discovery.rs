//! Where the pool is: what was given, and what DHCP says of the rest.

use crate::dhcp::{self, Wanted};
use crate::resolve::Resolver;
use crate::step::Running;
use crate::{FailureKind, ServiceUrl, ServiceUrlError, SignIn};
use lync_proto::dhcp::CERT_PROV_PATH;

/// The pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Certificate provisioning.
    pub(crate) uri: ServiceUrl,
    /// The Registrar.
    pub(crate) fqdn: String,
}

/// DHCP is asked for what was not given, as Test-CsPhoneBootstrap does. Where there is no DHCP to ask, one follows
/// from the other: the service of an FQDN is where Test-CsClientAuth was seen to find it, on port 443 at the usual
/// path, and the Registrar is taken to be at the service's host.
pub(crate) async fn find(
    settings: &SignIn,
    resolver: &mut Resolver,
    step: &mut Running,
) -> Result<Target, FailureKind> {
    let (uri, fqdn) = (settings.target_uri.as_deref(), settings.target_fqdn.clone());
    let uri = uri.map(provisioning).transpose()?;
    let target = match (uri, fqdn, &settings.dhcp) {
        (Some(uri), Some(fqdn), _) => Target { uri, fqdn },
        (uri, fqdn, Some(discovery)) => {
            let wanted = Wanted { uri: uri.is_none(), registrar: fqdn.is_none() };
            let hardware_address = settings.hardware_address.unwrap_or(discovery.hardware_address);
            let discovery = dhcp::DhcpDiscovery { hardware_address, ..discovery.clone() };
            let found = ask(&discovery, wanted, resolver, step).await?;
            let missing = || FailureKind::NoTarget;
            Target { uri: uri.or(found.0).ok_or_else(missing)?, fqdn: fqdn.or(found.1).ok_or_else(missing)? }
        }
        (Some(uri), None, None) => Target { fqdn: uri.host().to_owned(), uri },
        (None, Some(fqdn), None) => {
            Target { uri: provisioning(&format!("https://{fqdn}:443{CERT_PROV_PATH}"))?, fqdn }
        }
        (None, None, None) => return Err(FailureKind::NoTarget),
    };
    step.detail("target_uri", &target.uri);
    step.detail("target_fqdn", &target.fqdn);
    Ok(target)
}

/// What DHCP says of the address and of the Registrar, where they are wanted.
async fn ask(
    discovery: &dhcp::DhcpDiscovery,
    wanted: Wanted,
    resolver: &mut Resolver,
    step: &mut Running,
) -> Result<(Option<ServiceUrl>, Option<String>), FailureKind> {
    let answered = dhcp::ask(discovery, wanted).await?;
    step.detail("dhcp_server", answered.server);
    step.detail("answered_from", answered.source);
    resolver.discovered_at((*answered.source.ip()).into());
    if let Some(problem) = answered.problem(wanted) {
        return Err(problem);
    }
    let uri = match answered.provisioning.as_ref().ok().filter(|_| wanted.uri) {
        Some(options) => Some(provisioning(&options.url()).map_err(|error| FailureKind::BrokenOption {
            server: answered.server,
            option: lync_proto::dhcp::OPTION_VENDOR_SPECIFIC,
            reason: error.to_string(),
        })?),
        None => None,
    };
    Ok((uri, answered.registrar.ok().filter(|_| wanted.registrar)))
}

/// The address of certificate provisioning, which takes PINs and so must be HTTPS.
fn provisioning(text: &str) -> Result<ServiceUrl, ServiceUrlError> {
    let url: ServiceUrl = text.parse()?;
    if url.is_secure() {
        Ok(url)
    } else {
        Err(ServiceUrlError { url: text.to_owned(), reason: "it is not https" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Journal;
    use crate::testing::dhcp::{DhcpServer, rows};
    use crate::{DhcpDiscovery, Resolve, StepName, Timeouts};
    use lync_model::Pin;

    const URI: &str = "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc";
    const FQDN: &str = "atl-cs-001.litwareinc.com";

    fn sign_in() -> SignIn {
        SignIn::new("1219", Pin::new("0712"))
    }

    async fn found(settings: &SignIn) -> Result<Target, FailureKind> {
        let mut resolver = Resolver::new(Resolve::new(), Timeouts::default().connect);
        find(settings, &mut resolver, &mut Journal::new().begin(StepName::Discovery)).await
    }

    async fn asked(row: &str, settings: SignIn) -> Result<Target, FailureKind> {
        let row = rows().into_iter().find(|known| known.name == row).unwrap();
        let server = DhcpServer::start(row.option_43, row.option_120).await;
        found(&settings.dhcp(DhcpDiscovery::unicast(server.address))).await
    }

    #[tokio::test]
    async fn what_is_given_needs_no_dhcp() {
        let both = found(&sign_in().target_uri(URI).target_fqdn("other.lab.test")).await.unwrap();
        assert_eq!((both.uri.as_str(), both.fqdn.as_str()), (URI, "other.lab.test"));
        let expected = Target { uri: URI.parse().unwrap(), fqdn: FQDN.to_owned() };
        assert_eq!(found(&sign_in().target_uri(URI)).await.unwrap(), expected);
        assert_eq!(found(&sign_in().target_fqdn(FQDN)).await.unwrap(), expected);
        assert_eq!(found(&sign_in()).await, Err(FailureKind::NoTarget));
    }

    #[tokio::test]
    async fn dhcp_says_both() {
        let expected = Target { uri: URI.parse().unwrap(), fqdn: FQDN.to_owned() };
        assert_eq!(asked("good", sign_in()).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn dhcp_says_only_what_was_not_given() {
        let target = asked("missing-43", sign_in().target_uri("https://10.0.0.1/x")).await.unwrap();
        assert_eq!((target.uri.as_str(), target.fqdn.as_str()), ("https://10.0.0.1/x", FQDN));
        let target = asked("missing-120", sign_in().target_fqdn("sip.lab.test")).await.unwrap();
        assert_eq!((target.uri.as_str(), target.fqdn.as_str()), (URI, "sip.lab.test"));
    }

    /// What is to come of a recorded pair of options: an address and a Registrar, or the option that is broken and a
    /// piece of the reason.
    type Expected = Result<(&'static str, &'static str), (u8, &'static str)>;

    const RECORDED: [(&str, Expected); 27] = [
        ("good", Ok((URI, FQDN))),
        ("good-no-port", Ok((URI, FQDN))),
        ("good-dnsmasq-order", Ok((URI, FQDN))),
        (
            "good-4443",
            Ok(("https://atl-cs-001.litwareinc.com:4443/CertProv/CertProvisioningService.svc", FQDN)),
        ),
        ("rfc3361-two-names", Ok((URI, "example.com"))),
        ("bad-cisco-180", Err((43, "length 37 but 35 bytes left"))),
        ("bad-port-u16", Err((43, "sub-option 4"))),
        ("bad-43-flat-url", Err((43, "length 116 but 72 bytes left"))),
        ("bad-43-utf16", Err((43, "byte 00 at 1"))),
        ("bad-43-nul-terminated", Err((43, "byte 00 at 12"))),
        ("bad-43-no-ucid", Err((43, "sub-option 1 (UCIdentifier) is missing"))),
        ("bad-43-ucid-case", Err((43, "`ms-uc-client` is not `MS-UC-Client`"))),
        // These three can be read. A phone follows them, and fails later: see sign_in::failures.
        ("bad-43-ip", Ok(("https://10.99.0.1:443/CertProv/CertProvisioningService.svc", FQDN))),
        (
            "bad-43-path-typo",
            Ok(("https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisionService.svc", FQDN)),
        ),
        (
            "bad-43-wrong-host",
            Ok(("https://webint.litwareinc.com:443/CertProv/CertProvisioningService.svc", FQDN)),
        ),
        ("bad-43-http", Err((43, "it is not https"))),
        ("bad-43-path-noslash", Err((43, "its port is no port"))),
        ("bad-43-len-long", Err((43, "length 52 but 41 bytes left"))),
        ("bad-43-vlan-in-msuc", Err((43, "sub-option 1 (UCIdentifier) is missing"))),
        ("bad-120-ascii", Err((120, "enc byte 97"))),
        ("bad-120-enc0-ascii", Err((120, "label length 97"))),
        ("bad-120-ip", Err((120, "addresses, where a name is needed"))),
        ("bad-120-noroot", Err((120, "no terminating root label"))),
        ("bad-120-nolabels", Err((120, "enc byte 10"))),
        ("missing-43", Err((43, "missing"))),
        ("missing-120", Err((120, "missing"))),
        ("missing-both", Err((43, "missing"))),
    ];

    #[tokio::test]
    async fn each_recorded_pair_of_options_leads_somewhere_or_is_broken() {
        for row in rows() {
            assert!(RECORDED.iter().any(|(name, _)| *name == row.name), "{}", row.name);
        }
        for (row, expected) in RECORDED {
            match (asked(row, sign_in()).await, expected) {
                (Ok(target), Ok((uri, fqdn))) => {
                    assert_eq!((target.uri.as_str(), target.fqdn.as_str()), (uri, fqdn), "{row}");
                }
                (Err(FailureKind::BrokenOption { option, reason, .. }), Err((code, piece))) => {
                    assert_eq!(option, code, "{row}: {reason}");
                    assert!(reason.contains(piece), "{row}: {reason}");
                }
                (found, expected) => panic!("{row}: {found:?} is not {expected:?}"),
            }
        }
    }

    #[tokio::test]
    async fn an_address_that_was_given_wrong_is_told_before_dhcp_is_asked() {
        let failure = found(&sign_in().target_uri("http://pool/x")).await.unwrap_err();
        assert!(matches!(failure, FailureKind::Url(error) if error.reason == "it is not https"));
    }
}

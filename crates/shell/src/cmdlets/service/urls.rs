//! Ports and URLs of a web server, in the order of "Get-CsService for Address Book management".

use crate::Topology;
use lync_powershell::{Object, Value};

/// Where the certificate provisioning service is.
const CERT_PROV: &str = "/CertProv/CertProvisioningService.svc";
/// Where the web ticket service is.
const WEB_TICKET: &str = "/WebTicket/WebTicketService.svc";

/// The object with everything between Identity and DependentServiceList.
///
/// Empty is what this pool has not: an external web site, and the services beside CertProv and WebTicket.
pub(super) fn with_urls(object: Object, topology: &Topology) -> Object {
    let http = u32::from(topology.http_port);
    let https = u32::from(topology.https_port);
    let object = object
        .with("FileStore", Value::Null)
        .with("UserServer", super::identity("UserServer", topology))
        .with("PrimaryHttpPort", http)
        .with("PrimaryHttpsPort", https)
        .with("ExternalHttpPort", Value::Null)
        .with("ExternalHttpsPort", Value::Null)
        .with("PublishedPrimaryHttpPort", http)
        .with("PublishedPrimaryHttpsPort", https);
    let object = without(
        object,
        &[
            "PublishedExternalHttpPort",
            "PublishedExternalHttpsPort",
            "ReachPrimaryPsomServerPort",
            "ReachExternalPsomServerPort",
            "AppSharingPortStart",
            "AppSharingPortCount",
            "LIServiceInternalUri",
            "ABHandlerInternalUri",
            "ABHandlerExternalUri",
            "DLExpansionInternalUri",
            "DLExpansionExternalUri",
        ],
    )
    .with("CAHandlerInternalUri", url("https", topology.https_port, 443, topology, CERT_PROV))
    .with("CAHandlerInternalAnonUri", url("http", topology.http_port, 80, topology, CERT_PROV));
    without(
        object,
        &[
            "CollabContentInternalUri",
            "CollabContentExternalUri",
            "CAHandlerExternalUri",
            "DeviceUpdateDownloadInternalUri",
            "DeviceUpdateDownloadExternalUri",
            "DeviceUpdateStoreInternalUri",
            "DeviceUpdateStoreExternalUri",
            "RgsAgentServiceInternalUri",
            "RgsAgentServiceExternalUri",
            "MeetExternalUri",
            "DialinExternalUri",
            "CscpInternalUri",
            "ReachExternalUri",
            "ReachInternalUri",
            "WebTicketExternalUri",
        ],
    )
    .with("WebTicketInternalUri", url("https", topology.https_port, 443, topology, WEB_TICKET))
    .with("ExternalFqdn", Value::Null)
    .with("InternalFqdn", topology.fqdn.as_str())
}

fn without(object: Object, names: &[&'static str]) -> Object {
    names.iter().fold(object, |object, name| object.with(*name, Value::Null))
}

/// The scheme's own port is not written.
fn url(scheme: &str, port: u16, own: u16, topology: &Topology, path: &str) -> String {
    let fqdn = &topology.fqdn;
    if port == own { format!("{scheme}://{fqdn}{path}") } else { format!("{scheme}://{fqdn}:{port}{path}") }
}

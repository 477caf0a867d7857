//! Metadata of the two web services: WSDL with policies, and how it is asked for.

mod cert_prov;
mod get;
mod ports;
mod service_metadata;
mod web_ticket;

pub use cert_prov::CertProvMetadata;
pub use get::{GetRequest, get_response};
pub use ports::{CertProvPort, MEX_PATH, WebTicketPort};
pub use service_metadata::{Port, PortPolicy, ServiceMetadata};
pub use web_ticket::WebTicketMetadata;

use lync_xml::escape_attribute;

/// A template with its `{{names}}` replaced by URLs.
fn fill(template: &str, urls: &[(&str, &str)]) -> String {
    urls.iter().fold(template.to_owned(), |text, (name, url)| {
        text.replace(&format!("{{{{{name}}}}}"), &escape_attribute(url.trim_end_matches('/')))
    })
}

//! The ports of both services: how the WSDL names them, and what stands behind the service's URL.

/// What stands behind a service's URL to get its metadata.
pub const MEX_PATH: &str = "/mex";

/// A port of the certificate provisioning service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertProvPort {
    /// A ticket and a signature with its proof key; the desktop client's (captured path).
    Proof,
    /// The same with SHA-1 (captured name).
    ProofSha1,
    /// A ticket alone (captured path of services like this one).
    Bearer,
    /// No ticket: the root chain, over plain HTTP too (inferred).
    Anon,
}

/// A port of the Web Ticket service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebTicketPort {
    /// HTTP Negotiate or NTLM, at the service's URL itself (captured).
    WinNegotiate,
    /// HTTP Basic with extension and PIN (documented name, inferred path).
    Pin,
    /// No credentials (captured).
    Anon,
    /// A certificate of this pool (captured).
    Cert,
}

impl CertProvPort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Proof, Self::ProofSha1, Self::Bearer, Self::Anon];

    /// `wsdl:port/@name`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proof => "CertProvisioningServiceWebTicketProof",
            Self::ProofSha1 => "CertProvisioningServiceWebTicketProof_SHA1",
            Self::Bearer => "CertProvisioningServiceWebTicketBearer",
            Self::Anon => "CertProvisioningServiceAnon",
        }
    }

    /// What stands behind the service's URL.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Proof => "/WebTicket_Proof",
            Self::ProofSha1 => "/WebTicket_Proof_SHA1",
            Self::Bearer => "/WebTicket_Bearer",
            Self::Anon => "/anon",
        }
    }
}

impl WebTicketPort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::WinNegotiate, Self::Pin, Self::Anon, Self::Cert];

    /// `wsdl:port/@name`: the words of Set-CsWebServiceConfiguration's MobilePreferredAuthType.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WinNegotiate => "WebTicketServiceWinNegotiate",
            Self::Pin => "WebTicketServicePin",
            Self::Anon => "WebTicketServiceAnon",
            Self::Cert => "WebTicketServiceCert",
        }
    }

    /// What stands behind the service's URL.
    pub const fn path(self) -> &'static str {
        match self {
            Self::WinNegotiate => "",
            Self::Pin => "/pin",
            Self::Anon => "/Anon",
            Self::Cert => "/cert",
        }
    }
}

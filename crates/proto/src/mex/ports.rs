//! The ports of both services: how the WSDL names them, and what stands behind the service's URL.
//!
//! Name and path of a port are known from different sources, so each variant says both. A client that goes by
//! the WSDL depends on the names alone; one that builds its URLs itself depends on the paths.

/// What stands behind a service's URL to get its metadata.
pub const MEX_PATH: &str = "/mex";

/// A port of the certificate provisioning service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertProvPort {
    /// A ticket and a signature with its proof key. The path is captured, from the Windows desktop client; the
    /// name is inferred from that of `ProofSha1`.
    Proof,
    /// The same with SHA-1. The name is from a client's source: pidgin-sipe 1.25.0 looks for exactly this one
    /// and gives up without it. The path is inferred from the name.
    ProofSha1,
    /// A ticket alone. The name is inferred; the path is captured of other services of the product, and that
    /// this one has it too is inferred.
    Bearer,
    /// No ticket: the root chain, over plain HTTP too. Name and path are inferred.
    Anon,
}

/// A port of the Web Ticket service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebTicketPort {
    /// HTTP Negotiate or NTLM. The name is documented, and pidgin-sipe 1.25.0 looks for it; the path, which is
    /// the service's URL itself, is captured.
    WinNegotiate,
    /// HTTP Basic with extension and PIN. The name is documented; the path is inferred.
    Pin,
    /// No credentials. The name is documented, the path is captured.
    Anon,
    /// A certificate of this pool. The name is documented, the path is captured.
    Cert,
}

impl CertProvPort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Proof, Self::ProofSha1, Self::Bearer, Self::Anon];

    /// `wsdl:port/@name`: that of `ProofSha1` from a client's source, the others inferred.
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

    /// `wsdl:port/@name`: the words that Set-CsWebServiceConfiguration documents for MobilePreferredAuthType. That
    /// they are the names of the ports too is inferred, from the one that a client looks for.
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

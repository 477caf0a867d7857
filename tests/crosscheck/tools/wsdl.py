#!/usr/bin/env python3
"""Loads the WSDL of both web services as a SOAP library does, and checks that every operation and port is there.

Needs zeep. Nothing but the documents themselves may be fetched. An https server's certificate is checked against
the file in REQUESTS_CA_BUNDLE, if that is set.
Usage: wsdl.py FILE-OR-URL...   (of the CertProv service, of the Web Ticket service, or of both)
"""

import os
import sys

try:
    import requests
    from lxml import etree
    from zeep import Client, Settings
    from zeep.transports import Transport
except ImportError:
    print("zeep is not there (pip install zeep)", file=sys.stderr)
    sys.exit(2)

AUTH_WEB_SERVICES = "http://schemas.microsoft.com/OCS/AuthWebServices/"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
SECURITY_POLICY = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"
NAMES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "wsp": "http://schemas.xmlsoap.org/ws/2004/09/policy",
    "sp": SECURITY_POLICY,
    "wsa10": "http://www.w3.org/2005/08/addressing",
}
WSU_ID = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"

# Ports: the end of the URL, and the kind of token that the policy asks for. Operations: the SOAPAction, an
# example of the arguments, and an element with its text that must be in the message made of them.
CERT_PROV = {
    "ports": {
        "CertProvisioningServiceWebTicketProof": ("/WebTicket_Proof", "EndorsingSupportingTokens"),
        "CertProvisioningServiceWebTicketProof_SHA1": ("/WebTicket_Proof_SHA1", "EndorsingSupportingTokens"),
        "CertProvisioningServiceWebTicketBearer": ("/WebTicket_Bearer", "SignedSupportingTokens"),
        "CertProvisioningServiceAnon": ("/anon", None),
    },
    "operations": {
        "GetAndPublishCert": (
            AUTH_WEB_SERVICES + "GetAndPublishCert",
            {
                "DeviceId": "{1}",
                "Entity": "kenmyer@litwareinc.com",
                "RequestSecurityToken": {
                    "TokenType": "urn:type",
                    "RequestType": TRUST + "/Issue",
                    "BinarySecurityToken": {"_value_1": "TUlJ", "ValueType": "urn:pkcs10"},
                    "RequestID": "2",
                },
            },
            ("{%s/}RequestSecurityToken" % TRUST, "TUlJ"),
        ),
        "GetRootCertChains": (
            AUTH_WEB_SERVICES + "GetRootCertChains",
            {},
            ("{%s}GetRootCertChains" % AUTH_WEB_SERVICES, ""),
        ),
    },
}
WEB_TICKET = {
    "ports": {
        "WebTicketServiceWinNegotiate": (".svc", None),
        "WebTicketServicePin": (".svc/pin", None),
        "WebTicketServiceAnon": (".svc/Anon", None),
        "WebTicketServiceCert": (".svc/cert", None),
    },
    "operations": {
        "IssueToken": (
            TRUST + "/RST/Issue",
            {
                "Context": "1",
                "RequestType": TRUST + "/Issue",
                "AppliesTo": {"EndpointReference": {"Address": "https://example.test/"}},
                "Entropy": {"BinarySecret": b"0123456789abcdef"},
            },
            ("{%s}Entropy" % TRUST, "MDEyMzQ1Njc4OWFiY2RlZg=="),
        ),
    },
}
SERVICES = {"CertProvisioningService": CERT_PROV, "WebTicketService": WEB_TICKET}


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def equal(self, what, found, wanted):
        if found == wanted:
            self.passed += 1
        else:
            self.failed += 1
            print(f"{what}: found {found!r}, wanted {wanted!r}", file=sys.stderr)


class OnlyThis(Transport):
    """Fetches one document and refuses whatever that refers to."""

    def __init__(self, location):
        super().__init__(session=requests.Session())
        self.location = location

    def load(self, url):
        if url != self.location:
            raise ValueError(f"the document refers to {url}")
        return super().load(url)


def check(location, tally):
    transport = OnlyThis(location)
    client = Client(location, transport=transport, settings=Settings(strict=True))
    root = etree.fromstring(transport.load(location))
    for name, service in client.wsdl.services.items():
        wanted = SERVICES.get(name)
        tally.equal(f"{location}: service", name in SERVICES, True)
        if wanted is None:
            continue
        tally.equal(f"{name}: ports", sorted(service.ports), sorted(wanted["ports"]))
        for port_name, (path, tokens) in wanted["ports"].items():
            port = service.ports.get(port_name)
            if port is not None:
                check_port(client, service, port, path, wanted["operations"], tally)
                check_policy(root, port_name, tokens, tally)
    return set(client.wsdl.services)


def check_port(client, service, port, path, operations, tally):
    address = port.binding_options["address"]
    tally.equal(f"{port.name}: address ends", address.endswith(path), True)
    found = port.binding._operations
    tally.equal(f"{port.name}: operations", sorted(found), sorted(operations))
    proxy = client.bind(service.name, port.name)
    for name, (action, arguments, (element, text)) in operations.items():
        if name not in found:
            continue
        tally.equal(f"{port.name}.{name}: SOAPAction", found[name].soapaction, action)
        tally.equal(f"{port.name}.{name}: answer is described", found[name].output.body is not None, True)
        message = client.create_message(proxy, name, **arguments)
        made = message.find(f".//{element}")
        made_text = None if made is None else "".join(made.itertext())
        tally.equal(f"{port.name}.{name}: message", made_text is not None and text in made_text, True)


def check_policy(root, port_name, tokens, tally):
    """Policies stand below the root, carry `<port>_policy` and name the issuer without /mex."""
    binding = root.find(f"wsdl:binding[@name='{port_name}']", NAMES)
    reference = binding.find("wsp:PolicyReference", NAMES)
    tally.equal(f"{port_name}: reference", reference.get("URI"), f"#{port_name}_policy")
    policies = [policy for policy in root.findall("wsp:Policy", NAMES) if policy.get(WSU_ID) == f"{port_name}_policy"]
    tally.equal(f"{port_name}: policies", len(policies), 1)
    for kind in ("EndorsingSupportingTokens", "SignedSupportingTokens"):
        path = f"wsp:ExactlyOne/wsp:All/sp:{kind}/wsp:Policy/sp:IssuedToken/sp:Issuer/wsa10:Address"
        issuers = [issuer.text for policy in policies for issuer in policy.findall(path, NAMES)]
        wanted = 1 if kind == tokens else 0
        tally.equal(f"{port_name}: issuers of {kind}", len(issuers), wanted)
        for issuer in issuers:
            tally.equal(f"{port_name}: issuer ends", issuer.endswith("/WebTicket/WebTicketService.svc"), True)


def main(locations):
    if not locations:
        print(__doc__, file=sys.stderr)
        return 2
    tally = Tally()
    for location in locations:
        if "://" not in location:
            location = os.path.abspath(location)
        try:
            services = check(location, tally)
            tally.equal(f"{location}: services", len(services), 1)
        except Exception as error:  # Whatever makes a SOAP library give up is a failure of the document.
            tally.equal(f"{location}: loads", repr(error), "")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 0 if tally.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

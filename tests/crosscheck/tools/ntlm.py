#!/usr/bin/env python3
"""Signs in at the port for Windows credentials with clients that others wrote: requests_ntlm, and pyspnego under each
scheme, raw and inside SPNEGO. What is wrong, too old or altered on its way must be refused like a wrong password.

Usage: ntlm.py URL CA-FILE USER PASSWORD
"""

import base64
import http.client
import os
import ssl
import sys
from urllib.parse import urlsplit

try:
    import requests
    import requests_ntlm
    import spnego
except ImportError as missing:
    print(f"{missing} (pip install requests_ntlm)", file=sys.stderr)
    sys.exit(2)

TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
BODY = f"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<RequestSecurityToken xmlns="{TRUST}">
<TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</TokenType>
<RequestType>{TRUST}/Issue</RequestType><KeyType>{TRUST}/Bearer</KeyType>
</RequestSecurityToken></s:Body></s:Envelope>"""
HEADERS = {"SOAPAction": f'"{TRUST}/RST/Issue"', "Content-Type": "text/xml; charset=utf-8"}

SCHEMES = {
    "NTLM": ("NTLM", "ntlm", spnego.NegotiateOptions.use_ntlm),
    "Negotiate, raw": ("Negotiate", "ntlm", spnego.NegotiateOptions.use_ntlm),
    "Negotiate, SPNEGO": ("Negotiate", "negotiate", spnego.NegotiateOptions.use_negotiate),
}


class Pool:
    def __init__(self, url, ca_file):
        self.url = url
        self.ca_file = ca_file
        self.parts = urlsplit(url)

    def connect(self):
        context = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection(self.parts.hostname, self.parts.port, context=context, timeout=20)

    def post(self, connection, authorization=None):
        headers = dict(HEADERS)
        if authorization:
            headers["Authorization"] = authorization
        connection.request("POST", self.parts.path, BODY, headers)
        response = connection.getresponse()
        return response, response.read().decode()

    def rounds(self, scheme, user, password, alter=lambda message: message, level=None):
        """What the third request is answered."""
        header, protocol, options = SCHEMES[scheme]
        # pyspnego's switch for what clients of old sent; 3 and above is NTLMv2.
        os.environ.pop("LM_COMPAT_LEVEL", None)
        if level is not None:
            os.environ["LM_COMPAT_LEVEL"] = str(level)
        connection = self.connect()
        first, _ = self.post(connection)
        offered = [value.split()[0] for value in first.headers.get_all("WWW-Authenticate")]
        if (first.status, header in offered) != (401, True):
            return f"{first.status} offers {offered}", first
        client = spnego.client(
            user, password, hostname=self.parts.hostname, service="http", protocol=protocol, options=options
        )
        token = client.step()
        while True:
            value = f"{header} {base64.b64encode(token).decode()}"
            response, text = self.post(connection, value)
            answer = response.headers.get("WWW-Authenticate", "").split()
            if response.status != 401 or len(answer) != 2 or answer[0] != header:
                if len(answer) == 2 and answer[0] == header:
                    client.step(base64.b64decode(answer[1]))  # The end of SPNEGO, which pyspnego checks.
                found = outcome(response.status, text)
                return (found if client.complete or found != "ticket" else "ticket, not complete"), response
            token = client.step(base64.b64decode(answer[1]))
            token = alter(token)


def outcome(status, text):
    if status == 200:
        return "ticket" if "<saml:Assertion " in text else "200 without a ticket"
    return str(status)


def flip(needle, offset):
    """Changes one bit of the message, so many bytes behind the beginning of NTLM's own bytes."""

    def alter(message):
        at = message.index(needle) + offset
        return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]

    return alter


def in_proof(message):
    """Changes one bit of NTProofStr: where the NT response begins is at byte 24 of the message."""
    begin = message.index(b"NTLMSSP\0")
    at = begin + int.from_bytes(message[begin + 24 : begin + 28], "little")
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]


def in_mech_list_mic(message):
    """Changes one bit of the checksum in the mechListMIC, which ends the token: its last four bytes are a number."""
    return message[:-5] + bytes([message[-5] ^ 1]) + message[-4:]


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


def by_requests(pool, user, password):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = pool.ca_file
        session.auth = requests_ntlm.HttpNtlmAuth(user, password)
        response = session.post(pool.url, BODY, headers=HEADERS, timeout=20)
        return outcome(response.status_code, response.text)


def main(url, ca_file, user, password):
    pool = Pool(url, ca_file)
    tally = Tally()
    tally.equal("requests_ntlm", by_requests(pool, user, password), "ticket")
    tally.equal("requests_ntlm, wrong password", by_requests(pool, user, password + "x"), "401")
    tally.equal("requests_ntlm, nobody", by_requests(pool, "nobody-here", password), "401")
    integrity_code = flip(b"NTLMSSP\0", 72)
    for scheme in SCHEMES:

        def check(what, wanted, *given, **how):
            found, response = pool.rounds(scheme, *given, **how)
            tally.equal(f"{scheme}, {what}", found, wanted)
            if wanted == "401":
                offered = response.headers.get_all("WWW-Authenticate")
                tally.equal(f"{scheme}, {what}: offered again", offered, ["Negotiate", "NTLM"])
                tally.equal(f"{scheme}, {what}: diagnostics", response.headers.get("X-Ms-diagnostics"), None)

        check("right", "ticket", user, password)
        check("right, in capitals", "ticket", user.upper(), password)
        if scheme == "Negotiate, SPNEGO":
            check("altered mechListMIC", "401", user, password, alter=in_mech_list_mic)
        check("wrong password", "401", user, password + "x")
        check("wrong case of password", "401", user, password.swapcase())
        check("nobody", "401", "nobody-here", password)
        check("NTLMv1", "401", user, password, level=0)
        check("NTLMv1 with extended session security", "401", user, password, level=1)
        check("altered integrity code", "401", user, password, alter=integrity_code)
        check("altered proof", "401", user, password, alter=in_proof)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 0 if tally.failed == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))

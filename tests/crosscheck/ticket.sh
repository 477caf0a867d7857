#!/bin/sh
# The web ticket's signature, and the signature by which a client presents it, must verify with xmlsec1; what has
# been tampered with must not.
#
# Needs xmlsec1, openssl and the built example `ticket` (cargo build -p lync-proto --examples) in LYNCMOCK_EXAMPLES.
set -u

example="${LYNCMOCK_EXAMPLES:-target/debug/examples}/ticket"
. "$(dirname "$0")/tools/should.sh"
needs xmlsec1 openssl "$example"

# ticket FILE: the assertion's own signature, alone or within a request
ticket() {
    xmlsec1 --verify --pubkey-pem "$work/public.pem" \
        --id-attr:AssertionID urn:oasis:names:tc:SAML:1.0:assertion:Assertion \
        --node-xpath '//*[local-name()="Assertion"]/*[local-name()="Signature"]' "$1"
}

# proof FILE: the client's signature over the timestamp
proof() {
    xmlsec1 --verify --hmackey "$work/proof.key" \
        --id-attr:Id http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd:Timestamp \
        --node-xpath '//*[local-name()="Security"]/*[local-name()="Signature"]' "$1"
}

for algorithm in 'RSA rsa_keygen_bits:2048' 'EC ec_paramgen_curve:P-256'; do
    openssl genpkey -algorithm "${algorithm% *}" -pkeyopt "${algorithm#* }" -out "$work/private.pem" 2>/dev/null
    openssl pkcs8 -topk8 -nocrypt -in "$work/private.pem" -outform DER -out "$work/private.der"
    openssl pkey -in "$work/private.pem" -pubout -outform DER -out "$work/public.der"
    openssl pkey -in "$work/private.pem" -pubout -out "$work/public.pem"
    should pass "$algorithm: example" "$example" "$work/private.der" "$work/public.der" "$work"
    should pass "$algorithm: ticket" ticket "$work/ticket.xml"
    should pass "$algorithm: ticket in a request" ticket "$work/request.xml"
    should pass "$algorithm: proof" proof "$work/request.xml"
    sed 's/sip:kenmyer/sip:someone/' "$work/request.xml" >"$work/other-user.xml"
    should fail "$algorithm: ticket for another user" ticket "$work/other-user.xml"
    sed 's/T08:00:00.000Z<\/Expires>/T09:00:00.000Z<\/Expires>/' "$work/request.xml" >"$work/longer.xml"
    should pass "$algorithm: ticket in a request with a longer lifetime" ticket "$work/longer.xml"
    should fail "$algorithm: proof of a longer lifetime" proof "$work/longer.xml"
done

summary

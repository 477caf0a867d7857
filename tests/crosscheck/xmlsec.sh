#!/bin/sh
# Signs with lync-xml and verifies with xmlsec1, and the other way round; what has been tampered with must be
# refused by both.
#
# Needs xmlsec1, openssl and the built example `dsig` (cargo build -p lync-xml --examples) in LYNCMOCK_EXAMPLES.
set -u

dsig="${LYNCMOCK_EXAMPLES:-target/debug/examples}/dsig"
. "$(dirname "$0")/tools/should.sh"
needs xmlsec1 openssl "$dsig"

c14n='http://www.w3.org/2001/10/xml-exc-c14n#'
ds='http://www.w3.org/2000/09/xmldsig#'
more='http://www.w3.org/2001/04/xmldsig-more#'
sha256='http://www.w3.org/2001/04/xmlenc#sha256'

# theirs_verifies KEY-OPTION KEY FILE
theirs_verifies() {
    xmlsec1 --verify --id-attr:AssertionID urn:oasis:names:tc:SAML:1.0:assertion:Assertion \
        --id-attr:Id urn:soap:Body "$1" "$2" "$3"
}

# theirs_signs KEY-OPTION KEY TEMPLATE OUTPUT
theirs_signs() {
    xmlsec1 --sign --id-attr:AssertionID urn:oasis:names:tc:SAML:1.0:assertion:Assertion \
        --id-attr:Id urn:soap:Body "$1" "$2" --output "$4" "$3"
}

# make_key NAME ALGORITHM OPTION makes NAME.pem, .pkcs8 (private) and .pub, .spki (public).
make_key() {
    openssl genpkey -out "$work/$1.pem" -algorithm "$2" -pkeyopt "$3" 2>/dev/null
    openssl pkcs8 -topk8 -nocrypt -in "$work/$1.pem" -outform DER -out "$work/$1.pkcs8"
    openssl pkey -in "$work/$1.pem" -pubout -outform DER -out "$work/$1.spki"
    openssl pkey -in "$work/$1.pem" -pubout -out "$work/$1.pub"
}

make_key rsa RSA rsa_keygen_bits:2048
make_key rsa1024 RSA rsa_keygen_bits:1024
make_key p256 EC ec_paramgen_curve:P-256
openssl rand -out "$work/hmac.key" 32

# An assertion (signed enveloped) and an envelope (whose Body is signed by a signature beside it); %s is where
# the signature goes.
assertion='<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:d" AssertionID="id1" b="&#10;&lt;"><!-- no --><saml:Subject xml:lang="en">value 1 &amp; more</saml:Subject><x xmlns=""/>%s</saml:Assertion>\n'
envelope='<s:Envelope xmlns:s="urn:soap" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:d"><s:Body Id="id1"><a b="2" a="1">value 1</a><c xmlns="">\n</c></s:Body>%s</s:Envelope>\n'
printf "$assertion" '' >"$work/assertion.xml"
printf "$envelope" '' >"$work/envelope.xml"

# template FORM METHOD DIGEST PREFIXES
template() {
    enveloped=
    form=$envelope
    if [ "$1" = assertion ]; then
        enveloped="<Transform Algorithm=\"${ds}enveloped-signature\"/>"
        form=$assertion
    fi
    list=
    if [ -n "$4" ]; then
        list="<ec:InclusiveNamespaces xmlns:ec=\"$c14n\" PrefixList=\"$4\"/>"
    fi
    # shellcheck disable=SC2059
    printf "$form" "<Signature xmlns=\"$ds\"><SignedInfo>
      <CanonicalizationMethod Algorithm=\"$c14n\">$list</CanonicalizationMethod><SignatureMethod Algorithm=\"$2\"/>
      <Reference URI=\"#id1\"><Transforms>$enveloped<Transform Algorithm=\"$c14n\">$list</Transform></Transforms>
      <DigestMethod Algorithm=\"$3\"/><DigestValue/></Reference></SignedInfo><SignatureValue/></Signature>"
}

tamper() { sed 's/value 1/value 2/' "$1" >"$work/tampered.xml"; }

# ours_to_theirs NAME OUR-OPTION OUR-KEY THEIR-OPTION THEIR-KEY
ours_to_theirs() {
    for form in assertion envelope; do
        if "$dsig" sign "$2" "$3" id1 "$work/$form.xml" >"$work/signed.xml"; then
            should pass "ours to xmlsec1, $1, $form" theirs_verifies "$4" "$5" "$work/signed.xml"
            tamper "$work/signed.xml"
            should fail "ours tampered to xmlsec1, $1, $form" theirs_verifies "$4" "$5" "$work/tampered.xml"
        else
            failed=$((failed + 1))
            echo "ours does not sign, $1, $form" >&2
        fi
    done
}

ours_to_theirs hmac --hmac "$work/hmac.key" --hmackey "$work/hmac.key"
ours_to_theirs rsa --pkcs8 "$work/rsa.pkcs8" --pubkey-pem "$work/rsa.pub"
ours_to_theirs p256 --pkcs8 "$work/p256.pkcs8" --pubkey-pem "$work/p256.pub"

# theirs_to_ours METHOD DIGEST THEIR-OPTION THEIR-KEY OUR-OPTION OUR-KEY
theirs_to_ours() {
    for form in assertion envelope; do
        for prefixes in '' 'xs' 'xs saml #default'; do
            template "$form" "$1" "$2" "$prefixes" >"$work/template.xml"
            what="xmlsec1 to ours, ${1##*#}, $form, prefixes '$prefixes'"
            should pass "$what (signing)" theirs_signs "$3" "$4" "$work/template.xml" "$work/signed.xml"
            should pass "$what" "$dsig" verify "$5" "$6" "$work/signed.xml"
            tamper "$work/signed.xml"
            should fail "$what, tampered" "$dsig" verify "$5" "$6" "$work/tampered.xml"
        done
    done
}

theirs_to_ours "${ds}hmac-sha1" "${ds}sha1" --hmackey "$work/hmac.key" --hmac "$work/hmac.key"
theirs_to_ours "${more}hmac-sha256" "$sha256" --hmackey "$work/hmac.key" --hmac "$work/hmac.key"
theirs_to_ours "${ds}rsa-sha1" "${ds}sha1" --privkey-pem "$work/rsa1024.pem" --spki "$work/rsa1024.spki"
theirs_to_ours "${more}rsa-sha256" "$sha256" --privkey-pem "$work/rsa.pem" --spki "$work/rsa.spki"
theirs_to_ours "${more}ecdsa-sha256" "$sha256" --privkey-pem "$work/p256.pem" --spki "$work/p256.spki"

summary

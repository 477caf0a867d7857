#!/usr/bin/env bash
# Starts a pool and has zeep, a SOAP library, load both WSDLs from it over HTTPS, trusting its root alone.
set -euo pipefail
cd "$(dirname "$0")/../.."

lyncmock=${LYNCMOCK_BIN:-target/debug/lyncmock}
logs=${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}
work=$(mktemp -d)
"$lyncmock" serve --free-ports --ready-file "$work/ready.json" --log-filter trace >/dev/null 2>"$logs/wsdl-serve.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

"$lyncmock" ready --wait --ready-file "$work/ready.json" >/dev/null
field() { python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/ready.json" "$1"; }
https=$(field https)
# By name: the certificate is for names, `localhost` among them.
base=https://localhost:${https##*:}
REQUESTS_CA_BUNDLE=$(field ca_pem) python tests/crosscheck/tools/wsdl.py \
    "$base/CertProv/CertProvisioningService.svc/mex" "$base/WebTicket/WebTicketService.svc/mex"

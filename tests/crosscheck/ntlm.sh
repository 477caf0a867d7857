#!/usr/bin/env bash
# Starts a pool and has requests_ntlm and pyspnego, which know NTLM from elsewhere, sign in by Windows credentials.
set -euo pipefail
cd "$(dirname "$0")/../.."

lyncmock=${LYNCMOCK_BIN:-target/debug/lyncmock}
logs=${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}
work=$(mktemp -d)
"$lyncmock" serve --free-ports --ready-file "$work/ready.json" --log-filter trace >/dev/null 2>"$logs/ntlm-serve.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

"$lyncmock" ready --wait --ready-file "$work/ready.json" >/dev/null
field() { python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/ready.json" "$1"; }
https=$(field https)
# By name: the certificate is for names, `localhost` among them.
python tests/crosscheck/tools/ntlm.py "https://localhost:${https##*:}/WebTicket/WebTicketService.svc" \
    "$(field ca_pem)" kenmyer 'Passw0rd!'

#!/usr/bin/env bash
# Schemathesis asks the admin API of a running pool what docs/openapi.json allows and what it does not, while a phone
# signs in again and again. No answer may be a server error, each must be as documented, and when everything was said
# the pool must still be one.
#
# Needs st (PyPI: schemathesis) and the built program in LYNCMOCK_BIN. It asks for LYNCMOCK_SCHEMATHESIS_SECONDS (40),
# and its choices begin at LYNCMOCK_SCHEMATHESIS_SEED (1).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

lyncmock=$(realpath "${LYNCMOCK_BIN:-target/debug/lyncmock}")
logs=$(realpath "${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}")
seconds=${LYNCMOCK_SCHEMATHESIS_SECONDS:-40}
seed=${LYNCMOCK_SCHEMATHESIS_SEED:-1}
tools=$PWD/tests/crosscheck/tools
document=$PWD/docs/openapi.json
. "$tools/should.sh"
needs st "$lyncmock"
log=$logs/schemathesis-serve.log
ready=$work/ready.json
server='' phone=''
trap 'kill $server $phone 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
# Schemathesis leaves files where it runs.
cd "$work" || exit 2

start() {
    "$lyncmock" serve --free-ports --ready-file "$ready" --log-filter trace >/dev/null 2>"$log" &
    server=$!
    "$lyncmock" ready --wait --ready-file "$ready"
}

sign_in() { "$lyncmock" phone --ready-file "$ready" --ext 1219 --pin 0712 --timeout 2s; }

# The journal has something to tell, and rules have somebody to meet. How a sign-in ends is not looked at.
sign_in_again_and_again() {
    while true; do
        sign_in
        read -rt 0.5 <> <(:)
    done >/dev/null 2>&1 &
    phone=$!
}

# What is there to be named, as dictionaries beside the configuration.
write_words() {
    cp "$tools/schemathesis.toml" . &&
        "$lyncmock" scenarios list --json | grep -oE '"name": ?"[^"]+"' | cut -d: -f2 >scenarios.dict &&
        "$lyncmock" certificates list --json --ready-file "$ready" | grep -oE '"[0-9A-F]{40}"' >thumbprints.dict
}

ask() {
    local admin asked
    admin=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["admin"])' "$ready") || return
    SCHEMATHESIS_HOOKS=$tools/schemathesis_hooks.py st --no-color --config-file schemathesis.toml \
        run "$document" --url "$admin" --max-time "$seconds" --seed "$seed" | tee asked || return
    # As many as the document alone gives, without any chance.
    asked=$(grep -oE '^ +[0-9]+ generated' asked | grep -oE '[0-9]+')
    [ "${asked:-0}" -gt 2000 ]
}

no_panic() { ! grep -an panicked "$log"; }

# Loading, resetting and scenarios leave the clock where it was set.
set_clock() { "$lyncmock" clock set "$(date -u +%FT%TZ)" --ready-file "$ready"; }

should pass start start
should pass 'a phone before' sign_in
should pass words write_words
sign_in_again_and_again
should pass 'the admin API' ask
sed -n '/^Test cases:/,/^$/p' asked
kill "$phone" && wait "$phone"
should pass 'alive' kill -0 "$server"
should pass 'ready' "$lyncmock" ready --ready-file "$ready"
should pass 'the clock' set_clock
should pass 'reset' "$lyncmock" reset all --ready-file "$ready"
should pass 'a phone afterwards' sign_in
should pass 'no panic' no_panic
summary

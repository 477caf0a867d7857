#!/usr/bin/env bash
# The image, docker-compose.yml, action.yml and the example of testcontainers, on the engine of this machine: a phone
# signs in; the two hosts are cut off from each other and joined; the pool is killed and has lost nothing.
#
# Runs as root. Needs a running Docker engine with docker-compose or docker compose, udhcpc, and the built programs in
# LYNCMOCK_BIN and LYNCMOCK_EXAMPLES. Nothing is pulled. Every name begins with $project, so that two runs do not meet.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C

lyncmock=$(realpath "${LYNCMOCK_BIN:-target/debug/lyncmock}")
examples=$(realpath "${LYNCMOCK_EXAMPLES:-target/debug/examples}")
logs=$(realpath "${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}")
. tests/crosscheck/tools/should.sh
. tests/crosscheck/tools/netns/network.sh
needs docker python3 setcap udhcpc "$lyncmock" "$examples/testcontainers"

not_here() {
    echo "$1"
    echo "0 passed, 1 failed"
    exit 1
}
[ "$EUID" = 0 ] || not_here "the capability of the program in the image needs root"
docker info >"$work/engine" 2>&1 || not_here "no Docker engine answers here: $(tail -n 1 "$work/engine")"

project=lyncmock-test-$$
if docker compose version >/dev/null 2>&1; then
    compose() { docker compose --project-name "$project" "$@"; }
else
    needs docker-compose
    compose() { docker-compose --project-name "$project" "$@"; }
fi
export LYNCMOCK_IMAGE=$project LYNCMOCK_LOG_FILTER=trace
fqdn=atl-cs-001.litwareinc.com
. tests/crosscheck/tools/compose/containers.sh
. tests/crosscheck/tools/compose/image.sh
. tests/crosscheck/tools/compose/kill.sh
. tests/crosscheck/tools/compose/lab.sh
. tests/crosscheck/tools/compose/action.sh
trap 'everything_down; rm -rf "$work"' EXIT

# --- the image --------------------------------------------------------------------------------------------------------

# Of what ./test has built, with the flags by which it did: only the last link is new.
should pass 'the image' docker/build.sh --dev "$LYNCMOCK_IMAGE" --workspace --bins --examples --tests
[ "$got" = pass ] || { summary; exit 1; }
check_image

# --- up, and a phone --------------------------------------------------------------------------------------------------

# --exit-code-from is the phone's end, and with it everybody's.
up() { compose up --no-color --exit-code-from phone 2>&1 | tee "$work/up"; }
should pass 'up: ends with the code of the phone' up
should pass 'up: the phone has found the pool by broadcast' grep -q 'ok .* find the pool' "$work/up"
should pass 'up: the phone is signed in' grep -q 'sip:kenmyer@litwareinc.com is signed in' "$work/up"
LYNCMOCK_PHONE_PIN=9999 should fail 'up: with a wrong PIN' up
should pass 'up: that phone was refused' grep -q 'The pin is invalid' "$work/up"

should pass 'start' compose up --no-color --detach frontend
frontend=$(container frontend) userpin=$(container userpin)
should pass 'healthy: the user-PIN host' until_true 20 healthy "$userpin"
should pass 'healthy: the front end' until_true 20 healthy "$frontend"
address=$(address_of "$frontend")
check_processes

# --- cut, and joined --------------------------------------------------------------------------------------------------

in_frontend() { docker exec "$frontend" lyncmock "$@"; }
# prompted_again: what the screen shows after the right PIN, once more
prompted_again() { phone --as lpe && return 1; cat "$work/phone"; grep -qF '[The phone asks for the PIN again.]' "$work/phone"; }
event_47067() { in_frontend events | grep -q 47067; }

should pass 'before: a phone' phone
should fail 'before: event 47067' event_47067
should pass 'cut' docker network disconnect "${project}_lync" "$userpin"
should pass 'cut: the phone asks for the PIN again' prompted_again
should pass 'cut: and again' prompted_again
should pass 'cut: event 47067' event_47067
should pass 'cut: the user-PIN host itself is well' healthy "$userpin"
should pass 'joined' docker network connect --alias userpin "${project}_lync" "$userpin"
should pass 'joined: a phone' phone
should pass 'joined: both are servers of one pool' docker exec "$userpin" lyncmock journal wait --event userpin.verified --timeout 5s

# --- killed -----------------------------------------------------------------------------------------------------------

check_kill

# --- another DHCP server ----------------------------------------------------------------------------------------------

# target_of SERVER NAME: a phone that asks this server is told that name
target_of() {
    docker exec "$frontend" lyncmock phone --ext 1219 --pin 0712 --json --dhcp "$1:67" >"$work/target"
    grep -o "\"target_fqdn\":\"$2\"" "$work/target"
}
should pass 'second-dhcp: start' compose --profile second-dhcp up --no-color --detach second-dhcp
second=$(container second-dhcp)
should pass 'second-dhcp: healthy' until_true 20 healthy "$second"
should pass 'second-dhcp: the old name' target_of "$(address_of "$second")" old-pool.litwareinc.com
should pass 'second-dhcp: beside the right one' target_of "$(address_of "$frontend")" $fqdn

# --- the end ----------------------------------------------------------------------------------------------------------

# The first line and the headers of a request whose body never comes.
holds_a_request() { exec 9<>"/dev/tcp/$address/80" && printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n' >&9; }
should pass 'SIGTERM: a request is under way' holds_a_request
should pass 'SIGTERM: the front end ends in a second' stops_within_a_second "$frontend"
exec 9>&-
should pass 'SIGTERM: the user-PIN host, too' stops_within_a_second "$userpin"
keep_logs
should pass 'down' compose --profile second-dhcp down --volumes

check_lab
check_action
should pass 'testcontainers' timeout 60 "$examples/testcontainers"

summary

#!/usr/bin/env bash
# DHCP clients that others wrote, against a pool on port 67, in network namespaces that go with the script: what they
# are told, byte for byte, and what Wireshark makes of it; with each DHCP scenario armed; beside a second server; and
# through a relay agent.
#
# Runs as root. Needs dhcpcd, udhcpc, nmap, dnsmasq, dhcrelay, tshark and ip, and the built program in LYNCMOCK_BIN;
# where the pool gives leases also dhclient and perfdhcp.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C

lyncmock=$(realpath "${LYNCMOCK_BIN:-target/debug/lyncmock}")
logs=${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}
. tests/crosscheck/tools/should.sh
. tests/crosscheck/tools/netns/network.sh

not_here() {
    echo "$1"
    echo "0 passed, 1 failed"
    exit 1
}
[ "$EUID" = 0 ] || not_here "network namespaces need root"
needs ip tshark dhcpcd udhcpc nmap dnsmasq dhcrelay "$lyncmock"
trap 'network_down; wait 2>/dev/null; rm -rf "$work"' EXIT
network_up 2>"$work/network" || not_here "no network namespaces here: $(cat "$work/network")"

export HOME=$work WIRESHARK_CONFIG_DIR=$work
. tests/crosscheck/tools/netns/clients.sh
. tests/crosscheck/tools/netns/capture.sh

# row NAME COLUMN: an option of the reference payloads, in hex; `-` for one that is missing. Columns 3 and 4: 43, 120.
row() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name { print $column }' fixtures/captures/dhcp-options.tsv; }
good43=$(row good 3)
good120=$(row good 4)
name=atl-cs-001.litwareinc.com
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
# The pool that two scenarios name.
old43=${good43/0319$(hex $name)/0317$(hex old-pool.litwareinc.com)}
old120=${good120/0a$(hex atl-cs-001)/08$(hex old-pool)}

# --- the pool ---------------------------------------------------------------------------------------------------------

server=
# start NAME [FLAG...]: a pool at the addresses and ports that Lync has
start() {
    local log=$logs/netns-$1.log
    shift
    ip netns exec "$net-pool" "$lyncmock" serve --json --dhcp-interfaces eth0 --listen-http 10.99.0.1:80 --listen-https 10.99.0.1:443 \
        --listen-userpin 10.99.0.1:444 --listen-admin 127.0.0.1:10088 --log-filter trace "$@" >/dev/null 2>"$log" &
    server=$!
    in_ns pool "$lyncmock" ready --wait
}
admin() { in_ns pool "$lyncmock" "$@" --server http://127.0.0.1:10088; }

# armed SCENARIO COMMAND...: the command, while the scenario is armed
armed() {
    local scenario=$1 status=0
    shift
    admin scenarios arm "$scenario" || return 2
    "$@" || status=$?
    admin scenarios lift "$scenario" || return 2
    return $status
}

should pass 'start' start registrar
should pass 'capture' capture_begins

# --- DHCPINFORM, as a phone sends it ----------------------------------------------------------------------------------

should pass 'dhcpcd: an answer' inform good phone raw
should pass 'dhcpcd: both options, byte for byte' was_told new_vendor_encapsulated_options "$good43" \
    new_raw_sip "$good120" new_dhcp_server_identifier 10.99.0.1 new_dhcp_lease_time -
should pass 'dhcpcd: option 120 read as names' inform names phone names
should pass 'dhcpcd: the name' was_told new_sip_server "$name"
should pass 'dhcpcd: silence to the class in lower case' unanswered other-class phone other-class
should pass 'nmap' by_nmap nmap phone 10.99.0.1
should fail 'nmap: an answer without the class' grep -q 'dhcp-discover' "$work/nmap.log"
should fail 'udhcpc: a lease' lease_by_udhcpc discover guest -V MS-UC-Client -O 43 -O 120

# --- each DHCP scenario -----------------------------------------------------------------------------------------------

# Scenario, and the row of the reference payloads that its answer is; or what it is instead.
declare -A answer=(
    [dhcp-off]=silence
    [dhcp-inform-lost]=silence
    [dhcp-delayed]=silence
    [dhcp-no-option-43]=missing-43
    [dhcp-no-option-120]=missing-120
    [dhcp-no-options]=missing-both
    [dhcp-cisco-180-digits]=bad-cisco-180
    [dhcp-flat-url]=bad-43-flat-url
    [dhcp-port-binary]=bad-port-u16
    [dhcp-utf16]=bad-43-utf16
    [dhcp-nul-terminated]=bad-43-nul-terminated
    [dhcp-no-uc-identifier]=bad-43-no-ucid
    [dhcp-uc-identifier-case]=bad-43-ucid-case
    [dhcp-web-server-address]=bad-43-ip
    [dhcp-http-scheme]=bad-43-http
    [dhcp-path-without-slash]=bad-43-path-noslash
    [dhcp-path-typo]=bad-43-path-typo
    [dhcp-wrong-web-server]=bad-43-wrong-host
    [dhcp-wrong-port]=port-9
    [dhcp-length-too-long]=bad-43-len-long
    [dhcp-vlan-data]=bad-43-vlan-in-msuc
    [dhcp-option-120-ascii]=bad-120-ascii
    [dhcp-option-120-encoding-0-ascii]=bad-120-enc0-ascii
    [dhcp-option-120-address]=bad-120-ip
    [dhcp-option-120-no-root-label]=bad-120-noroot
    [dhcp-option-120-no-encoding]=bad-120-nolabels
    [dhcp-second-server]=second-server
    [dhcp-decommissioned-pool]=old-pool
)

mapfile -t scenarios < <("$lyncmock" scenarios list --json |
    python3 -c 'import json, sys; print(*(s["name"] for s in json.load(sys.stdin) if s["chapter"] == "dhcp"), sep="\n")')
should pass 'the catalogue has DHCP scenarios' [ "${#scenarios[@]}" -ge 27 ]
for scenario in "${scenarios[@]}"; do
    payloads=${answer[$scenario]:-}
    case $payloads in
        '')
            should pass "$scenario: what it looks like is known here" false
            ;;
        silence)
            should pass "$scenario: silence" armed "$scenario" unanswered "$scenario" phone raw
            ;;
        second-server | old-pool)
            should pass "$scenario" armed "$scenario" inform "$scenario" phone raw
            should pass "$scenario: another pool's bytes" \
                was_told new_vendor_encapsulated_options "$old43" new_raw_sip "$old120"
            ;;
        *)
            option43=$(row "$payloads" 3) option120=$(row "$payloads" 4)
            [ "$payloads" != port-9 ] || option43=${good43/0403343433/040139} option120=$good120
            should pass "$scenario" armed "$scenario" inform "$scenario" phone raw
            should pass "$scenario: the bytes" was_told \
                new_vendor_encapsulated_options "$option43" new_raw_sip "$option120"
            ;;
    esac
done
should pass 'afterwards: an answer' inform afterwards phone raw
should pass 'afterwards: both options' was_told new_vendor_encapsulated_options "$good43" new_raw_sip "$good120"

# --- beside another server --------------------------------------------------------------------------------------------

. tests/crosscheck/tools/netns/second_server.sh
should pass 'dnsmasq' dnsmasq_begins
should pass 'nmap: an answer of dnsmasq' by_nmap nmap-other phone 10.99.0.3
should pass 'nmap: it can show one' grep -q 'DHCP Message Type: DHCPACK' "$work/nmap.log"
should pass 'two servers: an answer' inform two-servers phone raw
should pass 'two servers: one of the two, whole' first_of_two
should pass 'off: an answer' armed dhcp-off inform off-beside phone raw
should pass "off: the other server's" was_told new_dhcp_server_identifier 10.99.0.3 \
    new_vendor_encapsulated_options "$other43" new_raw_sip "$other120"
should pass 'two servers: a lease' lease_by_udhcpc lease-beside guest -V MS-UC-Client -O 43 -O 120
should pass 'two servers: by the other one' was_told serverid 10.99.0.3 opt43 "$other43" sipsrv "$other_name"
should pass 'dnsmasq: ends' ended "$dnsmasq"

# --- through a relay agent --------------------------------------------------------------------------------------------

. tests/crosscheck/tools/netns/relay.sh
should pass 'relay' relay_begins
should pass 'relay: silence without a way back' unanswered relay-no-route remote raw 10.99.1.2/24
should pass 'relay: a way back' ip -n "$net-pool" route add 10.99.1.0/24 via 10.99.0.4
should pass 'relay: an answer, straight to the phone' inform relayed remote raw 10.99.1.2/24
should pass 'relay: both options' was_told new_vendor_encapsulated_options "$good43" new_raw_sip "$good120"
should pass 'relay: stop' ended "$server"
should pass 'relay: start' start relay --dhcp-relay-reply relay
should pass 'relay: no way to the phone' ip -n "$net-pool" route delete 10.99.1.0/24
should pass 'relay: but to the relay' ip -n "$net-pool" route add 10.99.1.1 via 10.99.0.4
should pass 'relay: an answer through it' inform relayed-back remote raw 10.99.1.2/24
should pass 'relay: both options, through it' was_told \
    new_vendor_encapsulated_options "$good43" new_raw_sip "$good120" new_dhcp_server_identifier 10.99.0.1
# By that signal: dhcrelay knows no other end.
should pass 'relay: ends' ended "$relay" 143

# --- leases, where the pool gives any ---------------------------------------------------------------------------------

if "$lyncmock" serve --help | grep -q -e '--dhcp-mode'; then
    . tests/crosscheck/tools/netns/leases.sh
    check_leases
else
    leases_were_seen() { :; }
fi
should pass 'stop' ended "$server"

# --- what Wireshark makes of all that ---------------------------------------------------------------------------------

should pass 'the capture' capture_ends
for case in good names afterwards relayed two-servers; do
    should pass "$case: tshark has no complaint" flawless $case $name
    should pass "$case: one reply" replied $case 1
done
should pass 'relayed-back: tshark has no complaint' flawless relayed-back $name
for case in other-class nmap discover nmap-other off-beside lease-beside; do
    should pass "$case: silence" replied $case 0
done
for scenario in "${scenarios[@]}"; do
    case ${answer[$scenario]:-} in
        silence) should pass "$scenario: silence" replied "$scenario" 0 ;;
        second-server)
            should pass "$scenario: two replies" names_in "$scenario" old-pool.litwareinc.com $name
            ;;
        old-pool) should pass "$scenario: the old name" flawless "$scenario" old-pool.litwareinc.com ;;
        # Wireshark reads option 120, and of option 43 the bytes only.
        bad-120-ip) should pass "$scenario: an address" flawless "$scenario" '' 10.99.0.1 ;;
        bad-120-*) should pass "$scenario: tshark complains" complained_about "$scenario" ;;
        missing-120 | missing-both) should pass "$scenario: no name" flawless "$scenario" ;;
        *) should pass "$scenario: the right name" flawless "$scenario" $name ;;
    esac
done
leases_were_seen

summary

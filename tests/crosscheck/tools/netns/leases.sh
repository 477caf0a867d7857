# Clients that ask for an address, where the pool gives any (--dhcp-mode enterprise); sourced.

needs dhclient perfdhcp
. tests/crosscheck/tools/netns/ping_check.sh
lync_class=(-V MS-UC-Client -O 43 -O 120)

# within PREFIX LOW HIGH: the address that udhcpc was given lies there
within() {
    local ip
    ip=$(told ip)
    echo "ip: $ip"
    [ "${ip%.*}" = "$1" ] && [ "${ip##*.}" -ge "$2" ] && [ "${ip##*.}" -le "$3" ]
}
# got ADDRESS
got() { was_told ip "$1"; }
# not_got ADDRESS: another one, but one
not_got() { was_told_some ip && [ "$(told ip)" != "$1" ]; }

check_leases() {
    local kept here=10.99.0.100-10.99.0.199 remote=10.99.1.100-10.99.1.199
    should pass 'leases: the former pool ends' ended "$server"
    should pass 'leases: start' start_enterprise leases "$here"
    # Each client would wait for its answer in vain.
    [ "$got" = pass ] || return 1
    udhcpc_is_served
    addresses_are_given_once
    others_are_served
    should pass 'restart: kill' kill -KILL "$server"
    should fail 'restart: dead' wait "$server"
    should pass 'restart: start' start_enterprise leases-again "$here"
    leases_outlive_the_pool
    under_load
    should pass 'leases: stop' ended "$server"
    check_pings
    should pass 'relay: start for the remote network' start_enterprise leases-remote "$remote"
    behind_a_relay
    should pass 'relay: stop' ended "$server"
    should pass 'mode off: start' start off --dhcp-mode off
    should pass 'mode off: silence to DHCPINFORM' unanswered mode-off-inform phone raw
    should fail 'mode off: a lease' lease_by_udhcpc mode-off guest "${lync_class[@]}"
}

# start_enterprise NAME RANGES: keeps its leases where the former one did
start_enterprise() {
    start "$1" --dhcp-mode enterprise --dhcp-ranges "$2" --data-dir "$work/data"
}

udhcpc_is_served() {
    should pass 'udhcpc: a lease' lease_by_udhcpc udhcpc guest "${lync_class[@]}"
    should pass 'udhcpc: in the range' within 10.99.0 100 199
    should pass 'udhcpc: the options' was_told serverid 10.99.0.1 subnet 255.255.255.0 opt43 "$good43" sipsrv "$name"
    should pass 'udhcpc: the end' was_told_some lease
    kept=$(told ip)
    should pass 'udhcpc: without the class' lease_by_udhcpc udhcpc-no-class guest -O 43 -O 120
    should pass "udhcpc: no class, not the class's option 43" was_told opt43 -
    should pass 'udhcpc: class of the VLAN' lease_by_udhcpc udhcpc-vlan guest -V CPE-OCPHONE -O 43
    should fail 'udhcpc: another class, and its option 43' was_told opt43 "$good43"
}

addresses_are_given_once() {
    should pass 'once: again' lease_by_udhcpc again guest "${lync_class[@]}"
    should pass 'once: the same address' got "$kept"
    should pass 'once: another client' lease_by_udhcpc taken phone "${lync_class[@]}" -r "$kept"
    should pass 'once: not the address of the first' not_got "$kept"
    should pass 'release' udhcpc_releases release guest
    ip -n "$net-guest" address flush dev eth0
    should pass 'release: a client that had none' lease_by_udhcpc released phone "${lync_class[@]}" $(client 1) -r "$kept"
    should pass 'release: gets what is free' got "$kept"
    # Somebody has it who never asked for it: the client sees that by ARP, and declines it.
    should pass 'decline: in use' ip -n "$net-other" address add 10.99.0.150/24 dev eth0
    should pass 'decline: a lease' \
        lease_by_udhcpc decline phone "${lync_class[@]}" $(client 2) -a -A 1 -r 10.99.0.150
    should pass 'decline: sent' grep -q 'declining' "$work/udhcpc.log"
    should pass 'decline: not that' not_got 10.99.0.150
    should pass 'decline: another client' lease_by_udhcpc declined visitor "${lync_class[@]}" -r 10.99.0.150
    should pass 'decline: not that either' not_got 10.99.0.150
    kept=$(told ip)
}
# client N: the flags by which udhcpc is a client of its own, by option 61
client() { echo "-C -x 0x3d:01deadbeef0$1"; }

others_are_served() {
    should pass 'dhcpcd: a lease' lease_by_dhcpcd dhcpcd-lease guest raw
    should pass 'dhcpcd: the options of a lease' was_told new_vendor_encapsulated_options "$good43" \
        new_raw_sip "$good120" new_dhcp_server_identifier 10.99.0.1
    ip -n "$net-guest" address flush dev eth0
    should pass 'dhclient: a lease' lease_by_dhclient dhclient guest
    should pass 'dhclient: option 43, divided' was_told new_MSUC_identifier MS-UC-Client new_MSUC_url_scheme https \
        new_MSUC_web_server_fqdn "$name" new_MSUC_web_server_port 443 \
        new_MSUC_cert_prov_rel_path /CertProv/CertProvisioningService.svc
    should pass 'enterprise: DHCPINFORM' inform enterprise-inform phone raw
    should pass 'enterprise: both options' was_told \
        new_vendor_encapsulated_options "$good43" new_raw_sip "$good120" new_dhcp_lease_time -
}

leases_outlive_the_pool() {
    should pass 'restart: a client' lease_by_udhcpc restarted visitor "${lync_class[@]}"
    should pass 'restart: the same address' got "$kept"
    should pass 'restart: another client' lease_by_udhcpc restarted-other phone "${lync_class[@]}" $(client 3) -r "$kept"
    should pass 'restart: not that address' not_got "$kept"
    should pass 'restart: one that wants what was declined' \
        lease_by_udhcpc restarted-declined phone "${lync_class[@]}" $(client 4) -r 10.99.0.150
    should pass 'restart: does not get it' not_got 10.99.0.150
}

behind_a_relay() {
    should pass 'relay: begins' relay_begins
    should pass 'relay: a lease' lease_by_udhcpc relayed-lease remote "${lync_class[@]}"
    should pass 'relay: of its own subnet' within 10.99.1 100 199
    should pass 'relay: the options' was_told serverid 10.99.0.1 opt43 "$good43" sipsrv "$name"
    should fail 'relay: a lease without it' lease_by_udhcpc not-relayed guest "${lync_class[@]}"
    should pass 'relay: ends again' ended "$relay" 143
}

under_load() {
    case_begins perfdhcp
    should pass 'perfdhcp' in_ns phone timeout --kill-after=2 30 \
        perfdhcp -4 -r 100 -R 40 -p 3 -W 1000000 -l eth0 10.99.0.1
    cp "$work/log" "$work/perfdhcp.log"
    should pass 'perfdhcp: exchanges' grep -Eq 'received packets: [1-9]' "$work/perfdhcp.log"
    should fail 'perfdhcp: drops' grep -E 'drops: [1-9]' "$work/perfdhcp.log"
}

# What Wireshark makes of it.
leases_were_seen() {
    local case
    for case in udhcpc again taken release released declined dhcpcd-lease dhclient restarted relayed-lease \
        enterprise-inform ping ping-own ping-raw; do
        should pass "$case: tshark has no complaint" flawless $case "$name"
    done
    for case in mode-off mode-off-inform; do
        should pass "$case: silence" replied $case 0
    done
}

# Somebody has set an address by hand, and the pool gives leases (--dhcp-ping-check); sourced.

needs setpriv

# may_ping GROUPS: who may ping in the pool's namespace without CAP_NET_RAW
may_ping() { in_ns pool sh -c "echo $1 >/proc/sys/net/ipv4/ping_group_range"; }
nobody='1 0'
everybody='0 2147483647'

# start_pinging NAME BOOL: an own data directory, and a range whose first address is in use
start_pinging() {
    start "$1" --dhcp-mode enterprise --dhcp-ranges 10.99.0.170-10.99.0.179 --data-dir "$work/ping-data" \
        --dhcp-ping-check "$2"
}
# in_use ADDRESS: the journal says that of it, and of no other
in_use() {
    admin journal list --event dhcp.in-use | tee "$work/in-use"
    grep -q "$1 answers a ping: somebody uses it, so it is put aside" "$work/in-use" &&
        [ "$(grep -c 'answers a ping' "$work/in-use")" = 1 ]
}
none_in_use() { ! admin journal list --event dhcp.in-use | grep 'answers a ping'; }
# refused_to_start: without the rights there is no pool, and it says what to do
refused_to_start() {
    ! in_ns pool timeout --kill-after=2 20 setpriv --bounding-set=-net_raw "$lyncmock" serve --free-ports \
        --dhcp-interfaces eth0 --dhcp-mode enterprise --dhcp-ranges 10.99.0.170-10.99.0.179 --dhcp-ping-check true \
        2>"$work/refused" &&
        cat "$work/refused" && grep -q 'dhcp.ping_check: .*CAP_NET_RAW.*net.ipv4.ping_group_range' "$work/refused"
}

check_pings() {
    should pass 'ping: in use' ip -n "$net-other" address add 10.99.0.170/24 dev eth0
    should pass 'ping off: start' start_pinging ping-off false
    should pass 'ping off: a lease' lease_by_udhcpc ping-off guest "${lync_class[@]}"
    should pass 'ping off: the first address' got 10.99.0.170
    should pass 'ping off: stop' ended "$server"
    rm -rf "$work/ping-data"

    # By the socket that needs no capability.
    should pass 'ping: everybody may' may_ping "$everybody"
    should pass 'ping: start' start_pinging ping true
    should pass 'ping: a lease' lease_by_udhcpc ping guest "${lync_class[@]}"
    should pass 'ping: the second address' got 10.99.0.171
    should pass 'ping: the first is told to be in use' in_use 10.99.0.170
    should pass 'ping: its client uses the second' ip -n "$net-guest" address add 10.99.0.171/24 dev eth0
    should pass 'ping: stop' ended "$server"

    # What is known outlives it; by a raw socket, which hears more than its answers.
    should pass 'ping: nobody may' may_ping "$nobody"
    should pass 'ping: in use too' ip -n "$net-other" address add 10.99.0.172/24 dev eth0
    should pass 'ping raw: start' start_pinging ping-raw true
    should pass 'ping raw: who answers for its own address' lease_by_udhcpc ping-own guest "${lync_class[@]}"
    should pass 'ping raw: keeps it' got 10.99.0.171
    should pass 'ping raw: and nobody was asked' none_in_use
    should pass 'ping raw: a client that wants what is in use' \
        lease_by_udhcpc ping-raw visitor "${lync_class[@]}" -r 10.99.0.170
    should pass 'ping raw: gets the next that is not' got 10.99.0.173
    should pass 'ping raw: one more is told to be in use' in_use 10.99.0.172
    should pass 'ping raw: stop' ended "$server"
    should pass 'ping: without the rights' refused_to_start
    ip -n "$net-guest" address flush dev eth0
}

# A small network of namespaces; sourced. Every name begins with $net, so that two runs do not meet.
#
#   pool 10.99.0.1 ─┐
#   phone 10.99.0.2 ─┼─ switch      relay 10.99.0.4 / 10.99.1.1 ─── remote 10.99.1.2
#   other 10.99.0.3 ─┤                 │
#   guest, no address ┤               └─ also at the switch
#   visitor, no address ┘

net=lyncmock-test-$$
namespaces=(switch pool phone other guest visitor relay remote)

# in_ns NAME COMMAND...: not for the background, where its process would be a shell around that of the command
in_ns() {
    local name=$1
    shift
    ip netns exec "$net-$name" "$@"
}

# plug NAME [ADDRESS]: gives a namespace an eth0 at the switch
plug() {
    ip -n "$net-switch" link add name "to-$1" type veth peer name eth0 netns "$net-$1" &&
        ip -n "$net-switch" link set dev "to-$1" master bridge up &&
        ip -n "$net-$1" link set dev eth0 up &&
        { [ $# -lt 2 ] || ip -n "$net-$1" address add "$2" dev eth0; }
}

network_up() {
    local name
    for name in "${namespaces[@]}"; do
        ip netns add "$net-$name" && ip -n "$net-$name" link set dev lo up || return 1
    done
    ip -n "$net-switch" link add name bridge type bridge && ip -n "$net-switch" link set dev bridge up || return 1
    plug pool 10.99.0.1/24 && plug phone 10.99.0.2/24 && plug other 10.99.0.3/24 && plug relay 10.99.0.4/24 &&
        plug guest && plug visitor || return 1
    # The phones' side of the relay, which is a router too.
    ip -n "$net-relay" link add name phones type veth peer name eth0 netns "$net-remote" &&
        ip -n "$net-relay" address add 10.99.1.1/24 dev phones && ip -n "$net-relay" link set dev phones up &&
        ip -n "$net-remote" address add 10.99.1.2/24 dev eth0 && ip -n "$net-remote" link set dev eth0 up &&
        ip -n "$net-remote" route add default via 10.99.1.1 &&
        in_ns relay sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# Ends what still runs in the namespaces, and removes them.
network_down() {
    local name pids
    for name in "${namespaces[@]}"; do
        # Of this run's namespaces only: what has come into them was started here.
        mapfile -t pids < <(ip netns pids "$net-$name" 2>/dev/null)
        [ "${#pids[@]}" = 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
        ip netns delete "$net-$name" 2>/dev/null
    done
}

# ended PID [STATUS]: ends a process that was started here, and waits for it; status 0 unless it says otherwise
ended() {
    local status=0
    kill "$1" || return 1
    wait "$1" || status=$?
    echo "status $status"
    [ "$status" = "${2:-0}" ]
}

# until_true SECONDS COMMAND...: asks again and again, until the command succeeds or the time is over
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || { echo "never happened: $*"; return 1; }
        read -rt 0.05 <> <(:) || true
    done
}

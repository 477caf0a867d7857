# DHCP clients, each with all that it writes in $work; sourced. What a client was told, it leaves in $work/told.

mkdir -p "$work/told"
# Each client calls it at each step; dhcpcd and dhclient say which in $reason, udhcpc as its argument.
cat >"$work/hook" <<HOOK
#!/bin/sh
env >"$work/told/\${reason:-\$1}"
HOOK
chmod +x "$work/hook"

# The same, and the address comes to the interface: a release is sent from it.
cat >"$work/hook-with-address" <<HOOK
#!/bin/sh
[ "\$1" != bound ] || ip address add "\$ip/24" dev eth0
exec "$work/hook" "\$@"
HOOK
chmod +x "$work/hook-with-address"

# case_begins CASE: what is captured from here on belongs to it
case_begins() {
    rm -f "$work"/told/*
    printf '%s %s\n' "$EPOCHREALTIME" "$1" >>"$work/cases"
}

# What dhcpcd keeps of its own goes into a file system that ends with it.
apart='mkdir -p /run/dhcpcd /var/lib/dhcpcd && mount -t tmpfs none /run/dhcpcd && mount -t tmpfs none /var/lib/dhcpcd'

dhcpcd_conf() {
    cat <<CONF
option vendor_encapsulated_options
noarp
nodelay
noipv6
noipv4ll
nogateway
nohook resolv.conf
script $work/hook
CONF
}
{
    dhcpcd_conf
    echo 'vendorclassid MS-UC-Client'
    # Raw bytes instead of names: dhcpcd would leave out what it cannot read.
    echo 'define 120 binhex raw_sip'
    echo 'option raw_sip'
} >"$work/raw.conf"
{
    dhcpcd_conf
    echo 'vendorclassid MS-UC-Client'
    echo 'option sip_server'
} >"$work/names.conf"
{
    dhcpcd_conf
    echo 'vendorclassid ms-uc-client'
    echo 'option sip_server'
} >"$work/other-class.conf"

# inform CASE WHERE CONF [ADDRESS [SECONDS]]: dhcpcd asks by DHCPINFORM, and ends when it has an answer
inform() {
    case_begins "$1"
    in_ns "$2" sh -c "$apart"' && exec timeout --kill-after=2 "$@"' timeout "${5:-15}" \
        dhcpcd -f "$work/$3.conf" -4 -1 -B -d --inform="${4:-10.99.0.2/24}" eth0
}
# unanswered CASE WHERE CONF [ADDRESS]: dhcpcd asks, and waits in vain for three seconds
unanswered() {
    local status=0
    inform "$1" "$2" "$3" "${4:-10.99.0.2/24}" 3 >"$work/unanswered.log" 2>&1 || status=$?
    cat "$work/unanswered.log"
    grep -q 'sending INFORM' "$work/unanswered.log" && [ "$status" = 124 ]
}

# lease_by_dhcpcd CASE WHERE CONF: dhcpcd asks for an address
lease_by_dhcpcd() {
    case_begins "$1"
    in_ns "$2" sh -c "$apart"' && exec timeout --kill-after=2 "$@"' timeout 15 \
        dhcpcd -f "$work/$3.conf" -4 -1 -B -d eth0
}

# lease_by_udhcpc CASE WHERE [FLAG...]: udhcpc asks for an address, and ends when it has one or after three tries
lease_by_udhcpc() {
    local case=$1 where=$2
    shift 2
    case_begins "$case"
    local status=0
    in_ns "$where" timeout --kill-after=2 15 udhcpc -i eth0 -f -q -n -t 3 -T 1 -s "$work/hook" "$@" \
        >"$work/udhcpc.log" 2>&1 || status=$?
    cat "$work/udhcpc.log"
    return $status
}

# udhcpc_releases CASE WHERE: udhcpc has a lease, is told to end, and gives the address back
udhcpc_releases() {
    case_begins "$1"
    ip netns exec "$net-$2" udhcpc -i eth0 -f -n -t 3 -T 1 -V MS-UC-Client -O 43 -O 120 -R \
        -s "$work/hook-with-address" >"$work/udhcpc.log" 2>&1 &
    local client=$!
    until_true 10 test -s "$work/told/bound"
    ended "$client"
    cat "$work/udhcpc.log"
    grep -q 'unicasting a release' "$work/udhcpc.log"
}

# lease_by_dhclient CASE WHERE: dhclient asks for an address and divides option 43 itself
lease_by_dhclient() {
    case_begins "$1"
    : >"$work/dhclient.leases"
    in_ns "$2" timeout --kill-after=2 20 dhclient -4 -1 -v -sf "$work/hook" -cf "$PWD/tests/crosscheck/tools/netns/dhclient.conf" \
        -lf "$work/dhclient.leases" -pf "$work/dhclient.pid" eth0
    local status=$?
    # It goes on in the background, to renew.
    [ ! -s "$work/dhclient.pid" ] || kill "$(cat "$work/dhclient.pid")" 2>/dev/null
    return $status
}

# told NAME: the value of a variable that a client was told at the end, `-` if it was not
told() { cat "$work"/told/* 2>/dev/null | sed -n "s/^$1=//p" | tail -n 1 | grep . || echo -; }
# was_told NAME VALUE [NAME VALUE...]
was_told() {
    local found
    while [ $# -ge 2 ]; do
        found=$(told "$1")
        echo "$1: $found"
        [ "$found" = "$2" ] || { echo "expected: $2"; return 1; }
        shift 2
    done
}
# was_told_some NAME...
was_told_some() {
    local name
    for name in "$@"; do
        echo "$name: $(told "$name")"
        [ "$(told "$name")" != - ] || return 1
    done
}

# by_nmap CASE WHERE SERVER: nmap sends a DHCPINFORM, whose class cannot be set, and shows the answer
by_nmap() {
    case_begins "$1"
    in_ns "$2" timeout --kill-after=2 60 nmap -n -Pn -sU -p 67 --script dhcp-discover "$3" >"$work/nmap.log" 2>&1
    cat "$work/nmap.log"
    grep -q 'Nmap done: 1 IP address (1 host up)' "$work/nmap.log"
}

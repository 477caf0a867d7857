# ISC's relay agent between the remote phone and the pool; sourced.

relay_begins() {
    : >"$work/relay.log"
    ip netns exec "$net-relay" dhcrelay -4 -d --no-pid -id phones -iu eth0 10.99.0.1 >"$work/relay.log" 2>&1 &
    relay=$!
    until_true 10 grep -q 'Sending on *Socket/fallback' "$work/relay.log" || { cat "$work/relay.log"; return 1; }
}

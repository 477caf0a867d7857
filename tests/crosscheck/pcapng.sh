#!/usr/bin/env bash
# Wireshark must read what the journal exports: the capture of a whole sign-in, and one of connections that a sign-in
# does not show. With the TLS keys in it the requests are readable, without them they are not.
#
# Needs tshark, the built program in LYNCMOCK_BIN, and the built example `pcapng` (cargo build -p lync-journal
# --examples) in LYNCMOCK_EXAMPLES.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

lyncmock=${LYNCMOCK_BIN:-target/debug/lyncmock}
example=${LYNCMOCK_EXAMPLES:-target/debug/examples}/pcapng
logs=${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}
. tests/crosscheck/tools/should.sh
needs tshark "$lyncmock" "$example"
# The user's own configuration of Wireshark stays out of this.
export HOME=$work WIRESHARK_CONFIG_DIR=$work
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

# How tshark is told the ports of the present capture, which are not the usual ones.
ports=()
# A checksum that is not verified is not wrong either.
checked=(-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE)

# has FILE FILTER [N]: some packets, or so many; and tshark has no complaint, so that a filter that it does not know is
# not taken for one that nothing matches
has() {
    local found
    if ! tshark -r "$1" "${checked[@]}" "${ports[@]}" -Y "$2" >"$work/packets" 2>"$work/tshark.log"; then
        cat "$work/tshark.log"
        return 1
    fi
    found=$(wc -l <"$work/packets")
    echo "$found packets match: $2"
    if [ $# -gt 2 ]; then [ "$found" = "$3" ]; else [ "$found" -gt 0 ]; fi
}
# has_none FILE FILTER
has_none() { has "$1" "$2" 0; }
# flawless FILE: nothing malformed, no wrong checksum, no gap and no repetition in a conversation
flawless() {
    # A number of packets, else a file that cannot be read would be without flaws.
    has "$1" frame &&
        has_none "$1" '_ws.malformed || _ws.unreassembled || tcp.analysis.flags' &&
        has_none "$1" 'ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad"'
}

# --- the library alone ------------------------------------------------------------------------------------------------

ports=(-d tcp.port==10443,tls)
for keys in keys no-keys; do
    should pass "$keys: example" "$example" "$work/$keys.pcapng" "$keys"
    should pass "$keys: flawless" flawless "$work/$keys.pcapng"
    should pass "$keys: a connection that was reset" has "$work/$keys.pcapng" 'tcp.flags.reset == 1' 1
    should pass "$keys: two that were closed" has "$work/$keys.pcapng" 'tcp.flags.fin == 1' 4
done
for request in '/tls12 ip' '/tls13 ipv6'; do
    asked="http.request.uri == \"${request% *}\" && ${request#* }"
    should pass "keys: $request" has "$work/keys.pcapng" "$asked" 1
    should pass "no keys: $request" has "$work/no-keys.pcapng" "$asked" 0
done
should pass 'keys: answers' has "$work/keys.pcapng" 'http.response.code == 204' 2

# --- a sign-in --------------------------------------------------------------------------------------------------------

# start NAME [FLAG...]: a pool on free ports, with NAME.json as its ready file
start() {
    local name=$1
    shift
    "$lyncmock" serve --free-ports --ready-file "$work/$name.json" --log-filter trace "$@" \
        >/dev/null 2>"$logs/pcapng-$name.log" &
    servers+=($!)
    "$lyncmock" ready --wait --ready-file "$work/$name.json"
}
# field NAME KEY: of the ready file
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/$1.json" "$2"; }
# port NAME KEY: the port in such a field
port() { field "$1" "$2" | grep -oE ':[0-9]+' | head -n 1 | tr -d :; }

sign_in() { "$lyncmock" phone --ready-file "$work/$1.json" --ext 1219 --pin 0712; }
# export_whole NAME: exports when the connection that brought the certificate has ended, as open ones are not exported
export_whole() {
    local tries published
    published=$("$lyncmock" journal wait --ready-file "$work/$1.json" --event certprov.published --json |
        python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["connection"])') || return 1
    for tries in {1..100}; do
        "$lyncmock" journal list --ready-file "$work/$1.json" --event connection --json |
            grep -qE "\"connection\": ?$published\b" && break
        [ "$tries" -lt 100 ] || return 1
        read -rt 0.1 <> <(:) || true
    done
    "$lyncmock" journal export --format pcapng --out "$work/$1.pcapng" --server "$(field "$1" admin)"
}

for name in with-keys without-keys; do
    flags=()
    [ $name = without-keys ] || flags=(--journal-tls-keys)
    should pass "$name: start" start $name "${flags[@]}"
    should pass "$name: sign-in" sign_in $name
    should pass "$name: export" export_whole $name
    http=$(port $name http) https=$(port $name https) dhcp=$(port $name dhcp) userpin=$(port $name userpin)
    ports=(-d "tcp.port==$http,http" -d "tcp.port==$https,tls" -d "tcp.port==$userpin,tls" -d "udp.port==$dhcp,dhcp")
    file=$work/$name.pcapng
    should pass "$name: flawless" flawless "$file"
    should pass "$name: DHCPINFORM" has "$file" 'dhcp.option.dhcp == 8'
    should pass "$name: DHCPACK with both options" \
        has "$file" 'dhcp.option.dhcp == 5 && dhcp.option.type == 43 && dhcp.option.type == 120'
    should pass "$name: root certificates over plain HTTP" \
        has "$file" "http.response.code == 200 && tcp.srcport == $http"
    should pass "$name: TLS" has "$file" "tls.handshake.type == 1 && tcp.dstport == $https"

    readable=has_none
    [ $name = without-keys ] || readable=has
    should pass "$name: the ticket request" \
        $readable "$file" 'http.request.method == POST && http.request.uri contains "WebTicketService.svc/pin"'
    should pass "$name: the certificate request" \
        $readable "$file" 'http.request.method == POST && http.file_data contains "GetAndPublishCert"'
    should pass "$name: status lines" \
        $readable "$file" "http.response.code == 200 && http.response.phrase == \"OK\" && tcp.srcport == $https"
    should pass "$name: the challenge" $readable "$file" "http.response.code == 401 && tcp.srcport == $https"
done

summary

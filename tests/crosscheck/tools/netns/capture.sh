# What went over the pool's interface, as Wireshark reads it; sourced.

# capture_begins: returns when packets are being kept
capture_begins() {
    ip netns exec "$net-pool" tshark -i eth0 -f 'udp port 67 or udp port 68 or udp port 9' -a duration:290 -P -l -w "$work/dhcp.pcapng" \
        >"$work/capture.txt" 2>"$work/capture.log" &
    capture=$!
    until_true 20 marked 1
}
# marked N: sends a datagram to the port that discards; has the capture shown N of these?
marked() {
    in_ns phone bash -c 'echo >/dev/udp/10.99.0.1/9'
    [ "$(grep -c ' 10\.99\.0\.1 .* 9 ' "$work/capture.txt")" -ge "$1" ]
}
# capture_ends: when the last packet is in the file; then $work/replies has what the pool sent, a line each:
# time|message type|malformed|severity|names in option 120|addresses in option 120
capture_ends() {
    until_true 20 marked $(($(grep -c ' 10\.99\.0\.1 .* 9 ' "$work/capture.txt") + 1)) || return 1
    kill -INT "$capture" && wait "$capture"
    tshark -r "$work/dhcp.pcapng" -Y 'dhcp.type == 2 && ip.src == 10.99.0.1' -T fields -E separator='|' -E occurrence=a \
        -e frame.time_epoch -e dhcp.option.dhcp -e _ws.malformed -e _ws.expert.severity \
        -e dhcp.option.sip_server.name -e dhcp.option.sip_server.address >"$work/replies" &&
        [ -s "$work/replies" ]
}

# replies CASE: the lines of the replies that were sent while the case lasted
replies() {
    local from to
    from=$(awk -v name="$1" '$2 == name { print $1; exit }' "$work/cases")
    to=$(awk -v from="$from" '$1 > from { print $1; exit }' "$work/cases")
    [ -n "$from" ] || { echo "no such case: $1" >&2; return 1; }
    awk -F '|' -v from="$from" -v to="${to:-99999999999}" '$1 >= from && $1 < to' "$work/replies"
}
# replied CASE N: so many replies
replied() {
    replies "$1"
    [ "$(replies "$1" | wc -l)" = "$2" ]
}
# flawless CASE [NAMES [ADDRESSES]]: there are replies, with these in option 120, and Wireshark has no complaint
flawless() {
    replies "$1"
    replies "$1" | awk -F '|' -v names="${2:-}" -v addresses="${3:-}" '
        $3 != "" || $4 != "" || $5 != names || $6 != addresses { bad = 1 }
        END { exit bad || NR == 0 }'
}
# names_in CASE NAME...: so many replies, with these names in option 120
names_in() {
    local case=$1
    shift
    replies "$case"
    [ "$(replies "$case" | cut -d '|' -f 5 | tr '\n' ' ')" = "$* " ]
}
# complained_about CASE: Wireshark finds each reply malformed, or has an error or a warning
complained_about() {
    replies "$1"
    replies "$1" | awk -F '|' '$3 == "" && $4 == "" { bad = 1 } END { exit bad || NR == 0 }'
}

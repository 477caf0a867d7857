# dnsmasq at 10.99.0.3, which gives leases and names another pool; sourced.

other_name=other-pool.litwareinc.com
other43=${good43/0319$(hex $name)/0319$(hex $other_name)}
other120=${good120/0a$(hex atl-cs-001)/0a$(hex other-pool)}

dnsmasq_begins() {
    cat >"$work/dnsmasq.conf" <<CONF
port=0
no-hosts
no-resolv
interface=eth0
user=root
pid-file
dhcp-range=10.99.0.200,10.99.0.250,255.255.255.0,1h
dhcp-vendorclass=set:uc,MS-UC-Client
dhcp-option=tag:uc,43,$(sed 's/../&:/g; s/:$//' <<<"$other43")
dhcp-option=option:sip-server,$other_name
dhcp-leasefile=$work/dnsmasq.leases
dhcp-authoritative
no-ping
CONF
    : >"$work/dnsmasq.log"
    ip netns exec "$net-other" dnsmasq --conf-file="$work/dnsmasq.conf" --keep-in-foreground --log-facility=- >"$work/dnsmasq.log" 2>&1 &
    dnsmasq=$!
    until_true 10 grep -q 'DHCP, IP range' "$work/dnsmasq.log" || { cat "$work/dnsmasq.log"; return 1; }
}
# Of two answers dhcpcd takes the first; it is wholly one server's.
first_of_two() {
    was_told new_dhcp_server_identifier 10.99.0.1 new_vendor_encapsulated_options "$good43" new_raw_sip "$good120" ||
        was_told new_dhcp_server_identifier 10.99.0.3 new_vendor_encapsulated_options "$other43" new_raw_sip "$other120"
}

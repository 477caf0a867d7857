# The profile lab, on a cable of its own: one end here, the other in a network namespace; sourced.

lab=lymk$$
lab_admin=127.0.0.1:$((20000 + $$ % 20000))

cable() {
    ip netns add "$project-phone" && ip link add name "$lab" type veth peer name eth0 netns "$project-phone" &&
        ip address add 10.99.77.1/24 dev "$lab" && ip link set dev "$lab" up &&
        ip -n "$project-phone" link set dev eth0 up
}
lab_down() {
    ip netns delete "$project-phone" 2>/dev/null
    ip link delete "$lab" 2>/dev/null
}

up_lab() { compose --profile lab up --no-color --no-deps --exit-code-from lab lab 2>&1 | tee "$work/up"; }

start_lab() {
    LYNCMOCK_LAB_INTERFACE=$lab LYNCMOCK_LAB_ADDRESS=10.99.77.1 LYNCMOCK_LAB_RANGES=10.99.77.100-10.99.77.199 \
        LYNCMOCK_LAB_ADMIN_PORT=${lab_admin##*:} compose --profile lab up --no-color --no-deps --detach lab
}

# udhcpc prints the address that it was given.
lease() { ip netns exec "$project-phone" udhcpc -i eth0 -f -n -q -t 5 -T 1 -s /bin/true -V MS-UC-Client -O 43 2>&1; }
leased() { lease >"$work/lease"; cat "$work/lease"; grep -qE 'lease of 10\.99\.77\.1[0-9][0-9] obtained' "$work/lease"; }

# Another pool may be at the usual port of this machine.
its_own_journal() {
    docker exec "$lab_container" lyncmock journal list >"$work/journal"
    cat "$work/journal"
    grep -F 10.99.77. "$work/journal"
}

check_lab() {
    should fail 'lab: without its variable' up_lab
    should pass 'lab: the variable is named' grep -q 'LYNCMOCK_LAB_INTERFACE is not set' "$work/up"
    should pass 'lab: a cable' cable
    should pass 'lab: start' start_lab
    should pass 'lab: ready' "$lyncmock" ready --wait --listen-admin "$lab_admin"
    should pass 'lab: a lease' leased
    lab_container=$(container lab)
    should pass 'lab: healthy' until_true 20 healthy "$lab_container"
    should pass 'lab: commands in the container ask this pool' its_own_journal
    should pass 'lab: no root, and one capability' by_capability_alone "$lab_container"
    should pass 'lab: ends in a second' stops_within_a_second "$lab_container"
}

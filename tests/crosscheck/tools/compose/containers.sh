# What the tests of containers share; sourced.

# container SERVICE: its id
container() { docker ps --all --quiet --filter "label=com.docker.compose.project=$project" \
    --filter "label=com.docker.compose.service=$1"; }

healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ]; }

address_of() { docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"; }

# phone [FLAG...]: a phone on this machine signs in at the front end; the containers of a network can be reached from here
phone() {
    "$lyncmock" phone --ext 1219 --pin "${pin:-0712}" --target-fqdn $fqdn --resolve "$fqdn=$address" "$@" >"$work/phone"
}

# stops_within_a_second CONTAINER: and of itself, not by SIGKILL
stops_within_a_second() {
    local begin=${EPOCHREALTIME/./} took
    docker stop -t 10 "$1" || return
    # By the engine's own account: what it does afterwards is not the program's.
    took=$(($(date --date "$(docker inspect --format '{{.State.FinishedAt}}' "$1")" +%s%6N) - begin))
    echo "$took microseconds"
    [ "$took" -lt 1000000 ] && [ "$(docker inspect --format '{{.State.ExitCode}}' "$1")" = 0 ]
}

# For the search for PINs.
keep_logs() {
    local id
    for id in $(docker ps --all --quiet --filter "label=com.docker.compose.project=$project"); do
        docker logs "$id" >"$logs/compose-$id.log" 2>&1
    done
}

everything_down() {
    jobs -p | xargs -r kill 2>/dev/null
    keep_logs
    compose --profile second-dhcp --profile lab down --volumes --timeout 1 >/dev/null 2>&1
    lab_down
    docker ps --all --quiet --filter "name=^$project[-_]" | xargs -r docker rm --force --volumes >/dev/null
    # Whatever was started without a name. By that of the image: another one may be the same to the byte.
    docker ps --all --format '{{.ID}} {{.Image}}' |
        awk -v image="$LYNCMOCK_IMAGE" '$2 == image || $2 == image ":latest" { print $1 }' |
        xargs -r docker rm --force --volumes >/dev/null
    docker image rm --force "$LYNCMOCK_IMAGE" >/dev/null 2>&1
    wait
}

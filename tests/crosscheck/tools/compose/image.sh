# What is in the image, and as whom it runs; sourced.

# Where it would be sent: the layers as they are. A debug build has some forty.
small() {
    local size
    size=$(docker image inspect --format '{{.Size}}' "$LYNCMOCK_IMAGE")
    echo "$size bytes"
    [ "$size" -lt 80000000 ]
}

# files_of IMAGE: mode, owner and name of each. The engine adds mount points of its own to every container.
files_of() {
    local id
    id=$(docker create "$1" x) || return
    docker export "$id" | tar --numeric-owner -tvf - | awk '{ print $1, $2, $6 }' |
        grep -vE ' (\.dockerenv|dev/.*|etc/.*|proc/|sys/)$' | sort -k3
    docker rm --volumes "$id" >/dev/null
}

nothing_else() {
    files_of "$LYNCMOCK_IMAGE" >"$work/files" || return
    diff "$work/files" - <<FILES
drwxrwxrwt 0/0 tmp/
drwxr-xr-x 0/0 usr/
drwxr-xr-x 0/0 usr/bin/
-rwxr-xr-x 0/0 usr/bin/lyncmock
drwxr-xr-x 0/0 var/
drwxr-xr-x 0/0 var/lib/
drwx------ 65532/65532 var/lib/lyncmock/
FILES
}

# All of an image's settings but the number of its parent.
settings_of() { docker image inspect --format '{{json .Config}}' "$1" | sed -E 's/"Image":"[^"]*",?//'; }

# Dockerfile's last stage, for a build from the sources. Its stage with Rust cannot be had without a registry; what
# docker/binary.sh made stands in for it.
same_from_the_sources() {
    awk -v label="lyncmock-test=$project" '/^FROM settings AS prebuilt/ { off = 1 }
        /^FROM rust:/ { print "FROM scratch AS build"; print "LABEL " label; print "COPY root /image/root"; print "COPY data /image/data" }
        /^FROM settings AS runtime/ { off = 0 }
        !off' Dockerfile >"$work/Dockerfile"
    DOCKER_BUILDKIT=0 docker build --quiet --tag "$project-runtime" --file "$work/Dockerfile" --target runtime \
        "${CARGO_TARGET_DIR:-target}/image/dev" || return
    local image
    for image in "$project-runtime" "$LYNCMOCK_IMAGE"; do
        { settings_of "$image" && files_of "$image"; } >"$work/$image" || return
    done
    docker image rm "$project-runtime"
    # A stage stays behind as an image without a name.
    docker image prune --force --filter "label=lyncmock-test=$project"
    diff "$work/$project-runtime" "$work/$LYNCMOCK_IMAGE"
}

setting() { docker image inspect --format "{{json .Config.$1}}" "$LYNCMOCK_IMAGE"; }
is_set() { setting "$1"; setting "$1" | grep -qF "$2"; }

# Dockerfile's stage for a build from the sources is given these files: with each of them the packages are whole.
context_is_whole() {
    mkdir -p "$work/context" || return
    # Not from a file: one that lies somewhere under target would be part of the context, and target with it.
    printf 'FROM scratch\nCOPY . /\n' |
        DOCKER_BUILDKIT=0 docker build --quiet --tag "$project-context" --file - . || return
    docker create --name "$project-context" "$project-context" x && docker export "$project-context" |
        tar -xf - -C "$work/context"
    docker rm --volumes "$project-context" && docker image rm "$project-context"
    git ls-files .cargo .sqlx Cargo.lock Cargo.toml crates docker fixtures migrations rust-toolchain.toml tests xtask |
        while read -r file; do [ ! -e "$file" ] || [ -e "$work/context/$file" ] || echo "$file"; done >"$work/missing"
    head "$work/missing"
    [ ! -s "$work/missing" ] && [ ! -e "$work/context/target" ] && [ ! -e "$work/context/.git" ] &&
        (cd "$work/context" && cargo metadata --locked --offline --no-deps --format-version 1)
}

check_image() {
    should pass 'image: tens of megabytes' small
    should pass 'image: one program and two folders' nothing_else
    should pass 'image: not root' is_set User 65532:65532
    should pass 'image: a volume' is_set Volumes /var/lib/lyncmock
    should pass 'image: a check of its health' is_set Healthcheck '"lyncmock","ready"'
    should pass 'image: ends by SIGTERM' is_set StopSignal SIGTERM
    should pass 'image: the same from the sources' same_from_the_sources
    should pass 'image: the context of the build from the sources' context_is_whole
}

# status CONTAINER FIELD: of the first process
status() { awk -v field="$2:" '$1 == field { print $2 }' "/proc/$(docker inspect --format '{{.State.Pid}}' "$1")/status"; }

# Bit 10 is CAP_NET_BIND_SERVICE.
by_capability_alone() {
    echo "uid $(status "$1" Uid), capabilities $(status "$1" CapEff)"
    [ "$(status "$1" Uid)" = 65532 ] && [ "$(status "$1" CapEff)" = 0000000000000400 ]
}

# The engine opens low ports to everybody in a container; here it does not.
low_ports_without_the_engine() {
    docker run --rm --detach --name "$project-ports" --sysctl net.ipv4.ip_unprivileged_port_start=1024 \
        --cap-drop ALL --cap-add NET_BIND_SERVICE --env LYNCMOCK_DHCP_INTERFACES=eth0 "$LYNCMOCK_IMAGE" || return
    until_true 20 healthy "$project-ports" || { docker logs "$project-ports"; return 1; }
    docker rm --force --volumes "$project-ports"
}

admin_is_out_of_reach() { ! "$lyncmock" ready --listen-admin "$address:10088"; }

check_processes() {
    should pass 'process: no root, and one capability' by_capability_alone "$frontend"
    should pass 'process: the same for the user-PIN host' by_capability_alone "$userpin"
    should pass 'process: low ports by that capability' low_ports_without_the_engine
    should pass 'process: the admin API is on its loopback' admin_is_out_of_reach
}

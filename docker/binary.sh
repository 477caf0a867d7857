#!/usr/bin/env bash
# docker/binary.sh PROFILE FOLDER [WHAT...]
#
# Builds lyncmock with cargo (PROFILE: release, dev) and lays out in FOLDER all that the image holds: in root/ one static
# program and empty folders, in data/ the data directory, which belongs to the image's user. Dockerfile and
# docker/build.sh both begin with this. WHAT cargo builds is that one program; where more has been built together, the
# same flags again spare the dependencies from being built once more with other features.
#
# glibc, linked statically: names are then looked up by /etc/resolv.conf and /etc/hosts alone, which is what an engine
# writes into a container. Only the last link differs from an ordinary build, so that whatever is built already is used
# again, and nothing here depends on the kind of machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

profile=${1:?release or dev} folder=${2:?a folder}
shift 2
[ $# -gt 0 ] || set -- --package lyncmock --bin lyncmock
target=${CARGO_TARGET_DIR:-target}
built=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")/lyncmock

build() { RUSTC_WRAPPER=$PWD/docker/rustc.sh cargo build --quiet --locked --profile "$profile" "$@"; }
is_static() { ldd "$built" 2>&1 | grep -q 'statically linked'; }
build "$@"
if ! is_static; then
    # It was linked before, for this machine: what cargo takes for changed it links again.
    touch crates/lyncmock/src/main.rs
    build "$@"
fi
is_static || { echo "$built is not static" >&2 && exit 1; }

rm -rf "$folder"
mkdir -p "$folder/root/usr/bin" "$folder/root/tmp" "$folder/root/var/lib" "$folder/data/lyncmock"
chmod 1777 "$folder/root/tmp"
chmod 700 "$folder/data/lyncmock"
strip -o "$folder/root/usr/bin/lyncmock" "$built"

# Ports below 1024 without root. An image that is built by somebody else than root lacks this; most engines open these
# ports to everybody in a container anyway.
if [ "$EUID" = 0 ] && command -v setcap >/dev/null; then
    setcap cap_net_bind_service=+ep "$folder/root/usr/bin/lyncmock"
else
    echo "without the capability for ports below 1024: that takes root, and setcap (libcap2-bin)" >&2
fi

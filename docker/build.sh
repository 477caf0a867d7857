#!/usr/bin/env bash
# docker/build.sh [--dev] [NAME [WHAT...]]
#
# Builds the image NAME (lyncmock) from a program that cargo builds on this machine. No other image is needed, and no
# registry. --dev takes the debug build: bigger and slower, ready in seconds. WHAT is for cargo; docker/binary.sh says why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

profile=release
if [ "${1:-}" = --dev ]; then
    profile=dev
    shift
fi
folder=${CARGO_TARGET_DIR:-target}/image/$profile
name=${1:-lyncmock}
docker/binary.sh "$profile" "$folder" "${@:2}"

# As one archive: of what a builder copies file by file it may lose the capability. One time for all, so that the same
# program makes the same image.
mkdir "$folder/context"
archive=$folder/context/image.tar
pack() { tar --mtime=@0 --sort=name --xattrs --xattrs-include=security.capability --file "$archive" "$@"; }
pack --create --owner=0 --group=0 --directory "$folder/root" usr tmp var
pack --append --owner=65532 --group=65532 --directory "$folder/data" --transform 's,^,var/lib/,' lyncmock

# Both builders, the one without BuildKit too, build the stages up to the one that is asked for, and no others.
builder=1
docker buildx version >/dev/null 2>&1 || builder=0
DOCKER_BUILDKIT=$builder docker build --quiet --file Dockerfile --target prebuilt --tag "$name" "$folder/context"

#!/usr/bin/env bash
# docker/action.sh start|journal|stop: the steps of action.yml.
#
# Reads INPUT_NAME, and for `start` INPUT_IMAGE, INPUT_FQDN, INPUT_HTTP_PORT, INPUT_HTTPS_PORT and INPUT_ENVIRONMENT
# (lines NAME=VALUE, which may be indented; empty lines and those that begin with # say nothing). Writes under
# $RUNNER_TEMP and to $GITHUB_OUTPUT.
set -euo pipefail

name=${INPUT_NAME:?the name of the container}
folder=${RUNNER_TEMP:?a folder}/$name

# refuse TEXT: ends with an error that the log of the job shows as one
refuse() {
    echo "::error::$1"
    exit 1
}

exists() { docker container inspect "$name" >/dev/null 2>&1; }

# read_environment: INPUT_ENVIRONMENT into the arguments `variables`
read_environment() {
    local line number=0
    variables=()
    while IFS= read -r line; do
        number=$((number + 1))
        line=${line#"${line%%[![:space:]]*}"}
        line=${line%"${line##*[![:space:]]}"}
        case $line in '' | '#'*) continue ;; esac
        # The line itself may be a secret.
        [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || refuse "line $number of the input environment is not NAME=VALUE"
        variables+=(--env "$line")
    done <<<"${INPUT_ENVIRONMENT:-}"
}

start() {
    local token admin id variables
    read_environment
    # Before the token is written: a pool that runs has its own.
    if exists; then
        refuse "there is a container $name already; \`do: stop\` removes it, and another \`name\` starts a second pool"
    fi
    mkdir -p -m 700 "$folder"
    token=$(od -An -N24 -v -tx1 /dev/urandom | tr -d ' \n')
    echo "::add-mask::$token"
    # The program in the container is another user; on this side the folder keeps others out.
    printf %s "$token" >"$folder/token"
    chmod 644 "$folder/token"

    # The same ports inside and outside: the pool's own URLs name them.
    id=$(docker create --name "$name" \
        --publish "127.0.0.1:$INPUT_HTTP_PORT:$INPUT_HTTP_PORT" --publish "127.0.0.1:$INPUT_HTTPS_PORT:$INPUT_HTTPS_PORT" \
        --publish 127.0.0.1::10088 --volume "$folder/token:/run/lyncmock-token:ro" \
        --env "LYNCMOCK_FQDN=$INPUT_FQDN" \
        --env "LYNCMOCK_LISTEN_HTTP=0.0.0.0:$INPUT_HTTP_PORT" --env "LYNCMOCK_LISTEN_HTTPS=0.0.0.0:$INPUT_HTTPS_PORT" \
        --env LYNCMOCK_LISTEN_ADMIN=0.0.0.0:10088 --env LYNCMOCK_ADMIN_TOKEN_FILE=/run/lyncmock-token \
        "${variables[@]}" "$INPUT_IMAGE")
    if ! docker start "$id" >/dev/null; then
        # It never ran, as where a port is taken, and would only be in the way of the next attempt.
        docker rm --force --volumes "$id" >/dev/null
        refuse "the container $name did not start"
    fi
    if ! docker exec "$name" lyncmock ready --wait --timeout 60; then
        docker logs "$name" >&2
        exit 1
    fi
    docker cp "$name:/var/lib/lyncmock/ca.pem" "$folder/ca.pem"
    admin=$(docker port "$name" 10088/tcp | head -n 1)
    {
        echo "fqdn=$INPUT_FQDN"
        echo "http=http://$INPUT_FQDN:$INPUT_HTTP_PORT"
        echo "https=https://$INPUT_FQDN:$INPUT_HTTPS_PORT"
        echo "admin=http://$admin"
        echo "token=$token"
        echo "ca=$folder/ca.pem"
        echo "container=$name"
    } >>"$GITHUB_OUTPUT"
}

journal() {
    local form
    mkdir -p "$folder/journal"
    echo "journal=$folder/journal" >>"$GITHUB_OUTPUT"
    exists || refuse "no container $name: it was not started, or is gone"
    # First what a container that has ended still tells: then it is needed most.
    docker logs "$name" >"$folder/journal/lyncmock.log" 2>&1
    for form in jsonl har pcapng; do
        if ! docker exec "$name" lyncmock journal export --format "$form" >"$folder/journal/journal.$form"; then
            rm -f "$folder/journal/journal.$form"
            echo "::warning::no journal as $form: the pool did not answer"
        fi
    done
}

stop() {
    docker rm --force --volumes "$name"
    rm -rf "$folder"
}

case ${1:-} in
    start | journal | stop) "$1" ;;
    *) echo "start, journal or stop" >&2 && exit 2 ;;
esac

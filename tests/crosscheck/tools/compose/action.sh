# The steps of action.yml, as a runner would run them; sourced. Steps that use another action are left to the runner.

# step_of WHAT: prints the commands of the step for `do: WHAT`, and leaves its environment in $work/step.env
step_of() {
    python3 - "$1" "$work/step.env" <<'PYTHON'
import re, shlex, sys, yaml
what, env_file = sys.argv[1:]
action = yaml.safe_load(open("action.yml"))
inputs = {name: str(given.get("default", "")) for name, given in action["inputs"].items()}
steps = [s for s in action["runs"]["steps"] if s["if"] == f"inputs.do == '{what}'" and "run" in s]
assert len(steps) == 1 and steps[0]["shell"] == "bash", steps
def filled(text):
    return re.sub(r"\$\{\{ *inputs\.([a-z-]+) *\}\}", lambda found: inputs[found[1]], text)
env = {name: filled(str(text)) for name, text in steps[0].get("env", {}).items()}
assert "${{" not in steps[0]["run"] + "".join(env.values()), "something is left to fill in"
with open(env_file, "w") as file:
    file.writelines(f"export {name}={shlex.quote(text)}\n" for name, text in env.items())
print(steps[0]["run"])
PYTHON
}

# run_step WHAT [NAME=VALUE...]: with these in place of the defaults
run_step() {
    local what=$1
    shift
    step_of "$what" >"$work/step" || return
    # Only what a runner sets is in the environment, beside what the step itself does.
    env --ignore-environment PATH="$PATH" HOME="$work" GITHUB_ACTION_PATH="$PWD" RUNNER_TEMP="$work/runner" \
        GITHUB_OUTPUT="$work/output" bash --noprofile --norc -e -o pipefail -c '
            . "$1"; shift; while [ "$1" != -- ]; do export "$1"; shift; done; . "$2"' \
        step "$work/step.env" "$@" -- "$work/step"
}
output() { sed -n "s/^$1=//p" "$work/output"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start_action() {
    mkdir -p "$work/runner"
    : >"$work/output"
    run_step start INPUT_IMAGE="$LYNCMOCK_IMAGE" INPUT_NAME="$project-action" INPUT_HTTP_PORT="$1" INPUT_HTTPS_PORT="$2" \
        INPUT_ENVIRONMENT=$'# indented, as in a workflow\n\n  LYNCMOCK_LOG_FILTER=trace\n  LYNCMOCK_SCENARIOS=pin-locked@no-line-uri  \n'
}
# fails_with TEXT COMMAND...: it fails, and says so in what a job shows as an error
fails_with() {
    local text=$1
    shift
    ! "$@" >"$work/said" || return
    cat "$work/said"
    grep -q "^::error::.*$text" "$work/said"
}
# On ports that nobody has: what is refused is the name.
start_again() { run_step start INPUT_IMAGE="$LYNCMOCK_IMAGE" INPUT_NAME="$project-action" INPUT_HTTP_PORT=1 INPUT_HTTPS_PORT=2; }
start_on_a_taken_port() {
    run_step start INPUT_IMAGE="$LYNCMOCK_IMAGE" INPUT_NAME="$project-second" INPUT_HTTP_PORT="$1" INPUT_HTTPS_PORT="$2"
}
start_with() { run_step start INPUT_IMAGE="$LYNCMOCK_IMAGE" INPUT_NAME="$project-second" INPUT_ENVIRONMENT="$1"; }
no_second() { ! docker inspect "$project-second"; }

api() { curl --silent --show-error --fail --header "Authorization: Bearer $(output token)" "$(output admin)$1"; }
no_api_without_token() { ! curl --silent --fail "$(output admin)/v1/users"; }
over_tls() {
    curl --silent --show-error --fail --cacert "$(output ca)" --resolve "$(output fqdn):$1:127.0.0.1" \
        "$(output https)/CertProv/CertProvisioningService.svc/mex"
}
signs_in() {
    "$lyncmock" phone --ext 1219 --pin 0712 --resolve "$fqdn=127.0.0.1" --http-port "$1" \
        --target-uri "$(output https)/CertProv/CertProvisioningService.svc"
}
journal_action() { run_step journal INPUT_NAME="$project-action"; }
armed_by_the_environment() { api /v1/armed | grep -q pin-locked; }
stop_action() { run_step stop INPUT_NAME="$project-action"; }
gone() { ! docker inspect "$project-action"; }
# A pool that has ended by itself, as after a crash, still has its log.
log_of_a_dead_pool() {
    docker stop "$project-action" && rm -r "$1" && journal_action && test -s "$1/lyncmock.log" && [ ! -e "$1/journal.jsonl" ]
}

check_action() {
    local http https folder=$work/runner/$project-action/journal
    http=$(free_port) https=$(free_port)
    should pass 'action: start' start_action "$http" "$https"
    should pass 'action: the API, with the token' api /v1/users
    should pass 'action: and not without' no_api_without_token
    should pass 'action: what the environment says' armed_by_the_environment
    should pass 'action: a second start is refused' fails_with 'do: stop' start_again
    should pass 'action: and the token is as it was' api /v1/users
    should pass 'action: a taken port' fails_with 'did not start' start_on_a_taken_port "$http" "$https"
    should pass 'action: leaves no container' no_second
    should pass 'action: no NAME=VALUE' fails_with 'line 2 of' start_with $'LYNCMOCK_LOG_FILTER=trace\nLYNCMOCK_FQDN'
    should pass 'action: the CA' over_tls "$https"
    should pass 'action: a phone' signs_in "$http"
    should pass 'action: the journal' journal_action
    should pass 'action: the journal tells of the phone' grep -q certprov.published "$folder/journal.jsonl"
    should pass 'action: and as HAR' python3 -m json.tool "$folder/journal.har"
    should pass 'action: and as a capture' test -s "$folder/journal.pcapng"
    should pass 'action: the log' test -s "$folder/lyncmock.log"
    cp "$folder/lyncmock.log" "$logs/compose-action.log"
    should pass 'action: the log of a pool that has ended' log_of_a_dead_pool "$folder"
    should pass 'action: stop' stop_action
    should pass 'action: gone' gone
    should pass 'action: no journal of what is not there' fails_with 'no container' journal_action
}

# What the signature cross-checks share; sourced by them. Leaves a folder in $work, which goes with the script.

# needs TOOL...: ends the script when one is not there.
needs() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "$tool is not there" >&2; exit 2; }
    done
}

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# should pass|fail WHAT COMMAND...
should() {
    wanted=$1
    what=$2
    shift 2
    if "$@" >"$work/log" 2>&1; then got=pass; else got=fail; fi
    if [ "$got" = "$wanted" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what: should $wanted" >&2
        cat "$work/log" >&2
    fi
}

# Prints the counts; the last command of a script, whose end it decides.
summary() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}

#!/usr/bin/env bash
# The interactive shell in a real terminal: tmux types at it and reads its screen. Completion, history, input of several
# lines, errors, Ctrl-C at a line, at a question and during a command that hangs, a password that is neither shown nor
# brought back.
#
# Needs tmux and the built program in LYNCMOCK_BIN.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

lyncmock=$(realpath "${LYNCMOCK_BIN:-target/debug/lyncmock}")
logs=$(realpath "${LYNCMOCK_TEST_LOGS:-$(mktemp -d)}")
. tests/crosscheck/tools/should.sh
needs tmux "$lyncmock"
server=''
terminal() { tmux -S "$work/tmux" -f /dev/null "$@"; }
trap 'terminal kill-server 2>/dev/null; kill $server 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
ready=$work/ready.json
prompt='PS lyncmock>'

# --- at the keyboard --------------------------------------------------------------------------------------------------

# keys KEY...: as tmux names them: Enter, Tab, Up, C-c
keys() { terminal send-keys -t shell "$@"; }
# types TEXT: to the letter
types() { terminal send-keys -t shell -l -- "$1"; }
# The screen and what has scrolled off it, lines that were wrapped joined again.
screen() { terminal capture-pane -t shell -p -J -S -2000 | sed 's, *$,,'; }
# The line at which is typed: the last that is not empty.
last_line() { screen | grep -v '^ *$' | tail -n 1; }

# until COMMAND...: tries it again and again, for twenty seconds
until_() {
    local deadline=$((SECONDS + 20))
    until "$@"; do
        if ((SECONDS >= deadline)); then
            echo "not within 20 s: $*; the screen:"
            screen
            return 1
        fi
        read -rt 0.05 <> <(:) || true
    done
}
on_screen() { screen | grep -qF -- "$1"; }
# at_prompt [TEXT]: the last line is the prompt with exactly this behind it
at_prompt() { [ "$(last_line)" = "$prompt${1:+ $1}" ]; }
begins() { [[ "$(last_line)" == "$1"* ]]; }
shows() { until_ on_screen "$1"; }
never_showed() { ! on_screen "$1"; }
cleared() {
    keys C-l
    terminal clear-history -t shell
    until_ at_prompt
}

# completes TYPED EXPECTED: what Tab makes of it
completes() {
    types "$1"
    until_ at_prompt "$1" && keys Tab && until_ at_prompt "$2" && keys C-c && until_ at_prompt
}

# --- the sessions -----------------------------------------------------------------------------------------------------

start() {
    "$lyncmock" serve --free-ports --ready-file "$ready" --log-filter trace \
        >/dev/null 2>"$logs/shell-tmux-serve.log" &
    server=$!
    "$lyncmock" ready --wait --ready-file "$ready" &&
        terminal new-session -d -s shell -x 150 -y 50 \
            "env -u NO_COLOR XDG_STATE_HOME='$work/state' '$lyncmock' shell --ready-file '$ready'; echo left with \$?; read -r" &&
        until_ at_prompt
}

runs_a_line_that_was_completed() {
    types 'Get-CsClientPinInfo -Identity kenm'
    keys Tab
    until_ at_prompt 'Get-CsClientPinInfo -Identity kenmyer@litwareinc.com' || return
    keys Enter
    shows 'IsLockedOut       : False' && until_ at_prompt
}

history_comes_back() {
    cleared && keys Up && until_ at_prompt 'Get-CsClientPinInfo -Identity kenmyer@litwareinc.com' &&
        keys C-c && until_ at_prompt
}

a_line_is_cleared() {
    types 'Get-CsUser -Ident'
    until_ at_prompt 'Get-CsUser -Ident' && keys C-c && until_ at_prompt
}

goes_on_in_the_next_line() {
    cleared
    types 'Get-CsUser -Identity "sip:kenmyer@litwareinc.com" |'
    keys Enter
    until_ begins '>>' || return
    types 'Select-Object LineUri'
    keys Enter
    shows 'tel:+12065551219;ext=1219' && until_ at_prompt
}

an_error_is_told_and_underlined() {
    cleared
    types 'Get-CsUserr kenmyer'
    keys Enter
    shows "The term 'Get-CsUserr' is not recognized as the name of a cmdlet" && shows '+ ~~~' && until_ at_prompt
}

an_error_is_red() { terminal capture-pane -t shell -p -e | grep -qF $'\e[91m'; }

# The pool has the request, and will not answer it as long as somebody waits.
hangs() { "$lyncmock" rules list --ready-file "$ready" | grep -F 'acted 1 times'; }
a_command_that_hangs_is_interrupted() {
    cleared
    "$lyncmock" scenarios arm web-service-hung --ready-file "$ready" || return
    types 'Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712'
    keys Enter
    until_ hangs || return
    if at_prompt; then echo "it did not hang"; return 1; fi
    keys C-c
    until_ at_prompt && never_showed 'Result ' || return
    # The pool has seen the client leave.
    "$lyncmock" journal wait --event http --scenario web-service-hung --timeout 20s --ready-file "$ready" &&
        "$lyncmock" scenarios lift web-service-hung --ready-file "$ready"
}

the_session_goes_on() {
    cleared
    types 'Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712'
    keys Enter
    shows 'Result        : Success' && until_ at_prompt
}

# All of it is sent at once: the later lines are there before the first has run.
what_is_typed_ahead_is_run() {
    cleared
    keys 'Test-CsPhoneBootstrap -PhoneOrExt 1219 -Pin 0712 | select Result' Enter 'Get-CsPool | select Fqdn' Enter \
        '"the " + "third"' Enter
    shows 'Success' && shows 'atl-cs-001.litwareinc.com' && shows 'the third' && until_ at_prompt
}

the_screen_is_cleared() {
    types cls
    keys Enter
    until_ never_showed cls && until_ at_prompt
}

asks_for_a_password() {
    cleared
    types 'Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential litwareinc\kenmyer'
    keys Enter
    until_ begins 'Password for user' || return
    types "$1"
    shows '****'
}

a_password_is_not_shown() {
    asks_for_a_password 'Passw0rd!' && keys Enter && shows 'Result        : Success' && until_ at_prompt &&
        never_showed 'Passw0rd'
}

a_password_is_pasted() {
    asks_for_a_password 'Passw' && keys C-u && until_ asks_again || return
    terminal set-buffer 'Passw0rd!' && terminal paste-buffer -p -t shell && keys Enter &&
        shows 'Result        : Success' && until_ at_prompt && never_showed 'Passw0rd'
}

# Neither what is cut nor what was entered is brought back by the line editor.
a_password_does_not_come_back() {
    asks_for_a_password 'Passw0rd!' && keys C-u && until_ asks_again && keys C-c && until_ at_prompt &&
        brings_nothing_back || return
    asks_for_a_password 'Passw0rd!' && keys C-w && until_ asks_again && types 'Passw0rd!' && keys Enter &&
        shows 'Result        : Success' && until_ at_prompt && brings_nothing_back
}
# The question, with nothing behind it.
asks_again() { [[ "$(last_line)" == 'Password for user '*: ]]; }
brings_nothing_back() {
    keys C-y
    types x
    until_ at_prompt x && keys C-c && until_ at_prompt && never_showed 'Passw0rd'
}

a_question_is_left() {
    asks_for_a_password 'Passw' && keys C-c && until_ at_prompt && ! screen | grep ': *Passw$'
}

# One line and not a session: what Ctrl-C ends at a question has failed.
a_line_of_its_own_is_left() {
    terminal new-window -d -n line "'$lyncmock' shell --ready-file '$ready' -c 'Get-CsClientPinInfo; Get-CsUser'; echo left with \$?; read -r"
    until_ line_shows 'Identity:' || return
    terminal send-keys -t line C-c
    until_ line_shows 'left with 130' && ! line_shows SipAddress
}
# A terminal that shows whatever is typed is not asked for a secret.
nobody_is_asked_where_it_would_show() {
    terminal new-window -d -n dumb "TERM=dumb '$lyncmock' shell --ready-file '$ready' -c 'Test-CsClientAuth -UserSipAddress kenmyer@litwareinc.com -UserCredential litwareinc\\kenmyer'; echo left with \$?; read -r"
    until_ dumb_shows 'left with 1' && dumb_shows UserCredential
}
dumb_shows() { terminal capture-pane -t dumb -p | grep -qF -- "$1"; }
line_shows() { terminal capture-pane -t line -p | grep -qF -- "$1"; }

leaves() {
    keys C-d
    shows 'left with 0'
}

history=$work/state/lyncmock/history
the_history_is_kept() {
    [ "$(stat -c %a "$history")" = 600 ] && grep -qF 'Get-CsUserr kenmyer' "$history"
}
the_history_has_no_secret() { ! grep -E '0712|Passw|-Pin |Credential' "$history"; }

should pass 'a session begins' start
[ "$failed" = 0 ] || { summary; exit; }
should pass 'a cmdlet is completed' completes 'get-csadminr' 'Get-CsAdminRole'
should pass 'a parameter is completed' completes 'Get-CsUser -ide' 'Get-CsUser -Identity'
should pass 'a user is completed, and the line runs' runs_a_line_that_was_completed
should pass 'history comes back' history_comes_back
should pass 'Ctrl-C clears a line' a_line_is_cleared
should pass 'a pipeline goes on in the next line' goes_on_in_the_next_line
should pass 'an error is told and underlined' an_error_is_told_and_underlined
should pass 'an error is red' an_error_is_red
should pass 'Ctrl-C ends a command that hangs' a_command_that_hangs_is_interrupted
should pass 'the session goes on' the_session_goes_on
should pass 'what is typed ahead is run' what_is_typed_ahead_is_run
should pass 'the screen is cleared' the_screen_is_cleared
should pass 'a password is not shown' a_password_is_not_shown
should pass 'a password is pasted' a_password_is_pasted
should pass 'a password does not come back' a_password_does_not_come_back
should pass 'Ctrl-C leaves a question' a_question_is_left
should pass 'Ctrl-C leaves a line of its own' a_line_of_its_own_is_left
should pass 'nobody is asked where it would show' nobody_is_asked_where_it_would_show
should pass 'Ctrl-D leaves' leaves
should pass 'the history is kept' the_history_is_kept
should pass 'the history has no secret' the_history_has_no_secret
summary

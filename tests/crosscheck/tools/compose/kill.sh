# The pool is killed while phones sign in and PINs change; sourced. What was answered must be there afterwards.

# A user whose PIN is changed; PINs that no policy refuses.
other_pin() { printf '8%05d' $((10007 + $1 * 13577 % 89989)); }

# Each line of $work/pins: `asked PIN`, and `answered PIN` when the pool has said so.
change_pins() {
    local n=0 next
    while true; do
        next=$(other_pin $((n += 1)))
        echo "asked $next"
        printf %s "$next" | docker exec --interactive "$frontend" lyncmock user set-pin duplicate-other-pin-a --pin-stdin >/dev/null 2>&1 ||
            return
        echo "answered $next"
    done
}

# A phone has its certificate in a file as soon as it was answered, and not before. Each is another device: one that signs
# in again replaces its certificate.
sign_in_until_dead() {
    local n=0
    while phone --out "$work/certificate-$((n += 1)).pem" --timeout 5s --device-id "$(cat /proc/sys/kernel/random/uuid)"; do
        :
    done
}

lines() { grep -c "^$1" "$work/pins"; }
enough() { [ "$(lines answered)" -ge 3 ] && [ -e "$work/certificate-10.pem" ]; }

# changed_pin_works PIN
changed_pin_works() {
    "$lyncmock" phone --ext +12065551401 --pin "$1" --target-fqdn $fqdn --resolve "$fqdn=$address" >"$work/phone"
}

# The last PIN that was answered, or one that was asked for after it and whose answer the kill has cut off.
the_last_pin_is_there() {
    local answered after
    answered=$(awk '$1 == "answered" { pin = $2 } END { print pin }' "$work/pins")
    after=$(awk '$1 == "asked" { pin = $2 } END { print pin }' "$work/pins")
    changed_pin_works "$answered" || { [ "$after" != "$answered" ] && changed_pin_works "$after"; } ||
        { cat "$work/phone"; return 1; }
}

# The files of the database, as they lie there, opened by another SQLite.
every_certificate_is_there() {
    mkdir -p "$work/store" && docker cp "$userpin:/var/lib/lyncmock/." - | tar -xf - -C "$work/store" || return
    python3 - "$work" <<'PYTHON'
import glob, sqlite3, ssl, sys
work = sys.argv[1]
kept = {row[0] for row in sqlite3.connect(f"{work}/store/lyncmock.db").execute("SELECT der FROM certificates")}
def first(path):
    pem = open(path).read()
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    at = pem.index(begin)
    return ssl.PEM_cert_to_DER_cert(pem[at:pem.index(end, at) + len(end)])
answered = [path for path in glob.glob(f"{work}/certificate-*.pem")]
missing = [path for path in answered if first(path) not in kept]
print(len(answered), "answered,", len(kept), "kept, missing:", missing)
sys.exit(1 if missing or len(answered) < 10 else 0)
PYTHON
}

check_kill() {
    local changes phones
    change_pins >"$work/pins" &
    changes=$!
    sign_in_until_dead 2>/dev/null &
    phones=$!
    should pass 'kill: PINs change and phones sign in' until_true 30 enough
    should pass 'kill' docker kill --signal KILL "$userpin" "$frontend"
    # Both loops end with what they ask.
    wait "$changes" "$phones"
    should pass 'kill: the certificates' every_certificate_is_there
    should pass 'kill: start again' docker start "$userpin" "$frontend"
    address=$(address_of "$frontend")
    should pass 'kill: healthy again' until_true 20 healthy "$frontend"
    should pass 'kill: the PIN' the_last_pin_is_there
    should pass 'kill: a phone' phone
}

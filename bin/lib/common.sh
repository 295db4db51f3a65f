# Sourced by bin/setup.

say() { echo "setup: $*" >&2; }

# fail WHAT FIX: for `… || fail … || return`, because a sourced file must not exit its shell.
fail() {
    echo "setup: $1. $2" >&2
    return 1
}

# up_to_date STAMP INPUT…: whether the stamp is newer than every input, folders searched in depth.
up_to_date() {
    local stamp=$1
    shift
    [[ -e $stamp && -z $(find "$@" -newer "$stamp" -print -quit) ]]
}

# stamped STAMP COMMAND…: runs the command; the stamp gets the time at which it began, so that an
# input changed meanwhile still counts as newer.
stamped() {
    local stamp=$1 began status=0
    shift
    began=$(mktemp)
    "$@" && touch -r "$began" "$stamp" || status=$?
    rm -f "$began"
    return $status
}

# quietly COMMAND…: what it prints is shown only if it fails.
quietly() {
    local output
    output=$("$@" 2>&1) || {
        echo "$output" >&2
        return 1
    }
}

# locked COMMAND…: one set-up of this clone at a time (where the machine has flock).
locked() {
    mkdir -p "$root/.cache"
    (
        cd "$root" || exit
        if command -v flock >/dev/null; then
            flock -n 9 || {
                say "waiting for another set-up of this clone"
                flock 9
            }
        fi
        # What it starts must not hold the lock.
        "$@" 9>&-
    ) 9>"$root/.cache/setup.lock"
}

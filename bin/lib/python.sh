# Sourced by bin/setup: .venv, in which the demo runs locally and the tests of python/ run.

use_venv() {
    PATH=$root/.venv/bin:$PATH
}

set_up_venv() {
    up_to_date .venv/.installed demo/requirements.txt requirements-dev.txt && return
    [[ -x .venv/bin/python ]] || make_venv || return
    say "installing the Python packages into .venv"
    stamped .venv/.installed quietly .venv/bin/python -m pip install --disable-pip-version-check \
        -r demo/requirements.txt -r requirements-dev.txt
}

make_venv() {
    command -v python3 >/dev/null || fail "python3 is missing" "Install Python 3 with its venv module." ||
        return
    # Debian has the module without what it needs, until python3-venv is installed.
    python3 -c 'import ensurepip, venv' 2>/dev/null ||
        fail "python3 has no venv module" "Install it (on Debian: apt-get install python3-venv)." || return
    say "making .venv"
    quietly python3 -m venv .venv
}

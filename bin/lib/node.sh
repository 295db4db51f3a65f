# Sourced by bin/setup: Node, the npm packages, dist/.

readonly oldest_node=22.22
readonly own_node="$root/.cache/node/node_modules/node/bin"

# node_is_new_enough COMMAND
node_is_new_enough() {
    local version
    version=$("$1" --version 2>/dev/null) || return
    [[ $(printf '%s\n' "$oldest_node" "${version#v}" | sort -V | head -n 1) == "$oldest_node" ]]
}

# Our own Node goes before a system's that is too old; it may not be there yet.
use_node() {
    node_is_new_enough node || PATH=$own_node:$PATH
}

set_up_node() {
    node_is_new_enough node && return
    command -v npm >/dev/null || fail "npm is missing" "Install Node $oldest_node or newer." || return
    say "installing Node 24 into .cache/node (the system's is older than $oldest_node)"
    quietly npm install --no-audit --no-fund --prefix "$root/.cache/node" node@24
    node_is_new_enough "$own_node/node" ||
        fail "no Node from npm's package node@24" "Install Node $oldest_node or newer."
}

# Not `npm ci`: it refuses a lockfile without the packages for other platforms, and a registry that
# mirrors only this platform's leaves them out. This one too installs what the lockfile says.
set_up_packages() {
    up_to_date node_modules/.package-lock.json package-lock.json && return
    say "installing the npm packages"
    stamped node_modules/.package-lock.json quietly npm install --no-save --no-audit --no-fund
}

set_up_dist() {
    local hook # its sources: what Python caches beside them is no input
    hook=$(find python/hook_in_one_file.py python/gunicov_hook python/gunicov_common -name '*.py')
    # shellcheck disable=SC2086
    up_to_date dist/.built src package.json rolldown.config.ts $hook && return
    say "building dist/"
    mkdir -p dist
    stamped dist/.built quietly npm run --silent build
}
